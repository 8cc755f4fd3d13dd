import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GraphNode, openModel } from '#lib/model/index.js';
import { evaluate } from '#lib/pipeline/evaluation/evaluate.js';
import { quantize } from '#lib/pipeline/quantize.js';
import { cli } from '../../helpers/cli.js';
import { fixture, repository } from '../../helpers/fixture.js';
import { saveBroken } from '../../helpers/non-finite.js';

const demo = repository('demo/model.onnx');
const data = repository('demo/test');
const preprocess = { pixelFormat: 'gray', preset: 'unit' } as const;

let folder: string;
let int8: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'calibrt-evaluate-'));
  int8 = join(folder, 'int8.onnx');
  await quantize(demo, int8, { data: repository('demo/calibration'), preprocess, limit: 20, holdout: 0 });
});
afterAll(() => rm(folder, { recursive: true }));

describe('evaluate', () => {
  it('judges both models by the metric that was asked for', async () => {
    const { metric, labelled } = await evaluate(demo, int8, { data, preprocess, limit: 50, metric: 'top1' });
    expect(metric).toMatchObject({ name: 'top1', reference: 100 * labelled!.reference.top1 });
    expect(metric!.candidate).toBe(100 * labelled!.candidate.top1);
  });

  it('gives the metric of the whole output what it gives the output', async () => {
    const { metric, outputs } = await evaluate(demo, int8, { data, preprocess, limit: 20, metric: 'sqnr:logits' });
    expect(metric).toEqual({ name: 'sqnr:logits', reference: Infinity, candidate: expect.any(Number) as number });
    expect(metric!.candidate).toBeCloseTo(outputs['logits']!.sqnrDb, 9);
  });

  it("runs a user's metric", async () => {
    const module = fixture('metrics/agreement.mjs');
    const { metric, outputs } = await evaluate(demo, int8, { data, preprocess, limit: 20, metric: module });
    expect(metric).toMatchObject({ name: module, reference: 1, candidate: outputs['logits']!.argmaxAgreement });
  });

  it('shows layer by layer where the models part', async () => {
    const { layers } = await evaluate(demo, int8, { data, preprocess, limit: 4, layers: true });
    const graph = (await openModel(int8)).graph;
    const order = graph.nodes.map(({ name }) => name);
    const places = layers!.map(({ node }) => order.indexOf(node));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(layers!.length).toBeGreaterThan(20);
    expect(layers![0]).toMatchObject({ opType: 'Conv', sqnrDb: expect.any(Number) as number });
    expect(layers![0]!.sqnrDb).toBeLessThan(60);

    const { layers: same } = await evaluate(demo, demo, { data, preprocess, limit: 2, layers: true });
    expect(Math.min(...same!.map(({ sqnrDb }) => sqnrDb))).toBeGreaterThan(100);
  });

  it('refuses models that differ in their outputs, by name and by shape', async () => {
    const second = fixture('networks/second.onnx');
    await expect(evaluate(demo, second, { data, preprocess })).rejects.toMatchObject({
      code: 'ERR_MODEL_UNSUPPORTED',
      message: expect.stringContaining('only models of the same') as string,
    });
    const model = await openModel(demo);
    const [output] = model.outputs;
    model.graph.setOutputs([output!.withShape(['N', 7])]);
    const other = join(folder, 'seven.onnx');
    await model.save(other);
    await expect(evaluate(demo, other, { data, preprocess })).rejects.toThrow(
      /output logits is \[.*10\] in .* and \[N, 7\]/,
    );
  });

  it('refuses outputs of as many elements in another shape, which the models do not state', async () => {
    const turned = await openModel(demo);
    turned.nodes.at(-1)!.setOutputs(['rows']);
    const turn = GraphNode.create({ opType: 'Transpose', name: 'turn', inputs: ['rows'], outputs: ['logits'] });
    turned.graph.insertNodes(new Map([[undefined, [turn]]]));
    turned.graph.setOutputs([turned.outputs[0]!.withShape(['A', 'B'])]);
    const other = join(folder, 'turned.onnx');
    await turned.save(other);
    await expect(evaluate(demo, other, { data, preprocess, limit: 6 })).rejects.toMatchObject({
      code: 'ERR_MODEL_UNSUPPORTED',
      message: `output logits of ${other} is [10, 6], that of ${demo} is [6, 10]: only outputs of one shape can be compared`,
    });
  });

  it('refuses labels of another model, and a list of labels for other samples', async () => {
    const labels = join(folder, 'labels.txt');
    await writeFile(labels, '0030.png 12\n');
    await expect(evaluate(demo, int8, { data: join(data, '0'), preprocess, labels })).rejects.toThrow(
      /0030\.png has label 12, but output logits has 10 classes/,
    );
    await writeFile(labels, 'cat.png 1\n');
    await expect(evaluate(demo, int8, { data: join(data, '0'), preprocess, labels })).rejects.toThrow(
      'names none of the',
    );
  });

  it('refuses top1 without labels, and layers of what can be read only once', async () => {
    const single = join(data, '0');
    await expect(evaluate(demo, int8, { data: single, preprocess, metric: 'top1', limit: 4 })).rejects.toThrow(
      'needs labels',
    );
    const iterable = [{ input: new Float32Array(1024) }];
    await expect(evaluate(demo, int8, { data: iterable, layers: true })).rejects.toMatchObject({ code: 'ERR_USAGE' });
  });
});

