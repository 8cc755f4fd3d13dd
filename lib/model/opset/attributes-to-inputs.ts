import type { Tensor } from '../../data/tensor.js';
import { numberToFloat16 } from '../../float16.js';
import { float32, int64 } from '../constants.js';
import { inferTypes } from '../infer.js';
import type { GraphNode } from '../node.js';
import { constantFor, unsupported, type Upgrade, type UpgradeContext } from './context.js';

/** Squeeze-13, Unsqueeze-13, ReduceSum-13 and the other reductions of 18: `axes` became the second input. */
export const axesToInput: Upgrade = (node, context) => {
  const axes = node.bigints('axes');
  if (!axes) return;
  node.removeAttribute('axes');
  node.setInput(1, constantFor(node, context, 'axes', int64(axes)));
};

/** Split-13: the sizes became the second input. */
export const splitToInput: Upgrade = (node, context) => {
  const split = node.bigints('split');
  if (!split) return;
  node.removeAttribute('split');
  node.setInput(1, constantFor(node, context, 'split', int64(split)));
};

/** Split-18: a split into equal parts says how many. */
export const splitNumOutputs: Upgrade = (node) => {
  if (node.inputs[1] || node.has('num_outputs')) return;
  node.setAttribute('num_outputs', { type: 'int', value: BigInt(node.outputs.length) });
};

/** Slice-10: starts, ends and axes became inputs. */
export const sliceToInputs: Upgrade = (node, context) => {
  const starts = node.bigints('starts');
  const ends = node.bigints('ends');
  if (!starts || !ends) throw unsupported(node, context, 'has no starts or ends');
  const axes = node.bigints('axes');
  const inputs = [
    node.inputs[0] ?? '',
    constantFor(node, context, 'starts', int64(starts)),
    constantFor(node, context, 'ends', int64(ends)),
    ...(axes ? [constantFor(node, context, 'axes', int64(axes))] : []),
  ];
  for (const name of ['starts', 'ends', 'axes']) node.removeAttribute(name);
  node.setInputs(inputs);
};

/** TopK-10: k became an input. */
export const topKToInput: Upgrade = (node, context) => {
  const k = node.int('k');
  if (k === undefined) return;
  node.removeAttribute('k');
  node.setInput(1, constantFor(node, context, 'k', int64([k])));
};

/** Clip-11: the bounds became optional inputs. */
export const clipToInputs: Upgrade = (node, context) => {
  const min = node.float('min');
  const max = node.float('max');
  node.removeAttribute('min');
  node.removeAttribute('max');
  if (min !== undefined) node.setInput(1, constantFor(node, context, 'min', scalarLike(node, context, min)));
  if (max !== undefined) node.setInput(2, constantFor(node, context, 'max', scalarLike(node, context, max)));
};

/** Pad-11: pads and value became inputs. */
export const padToInputs: Upgrade = (node, context) => {
  const pads = node.bigints('pads');
  if (!pads) throw unsupported(node, context, 'has no pads');
  const value = node.float('value', 0);
  node.removeAttribute('pads');
  node.removeAttribute('value');
  node.setInput(1, constantFor(node, context, 'pads', int64(pads)));
  if (value !== 0) node.setInput(2, constantFor(node, context, 'value', scalarLike(node, context, value)));
};

/** Dropout-12: the ratio became an input; it means nothing in inference, which the default of the third input is. */
export const dropoutToInput: Upgrade = (node, context) => {
  const ratio = node.float('ratio');
  if (ratio === undefined) return;
  node.removeAttribute('ratio');
  node.setInput(1, constantFor(node, context, 'ratio', float32(ratio)));
};

/** DFT-20: the axis became an input. */
export const dftAxisToInput: Upgrade = (node, context) => {
  const axis = node.int('axis', 1);
  node.removeAttribute('axis');
  node.setInput(
    2,
    constantFor(node, context, 'axis', { dtype: 'int64', shape: [], data: BigInt64Array.of(BigInt(axis)) }),
  );
};

// The bound has the type of what it bounds.
function scalarLike(node: GraphNode, context: UpgradeContext, value: number): Tensor {
  switch (inferTypes(context.graph).get(node.inputs[0] ?? '')) {
    case 'float16':
      return { dtype: 'float16', shape: [], data: Uint16Array.of(numberToFloat16(value)) };
    case 'float64':
      return { dtype: 'float64', shape: [], data: Float64Array.of(value) };
    default:
      return float32(value);
  }
}
