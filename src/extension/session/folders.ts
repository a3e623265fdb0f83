/** From workspace folders to sessions: one per root, with the server that trust allows. */
import * as fs from 'node:fs';
import * as vscode from 'vscode';
import { messageOf } from '../../base/errors';
import { dataFolder, findRoot } from '../../client/root';
import { readSettings } from '../settings';
import { FolderSession, type SessionFolder } from './folderSession';
import { LinkedServer } from './linkedServer';
import { noServer } from './noServer';
import type { Runtime } from './runtime';
import type { ServerPort } from './serverPort';

export interface SessionOptions {
  readonly runtime: Runtime;
  /** Settles when the runtime's files are in place. */
  readonly prepared: Promise<void>;
  readonly log: vscode.LogOutputChannel;
}

export function workspaceFolders(): SessionFolder[] {
  return (vscode.workspace.workspaceFolders ?? [])
    .filter(({ uri }) => uri.scheme === 'file')
    .map(({ name, uri }) => ({ name, path: uri.fsPath, root: findRoot(uri.fsPath) }));
}

export function createSession(folder: SessionFolder, options: SessionOptions): FolderSession {
  const { log } = options;
  const server = serverFor(folder, options);
  const session = new FolderSession(folder, server, (error) => log.error(messageOf(error)));
  server.onDidChangeState((state) => {
    if (state.kind === 'down') log.error(`${folder.name}: ${state.message}`);
    else log.info(`${folder.name}: server ${state.kind}`);
  });
  void server.start();
  return session;
}

function serverFor(
  { root, path }: SessionFolder,
  { runtime, prepared }: SessionOptions,
): ServerPort {
  const { isTrusted } = vscode.workspace;
  if (!isTrusted && !fs.existsSync(dataFolder(root))) {
    return noServer('This workspace is in Restricted Mode, and nothing is recorded here yet.');
  }
  // Settings of a workspace that is not trusted are restricted, see the manifest.
  const { idleMinutes, maxParallel } = readSettings(vscode.Uri.file(path));
  const { launcher } = runtime;
  const env = maxParallel > 0 ? { RUNLENS_MAX_PARALLEL: String(Math.floor(maxParallel)) } : {};
  return new LinkedServer(
    { root, launcher, idleMinutes, readOnly: !isTrusted, env: { ...process.env, ...env } },
    prepared,
  );
}
