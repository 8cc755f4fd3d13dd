/**
 * A number as C++ streams write it by default, like printf's `%g`: six significant digits, no trailing zeros, an exponent of at
 * least two digits below 1e-4 and from 1e6 on.
 */
export function formatNumber(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value < 0 ? '-inf' : 'inf';
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const [digits = '', exponentText = '0'] = value.toExponential(5).split('e');
  const exponent = Number(exponentText);
  if (exponent >= -4 && exponent < 6) return stripZeros(value.toFixed(5 - exponent));
  const magnitude = String(Math.abs(exponent)).padStart(2, '0');
  return `${stripZeros(digits)}e${exponent < 0 ? '-' : '+'}${magnitude}`;
}

function stripZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}
