import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { native, NATIVE_VERSION, packageRoot } from '#lib/native.js';
import { statisticsOf } from './support.js';

// What a caller without types can pass.
const addon = native() as unknown as Record<string, (...args: unknown[]) => unknown>;
const data = Float32Array.of(1, -2, 3);
const scale = Float32Array.of(1);

function detached<T extends Float32Array<ArrayBuffer> | Uint8Array<ArrayBuffer>>(array: T): T {
  structuredClone(array, { transfer: [array.buffer] });
  return array;
}

const method = (name: 'accumulate' | 'merge' | 'counts' | 'rebin') => (argument: unknown) => {
  const statistics = statisticsOf(data) as unknown as Record<string, (argument: unknown) => unknown>;
  return statistics[name]!(argument);
};
const deserialize = (bytes: unknown) => native().Statistics.deserialize(bytes as Uint8Array);
const search = (options: unknown, threads: unknown = 1) =>
  addon['searchThresholds']!([statisticsOf(data)], options, threads);
const entropy = { method: 'entropy', bits: 8, bins: 2048, start: 128, stride: 1 };
const simulate = (options: object) => addon['fakeQuantize']!(data, { bits: 8, signed: true, scale, ...options });
const quantize = (options: unknown, values: unknown = data) => addon['quantizeLinear']!(values, options);

