// Points of a long series by bucket: first, least, greatest and last, so that no spike is lost.
import { comparatorOf, comparePoints, type MetricPoint, type PointOrder } from './metric';

/** Points one per slot, by column. */
class Slots {
  readonly steps: Float64Array;
  readonly times: Float64Array;
  readonly values: Float64Array;

  constructor(count: number) {
    this.steps = new Float64Array(count);
    this.times = new Float64Array(count);
    this.values = new Float64Array(count).fill(Number.NaN);
  }

  set(slot: number, step: number, timestamp: number, value: number): void {
    this.steps[slot] = step;
    this.times[slot] = timestamp;
    this.values[slot] = value;
  }

  at(slot: number): MetricPoint {
    return {
      step: this.steps[slot] ?? 0,
      timestamp: this.times[slot] ?? 0,
      value: this.values[slot] ?? Number.NaN,
    };
  }

  /** Whether the held point comes after another in this order; of two at one place by value. */
  isAfter(slot: number, order: PointOrder, { step, timestamp, value }: MetricPoint): boolean {
    const steps = (this.steps[slot] ?? 0) - step;
    const times = (this.times[slot] ?? 0) - timestamp;
    const place = order === 'step' ? steps || times : times || steps;
    return (place || (this.values[slot] ?? Number.NaN) - value) > 0;
  }
}

/** Points by column; the three have the same length. */
export interface PointColumns {
  readonly steps: ArrayLike<number>;
  readonly times: ArrayLike<number>;
  readonly values: ArrayLike<number>;
}

/**
 * Indexes of the first, last, least and greatest finite value from index `start` up to `end`;
 * undefined when none is finite.
 */
export function finiteExtremes(
  values: ArrayLike<number>,
  start: number,
  end: number,
): readonly [first: number, last: number, min: number, max: number] | undefined {
  let [first, last, min, max] = [-1, -1, -1, -1];
  let [least, greatest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = start; i < end; i++) {
    const value = values[i] ?? Number.NaN;
    if (!Number.isFinite(value)) continue;
    if (first < 0) first = i;
    last = i;
    if (value < least) [least, min] = [value, i];
    if (value > greatest) [greatest, max] = [value, i];
  }
  return first < 0 ? undefined : [first, last, min, max];
}

const EMPTY = 0;
const ODD = 1;
const FINITE = 2;

export interface BucketRange {
  readonly count: number;
  /** The column that the buckets divide. */
  readonly by: PointOrder;
  readonly from: number;
  readonly to: number;
}

/**
 * Buckets of equal width over a range of steps or times, both ends included. Points may come in any
 * order; one outside the range is the caller's mistake and falls into the nearest bucket.
 */
export class Buckets {
  private readonly state: Uint8Array;
  private readonly first: Slots;
  private readonly last: Slots;
  private readonly min: Slots;
  private readonly max: Slots;
  private readonly count: number;
  private readonly order: PointOrder;
  private readonly from: number;
  private readonly scale: number;

  constructor({ count, by, from, to }: BucketRange) {
    this.count = count;
    this.order = by;
    this.from = from;
    this.scale = to > from ? count / (to - from) : 0;
    this.state = new Uint8Array(count);
    this.first = new Slots(count);
    this.last = new Slots(count);
    this.min = new Slots(count);
    this.max = new Slots(count);
  }

  /** The bucket of a step or time. */
  indexOf(place: number): number {
    const index = Math.floor((place - this.from) * this.scale);
    return Math.max(0, Math.min(this.count - 1, index));
  }

  add(step: number, timestamp: number, value: number): void {
    const slot = this.indexOf(this.order === 'step' ? step : timestamp);
    if (!Number.isFinite(value)) {
      this.addOdd(slot, step, timestamp, value);
      return;
    }
    if (this.state[slot] !== FINITE) {
      this.state[slot] = FINITE;
      for (const held of [this.first, this.last, this.min, this.max]) {
        held.set(slot, step, timestamp, value);
      }
      return;
    }
    const { order } = this;
    const point = { step, timestamp, value };
    if (this.first.isAfter(slot, order, point)) this.first.set(slot, step, timestamp, value);
    if (!this.last.isAfter(slot, order, point)) this.last.set(slot, step, timestamp, value);
    if (value < (this.min.values[slot] ?? 0)) this.min.set(slot, step, timestamp, value);
    if (value > (this.max.values[slot] ?? 0)) this.max.set(slot, step, timestamp, value);
  }

  /**
   * Adds the points of columns that are sorted by what the buckets divide, from index `start` up to
   * `end`: each bucket they touch gets only the four that can matter, or the first when none is
   * finite.
   */
  addSorted(columns: PointColumns, start: number, end: number): void {
    const places = this.order === 'step' ? columns.steps : columns.times;
    let from = start;
    while (from < end) {
      const slot = this.indexOf(places[from] ?? 0);
      const to = this.endOf(places, slot, from, end);
      for (const index of finiteExtremes(columns.values, from, to) ?? [from]) {
        this.add(
          columns.steps[index] ?? 0,
          columns.times[index] ?? 0,
          columns.values[index] ?? Number.NaN,
        );
      }
      from = to;
    }
  }

  /** Where the bucket that index `from` lies in ends, by doubling and halving. */
  private endOf(places: ArrayLike<number>, slot: number, from: number, end: number): number {
    let [low, step] = [from, 1];
    while (low + step < end && this.indexOf(places[low + step] ?? 0) === slot) {
      low += step;
      step *= 2;
    }
    let high = Math.min(end, low + step);
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (this.indexOf(places[middle] ?? 0) === slot) low = middle;
      else high = middle;
    }
    return high;
  }

  /** The held points in order, each once; a bucket without a finite point gives its first. */
  points(): MetricPoint[] {
    const points: MetricPoint[] = [];
    for (let slot = 0; slot < this.count; slot++) {
      if (this.state[slot] === ODD) points.push(this.first.at(slot));
      if (this.state[slot] === FINITE) points.push(...this.ofBucket(slot));
    }
    return points;
  }

  private addOdd(slot: number, step: number, timestamp: number, value: number): void {
    if (this.state[slot] === FINITE) return;
    const earlier =
      this.state[slot] === EMPTY ||
      this.first.isAfter(slot, this.order, { step, timestamp, value });
    if (earlier) this.first.set(slot, step, timestamp, value);
    this.state[slot] = ODD;
  }

  private ofBucket(slot: number): MetricPoint[] {
    const four = [this.first, this.min, this.max, this.last].map((held) => held.at(slot));
    four.sort(comparatorOf(this.order));
    return four.filter((point, i) => {
      const before = four[i - 1];
      return before === undefined || comparePoints(before, point) !== 0;
    });
  }
}
