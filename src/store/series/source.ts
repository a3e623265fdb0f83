// A part of a series: sorted points that lie somewhere, and what is known of them unread.
import type { MetricPoint, PointOrder } from '../../domain/metric';
import type { ChunkDigest, TimeDigest } from './chunk';
import { timesOf } from './chunk';
import { type Columns, pointAt } from './columns';
import { sortColumns } from './order';

/** Sorted points of one series, each once, read when needed. */
export interface Source {
  readonly count: number;
  /** Absent for small chunks, which are read anyway. */
  readonly digest: ChunkDigest | undefined;
  /** By (step, timestamp, value). */
  read(): Columns;
}

/** No point of a source is before the first or after the last of these. */
export interface Bounds {
  readonly first: MetricPoint;
  readonly last: MetricPoint;
}

export function sourceOf(columns: Columns): Source {
  return { count: columns.values.length, digest: undefined, read: () => columns };
}

export const timesIn = (source: Source): TimeDigest =>
  source.digest?.times ?? timesOf(source.read());

export function boundsOf(source: Source, order: PointOrder): Bounds {
  if (order === 'step') return endsOf(source);
  const times = timesIn(source);
  // Where times grow with the steps, both orders are one.
  if (times.sorted) return endsOf(source);
  return {
    first: { step: Number.NEGATIVE_INFINITY, timestamp: times.min, value: Number.NaN },
    last: {
      step: Number.POSITIVE_INFINITY,
      timestamp: times.max,
      value: Number.POSITIVE_INFINITY,
    },
  };
}

export function readIn(source: Source, order: PointOrder): Columns {
  return order === 'step' || timesIn(source).sorted
    ? source.read()
    : sortColumns(source.read(), order);
}

function endsOf(source: Source): Bounds {
  if (source.digest) return source.digest;
  const columns = source.read();
  return { first: pointAt(columns, 0), last: pointAt(columns, columns.values.length - 1) };
}
