// The pipeline engine: workers register graphs, pull steps that are ready, and report them.
import type { Disposable } from '../base/disposable';
import { messageOf, RunlensError } from '../base/errors';
import type { PipelineRun } from '../domain/pipeline';
import type { Gone } from '../protocol/http';
import type {
  ExtendReply,
  ExtendRequest,
  JoinRequest,
  LogRequest,
  NextReply,
  NextRequest,
  PreviewReply,
  RegisterReply,
  RegisterRequest,
} from '../protocol/worker';
import { type ActiveRun, isSameProcess, type Worker } from './activeRun';
import { ActiveRuns } from './activeRuns';
import { StepCache } from './cache';
import { Capacity } from './capacity';
import type { EnginePorts } from './enginePorts';
import { extendRun } from './extending';
import { Helpers } from './helpers';
import { Launches } from './launches';
import { logText, stepLog } from './logs';
import { loseWorker, shouldGiveUp } from './lostWorkers';
import { NOBODY_LEFT } from './notices';
import { Polling } from './polling';
import { WorkerPool } from './pool';
import { previewOf } from './preview';
import { ProgressReports } from './progress';
import { draftRun, identityOf } from './registration';
import { Registrations } from './registrations';
import { Reports, takeInterrupt } from './reports';
import { Stopper } from './stopper';

export interface EngineOptions {
  /** How long `next` waits for news; default 25 s. */
  readonly pollMs?: number;
  /** How often worker processes are looked at; default 1 s. */
  readonly inspectMs?: number;
  /** Time between the soft and the hard end of an owned worker; default 5 s. */
  readonly graceMs?: number;
  /** How long a step waits before another process is brought in for it; default 30 ms. */
  readonly patienceMs?: number;
  /** How long a helper waits for a step before it leaves the run; default 1 s. */
  readonly helperIdleMs?: number;
  /** How long a warm worker waits for work before it ends; default 5 min. */
  readonly warmMs?: number;
}

const DEFAULTS: Required<EngineOptions> = {
  pollMs: 25_000,
  inspectMs: 1000,
  graceMs: 5000,
  patienceMs: 30,
  helperIdleMs: 1000,
  warmMs: 300_000,
};

export class Engine implements Disposable {
  readonly launches: Launches;
  readonly cache: StepCache;
  readonly pool: WorkerPool;
  readonly progress: ProgressReports;
  private readonly capacity: Capacity;
  private readonly runs: ActiveRuns;
  private readonly registrations = new Registrations();
  private readonly reports: Reports;
  private readonly stopper: Stopper;
  private readonly helpers: Helpers;
  private readonly polling: Polling;
  private readonly options: Required<EngineOptions>;
  private inspection: Disposable | undefined;
  private disposed = false;

  constructor(
    private readonly ports: EnginePorts,
    options: EngineOptions = {},
  ) {
    this.options = { ...DEFAULTS, ...options };
    const { graceMs, pollMs, warmMs, patienceMs, helperIdleMs } = this.options;
    this.cache = new StepCache(ports.history, ports.artifacts, ports.code.files);
    this.capacity = new Capacity(ports.machine, ports.clock);
    this.progress = new ProgressReports(ports.clock);
    this.reports = new Reports(ports);
    this.pool = new WorkerPool(ports, { graceMs, pollMs, idleMs: warmMs });
    this.stopper = new Stopper(ports, { graceMs, lose: (run, worker) => this.lose(run, worker) });
    this.runs = new ActiveRuns({
      ports,
      cache: this.cache,
      capacity: this.capacity,
      onChanged: (run) => this.changed(run),
      onStarted: (run, step, invocation) => this.stopper.watch(run, step, invocation),
      onForgotten: (run) => this.registrations.forget(run.state.run.worker?.id ?? ''),
    });
    this.helpers = new Helpers({
      ports,
      pool: this.pool,
      capacity: this.capacity,
      options: { patienceMs, idleMs: helperIdleMs },
      hooks: {
        lose: (run, worker) => this.lose(run, worker),
        missing: (run) => this.missing(run),
        inBackground: (work) => this.inBackground(work),
      },
    });
    this.polling = new Polling({
      ports,
      pollMs,
      helpers: this.helpers,
      isDisposed: () => this.disposed,
      close: (run) => this.runs.close(run),
    });
    this.launches = new Launches(ports, this.pool, this.capacity, {
      graceMs,
      cancelRun: (id) => this.cancel(id),
      workerEnded: (launchId) => this.workerEnded(launchId),
    });
    this.capacity.onFreed(() => this.freed());
  }

  /** Runs and launches that are not over; warm workers that wait do not count. */
  get activity(): number {
    return this.runs.size + this.launches.active;
  }

