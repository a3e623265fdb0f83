/** Round places for the marks of an axis that shows time, and times and spans as short texts. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Distances between marks that people read easily, in milliseconds. */
const STEPS = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((s) => s * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((m) => m * MINUTE),
  ...[1, 2, 3, 6, 12].map((h) => h * HOUR),
  ...[1, 2, 7, 14, 30, 90, 180, 365].map((d) => d * DAY),
];

/**
 * Round places between two times or spans in milliseconds, at most `most` of them.
 * @param offset milliseconds to add to get local time, so that marks stand at local hours and days.
 */
export function roundTicks(from: number, to: number, most: number, offset: number = 0): number[] {
  if (!(to > from) || !Number.isFinite(to - from) || most < 1) return [];
  const wanted = (to - from) / most;
  const years = Math.ceil(wanted / (365 * DAY)) * 365 * DAY;
  const step = STEPS.find((each) => each >= wanted) ?? years;
  const first = Math.ceil((from + offset) / step) * step - offset;
  const ticks: number[] = [];
  for (let tick = first; tick <= to && ticks.length < most; tick += step) ticks.push(tick);
  return ticks;
}

/** `250 ms`, `1.5 s`, `2.5 min`, `3 h`, `2 d`; a sign before negative ones. */
export function spanText(milliseconds: number): string {
  const size = Math.abs(milliseconds);
  const units: [number, string][] = [
    [DAY, 'd'],
    [HOUR, 'h'],
    [MINUTE, 'min'],
    [SECOND, 's'],
  ];
  const [unit, name] = units.find(([each]) => size >= each) ?? [1, 'ms'];
  return `${Number((milliseconds / unit).toPrecision(4))} ${name}`;
}

const CLOCK = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
const FORMS = {
  day: { day: 'numeric', month: 'short' },
  minute: CLOCK,
  second: { ...CLOCK, second: '2-digit' },
  part: { ...CLOCK, second: '2-digit', fractionalSecondDigits: 3 },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>;

/** Made once each: making one takes longer than a hundred texts of it. */
const made = new Map<keyof typeof FORMS, Intl.DateTimeFormat>();

/** As exact as marks that are `step` milliseconds apart need, in local time: `11:48`, `21 Nov`. */
export function timeText(at: number, step: number): string {
  if (Number.isNaN(new Date(at).getTime())) return '–';
  const name = step >= DAY ? 'day' : step >= MINUTE ? 'minute' : step >= SECOND ? 'second' : 'part';
  const form = made.get(name) ?? new Intl.DateTimeFormat(undefined, FORMS[name]);
  made.set(name, form);
  return form.format(at);
}
