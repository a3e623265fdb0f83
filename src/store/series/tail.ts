// The newest points of a series, in memory in the order in which they were logged.
import type { MetricPoint } from '../../domain/metric';
import type { Columns } from './columns';
import { sortColumns } from './order';

export class Tail {
  readonly steps: number[] = [];
  readonly times: number[] = [];
  readonly values: number[] = [];
  /** Whether a point may be here twice, or in a chunk too. */
  mayRepeat = false;
  /** The greatest timestamp of the whole series, once it was needed. */
  latest: number | undefined;
  private inOrder: Columns | undefined;

  constructor(
    readonly run: number,
    readonly key: number,
  ) {}

  get count(): number {
    return this.values.length;
  }

  add({ step, timestamp, value }: MetricPoint): void {
    this.steps.push(step);
    this.times.push(timestamp);
    this.values.push(value);
    this.inOrder = undefined;
    if (this.latest !== undefined && timestamp > this.latest) this.latest = timestamp;
  }

  /** By (step, timestamp, value), each once. */
  sorted(): Columns {
    this.inOrder ??= sortColumns(this);
    return this.inOrder;
  }
}
