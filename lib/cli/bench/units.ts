/** Milliseconds to four digits; below 0.1 ms, microseconds. */
export function milliseconds(value: number): string {
  if (value < 0.1) return `${digits(value * 1000)} µs`;
  return value < 10_000 ? `${digits(value)} ms` : `${digits(value / 1000)} s`;
}

/** Four digits, and no exponent: 0.1234, 12.34, 1234. */
function digits(value: number): string {
  return value < 999.5 ? value.toPrecision(4) : value.toFixed(0);
}
