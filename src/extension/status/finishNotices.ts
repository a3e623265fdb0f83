/** One notification when a pipeline run ends while the window is not looked at. */
import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../../base/disposable';
import type { PipelineRunRow } from '../../protocol/rows';
import { pipelineRunText } from '../../protocol/stepText';
import type { FolderSession } from '../session/folderSession';
import type { Sessions } from '../session/sessions';
import { readSettings } from '../settings';
import { t } from '../texts';

export class FinishNotices implements Disposable {
  private readonly store = new DisposableStore();
  /** Runs seen running: the end of one that was not is old news. */
  private readonly running = new Set<string>();

  constructor(sessions: Sessions) {
    this.store.add(
      sessions.onEvent(({ session, event }) => {
        if (event.type === 'pipeline') this.follow(session, event.run);
      }),
    );
  }

  dispose(): void {
    this.store.dispose();
  }

  private follow(session: FolderSession, run: PipelineRunRow): void {
    if (run.status === 'running') this.running.add(run.id);
    else if (this.running.delete(run.id) && !vscode.window.state.focused) {
      void this.notify(session, run);
    }
  }

  private async notify(session: FolderSession, run: PipelineRunRow): Promise<void> {
    if (!readSettings(vscode.Uri.file(session.folder.path)).notifyFinished) return;
    const text = `${run.pipeline}: ${pipelineRunText(run, Date.now())}`;
    const show =
      run.status === 'failed'
        ? vscode.window.showErrorMessage
        : vscode.window.showInformationMessage;
    const choice = await show(text, t('Reveal Run'));
    if (choice) await vscode.commands.executeCommand('runlens.revealRun', run.trackingRunId);
  }
}
