/** The steps of the shown run, kept right by events: a big run is not asked for again with each step. */
import { Emitter, type Event } from '../../src/base/event';
import type { PipelineRunDetail } from '../../src/protocol/control';
import type { ServerEvent } from '../../src/protocol/events';
import type { ArtifactRow, PipelineRunRow, StepRow } from '../../src/protocol/rows';
import { withArtifact } from '../../src/protocol/steps';
import type { StepProgress } from '../../src/protocol/worker';

interface Stamped<T> {
  readonly value: T;
  readonly stamp: number;
}

/** Each event has the whole new state of a step, so the newest one holds. */
export class StepStates {
  private runId: string | undefined;
  private detail: PipelineRunDetail | undefined;
  private run: Stamped<PipelineRunRow> | undefined;
  private readonly arrived = new Map<string, Stamped<StepRow>>();
  private readonly artifacts = new Map<string, Stamped<ArtifactRow>>();
  private readonly progresses = new Map<string, StepProgress>();
  private clock = 0;
  private merged: ReadonlyMap<string, StepRow> | undefined;
  private readonly changed = new Emitter<void>();
  readonly onDidChange: Event<void> = this.changed.event;

  /** Another run: nothing of the one before holds. */
  show(runId: string | undefined): void {
    if (runId === this.runId) return;
    this.runId = runId;
    this.detail = undefined;
    this.run = undefined;
    this.arrived.clear();
    this.artifacts.clear();
    this.progresses.clear();
    this.change();
  }

  /** To be read before a question and handed in with its answer. */
  mark(): number {
    return this.clock;
  }

  /** What came by events after the question was asked is newer than its answer. */
  take(detail: PipelineRunDetail, mark: number): void {
    if (detail.id !== this.runId) return;
    this.detail = detail;
    if (this.run && this.run.stamp <= mark) this.run = undefined;
    for (const held of [this.arrived, this.artifacts]) {
      for (const [id, { stamp }] of held) if (stamp <= mark) held.delete(id);
    }
    this.change();
  }

  apply(events: readonly ServerEvent[]): void {
    if (events.map((event) => this.applyOne(event)).some(Boolean)) this.change();
  }

  get row(): PipelineRunRow | undefined {
    return this.run?.value ?? this.detail;
  }

  get parameters(): PipelineRunDetail['parameters'] | undefined {
    return this.detail?.parameters;
  }

  /** By invocation; undefined until the run was read. */
  get rows(): ReadonlyMap<string, StepRow> | undefined {
    if (!this.detail) return undefined;
    this.merged ??= this.merge(this.detail);
    return this.merged;
  }

  /** How far a running step is, when it says so. */
  progress(stepRunId: string): StepProgress | undefined {
    return this.progresses.get(stepRunId);
  }

  private merge({ stepRows }: PipelineRunDetail): ReadonlyMap<string, StepRow> {
    const rows = new Map(stepRows.map((row) => [row.stepId, row]));
    for (const { value } of this.arrived.values()) rows.set(value.stepId, value);
    for (const { value } of this.artifacts.values()) {
      for (const [id, row] of rows) rows.set(id, withArtifact(row, value));
    }
    return rows;
  }

  private applyOne(event: ServerEvent): boolean {
    this.clock += 1;
    const stamp = this.clock;
    switch (event.type) {
      case 'pipeline':
        if (event.run.id !== this.runId) return false;
        this.run = { value: event.run, stamp };
        return true;
      case 'step':
        if (event.pipelineRunId !== this.runId) return false;
        if (event.step.status !== 'running') this.progresses.delete(event.step.id);
        this.arrived.set(event.step.id, { value: event.step, stamp });
        // Of its results the next event may tell.
        this.merged = undefined;
        return true;
      case 'artifact':
        // A new one comes with its step; of one that is shown it may tell that it was deleted, or is back.
        if (this.rows && !isOutput(this.rows, event.artifact)) return false;
        this.artifacts.set(event.artifact.id, { value: event.artifact, stamp });
        return true;
      case 'progress':
        if (event.pipelineRunId !== this.runId) return false;
        this.progresses.set(event.stepRunId, event.progress);
        return true;
      default:
        return false;
    }
  }

  private change(): void {
    this.merged = undefined;
    this.changed.fire();
  }
}

const isOutput = (rows: ReadonlyMap<string, StepRow>, artifact: ArtifactRow): boolean =>
  [...rows.values()].some((row) => withArtifact(row, artifact) !== row);
