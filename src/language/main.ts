/** The language server's process: the wire between an editor's client and the server's plain values. */
import path from 'node:path';
import {
  type CodeLens,
  type Connection,
  createConnection,
  type InitializeResult,
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
} from '../protocol/lsp';
import { loadPythonParser } from '../syntax/parser';
import { connectToStore } from './connect';
import type { LensRow } from './features/codeLens';
import { LanguageServer } from './languageServer';

function serve(connection: Connection): void {
  const documents = new TextDocuments(TextDocument);
  let server: LanguageServer | undefined;

  connection.onInitialize(async ({ initializationOptions, capabilities }) => {
    const init = initializationOptions as LanguageInit;
    server = await openServer(init, connection);
    if (capabilities.workspace?.codeLens?.refreshSupport) {
      server.onRefresh(() => void requestRefresh(connection));
    }
    return CAPABILITIES;
  });
  documents.onDidChangeContent(({ document }) =>
    server?.setText(document.uri, document.version, document.getText()),
  );
  documents.onDidClose(({ document }) => server?.close(document.uri));
  connection.onDidChangeWatchedFiles(() => server?.filesChanged());
  connection.onNotification(CONFIGURE, (params: ConfigureParams) => server?.configure(params));
  connection.onNotification(SERVER_STATE, (params: ServerStateParams) => server?.setServer(params));
  connection.onCodeLens(async ({ textDocument }) =>
    ((await server?.lenses(textDocument.uri)) ?? []).map(toCodeLens),
  );
  connection.onShutdown(() => server?.dispose());

  documents.listen(connection);
  connection.listen();
}

const CAPABILITIES: InitializeResult = {
  capabilities: {
    textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
    codeLensProvider: { resolveProvider: false },
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

async function requestRefresh(connection: Connection): Promise<void> {
  try {
    await connection.sendRequest('workspace/codeLens/refresh');
  } catch (error) {
    connection.console.warn(`The editor did not refresh its code lenses: ${messageOf(error)}`);
  }
}

function toCodeLens({ line, title, command, argument }: LensRow): CodeLens {
  const at = { line, character: 0 };
  return {
    range: { start: at, end: at },
    // Without a command it is text that cannot be clicked.
    command: { title, command: command ?? '', ...(argument ? { arguments: [argument] } : {}) },
  };
}

serve(createConnection(ProposedFeatures.all));
