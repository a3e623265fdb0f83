/** Which pipeline, step or run a command is about: what it was called with, the cursor, or a pick list. */
import * as path from 'node:path';
import * as vscode from 'vscode';
import { ageText } from '../../base/timeText';
import { LENS_COMMANDS } from '../../protocol/lsp';
import type { PipelineRow, PipelineRunRow } from '../../protocol/rows';
import { pipelineRunText } from '../../protocol/stepText';
import type { FolderSession } from '../session/folderSession';
import type { Sessions } from '../session/sessions';
import { t } from '../texts';
import { activeTargets, stepAtCursor } from './atCursor';
import {
  isPipelineRunNode,
  isStepNode,
  pipelineTarget,
  type RunTarget,
  stepTarget,
} from './targets';

const toFile = (uri: string): string => vscode.Uri.parse(uri).fsPath;

export interface PickedRun {
  readonly session: FolderSession;
  readonly row: PipelineRunRow;
}
interface PipelineItem extends vscode.QuickPickItem {
  readonly target: RunTarget;
}

export class Picker {
  constructor(private readonly sessions: Sessions) {}

  /** The pipeline of a row or a lens, else a chosen one. */
  async pipeline(argument: unknown): Promise<RunTarget | undefined> {
    return pipelineTarget(argument, this.sessions, toFile) ?? (await this.pickPipeline());
  }

  /** The pipeline of a row or a lens; undefined when it names none. */
  pipelineOf(argument: unknown): RunTarget | undefined {
    return pipelineTarget(argument, this.sessions, toFile);
  }

  /** The step of a row or a lens; undefined when it names none. */
  stepOf(argument: unknown): Promise<RunTarget | undefined> {
    return stepTarget(argument, this.sessions, toFile);
  }

  /** The step of a row or a lens, else the one at the cursor, else a chosen one. */
  async step(argument: unknown): Promise<RunTarget | undefined> {
    const given = await this.stepOf(argument ?? (await stepAtCursor()));
    return given ?? (await this.pickStep());
  }

  /** A run of a row, else a chosen one of those that fit. */
  async run(
    argument: unknown,
    { placeHolder, fits, none }: RunQuestion,
  ): Promise<PickedRun | undefined> {
    const given = runOf(argument);
    if (given) return given;
    const pipeline = await this.pickKnown(placeHolder);
    if (!pipeline) return undefined;
    const { session, name } = pipeline;
    if (!session.pipelines.runs(name)) await session.loadPipelineRuns(name);
    const rows = (session.pipelines.runs(name)?.rows ?? []).filter(fits);
    if (rows.length === 0) {
      await vscode.window.showInformationMessage(`${name}: ${none}`);
      return undefined;
    }
    const items = rows.map((row) => ({
      label: row.name,
      description: pipelineRunText(row, Date.now()),
      row,
    }));
    const picked = await vscode.window.showQuickPick(items, { placeHolder });
    return picked && { session, row: picked.row };
  }

  /** Those of the file in the editor come first. */
  private async pickPipeline(): Promise<RunTarget | undefined> {
    const here = await this.pipelinesHere();
    const isHere = ({ label }: PipelineItem) => here.some((each) => each.label === label);
    const known = (await this.knownPipelines()).filter((item) => !isHere(item));
    const items = [...here, ...known];
    if (items.length === 0) return sayNoPipeline();
    const placeHolder = t('Which pipeline?');
    return (await vscode.window.showQuickPick(items, { placeHolder }))?.target;
  }

  private async pipelinesHere(): Promise<readonly PipelineItem[]> {
    const targets = await activeTargets(LENS_COMMANDS.runPipeline);
    return targets.flatMap((each) => {
      const target = this.pipelineOf(each);
      const description = vscode.workspace.asRelativePath(toFile(each.uri));
      return target ? [{ label: each.name, description, detail: t('in this file'), target }] : [];
    });
  }

  private async knownPipelines(): Promise<readonly PipelineItem[]> {
    return (await this.known()).map(({ session, row: { name, source, lastRun } }) => ({
      label: name,
      description: source.file,
      detail: lastRun ? t('last run {0}', ageText(lastRun.startedAt, Date.now())) : '',
      target: {
        session,
        file: path.join(session.folder.root, source.file),
        pipeline: name,
        step: undefined,
      },
    }));
  }

  private async known(): Promise<readonly { session: FolderSession; row: PipelineRow }[]> {
    const perSession = await Promise.all(
      this.sessions.all.map(async (session) => {
        const state = await session.ready();
        if (state.kind === 'up' && !session.pipelines.loaded) await session.loadPipelines();
        return session.pipelines.pipelines.map((row) => ({ session, row }));
      }),
    );
    return perSession.flat();
  }

  private async pickKnown(
    placeHolder: string,
  ): Promise<{ session: FolderSession; name: string } | undefined> {
    const known = await this.known();
    if (known.length === 0) return sayNoPipeline();
    const items = known.map(({ session, row }) => ({
      label: row.name,
      description: row.source.file,
      session,
      name: row.name,
    }));
    if (items.length === 1) return items[0];
    return vscode.window.showQuickPick(items, { placeHolder });
  }

  /** A step of the latest run of a pipeline. */
  private async pickStep(): Promise<RunTarget | undefined> {
    const pipeline = await this.pickPipeline();
    if (!pipeline) return undefined;
    const { session } = pipeline;
    const last = session.pipelines.pipeline(pipeline.pipeline ?? '')?.lastRun;
    const known = last ? await session.ensureSteps(last.id) : [];
    if (known.length === 0) {
      const prompt = t('Name of the step of {0}', pipeline.pipeline ?? t('the pipeline'));
      const step = await vscode.window.showInputBox({ prompt });
      return step ? { ...pipeline, step } : undefined;
    }
    const items = known.map(({ stepId, source }) => ({ label: stepId, description: source.file }));
    const picked = await vscode.window.showQuickPick(items, { placeHolder: t('Which step?') });
    return picked && { ...pipeline, step: picked.label };
  }
}

export interface RunQuestion {
  readonly placeHolder: string;
  fits(row: PipelineRunRow): boolean;
  /** Said when no run fits. */
  readonly none: string;
}

function runOf(argument: unknown): PickedRun | undefined {
  const id = isPipelineRunNode(argument)
    ? argument.id
    : isStepNode(argument)
      ? argument.pipelineRunId
      : undefined;
  if (id === undefined || !(isPipelineRunNode(argument) || isStepNode(argument))) return undefined;
  const { session } = argument;
  const row = session.pipelines.run(id);
  return row && { session, row };
}

async function sayNoPipeline(): Promise<undefined> {
  await vscode.window.showInformationMessage(
    t('No pipeline is known. Open a Python file with a function decorated with @pipeline.'),
  );
}