  /** Takes up the runs that were not over when the server ended. */
  async start(): Promise<void> {
    for (const run of this.ports.history.active()) {
      const active = await this.runs.open(run.id);
      this.inspectLater();
      this.changed(active);
    }
  }

  /**
   * A repeated call of a worker that has not asked for a step yet gives the same run.
   * @throws RunlensError `graph.*`: then nothing has been recorded.
   */
  register(request: RegisterRequest): Promise<RegisterReply> {
    return this.registrations.register(request, () => this.create(request));
  }

  private async create(request: RegisterRequest): Promise<RegisterReply> {
    const { launchId, worker } = request;
    const draft = await draftRun(request, { ports: this.ports, cache: this.cache });
    const { run, durable } = this.ports.record.createPipelineRun(draft.run, worker.user);
    const isNested = this.isInStep(request);
    const active = this.runs.add(run, draft.code);
    active.isNested = isNested;
    active.isDebugging = this.launches.isDebugging(launchId);
    if (launchId === undefined) active.variables = worker.variables;
    this.inspectLater();
    await durable.catch((error: unknown) => this.drop(active, error));
    if (launchId) this.launches.registered(launchId, run.id);
    return this.introduction(run, run.worker?.id ?? '');
  }

  private drop(active: ActiveRun, error: unknown): never {
    this.runs.close(active);
    throw error;
  }

  /** Whether a step of another run has registered it: that one waits for it. */
  private isInStep({ worker }: RegisterRequest): boolean {
    return [...this.runs].some((run) =>
      [...run.workers.values()].some(
        ({ identity }) => isSameProcess(identity, worker) && run.heldBy(identity.id) !== undefined,
      ),
    );
  }

  /**
   * What a registration would run and why.
   * @throws RunlensError `graph.*`
   */
  async preview(request: RegisterRequest): Promise<PreviewReply> {
    const draft = await draftRun(request, { ports: this.ports, cache: this.cache });
    const { history, clock } = this.ports;
    return previewOf({ draft, cache: this.cache, history, now: clock.now() });
  }

  /** One more worker for a run: a thread of the same process, or another process. */
  async join(request: JoinRequest): Promise<RegisterReply> {
    const { worker: info, poolId, thread, modules } = request;
    const active = await this.runs.open(request.pipelineRunId);
    const kind = thread ? 'thread' : 'helper';
    const worker = active.addWorker(identityOf(info, this.ports.newId()), kind, poolId);
    active.state.modules.add(worker.identity, modules);
    if (poolId !== undefined) this.helpers.joined(active, poolId);
    if (thread) this.helpers.threadJoined(active);
    return this.introduction(active.state.run, worker.identity.id);
  }

  private introduction(run: PipelineRun, workerId: string): RegisterReply {
    return {
      pipelineRunId: run.id,
      workerId,
      name: run.name,
      experimentId: run.experimentId,
      trackingRunId: run.trackingRunId,
      url: this.ports.address().url,
      data: this.ports.data,
    };
  }

  /**
   * A dynamic pipeline goes on.
   * @throws RunlensError `graph.*`: then nothing has been added.
   */
  async extend(request: ExtendRequest): Promise<ExtendReply> {
    const active = await this.runs.open(request.pipelineRunId);
    const worker = this.workerOf(active, request.workerId);
    if (worker) {
      worker.lastSeen = this.ports.clock.now();
      this.registrations.forget(worker.identity.id);
    }
    const reply = active.state.isOver
      ? { stepRunIds: {} }
      : await extendRun(active, request, this.ports);
    if (request.claim) await active.advance();
    // It is recorded with the extension: one commit, and the worker's next question needs none.
    if (request.claim && worker) active.claim(worker);
    await this.follow(active);
    return reply;
  }

  /** Takes a report, then waits for a step to run, for notices or for the end of the run. */
  async next(request: NextRequest, gone: Gone): Promise<NextReply> {
    const active = await this.runs.open(request.pipelineRunId);
    const worker = this.workerOf(active, request.workerId);
    if (!worker) return this.polling.outcome(active, request);
    worker.calls += 1;
    worker.isLost = false;
    this.registrations.forget(worker.identity.id);
    try {
      const goOn = await this.take(active, worker, request);
      const reply = await this.polling.poll(active, worker, { request, gone });
      return goOn ? { ...reply, goOn } : reply;
    } finally {
      worker.calls -= 1;
      worker.lastSeen = this.ports.clock.now();
    }
  }

  /** @returns `goOn` of the answer. */
  private async take(active: ActiveRun, worker: Worker, request: NextRequest): Promise<boolean> {
    const { report, interrupted } = request;
    const now = this.ports.clock.now();
    if (report) {
      worker.usedAt = now;
      const goOn = await this.reports.accept(active, report, worker);
      this.stopper.enforce(active);
      return goOn;
    }
    if (!interrupted || active.state.isOver) return false;
    if (takeInterrupt(worker, now) && !active.state.isCancelling) return true;
    active.state.cancel(now);
    this.stopper.stopAll(active, 'cancelled');
    return false;
  }

