// The pipeline engine: workers register graphs, pull steps that are ready, and report them.
import type { Disposable } from '../base/disposable';
import { messageOf, RunlensError } from '../base/errors';
import type { PipelineRun, StepRun } from '../domain/pipeline';
import type { Gone } from '../protocol/http';
import type {
  JoinRequest,
  LogRequest,
  NextReply,
  NextRequest,
  RegisterReply,
  RegisterRequest,
} from '../protocol/worker';
import { ActiveRun, type CodeOfSteps, type Worker } from './activeRun';
import { StepCache } from './cache';
import type { EnginePorts } from './enginePorts';
import { Launches } from './launches';
import { logText, stepLog } from './logs';
import { loseWorker, shouldGiveUp } from './lostWorkers';
import { codeOf, identityOf, newRun } from './registration';
import { Reports } from './reports';
import { RunState } from './runState';
import { doneOf, taskOf } from './tasks';

export interface EngineOptions {
  /** How long `next` waits for news; default 25 s. */
  readonly pollMs?: number;
  /** How often worker processes are looked at; default 1 s. */
  readonly inspectMs?: number;
  /** Time between the soft and the hard end of an owned worker; default 5 s. */
  readonly graceMs?: number;
}

/** A worker that cancels its own run is about to report its step: it needs no signal. */
const SOFT_MS = 200;

export class Engine implements Disposable {
  readonly launches: Launches;
  readonly cache: StepCache;
  private readonly runs = new Map<string, ActiveRun>();
  private readonly opening = new Map<string, Promise<ActiveRun>>();
  /** Registrations whose worker has not asked for a step yet, by their content. */
  private readonly registrations = new Map<string, Promise<RegisterReply>>();
  private readonly reports: Reports;
  private readonly pollMs: number;
  private readonly inspectMs: number;
  private readonly graceMs: number;
  private inspection: Disposable | undefined;
  private disposed = false;

  constructor(
    private readonly ports: EnginePorts,
    options: EngineOptions = {},
  ) {
    this.pollMs = options.pollMs ?? 25_000;
    this.inspectMs = options.inspectMs ?? 1000;
    this.graceMs = options.graceMs ?? 5000;
    this.cache = new StepCache(ports.history, ports.artifacts);
    this.reports = new Reports(ports, (run) => !this.launches.isDebugging(run.state.run.launchId));
    this.launches = new Launches(ports, {
      graceMs: this.graceMs,
      cancelRun: (id) => this.cancel(id),
      workerEnded: (launchId) => this.workerEnded(launchId),
    });
  }

  /** Runs and launches that are not over. */
  get activity(): number {
    return this.runs.size + this.launches.active;
  }

  /** Takes up the runs that were not over when the server ended. */
  async start(): Promise<void> {
    for (const run of this.ports.history.active()) await this.open(run.id);
  }

  /**
   * A repeated call of a worker that has not asked for a step yet gives the same run.
   * @throws RunlensError `graph.*`: then nothing has been recorded.
   */
  register(request: RegisterRequest): Promise<RegisterReply> {
    const { worker, graph, plan, launchId } = request;
    const place = [worker.pid, worker.hostname, worker.pidNamespace, launchId];
    const key = JSON.stringify([place, graph, plan]);
    const known = this.registrations.get(key);
    if (known) return known;
    const reply = this.create(request, key);
    this.registrations.set(key, reply);
    return reply;
  }

  private async create(request: RegisterRequest, key: string): Promise<RegisterReply> {
    try {
      const draft = newRun(request, this.ports);
      const code = await codeOf(draft, this.ports);
      const { run, durable } = this.ports.record.createPipelineRun(draft, request.worker.user);
      this.add(run, code);
      await durable.catch((error: unknown) => this.drop(run.id, error));
      if (request.launchId) this.launches.registered(request.launchId, run.id);
      return this.introduction(run, run.worker?.id ?? '');
    } catch (error) {
      this.registrations.delete(key);
      throw error;
    }
  }

  private drop(id: string, error: unknown): never {
    this.runs.delete(id);
    throw error;
  }

