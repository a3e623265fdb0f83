/** Commands that change after the fact: a run's experiment and parameters, an experiment's name. */
import * as vscode from 'vscode';
import { countOf } from '../../domain/display';
import type { FolderSession } from '../session/folderSession';
import { t } from '../texts';
import { isNode, isRunNode } from './targets';

export class EditCommands {
  /** Nested runs go with it. */
  readonly moveRun = async (argument?: unknown): Promise<void> => {
    if (!isRunNode(argument)) return;
    const { session, runId } = argument;
    const run = session.experiments.run(runId);
    const items = session.experiments.experiments
      .filter(({ experimentId }) => experimentId !== run?.experimentId)
      .map(({ name, experimentId }) => ({ label: name, experimentId }));
    if (items.length === 0) {
      await vscode.window.showInformationMessage(t('There is no other experiment.'));
      return;
    }
    const placeHolder = t('Where is {0} to go?', run?.name ?? t('the run'));
    const target = await vscode.window.showQuickPick(items, { placeHolder });
    if (!target) return;
    const { experimentId } = target;
    const { moved } = await session.call('POST /api/runs/:runId/move', { runId, experimentId });
    const back = run?.experimentId;
    const undo = await vscode.window.showInformationMessage(
      movedText(run?.name ?? t('the run'), target.label, moved - 1),
      ...(back === undefined ? [] : [t('Undo')]),
    );
    if (undo && back !== undefined) {
      await session.call('POST /api/runs/:runId/move', { runId, experimentId: back });
    }
  };

  /** On a parameter's row that one; on a run's, asks which. What it was stays in the history. */
  readonly editParam = async (argument?: unknown): Promise<void> => {
    const target = await paramOf(argument);
    if (!target) return;
    const { session, runId, key } = target;
    const held = await paramValue(session, runId, key);
    const prompt = t('Value of {0}. What it was stays in the history of the run.', key);
    const value = await vscode.window.showInputBox({ prompt, value: held ?? '' });
    if (value === undefined || value === held) return;
    await session.call('POST /api/runs/:runId/edit', { runId, what: 'param', key, value });
  };

  readonly renameExperiment = async (argument?: unknown): Promise<void> => {
    const target = experimentOf(argument);
    if (!target) return;
    const { session, experimentId } = target;
    const value = session.experiments.experiment(experimentId)?.name ?? '';
    const name = await vscode.window.showInputBox({
      prompt: t('Name of the experiment'),
      value,
      validateInput: (text) => (text.trim() === '' ? t('An experiment needs a name.') : undefined),
    });
    if (!name || name.trim() === value) return;
    const request = { experimentId, name: name.trim() };
    await session.call('POST /api/experiments/:experimentId/rename', request);
  };

  readonly deleteExperiment = async (argument?: unknown): Promise<void> => {
    const target = experimentOf(argument);
    if (!target) return;
    const { session, experimentId } = target;
    const row = session.experiments.experiment(experimentId);
    const name = row?.name ?? experimentId;
    const runs = row?.runs === undefined ? t('its runs') : countOf(row.runs, 'run');
    const sure = await vscode.window.showWarningMessage(
      t('Delete experiment {0} with {1}?', name, runs),
      { modal: true, detail: t('It can be restored until the trash is emptied.') },
      t('Delete'),
    );
    if (!sure) return;
    await session.call('POST /api/experiments/:experimentId/delete', { experimentId });
    const undo = await vscode.window.showInformationMessage(
      t('Deleted experiment {0}.', name),
      t('Undo'),
    );
    if (undo) await session.call('POST /api/experiments/:experimentId/restore', { experimentId });
  };
}

const movedText = (run: string, to: string, nested: number): string =>
  nested > 0
    ? t('Moved {0} to {1} with {2}.', run, to, countOf(nested, 'nested run'))
    : t('Moved {0} to {1}.', run, to);

interface ParamTarget {
  readonly session: FolderSession;
  readonly runId: string;
  readonly key: string;
}

async function paramOf(argument: unknown): Promise<ParamTarget | undefined> {
  if (!isNode(argument)) return undefined;
  const { session } = argument;
  if (argument.kind === 'param') return { session, runId: argument.runId, key: argument.param };
  if (argument.kind !== 'run') return undefined;
  const { runId } = argument;
  const params = (await session.ensureDetail(runId))?.params ?? [];
  const items = params.map(({ key, value }) => ({ label: key, description: value }));
  const fresh = { label: t('$(add) New parameter…'), description: '' };
  const placeHolder = t('Which parameter is to be changed?');
  const picked = await vscode.window.showQuickPick([...items, fresh], { placeHolder });
  const key = picked === fresh ? await askName() : picked?.label;
  return key ? { session, runId, key } : undefined;
}

async function askName(): Promise<string | undefined> {
  return (await vscode.window.showInputBox({ prompt: t('Name of the parameter') }))?.trim();
}

async function paramValue(
  session: FolderSession,
  runId: string,
  key: string,
): Promise<string | undefined> {
  const detail = await session.ensureDetail(runId);
  return detail?.params.find((param) => param.key === key)?.value;
}

function experimentOf(
  argument: unknown,
): { session: FolderSession; experimentId: string } | undefined {
  return isNode(argument) && argument.kind === 'experiment' ? argument : undefined;
}
