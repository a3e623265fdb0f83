/**
 * What the Pipelines tree knows of one folder's store: pipelines, the pages of their runs that were
 * asked for, and the steps of opened runs, kept right by applying events. No VS Code in here.
 */
import type { PipelineRunDetail } from '../../protocol/control';
import type { ServerEvent } from '../../protocol/events';
import type { PageOf } from '../../protocol/page';
import type { ArtifactRow, PipelineRow, PipelineRunRow, StepRow } from '../../protocol/rows';
import { withArtifact } from '../../protocol/steps';
import type { StepProgress } from '../../protocol/worker';

/** A part of the tree that has changed; `root` is everything of this folder. */
export type PipelineChanged =
  | { readonly kind: 'root' }
  | { readonly kind: 'pipeline'; readonly name: string }
  | { readonly kind: 'pipelineRun'; readonly id: string }
  | { readonly kind: 'step'; readonly pipelineRunId: string; readonly id: string };

/** A launch that has not become a run yet. */
export interface LaunchState {
  readonly launchId: string;
  /** What was asked for; `Launch` when another window asked. */
  readonly name: string;
  readonly status: 'queued' | 'starting';
  /** What it waits for. */
  readonly message?: string;
}

interface RunPages {
  readonly ids: readonly string[];
  readonly more: boolean;
}

type LaunchEvent = Extract<ServerEvent, { type: 'launch' }>;
type ProgressEvent = Extract<ServerEvent, { type: 'progress' }>;

export class PipelinesModel {
  private readonly pipelineRows = new Map<string, PipelineRow>();
  private readonly pages = new Map<string, RunPages>();
  private readonly runRows = new Map<string, PipelineRunRow>();
  private readonly arriving = new Map<string, readonly StepRow[]>();
  /** What events told of artifacts while details are on their way, which may tell of older states. */
  private readonly arrivingArtifacts = new Map<string, ArtifactRow>();
  private readonly stepRows = new Map<string, readonly StepRow[]>();
  /** When a row last changed by an event, counted in changes: a slower page must not undo it. */
  private readonly stamps = new Map<string, number>();
  private clock = 0;
  private readonly open = new Map<string, LaunchState>();
  private readonly launchNames = new Map<string, string>();
  private readonly progresses = new Map<string, StepProgress>();
  /** Whether the pipelines have been asked for. */
  loaded = false;

  /** The one that ran last comes first. */
  get pipelines(): readonly PipelineRow[] {
    return [...this.pipelineRows.values()].sort(
      (a, b) => (b.lastRun?.startedAt ?? 0) - (a.lastRun?.startedAt ?? 0),
    );
  }

  pipeline(name: string): PipelineRow | undefined {
    return this.pipelineRows.get(name);
  }

  /** Those that wait or import the user's code, in the order in which they came. */
  get launches(): readonly LaunchState[] {
    return [...this.open.values()];
  }

  /** Runs that are known to be running. */
  get runningRuns(): readonly PipelineRunRow[] {
    return [...this.runRows.values()].filter(({ status }) => status === 'running');
  }

  launch(launchId: string): LaunchState | undefined {
    return this.open.get(launchId);
  }

  /** How far a running step is, when it says so. */
  progress(stepRunId: string): StepProgress | undefined {
    return this.progresses.get(stepRunId);
  }

  /** What was asked for with a launch of this window. */
  nameLaunch(launchId: string, name: string): readonly PipelineChanged[] {
    const held = this.open.get(launchId);
    this.launchNames.set(launchId, name);
    if (!held) return [];
    this.open.set(launchId, { ...held, name });
    return [{ kind: 'root' }];
  }

  run(id: string): PipelineRunRow | undefined {
    return this.runRows.get(id);
  }

  runs(pipeline: string): { rows: readonly PipelineRunRow[]; more: boolean } | undefined {
    const pages = this.pages.get(pipeline);
    if (!pages) return undefined;
    return { rows: pages.ids.flatMap((id) => this.runRows.get(id) ?? []), more: pages.more };
  }

  /** In the order of the graph. */
  steps(pipelineRunId: string): readonly StepRow[] | undefined {
    return this.stepRows.get(pipelineRunId);
  }

  step(pipelineRunId: string, id: string): StepRow | undefined {
    return this.stepRows.get(pipelineRunId)?.find((step) => step.id === id);
  }

  /** To be read before a fetch and handed in with what it brought. */
  mark(): number {
    return this.clock;
  }

  setPipelines(page: PageOf<PipelineRow>, mark: number): void {
    for (const row of page.items) {
      if (row.lastRun) this.keep(row.lastRun, mark);
      const held = this.pipelineRows.get(row.name);
      if (startOf(held) <= startOf(row)) this.pipelineRows.set(row.name, row);
    }
    this.loaded = true;
  }

  addRuns(pipeline: string, page: PageOf<PipelineRunRow>, mark: number): void {
    for (const row of page.items) this.keep(row, mark);
    const meanwhile = [...this.runRows.values()].filter(
      (row) => row.pipeline === pipeline && this.isNewer(row.id, mark),
    );
    const held = this.pages.get(pipeline)?.ids ?? [];
    const ids = [...held, ...[...page.items, ...meanwhile].map((row) => row.id)];
    const all = this.newestFirst(new Set(ids));
    this.pages.set(pipeline, { ids: all, more: page.items.length > 0 && all.length < page.total });
  }

