/** Numbers and counts as people read them. */

/** `812 B`, `1.5 KB`, `20 MB`: powers of 1024, at most three digits. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1023.5 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const text = unit === 0 || value >= 99.95 ? String(Math.round(value)) : value.toFixed(1);
  return `${text.replace(/\.0$/, '')} ${units[unit]}`;
}

/** Up to five significant digits; an exponent outside 1e-3 … 1e6; NaN and infinities as they are. */
export function formatMetric(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e6) return String(value);
  if (size < 1e-3 || size >= 1e6) return value.toExponential(3).replace(/\.?0+e/, 'e');
  const text = value.toPrecision(5);
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** `1 run`, `2 runs`. */
export const countOf = (count: number, noun: string): string =>
  `${count} ${noun}${count === 1 ? '' : 's'}`;
