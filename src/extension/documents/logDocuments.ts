/** Logs of steps and launches as read-only documents that grow while they are open. */
import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../../base/disposable';
import { messageOf } from '../../base/errors';
import type { Sessions } from '../session/sessions';
import { parseDocumentUri } from './uris';

interface OpenLog {
  readonly uri: vscode.Uri;
  text: string;
  next: number;
}

/** Of a longer log the end is shown: the editor is not made for more. */
const SHOWN_CHARACTERS = 4_000_000;
const GATHER_MS = 150;

export class LogDocuments implements vscode.TextDocumentContentProvider, Disposable {
  private readonly store = new DisposableStore();
  private readonly changed = this.store.add(new vscode.EventEmitter<vscode.Uri>());
  readonly onDidChange = this.changed.event;
  private readonly open = new Map<string, OpenLog>();
  private readonly timers = new Map<string, NodeJS.Timeout>();

  constructor(private readonly sessions: Sessions) {
    this.store.add(
      sessions.onEvent(({ event }) => {
        if (event.type === 'log') this.grow(event.id);
      }),
    );
    this.store.add(
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.open.delete(uri.toString())),
    );
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const key = uri.toString();
    const log = this.open.get(key) ?? { uri, text: '', next: 0 };
    this.open.set(key, log);
    try {
      await this.read(log);
      return log.text;
    } catch (error) {
      return `${log.text}\n${messageOf(error)}\n`;
    }
  }

  dispose(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.store.dispose();
  }

  private async read(log: OpenLog): Promise<void> {
    const ref = parseDocumentUri(log.uri);
    const session = ref && this.sessions.byRoot(ref.root);
    if (!ref || !session) return;
    await session.ready();
    const part = await session.call('GET /api/logs/:id', { id: ref.id, from: log.next });
    log.text = (log.text + part.text).slice(-SHOWN_CHARACTERS);
    log.next = part.next;
  }

  private grow(id: string): void {
    for (const [key, log] of this.open) {
      if (parseDocumentUri(log.uri)?.id !== id || this.timers.has(key)) continue;
      const fire = () => {
        this.timers.delete(key);
        this.changed.fire(log.uri);
      };
      this.timers.set(key, setTimeout(fire, GATHER_MS));
    }
  }
}
