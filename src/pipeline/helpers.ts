// Brings more processes into a run when steps wait for them, and lets them go when they do not.
import type { WorkerStart } from '../protocol/worker';
import { type ActiveRun, isSameProcess, type Worker } from './activeRun';
import type { Capacity } from './capacity';
import type { EnginePorts } from './enginePorts';
import { launchLog } from './logs';
import type { WorkerPool } from './pool';
import type { WorkerExit } from './ports';

export interface HelperOptions {
  /** How long a step waits before a process is brought in for it. */
  readonly patienceMs: number;
  /** How long a process waits for a step before it is let go. */
  readonly idleMs: number;
}
export interface HelperHooks {
  /** A process ended; `worker` is what it was in the run. */
  lose(run: ActiveRun, worker: Worker): Promise<void>;
  /** A process ended before it joined. */
  missing(run: ActiveRun): Promise<void>;
  inBackground(work: Promise<void>): void;
}

/** After so many processes that ended without a word no more are started for a run. */
const MOST_FAILURES = 2;
/** Threads that a process was told of and has not brought in after this time will not come. */
const THREADS_MS = 2000;

interface Crew {
  /** Processes that were started and have not joined yet. */
  readonly starting: Set<string>;
  failures: number;
  isLooking: boolean;
  /** Threads that were asked for and have not come yet, and when that was. */
  threads: number;
  threadsAskedAt: number;
}

export class Helpers {
  private readonly crews = new WeakMap<ActiveRun, Crew>();
  private starting = 0;

  constructor(
    private readonly parts: {
      readonly ports: EnginePorts;
      readonly pool: WorkerPool;
      readonly capacity: Capacity;
      readonly options: HelperOptions;
      readonly hooks: HelperHooks;
    },
  ) {}

  private crewOf(run: ActiveRun): Crew {
    const known = this.crews.get(run);
    if (known) return known;
    const crew: Crew = {
      starting: new Set(),
      failures: 0,
      isLooking: false,
      threads: 0,
      threadsAskedAt: 0,
    };
    this.crews.set(run, crew);
    return crew;
  }

  /** Something has changed in a run: looks a moment later whether steps wait still. */
  look(run: ActiveRun): void {
    const crew = this.crewOf(run);
    if (crew.isLooking || run.state.isOver || run.state.ready.count(isShared) === 0) return;
    if (!this.mayHelp(run)) return;
    crew.isLooking = true;
    this.parts.ports.clock.after(this.parts.options.patienceMs, () => {
      crew.isLooking = false;
      this.bringIn(run, crew);
    });
  }

  /** Whether processes can be started that do what the one that registered does. */
  mayHelp(run: ActiveRun): boolean {
    const { main, state } = run;
    const { worker, launchId } = state.run;
    if (!worker?.executable || !worker.cwd || run.isDebugging) return false;
    if (main?.isLost && !worker.owned) return false;
    if (launchId === undefined && !run.variables) return false;
    const { ports } = this.parts;
    const isHere = main === undefined || ports.processes.state(worker, main.since) !== 'unknown';
    return isHere && this.crewOf(run).failures < MOST_FAILURES;
  }

  private bringIn(run: ActiveRun, crew: Crew): void {
    const { state } = run;
    if (state.isOver || state.isCancelling || !this.mayHelp(run)) return;
    const { waiting, younger } = this.waitingSteps(run);
    const room = Math.min(waiting - crew.starting.size, this.parts.capacity.room - this.starting);
    for (let i = 0; i < room; i += 1) this.start(run, crew);
    if (younger > 0 && crew.starting.size < younger) this.look(run);
  }

  /** Steps that have waited long enough, without those that an idle worker is about to take. */
  private waitingSteps({ state, workers }: ActiveRun): { waiting: number; younger: number } {
    const before = this.parts.ports.clock.now() - this.parts.options.patienceMs;
    let waiting = 0;
    let younger = 0;
    for (const step of state.ready.values()) {
      if (step.isLocal) continue;
      if (step.since <= before) waiting += 1;
      else younger += 1;
    }
    const idle = [...workers.values()].filter(({ kind, calls }) => kind !== 'thread' && calls > 0);
    return { waiting: waiting - idle.length, younger };
  }

  private start(run: ActiveRun, crew: Crew): void {
    const { pool } = this.parts;
    const job = this.jobOf(run, crew);
    this.starting += 1;
    const { poolId } = pool.run(job);
    crew.starting.add(poolId);
    job.ref.poolId = poolId;
  }

