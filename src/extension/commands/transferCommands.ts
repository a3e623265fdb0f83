/** Commands that bring MLflow's data in and take runs out: import, export, and their reports. */
import * as vscode from 'vscode';
import { RunlensError } from '../../base/errors';
import type { ExportFormat, TransferState } from '../../protocol/control';
import { documentUri } from '../documents/uris';
import type { PlaceTarget } from '../panels/pageCommands';
import type { FolderSession } from '../session/folderSession';
import type { Sessions } from '../session/sessions';
import { t } from '../texts';
import { placeTargetOf } from './placeTargets';
import { endText, followTransfer, progressText } from './transferProgress';

const formats = (): readonly (vscode.QuickPickItem & {
  format: ExportFormat;
  ending: string;
})[] => [
  { label: 'CSV', detail: t('A row for each run'), format: 'csv', ending: 'csv' },
  {
    label: 'JSON Lines',
    detail: t('A line for each run, with the whole history of its metrics'),
    format: 'jsonl',
    ending: 'jsonl',
  },
  {
    label: t('mlruns Folder'),
    detail: t('Runs, artifacts, logged models and the registry, for MLflow'),
    format: 'mlruns',
    ending: '',
  },
];

export class TransferCommands {
  constructor(private readonly sessions: Sessions) {}

  /** @param argument an `mlruns` folder or database in the explorer; without it the person chooses. */
  readonly importData = async (argument?: unknown): Promise<void> => {
    const picked = argument instanceof vscode.Uri ? argument : await this.pickSource();
    if (!picked) return;
    const session = await this.sessionFor(picked);
    if (!session) return;
    await this.run(session, 'import', () =>
      session.call('POST /api/imports', { path: picked.fsPath }),
    );
  };

  /** @param argument an experiment's row, runs, or what a page shows; without it all experiments. */
  readonly exportRuns = async (argument?: unknown, selected?: unknown): Promise<void> => {
    const chosen = this.targetOf(argument, selected);
    const session = chosen ? this.ownOf(chosen) : await this.sessionFor(undefined);
    if (!session) return;
    const placeHolder = t('Export runs as');
    const picked = await vscode.window.showQuickPick(formats(), { placeHolder });
    if (!picked) return;
    const target = await askTarget(session, picked.ending);
    if (!target) return;
    const request = {
      format: picked.format,
      path: target.fsPath,
      ...(chosen?.experimentIds ? { experiments: chosen.experimentIds } : {}),
      ...filterOf(chosen),
      // The dialog has asked already.
      overwrite: true,
    };
    await this.run(session, 'export', () => session.call('POST /api/exports', request));
  };

  /** @throws RunlensError `source.cannot` */
  private ownOf({ place }: PlaceTarget): FolderSession {
    const session = this.sessions.byRoot(place);
    if (session) return session;
    throw new RunlensError(
      'source.cannot',
      t('Only runs of a folder of this window can be exported. Import them first.'),
    );
  }

  private targetOf(argument: unknown, selected: unknown): PlaceTarget | undefined {
    const target = placeTargetOf(argument, selected, this.sessions);
    return target?.experimentIds || target?.runIds || target?.filter ? target : undefined;
  }

  private async run(
    session: FolderSession,
    kind: TransferState['kind'],
    start: () => Promise<{ id: string }>,
  ): Promise<void> {
    const state = await vscode.window.withProgress(
      {
        location: vscode.ProgressLocation.Notification,
        title: kind === 'import' ? t('Importing MLflow data') : t('Exporting runs'),
        cancellable: true,
      },
      (progress, token) =>
        followTransfer({
          server: session.server,
          kind,
          start,
          onProgress: (now) => progress.report({ message: progressText(now) }),
          onCancel: (listener) => token.onCancellationRequested(listener),
        }),
    );
    if (state.state === 'failed') {
      throw new RunlensError(`${kind}.failed`, state.message ?? `The ${kind} failed.`);
    }
    await showEnd(session, state);
  }

  private async pickSource(): Promise<vscode.Uri | undefined> {
    const [folder] = vscode.workspace.workspaceFolders ?? [];
    const [picked] =
      (await vscode.window.showOpenDialog({
        title: t('An mlruns folder, or an mlflow.db'),
        openLabel: t('Import'),
        canSelectFolders: true,
        canSelectFiles: true,
        ...(folder ? { defaultUri: folder.uri } : {}),
      })) ?? [];
    return picked;
  }

  /** The folder that a file lies in, the only one, or the one that the person chooses. */
  private async sessionFor(file: vscode.Uri | undefined): Promise<FolderSession | undefined> {
    const { all } = this.sessions;
    const owner = file && vscode.workspace.getWorkspaceFolder(file);
    const around = all.find(({ folder }) => folder.path === owner?.uri.fsPath);
    if (around ?? all.length <= 1) {
      const session = around ?? all[0];
      if (session) return session;
      throw new RunlensError('folder.none', t('Open a folder first: runs are kept with it.'));
    }
    const items = all.map((session) => ({ label: session.folder.name, session }));
    const placeHolder = t('The runs of which folder?');
    return (await vscode.window.showQuickPick(items, { placeHolder }))?.session;
  }
}

/** Chosen runs by their ids, else what the page's filter says. */
function filterOf(target: PlaceTarget | undefined): { readonly filter?: string } {
  const { runIds, filter } = target ?? {};
  if (runIds)
    return { filter: `attributes.run_id IN (${runIds.map((id) => `'${id}'`).join(', ')})` };
  return filter === undefined || filter === '' ? {} : { filter };
}

async function askTarget(session: FolderSession, ending: string): Promise<vscode.Uri | undefined> {
  const root = vscode.Uri.file(session.folder.path);
  const name = ending === '' ? 'mlruns-export' : `runs.${ending}`;
  return vscode.window.showSaveDialog({
    title: t('Export to'),
    saveLabel: t('Export'),
    defaultUri: vscode.Uri.joinPath(root, name),
    ...(ending === '' ? {} : { filters: { [ending.toUpperCase()]: [ending] } }),
  });
}

/** The report opens by itself when something was left out. */
async function showEnd(session: FolderSession, state: TransferState): Promise<void> {
  const kind = state.kind === 'import' ? 'importReport' : 'exportReport';
  const uri = documentUri(
    { kind, root: session.folder.root, id: state.id },
    `${state.kind} report.md`,
  );
  const open = () => vscode.window.showTextDocument(uri, { preview: true });
  const text = endText(state);
  if (state.notes.length > 0) {
    await open();
    void vscode.window.showInformationMessage(text);
    return;
  }
  const choice = await vscode.window.showInformationMessage(text, t('Show Report'));
  if (choice) await open();
}
