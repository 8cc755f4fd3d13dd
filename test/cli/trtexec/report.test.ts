import { describe, expect, it } from 'vitest';
import { queryTimes } from '#lib/bench/query-times.js';
import { layerInfoText } from '#lib/cli/trtexec/report/layer-info.js';
import { profileLines } from '#lib/cli/trtexec/report/layers.js';
import { reportPage } from '#lib/cli/trtexec/report/page.js';
import { performanceReport, type PerformanceOptions } from '#lib/cli/trtexec/report/performance.js';
import { traceLines } from '#lib/cli/trtexec/report/trace-lines.js';
import { scriptedTrace } from './backend-double.js';

const options: PerformanceOptions = { warmUpMs: 200, avgRuns: 10, percentiles: [50, 99], streams: 1, flavour: '10' };
const warnings = (trace = scriptedTrace(30), given: Partial<PerformanceOptions> = {}): string[] =>
  performanceReport(trace, { ...options, ...given }).flatMap(([letter, text]) => (letter === 'W' ? [text] : []));

describe('the trace', () => {
  it('averages full groups and leaves the rest out', () => {
    const lines = traceLines(queryTimes(scriptedTrace(25)), 10);
    expect(lines.slice(0, 3)).toEqual(['', '=== Trace details ===', 'Trace averages of 10 runs:']);
    expect(lines.slice(3)).toHaveLength(2);
    // Compute takes 1, 1.02 and 1.04 ms in turn, the transfers 0.2 and 0.1, the enqueue 0.1, 0.11 and 0.12.
    expect(lines[3]).toMatch(
      /^Average on 10 runs - GPU latency: 1\.01\d* ms - Host latency: 1\.31\d* ms \(enqueue 0\.10\d* ms\)$/,
    );
  });

  it('leaves out the middle beyond 400 groups, as trtexec does', () => {
    const lines = traceLines(queryTimes(scriptedTrace(4007)), 10);
    expect(lines.filter((line) => line.startsWith('Average on'))).toHaveLength(400);
    expect(lines[203]).toBe('... Omitting 7 lines');
    expect(traceLines(queryTimes(scriptedTrace(4000)), 10).join()).not.toContain('Omitting');
  });
});

describe('the summary', () => {
  it('has the figures of the trace', () => {
    const lines = performanceReport(scriptedTrace(30), options).map(([, text]) => text);
    expect(lines.slice(0, 2)).toEqual([
      'Warmup completed 10 queries over 200 ms',
      'Timing trace has 30 queries over 0.06 s',
    ]);
    expect(lines).toContain('Throughput: 500 qps');
    expect(lines.find((line) => line.startsWith('GPU Compute Time: '))).toMatch(
      /^GPU Compute Time: min = 1(\.0\d*)? ms, max = 1\.0[34]\d* ms, mean = 1\.0\d* ms, median = 1\.0\d* ms, percentile\(50%\) = 1\.0\d* ms, percentile\(99%\) = 1\.0[34]\d* ms$/,
    );
  });

  it('warns of what makes figures doubtful, in the words of the library’s defaults', () => {
    expect(warnings()).toEqual([]);
    const trace = scriptedTrace(30);
    const slowEnqueue = { ...trace, enqueueEnd: trace.enqueueEnd.map((end) => end + 1) };
    expect(warnings(slowEnqueue).join('\n')).toMatch(/Enqueue Time.*\n.*--useCudaGraph/);
    expect(warnings(slowEnqueue, { flavour: '11' }).join('\n')).toMatch(/--noCudaGraph/);
    const slowTransfers = { ...trace, h2dStart: trace.h2dStart.map((start) => start - 2) };
    expect(warnings(slowTransfers).join('\n')).toMatch(/host-to-device.*\n.*--noDataTransfers/);
    const unstable = { ...trace, computeEnd: trace.computeEnd.map((end, query) => end + (query % 2)) };
    expect(warnings(unstable).join('\n')).toMatch(/unstable, with coefficient of variance = \d+\.\d+%/);
    expect(warnings(trace, { streams: 2 }).join('\n')).toMatch(/Multiple inference streams/);
  });

  it('says so where no query counts, and gives no figure', () => {
    const lines = performanceReport(scriptedTrace(0), options).map(([, text]) => text);
    expect(lines.at(-1)).toMatch(/No query began after the warm-up/);
    expect(lines.join()).not.toContain('Throughput');
  });
});

describe('the profile', () => {
  it('is right-aligned in trtexec’s columns', () => {
    const layer = { timeMs: 12.25, averageMs: 0.125, medianMs: 0.1, percentage: 100, name: 'conv' };
    expect(profileLines([layer], 98)).toEqual([
      '',
      '=== Profile (98 iterations ) ===',
      '   Time(ms)     Avg.(ms)   Median(ms)   Time(%)   Layer',
      '      12.25       0.1250       0.1000     100.0   conv',
      '      12.25       0.1250       0.1000     100.0   Total',
      '',
    ]);
  });
});

describe('the layers', () => {
  it('are told in both layouts of the inspector', () => {
    expect(layerInfoText('{"Layers": ["a", "b"], "Bindings": ["in", "out"]}')).toBe(
      'Layers:\na\nb\n\nBindings:\nin\nout\n',
    );
    expect(layerInfoText('{"Layers": [{"Name": "a"}], "I/O Tensors": [{"Name": "in", "Dimensions": [1, 2]}]}')).toBe(
      'Layers:\nName: a\n\nI/O Tensors:\nName: in, Dimensions: [1, 2]\n',
    );
  });
});

describe('the page', () => {
  it('escapes what names hold', () => {
    const page = reportPage('<m>', [{ section: 'Layers', label: 'a<b', value: '1 & 2' }]);
    expect(page).toContain('<h1>&lt;m&gt;</h1>');
    expect(page).toContain('<th scope="row">a&lt;b</th><td>1 &amp; 2</td>');
  });
});
