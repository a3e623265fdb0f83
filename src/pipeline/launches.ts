// Launches: worker processes that the server starts for runs asked for from the editor.
import type { Disposable } from '../base/disposable';
import { messageOf } from '../base/errors';
import { Emitter } from '../base/event';
import type { LaunchRequest } from '../protocol/control';
import type { ServerEvent } from '../protocol/events';
import type { ComposedRequest, PreviewReply, WorkerStart } from '../protocol/worker';
import type { Capacity } from './capacity';
import type { EnginePorts } from './enginePorts';
import { launchLog } from './logs';
import { errorText } from './notices';
import type { Assigned, WorkerPool } from './pool';
import type { WorkerExit } from './ports';

export type LaunchEvent = Extract<ServerEvent, { type: 'launch' }>;

export interface LaunchHooks {
  readonly graceMs: number;
  cancelRun(pipelineRunId: string): Promise<boolean>;
  /** The process of a launch is gone, or has left the run. */
  workerEnded(launchId: string): Promise<void>;
}

interface Launch {
  readonly id: string;
  readonly request: LaunchRequest;
  /** Undefined while it waits for its turn. */
  worker: Assigned | undefined;
  pipelineRunId: string | undefined;
  /** Why composing failed. */
  error: string | undefined;
  isCancelled: boolean;
  tail: string;
}

/** Characters of output that are kept for the message of a failure. */
const TAIL = 2000;
/** Answers of dry runs that are kept. */
const MOST_PREVIEWS = 50;
/** How often a queue is looked at that waits for memory. */
const QUEUE_MS = 1000;

export class Launches implements Disposable {
  private readonly changed = new Emitter<LaunchEvent>();
  readonly onDidChange = this.changed.event;
  private readonly open = new Map<string, Launch>();
  /** Launches that wait, in order. */
  private queue: Launch[] = [];
  private readonly previews = new Map<string, PreviewReply>();
  private timer: Disposable | undefined;

  constructor(
    private readonly ports: EnginePorts,
    private readonly pool: WorkerPool,
    private readonly capacity: Capacity,
    private readonly hooks: LaunchHooks,
  ) {}

  get active(): number {
    return this.open.size;
  }

  isActive(launchId: string): boolean {
    return this.open.has(launchId);
  }

  /** Debug runs are not retried: the breakpoint was hit already. */
  isDebugging(launchId: string | undefined): boolean {
    return this.open.get(launchId ?? '')?.request.debugPort !== undefined;
  }

  /** What a dry run found. */
  preview(launchId: string): PreviewReply | undefined {
    return this.previews.get(launchId);
  }

  /** Starts at once when the machine takes it, else in its turn. */
  start(request: LaunchRequest): string {
    const id = this.ports.newId();
    const launch: Launch = {
      id,
      request,
      worker: undefined,
      pipelineRunId: undefined,
      error: undefined,
      isCancelled: false,
      tail: '',
    };
    this.open.set(id, launch);
    const why = waitsForNothing(request) ? undefined : this.whyWait();
    if (why === undefined) this.begin(launch);
    else this.enqueue(launch, why);
    return id;
  }

  private enqueue(launch: Launch, message: string): void {
    this.queue.push(launch);
    this.changed.fire({ type: 'launch', launchId: launch.id, status: 'queued', message });
    this.pumpLater();
  }

  /** Why nothing more can start now. */
  private whyWait(): string | undefined {
    if (this.queue.length > 0) return 'other runs were asked for before';
    const why = this.capacity.whyNot(undefined);
    if (why !== undefined) return why;
    const composing = [...this.open.values()].filter(
      ({ worker, pipelineRunId, request }) =>
        worker && pipelineRunId === undefined && !waitsForNothing(request),
    );
    const isFull = composing.length >= this.capacity.room;
    return isFull && composing.length > 0 ? 'other runs are being started' : undefined;
  }

  /** Starts what waits, as far as the machine takes it. */
  pump(): void {
    while (this.queue.length > 0) {
      const [next, ...rest] = this.queue;
      this.queue = [];
      const why = this.whyWait();
      this.queue = rest;
      if (!next) return;
      if (why !== undefined) {
        this.queue.unshift(next);
        this.pumpLater();
        return;
      }
      this.begin(next);
    }
  }

  private pumpLater(): void {
    this.timer ??= this.ports.clock.after(QUEUE_MS, () => {
      this.timer = undefined;
      this.pump();
    });
  }

  private begin(launch: Launch): void {
    const { id, request } = launch;
    const { interpreter, cwd = this.ports.root, file, debugPort } = request;
    const logFile = this.ports.logs.file(launchLog(id));
    this.changed.fire({ type: 'launch', launchId: id, status: 'starting' });
    launch.worker = this.pool.run({
      place: { interpreter, cwd, file },
      logFile,
      // A debugger stays in the process that it was started in.
      isPoolable: debugPort === undefined,
      start: (poolId) => this.workerStart(launch, { poolId, logFile }),
      onOutput: (text) => this.output(launch, text),
      onEnd: (exit) => this.ended(launch, exit),
    });
  }