  /** One more worker for a run: a thread of the same process, or another process. */
  async join(request: JoinRequest): Promise<RegisterReply> {
    const active = await this.open(request.pipelineRunId);
    const worker = active.addWorker(identityOf(request.worker, this.ports.newId()));
    active.state.addModules(request.modules);
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

  /** Takes a report, then waits for a step to run, for notices or for the end of the run. */
  async next(request: NextRequest, gone: Gone): Promise<NextReply> {
    const active = await this.open(request.pipelineRunId);
    const worker = this.workerOf(active, request.workerId);
    if (worker) {
      worker.calls += 1;
      worker.isLost = false;
      this.forgetRegistration(worker.identity.id);
    }
    try {
      if (request.report) await this.reports.accept(active, request.report);
      return await this.poll(active, request, gone);
    } finally {
      if (worker) {
        worker.calls -= 1;
        worker.lastSeen = this.ports.clock.now();
      }
    }
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

  private forgetRegistration(id: string): void {
    for (const [key, reply] of this.registrations) {
      reply
        .then(({ workerId }) => {
          if (workerId === id) this.registrations.delete(key);
        })
        .catch(() => this.registrations.delete(key));
    }
  }

  private async poll(active: ActiveRun, request: NextRequest, gone: Gone): Promise<NextReply> {
    const { clock } = this.ports;
    const deadline = clock.now() + this.pollMs;
    for (;;) {
      const { version } = active;
      await active.advance();
      const step = gone.aborted ? undefined : active.claim(request.workerId);
      // What is answered is what this flush or an earlier one has made durable.
      const noticesTo = active.state.notices.length;
      const done = doneOf(active.state, this.ports);
      const task = await this.handOut(active, step);
      const notices = active.state.notices.slice(request.noticesFrom, noticesTo);
      const isLast = gone.aborted || this.disposed || clock.now() >= deadline;
      if (task || done || notices.length > 0 || isLast) {
        if (done) this.close(active);
        return { notices, noticesTo, ...(task && { task }), ...(done && { done }) };
      }
      await active.wait(version, deadline - clock.now(), gone);
    }
  }

  /** Records what happened; meanwhile the folder is made, unless a failed attempt still has one. */
  private async handOut(active: ActiveRun, step: StepRun | undefined) {
    const recorded = active.flush();
    if ((step?.attempt ?? 1) > 1) await recorded;
    const [task] = await Promise.all([step && taskOf(active.state, step, this.ports), recorded]);
    return task;
  }

  /** Output of a step, to its log file. */
  log(request: LogRequest): void {
    const step = this.findStep(request.id);
    if (!step) throw new RunlensError('step.unknown', `There is no step run ${request.id}.`);
    this.ports.logs.append(stepLog(step), logText(request.lines));
  }

  private findStep(id: string) {
    for (const active of this.runs.values()) {
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
    const active = await this.open(pipelineRunId);
    if (active.state.isOver) return false;
    active.state.cancel(this.ports.clock.now());
    await active.flush();
    for (const step of active.state.running) this.stopLater(active.id, step, SOFT_MS, 'interrupt');
    if (active.state.isOver) this.close(active);
    return true;
  }

  /** First as Ctrl+C does, then, for workers that the server started, at once. */
  private stopLater(runId: string, step: StepRun, ms: number, how: 'interrupt' | 'kill'): void {
    this.ports.clock.after(ms, () => {
      const active = this.runs.get(runId);
      const worker = active?.workers.get(step.workerId ?? '');
      if (!active || !worker || active.state.step(step.stepId).status !== 'running') return;
      this.ports.processes[how](worker.identity);
      if (how === 'kill') this.inBackground(this.lose(active, worker));
      else if (worker.identity.owned) this.stopLater(runId, step, this.graceMs, 'kill');
    });
  }

  dispose(): void {
    this.disposed = true;
    this.inspection?.dispose();
    this.launches.dispose();
    for (const active of this.runs.values()) active.wake();
  }

  private open(id: string): Promise<ActiveRun> {
    const active = this.runs.get(id);
    if (active) return Promise.resolve(active);
    const opening = this.opening.get(id) ?? this.reopen(id);
    this.opening.set(id, opening);
    return opening.finally(() => this.opening.delete(id));
  }

  /** From what is recorded: after a restart, after a failed write, or when the run is over. */
  private async reopen(id: string): Promise<ActiveRun> {
    const run = this.ports.history.run(id);
    if (!run) throw new RunlensError('run.unknown', `There is no pipeline run ${id}.`);
    if (run.status !== 'running') return this.activate(run, new Map());
    const code = await codeOf(run, this.ports);
    return this.runs.get(id) ?? this.add(run, code);
  }

  private add(run: PipelineRun, code: CodeOfSteps): ActiveRun {
    const active = this.activate(run, code);
    if (run.worker) active.addWorker(run.worker);
    this.runs.set(run.id, active);
    this.inspectLater();
    return active;
  }

  private activate(run: PipelineRun, code: CodeOfSteps): ActiveRun {
    const state = new RunState(run, (id) => this.ports.history.artifact(id));
    return new ActiveRun(state, code, this.ports, this.cache, (failed) => this.forget(failed));
  }

  private forget(active: ActiveRun): void {
    if (this.runs.get(active.id) !== active) return;
    this.runs.delete(active.id);
    this.forgetRegistration(active.state.run.worker?.id ?? '');
  }

  private close(active: ActiveRun): void {
    this.forget(active);
    active.wake();
  }

  private inspectLater(): void {
    if (this.inspection || this.disposed || this.runs.size === 0) return;
    this.inspection = this.ports.clock.after(this.inspectMs, () => {
      this.inspection = undefined;
      this.inBackground(this.inspect());
      this.inspectLater();
    });
  }

  /** Looks for workers that are gone. */
  private async inspect(): Promise<void> {
    for (const active of [...this.runs.values()]) {
      for (const worker of active.workers.values()) {
        if (shouldGiveUp(active, worker, this.ports)) await this.lose(active, worker);
      }
    }
  }

  private async workerEnded(launchId: string): Promise<void> {
    const active = [...this.runs.values()].find(({ state }) => state.run.launchId === launchId);
    const worker = active?.workers.get(active.state.run.worker?.id ?? '');
    if (active) await this.lose(active, worker);
  }

  private async lose(active: ActiveRun, worker: Worker | undefined): Promise<void> {
    if (!worker || worker.isLost || active.state.isOver) return;
    loseWorker(active, worker, this.ports.clock.now());
    await active.advance();
    await active.flush();
    if (active.state.isOver) this.close(active);
  }

  private inBackground(work: Promise<void>): void {
    work.catch((error) => this.ports.warn(`Pipelines: ${messageOf(error)}`));
  }
}
