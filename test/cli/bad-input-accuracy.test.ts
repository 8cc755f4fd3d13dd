import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GraphNode, openModel } from '#lib/model/index.js';
import { ValueInfo } from '#lib/model/value-info.js';
import { cli } from '../helpers/cli.js';
import { fixture, repository } from '../helpers/fixture.js';

const demo = repository('demo/model.onnx');
const images = ['--data', repository('demo/test/0'), '--pixel-format', 'gray', '--preset', 'unit', '--limit', '6'];

let folder: string;
const file = (name: string): string => join(folder, name);
const metric = (name: string): string[] => ['--metric', fixture(`metrics/${name}.mjs`)];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'calibrt-bad-accuracy-'));
  const names = Array.from({ length: 500 }, (_, index) => `${String(index).padStart(4, '0')}.png`);
  await writeFile(file('beyond.txt'), names.map((name) => `${name} 10\n`).join(''));
  await writeFile(file('strangers.txt'), 'cat.png 1\ndog.png 0\n');

  // The demo network with another name for what it puts out.
  const renamed = await openModel(demo);
  const [head] = renamed.nodes.slice(-1);
  head!.setOutputs(['classes']);
  renamed.graph.setOutputs([ValueInfo.create({ name: 'classes', dtype: 'float32', shape: ['N', 10] })]);
  await renamed.save(file('renamed.onnx'));

  // Twice as many classes, which it states nowhere.
  const doubled = await openModel(demo);
  doubled.nodes.at(-1)!.setOutputs(['half']);
  const attributes = { axis: { type: 'int', value: 1n } } as const;
  const concat = { opType: 'Concat', name: 'double', inputs: ['half', 'half'], outputs: ['logits'], attributes };
  doubled.graph.insertNodes(new Map([[undefined, [GraphNode.create(concat)]]]));
  doubled.graph.setOutputs([doubled.outputs[0]!.withShape(['N', 'C'])]);
  await doubled.save(file('doubled.onnx'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Runs a command that must fail: its status, and its one line. */
async function failure(args: readonly string[]): Promise<{ status: number | null; line: string }> {
  const { status, stdout, stderr } = await cli([...args, ...images, '--quiet']);
  expect(stdout).toBe('');
  const errors = stderr.split('\n').filter((line) => line.startsWith('error'));
  expect(errors).toHaveLength(1);
  expect(stderr).not.toContain('    at ');
  return { status, line: errors[0]! };
}

describe('calibrt eval', () => {
  it.each([
    ['labels of other samples', ['--labels', 'strangers.txt'], 'ERR_DATA_FORMAT', /strangers\.txt.* names none of the/],
    [
      'labels of other classes',
      ['--labels', 'beyond.txt'],
      'ERR_DATA_FORMAT',
      /has label 10, but .* 10 classes, 0 to 9/,
    ],
  ])('refuses %s', async (_, [flag, labels], code, message) => {
    const { status, line } = await failure(['eval', demo, demo, flag!, file(labels!)]);
    expect({ status, line }).toMatchObject({ status: 1, line: expect.stringMatching(message) as string });
    expect(line).toContain(code);
  });

  it.each([
    ['throws', 1, /ERR_DATA_FORMAT: the metric .*throws\.mjs failed on sample /],
    ['nan', 1, /ERR_DATA_NOT_FINITE: the metric .*nan\.mjs gave NaN/],
    ['nothing', 2, /ERR_USAGE: the metric .*nothing\.mjs exports no metric/],
  ])('refuses a metric module: %s', async (name, code, message) => {
    const { status, line } = await failure(['eval', demo, demo, ...metric(name)]);
    expect(status).toBe(code);
    expect(line).toMatch(message);
  });

  it.each([
    ['renamed.onnx', /has outputs logits, .*renamed\.onnx has classes: only models of the same outputs/],
    ['doubled.onnx', /output logits of .*doubled\.onnx is \[\d+, 20\], that of .*model\.onnx is \[\d+, 10\]/],
  ])('refuses a candidate whose outputs differ: %s', async (candidate, message) => {
    const { status, line } = await failure(['eval', demo, file(candidate)]);
    expect(status).toBe(1);
    expect(line).toMatch(message);
  });
});

describe('calibrt quantize --auto', () => {
  it.each([
    [
      'a metric that gives NaN',
      [...metric('nan'), '--max-drop', '1'],
      1,
      /ERR_DATA_NOT_FINITE: the metric .*nan\.mjs gave NaN/,
    ],
    [
      'a metric that throws',
      [...metric('throws'), '--min', '1'],
      1,
      /ERR_DATA_FORMAT: the metric .*throws\.mjs failed/,
    ],
    ['labels that are not there', ['--metric', 'top1', '--max-drop', '1'], 1, /needs labels, and no sample has one/],
    [
      'an output that is not there',
      ['--metric', 'sqnr:scores', '--min', '9'],
      2,
      /names output scores; the model has logits/,
    ],
  ])('refuses %s and writes nothing', async (_, budget, code, message) => {
    const output = file('never.onnx');
    const { status, line } = await failure(['quantize', demo, '-o', output, '--auto', ...budget]);
    expect(line).toMatch(message);
    expect(status).toBe(code);
    expect(existsSync(output)).toBe(false);
  });
});
