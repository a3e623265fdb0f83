// A client of the real language server process, as an editor would be.
import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  type CodeLens,
  createProtocolConnection,
  type ProtocolConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver-protocol/node';
import type { LanguageInit } from '../../../../src/protocol/lsp';

const ROOT = path.join(__dirname, '../../../..');

export class LanguageClient {
  private readonly versions = new Map<string, number>();
  private readonly texts = new Map<string, string>();
  refreshes = 0;
  readonly warnings: string[] = [];
  private readonly waiting = new Set<() => void>();

  private constructor(
    private readonly process: ChildProcess,
    readonly connection: ProtocolConnection,
  ) {}

  static async start(
    init: Partial<LanguageInit> & Pick<LanguageInit, 'folders' | 'wasm'>,
    env: Readonly<Record<string, string>> = {},
  ): Promise<LanguageClient> {
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', path.join(ROOT, 'src/language/main.ts'), '--stdio'],
      { cwd: ROOT, stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, ...env } },
    );
    const connection = createProtocolConnection(
      new StreamMessageReader(child.stdout!),
      new StreamMessageWriter(child.stdin!),
    );
    const client = new LanguageClient(child, connection);
    connection.onRequest('workspace/codeLens/refresh', () => {
      client.refreshes += 1;
      for (const wake of client.waiting) wake();
      return null;
    });
    connection.onNotification('window/logMessage', ({ message }: { message: string }) => {
      client.warnings.push(message);
    });
    connection.listen();
    await connection.sendRequest('initialize', {
      processId: process.pid,
      rootUri: null,
      capabilities: { workspace: { codeLens: { refreshSupport: true } } },
      initializationOptions: {
        lenses: { enabled: true, state: true, outputs: true },
        canDebug: true,
        isTrusted: true,
        ...init,
      } satisfies LanguageInit,
    });
    await connection.sendNotification('initialized', {});
    return client;
  }

  async open(file: string, text: string): Promise<string> {
    const uri = pathToFileURL(file).href;
    this.versions.set(uri, 1);
    this.texts.set(uri, text);
    const textDocument = { uri, languageId: 'python', version: 1, text };
    await this.connection.sendNotification('textDocument/didOpen', { textDocument });
    return uri;
  }

  /** Replaces the first occurrence of a text, as an incremental change. */
  async replace(uri: string, search: string, replacement: string): Promise<void> {
    const text = this.texts.get(uri) ?? '';
    const at = text.indexOf(search);
    if (at < 0) throw new Error(`"${search}" is not in ${uri}`);
    const range = { start: positionAt(text, at), end: positionAt(text, at + search.length) };
    const version = (this.versions.get(uri) ?? 0) + 1;
    this.versions.set(uri, version);
    this.texts.set(uri, text.slice(0, at) + replacement + text.slice(at + search.length));
    await this.connection.sendNotification('textDocument/didChange', {
      textDocument: { uri, version },
      contentChanges: [{ range, text: replacement }],
    });
  }

  async lenses(uri: string): Promise<CodeLens[]> {
    const params = { textDocument: { uri } };
    return (await this.connection.sendRequest<CodeLens[]>('textDocument/codeLens', params)) ?? [];
  }

  /** `line title`, lines from 0, in order. */
  async titles(uri: string): Promise<string[]> {
    const lenses = await this.lenses(uri);
    return lenses.map(({ range, command }) => `${range.start.line} ${command?.title}`);
  }

  /** Asks for lenses now and after each refresh until they satisfy; as an editor would. */
  async until(uri: string, satisfies: (titles: string[]) => boolean, ms = 8000): Promise<string[]> {
    const deadline = Date.now() + ms;
    for (;;) {
      const seen = this.refreshes;
      const titles = await this.titles(uri);
      if (satisfies(titles)) return titles;
      const left = deadline - Date.now();
      if (left <= 0 || !(await this.refreshAfter(seen, left))) {
        throw new Error(`lenses stay [${titles.join(' | ')}]; ${this.warnings.join('; ')}`);
      }
    }
  }

  async stop(): Promise<void> {
    const exited = new Promise((resolve) => this.process.once('exit', resolve));
    await this.connection.sendRequest('shutdown');
    await this.connection.sendNotification('exit');
    await exited;
    this.connection.dispose();
  }

  private refreshAfter(seen: number, ms: number): Promise<boolean> {
    if (this.refreshes > seen) return Promise.resolve(true);
    return new Promise((resolve) => {
      const end = (came: boolean) => {
        clearTimeout(timer);
        this.waiting.delete(wake);
        resolve(came);
      };
      const wake = () => end(true);
      const timer = setTimeout(() => end(false), ms);
      this.waiting.add(wake);
    });
  }
}

function positionAt(text: string, offset: number): { line: number; character: number } {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length - 1, character: before.at(-1)?.length ?? 0 };
}
