import { describe, expect, it } from 'vitest';
import { activationTensors } from '#lib/model/index.js';
import { build, int, ints, type Line } from './build.js';

function of(lines: readonly Line[], outputs: readonly string[]): string[] {
  const constants = { w: [4, 4], indices: [0n, 1n] };
  return activationTensors(build(lines, { inputs: { x: ['n', 4] }, outputs, constants }));
}

describe('activation tensors', () => {
  it('are the inputs and what is computed from their values, once each and in order', () => {
    const lines: Line[] = [
      ['MatMul', 'x w', 'product'],
      ['TopK', 'product indices', 'values places', { axis: int(1) }],
      ['Relu', 'values', 'y'],
    ];
    expect(of(lines, ['y'])).toEqual(['x', 'product', 'values', 'places', 'y']);
  });

  it('leave out what comes of constants alone, and outputs without a name', () => {
    const lines: Line[] = [
      ['Transpose', 'w', 'turned', { perm: ints(1, 0) }],
      ['Relu', 'turned', 'positive'],
      ['MatMul', 'x positive', 'product'],
      ['Dropout', 'product', 'y _'],
    ];
    expect(of(lines, ['y'])).toEqual(['x', 'product', 'y']);
  });

  it('leave out what is computed from shapes alone', () => {
    const lines: Line[] = [
      ['Shape', 'x', 'shape'],
      ['Cast', 'shape', 'lengths', { to: int(1) }],
      ['Mul', 'lengths lengths', 'squares'],
      ['Cast', 'squares', 'target', { to: int(7) }],
      ['Expand', 'x target', 'y'],
    ];
    expect(of(lines, ['y'])).toEqual(['x', 'y']);
  });

  it('hold random values, though these come of nothing', () => {
    const lines: Line[] = [
      ['RandomNormal', '', 'noise', { shape: ints(1, 4) }],
      ['Add', 'x noise', 'y'],
    ];
    expect(of(lines, ['y'])).toContain('noise');
  });
});
