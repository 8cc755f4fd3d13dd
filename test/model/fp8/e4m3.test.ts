import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { e4m3ToNumber, greatestE4m3, numberToE4m3 } from '#lib/model/fp8/e4m3.js';
import { Graph, GraphNode, Initializer, Model } from '#lib/model/index.js';
import { ValueInfo } from '#lib/model/value-info.js';
import { ort, run } from '../helpers.js';

/** What ONNX Runtime's QuantizeLinear to FP8 makes of values, as the values that remain. */
async function reference(values: Float32Array): Promise<number[]> {
  const shape = [values.length];
  const graph = Graph.create({
    name: 'fp8',
    nodes: [
      GraphNode.create({ opType: 'QuantizeLinear', name: 'q', inputs: ['x', 's', 'z'], outputs: ['q'] }),
      GraphNode.create({ opType: 'DequantizeLinear', name: 'd', inputs: ['q', 's', 'z'], outputs: ['d'] }),
    ],
    initializers: [
      Initializer.create('s', { dtype: 'float32', shape: [], data: Float32Array.of(1) }),
      Initializer.fromBytes('z', 'float8e4m3fn', [], new Uint8Array(1)),
    ],
    inputs: [ValueInfo.create({ name: 'x', dtype: 'float32', shape })],
    outputs: [ValueInfo.create({ name: 'd', dtype: 'float32', shape })],
  });
  const { d } = await run(Model.create(graph, 9, new Map([['', 19]])), { x: new ort.Tensor(values, shape) });
  return Array.from(d!.data, Number);
}

const round = (value: number): number => e4m3ToNumber(numberToE4m3(value));

describe('FP8 E4M3', () => {
  it('gives all its values back', () => {
    for (let bits = 0; bits < 256; bits++) {
      const value = e4m3ToNumber(bits);
      if (Number.isNaN(value)) expect(bits & 0x7f).toBe(0x7f);
      else expect(numberToE4m3(value)).toBe(bits);
    }
  });

  it('rounds as ONNX Runtime does: everywhere, half way between values too, and beyond the greatest', async () => {
    const all = Array.from({ length: 127 }, (_, bits) => e4m3ToNumber(bits));
    const halves = all.slice(1).map((value, index) => (value + all[index]!) / 2);
    const beside = halves.flatMap((value) => [value * (1 - 2 ** -20), value * (1 + 2 ** -20)]);
    const values = [...all, ...halves, ...beside, 449, 464, 465, 1e4].flatMap((value) => [value, -value]);
    const expected = await reference(Float32Array.from(values));
    expect(Array.from(Float32Array.from(values), round)).toEqual(expected);
  });

  it('rounds any number as ONNX Runtime does', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.float({ noNaN: true, min: -1000, max: 1000 }), { minLength: 1 }), async (list) => {
        const values = Float32Array.from(list);
        expect(Array.from(values, round)).toEqual(await reference(values));
      }),
      { numRuns: 30 },
    );
  });

  it('saturates, and keeps NaN', () => {
    expect(round(Infinity)).toBe(greatestE4m3);
    expect(round(-1e9)).toBe(-greatestE4m3);
    expect(round(NaN)).toBeNaN();
  });
});
