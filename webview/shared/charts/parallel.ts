/** Axes of parallel coordinates: where a value stands on each, what a brush lets pass. */
import { formatMetric } from '../../../src/domain/display';
import { numberOf } from './correlation';

export interface ParallelColumn {
  readonly key: string;
  readonly kind: 'param' | 'metric';
  /** One per run; null: it has none. */
  readonly values: readonly (string | number | null)[];
  readonly isLog?: boolean;
}

export interface ParallelAxis {
  readonly key: string;
  readonly kind: 'param' | 'metric';
  /** 0 (bottom) … 1 (top) per run; NaN where it has no value that the axis can show. */
  readonly places: readonly number[];
  readonly ticks: readonly { readonly place: number; readonly text: string }[];
  /** Its values are names, not numbers. */
  readonly isText: boolean;
}

/** A part of an axis, 0 … 1, the lower end first. */
export type Brush = readonly [number, number];

/** Beyond so many texts the marks of an axis cannot be read. */
const MOST_TEXTS = 12;
const TICKS = 5;

/** A column of numbers has a linear or logarithmic axis; any text in it makes it one of names, in order. */
export function axisOfColumn({ key, kind, values, isLog = false }: ParallelColumn): ParallelAxis {
  const numbers = values.map((value) =>
    value === null ? Number.NaN : typeof value === 'number' ? value : numberOf(value),
  );
  const isNumeric = values.every((value, i) => typeof value !== 'string' || isNumber(numbers[i]));
  const scaled = isNumeric ? numberAxis(numbers, isLog) : textAxis(values);
  return { key, kind, isText: !isNumeric, ...scaled };
}

const isNumber = (value: number | undefined): boolean =>
  value !== undefined && !Number.isNaN(value);

type Scaled = Pick<ParallelAxis, 'places' | 'ticks'>;

function numberAxis(numbers: readonly number[], isLog: boolean): Scaled {
  const into = (value: number) => (isLog ? Math.log10(value) : value);
  const finite = numbers.map(into).filter(Number.isFinite);
  const low = finite.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const high = finite.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  // Halves first: the distance of the largest numbers is beyond all numbers.
  const half = high / 2 - low / 2;
  const place = (value: number) => (half > 0 ? (into(value) / 2 - low / 2) / half : 0.5);
  const marks = marksOf(finite, { low, high, isLog });
  return {
    places: numbers.map((value) => (Number.isFinite(into(value)) ? place(value) : Number.NaN)),
    ticks: marks.map((value) => ({ place: place(value), text: formatMetric(value) })),
  };
}

/** Of so few different values each has a mark. */
const FEW_VALUES = 7;
/** Marks that are nearer than this share of the axis run into each other. */
const CLOSE = 0.05;

/** Where marks stand, as values: at the few that there are, else at round ones. `shown` is as the axis shows them. */
function marksOf(
  shown: readonly number[],
  { low, high, isLog }: { readonly low: number; readonly high: number; readonly isLog: boolean },
): number[] {
  const all = [...new Set(shown)].sort((a, b) => a - b);
  const span = high - low;
  // 10 ** log10(x) is not always x.
  const out = (at: number) => (isLog ? Number((10 ** at).toPrecision(12)) : at);
  if (all.length <= FEW_VALUES || !Number.isFinite(span)) {
    const [first, last] = [all[0], all.at(-1)];
    const kept = all.filter((at, i) => i === 0 || !(at - (all[i - 1] ?? at) < CLOSE * span));
    return (Number.isFinite(span) ? kept : [first, last]).filter((at) => at !== undefined).map(out);
  }
  if (isLog && span >= 2) {
    const first = Math.ceil(low - 1e-9);
    return Array.from({ length: Math.floor(high + 1e-9) - first + 1 }, (_, i) => 10 ** (first + i));
  }
  return isLog ? roundValues(10 ** low, 10 ** high) : roundValues(low, high);
}

/** Multiples of 1, 2 or 5 times a power of ten between two values. */
function roundValues(low: number, high: number): number[] {
  const wanted = (high - low) / TICKS;
  const power = 10 ** Math.floor(Math.log10(wanted));
  const step = [1, 2, 5, 10].map((n) => n * power).find((each) => each >= wanted) ?? wanted;
  const first = Math.ceil(low / step);
  const count = Math.floor(high / step) - first + 1;
  // Counted, not added up, so that 0.3 is not 0.30000000000000004.
  return Array.from({ length: count }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

function textAxis(values: readonly (string | number | null)[]): Scaled {
  const texts = values.map((value) => (value === null ? undefined : String(value)));
  const all = [...new Set(texts.filter((text) => text !== undefined))].sort((a, b) =>
    a.localeCompare(b, 'en', { numeric: true }),
  );
  const place = new Map(
    all.map((text, i) => [text, all.length === 1 ? 0.5 : i / (all.length - 1)]),
  );
  const shown = all.length <= MOST_TEXTS ? all : [all[0] ?? '', all.at(-1) ?? ''];
  return {
    places: texts.map((text) =>
      text === undefined ? Number.NaN : (place.get(text) ?? Number.NaN),
    ),
    ticks: shown.map((text) => ({ place: place.get(text) ?? 0, text })),
  };
}

/** Whether each run lies within every brush; a run without a value does not. */
export function passing(
  axes: readonly ParallelAxis[],
  brushes: Readonly<Record<string, Brush>>,
): boolean[] {
  const runs = axes[0]?.places.length ?? 0;
  return Array.from({ length: runs }, (_, i) =>
    axes.every(({ key, kind, places }) => {
      const brush = brushes[brushKey({ key, kind })];
      const place = places[i] ?? Number.NaN;
      return !brush || (place >= brush[0] && place <= brush[1]);
    }),
  );
}

/** A place over the axes: `across` counts them from 0, `up` is 0 (bottom) … 1 (top). */
export interface ParallelPlace {
  readonly across: number;
  readonly up: number;
}

/** The line that is nearest above or below a place, of those that pass; undefined when none is within `reach`. */
export function lineAt(
  axes: readonly ParallelAxis[],
  { across, up }: ParallelPlace,
  { isPassing, reach }: { readonly isPassing: readonly boolean[]; readonly reach: number },
): number | undefined {
  const left = Math.max(0, Math.min(axes.length - 2, Math.floor(across)));
  const [a, b] = [axes[left]?.places, axes[left + 1]?.places];
  const share = across - left;
  let best: { run: number; distance: number } | undefined;
  for (let run = 0; run < isPassing.length; run += 1) {
    if (!isPassing[run]) continue;
    const from = a?.[run] ?? Number.NaN;
    const at = b ? from * (1 - share) + (b[run] ?? Number.NaN) * share : from;
    const distance = Math.abs(at - up);
    if (distance <= reach && (!best || distance < best.distance)) best = { run, distance };
  }
  return best?.run;
}

/** A parameter and a metric may have one name. */
export const brushKey = ({ key, kind }: Pick<ParallelAxis, 'key' | 'kind'>): string =>
  `${kind} ${key}`;
