import { readFileSync } from 'node:fs';
import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createCalibrator } from '#calibrators/index.js';
import { WorkerProcess } from '#lib/backends/onnxruntime/index.js';
import { modelInputs } from '#lib/data/index.js';
import { insertQdq, placeQdq } from '#lib/model/index.js';
import { native } from '#lib/native.js';
import { allSamples, type SampleOptions } from '#lib/pipeline/calibration/samples.js';
import { captureStatistics } from '#lib/pipeline/calibration/statistics.js';
import { compareOn } from '#lib/pipeline/evaluation/compare-models.js';
import { prepareModel } from '#lib/pipeline/prepare.js';
import { Workspace } from '#lib/pipeline/workspace.js';
import { symmetricScale } from '#lib/tables/index.js';
import { fixture, repository } from '../helpers/fixture.js';

/** What NVIDIA's published calibrators find; made by scripts/fixtures/fidelity/make_reference.py. */
interface Reference {
  readonly startBin: number;
  readonly tensors: readonly {
    readonly name: string;
    readonly amax: { readonly max: number; readonly entropy: number };
    readonly entropy: { readonly bins: number; readonly divergence: number };
    readonly histogram: string;
  }[];
}

interface Network {
  readonly name: string;
  readonly model: string;
  readonly calibration: SampleOptions;
  readonly test: SampleOptions;
}

const gray = { preprocess: { pixelFormat: 'gray', preset: 'unit' } } as const;
const networks: readonly Network[] = [
  {
    name: 'demo',
    model: repository('demo/model.onnx'),
    calibration: { data: repository('demo/calibration'), ...gray },
    test: { data: repository('demo/test'), ...gray },
  },
  {
    name: 'second',
    model: fixture('networks/second.onnx'),
    calibration: { data: fixture('networks/second-calibration.npy') },
    test: { data: fixture('networks/second-test.npy') },
  },
];

function counts(histogram: string): Float64Array {
  const bytes = Uint8Array.from(inflateSync(Buffer.from(histogram, 'base64')));
  return Float64Array.from(new Uint32Array(bytes.buffer));
}

describe.each(networks)("NVIDIA's entropy calibration of the network $name", ({ name, model, calibration, test }) => {
  const reference = JSON.parse(readFileSync(fixture(`networks/reference-${name}.json`), 'utf8')) as Reference;

  it.each(reference.tensors)(
    'is found again on its histogram of $name: the same divergence, at its bins too',
    (tensor) => {
      const found = native().searchEntropy(counts(tensor.histogram), 8, reference.startBin, 1);
      expect(Math.abs(found.divergence - tensor.entropy.divergence)).toBeLessThan(1e-9);
      expect(found.divergences[tensor.entropy.bins - reference.startBin]).toBeCloseTo(tensor.entropy.divergence, 9);
    },
  );

  it('on the same samples gives thresholds that serve the network as theirs do, to 0.5 dB', async () => {
    await using worker = new WorkerProcess();
    await using workspace = await Workspace.create();
    const { model: clean } = await prepareModel(model, worker);
    const placement = placeQdq(clean, { form: 'tensorrt' });
    const tensors = placement.activations.map(({ tensor }) => tensor);
    const theirs = tensors.map((tensor) => reference.tensors.find((each) => each.name === tensor)!.amax);
    const inputs = modelInputs(clean.inputs);
    const { statistics } = await captureStatistics(
      { model: clean, tensors },
      await allSamples(calibration, inputs),
      { worker, workspace, threads: 2 },
      {},
    );
    const captured = tensors.map((tensor) => statistics.get(tensor)!);
    // Their activations come from all samples in one run, by another ONNX Runtime: equal but for rounding.
    captured.forEach((each, index) => expect(each.summary().amax / theirs[index]!.max).toBeCloseTo(1, 5));

    const samples = await allSamples(test, inputs);
    const sqnr = async (thresholds: readonly number[]): Promise<number> => {
      const quantized = clean.clone();
      const ranges = tensors.map((tensor, index) => [tensor, { scale: symmetricScale(thresholds[index]!) }] as const);
      await insertQdq(quantized, placement, new Map(ranges));
      const candidate = workspace.path('quantized.onnx');
      await quantized.save(candidate);
      const { outputs } = await compareOn(
        worker,
        clean,
        { reference: model, candidate, exactQdq: true },
        samples.calibration,
      );
      return Object.values(outputs)[0]!.sqnrDb;
    };
    const found = await createCalibrator('entropy').ranges(captured, tensors);
    const ours = await sqnr(found.map(({ max }) => max));
    expect(Math.abs(ours - (await sqnr(theirs.map(({ entropy }) => entropy))))).toBeLessThanOrEqual(0.5);
    expect(tensors.length).toBeGreaterThan(10);
  }, 60_000);
});