  private jobOf(run: ActiveRun, crew: Crew) {
    const { ports } = this.parts;
    const { id, graph, sysPath = [], worker } = run.state.run;
    const launchId = ports.newId();
    const logFile = ports.logs.file(launchLog(launchId));
    const { file: path } = graph.source;
    const file = isAbsolute(path) ? path : `${ports.root}/${path}`;
    const ref = { poolId: '' };
    return {
      ref,
      place: {
        interpreter: worker?.executable ?? '',
        cwd: worker?.cwd ?? ports.root,
        file,
        ...(run.variables && { variables: run.variables }),
      },
      logFile,
      isPoolable: true,
      start: (poolId: string | undefined): WorkerStart => ({
        launchId,
        join: { pipelineRunId: id, sysPath },
        ...(poolId === undefined ? {} : { poolId }),
        logFile,
        file,
        pipeline: graph.pipeline,
        plan: { target: 'all' },
        parameters: {},
        root: ports.root,
        server: ports.address(),
      }),
      onOutput: () => ports.logs.grown(launchLog(launchId)),
      onEnd: (exit: WorkerExit | undefined) => this.ended(run, crew, { poolId: ref.poolId, exit }),
    };
  }

  /** A process has joined its run. */
  joined(run: ActiveRun, poolId: string): void {
    this.arrived(this.crewOf(run), poolId);
    this.parts.pool.begun(poolId);
  }

  private arrived(crew: Crew, poolId: string): boolean {
    const isNew = crew.starting.delete(poolId);
    if (isNew) this.starting -= 1;
    return isNew;
  }

  private ended(
    run: ActiveRun,
    crew: Crew,
    { poolId, exit }: { poolId: string; exit: WorkerExit | undefined },
  ): void {
    const { hooks, ports } = this.parts;
    if (this.arrived(crew, poolId)) {
      crew.failures += 1;
      const how = exit?.error ?? (exit ? `exit code ${exit.code}` : 'it could not join');
      ports.warn(`A process for ${run.state.run.name} was of no use: ${how}`);
      hooks.inBackground(hooks.missing(run));
    }
    const worker = [...run.workers.values()].find((one) => one.poolId === poolId);
    if (!worker) return;
    if (exit || run.heldBy(worker.identity.id)) hooks.inBackground(hooks.lose(run, worker));
    else run.workers.delete(worker.identity.id);
  }

  /** How long a worker may wait for a step yet; 0: it is not needed any more. */
  patience(run: ActiveRun, worker: Worker): number {
    if (worker.kind === 'main') return Number.POSITIVE_INFINITY;
    const { state } = run;
    if (state.pending === 0 && !state.isGrowing) return 0;
    const idle = this.parts.ports.clock.now() - worker.usedAt;
    return Math.max(0, this.parts.options.idleMs - idle);
  }

  /** How many more threads of the worker's process could run steps that only it can run. */
  threads(run: ActiveRun, worker: Worker): number {
    const { state, workers } = run;
    const waiting = state.ready.count(({ isLocal }) => isLocal);
    if (waiting === 0 || worker.kind === 'helper') return 0;
    const now = this.parts.ports.clock.now();
    const crew = this.crewOf(run);
    if (now - crew.threadsAskedAt > THREADS_MS) crew.threads = 0;
    const idle = [...workers.values()].filter(
      ({ kind, calls, identity }) =>
        kind !== 'helper' && calls > 0 && identity.id !== worker.identity.id,
    );
    const room = run.isDebugging ? waiting : this.parts.capacity.room;
    const wanted = Math.max(0, Math.min(waiting, room) - idle.length - crew.threads);
    if (wanted > 0) crew.threadsAskedAt = now;
    crew.threads += wanted;
    return wanted;
  }

  /** A thread that was asked for has come. */
  threadJoined(run: ActiveRun): void {
    const crew = this.crewOf(run);
    crew.threads = Math.max(0, crew.threads - 1);
  }
}

/** Code outside the root is named by its whole path. */
const isAbsolute = (path: string): boolean => /^(\/|[A-Za-z]:[\\/])/.test(path);

const isShared = ({ isLocal }: { isLocal: boolean }): boolean => !isLocal;

/** Steps in threads of the worker's process that are to stop: nobody else can tell them. */
export function stopsOf(run: ActiveRun, { identity }: Worker): string[] {
  return run.state.running.flatMap((step) => {
    const holder = run.workers.get(step.workerId ?? '');
    const isThreads = holder?.kind === 'thread' && isSameProcess(holder.identity, identity);
    return isThreads && run.stops.has(step.id) ? [step.id] : [];
  });
}
