/** Follows an import or export of the server to its end: progress, Ctrl-C, and the report. */
import { RunlensError } from '../base/errors';
import { countOf, formatBytes } from '../domain/display';
import type { TransferCounts, TransferState } from '../protocol/control';
import type { ServerEvent } from '../protocol/events';
import { type Context, EXIT } from './command';
import type { Output } from './output';
import type { Server } from './server';

/** Notes printed; `--json` prints all that the server kept. */
const SHOWN_NOTES = 20;

export interface Following {
  readonly server: Server;
  readonly context: Context;
  readonly kind: TransferState['kind'];
  start(): Promise<{ id: string }>;
}

/** @returns the last state; Ctrl-C cancels the transfer. */
export async function follow(following: Following): Promise<TransferState> {
  const { server, context, kind, start } = following;
  const ending = new Ending(context);
  const events = await server.events(
    ['transfers'],
    (event) => ending.hear(event),
    (error) => ending.fail(error),
  );
  let id: string | undefined;
  const interrupt = context.onInterrupt(() => {
    if (id === undefined) return;
    server
      .call(`POST /api/${kind}s/:id/cancel`, { id })
      .catch((error: unknown) => ending.fail(error));
  });
  try {
    id = (await start()).id;
    await ending.of(id);
    return await server.call(`GET /api/${kind}s/:id`, { id });
  } finally {
    interrupt.dispose();
    events.dispose();
  }
}

/** Waits for the event that says that a transfer is over; it may come before its id is known. */
class Ending {
  private readonly early: TransferState[] = [];
  private id: string | undefined;
  private settle: (() => void) | undefined;
  private error: unknown;

  constructor(private readonly context: Context) {}

  hear(event: ServerEvent): void {
    if (event.type === 'transfer') this.see(event.transfer);
    // What was missed may be the end: the state that is asked for then says.
    if (event.type === 'reset' && this.id !== undefined) this.settle?.();
  }

  fail(error: unknown): void {
    this.error = error;
    this.settle?.();
  }

  async of(id: string): Promise<void> {
    await new Promise<void>((resolve) => {
      this.settle = resolve;
      this.id = id;
      for (const state of this.early) this.see(state);
      if (this.error !== undefined) resolve();
    });
    if (this.error !== undefined) throw this.error;
  }

  private see(state: TransferState): void {
    if (this.id === undefined) this.early.push(state);
    else if (state.id !== this.id) return;
    else if (state.state !== 'running') this.settle?.();
    else if (!this.context.json) this.context.out.error(progressText(state));
  }
}

function progressText({ kind, counts, totalRuns }: TransferState): string {
  const of = totalRuns === undefined ? '' : ` of ${totalRuns}`;
  const what = kind === 'import' ? 'read' : 'written';
  return `${counts.seen}${of} runs ${what}, ${countsText(counts)}`;
}

const countsText = ({ points, files, bytes }: TransferCounts): string =>
  [countOf(points, 'point'), `${countOf(files, 'file')} (${formatBytes(bytes)})`].join(', ');

/** Prints the end. @returns the exit code. @throws RunlensError when it failed. */
export function report(state: TransferState, { out, json }: Context): number {
  if (json) out.json(state);
  else print(state, out);
  return EXIT_OF[state.state];
}

const EXIT_OF = {
  done: EXIT.ok,
  running: EXIT.failed,
  failed: EXIT.failed,
  cancelled: EXIT.interrupted,
} as const;

function print(state: TransferState, out: Output): void {
  if (state.state === 'failed') {
    throw new RunlensError(`${state.kind}.failed`, state.message ?? 'It failed.');
  }
  out.line(endText(state));
  for (const { where, what } of state.notes.slice(0, SHOWN_NOTES)) out.line(`  ${where}: ${what}`);
  const more = state.notes.length + state.notesLeftOut - SHOWN_NOTES;
  if (more > 0) out.line(`  and ${countOf(more, 'more note')}; --json shows them`);
}

function endText({ kind, state, counts, path }: TransferState): string {
  if (state === 'cancelled')
    return `Cancelled. What was ${kind}ed so far: ${entitiesText(counts)}.`;
  if (kind === 'export') return `Exported to ${path}: ${entitiesText(counts)}.`;
  const added = counts.experiments + counts.runs + counts.points + counts.files + counts.models;
  return added + counts.modelVersions === 0
    ? `Nothing new in ${path} (${countOf(counts.seen, 'run')}).`
    : `Imported from ${path}: ${entitiesText(counts)}.`;
}

function entitiesText(counts: TransferCounts): string {
  const parts = [
    [counts.experiments, 'experiment'],
    [counts.runs, 'run'],
    [counts.models, 'logged model'],
    [counts.registeredModels, 'registered model'],
    [counts.modelVersions, 'model version'],
  ] as const;
  const named = parts.filter(([count]) => count > 0).map(([count, noun]) => countOf(count, noun));
  return [...named, countsText(counts)].join(', ');
}