  private workerStart(
    { id: launchId, request }: Launch,
    { poolId, logFile }: { poolId: string | undefined; logFile: string },
  ): WorkerStart {
    const { file, pipeline, plan, parameters = {}, debugPort, dryRun } = request;
    return {
      launchId,
      ...(poolId === undefined ? {} : { poolId }),
      logFile,
      ...(dryRun === undefined ? {} : { dryRun }),
      file,
      ...(pipeline === undefined ? {} : { pipeline }),
      plan,
      parameters,
      root: this.ports.root,
      server: this.ports.address(),
      ...(debugPort === undefined ? {} : { debugPort }),
    };
  }

  private output(launch: Launch, text: string): void {
    launch.tail = (launch.tail + text).slice(-TAIL);
    this.ports.logs.grown(launchLog(launch.id));
  }

  /** The worker has imported the file, or could not. */
  composed(request: ComposedRequest): void {
    const launch = this.open.get(request.launchId);
    if (!launch) return;
    this.pool.begun(launch.worker?.poolId);
    if (request.preview) this.keepPreview(launch.id, request.preview);
    if (!request.error) return;
    const { source } = request.error;
    const place = source ? ` (${source.file}:${source.line})` : '';
    launch.error = `${errorText(request.error)}${place}`;
  }

  private keepPreview(launchId: string, preview: PreviewReply): void {
    this.previews.set(launchId, preview);
    const [oldest] = this.previews.keys();
    if (this.previews.size > MOST_PREVIEWS && oldest !== undefined) this.previews.delete(oldest);
  }

  registered(launchId: string, pipelineRunId: string): void {
    const launch = this.open.get(launchId);
    if (launch) {
      launch.pipelineRunId = pipelineRunId;
      this.pool.begun(launch.worker?.poolId);
    }
    this.changed.fire({ type: 'launch', launchId, status: 'running', pipelineRunId });
    // It was cancelled while it composed the pipeline.
    if (launch?.isCancelled) this.cancelRun(launch, pipelineRunId);
    this.pump();
  }

  private cancelRun(launch: Launch, pipelineRunId: string): void {
    this.hooks
      .cancelRun(pipelineRunId)
      .catch((error) => this.ports.warn(`Launch ${launch.id}: ${messageOf(error)}`));
  }

  /** Nothing happens when the launch is over or unknown. */
  async cancel(launchId: string): Promise<void> {
    const launch = this.open.get(launchId);
    if (!launch || launch.isCancelled) return;
    launch.isCancelled = true;
    if (launch.pipelineRunId) await this.hooks.cancelRun(launch.pipelineRunId);
    else if (launch.worker) this.stop(launch.id, launch.worker);
    else this.leaveQueue(launch);
  }

  private leaveQueue(launch: Launch): void {
    this.queue = this.queue.filter((other) => other !== launch);
    this.open.delete(launch.id);
    this.changed.fire({ type: 'launch', launchId: launch.id, status: 'ended' });
  }

  private stop(id: string, { process }: Assigned): void {
    if (!process) return;
    this.ports.processes.interrupt(process);
    this.ports.clock.after(this.hooks.graceMs, () => {
      if (this.open.has(id)) this.ports.processes.kill(process);
    });
  }

  private ended(launch: Launch, exit: WorkerExit | undefined): void {
    this.open.delete(launch.id);
    this.changed.fire(this.endEvent(launch, exit));
    this.hooks
      .workerEnded(launch.id)
      .catch((error) => this.ports.warn(`Launch ${launch.id}: ${messageOf(error)}`));
    this.pump();
  }

  private endEvent(launch: Launch, exit: WorkerExit | undefined): LaunchEvent {
    const base = { type: 'launch', launchId: launch.id } as const;
    const { pipelineRunId } = launch;
    if (pipelineRunId && exit?.error === undefined)
      return { ...base, status: 'ended', pipelineRunId };
    const isPreviewed = this.previews.has(launch.id) && launch.error === undefined;
    if (launch.isCancelled || isPreviewed) return { ...base, status: 'ended' };
    return { ...base, status: 'failed', message: launch.error ?? exitText(launch, exit) };
  }

  dispose(): void {
    this.timer?.dispose();
    this.changed.dispose();
  }
}

/** Somebody sits before it and waits, or it takes next to nothing. */
const waitsForNothing = ({ debugPort, dryRun }: LaunchRequest): boolean =>
  debugPort !== undefined || dryRun === true;

function exitText({ request, tail }: Launch, exit: WorkerExit | undefined): string {
  if (exit?.error) {
    return `${request.interpreter} cannot be started: ${exit.error}. Select another interpreter.`;
  }
  const how = exit?.signal ? `signal ${exit.signal}` : `exit code ${exit?.code ?? 0}`;
  const what = `The worker ended with ${how} before it registered a pipeline.`;
  const lines = tail.trimEnd().split('\n').slice(-15).join('\n');
  return lines === '' ? what : `${what}\n${lines}`;
}
