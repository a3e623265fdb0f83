/**
 * Points of metrics of an MLflow server, reduced to what a chart shows. The whole history is read where
 * that is affordable, so that no spike is lost; of a longer one the server's own sample.
 */
import { Buckets } from '../../domain/downsample';
import { comparePoints } from '../../domain/metric';
import type { MlflowClient } from './mlflowClient';
import type { RemotePoint } from './wire';

const PAGE = 25_000;
/** Histories beyond these many points are sampled by the server. */
const MOST_POINTS = 4 * PAGE;
/** Points that are kept of all series; the series not asked for the longest goes first. */
const MOST_HELD = 1_000_000;

export interface SeriesName {
  readonly runId: string;
  readonly key: string;
}
export interface SeriesRange {
  /** About as many as pixel columns. */
  readonly buckets: number;
  readonly fromStep?: number | undefined;
  readonly toStep?: number | undefined;
}
export interface ReducedSeries {
  readonly points: readonly RemotePoint[];
  /** Points of the whole series; at least these many when the server sampled them. */
  readonly count: number;
}

interface Held {
  /** Ordered by step, then time. */
  readonly points: readonly RemotePoint[];
  readonly isWhole: boolean;
  /** Points of the series, at least. */
  readonly count: number;
  /** What the series was when it was read: read again when it is something else. */
  readonly revision: number;
}

export class Histories {
  private readonly held = new Map<string, Held>();
  private readonly reading = new Map<string, Promise<Held>>();

  constructor(private readonly client: MlflowClient) {}

  /** @param revision grows whenever the series has changed. */
  async series(name: SeriesName, range: SeriesRange, revision: number): Promise<ReducedSeries> {
    const held = await this.read(name, revision);
    const zoomed = held.isWhole || range.fromStep === undefined || range.toStep === undefined;
    const points = zoomed ? held.points : ((await this.client.sample(name, range)) ?? held.points);
    return { points: reduce(points, range), count: held.count };
  }

  /** Callers that ask for the same series at the same time share one answer. */
  private async read(name: SeriesName, revision: number): Promise<Held> {
    const id = `${name.runId} ${name.key}`;
    const held = this.held.get(id);
    if (held?.revision === revision) {
      this.keep(id, held);
      return held;
    }
    const asked = `${id} ${revision}`;
    const reading = this.reading.get(asked) ?? this.fetch(name, revision);
    this.reading.set(asked, reading);
    try {
      const fresh = await reading;
      this.keep(id, fresh);
      return fresh;
    } finally {
      this.reading.delete(asked);
    }
  }

  private async fetch(name: SeriesName, revision: number): Promise<Held> {
    const points: RemotePoint[] = [];
    let pageToken: string | undefined;
    do {
      const page = await this.client.history({ ...name, limit: PAGE, pageToken });
      for (const point of page.items) points.push(point);
      pageToken = page.next;
      if (pageToken !== undefined && points.length >= MOST_POINTS) {
        const sample = await this.client.sample(name, {});
        const held = ordered(sample ?? points);
        return { points: held, isWhole: false, count: points.length, revision };
      }
    } while (pageToken !== undefined);
    const whole = ordered(points);
    return { points: whole, isWhole: true, count: whole.length, revision };
  }

  private keep(id: string, held: Held): void {
    this.held.delete(id);
    this.held.set(id, held);
    let kept = 0;
    for (const { points } of this.held.values()) kept += points.length;
    for (const [oldest, { points }] of this.held) {
      if (kept <= MOST_HELD || oldest === id) break;
      this.held.delete(oldest);
      kept -= points.length;
    }
  }
}

/** By step and time, each point once: a retried call may have logged it twice. */
function ordered(points: readonly RemotePoint[]): readonly RemotePoint[] {
  const sorted = [...points].sort(comparePoints);
  return sorted.filter((point, index) => {
    const before = sorted[index - 1];
    return before === undefined || comparePoints(before, point) !== 0;
  });
}

function reduce(points: readonly RemotePoint[], range: SeriesRange): readonly RemotePoint[] {
  const { buckets, fromStep = Number.NEGATIVE_INFINITY, toStep = Number.POSITIVE_INFINITY } = range;
  const seen = points.filter(({ step }) => step >= fromStep && step <= toStep);
  const [first, last] = [seen[0], seen.at(-1)];
  // Up to four of each bucket are kept: fewer points need no reduction.
  if (!first || !last || seen.length <= buckets * 2) return seen;
  const reduced = new Buckets({ count: buckets, by: 'step', from: first.step, to: last.step });
  for (const { step, timestamp, value } of seen) reduced.add(step, timestamp, value);
  return reduced.points();
}
