/** JSON has no NaN or infinities: they travel as text. */
export type WireNumber = number | 'NaN' | 'Infinity' | '-Infinity';

export function toWire(value: number): WireNumber {
  if (Number.isFinite(value)) return value;
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? 'Infinity' : '-Infinity';
}

export const fromWire = (value: WireNumber): number => Number(value);