  /** After the end of a run everybody may ask how it ended. */
  private workerOf(active: ActiveRun, id: string): Worker | undefined {
    const worker = active.workers.get(id);
    if (worker || active.state.isOver) return worker;
    throw new RunlensError(
      'worker.unknown',
      `Worker ${id} does not belong to pipeline run ${active.id}. Join the run again.`,
    );
  }

  /** Output and progress of a step; the output goes to its log file. */
  log({ id, lines, progress }: LogRequest): void {
    const step = this.findStep(id);
    if (!step) throw new RunlensError('step.unknown', `There is no step run ${id}.`);
    if (lines.length > 0) this.ports.logs.append(stepLog(step), logText(lines));
    if (progress) this.progress.report(step, progress);
  }

  private findStep(id: string) {
    for (const active of this.runs) {
      const step = active.state.byRunId(id);
      if (step) return step;
    }
    return this.ports.history.step(id);
  }

  /**
   * Stops a run: what waits is cancelled, what runs is interrupted, owned workers are ended.
   * @returns false when it was over already.
   */
  async cancel(pipelineRunId: string): Promise<boolean> {
    const active = await this.runs.open(pipelineRunId);
    if (active.state.isOver) return false;
    active.state.cancel(this.ports.clock.now());
    this.stopper.stopAll(active, 'cancelled');
    await this.follow(active);
    return true;
  }

  /**
   * Stops one step: what waits is cancelled at once, what runs is interrupted. What depends on it is
   * skipped; the run goes on.
   * @returns false when it was over already.
   */
  async cancelStep(stepRunId: string): Promise<boolean> {
    const recorded = this.ports.history.step(stepRunId);
    if (!recorded) throw new RunlensError('step.unknown', `There is no step run ${stepRunId}.`);
    const active = await this.runs.open(recorded.pipelineRunId);
    const step = active.state.byRunId(stepRunId);
    if (step?.status === 'running') this.stopper.stop(active, step, 'cancelled');
    else if (step?.status !== 'pending') return false;
    else active.state.cancelStep(step.stepId, this.ports.clock.now());
    await this.follow(active);
    return true;
  }

  dispose(): void {
    this.disposed = true;
    this.inspection?.dispose();
    this.launches.dispose();
    this.progress.dispose();
    this.pool.dispose();
    this.runs.dispose();
  }

  /** Records what has changed, with what follows from it. */
  private async follow(active: ActiveRun): Promise<void> {
    this.stopper.enforce(active);
    await active.advance();
    await active.flush();
    if (active.state.isOver) this.runs.close(active);
  }

  private changed(active: ActiveRun): void {
    if (this.disposed) return;
    this.stopper.enforce(active);
    this.helpers.look(active);
  }

  /** A step has ended somewhere: others that waited for the machine may start. */
  private freed(): void {
    for (const active of this.runs) {
      if (active.isStarved) active.wake();
      this.helpers.look(active);
    }
    this.launches.pump();
  }

  private inspectLater(): void {
    if (this.inspection || this.disposed || this.runs.size === 0) return;
    this.inspection = this.ports.clock.after(this.options.inspectMs, () => {
      this.inspection = undefined;
      this.inBackground(this.inspect());
      this.inspectLater();
    });
  }

  /** Looks for workers that are gone, and whether there is memory again. */
  private async inspect(): Promise<void> {
    for (const active of this.runs) {
      if (active.isStarved) active.wake();
      for (const worker of active.workers.values()) {
        if (shouldGiveUp(active, worker, this.ports)) await this.lose(active, worker);
      }
    }
  }

  private async workerEnded(launchId: string): Promise<void> {
    const active = [...this.runs].find(({ state }) => state.run.launchId === launchId);
    if (active?.main) await this.lose(active, active.main);
  }

  private async lose(active: ActiveRun, worker: Worker): Promise<void> {
    if (worker.isLost || active.state.isOver) return;
    const mayGoOn = this.helpers.mayHelp(active) && worker.identity.owned;
    loseWorker(active, worker, { now: this.ports.clock.now(), mayGoOn });
    await this.follow(active);
  }

  /** A process that was to help did not come; without anybody else the run is at its end. */
  private async missing(active: ActiveRun): Promise<void> {
    const isAlone = [...active.workers.values()].every(({ isLost }) => isLost);
    if (isAlone && !this.helpers.mayHelp(active)) {
      active.state.abandon(NOBODY_LEFT, this.ports.clock.now());
    }
    await this.follow(active);
    this.helpers.look(active);
  }

  private inBackground(work: Promise<void>): void {
    work.catch((error) => this.ports.warn(`Pipelines: ${messageOf(error)}`));
  }
}
