import { describe, expect, it } from 'vitest';
import { macsOf, shapesForMacs } from '#lib/model/index.js';
import { build, int } from './build.js';

describe('macsOf', () => {
  it('counts by the definitions', () => {
    const model = build(
      [
        ['Conv', 'x w', 'c'],
        ['Conv', 'c d', 'e', { group: int(8) }],
        ['ConvTranspose', 'e t', 'u'],
        ['Relu', 'u', 'r'],
        ['Gemm', 'g gw', 'h', { transB: int(1) }],
        ['MatMul', 'g m', 'n'],
      ],
      {
        inputs: { x: [1, 3, 10, 10], g: [5, 7] },
        outputs: ['r', 'h', 'n'],
        constants: { w: [8, 3, 3, 3], d: [8, 1, 3, 3], t: [8, 2, 2, 2], gw: [4, 7], m: [7, 6] },
      },
    );
    const shapes = new Map(
      Object.entries({
        x: [1, 3, 10, 10],
        c: [1, 8, 8, 8],
        e: [1, 8, 6, 6],
        u: [1, 2, 7, 7],
        g: [5, 7],
        h: [5, 4],
        n: [5, 6],
      }),
    );
    const macs = Object.fromEntries(model.nodes.map((node) => [node.name, macsOf(node, model, shapes)]));
    expect(macs).toEqual({
      c: 8 * 8 * 8 * 27,
      e: 8 * 6 * 6 * 9,
      u: 8 * 6 * 6 * (2 * 2 * 2),
      r: 0,
      h: 5 * 4 * 7,
      n: 5 * 6 * 7,
    });
    expect(new Set(shapesForMacs(model))).toEqual(new Set(['x', 'c', 'e', 'u', 'g', 'h', 'n']));
    expect(macsOf(model.nodes[0]!, model, new Map())).toBe(0);
  });
});
