/** *Delete All Data*: ends the server of a folder and removes what it recorded, but for saved views. */
import * as path from 'node:path';
import * as vscode from 'vscode';
import { messageOf, RunlensError } from '../../base/errors';
import { findServer } from '../../client/discovery';
import { ServerClient } from '../../client/http';
import { stopServer } from '../../client/launch';
import { dataFolder } from '../../client/root';
import { formatBytes } from '../../domain/display';
import type { FolderSession } from '../session/folderSession';
import { workspaceFolders } from '../session/folders';
import type { Sessions } from '../session/sessions';
import { t } from '../texts';
import { checkTrust } from './trust';

/** Committed with the code, so they are not only this machine's. */
const KEPT = ['views', '.gitignore'];

export class DeleteData {
  constructor(
    private readonly sessions: Sessions,
    private readonly log: (message: string) => void,
  ) {}

  readonly deleteAllData = async (): Promise<void> => {
    if (!(await checkTrust(t('delete recorded data')))) return;
    const session = await this.pick();
    if (!session) return;
    if (session.experiments.running > 0 || session.pipelines.runningRuns.length > 0) {
      throw new RunlensError(
        'data.inUse',
        t('Runs are running. Stop them first: what they log would be lost.'),
      );
    }
    const { root } = session.folder;
    if (!(await this.isSure(session))) return;
    // Closed first, so that no session brings back the server that is to go.
    this.sessions.setFolders(workspaceFolders().filter((folder) => folder.root !== root));
    try {
      await endServer(root);
      await this.removeData(dataFolder(root));
    } finally {
      this.sessions.setFolders(workspaceFolders());
    }
    await vscode.window.showInformationMessage(
      t('All runs, artifacts and models of {0} were deleted.', path.basename(root)),
    );
  };

  private async pick(): Promise<FolderSession | undefined> {
    const { all } = this.sessions;
    if (all.length === 0)
      throw new RunlensError('folder.none', t('Open a folder first: runs are kept with it.'));
    if (all.length === 1) return all[0];
    const items = all.map((session) => ({ label: session.folder.name, session }));
    return (await vscode.window.showQuickPick(items, { placeHolder: t('Of which folder?') }))
      ?.session;
  }

  private async isSure(session: FolderSession): Promise<boolean> {
    const { root, name } = session.folder;
    const info = session.state.kind === 'up' ? await session.call('GET /api/info', {}) : undefined;
    const size = info ? ` (${formatBytes(info.storeBytes)})` : '';
    const detail = t(
      '{0}{1} goes to the trash of the system where there is one; elsewhere it is gone for good. Saved views stay.',
      dataFolder(root),
      size,
    );
    const action = t('Delete All Data');
    const question = t('Delete all runs, artifacts and models of {0}?', name);
    return (
      (await vscode.window.showWarningMessage(question, { modal: true, detail }, action)) === action
    );
  }

  private async removeData(data: string): Promise<void> {
    const folder = vscode.Uri.file(data);
    for (const [name] of await vscode.workspace.fs.readDirectory(folder)) {
      if (!KEPT.includes(name)) await this.remove(vscode.Uri.joinPath(folder, name));
    }
  }

  private async remove(uri: vscode.Uri): Promise<void> {
    try {
      await vscode.workspace.fs.delete(uri, { recursive: true, useTrash: true });
    } catch (error) {
      // A remote machine has no trash; the question has said so.
      this.log(`${uri.fsPath}: no trash took it (${messageOf(error)})`);
      await vscode.workspace.fs.delete(uri, { recursive: true, useTrash: false });
    }
  }
}

async function endServer(root: string): Promise<void> {
  const running = await findServer(root);
  if (!running) return;
  const client = new ServerClient(running);
  try {
    await stopServer(running, () => client.call('POST /api/shutdown', {}));
  } finally {
    client.dispose();
  }
}
