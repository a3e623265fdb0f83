/** Number literals by value, whatever their spelling. */

/** `0xFF`, `2_55` and `255` are one value; integers, floats and imaginaries stay apart. */
export function numberValue(text: string): {
  type: 'integer' | 'float' | 'imaginary' | 'number';
  value: string;
} {
  const plain = text.replaceAll('_', '').toLowerCase();
  if (/^0[xob]/.test(plain)) return integer(plain, text);
  if (plain.endsWith('j')) return decimal('imaginary', plain.slice(0, -1), text);
  return /^\d+$/.test(plain) ? integer(plain, text) : decimal('float', plain, text);
}

function integer(plain: string, text: string): { type: 'integer' | 'number'; value: string } {
  try {
    return { type: 'integer', value: BigInt(plain).toString() };
  } catch {
    // Python 2's `0777L` and the like: kept as written.
    return { type: 'number', value: text };
  }
}

function decimal<T extends 'float' | 'imaginary'>(type: T, plain: string, text: string) {
  const value = Number(plain);
  return Number.isNaN(value)
    ? { type: 'number' as const, value: text }
    : { type, value: String(value) };
}
