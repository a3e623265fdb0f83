// Runs as they were last read, so that a list shown again costs only its order.
import type { Run } from '../domain/run';

const MAX_RUNS = 4000;

export class RunCache {
  private readonly runs = new Map<number, Run>();
  private readonly counts = new Map<string, number>();

  get(row: number): Run | undefined {
    return this.runs.get(row);
  }

  set(row: number, run: Run): void {
    if (this.runs.size >= MAX_RUNS) this.runs.clear();
    this.runs.set(row, run);
  }

  forget(row: number): void {
    this.runs.delete(row);
  }

  /** Number of runs at the top of an experiment, counted by `count` when not known. */
  countOf(experimentId: string, count: () => number): number {
    const known = this.counts.get(experimentId);
    if (known !== undefined) return known;
    const counted = count();
    this.counts.set(experimentId, counted);
    return counted;
  }

  addToCount(experimentId: string): void {
    const known = this.counts.get(experimentId);
    if (known !== undefined) this.counts.set(experimentId, known + 1);
  }

  forgetCounts(): void {
    this.counts.clear();
  }

  clear(): void {
    this.runs.clear();
    this.counts.clear();
  }
}
