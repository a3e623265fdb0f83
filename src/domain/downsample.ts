// Points of a long series by bucket of steps: first, least, greatest and last, so no spike is lost.
import { comparePoints, type MetricPoint } from './metric';

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

  /** Whether (step, timestamp) comes before the held point. */
  isAfter(slot: number, step: number, timestamp: number): boolean {
    const held = this.steps[slot] ?? 0;
    return held > step || (held === step && (this.times[slot] ?? 0) > timestamp);
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

/**
 * Buckets of equal width over a range of steps, both ends included. Points may come in any order;
 * one outside the range is the caller's mistake and falls into the nearest bucket.
 */
export class StepBuckets {
  private readonly state: Uint8Array;
  private readonly first: Slots;
  private readonly last: Slots;
  private readonly min: Slots;
  private readonly max: Slots;
  private readonly scale: number;

  constructor(
    private readonly count: number,
    private readonly fromStep: number,
    toStep: number,
  ) {
    this.scale = toStep > fromStep ? count / (toStep - fromStep) : 0;
    this.state = new Uint8Array(count);
    this.first = new Slots(count);
    this.last = new Slots(count);
    this.min = new Slots(count);
    this.max = new Slots(count);
  }

  /** The bucket of a step. */
  indexOf(step: number): number {
    const index = Math.floor((step - this.fromStep) * this.scale);
    return Math.max(0, Math.min(this.count - 1, index));
  }

  add(step: number, timestamp: number, value: number): void {
    const slot = this.indexOf(step);
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
    if (this.first.isAfter(slot, step, timestamp)) this.first.set(slot, step, timestamp, value);
    if (!this.last.isAfter(slot, step, timestamp)) this.last.set(slot, step, timestamp, value);
    if (value < (this.min.values[slot] ?? 0)) this.min.set(slot, step, timestamp, value);
    if (value > (this.max.values[slot] ?? 0)) this.max.set(slot, step, timestamp, value);
  }

  /**
   * Adds the points of columns that are sorted by step, from index `start` up to `end`: each bucket
   * they touch gets only the four that can matter, or the first when none is finite.
   */
  addSorted(columns: PointColumns, start: number, end: number): void {
    let from = start;
    while (from < end) {
      const slot = this.indexOf(columns.steps[from] ?? 0);
      let to = from + 1;
      while (to < end && this.indexOf(columns.steps[to] ?? 0) === slot) to++;
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
    const earlier = this.state[slot] === EMPTY || this.first.isAfter(slot, step, timestamp);
    if (earlier) this.first.set(slot, step, timestamp, value);
    this.state[slot] = ODD;
  }

  private ofBucket(slot: number): MetricPoint[] {
    const four = [this.first, this.min, this.max, this.last].map((held) => held.at(slot));
    four.sort(comparePoints);
    return four.filter((point, i) => {
      const before = four[i - 1];
      return before === undefined || comparePoints(before, point) !== 0;
    });
  }
}
