/** Follows an import or export of a folder's server, and says in words what it did. Knows no VS Code. */
import { type Disposable, DisposableStore, toDisposable } from '../../base/disposable';
import { RunlensError } from '../../base/errors';
import { countOf, formatBytes } from '../../domain/display';
import type { TransferCounts, TransferState } from '../../protocol/control';
import type { ServerPort } from '../session/serverPort';

export interface Following {
  readonly server: Pick<ServerPort, 'call' | 'onEvent' | 'onDidChangeState'>;
  readonly kind: TransferState['kind'];
  start(): Promise<{ id: string }>;
  onProgress(state: TransferState): void;
  /** Calls its listener when the person gave up. */
  onCancel(listener: () => void): Disposable;
}

/** @returns the last state. @throws RunlensError when the server ends meanwhile. */
export async function followTransfer(following: Following): Promise<TransferState> {
  const { server, kind, start } = following;
  const subscriptions = new DisposableStore();
  try {
    // Listening begins before the transfer does, so that its end cannot be missed.
    const ended = new Endings(following, subscriptions);
    const { id } = await start();
    const cancel = () =>
      void server.call(`POST /api/${kind}s/:id/cancel`, { id }).catch(ended.fail);
    subscriptions.add(following.onCancel(cancel));
    await ended.of(id);
    return await server.call(`GET /api/${kind}s/:id`, { id });
  } finally {
    subscriptions.dispose();
  }
}

class Endings {
  private readonly over = new Set<string>();
  private id: string | undefined;
  private settle: () => void = () => undefined;
  private error: unknown;

  constructor({ server, onProgress }: Following, subscriptions: DisposableStore) {
    subscriptions.add(
      server.onEvent((event) => {
        if (event.type === 'reset') this.settle();
        if (event.type !== 'transfer') return;
        const { transfer } = event;
        if (transfer.state !== 'running') this.over.add(transfer.id);
        if (transfer.id !== this.id) return;
        if (transfer.state === 'running') onProgress(transfer);
        else this.settle();
      }),
    );
    subscriptions.add(
      server.onDidChangeState((state) => {
        if (state.kind === 'up') return;
        this.fail(new RunlensError('server.down', 'The server ended. Start it again to go on.'));
      }),
    );
    subscriptions.add(toDisposable(() => this.settle()));
  }

  readonly fail = (error: unknown): void => {
    this.error ??= error;
    this.settle();
  };

  async of(id: string): Promise<void> {
    await new Promise<void>((resolve) => {
      this.settle = resolve;
      this.id = id;
      if (this.over.has(id) || this.error !== undefined) resolve();
    });
    if (this.error !== undefined) throw this.error;
  }
}

export function progressText({ counts, totalRuns }: TransferState): string {
  const of = totalRuns === undefined ? '' : ` of ${totalRuns}`;
  return `${counts.seen}${of} runs, ${countOf(counts.points, 'point')}, ${formatBytes(counts.bytes)}`;
}

/** One sentence about how it ended. */
export function endText({ kind, state, counts, path, notes, notesLeftOut }: TransferState): string {
  const done = partsOf(counts).join(', ') || 'nothing new';
  const left = notes.length + notesLeftOut;
  const note = left === 0 ? '' : ` The report has ${countOf(left, 'note')}.`;
  if (state === 'cancelled') return `The ${kind} was cancelled: ${done} so far.`;
  if (kind === 'export') return `Exported to ${path}: ${done}.${note}`;
  return `Imported from ${path}: ${done}.${note}`;
}

/** The report that opens as a document, in Markdown. */
export function reportText(state: TransferState): string {
  const { kind, path, counts, notes, notesLeftOut } = state;
  const lines = [
    `# ${kind === 'import' ? 'Import from' : 'Export to'} ${path}`,
    '',
    ...(state.message === undefined ? [] : [`Failed: ${state.message}`, '']),
    `Looked at ${countOf(counts.seen, 'run')}. ${kind === 'import' ? 'Added' : 'Written'}:`,
    '',
    ...partsOf(counts).map((part) => `* ${part}`),
    ...(partsOf(counts).length === 0 ? ['* nothing'] : []),
    '',
    ...(notes.length === 0 ? ['Nothing was left out.'] : ['What was not taken as it was:', '']),
    ...notes.map(({ where, what }) => `* \`${where}\`: ${what}`),
    ...(notesLeftOut > 0 ? [`* and ${notesLeftOut} more`] : []),
  ];
  return `${lines.join('\n')}\n`;
}

function partsOf(counts: TransferCounts): string[] {
  const parts = [
    [counts.experiments, 'experiment'],
    [counts.runs, 'run'],
    [counts.points, 'point'],
    [counts.models, 'logged model'],
    [counts.registeredModels, 'registered model'],
    [counts.modelVersions, 'model version'],
    [counts.files, 'file'],
  ] as const;
  return parts.filter(([count]) => count > 0).map(([count, noun]) => countOf(count, noun));
}
