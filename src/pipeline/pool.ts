// Worker processes of the server: each does one job after another, and waits warm in between.
import { type Disposable, toDisposable } from '../base/disposable';
import type { Gone } from '../protocol/http';
import type { WaitReply, WaitRequest, WorkerStart } from '../protocol/worker';
import type { EnginePorts } from './enginePorts';
import type { ProcessRef, WorkerExit } from './ports';

/** Where a worker runs: only one of the same place can be used again. */
export interface WorkerPlace {
  readonly interpreter: string;
  readonly cwd: string;
  /** Absolute path of the user's file. */
  readonly file: string;
  /** All of its environment variables; default those of the server. */
  readonly variables?: Readonly<Record<string, string>>;
}

export interface Job {
  readonly place: WorkerPlace;
  readonly logFile: string;
  /** False: in a process of its own, which ends with it. */
  readonly isPoolable: boolean;
  /** What the worker is told. */
  start(poolId: string | undefined): WorkerStart;
  onOutput(text: string): void;
  /** It is done with it and waits for other work, or it is gone: `exit`. */
  onEnd(exit: WorkerExit | undefined): void;
}

/** The process that does a job. */
export interface Assigned {
  readonly poolId: string;
  readonly process: ProcessRef | undefined;
  /** Whether it was there before. */
  readonly isWarm: boolean;
}

interface PooledWorker {
  readonly poolId: string;
  readonly key: string;
  process: ProcessRef | undefined;
  job: Job | undefined;
  /** The worker has begun with the job: when it waits again, it is done. */
  hasBegun: boolean;
  /** The start of a job that a waiting worker has not been told yet. */
  given: WorkerStart | undefined;
  /** Answers the call of `wait`. */
  answer: ((reply: WaitReply) => void) | undefined;
  output: Disposable & { drain?(): void };
  expiry: Disposable;
  /** Counts up when it has nothing to do: the newest is used first. */
  idleSince: number;
}

export interface PoolOptions {
  /** How long a worker waits for work before it ends. */
  readonly idleMs: number;
  readonly graceMs: number;
  readonly pollMs: number;
}

const NOTHING: Disposable = toDisposable(() => {});

export class WorkerPool implements Disposable {
  private readonly workers = new Map<string, PooledWorker>();
  private idleCount = 0;
  private disposed = false;

  constructor(
    private readonly ports: EnginePorts,
    private readonly options: PoolOptions,
  ) {}

  /** Warm workers that have nothing to do. */
  get idle(): number {
    return [...this.workers.values()].filter(({ job }) => !job).length;
  }

  /** Gives the job to a warm worker of its place, or to a new one. */
  run(job: Job): Assigned {
    const warm = job.isPoolable ? this.warmest(keyOf(job.place)) : undefined;
    if (!warm) return this.launch(job);
    this.assign(warm, job);
    const follower = this.ports.processes.follow(job.logFile, (text) => job.onOutput(text));
    warm.output = follower;
    warm.given = job.start(warm.poolId);
    this.tell(warm);
    return { poolId: warm.poolId, process: warm.process, isWarm: true };
  }

  private warmest(key: string): PooledWorker | undefined {
    const idle = [...this.workers.values()].filter((worker) => worker.key === key && !worker.job);
    return idle.sort((a, b) => b.idleSince - a.idleSince)[0];
  }

  private launch(job: Job): Assigned {
    const poolId = this.ports.newId();
    const worker: PooledWorker = {
      poolId,
      key: keyOf(job.place),
      process: undefined,
      job,
      hasBegun: false,
      given: undefined,
      answer: undefined,
      output: NOTHING,
      expiry: NOTHING,
      idleSince: 0,
    };
    const { interpreter, cwd, variables } = job.place;
    const started = this.ports.processes.launch({
      interpreter,
      cwd,
      logFile: job.logFile,
      request: job.start(job.isPoolable ? poolId : undefined),
      ...(variables && { variables }),
    });
    worker.process = started.process;
    this.workers.set(poolId, worker);
    // No closure here may name the job: the process outlives it, and with it the job's whole run.
    worker.output = started.onOutput((text) => worker.job?.onOutput(text));
    started.onExit((exit) => this.exited(worker, exit));
    return { poolId, process: started.process, isWarm: false };
  }