const refused: [string, () => unknown][] = [
  ['accumulate: data: expected a Float32Array, got undefined', () => method('accumulate')(undefined)],
  ['accumulate: data: expected a Float32Array, got an array', () => method('accumulate')([1, 2])],
  [
    'accumulate: data: expected a Float32Array, got an object of class Float64Array',
    () => method('accumulate')(new Float64Array(2)),
  ],
  [
    'accumulate: data: expected a Float32Array, got an object of class Uint16Array',
    () => method('accumulate')(new Uint16Array(2)),
  ],
  [
    'accumulate: data: the array is detached: its buffer was transferred',
    () => method('accumulate')(detached(Float32Array.of(1))),
  ],
  ['merge: other: expected a Statistics object, got null', () => method('merge')(null)],
  [
    'merge: other: expected a Statistics object, got an object of class Statistics',
    () => method('merge')(Object.create(native().Statistics.prototype as object)),
  ],
  ["counts: sign: expected 'both', 'positive' or 'negative', got 'left'", () => method('counts')('left')],
  ['counts: sign: expected a string, got 1', () => method('counts')(1)],
  ['rebin: bins: expected an integer from 1 to 1048576, got 0', () => method('rebin')(0)],
  ['rebin: bins: expected an integer from 1 to 1048576, got 2.5', () => method('rebin')(2.5)],
  ['rebin: bins: expected an integer from 1 to 1048576, got NaN', () => method('rebin')(NaN)],
  [
    'Statistics.deserialize: bytes: expected a Uint8Array, got an object of class ArrayBuffer',
    () => deserialize(new ArrayBuffer(4)),
  ],
  [
    'Statistics.deserialize: bytes: the array is detached: its buffer was transferred',
    () => deserialize(detached(new Uint8Array(4))),
  ],
  ['accumulateAll: statistics: expected an array, got undefined', () => addon['accumulateAll']!()],
  [
    'accumulateAll: statistics[1]: expected a Statistics object, got 7',
    () => addon['accumulateAll']!([statisticsOf(), 7], [data, data], 1),
  ],
  [
    'accumulateAll: data: expected 1 arrays, one per statistics object, got 2',
    () => addon['accumulateAll']!([statisticsOf()], [data, data], 1),
  ],
  [
    "accumulateAll: data[0]: expected a Float32Array, got 'x'",
    () => addon['accumulateAll']!([statisticsOf()], ['x'], 1),
  ],
  [
    'accumulateAll: threads: expected an integer from 1 to 1024, got 0',
    () => addon['accumulateAll']!([statisticsOf()], [data], 0),
  ],
  ['searchThresholds: search: expected an object, got undefined', () => search(undefined)],
  ['searchThresholds: search.method: expected a string, got undefined', () => search({})],
  [
    "searchThresholds: search.method: expected 'minmax', 'mse', 'entropy', 'kld' or 'percentile', got 'best'",
    () => search({ method: 'best' }),
  ],
  ['searchThresholds: search.bits: expected an integer from 2 to 16, got 1', () => search({ method: 'mse', bits: 1 })],
  [
    'searchThresholds: search.bins: expected an integer from 2 to 1048576, got 1',
    () => search({ ...entropy, bins: 1 }),
  ],
  [
    'searchThresholds: search.start: expected an integer from 1 to 2048, got 2049',
    () => search({ ...entropy, start: 2049 }),
  ],
  [
    'searchThresholds: search.stride: expected an integer from 1 to 2048, got 0',
    () => search({ ...entropy, stride: 0 }),
  ],
  [
    'searchThresholds: search.percentile: expected a number above 0 and up to 100, got 0',
    () => search({ method: 'percentile', percentile: 0 }),
  ],
  [
    'searchThresholds: search.percentile: expected a number above 0 and up to 100, got NaN',
    () => search({ method: 'percentile', percentile: NaN }),
  ],
  ['searchThresholds: threads: expected an integer from 1 to 1024, got -1', () => search({ method: 'minmax' }, -1)],
  [
    'searchEntropy: counts: expected a Float64Array, got an object of class Float32Array',
    () => addon['searchEntropy']!(data, 8, 1, 1),
  ],
  [
    'searchEntropy: counts: expected at least two finite counts, none of them negative',
    () => addon['searchEntropy']!(Float64Array.of(1, -1), 8, 1, 1),
  ],
  [
    'searchEntropy: counts: expected at least two finite counts, none of them negative',
    () => addon['searchEntropy']!(Float64Array.of(1), 8, 1, 1),
  ],
  [
    'searchEntropy: counts: no bin but the first holds anything',
    () => addon['searchEntropy']!(Float64Array.of(9, 0, 0), 8, 1, 1),
  ],
  [
    'searchThresholds: search.bits: expected an integer from 2 to 12, got 13',
    () => search({ method: 'kld', bits: 13, variant: 'notes' }),
  ],
  [
    "searchThresholds: search.variant: expected 'notes' or 'source', got 'best'",
    () => search({ method: 'kld', bits: 8, variant: 'best' }),
  ],
  [
    'searchAsymmetricRanges: statistics[0]: expected a Statistics object, got null',
    () => addon['searchAsymmetricRanges']!([null], { method: 'minmax' }, 1),
  ],
  [
    'searchAsymmetricRanges: search.bits: expected an integer from 2 to 16, got undefined',
    () => addon['searchAsymmetricRanges']!([], { method: 'mse' }, 1),
  ],
  [
    'searchAsymmetricRanges: threads: expected an integer from 1 to 1024, got undefined',
    () => addon['searchAsymmetricRanges']!([], { method: 'minmax' }),
  ],
  ['searchKld: counts: expected a Float64Array, got undefined', () => addon['searchKld']!()],
  [
    'searchKld: counts: expected at least 128 counts, 2^(bits - 1)',
    () => addon['searchKld']!(new Float64Array(127).fill(1), 8),
  ],
  ['searchKld: counts: no bin holds anything', () => addon['searchKld']!(new Float64Array(128), 8)],
  ['fakeQuantize: options: expected an object, got undefined', () => addon['fakeQuantize']!(data)],
  ['fakeQuantize: options.bits: expected an integer from 2 to 16, got 17', () => simulate({ bits: 17 })],
  ['fakeQuantize: options.signed: expected a boolean, got 1', () => simulate({ signed: 1 })],
  [
    'fakeQuantize: options.narrow: expected false: only signed integers have a narrow range',
    () => simulate({ signed: false, narrow: true }),
  ],
  [
    'fakeQuantize: options.zeroPoint: expected one per scale, from -7 to 7',
    () => simulate({ bits: 4, narrow: true, zeroPoint: Int32Array.of(-8) }),
  ],
  [
    'fakeQuantize: data: expected a multiple of 2 channels of 1 elements, got 3 elements',
    () => simulate({ scale: Float32Array.of(1, 2), inner: 1 }),
  ],
  [
    'fakeQuantize: options.stochasticSeed: expected an integer from 0 to 9007199254740991, got -1',
    () => simulate({ stochasticSeed: -1 }),
  ],
  [
    'powerOfTwoScales: scales: expected at least one scale, all of them finite and above 0',
    () => addon['powerOfTwoScales']!(Float32Array.of(0)),
  ],
  [
    'quantizationError: reference: expected at least one element, all of them finite',
    () => addon['quantizationError']!(Float32Array.of(NaN), Float32Array.of(1), 8),
  ],
  [
    'quantizationError: approximation: expected 3 elements like the reference, got 1',
    () => addon['quantizationError']!(data, Float32Array.of(1), 8),
  ],
  [
    'quantizationError: bins: expected an integer from 1 to 1048576, got 0',
    () => addon['quantizationError']!(data, data, 0),
  ],
  ['quantizeLinear: data: expected a Float32Array, got 3', () => quantize({}, 3)],
  ['quantizeLinear: options: expected an object, got undefined', () => quantize(undefined)],
  [
    'quantizeLinear: options.scale: expected a Float32Array, got an array',
    () => quantize({ scale: [1], dtype: 'int8' }),
  ],
  ...[[0], [-1], [NaN], [Infinity], []].map((scales): [string, () => unknown] => [
    'quantizeLinear: options.scale: expected at least one scale, all of them finite and above 0',
    () => quantize({ scale: Float32Array.from(scales), dtype: 'int8' }),
  ]),
  ["quantizeLinear: options.dtype: expected 'int8' or 'uint8', got 'int4'", () => quantize({ scale, dtype: 'int4' })],
  [
    'quantizeLinear: options.zeroPoint: expected one per scale, from 0 to 255',
    () => quantize({ scale, dtype: 'uint8', zeroPoint: Int32Array.of(256) }),
  ],
  [
    'quantizeLinear: options.zeroPoint: expected one per scale, from -128 to 127',
    () => quantize({ scale, dtype: 'int8', zeroPoint: Int32Array.of(0, 0) }),
  ],
  [
    'quantizeLinear: options.inner: expected an integer from 1 to 1099511627776, got undefined',
    () => quantize({ scale: Float32Array.of(1, 2), dtype: 'int8' }),
  ],
  [
    'quantizeLinear: data: expected a multiple of 2 channels of 2 elements, got 3 elements',
    () => quantize({ scale: Float32Array.of(1, 2), dtype: 'int8', inner: 2 }),
  ],
  [
    'dequantizeLinear: data: expected an Int8Array or a Uint8Array, got an object of class Float32Array',
    () => addon['dequantizeLinear']!(data, { scale, dtype: 'int8' }),
  ],
  [
    'dequantizeLinear: data: expected an Int8Array, got an object of class Uint8Array',
    () => addon['dequantizeLinear']!(new Uint8Array(1), { scale, dtype: 'int8' }),
  ],
  [
    'quantizeWeights: channels: expected an integer from 1 to 1099511627776, got 0',
    () => addon['quantizeWeights']!(data, 0, 1, 1),
  ],
  [
    'quantizeWeights: data: expected a multiple of 2 channels of 1 elements, got 3 elements',
    () => addon['quantizeWeights']!(data, 2, 1, 1),
  ],
  ['quantizeWeights: floor: expected a finite number, got undefined', () => addon['quantizeWeights']!(data, 3, 1)],
  ['quantizeWeights: floor: expected a normal float32 above 0, got 0', () => addon['quantizeWeights']!(data, 3, 1, 0)],
  [
    "useInstructionSet: name: no instruction set of this build is named 'mmx'",
    () => addon['useInstructionSet']!('mmx'),
  ],
];

