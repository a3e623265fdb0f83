/** Starts the language server and tells it of folders, settings, trust and the state of servers. */
import * as path from 'node:path';
import * as vscode from 'vscode';
import { LanguageClient, RevealOutputChannelOn, TransportKind } from 'vscode-languageclient/node';
import {
  CONFIGURE,
  type ConfigureParams,
  type LanguageInit,
  SERVER_STATE,
  type ServerStateParams,
} from '../protocol/lsp';
import { DEBUGGER } from './commands/debug';
import type { Sessions } from './session/sessions';
import { readSettings } from './settings';

/** Resolves when it runs; disposing the answer ends it. */
export async function startLanguageClient(
  dist: string,
  sessions: Sessions,
  log: vscode.LogOutputChannel,
): Promise<{ stop(): Promise<void> }> {
  const init: LanguageInit = { wasm: dist, ...configuration(sessions) };
  const client = new LanguageClient(
    'runlens',
    'Runlens Language Server',
    { module: path.join(dist, 'language.js'), transport: TransportKind.ipc },
    {
      documentSelector: [
        { scheme: 'file', language: 'python' },
        { scheme: 'untitled', language: 'python' },
        { scheme: 'vscode-notebook-cell', language: 'python' },
      ],
      initializationOptions: init,
      outputChannel: log,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      connectionOptions: { maxRestartCount: 3 },
      synchronize: { fileEvents: vscode.workspace.createFileSystemWatcher('**/*.py') },
    },
  );
  await client.start();
  const subscriptions = follow(client, sessions, log);
  return {
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
