/** Keeps the environment-variable collection of each folder as its server and setting want it. */
import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../../base/disposable';
import { readSettings } from '../settings';
import { terminalVariables } from './environment';
import type { FolderSession } from './folderSession';
import type { Sessions } from './sessions';

export class Terminals implements Disposable {
  private readonly store = new DisposableStore();

  /** @param sdk folder that holds the package `runlens`, once it is known. */
  constructor(
    private readonly collection: vscode.GlobalEnvironmentVariableCollection,
    private readonly sessions: Sessions,
    private readonly sdk: () => string,
  ) {
    // The port and the tokens of yesterday help nobody.
    collection.persistent = false;
    collection.clear();
    this.store.add(sessions.onDidChangeState(({ session }) => this.update(session)));
    this.store.add(sessions.onDidChange(() => this.updateAll()));
    this.store.add(
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('runlens.terminal')) this.updateAll();
      }),
    );
  }

  dispose(): void {
    this.store.dispose();
    this.collection.clear();
  }

  private updateAll(): void {
    for (const session of this.sessions.all) this.update(session);
  }

  private update(session: FolderSession): void {
    const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(session.folder.path));
    if (!folder) return;
    const scoped = this.collection.getScoped({ workspaceFolder: folder });
    const { state } = session;
    // A restart takes a second on the same port: new terminals may be opened meanwhile.
    if (state.kind === 'starting') return;
    scoped.clear();
    const isOn = readSettings(folder.uri).terminalEnvironment && vscode.workspace.isTrusted;
    if (!isOn || state.kind !== 'up' || !state.discovery) return;
    scoped.description = `MLflow scripts log to ${folder.name} (Runlens)`;
    for (const { name, value, how } of terminalVariables(
      state.discovery,
      this.sdk(),
      process.env,
    )) {
      if (how === 'append') scoped.append(name, value);
      else scoped.replace(name, value);
    }
  }
}
