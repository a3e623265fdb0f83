/** What the page shows of a pipeline: its runs, the chosen one with graph and steps, and the one before it. */
import { Emitter, type Event } from '../../src/base/event';
import type { PipelineRunDetail, PipelineRunFacts } from '../../src/protocol/control';
import type { ServerEvent } from '../../src/protocol/events';
import type { PageOf } from '../../src/protocol/page';
import type { PipelineRunRow, StepRow } from '../../src/protocol/rows';
import { Live } from '../shared/live';
import type { Panel } from '../shared/panel';
import { previousRun } from './compare';
import { type StepGraph, stepGraph } from './graph';
import { RunRows } from './runRows';
import { StepStates } from './stepStates';
import { NEWEST, type PipelineView } from './view';

const PAGE = 100;
/** As many as the server answers at once. */
const MOST = 1000;

export class PipelineData {
  readonly runs: RunRows;
  readonly steps = new StepStates();
  readonly runsLive: Live<number, PageOf<PipelineRunRow>>;
  readonly detailLive: Live<string, PipelineRunDetail>;
  readonly factsLive: Live<{ id: string }, PipelineRunFacts>;
  private readonly beforeLive: Live<{ id: string }, PipelineRunDetail>;
  private readonly changed = new Emitter<void>();
  private wanted: string | undefined;
  private shown: string | undefined;
  private shownBefore: string | undefined;
  private isCompared = false;
  private limit = PAGE;
  private held: { readonly facts: PipelineRunFacts; readonly graph: StepGraph } | undefined;
  private readonly subscriptions: { dispose(): void }[];

  readonly onDidChange: Event<void> = this.changed.event;

  constructor(
    private readonly panel: Panel<PipelineView>,
    readonly pipeline: string,
  ) {
    this.runs = new RunRows(pipeline);
    this.runsLive = new Live({ ...TIME, ask: (limit) => this.askRuns(limit) });
    this.detailLive = new Live({ ...TIME, ask: (id) => this.askDetail(id) });
    this.factsLive = panel.live({
      route: 'GET /api/facts/pipeline-runs/:id',
      request: undefined,
      touches: (event, facts) => this.isNewStep(event, facts),
    });
    this.beforeLive = panel.live({
      route: 'GET /api/pipeline-runs/:id',
      request: undefined,
      touches: (event, value) => event.type === 'pipeline' && event.run.id === value?.id,
    });
    // Steps come by events; only what is missing is asked for again.
    panel.follow(this.runsLive, () => false);
    panel.follow(this.detailLive, () => false);
    const change = () => this.changed.fire();
    this.subscriptions = [
      panel.onEvents((events) => this.apply(events)),
      this.steps.onDidChange(change),
      ...[this.runsLive, this.detailLive, this.factsLive, this.beforeLive].map((live) =>
        live.onDidChange(change),
      ),
    ];
    this.runsLive.ask(this.limit);
  }

  /** @param runId of a run, `newest`, or undefined for nothing yet. */
  show(runId: string | undefined, isCompared: boolean): void {
    this.wanted = runId;
    this.isCompared = isCompared;
    this.follow();
  }

  /** The run that is shown. */
  get runId(): string | undefined {
    return this.shown;
  }

  get graph(): StepGraph | undefined {
    const { value: facts } = this.factsLive.state;
    if (!facts || facts.id !== this.shown) return undefined;
    if (this.held?.facts !== facts) this.held = { facts, graph: stepGraph(facts.config) };
    return this.held.graph;
  }

  get facts(): PipelineRunFacts | undefined {
    const { value } = this.factsLive.state;
    return value?.id === this.shown ? value : undefined;
  }

  /** The run that it is compared with, its steps by invocation; undefined when it is not compared. */
  get before(): { run: PipelineRunRow; rows: ReadonlyMap<string, StepRow> } | undefined {
    const { value } = this.beforeLive.state;
    if (!this.isCompared || !value || value.id !== this.shownBefore) return undefined;
    return { run: value, rows: new Map(value.stepRows.map((row) => [row.stepId, row])) };
  }

  /** Whether there is an earlier run to compare with. */
  get hasBefore(): boolean {
    return previousRun(this.runs.rows ?? [], this.steps.row) !== undefined;
  }

  loadMore(): void {
    this.limit = Math.min(MOST, this.limit + PAGE);
    this.runsLive.ask(this.limit);
  }

  get canLoadMore(): boolean {
    return this.runs.more > 0 && this.limit < MOST;
  }

  again(): void {
    for (const live of [this.runsLive, this.detailLive, this.factsLive]) live.again();
  }

  dispose(): void {
    for (const each of this.subscriptions) each.dispose();
    for (const live of [this.runsLive, this.detailLive, this.factsLive, this.beforeLive]) {
      live.dispose();
    }
    this.changed.dispose();
  }

  private apply(events: readonly ServerEvent[]): void {
    this.steps.apply(events);
    if (!this.runs.apply(events)) return;
    this.follow();
    this.changed.fire();
  }

  /** Goes to the wanted run, which may be a newer one by now. */
  private follow(): void {
    const runId = this.wanted === NEWEST ? this.runs.rows?.[0]?.id : this.wanted;
    if (runId !== undefined && runId !== this.shown) {
      this.shown = runId;
      this.steps.show(runId);
      this.detailLive.ask(runId);
      this.factsLive.ask({ id: runId });
    }
    const before = this.isCompared
      ? previousRun(this.runs.rows ?? [], this.steps.row)?.id
      : undefined;
    if (before === this.shownBefore) return;
    this.shownBefore = before;
    this.beforeLive.ask(before === undefined ? undefined : { id: before });
  }

  private async askRuns(limit: number) {
    const mark = this.runs.mark();
    const { pipeline } = this;
    const route = 'GET /api/pipelines/:pipeline/runs';
    const answer = await this.panel.host.ask(route, { pipeline, limit });
    if (answer.ok) this.runs.take(answer.value, mark);
    this.follow();
    return answer;
  }

  private async askDetail(id: string) {
    const mark = this.steps.mark();
    const answer = await this.panel.host.ask('GET /api/pipeline-runs/:id', { id });
    if (answer.ok) this.steps.take(answer.value, mark);
    this.follow();
    return answer;
  }

  /** A dynamic pipeline's graph has grown. */
  private isNewStep(event: ServerEvent, facts: PipelineRunFacts | undefined): boolean {
    if (event.type !== 'step' || event.pipelineRunId !== this.shown) return false;
    // What is held may still be of the run before, which had a step of this name.
    if (!facts || facts.id !== this.shown) return true;
    return !Object.hasOwn(facts.stepIds, event.step.stepId);
  }
}

const TIME = {
  now: Date.now,
  after(milliseconds: number, callback: () => void) {
    const timer = setTimeout(callback, milliseconds);
    return () => clearTimeout(timer);
  },
};
