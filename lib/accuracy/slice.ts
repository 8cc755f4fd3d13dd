import { CalibrtError } from '../errors.js';

/** One entry of a numpy-like index: `3`, `-1`; `1:8:2`, `:`; `...`. */
export type SliceItem =
  | { readonly kind: 'index'; readonly at: number }
  | { readonly kind: 'range'; readonly start?: number; readonly stop?: number; readonly step: number }
  | { readonly kind: 'rest' };

/** A part of a tensor, as numpy's basic indexing has it. */
export type Slice = readonly SliceItem[];

/**
 * Reads what stands between the brackets of `scores[...,1]`.
 *
 * @throws CalibrtError `ERR_USAGE` where it is no such index.
 */
export function parseSlice(text: string): Slice {
  const items = text.split(',').map((part) => parseItem(part.trim(), text));
  if (items.filter(({ kind }) => kind === 'rest').length > 1) throw malformed(text, 'it has more than one `...`');
  return items;
}

/**
 * Places of the chosen elements in a dense row-major tensor, in order.
 *
 * @throws CalibrtError `ERR_USAGE` for an index outside the tensor, and for more indices than axes.
 */
export function sliceOffsets(slice: Slice, shape: readonly number[]): Int32Array {
  const given = slice.filter(({ kind }) => kind !== 'rest').length;
  if (given > shape.length) {
    throw new CalibrtError('ERR_USAGE', `the slice has ${given} indices, the output has ${shape.length} axes only`);
  }
  const all: SliceItem = { kind: 'range', step: 1 };
  const missing = Array.from({ length: shape.length - given }, () => all);
  const expanded = slice.some(({ kind }) => kind === 'rest')
    ? slice.flatMap((item) => (item.kind === 'rest' ? missing : [item]))
    : [...slice, ...missing];

  let offsets: Int32Array = Int32Array.of(0);
  let stride = shape.reduce((size, dim) => size * dim, 1);
  expanded.forEach((item, axis) => {
    const length = shape[axis]!;
    stride = length === 0 ? 0 : stride / length;
    const steps = positions(item, axis, length).map((at) => at * stride);
    const next = new Int32Array(offsets.length * steps.length);
    offsets.forEach((offset, i) => steps.forEach((step, j) => (next[i * steps.length + j] = offset + step)));
    offsets = next;
  });
  return offsets;
}

function parseItem(part: string, text: string): SliceItem {
  if (part === '...') return { kind: 'rest' };
  if (/^-?\d+$/.test(part)) return { kind: 'index', at: Number(part) };
  const match = /^(-?\d+)?:(-?\d+)?(?::(-?\d+)?)?$/.exec(part.replaceAll(' ', ''));
  if (match === null) throw malformed(text, `\`${part}\` is no index`);
  const [start, stop, step = 1] = match
    .slice(1)
    .map((value: string | undefined) => (value === undefined ? undefined : Number(value)));
  if (step === 0) throw malformed(text, 'its step is 0');
  return { kind: 'range', step, ...(start === undefined ? {} : { start }), ...(stop === undefined ? {} : { stop }) };
}

// As Python's slice.indices does: ends beyond the tensor are drawn in, negative ones count from its end.
function positions(item: SliceItem, axis: number, length: number): number[] {
  if (item.kind === 'index') {
    const at = item.at < 0 ? item.at + length : item.at;
    if (at >= 0 && at < length) return [at];
    throw new CalibrtError('ERR_USAGE', `the slice takes entry ${item.at} of axis ${axis}, which has ${length} only`);
  }
  if (item.kind === 'rest') return [];
  const { step } = item;
  const [least, most] = step > 0 ? [0, length] : [-1, length - 1];
  const draw = (value: number): number => Math.min(most, Math.max(least, value < 0 ? value + length : value));
  const start = item.start === undefined ? (step > 0 ? least : most) : draw(item.start);
  const stop = item.stop === undefined ? (step > 0 ? most : least) : draw(item.stop);
  const count = Math.max(0, Math.ceil((stop - start) / step));
  return Array.from({ length: count }, (_, i) => start + i * step);
}

function malformed(text: string, why: string): CalibrtError {
  return new CalibrtError(
    'ERR_USAGE',
    `the slice [${text}] cannot be read, ${why}: write it as numpy does, as in [...,1] or [:,0:4]`,
  );
}
