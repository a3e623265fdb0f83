/** Commands about the project and the tool itself: sample, snippet, interpreter, server, log. */
import * as vscode from 'vscode';
import type { Interpreters } from '../session/interpreter';
import type { Sessions } from '../session/sessions';
import { writeInterpreter } from '../settings';
import type { SourceSession } from '../sources/sourceSession';
import type { Sources } from '../sources/sources';
import { t } from '../texts';
import { LOGGING_SNIPPET, SAMPLE, SAMPLE_FILE } from './sample';

export class ProjectCommands {
  constructor(
    private readonly places: { readonly sessions: Sessions; readonly sources: Sources },
    private readonly interpreters: Interpreters,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  readonly createSample = async (): Promise<void> => {
    const folder = await pickFolder(t('In which folder?'));
    if (!folder) {
      await vscode.commands.executeCommand('vscode.openFolder');
      return;
    }
    const file = vscode.Uri.joinPath(folder.uri, SAMPLE_FILE);
    if (!(await exists(file))) {
      await vscode.workspace.fs.writeFile(file, new TextEncoder().encode(SAMPLE));
    }
    await vscode.window.showTextDocument(file);
  };

  readonly copyLoggingSnippet = async (): Promise<void> => {
    await vscode.env.clipboard.writeText(LOGGING_SNIPPET);
    await vscode.window.showInformationMessage(t('The logging snippet is in the clipboard.'));
  };

  readonly selectInterpreter = async (): Promise<void> => {
    const folder = await pickFolder(t('For which folder?'));
    if (!folder) {
      await vscode.window.showInformationMessage(t('Open a folder first.'));
      return;
    }
    const current = vscode.workspace.isTrusted
      ? await this.interpreters.of(folder.uri.fsPath)
      : undefined;
    const items = [
      { label: t('$(folder-opened) Browse…'), action: () => this.browse(folder) },
      { label: t('$(edit) Enter Path…'), action: () => this.enter(folder) },
      { label: t('$(sync) Automatic'), action: () => this.set(folder, '') },
    ];
    const placeHolder = current
      ? t('Now: Python {0}, {1} ({2})', current.version, current.path, current.source)
      : t('Now: none found');
    const picked = await vscode.window.showQuickPick(items, { placeHolder });
    await picked?.action();
  };

  readonly refresh = async (): Promise<void> => {
    this.interpreters.invalidate();
    for (const session of this.places.sessions.all) {
      if (session.state.kind === 'up') session.refresh();
      else await session.server.start();
    }
    await Promise.all(this.places.sources.all.map(refreshSource));
  };

  readonly restartServer = async (): Promise<void> => {
    const running = this.places.sessions.all.reduce(
      (sum, { experiments }) => sum + experiments.running,
      0,
    );
    if (running > 0) {
      const sure = await vscode.window.showWarningMessage(
        t(
          'Runs are running. Restart the server all the same? Their scripts go on logging afterwards.',
        ),
        { modal: true },
        t('Restart'),
      );
      if (!sure) return;
    }
    const location = { viewId: 'runlens.experiments' };
    await vscode.window.withProgress({ location }, async () => {
      await Promise.all(this.places.sessions.all.map((session) => session.restartServer()));
    });
  };

  readonly showLog = async (): Promise<void> => {
    this.log.show(true);
  };

  private async browse(folder: vscode.WorkspaceFolder): Promise<void> {
    const title = t('Python interpreter');
    const [file] = (await vscode.window.showOpenDialog({ title, defaultUri: folder.uri })) ?? [];
    if (file) await this.set(folder, file.fsPath);
  }

  private async enter(folder: vscode.WorkspaceFolder): Promise<void> {
    const prompt = t('Path of a Python 3.10 or newer');
    const file = await vscode.window.showInputBox({ prompt });
    if (file) await this.set(folder, file);
  }

  private async set(folder: vscode.WorkspaceFolder, value: string): Promise<void> {
    const isMultiRoot = (vscode.workspace.workspaceFolders?.length ?? 0) > 1;
    await writeInterpreter(value, isMultiRoot ? folder.uri : undefined);
  }
}

/** One that nobody has opened is left alone. */
async function refreshSource(session: SourceSession): Promise<void> {
  if (session.port.status.kind === 'idle') return;
  await session.port.retry();
  session.refresh();
}

async function pickFolder(placeHolder: string): Promise<vscode.WorkspaceFolder | undefined> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  if (folders.length < 2) return folders[0];
  return vscode.window.showWorkspaceFolderPick({ placeHolder });
}

async function exists(file: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(file);
    return true;
  } catch {
    // Not there: what the caller wants to know.
    return false;
  }
}
