// Launches: worker processes that the server starts for runs asked for from the editor.
import type { Disposable } from '../base/disposable';
import { messageOf } from '../base/errors';
import { Emitter } from '../base/event';
import type { LaunchRequest } from '../protocol/control';
import type { ServerEvent } from '../protocol/events';
import type { ComposedRequest, WorkerStart } from '../protocol/worker';
import type { EnginePorts } from './enginePorts';
import { launchLog } from './logs';
import { errorText } from './notices';
import type { WorkerExit, WorkerProcess } from './ports';

export type LaunchEvent = Extract<ServerEvent, { type: 'launch' }>;

export interface LaunchHooks {
  readonly graceMs: number;
  cancelRun(pipelineRunId: string): Promise<boolean>;
  /** The process of a launch is gone. */
  workerEnded(launchId: string): Promise<void>;
}

interface Launch {
  readonly id: string;
  readonly request: LaunchRequest;
  readonly worker: WorkerProcess;
  pipelineRunId: string | undefined;
  /** Why composing failed. */
  error: string | undefined;
  isCancelled: boolean;
  tail: string;
}

/** Characters of output that are kept for the message of a failure. */
const TAIL = 2000;

export class Launches implements Disposable {
  private readonly changed = new Emitter<LaunchEvent>();
  readonly onDidChange = this.changed.event;
  private readonly open = new Map<string, Launch>();

  constructor(
    private readonly ports: EnginePorts,
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

  start(request: LaunchRequest): string {
    const id = this.ports.newId();
    const worker = this.ports.processes.launch({
      interpreter: request.interpreter,
      cwd: request.cwd ?? this.ports.root,
      logFile: this.ports.logs.file(launchLog(id)),
      request: this.workerStart(id, request),
    });
    const launch: Launch = {
      id,
      request,
      worker,
      pipelineRunId: undefined,
      error: undefined,
      isCancelled: false,
      tail: '',
    };
    this.open.set(id, launch);
    this.changed.fire({ type: 'launch', launchId: id, status: 'starting' });
    worker.onOutput((text) => this.output(launch, text));
    worker.onExit((exit) => this.ended(launch, exit));
    return id;
  }

  private workerStart(launchId: string, request: LaunchRequest): WorkerStart {
    const { file, pipeline, plan, parameters = {}, debugPort } = request;
    return {
      launchId,
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
    if (!launch || !request.error) return;
    const { source } = request.error;
    const place = source ? ` (${source.file}:${source.line})` : '';
    launch.error = `${errorText(request.error)}${place}`;
  }

  registered(launchId: string, pipelineRunId: string): void {
    const launch = this.open.get(launchId);
    if (launch) launch.pipelineRunId = pipelineRunId;
    this.changed.fire({ type: 'launch', launchId, status: 'running', pipelineRunId });
    // It was cancelled while it composed the pipeline.
    if (launch?.isCancelled) this.cancelRun(launch, pipelineRunId);
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
    else this.stop(launch);
  }

  private stop({ id, worker }: Launch): void {
    if (!worker.process) return;
    const { process } = worker;
    this.ports.processes.interrupt(process);
    this.ports.clock.after(this.hooks.graceMs, () => {
      if (this.open.has(id)) this.ports.processes.kill(process);
    });
  }

  private ended(launch: Launch, exit: WorkerExit): void {
    this.open.delete(launch.id);
    this.changed.fire(endEvent(launch, exit));
    this.hooks
      .workerEnded(launch.id)
      .catch((error) => this.ports.warn(`Launch ${launch.id}: ${messageOf(error)}`));
  }

  dispose(): void {
    this.changed.dispose();
  }
}

function endEvent(launch: Launch, exit: WorkerExit): LaunchEvent {
  const base = { type: 'launch', launchId: launch.id } as const;
  const { pipelineRunId } = launch;
  if (pipelineRunId && exit.error === undefined) return { ...base, status: 'ended', pipelineRunId };
  if (launch.isCancelled) return { ...base, status: 'ended' };
  return { ...base, status: 'failed', message: launch.error ?? exitText(launch, exit) };
}

function exitText({ request, tail }: Launch, exit: WorkerExit): string {
  if (exit.error) {
    return `${request.interpreter} cannot be started: ${exit.error}. Select another interpreter.`;
  }
  const how = exit.signal ? `signal ${exit.signal}` : `exit code ${exit.code}`;
  const what = `The worker ended with ${how} before it registered a pipeline.`;
  const lines = tail.trimEnd().split('\n').slice(-15).join('\n');
  return lines === '' ? what : `${what}\n${lines}`;
}