  private assign(worker: PooledWorker, job: Job): void {
    worker.expiry.dispose();
    worker.expiry = NOTHING;
    worker.job = job;
    worker.hasBegun = false;
  }

  /** A worker has begun with its job. */
  begun(poolId: string | undefined): void {
    const worker = this.workers.get(poolId ?? '');
    if (worker) worker.hasBegun = true;
  }

  /** A worker of the pool asks for work. */
  async wait({ poolId }: WaitRequest, gone: Gone): Promise<WaitReply> {
    const worker = this.workers.get(poolId);
    if (!worker || this.disposed) return { exit: true };
    if (worker.job) {
      // A start that it was told and has not heard comes once more.
      if (worker.given) return this.handOver(worker);
      this.finish(worker, undefined);
    }
    this.rest(worker);
    worker.answer?.({});
    return this.answerLater(worker, gone);
  }

  private answerLater(worker: PooledWorker, gone: Gone): Promise<WaitReply> {
    return new Promise((resolve) => {
      const answer = (reply: WaitReply) => {
        if (worker.answer === answer) worker.answer = undefined;
        timer.dispose();
        resolve(reply);
      };
      const timer = this.ports.clock.after(this.options.pollMs, () => answer({}));
      gone.addEventListener('abort', () => answer({}));
      worker.answer = answer;
    });
  }

  private tell(worker: PooledWorker): void {
    const { answer } = worker;
    answer?.(this.handOver(worker));
  }

  private handOver(worker: PooledWorker): WaitReply {
    const { given } = worker;
    worker.given = undefined;
    return given ? { start: given } : {};
  }

  private finish(worker: PooledWorker, exit: WorkerExit | undefined): void {
    const { job, output } = worker;
    worker.job = undefined;
    output.drain?.();
    output.dispose();
    worker.output = NOTHING;
    job?.onEnd(exit);
  }

  private rest(worker: PooledWorker): void {
    if (worker.expiry !== NOTHING) return;
    worker.idleSince = ++this.idleCount;
    worker.expiry = this.ports.clock.after(this.options.idleMs, () => this.retire(worker));
    const idle = [...this.workers.values()].filter(({ job }) => !job);
    if (idle.length <= this.ports.machine.maxParallel) return;
    const oldest = idle.sort((a, b) => a.idleSince - b.idleSince)[0];
    if (oldest) this.retire(oldest);
  }

  /** It is asked to end; one that does not is ended. */
  private retire(worker: PooledWorker): void {
    this.workers.delete(worker.poolId);
    worker.expiry.dispose();
    worker.answer?.({ exit: true });
    const { process } = worker;
    if (!process) return;
    worker.expiry = this.ports.clock.after(this.options.graceMs, () =>
      this.ports.processes.kill(process),
    );
  }

  private exited(worker: PooledWorker, exit: WorkerExit): void {
    this.workers.delete(worker.poolId);
    worker.expiry.dispose();
    if (worker.job) this.finish(worker, exit);
  }

  /** Those that wait end; those that work find no server, or the next one, when they are done. */
  dispose(): void {
    this.disposed = true;
    for (const worker of this.workers.values()) {
      worker.expiry.dispose();
      worker.answer?.({ exit: true });
    }
  }
}

/** What differs from shell to shell and changes nothing. */
const NOISE = new Set([
  '_',
  'SHLVL',
  'PWD',
  'OLDPWD',
  'COLUMNS',
  'LINES',
  'WINDOWID',
  'TERM_SESSION_ID',
]);

function keyOf({ interpreter, cwd, file, variables }: WorkerPlace): string {
  const named = Object.entries(variables ?? {}).filter(([name]) => !NOISE.has(name));
  return JSON.stringify([interpreter, cwd, file, named.sort(([a], [b]) => (a < b ? -1 : 1))]);
}
