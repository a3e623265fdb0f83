/** A dry run as a pick list: what would run and why; Enter on the first row runs it. */
import * as path from 'node:path';
import * as vscode from 'vscode';
import type { PlanTarget, SourceRef } from '../../domain/pipeline';
import type { PreviewStep } from '../../protocol/worker';
import { previewRows, previewTitle } from '../models/previewText';
import { t } from '../texts';
import { openAt } from './opening';
import { nameOf, type RunTarget } from './targets';

type Reach = NonNullable<PlanTarget['reach']>;
export type PreviewChoice = 'run' | { readonly reach: Reach };

interface Item extends vscode.QuickPickItem {
  readonly choice?: PreviewChoice;
  readonly stepId?: string;
}

const reaches = (): Readonly<Record<Reach, string>> => ({
  only: t('Only This Step'),
  'up-to': t('Up To Here'),
  from: t('From Here'),
});

/** @param reach of a step's preview. Undefined: closed, or a step's source was opened. */
export async function choosePreviewed(
  target: RunTarget,
  reach: Reach | undefined,
  steps: readonly PreviewStep[],
): Promise<PreviewChoice | undefined> {
  const picked = await vscode.window.showQuickPick(itemsOf(target, reach, steps), {
    title: t('Preview of {0}: {1}', nameOf(target), previewTitle(steps)),
    placeHolder: t('Enter runs it; choose a step to go to its source'),
    matchOnDescription: true,
    matchOnDetail: true,
    ignoreFocusOut: true,
  });
  if (picked?.stepId === undefined) return picked?.choice;
  const source = await sourceOf(target, picked.stepId);
  if (source) {
    const file = path.join(target.session.folder.root, source.file);
    await openAt(vscode.Uri.file(file), source.line - 1);
  }
  return undefined;
}

function itemsOf(
  target: RunTarget,
  reach: Reach | undefined,
  steps: readonly PreviewStep[],
): Item[] {
  const rows = previewRows(steps, Date.now()).map(
    (row): Item => ({
      label: `$(${row.icon}) ${row.stepId}`,
      description: row.state,
      ...(row.reasons === '' ? {} : { detail: row.reasons }),
      stepId: row.stepId,
    }),
  );
  const others = Object.entries(reaches()) as [Reach, string][];
  return [
    { label: t('$(run) Run'), description: nameOf(target), choice: 'run', alwaysShow: true },
    separator(t('Steps')),
    ...rows,
    ...(target.step === undefined || reach === undefined
      ? []
      : [
          separator(t('Preview')),
          ...others
            .filter(([other]) => other !== reach)
            .map(
              ([other, label]): Item => ({
                label: `$(list-tree) ${label}`,
                choice: { reach: other },
              }),
            ),
        ]),
  ];
}

const separator = (label: string): Item => ({
  label,
  kind: vscode.QuickPickItemKind.Separator,
});

/** Where a step is written, as its latest run knew it. */
async function sourceOf(
  { session, pipeline }: RunTarget,
  stepId: string,
): Promise<SourceRef | undefined> {
  const { pipelines } = session;
  const row = pipeline === undefined ? pipelines.pipelines[0] : pipelines.pipeline(pipeline);
  if (!row?.lastRun) return undefined;
  const steps = await session.ensureSteps(row.lastRun.id);
  return steps.find((step) => step.stepId === stepId)?.source;
}
