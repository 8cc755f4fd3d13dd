import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseMetric } from '#lib/accuracy/index.js';
import { WorkerProcess } from '#lib/backends/onnxruntime/index.js';
import { modelInputs } from '#lib/data/index.js';
import { placeQdq } from '#lib/model/index.js';
import { calibrate } from '#lib/pipeline/calibration/calibrate.js';
import { drawSamples } from '#lib/pipeline/calibration/samples.js';
import { openTrials } from '#lib/pipeline/precision/auto-precision.js';
import { prepareModel } from '#lib/pipeline/prepare.js';
import { freshMemory } from '#lib/pipeline/sensitivity/memory.js';
import { rankUnits } from '#lib/pipeline/sensitivity/rank.js';
import { sensitivity } from '#lib/pipeline/sensitivity/sensitivity.js';
import { allBut, alone, unitsOf } from '#lib/pipeline/sensitivity/units.js';
import { Workspace } from '#lib/pipeline/workspace.js';
import { readTable } from '#lib/tables/index.js';
import { cli } from '../../helpers/cli.js';
import { fixture, repository } from '../../helpers/fixture.js';

const demo = repository('demo/model.onnx');
const images = { data: repository('demo/calibration'), preprocess: { pixelFormat: 'gray', preset: 'unit' } } as const;
const arrays = { data: fixture('networks/second-calibration.npy') };

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'calibrt-sensitivity-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('a ranking', () => {
  it.each([
    ['a residual network', demo, images],
    ['a branched network', fixture('networks/second.onnx'), arrays],
  ])('of %s gives for every node what runs of the whole network give', async (_, path, samples) => {
    await using worker = new WorkerProcess();
    await using workspace = await Workspace.create();
    const { model } = await prepareModel(path, worker);
    const scope = { form: 'tensorrt' } as const;
    const placement = placeQdq(model, scope);
    const table = join(folder, 'table.json');
    await calibrate(path, table, { ...samples, limit: 10 });
    const { tensors } = await readTable(table);
    const drawn = await drawSamples({ ...samples, limit: 10 }, modelInputs(model.inputs), 0);
    const tools = { worker, workspace, threads: 1 };
    const metric = parseMetric('sqnr:logits');
    const network = await openTrials(
      { model, placement, ranges: tensors, samples: drawn, tools },
      { metric },
      'test',
      3,
      {},
    );

    const { units, full } = await rankUnits(network, placement, scope, metric, freshMemory(), {});
    expect(units.length).toBeGreaterThan(8);
    expect(units.map(({ unit }) => unit.node).sort()).toEqual(
      unitsOf(model, placement)
        .map(({ node }) => node)
        .sort(),
    );
    const some = units.filter((_unit, index) => index % 4 === 0);
    for (const { unit, ...ranked } of some) {
      const fits = network.hasRanges.bind(network);
      const whole = [alone(model, placement, unit), allBut(model, placement, scope, unit, fits)].map(
        (trial) => trial.placement,
      );
      const models = await Promise.all(whole.map((placed) => network.quantize(placed)));
      const judged = await network.judge(models, {});
      // Cut or not, only rounding may differ: sums of another order.
      expect(ranked.alone.metric!.value).toBeCloseTo(judged[0]!.metric!.value, 2);
      expect(ranked.without.metric!.value).toBeCloseTo(judged[1]!.metric!.value, 2);
    }
    expect(full.metric!.value).toBeLessThan(Math.max(...units.map((each) => each.without.metric!.value)));
  });
});

describe('sensitivity', () => {
  it('ranks every quantized node, the costliest first', async () => {
    const result = await sensitivity(demo, { ...images, limit: 12, samples: 4, metric: 'top1' });
    expect(result).toMatchObject({ model: demo, method: 'mse', samples: 4, metric: 'top1', exclude: [] });
    const costs = result.layers.map(({ cost }) => cost);
    expect(costs).toEqual([...costs].sort((a, b) => b - a));
    expect(result.layers.length).toBeGreaterThan(20);
    expect(result.layers.reduce((sum, { macsShare }) => sum + macsShare, 0)).toBeCloseTo(1, 1);
    for (const layer of result.layers) {
      expect(layer.sqnrDb).toBeGreaterThan(result.full.sqnrDb);
      expect(layer).toMatchObject({ metric: expect.any(Number) as number, cosine: expect.any(Number) as number });
    }
  });

  it('goes on from a file, and refuses that of another ranking', async () => {
    const resume = join(folder, 'ranking.json');
    const fresh = { ...images, limit: 6, samples: 2, threads: 1 };
    const options = { ...fresh, resume };
    const aborter = new AbortController();
    let before = 0;
    const stop = ({ phase, done }: { phase: string; done: number }): void => {
      if (phase === 'sensitivity') before = done;
      if (before === 20) aborter.abort();
    };
    await expect(sensitivity(demo, { ...options, signal: aborter.signal, onProgress: stop })).rejects.toMatchObject({
      code: 'ERR_ABORTED',
    });
    let first: number | undefined;
    const resumed = await sensitivity(demo, {
      ...options,
      onProgress: ({ phase, done }) => {
        if (phase === 'sensitivity') first ??= done;
      },
    });
    expect(first).toBeGreaterThan(15);
    const again = await sensitivity(demo, fresh);
    expect(resumed.layers.map(({ node }) => node)).toEqual(again.layers.map(({ node }) => node));
    expect(resumed.layers.map(({ cost }) => cost.toFixed(6))).toEqual(again.layers.map(({ cost }) => cost.toFixed(6)));

    await expect(sensitivity(demo, { ...options, samples: 3 })).rejects.toMatchObject({ code: 'ERR_TABLE_MISMATCH' });
    await writeFile(resume, 'no ranking');
    await expect(sensitivity(demo, options)).rejects.toMatchObject({ code: 'ERR_TABLE_INVALID' });
  });

  it('refuses what can be read only once, before any work', async () => {
    const data = [{ input: new Float32Array(1024) }];
    await expect(sensitivity(demo, { data })).rejects.toMatchObject({ code: 'ERR_USAGE' });
  });
});

describe('calibrt sensitivity', () => {
  it('--json has what CLI.md promises, and --min gives the list', async () => {
    const flags = [
      '--data',
      images.data,
      '--pixel-format',
      'gray',
      '--preset',
      'unit',
      '--limit',
      '12',
      '--samples',
      '12',
    ];
    const { status, stdout } = await cli([
      'sensitivity',
      demo,
      ...flags,
      '--metric',
      'sqnr:logits',
      '--min',
      '34',
      '--json',
    ]);
    expect(status).toBe(0);
    const result = JSON.parse(stdout) as {
      layers: object[];
      exclude: string[];
      auto: { chosen: number; met: boolean };
    };
    expect(result.layers[0]).toMatchObject({
      node: expect.any(String) as string,
      cosine: expect.any(Number) as number,
      sqnrDb: expect.any(Number) as number,
      cost: expect.any(Number) as number,
    });
    expect(result.exclude.length).toBeGreaterThan(0);
    expect(result.auto).toMatchObject({ met: true });
    expect(result.auto.chosen).toBeGreaterThan(34);
  });
});
