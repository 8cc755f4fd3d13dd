import { CalibrtError } from '../errors.js';

/** One error for an argument: which function, which argument, what was expected, what was found. */
export function usage(message: string): CalibrtError {
  return new CalibrtError('ERR_USAGE', message);
}

/** @throws CalibrtError `ERR_USAGE` where values are no Float32Array. */
export function checkFloats(name: string, argument: string, value: unknown): void {
  if (!(value instanceof Float32Array)) {
    throw usage(`${name}: ${argument} must be a Float32Array, not ${kindOf(value)}`);
  }
}

/** @throws CalibrtError `ERR_USAGE` where quantized values are neither an Int8Array nor a Uint8Array. */
export function checkIntegers(name: string, argument: string, value: unknown): void {
  if (!(value instanceof Int8Array || value instanceof Uint8Array)) {
    throw usage(`${name}: ${argument} must be an Int8Array or a Uint8Array, not ${kindOf(value)}`);
  }
}

/** @throws CalibrtError `ERR_USAGE` where options are no object, or their shape and axis are no dimensions. */
export function checkOptions(name: string, options: unknown, expected: string): void {
  if (typeof options !== 'object' || options === null) {
    throw usage(`${name}: options must be an object with ${expected}, not ${kindOf(options)}`);
  }
  const { shape, axis } = options as { readonly shape?: unknown; readonly axis?: unknown };
  if (shape !== undefined && !(Array.isArray(shape) && shape.every((dim) => Number.isSafeInteger(dim) && dim >= 0))) {
    throw usage(`${name}: shape must be an array of whole numbers of at least 0, not ${kindOf(shape)}`);
  }
  if (axis !== undefined && !Number.isInteger(axis)) {
    throw usage(`${name}: axis must be a whole number, not ${kindOf(axis)}`);
  }
}

/**
 * One number or several, as an array.
 *
 * @throws CalibrtError `ERR_USAGE` where they are something else; `isFit` says which numbers are none, before a typed array rounds them.
 */
export function numbersOf(
  name: string,
  argument: string,
  value: unknown,
  isFit: (value: number) => boolean,
  expected: string,
): readonly number[] {
  const isList = Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
  const all: readonly unknown[] = isList ? Array.from(value as ArrayLike<unknown>) : [value];
  const wrong = all.findIndex((each) => typeof each !== 'number' || !isFit(each));
  if (wrong < 0) return all as readonly number[];
  const at = isList ? `${argument}[${wrong}]` : argument;
  throw usage(`${name}: ${at} must be ${expected}, not ${kindOf(all[wrong])}`);
}

/** What was found, in a word or two. */
function kindOf(value: unknown): string {
  if (value === null || value === undefined || typeof value === 'number') return String(value);
  if (typeof value === 'string') return `"${value}"`;
  if (Array.isArray(value))
    return `the array [${value.slice(0, 4).map(kindOf).join(', ')}${value.length > 4 ? ', …' : ''}]`;
  return `a ${Object.prototype.toString.call(value).slice(8, -1)}`;
}
