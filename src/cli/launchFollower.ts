/** Starts a launch on the server and prints what its steps do until it has ended. */

import { durationText } from '../base/timeText';
import { artifactLabel } from '../domain/artifact';
import type { LaunchRequest } from '../protocol/control';
import type { ServerEvent } from '../protocol/events';
import type { PipelineRunRow, StepRow } from '../protocol/rows';
import { type Context, EXIT } from './command';
import type { Server } from './server';
import { paintStatus, whyText } from './texts';

export type LaunchEnd =
  | { readonly kind: 'ended'; readonly pipelineRunId: string; readonly interrupted: boolean }
  /** A dry run is over. */
  | { readonly kind: 'previewed'; readonly launchId: string }
  /** No pipeline run came of it. */
  | { readonly kind: 'failed'; readonly message: string };

/** Ctrl-C asks the server to cancel and waits for that; a second one leaves at once. */
export async function followLaunch(
  server: Server,
  request: LaunchRequest,
  context: Context,
): Promise<LaunchEnd> {
  const follower = new LaunchFollower(server, context, request.dryRun === true);
  const events = await server.events(
    ['pipelines'],
    (event) => follower.onEvent(event),
    (error) => follower.fail(error),
  );
  const interrupt = context.onInterrupt(() => follower.interrupt());
  try {
    const { launchId } = await server.call('POST /api/launches', request);
    follower.begin(launchId);
    return await follower.end;
  } finally {
    interrupt.dispose();
    events.dispose();
  }
}

class LaunchFollower {
  readonly end: Promise<LaunchEnd>;
  private resolve: (end: LaunchEnd) => void = () => undefined;
  private reject: (error: unknown) => void = () => undefined;
  private launchId: string | undefined;
  private pipelineRunId: string | undefined;
  private interrupted = false;
  /** Events that came before the launch's id was known. */
  private readonly early: ServerEvent[] = [];
  /** Step run id → last status printed. */
  private readonly printed = new Map<string, string>();

  constructor(
    private readonly server: Server,
    private readonly context: Context,
    private readonly isDryRun: boolean,
  ) {
    this.end = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    // It is awaited only once the launch was accepted; until then a rejection is not unhandled.
    this.end.catch(() => undefined);
  }

  begin(launchId: string): void {
    this.launchId = launchId;
    if (this.interrupted) this.cancel();
    for (const event of this.early.splice(0)) this.onEvent(event);
  }

  onEvent(event: ServerEvent): void {
    if (this.launchId === undefined) this.early.push(event);
    else if (event.type === 'launch') this.onLaunch(event);
    else if (event.type === 'pipeline') this.onPipeline(event.run);
    else if (event.type === 'step' && event.pipelineRunId === this.pipelineRunId) {
      this.onStep(event.step);
    } else if (event.type === 'reset') this.catchUp();
  }

  fail(error: unknown): void {
    this.reject(error);
  }

  interrupt(): void {
    if (this.interrupted) process.exit(EXIT.interrupted);
    this.interrupted = true;
    this.context.out.error('cancelling; press Ctrl-C again to leave at once');
    if (this.launchId !== undefined) this.cancel();
  }

  private cancel(): void {
    const launchId = this.launchId ?? '';
    this.server
      .call('POST /api/launches/:launchId/cancel', { launchId })
      .catch((error: unknown) => this.fail(error));
  }

  private onLaunch(event: Extract<ServerEvent, { type: 'launch' }>): void {
    if (event.launchId !== this.launchId) return;
    if (event.status === 'queued') this.context.out.error(event.message ?? 'queued');
    this.follow(event.pipelineRunId);
    if (event.status !== 'failed' && event.status !== 'ended') return;
    if (this.pipelineRunId !== undefined) this.catchUp();
    else if (this.isDryRun && event.status === 'ended' && !this.interrupted) {
      this.resolve({ kind: 'previewed', launchId: event.launchId });
    } else this.resolve({ kind: 'failed', message: this.failure(event) });
  }

  private failure(event: Extract<ServerEvent, { type: 'launch' }>): string {
    if (event.message) return event.message;
    return this.interrupted ? 'cancelled before it began' : 'it ended without running a pipeline';
  }

  private onPipeline(run: PipelineRunRow): void {
    if (run.launchId !== this.launchId && run.id !== this.pipelineRunId) return;
    this.follow(run.id);
    if (run.status !== 'running') this.catchUp();
  }

  private follow(pipelineRunId: string | undefined): void {
    if (pipelineRunId === undefined || this.pipelineRunId !== undefined) return;
    this.pipelineRunId = pipelineRunId;
    this.catchUp();
  }

  /** Reads the whole run: after a gap in the events, when it becomes known, and at its end. */
  private catchUp(): void {
    if (this.pipelineRunId === undefined) return;
    this.server
      .call('GET /api/pipeline-runs/:id', { id: this.pipelineRunId })
      .then((run) => {
        for (const step of run.stepRows) this.onStep(step);
        if (run.status === 'running') return;
        this.resolve({ kind: 'ended', pipelineRunId: run.id, interrupted: this.interrupted });
      })
      .catch((error: unknown) => this.fail(error));
  }

  private onStep(step: StepRow): void {
    if (this.printed.get(step.id) === step.status || this.context.json) return;
    const { out, now } = this.context;
    // A short step is over before its start was heard of.
    const missedStart = step.startedAt !== undefined && this.printed.get(step.id) !== 'running';
    this.printed.set(step.id, step.status);
    const text = stepLine(step, now(), missedStart);
    if (text === undefined) return;
    out.line(`${out.paint('bold', step.stepId)} ${paintStatus(out.paint, step.status, text)}`);
    if (step.error) out.error(step.error.traceback.trimEnd());
  }
}

/** What happened to a step in words; undefined while nothing has. */
function stepLine(step: StepRow, now: number, missedStart: boolean): string | undefined {
  const why = whyText(step, now);
  const because = why ? ` (${why})` : '';
  switch (step.status) {
    case 'pending':
      return undefined;
    case 'running':
      return `started${because}`;
    case 'ran': {
      const outputs = step.outputs.map(({ artifact }) => artifactLabel(artifact));
      const made = outputs.length > 0 ? `: ${outputs.join(', ')}` : '';
      return `finished in ${tookOf(step, now)}${made}${missedStart ? because : ''}`;
    }
    case 'failed':
      return `failed after ${tookOf(step, now)}`;
    case 'cached':
    case 'skipped':
    case 'cancelled':
      return `${step.status}${because}`;
  }
}

const tookOf = ({ startedAt, endedAt }: StepRow, now: number): string =>
  durationText(startedAt === undefined ? 0 : (endedAt ?? now) - startedAt);