describe('the native surface', () => {
  it('is of the version that the TypeScript was written for', () => {
    expect(native().surface).toBe(NATIVE_VERSION);
    expect(['avx512', 'avx2', 'portable']).toContain(native().instructionSet);
  });

  it.each(refused)('refuses: %s', (message, call) => {
    expect(call).toThrow(new TypeError(message));
  });

  it('leaves statistics alone when one argument of several is bad', () => {
    const [first, second] = [statisticsOf(data), statisticsOf(data)];
    const before = first.summary();
    expect(() => native().accumulateAll([first, second], [data, undefined as unknown as Float32Array], 1)).toThrow(
      TypeError,
    );
    expect(() => native().accumulateAll([first, first], [data, data], 2)).toThrow('expected distinct objects');
    expect(first.summary()).toEqual(before);
  });

  it('reads memory that is shared between threads', () => {
    const shared = new Float32Array(new SharedArrayBuffer(12));
    shared.set(data);
    expect(statisticsOf(shared).summary()).toEqual(statisticsOf(data).summary());
    expect(native().quantizeLinear(shared, { scale, dtype: 'int8' })).toEqual(Int8Array.from(data));
  });

  it('survives the end of a worker thread that loaded it with work under way', async () => {
    const script = `
      import { native } from ${JSON.stringify(new URL('dist/lib/native.js', `file://${packageRoot}`).href)};
      const statistics = Array.from({ length: 40 }, () => new (native().Statistics)());
      for (const each of statistics) each.accumulate(Float32Array.from({ length: 5000 }, Math.random));
      void native().searchThresholds(statistics, { method: 'mse', bits: 8 }, 2);
      process.exit(7);`;
    for (let round = 0; round < 3; round++) {
      const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(script)}`));
      const code = await new Promise((resolve, reject) => worker.on('exit', resolve).on('error', reject));
      expect(code).toBe(7);
    }
    expect((await native().searchThresholds([statisticsOf(data)], { method: 'minmax' }, 1))[0]?.threshold).toBe(3);
  });
});
