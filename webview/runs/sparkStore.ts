/** Small lines for the rows in view: asked for in batches, kept for a while, renewed as series grow. */
import { Emitter, type Event } from '../../src/base/event';
import type { SeriesColumns } from '../../src/protocol/rows';
import { fromWire } from '../../src/protocol/wire';
import type { Spark } from '../shared/table/cells';
import { sparkLabel } from '../shared/table/spark';

export type SparkLine = Pick<Spark, 'buckets' | 'label'>;

export interface SeriesName {
  readonly runId: string;
  readonly key: string;
}

export interface SparkPorts {
  series(of: readonly SeriesName[], buckets: number): Promise<readonly SeriesColumns[]>;
  /** Calls back once; the result cancels. */
  after(milliseconds: number, callback: () => void): () => void;
}

/** A bucket per pixel of the line. */
export const BUCKETS = 70;
const GATHER_MS = 30;
/** A line that grows is renewed this often. */
const RENEW_MS = 1000;
const RETRY_MS = 3000;
const MOST_AT_ONCE = 100;
const MOST_HELD = 3000;

interface Entry extends SeriesName {
  line: SparkLine | undefined;
  isStale: boolean;
  /** How many cells show it now. */
  watchers: number;
}

export class SparkStore {
  private readonly entries = new Map<string, Entry>();
  private readonly changed = new Emitter<string>();
  /** The metric whose lines have changed. */
  readonly onDidChange: Event<string> = this.changed.event;
  private isAsking = false;
  private cancel: (() => void) | undefined;
  /** Milliseconds that are waited for while `cancel` is there. */
  private pause = 0;

  constructor(private readonly ports: SparkPorts) {}

  /** Undefined: not here yet. */
  line(name: SeriesName): SparkLine | undefined {
    return this.entries.get(idOf(name))?.line;
  }

  /** Over all lines of the metric that cells show now, so that they compare. */
  range(key: string): readonly [number, number] | undefined {
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const entry of this.entries.values()) {
      if (entry.key !== key || entry.watchers === 0) continue;
      for (const bucket of entry.line?.buckets ?? []) {
        if (!bucket) continue;
        low = Math.min(low, bucket[0]);
        high = Math.max(high, bucket[1]);
      }
    }
    return low <= high ? [low, high] : undefined;
  }

  /** Shown from now on; the result ends it. */
  watch(name: SeriesName): () => void {
    const id = idOf(name);
    const entry = this.entries.get(id) ?? { ...name, line: undefined, isStale: true, watchers: 0 };
    // The last one in the map is the one that was watched last.
    this.entries.delete(id);
    this.entries.set(id, entry);
    entry.watchers += 1;
    if (entry.isStale) this.schedule(GATHER_MS);
    return () => {
      entry.watchers -= 1;
      this.forget();
    };
  }

  /** The series has new points. */
  grown(name: SeriesName): void {
    const entry = this.entries.get(idOf(name));
    if (!entry || entry.isStale) return;
    entry.isStale = true;
    if (entry.watchers > 0) this.schedule(RENEW_MS);
  }

  /** Nothing is known any more: after a gap in the events. */
  reset(): void {
    for (const entry of this.entries.values()) entry.isStale = true;
    this.schedule(GATHER_MS);
  }

  dispose(): void {
    this.cancel?.();
    this.changed.dispose();
  }

  /** Rows that come into view do not wait for lines that grow; only a pause after a failure is kept. */
  private schedule(milliseconds: number): void {
    if (this.isAsking) return;
    if (this.cancel && (milliseconds >= this.pause || this.pause === RETRY_MS)) return;
    this.cancel?.();
    this.pause = milliseconds;
    this.cancel = this.ports.after(milliseconds, () => {
      this.cancel = undefined;
      void this.ask();
    });
  }

  /** Never rejects: a line that cannot be read is asked for again. */
  private async ask(): Promise<void> {
    const wanted = [...this.entries.values()].filter((each) => each.isStale && each.watchers > 0);
    const batch = wanted.slice(-MOST_AT_ONCE);
    if (batch.length === 0) return;
    this.isAsking = true;
    for (const entry of batch) entry.isStale = false;
    let hasFailed = false;
    try {
      const names = batch.map(({ runId, key }) => ({ runId, key }));
      this.take(batch, await this.ports.series(names, BUCKETS));
    } catch {
      // The table says that the server cannot be asked; here it is only tried again.
      for (const entry of batch) entry.isStale = true;
      hasFailed = true;
    }
    this.isAsking = false;
    const left = [...this.entries.values()].filter((each) => each.isStale && each.watchers > 0);
    if (left.length === 0) return;
    const isNew = wanted.length > batch.length || left.some(({ line }) => line === undefined);
    this.schedule(hasFailed ? RETRY_MS : isNew ? GATHER_MS : RENEW_MS);
  }

  private take(batch: readonly Entry[], series: readonly SeriesColumns[]): void {
    const byId = new Map(series.map((each) => [idOf(each), each]));
    for (const entry of batch) {
      const found = byId.get(idOf(entry));
      entry.line = lineOf(entry.key, found);
    }
    for (const key of new Set(batch.map((entry) => entry.key))) this.changed.fire(key);
  }

  private forget(): void {
    if (this.entries.size <= MOST_HELD) return;
    for (const [id, entry] of this.entries) {
      if (this.entries.size <= MOST_HELD) return;
      if (entry.watchers === 0) this.entries.delete(id);
    }
  }
}

const idOf = ({ runId, key }: SeriesName): string => `${runId} ${key}`;

/** Extremes per bucket of steps, from points that hold the extremes already. */
export function lineOf(key: string, series: SeriesColumns | undefined): SparkLine {
  const steps = series?.steps ?? [];
  const values = (series?.values ?? []).map(fromWire);
  const finite = values.filter(Number.isFinite);
  const [first, last] = [steps[0] ?? 0, steps.at(-1) ?? 0];
  const span = last - first;
  const count = Math.min(BUCKETS, values.length);
  const buckets: Bucket[] = Array.from({ length: count }, () => undefined);
  values.forEach((value, i) => {
    const share = span > 0 ? ((steps[i] ?? first) - first) / span : i / count;
    const place = Math.min(count - 1, Math.floor(share * count));
    buckets[place] = withValue(buckets[place], value);
  });
  const label = sparkLabel(key, {
    first: finite[0] ?? 0,
    last: finite.at(-1) ?? 0,
    steps: span,
    count: finite.length,
  });
  return { buckets: joined(buckets), label };
}

/** Undefined: nothing was logged there; null: nothing that is finite. */
type Bucket = readonly [number, number] | null | undefined;

function withValue(bucket: Bucket, value: number): Bucket {
  if (!Number.isFinite(value)) return bucket ?? null;
  return bucket ? [Math.min(bucket[0], value), Math.max(bucket[1], value)] : [value, value];
}

/** Few steps in many buckets leave holes that are no gaps: where nothing was logged, the line goes on. */
function joined(buckets: readonly Bucket[]): (readonly [number, number] | null)[] {
  let before: readonly [number, number] | null = null;
  return buckets.map((bucket) => {
    if (bucket === undefined) return before && [before[1], before[1]];
    before = bucket;
    return bucket;
  });
}
