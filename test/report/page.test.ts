import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderReport, type ReportData } from '#lib/report/index.js';

const data: ReportData = {
  title: '<script>alert(1)</script> & "co"',
  summary: [['output', 'SQNR 30.1 dB']],
  verdicts: [
    { level: 'note', code: 'one-sided-tensor', subject: 'a', message: 'm' },
    { level: 'warning', code: 'dead-tensor', subject: '<img src=x onerror=alert(1)>', message: 'is zero' },
    ...['b', 'c', 'd'].map((subject) => ({ level: 'note', code: 'one-sided-tensor', subject, message: 'm' }) as const),
  ],
  tensors: ['x', '<b>y</b>'].map((name) => ({
    name,
    amax: 4,
    histogram: Float64Array.from({ length: 160 }, (_, bin) => Math.round(10_000 * Math.exp(-bin / 20))),
    thresholds: [
      { method: 'mse', value: 3.1, isChosen: true },
      { method: 'minmax', value: 4, isChosen: false },
    ],
  })),
  layers: {
    unit: 'share',
    costs: [
      { node: '/conv/<1>', cost: 0.4 },
      { node: '/conv/2', cost: -0.1 },
    ],
  },
  tradeOff: {
    unit: 'top1',
    points: [
      { share: 1, metric: 0.9 },
      { share: 0.8, metric: 0.95 },
    ],
  },
  conditions: [['Node', 'v20']],
};

describe('renderReport', () => {
  const page = renderReport(data);

  it('takes no name for markup', () => {
    expect(page).not.toContain('<script');
    expect(page).not.toContain('<img');
    expect(page).not.toContain('<b>y</b>');
  });

  it('puts warnings first, and many of a kind in one line', () => {
    expect(page.indexOf('is zero')).toBeLessThan(page.indexOf('<b>4</b> tensors are on one side'));
  });

  it('leaves out what there is nothing of', () => {
    const { title, summary, conditions } = data;
    const bare = renderReport({ title, summary, verdicts: [], tensors: [], conditions });
    expect(bare).toContain('Nothing out of the ordinary');
    expect(bare).not.toMatch(/<svg|Activations|Layers by/);
  });
});

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);

describe.skipIf(executablePath === undefined)('the page in a browser (needs Chromium)', () => {
  let folder: string;
  let browser: Browser;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'calibrt-report-'));
    await writeFile(join(folder, 'report.html'), renderReport(data));
    const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'];
    browser = await chromium.launch({ executablePath: executablePath!, args });
  });
  afterAll(async () => {
    await browser.close();
    await rm(folder, { recursive: true });
  });

  it.each([
    ['wide and light', 1000, 'light'],
    ['a phone in the dark', 390, 'dark'],
  ] as const)(
    '%s: opens without an error or a request, nothing wider than the screen, every chart drawn',
    async (_, width, colorScheme) => {
      const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme });
      const said: string[] = [];
      page.on('console', (message) => said.push(message.text()));
      page.on('pageerror', (error) => said.push(error.message));
      page.on('request', (request) => said.push(request.url()));
      const url = pathToFileURL(join(folder, 'report.html')).href;
      await page.goto(url);
      expect(said).toEqual([url]);
      for (const details of await page.locator('body > details > summary').all()) await details.click();
      const seen = await page.evaluate<{ overflow: number; charts: number[]; background: string }>(`({
      overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      charts: [...document.querySelectorAll('svg')].map((svg) => svg.querySelectorAll('path, rect, circle').length),
      background: getComputedStyle(document.body).backgroundColor,
    })`);
      expect(seen.overflow).toBe(0);
      expect(seen.charts).toHaveLength(4);
      expect(Math.min(...seen.charts)).toBeGreaterThan(3);
      expect(seen.background).toBe(colorScheme === 'dark' ? 'rgb(18, 22, 29)' : 'rgb(255, 255, 255)');
      await page.close();
    },
  );
});
