/** Values of flags that are more than a word; every failure is `ERR_USAGE` and names the flag. */
import { CalibrtError } from '../errors.js';

/** `a,b,c` → `['a', 'b', 'c']`. */
export function parseList(flag: string, text: string): string[] {
  const items = text.split(',').map((item) => item.trim());
  if (items.some((item) => item === '')) throw usage(`${flag} has an empty entry: \`${text}\``);
  return items;
}

/** `123.675,116.28,103.53` → numbers; a single number stands for all channels. */
export function parseNumbers(flag: string, text: string): number[] {
  return parseList(flag, text).map((item) => {
    const value = Number(item);
    if (!Number.isFinite(value)) throw usage(`${flag} takes numbers separated by commas, not \`${item}\``);
    return value;
  });
}

/** `320x240` → `[320, 240]` (width, height); `native` keeps each image's own size. */
export function parseResize(flag: string, text: string): [number, number] | 'native' {
  if (text === 'native') return text;
  const match = /^([1-9]\d*)x([1-9]\d*)$/.exec(text);
  if (match === null) throw usage(`${flag} takes WxH, as in 320x240, or native, not \`${text}\``);
  return [Number(match[1]), Number(match[2])];
}

/** `512M`, `4G`, `1.5g`, `65536B`; no suffix means MiB, as in trtexec. Bytes. */
export function parseSize(flag: string, text: string): number {
  const match = /^(\d+(?:\.\d+)?)([bkmg]?)$/i.exec(text);
  if (match === null) throw usage(`${flag} takes a size such as 512M or 4G, not \`${text}\``);
  const power = { b: 0, k: 1, m: 2, g: 3 }[(match[2] === '' ? 'm' : match[2]!).toLowerCase()]!;
  return Math.floor(Number(match[1]) * 1024 ** power);
}

/** `images:1x3x224x224,mask:1x10` → dims by input name; the name ends at the last colon. */
export function parseShapes(flag: string, text: string): Record<string, number[]> {
  const entries = parseList(flag, text).map((entry): [string, number[]] => {
    const colon = entry.lastIndexOf(':');
    const dims = entry.slice(colon + 1);
    if (colon < 1 || !/^\d+(x\d+)*$/.test(dims)) {
      throw usage(`${flag} takes NAME:DIMS, as in input:1x3x224x224, not \`${entry}\``);
    }
    return [entry.slice(0, colon), dims.split('x').map(Number)];
  });
  return Object.fromEntries(entries);
}

function usage(message: string): CalibrtError {
  return new CalibrtError('ERR_USAGE', message);
}