  setDetail(detail: PipelineRunDetail, mark: number): void {
    this.keep(detail, mark);
    const live = this.arriving.get(detail.id);
    const artifacts = [...this.arrivingArtifacts.values()].filter(({ id }) =>
      this.isNewer(id, mark),
    );
    this.stepRows.set(
      detail.id,
      detail.stepRows
        .map((step) => {
          const newer = live?.find((each) => each.id === step.id);
          return newer && this.isNewer(step.id, mark) ? newer : step;
        })
        .map((step) => artifacts.reduce(withArtifact, step)),
    );
    this.arriving.delete(detail.id);
    if (this.arriving.size === 0) this.arrivingArtifacts.clear();
  }

  /** Steps of runs that nobody has opened are not kept, but for those whose detail is on its way. */
  expectDetail(pipelineRunId: string): void {
    if (!this.stepRows.has(pipelineRunId)) this.arriving.set(pipelineRunId, []);
  }

  clear(): void {
    this.pipelineRows.clear();
    this.pages.clear();
    this.runRows.clear();
    this.stepRows.clear();
    this.arriving.clear();
    this.arrivingArtifacts.clear();
    this.stamps.clear();
    this.open.clear();
    this.progresses.clear();
    this.loaded = false;
  }

  apply(event: ServerEvent): readonly PipelineChanged[] {
    switch (event.type) {
      case 'reset':
        this.clear();
        return [{ kind: 'root' }];
      case 'pipeline':
        return this.putRun(event.run);
      case 'step':
        return this.putStep(event.pipelineRunId, event.step);
      case 'artifact':
        return this.putArtifact(event.artifact);
      case 'launch':
        return this.putLaunch(event);
      case 'progress':
        return this.putProgress(event);
      default:
        return [];
    }
  }

  private putLaunch({ launchId, status, message }: LaunchEvent): readonly PipelineChanged[] {
    if (status === 'queued' || status === 'starting') {
      const name = this.launchNames.get(launchId) ?? 'Launch';
      const why = message === undefined ? {} : { message };
      this.open.set(launchId, { launchId, name, status, ...why });
      return [{ kind: 'root' }];
    }
    if (status !== 'running') this.launchNames.delete(launchId);
    return this.open.delete(launchId) ? [{ kind: 'root' }] : [];
  }

  private putProgress({
    pipelineRunId,
    stepRunId,
    progress,
  }: ProgressEvent): readonly PipelineChanged[] {
    this.progresses.set(stepRunId, progress);
    return [{ kind: 'step', pipelineRunId, id: stepRunId }];
  }

  private putRun(run: PipelineRunRow): readonly PipelineChanged[] {
    const isNew = !this.runRows.has(run.id);
    this.stamp(run.id);
    this.runRows.set(run.id, run);
    const before = this.pipelineRows.get(run.pipeline);
    if (startOf(before) <= run.startedAt) {
      const row = { name: run.pipeline, source: run.source, lastRun: run };
      this.pipelineRows.set(run.pipeline, row);
    }
    const pages = this.pages.get(run.pipeline);
    if (pages && !pages.ids.includes(run.id)) {
      const ids = this.newestFirst([...pages.ids, run.id]);
      this.pages.set(run.pipeline, { ...pages, ids });
    }
    return isNew || !before ? [{ kind: 'root' }] : [{ kind: 'pipelineRun', id: run.id }];
  }

  private putStep(pipelineRunId: string, step: StepRow): readonly PipelineChanged[] {
    this.stamp(step.id);
    if (step.status !== 'running') this.progresses.delete(step.id);
    const steps = this.stepRows.get(pipelineRunId);
    if (!steps) return this.putArriving(pipelineRunId, step);
    const index = steps.findIndex((each) => each.id === step.id);
    if (index < 0) {
      this.stepRows.set(pipelineRunId, [...steps, step]);
      return [{ kind: 'pipelineRun', id: pipelineRunId }];
    }
    this.stepRows.set(
      pipelineRunId,
      steps.map((each, at) => (at === index ? step : each)),
    );
    return [{ kind: 'step', pipelineRunId, id: step.id }];
  }

  /** A version is an output of the step that made it and of all that use its result. */
  private putArtifact(artifact: ArtifactRow): readonly PipelineChanged[] {
    if (this.arriving.size > 0) {
      this.stamp(artifact.id);
      this.arrivingArtifacts.set(artifact.id, artifact);
    }
    const changed: PipelineChanged[] = [];
    for (const [pipelineRunId, steps] of this.stepRows) {
      const now = steps.map((step) => withArtifact(step, artifact));
      const ids = now.filter((step, at) => step !== steps[at]).map(({ id }) => id);
      if (ids.length === 0) continue;
      this.stepRows.set(pipelineRunId, now);
      changed.push(...ids.map((id) => ({ kind: 'step', pipelineRunId, id }) as const));
    }
    return changed;
  }

  private putArriving(pipelineRunId: string, step: StepRow): readonly PipelineChanged[] {
    const held = this.arriving.get(pipelineRunId);
    if (!held) return [];
    this.arriving.set(pipelineRunId, [...held.filter((each) => each.id !== step.id), step]);
    return [];
  }

  private keep(row: PipelineRunRow, mark: number): void {
    if (!this.isNewer(row.id, mark)) this.runRows.set(row.id, row);
  }

  private stamp(id: string): void {
    this.clock += 1;
    this.stamps.set(id, this.clock);
  }

  private isNewer(id: string, mark: number): boolean {
    return (this.stamps.get(id) ?? 0) > mark;
  }

  private newestFirst(ids: Iterable<string>): string[] {
    return [...ids]
      .flatMap((id) => this.runRows.get(id) ?? [])
      .sort((a, b) => b.startedAt - a.startedAt)
      .map((row) => row.id);
  }
}

const startOf = (row: PipelineRow | undefined): number => row?.lastRun?.startedAt ?? 0;
