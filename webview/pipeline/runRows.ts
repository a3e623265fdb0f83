/** The runs of a pipeline, newest first, kept right by events between two answers. */
import type { ServerEvent } from '../../src/protocol/events';
import type { PageOf } from '../../src/protocol/page';
import type { PipelineRunRow } from '../../src/protocol/rows';

export class RunRows {
  private page: PageOf<PipelineRunRow> | undefined;
  private readonly arrived = new Map<string, { row: PipelineRunRow; stamp: number }>();
  private clock = 0;
  private merged: readonly PipelineRunRow[] | undefined;

  constructor(private readonly pipeline: string) {}

  /** To be read before a question and handed in with its answer. */
  mark(): number {
    return this.clock;
  }

  /** What came by events after the question was asked is newer than its answer. */
  take(page: PageOf<PipelineRunRow>, mark: number): void {
    this.page = page;
    for (const [id, { stamp }] of this.arrived) if (stamp <= mark) this.arrived.delete(id);
    this.merged = undefined;
  }

  /** Whether one of the events is about a run of the pipeline. */
  apply(events: readonly ServerEvent[]): boolean {
    let isTouched = false;
    for (const event of events) {
      if (event.type !== 'pipeline' || event.run.pipeline !== this.pipeline) continue;
      this.clock += 1;
      this.arrived.set(event.run.id, { row: event.run, stamp: this.clock });
      isTouched = true;
    }
    if (isTouched) this.merged = undefined;
    return isTouched;
  }

  /** Undefined until they were read. */
  get rows(): readonly PipelineRunRow[] | undefined {
    if (!this.page) return undefined;
    this.merged ??= this.merge(this.page.items);
    return this.merged;
  }

  /** Older ones that were not asked for. */
  get more(): number {
    return Math.max(0, (this.page?.total ?? 0) - (this.page?.items.length ?? 0));
  }

  private merge(items: readonly PipelineRunRow[]): readonly PipelineRunRow[] {
    const rows = new Map(items.map((row) => [row.id, row]));
    for (const [id, { row }] of this.arrived) rows.set(id, row);
    return [...rows.values()].sort((a, b) => b.startedAt - a.startedAt);
  }
}
