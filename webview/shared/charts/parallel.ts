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
  return { key, kind, ...scaled };
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
  const texts =
    finite.length === 0
      ? []
      : half > 0
        ? Array.from({ length: TICKS }, (_, i) => i / (TICKS - 1))
        : [0.5];
  const back = (at: number) => (half > 0 ? low * (1 - at) + high * at : low);
  return {
    places: numbers.map((value) => (Number.isFinite(into(value)) ? place(value) : Number.NaN)),
    ticks: texts.map((at) => {
      const value = back(at);
      return { place: at, text: formatMetric(isLog ? 10 ** value : value) };
    }),
  };
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

/** A parameter and a metric may have one name. */
export const brushKey = ({ key, kind }: Pick<ParallelAxis, 'key' | 'kind'>): string =>
  `${kind} ${key}`;
