// A client of the real language server process, as an editor would be.
import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  type CodeAction,
  type CodeLens,
  type CompletionItem,
  createProtocolConnection,
  type Diagnostic,
  type Hover,
  type Location,
  type Position,
  type ProtocolConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver-protocol/node';
import type { LanguageInit } from '../../../../src/protocol/lsp';

const ROOT = path.join(__dirname, '../../../..');

export interface TestCell {
  readonly text: string;
  /** 1: markup, 2: code. */
  readonly kind?: 1 | 2;
  readonly language?: string;
}

const cellUri = (notebook: string, index: number): string =>
  `${notebook.replace(/^file:/, 'vscode-notebook-cell:')}#c${index}`;
const notebookOf = (cell: string): string =>
  cell.replace(/^vscode-notebook-cell:/, 'file:').replace(/#.*$/, '');

function shown({ uri, range: { start } }: Location): string {
  const name = uri.slice(uri.lastIndexOf('/') + 1);
  return `${name} ${start.line}:${start.character}`;
}

export class LanguageClient {
  private readonly versions = new Map<string, number>();
  private readonly texts = new Map<string, string>();
  refreshes = 0;
  readonly warnings: string[] = [];
  /** What was last told of each document. */
  readonly diagnostics = new Map<string, readonly Diagnostic[]>();
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
    connection.onNotification(
      'textDocument/publishDiagnostics',
      ({ uri, diagnostics }: { uri: string; diagnostics: Diagnostic[] }) => {
        client.diagnostics.set(uri, diagnostics);
      },
    );
    connection.listen();
    await connection.sendRequest('initialize', {
      processId: process.pid,
      rootUri: null,
      capabilities: { workspace: { codeLens: { refreshSupport: true } } },
      initializationOptions: {
        lenses: { enabled: true, state: true, outputs: true, scripts: true, projects: true },
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

  async openNotebook(file: string, cells: readonly TestCell[]): Promise<string[]> {
    const uri = pathToFileURL(file).href;
    const uris = cells.map((_, index) => cellUri(uri, index));
    await this.connection.sendNotification('notebookDocument/didOpen', {
      notebookDocument: {
        uri,
        notebookType: 'jupyter-notebook',
        version: 1,
        cells: cells.map(({ kind = 2 }, index) => ({ kind, document: uris[index]! })),
      },
      cellTextDocuments: cells.map(({ text, language = 'python' }, index) => {
        this.texts.set(uris[index]!, text);
        return { uri: uris[index]!, languageId: language, version: 1, text };
      }),
    });
    return uris;
  }

  /** Replaces the first occurrence of a text in a cell. */
  async replaceInCell(cell: string, search: string, replacement: string): Promise<void> {
    const text = this.texts.get(cell) ?? '';
    const at = text.indexOf(search);
    if (at < 0) throw new Error(`"${search}" is not in ${cell}`);
    const range = { start: positionAt(text, at), end: positionAt(text, at + search.length) };
    this.texts.set(cell, text.slice(0, at) + replacement + text.slice(at + search.length));
    const version = (this.versions.get(cell) ?? 1) + 1;
    this.versions.set(cell, version);
    await this.connection.sendNotification('notebookDocument/didChange', {
      notebookDocument: { uri: notebookOf(cell), version },
      change: {
        cells: {
          textContent: [
            { document: { uri: cell, version }, changes: [{ range, text: replacement }] },
          ],
        },
      },
    });
  }

  /** Puts a code cell in front of the others. */
  async insertCell(notebook: string, index: number, text: string): Promise<string> {
    const uri = cellUri(notebook, index);
    this.texts.set(uri, text);
    await this.connection.sendNotification('notebookDocument/didChange', {
      notebookDocument: { uri: notebook, version: 100 + index },
      change: {
        cells: {
          structure: {
            array: { start: 0, deleteCount: 0, cells: [{ kind: 2, document: uri }] },
            didOpen: [{ uri, languageId: 'python', version: 1, text }],
          },
        },
      },
    });
    return uri;
  }

  /** The position at which a text begins in a document, `more` characters further. */
  at(uri: string, search: string, more = 0): Position {
    const text = this.texts.get(uri) ?? '';
    const offset = text.indexOf(search);
    if (offset < 0) throw new Error(`"${search}" is not in ${uri}`);
    return positionAt(text, offset + more);
  }

  /** The hover's Markdown, or undefined. */
  async hover(uri: string, position: Position): Promise<string | undefined> {
    const params = { textDocument: { uri }, position };
    const hover = await this.connection.sendRequest<Hover | null>('textDocument/hover', params);
    const contents = hover?.contents;
    return contents && typeof contents === 'object' && 'value' in contents
      ? contents.value
      : undefined;
  }

  async completions(uri: string, position: Position): Promise<CompletionItem[]> {
    const params = { textDocument: { uri }, position };
    return await this.connection.sendRequest('textDocument/completion', params);
  }

  /** `file line:character` of a definition. */
  async definition(uri: string, position: Position): Promise<string | undefined> {
    const params = { textDocument: { uri }, position };
    const place = await this.connection.sendRequest<Location | null>(
      'textDocument/definition',
      params,
    );
    return place ? shown(place) : undefined;
  }

  async references(
    uri: string,
    position: Position,
    includeDeclaration: boolean,
  ): Promise<string[]> {
    const params = { textDocument: { uri }, position, context: { includeDeclaration } };
    const places = await this.connection.sendRequest<Location[]>('textDocument/references', params);
    return places.map(shown).sort();
  }

  async actions(uri: string, position: Position): Promise<CodeAction[]> {
    const range = { start: position, end: position };
    const params = { textDocument: { uri }, range, context: { diagnostics: [] } };
    return await this.connection.sendRequest('textDocument/codeAction', params);
  }

  /** Waits until what is told of a document satisfies. */
  async diagnosed(
    uri: string,
    satisfies: (codes: readonly string[]) => boolean,
    ms = 8000,
  ): Promise<readonly Diagnostic[]> {
    const deadline = Date.now() + ms;
    for (;;) {
      const found = this.diagnostics.get(uri) ?? [];
      const codes = found.map(({ code }) => String(code));
      if (satisfies(codes)) return found;
      if (Date.now() > deadline) {
        throw new Error(`findings stay [${codes.join(', ')}]; ${this.warnings.join('; ')}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
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
