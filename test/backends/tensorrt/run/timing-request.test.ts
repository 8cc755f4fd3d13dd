import { describe, expect, it } from 'vitest';
import type { EngineTensor } from '#lib/backends/tensorrt/engine-options.js';
import type { TimingOptions } from '#lib/backends/tensorrt/timing-options.js';
import { toTimingRequest } from '#lib/backends/tensorrt/timing-request.js';

const tensors: readonly EngineTensor[] = [
  {
    name: 'x',
    mode: 'input',
    dtype: 'float32',
    shape: [-1, 3],
    shapeTensor: false,
    format: '',
    profiles: [{ min: [1, 3], opt: [2, 3], max: [4, 3] }],
  },
  { name: 'y', mode: 'output', dtype: 'float32', shape: [-1, 3], shapeTensor: false, format: '', profiles: [] },
];

describe('toTimingRequest', () => {
  it("fills in trtexec's defaults and the profile's OPT", () => {
    expect(toTimingRequest(tensors, {})).toEqual({
      shapes: [{ input: 'x', dims: [2, 3] }],
      inputs: [],
      profile: 0,
      iterations: 10,
      warmUpMs: 200,
      durationMs: 3000,
      sleepMs: 0,
      idleMs: 0,
      streams: 1,
      threads: false,
      cudaGraph: false,
      spinWait: false,
      transfers: true,
      exposeDma: false,
      managedMemory: false,
      persistentCacheRatio: 0,
      allocationStrategy: 'static',
      profileLayers: false,
      fetchOutputs: false,
    });
  });

  it('takes the shape of the values that are given', () => {
    const inputs = { x: { dtype: 'float32', shape: [3, 3], data: new Float32Array(9) } } as const;
    const request = toTimingRequest(tensors, { inputs });
    expect(request.shapes).toEqual([{ input: 'x', dims: [3, 3] }]);
    expect(request.inputs[0]!.data.byteLength).toBe(36);
    expect(() => toTimingRequest(tensors, { inputs, shapes: { x: [4, 3] } })).toThrow(
      "input 'x' has shape 3x3: the run is of shape 4x3",
    );
  });

  it('measures until it is told to stop with -1, and takes no other negative duration', () => {
    expect(toTimingRequest(tensors, { durationSeconds: -1 }).durationMs).toBeLessThan(0);
    expect(() => toTimingRequest(tensors, { durationSeconds: -2 })).toThrow('durationSeconds is -2');
  });

  it.each<[string, TimingOptions, string]>([
    ['iterations', { iterations: 1.5 }, 'iterations is 1.5: expected an integer at least 0'],
    ['warmUpMs', { warmUpMs: Number.NaN }, 'warmUpMs is NaN: expected a number at least 0'],
    ['streams', { streams: 0 }, 'streams is 0: expected an integer from 1 to 1024'],
    ['persistentCacheRatio', { persistentCacheRatio: 2 }, 'persistentCacheRatio is 2: expected a number from 0 to 1'],
    ['shapes of no input', { shapes: { z: [1] } }, "the engine has no input 'z': its inputs are 'x'"],
    ['shapes outside the profile', { shapes: { x: [5, 3] } }, "input 'x' has shape 5x3: the engine takes 1x3 to 4x3"],
  ])('refuses %s', (_, options, message) => {
    expect(() => toTimingRequest(tensors, options)).toThrow(message);
  });
});
