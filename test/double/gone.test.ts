import { describe, expect, it } from 'vitest';
import { buildEngine, loadEngine } from '#lib/backends/tensorrt/index.js';
import { recorded, useDouble, withoutBridge } from '../support/double.js';
import { fold, folded, row } from './networks.js';

describe.each(['10', '11'] as const)('the double of TensorRT %s', (flavour) => {
  const without = withoutBridge(flavour);
  describe.skipIf(without !== '')(`a GPU that goes while the process lives${without}`, () => {
    const infer = async (plan: Uint8Array, device = 0): Promise<unknown> => {
      await using engine = await loadEngine(plan, { flavour, device });
      await using context = await engine.createContext();
      return (await context.infer({ x: row(1, -2, 3) }))['y']!.data;
    };

    // TensorRT makes a runtime of garbage without a GPU: whoever uses it crashes.
    it.each([
      ['all GPUs', { devices: [] }, 0, 'the plan: the NVIDIA driver sees no GPU; running an engine needs a GPU'],
      [
        'the second of two',
        { devices: ['sm86'] },
        1,
        'the plan: there is no GPU 1: the driver sees 1; running an engine needs a GPU',
      ],
      [
        'the driver',
        { fail: ['cuInit'] },
        0,
        'the plan: the NVIDIA driver fails: CUDA_ERROR_UNKNOWN; running an engine needs a GPU',
      ],
    ])(
      '%s: ERR_NO_GPU, no runtime is made, and it works again when it is back',
      async (_, machine, device, message) => {
        const before = { flavour, devices: ['sm86', 'sm86'] };
        useDouble(before);
        const { plan } = await buildEngine(fold(1), { flavour });
        const expected = Float32Array.from(folded(row(1, -2, 3)));
        expect(await infer(plan, device)).toEqual(expected);

        const { error, calls } = await recorded({ flavour, ...machine }, () => infer(plan, device));
        expect(error).toMatchObject({ code: 'ERR_NO_GPU', message });
        expect(calls.map(({ call }) => call)).not.toContain('createInferRuntime');
        const built = await recorded({ flavour, ...machine }, () => buildEngine(fold(1), { flavour, device }));
        expect(built.error).toMatchObject({ code: 'ERR_NO_GPU' });
        expect(built.calls.map(({ call }) => call)).not.toContain('createInferBuilder');

        useDouble(before);
        expect(await infer(plan, device)).toEqual(expected);
      },
    );
  });
});
