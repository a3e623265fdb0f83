/** The language server's process: the wire between an editor's client and the server's plain values. */
import path from 'node:path';
import {
  type Connection,
  createConnection,
  type InitializeResult,
  NotebookCellKind,
  type NotebookDocument,
  NotebookDocuments,
  ProposedFeatures,
  TextDocumentSyncKind,
  TextDocuments,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { messageOf } from '../base/errors';
import {
  CONFIGURE,
  type ConfigureParams,
  type LanguageInit,
  SERVER_STATE,
  type ServerStateParams,
  SIGNATURE,
  type SignatureParams,
} from '../protocol/lsp';
import { loadPythonParser } from '../syntax/parser';
import { connectToStore } from './connect';
import { LanguageServer } from './languageServer';
import type { EditorCell } from './views';
import {
  toCodeAction,
  toCodeLens,
  toCompletion,
  toDiagnostic,
  toHover,
  toKeyCompletion,
  toLocation,
  toSymbol,
} from './wire';

function serve(connection: Connection): void {
  const documents = new TextDocuments(TextDocument);
  const notebooks = new NotebookDocuments(TextDocument);
  let server: LanguageServer | undefined;
  const now = () => server;

  connection.onInitialize(async ({ initializationOptions, capabilities }) => {
    const opened = await openServer(initializationOptions as LanguageInit, connection);
    server = opened;
    if (capabilities.workspace?.codeLens?.refreshSupport) {
      opened.onRefresh(() => void requestRefresh(connection));
    }
    opened.findings.onFound(({ uri, findings }) => {
      const diagnostics = findings.map(toDiagnostic);
      void attempt(connection, 'show findings', connection.sendDiagnostics({ uri, diagnostics }));
    });
    return CAPABILITIES;
  });
  documents.onDidChangeContent(({ document }) =>
    server?.setText(document.uri, document.version, document.getText()),
  );
  documents.onDidClose(({ document }) => server?.close(document.uri));
  const setNotebook = (notebook: NotebookDocument) =>
    server?.setNotebook(notebook.uri, codeCells(notebook, notebooks));
  notebooks.onDidOpen(setNotebook);
  notebooks.onDidChange(({ notebookDocument }) => setNotebook(notebookDocument));
  notebooks.onDidClose(({ uri }) => server?.closeNotebook(uri));
  connection.onDidChangeWatchedFiles(() => server?.filesChanged());
  connection.onNotification(CONFIGURE, (params: ConfigureParams) => server?.configure(params));
  connection.onNotification(SERVER_STATE, (params: ServerStateParams) => server?.setServer(params));
  answer(connection, now);
  connection.onShutdown(() => server?.dispose());

  documents.listen(connection);
  notebooks.listen(connection);
  connection.listen();
}

/** What the editor asks for. */
function answer(connection: Connection, server: () => LanguageServer | undefined): void {
  connection.onRequest(SIGNATURE, (params: SignatureParams) => server()?.signature(params) ?? null);
  connection.onCodeLens(async ({ textDocument }) =>
    ((await server()?.lenses(textDocument.uri)) ?? []).map(toCodeLens),
  );
  connection.onHover(async ({ textDocument, position }) => {
    const row = await server()?.hover(textDocument.uri, position);
    return row ? toHover(row) : null;
  });
  connection.onCompletion(async ({ textDocument: { uri }, position }) => [
    ...((await server()?.completions(uri, position)) ?? []).map(toCompletion),
    ...(server()?.keys(uri, position) ?? []).map(toKeyCompletion),
  ]);
  connection.onDefinition(({ textDocument, position }) => {
    const place = server()?.definition(textDocument.uri, position);
    return place ? toLocation(place) : null;
  });
  connection.onReferences(async ({ textDocument, position, context }, token) => {
    const withDefinition = context.includeDeclaration;
    const options = { withDefinition, isGone: () => token.isCancellationRequested };
    const places = await server()?.references(textDocument.uri, position, options);
    return (places ?? []).map(toLocation);
  });
  connection.onDocumentSymbol(({ textDocument }) =>
    (server()?.symbols(textDocument.uri) ?? []).map(toSymbol),
  );
  connection.onCodeAction(({ textDocument: { uri }, range }) =>
    (server()?.fixes(uri, range) ?? []).map((fix) => toCodeAction(uri, fix)),
  );
}

const CAPABILITIES: InitializeResult = {
  capabilities: {
    textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
    // All cells are sent: which are code and in which language decides what is joined.
    notebookDocumentSync: {
      notebookSelector: [{ notebook: { scheme: 'file', notebookType: 'jupyter-notebook' } }],
    },
    codeLensProvider: { resolveProvider: false },
    hoverProvider: true,
    completionProvider: { triggerCharacters: ['"', "'", '/', '@', '.'], resolveProvider: false },
    definitionProvider: true,
    referencesProvider: true,
    documentSymbolProvider: { label: 'Runlens' },
    codeActionProvider: { codeActionKinds: ['quickfix'] },
  },
};

async function openServer(init: LanguageInit, connection: Connection): Promise<LanguageServer> {
  const parser = await loadPythonParser({
    runtime: path.join(init.wasm, 'web-tree-sitter.wasm'),
    language: path.join(init.wasm, 'tree-sitter-python.wasm'),
  });
  const warn = (message: string) => connection.console.warn(message);
  return new LanguageServer({ parser, connect: connectToStore, warn }, init);
}

const requestRefresh = (connection: Connection): Promise<void> =>
  attempt(
    connection,
    'refresh its code lenses',
    connection.sendRequest('workspace/codeLens/refresh'),
  );

async function attempt(
  connection: Connection,
  what: string,
  work: Promise<unknown>,
): Promise<void> {
  try {
    await work;
  } catch (error) {
    connection.console.warn(`The editor did not ${what}: ${messageOf(error)}`);
  }
}

function codeCells(
  { cells }: NotebookDocument,
  notebooks: NotebookDocuments<TextDocument>,
): EditorCell[] {
  return cells.flatMap((cell) => {
    const document = notebooks.getCellTextDocument(cell);
    if (cell.kind !== NotebookCellKind.Code || !document) return [];
    const { uri, languageId } = document;
    return [{ uri, text: document.getText(), isPython: languageId === 'python' }];
  });
}

serve(createConnection(ProposedFeatures.all));
