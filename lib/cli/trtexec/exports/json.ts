import { formatNumber } from '../format-number.js';

/** A number with trtexec's six digits; JSON has no NaN and no infinity, for which `null` stands. */
export function jsonNumber(value: number): string {
  return Number.isFinite(value) ? formatNumber(value) : 'null';
}

/** `{ "a" : 1, "b" : 2 }`, values being JSON already. */
export function jsonObject(entries: readonly (readonly [key: string, json: string])[]): string {
  return `{ ${entries.map(([key, json]) => `${JSON.stringify(key)} : ${json}`).join(', ')} }`;
}

/** An array with one item a line, the comma at the beginning, as trtexec writes. */
export function jsonLines(items: readonly string[]): string {
  return `[\n${items.map((item, index) => `${index === 0 ? '  ' : ', '}${item}\n`).join('')}]\n`;
}
