/** Starts the language server and tells it of folders, settings, trust and the state of servers. */
import * as path from 'node:path';
import * as vscode from 'vscode';
import { LanguageClient, RevealOutputChannelOn, TransportKind } from 'vscode-languageclient/node';
import {
  CONFIGURE,
  type ConfigureParams,
  type LanguageInit,
  LENS_COMMANDS,
  SERVER_STATE,
  type ServerStateParams,
} from '../protocol/lsp';
import { DEBUGGER } from './commands/debug';
import type { LanguageConnection } from './languageService';
import type { Sessions } from './session/sessions';
import { readSettings } from './settings';

/** Python in files and in cells; what notebooks sync is the server's to say. */
const DOCUMENTS = [
  { scheme: 'file', language: 'python' },
  { scheme: 'untitled', language: 'python' },
  { scheme: 'vscode-notebook-cell', language: 'python' },
  { scheme: 'file', language: 'mlproject' },
  { scheme: 'file', language: 'mlmodel' },
];
/** What its answers depend on besides open documents. */
const WATCHED = '**/{*.py,*.ipynb,MLproject,MLmodel}';

/** Resolves when it runs. */
export async function startLanguageClient(
  dist: string,
  sessions: Sessions,
  log: vscode.LogOutputChannel,
): Promise<LanguageConnection> {
  const init: LanguageInit = { wasm: dist, ...configuration(sessions) };
  const client = new LanguageClient(
    'runlens',
    'Runlens Language Server',
    { module: path.join(dist, 'language.js'), transport: TransportKind.ipc },
    {
      documentSelector: DOCUMENTS,
      initializationOptions: init,
      outputChannel: log,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      connectionOptions: { maxRestartCount: 3 },
      // A hover may lead on to what the lenses lead to, and to nothing else.
      markdown: { isTrusted: { enabledCommands: Object.values(LENS_COMMANDS) } },
      synchronize: { fileEvents: vscode.workspace.createFileSystemWatcher(WATCHED) },
    },
  );
  await client.start();
  const subscriptions = follow(client, sessions, log);
  return {
    request: (method, params) => client.sendRequest(method, params),
    async stop() {
      for (const subscription of subscriptions) subscription.dispose();
      await client.stop();
    },
  };
}

function follow(
  client: LanguageClient,
  sessions: Sessions,
  log: vscode.LogOutputChannel,
): readonly { dispose(): unknown }[] {
  const send = (type: string, params: unknown) => {
    client
      .sendNotification(type, params)
      .catch((error: unknown) => log.warn(`The language server was not reached: ${String(error)}`));
  };
  const configure = () => send(CONFIGURE, configuration(sessions));
  const tell = (root: string, up: boolean) =>
    send(SERVER_STATE, { root, up } satisfies ServerStateParams);
  // While it started folders may have come, and what it wanted drawn anew was heard by nobody.
  configure();
  for (const { folder, state } of sessions.all) tell(folder.root, state.kind === 'up');
  return [
    sessions.onDidChange(configure),
    sessions.onDidChangeState(({ session, state }) =>
      tell(session.folder.root, state.kind === 'up'),
    ),
    vscode.extensions.onDidChange(configure),
    vscode.workspace.onDidGrantWorkspaceTrust(configure),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('runlens.codeLens')) configure();
    }),
  ];
}

const configuration = (sessions: Sessions): ConfigureParams => ({
  folders: sessions.all.map(({ folder }) => ({ root: folder.root })),
  lenses: readSettings().lenses,
  canDebug: vscode.extensions.getExtension(DEBUGGER) !== undefined,
  isTrusted: vscode.workspace.isTrusted,
});
