/** Commands that write about runs: the note of one, and the numbers of some as Markdown. */
import * as vscode from 'vscode';
import { countOf } from '../../domain/display';
import { runsMarkdown } from '../models/runsMarkdown';
import { t } from '../texts';
import { runNodesOf } from './placeTargets';
import { isRunNode } from './targets';

/** MLflow's own, so that its pages show the note, too. */
const NOTE = 'mlflow.note.content';
/** More runs than these make no table that anybody reads. */
const MOST_COPIED = 200;

export class NoteCommands {
  /** In a line; a note of several lines is edited in the run's panel, where they are seen. */
  readonly editNote = async (argument?: unknown): Promise<void> => {
    if (!isRunNode(argument)) return;
    const { session, runId } = argument;
    const run = await session.ensureDetail(runId);
    const held = run?.tags.find(({ key }) => key === NOTE)?.value ?? '';
    if (held.includes('\n')) {
      await vscode.commands.executeCommand('runlens.openRun', argument);
      return;
    }
    const prompt = t('Note of {0}, in Markdown; empty takes it away', run?.name ?? runId);
    const text = await vscode.window.showInputBox({ prompt, value: held });
    if (text === undefined || text === held) return;
    const value = text.trim() === '' ? null : text;
    await session.call('POST /api/runs/:runId/edit', { runId, what: 'tag', key: NOTE, value });
  };

  /** The run, or all that are selected when it is one of them, in the order of the selection. */
  readonly copyRunMarkdown = async (argument?: unknown, selected?: unknown): Promise<void> => {
    const nodes = runNodesOf(argument, selected).slice(0, MOST_COPIED);
    const runs = await Promise.all(nodes.map(({ session, runId }) => session.ensureDetail(runId)));
    const known = runs.filter((run) => run !== undefined);
    if (known.length === 0) return;
    await vscode.env.clipboard.writeText(runsMarkdown(known));
    vscode.window.setStatusBarMessage(
      t('Copied {0} as Markdown', countOf(known.length, 'run')),
      3000,
    );
  };
}
