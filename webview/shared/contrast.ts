/** Contrast of colours by WCAG 2.2, and colours moved until they have enough of it. */

/** 0 … 255 and 0 … 1. */
export interface Colour {
  readonly r: number;
  readonly g: number;
  readonly b: number;
  readonly a: number;
}

/** Of text; lines, marks and borders of controls need `LINE_CONTRAST` (WCAG 1.4.3, 1.4.11). */
export const TEXT_CONTRAST = 4.5;
export const LINE_CONTRAST = 3;

/** Reads `#rgb[a]`, `#rrggbb[aa]`, `rgb()`, `rgba()` and `color(srgb …)`; undefined for what else there is. */
export function parseColour(text: string): Colour | undefined {
  const trimmed = text.trim().toLowerCase();
  if (trimmed === 'transparent') return { r: 0, g: 0, b: 0, a: 0 };
  const hex = /^#([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})$/.exec(trimmed)?.[1];
  if (hex !== undefined) return fromHex(hex);
  const call = /^(rgba?|color)\((?:srgb\s)?([^)]*)\)$/.exec(trimmed);
  if (!call) return undefined;
  const parts = (call[2] ?? '').split(/[\s,/]+/).filter((part) => part !== '');
  const scale = call[1] === 'color' ? 255 : 1;
  const [r, g, b] = parts.slice(0, 3).map((part) => Number.parseFloat(part) * scale);
  const alpha = parts[3] === undefined ? 1 : Number.parseFloat(parts[3]);
  const a = parts[3]?.endsWith('%') ? alpha / 100 : alpha;
  if (r === undefined || g === undefined || b === undefined) return undefined;
  return [r, g, b, a].every(Number.isFinite) ? { r, g, b, a } : undefined;
}

function fromHex(hex: string): Colour {
  const full = hex.length <= 4 ? hex.replace(/./g, '$&$&') : hex;
  const byte = (at: number) => Number.parseInt(full.slice(at, at + 2), 16);
  return { r: byte(0), g: byte(2), b: byte(4), a: full.length === 8 ? byte(6) / 255 : 1 };
}

/** `over` seen on `under`; opaque when `under` is. */
export function blend(over: Colour, under: Colour): Colour {
  const a = over.a + under.a * (1 - over.a);
  if (a === 0) return under;
  const mix = (x: number, y: number) => (x * over.a + y * under.a * (1 - over.a)) / a;
  return { r: mix(over.r, under.r), g: mix(over.g, under.g), b: mix(over.b, under.b), a };
}

/** 0 (black) … 1 (white): https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
export function luminance({ r, g, b }: Colour): number {
  const linear = (byte: number) => {
    const part = byte / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
}

/** 1 … 21: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio; what is translucent is seen on `under`. */
export function contrast(colour: Colour, under: Colour): number {
  const [light, dark] = [luminance(blend(colour, under)), luminance(under)].sort((x, y) => y - x);
  return ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05);
}

/**
 * `colour` if it has `ratio` on `background`, else moved towards black or white by as little as gives it.
 * What cannot be read as a colour is returned as it is.
 */
export function withContrast(colour: string, background: string, ratio: number): string {
  const own = parseColour(colour);
  const under = parseColour(background);
  if (!own || !under || contrast(own, under) >= ratio) return colour;
  const seen = blend(own, { ...under, a: 1 });
  const pole = luminance(under) > 0.179 ? 0 : 255;
  for (let share = 0.05; share <= 1; share += 0.05) {
    const move = (x: number) => x + (pole - x) * share;
    const moved = { r: move(seen.r), g: move(seen.g), b: move(seen.b), a: 1 };
    // Rounding may not take back what was reached.
    if (contrast(rounded(moved), under) >= ratio) return toHex(moved);
  }
  return toHex({ r: pole, g: pole, b: pole, a: 1 });
}

const rounded = ({ r, g, b, a }: Colour): Colour => ({
  r: Math.round(r),
  g: Math.round(g),
  b: Math.round(b),
  a,
});

export function toHex(colour: Colour): string {
  const { r, g, b } = rounded(colour);
  return `#${[r, g, b].map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}
