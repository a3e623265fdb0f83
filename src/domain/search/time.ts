/** Values of times and time spans: numbers of milliseconds, dates, and spans such as `-2d` or `10m`. */
import type { RawValue } from './syntax';

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
const SPAN = /^(-?[\d.]+)(ms|[smhdw])$/i;
const DATE = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3}))?)?)?(Z)?$/;

/** Milliseconds since 1970; `-2d` is two days before `now`. Undefined for what is no time. */
export function readInstant(value: RawValue, now: number): number | undefined {
  if (value.kind === 'number') return value.value;
  if (value.kind === 'string') return parseDate(value.value);
  if (value.kind !== 'span') return undefined;
  const span = parseSpan(value.piece.text);
  return span === undefined || span > 0 ? undefined : now + span;
}

/** Milliseconds. Undefined for what is no span. */
export function readSpan(value: RawValue): number | undefined {
  if (value.kind === 'number') return value.value;
  return value.kind === 'span' ? parseSpan(value.piece.text) : undefined;
}

function parseSpan(text: string): number | undefined {
  const match = SPAN.exec(text);
  const unit = UNITS[match?.[2]?.toLowerCase() ?? ''];
  return match && unit !== undefined ? Math.round(Number(match[1]) * unit) : undefined;
}

/** A date, or a date and time, of the server's time zone, or of UTC with a `Z`. */
function parseDate(text: string): number | undefined {
  const match = DATE.exec(text.trim());
  if (!match) return undefined;
  const [year, month, day, hour, minute, second] = match
    .slice(1, 7)
    .map((part) => Number(part ?? 0));
  const parts = [year, (month ?? 1) - 1, day, hour, minute, second] as const;
  const [y, mo, d, h, mi, s] = parts.map((part) => part ?? 0);
  const ms = Number((match[7] ?? '0').padEnd(3, '0'));
  const args = [y ?? 0, mo ?? 0, d ?? 1, h ?? 0, mi ?? 0, s ?? 0, ms] as const;
  const time = match[8] ? Date.UTC(...args) : new Date(...args).getTime();
  return Number.isNaN(time) ? undefined : time;
}