describe('what is not finite', () => {
  const six = { data, preprocess, limit: 6 };
  let infinite: string;
  let nan: string;
  beforeAll(async () => {
    [infinite, nan] = [join(folder, 'infinite.onnx'), join(folder, 'nan.onnx')];
    await saveBroken(demo, infinite, 'infinite');
    await saveBroken(demo, nan, 'nan');
  });

  async function warningsOf(reference: string, candidate: string): Promise<string[]> {
    const warnings: string[] = [];
    const onWarning = (message: string): void => void warnings.push(message);
    await evaluate(reference, candidate, { ...six, onWarning });
    return warnings;
  }

  it('is warned of, with the side that has it, the output and the number of values', async () => {
    expect(await warningsOf(demo, nan)).toEqual([
      `output logits of ${nan} holds 60 NaN values (of 60), that of ${demo} none: its figures are as bad as can be`,
    ]);
    expect(await warningsOf(infinite, nan)).toEqual([
      `output logits of ${infinite} holds 60 infinite values (of 60), that of ${nan} 60 NaN values (of 60): its figures cannot tell how ` +
        'far the two are apart',
    ]);
    expect(await warningsOf(demo, int8)).toEqual([]);
  });

  it('is refused where the metric of the reference depends on it, and not where the candidate alone has it', async () => {
    const message = new RegExp(
      `for ${infinite} itself is not finite: output logits holds 60 infinite values \\(of 60\\)`,
    );
    for (const metric of ['cosine', 'sqnr:logits[...,1]']) {
      const refused: unknown = expect.objectContaining({
        code: 'ERR_DATA_NOT_FINITE',
        message: expect.stringMatching(message) as string,
      });
      await expect(evaluate(infinite, demo, { ...six, metric })).rejects.toEqual(refused);
      const { metric: found } = await evaluate(demo, infinite, { ...six, metric });
      expect(found!.candidate).toBe(-Infinity);
    }
    // Infinite scores have an order still.
    await expect(evaluate(infinite, demo, { ...six, metric: 'top1' })).resolves.toBeDefined();
    await expect(evaluate(nan, demo, { ...six, metric: 'top1' })).rejects.toMatchObject({
      code: 'ERR_DATA_NOT_FINITE',
    });
  });
});

describe('calibrt eval', () => {
  it('--json has metric and layers', async () => {
    const flags = ['--data', data, '--pixel-format', 'gray', '--preset', 'unit', '--limit', '10', '--json'];
    const { status, stdout } = await cli(['eval', demo, int8, ...flags, '--metric', 'sqnr:logits[...,3]', '--layers']);
    expect(status).toBe(0);
    const result = JSON.parse(stdout) as Record<string, unknown>;
    expect(result['metric']).toMatchObject({ name: 'sqnr:logits[...,3]', reference: 'Infinity', difference: null });
    expect((result['layers'] as object[]).length).toBeGreaterThan(20);
    expect(result['top1']).toMatchObject({ difference: expect.any(Number) as number });
  });

  it.each([
    [['--metric', 'psnr'], 2, 'ERR_USAGE'],
    [['--metric', fixture('metrics/throws.mjs')], 1, 'ERR_DATA_FORMAT'],
  ])('%s fails with status %i', async (extra, code, word) => {
    const flags = ['--data', data, '--pixel-format', 'gray', '--preset', 'unit', '--limit', '2'];
    const { status, stderr } = await cli(['eval', demo, int8, ...flags, ...extra]);
    expect(status).toBe(code);
    expect(stderr.trim().split('\n').at(-1)).toMatch(new RegExp(`^error ${word}`));
  });
});
