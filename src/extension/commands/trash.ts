/** Commands on what is deleted: restoring it, and emptying the trash for good. */
import * as vscode from 'vscode';
import { ageText } from '../../base/timeText';
import { artifactLabel } from '../../domain/artifact';
import { countOf, formatBytes } from '../../domain/display';
import type { EmptiedTrash, Trash, TrashBytes, TrashedRow } from '../../protocol/trash';
import type { FolderSession } from '../session/folderSession';
import type { Sessions } from '../session/sessions';
import { t } from '../texts';

/** As many as anybody looks through. */
const SHOWN = 500;

export class TrashCommands {
  constructor(private readonly sessions: Sessions) {}

  readonly restoreFromTrash = async (): Promise<void> => {
    const items = (await Promise.all(this.sessions.all.map(restorable))).flat();
    if (items.length === 0) {
      await vscode.window.showInformationMessage(t('The trash is empty.'));
      return;
    }
    const placeHolder = t('What is to be restored?');
    const picked = await vscode.window.showQuickPick(items, {
      placeHolder,
      matchOnDescription: true,
    });
    await picked?.restore();
  };

  /** Asks once, with what will be freed. */
  readonly emptyTrash = async (): Promise<void> => {
    const session = await this.pickSession();
    if (!session) return;
    const trash = await session.call('GET /api/trash', { limit: 1 });
    const goes = thingsText({
      experiments: trash.experiments.length,
      runs: trash.runs.total - trash.held.length,
      models: trash.models.length,
      artifacts: trash.artifacts.length,
    });
    if (goes === '') {
      const why =
        trash.held.length > 0
          ? t('Nothing to delete: {0}', heldText(trash))
          : t('The trash is empty.');
      await vscode.window.showInformationMessage(why);
      return;
    }
    const detail = [
      t('{0} and their files: about {1}.', goes, bytesText(trash.bytes)),
      ...(trash.held.length > 0 ? [heldText(trash)] : []),
      t('This cannot be undone.'),
    ].join('\n');
    const sure = await vscode.window.showWarningMessage(
      t('Empty the trash?'),
      { modal: true, detail },
      t('Delete for Good'),
    );
    if (sure) await empty(session, trash.asOf);
  };

  private async pickSession(): Promise<FolderSession | undefined> {
    const { all } = this.sessions;
    if (all.length === 0) {
      await vscode.window.showInformationMessage(t('No folder is open.'));
      return undefined;
    }
    if (all.length === 1) return all[0];
    const items = all.map((session) => ({ label: session.folder.name, session }));
    const placeHolder = t('The trash of which folder?');
    return (await vscode.window.showQuickPick(items, { placeHolder }))?.session;
  }
}

async function empty(session: FolderSession, asOf: number): Promise<void> {
  const emptied = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: t('Emptying the trash') },
    () => session.call('POST /api/trash/empty', { asOf }),
  );
  const left = emptied.left.length;
  const text = t('Deleted {0}: about {1} freed.', thingsText(emptied), bytesText(emptied.bytes));
  if (left === 0) await vscode.window.showInformationMessage(text);
  else {
    const rest = t(
      '{0} could not be removed ({1}); it is tried again when the server starts.',
      countOf(left, 'folder'),
      emptied.left[0]?.reason ?? '',
    );
    await vscode.window.showWarningMessage(`${text} ${rest}`);
  }
}

const bytesText = ({ series, artifacts, rows }: TrashBytes): string =>
  formatBytes(series + artifacts + rows);

const thingsText = ({
  runs,
  experiments,
  models,
  artifacts,
}: Pick<EmptiedTrash, 'runs' | 'experiments' | 'models' | 'artifacts'>): string =>
  [
    ...(runs > 0 ? [countOf(runs, 'run')] : []),
    ...(experiments > 0 ? [countOf(experiments, 'experiment')] : []),
    ...(models > 0 ? [countOf(models, 'logged model')] : []),
    ...(artifacts > 0 ? [countOf(artifacts, 'artifact version')] : []),
  ].join(', ');

const heldText = ({ held }: Trash): string =>
  t('{0} will stay, because registered models have files there.', countOf(held.length, 'run'));

interface Restorable extends vscode.QuickPickItem {
  restore(): Promise<unknown>;
}

/** Runs of a deleted experiment come back with it. */
async function restorable(session: FolderSession): Promise<Restorable[]> {
  await session.ready();
  const { experiments, runs, artifacts } = await session.call('GET /api/trash', { limit: SHOWN });
  const gone = new Set(experiments.map(({ id }) => id));
  const inExperiment = ({ experimentId }: TrashedRow) =>
    session.experiments.experiment(experimentId)?.name ?? t('experiment {0}', experimentId);
  return [
    ...experiments.map(
      (row): Restorable => ({
        label: `$(beaker) ${row.name}`,
        description: deletedText(row, t('experiment with its runs')),
        restore: () =>
          session.call('POST /api/experiments/:experimentId/restore', { experimentId: row.id }),
      }),
    ),
    ...runs.items
      .filter(({ experimentId }) => !gone.has(experimentId))
      .map(
        (row): Restorable => ({
          label: row.name,
          description: deletedText(row, inExperiment(row)),
          restore: () => session.call('POST /api/runs/:runId/restore', { runId: row.id }),
        }),
      ),
    ...artifacts.map(
      (row): Restorable => ({
        label: `$(package) ${artifactLabel(row)}`,
        description: deletedText(row, t('artifact version')),
        restore: () => session.call('POST /api/artifacts/:id/restore', { id: row.id }),
      }),
    ),
  ];
}

function deletedText({ deletedTime }: Pick<TrashedRow, 'deletedTime'>, where: string): string {
  return deletedTime === undefined
    ? where
    : t('{0} · deleted {1}', where, ageText(deletedTime, Date.now()));
}
