/** A dry run in words: one row per step, and what it comes to. Knows no VS Code. */
import { assertNever } from '../../base/assertNever';
import { ageText, durationText } from '../../base/timeText';
import { countOf } from '../../domain/display';
import type { PreviewStep } from '../../protocol/worker';

export interface PreviewRow {
  readonly stepId: string;
  /** A codicon's name. */
  readonly icon: string;
  /** `runs, took 1.3 s`, `cached 2 h ago`, `waits for train_model`. */
  readonly state: string;
  /** Reasons; empty when there are none. */
  readonly reasons: string;
}

export const previewRows = (steps: readonly PreviewStep[], now: number): readonly PreviewRow[] =>
  steps.map((step) => ({
    stepId: step.stepId,
    icon: ICONS[step.decision],
    state: stateOf(step, now),
    reasons: step.reasons
      .filter(({ kind }) => kind !== 'taken')
      .map(({ text }) => text)
      .join('; '),
  }));

const ICONS: Readonly<Record<PreviewStep['decision'], string>> = {
  runs: 'play',
  cached: 'history',
  taken: 'pinned',
  depends: 'watch',
};

function stateOf(step: PreviewStep, now: number): string {
  const age = step.cachedFrom === undefined ? '' : ` ${ageText(step.cachedFrom, now)}`;
  switch (step.decision) {
    case 'runs':
      return `runs${tookText(step)}`;
    case 'cached':
      return `cached${age}`;
    case 'taken':
      return age === '' ? 'taken as it is' : `taken as it was made${age}`;
    case 'depends': {
      const on = (step.on ?? []).join(', ') || 'what is before it';
      return `${isCertain(step) ? 'runs after' : 'waits for'} ${on}${tookText(step)}`;
    }
    default:
      return assertNever(step.decision);
  }
}

/** What waits for a step that runs and has reasons of its own runs whatever comes of that. */
const isCertain = ({ decision, reasons }: PreviewStep): boolean =>
  decision === 'runs' || (decision === 'depends' && reasons.length > 0);

const tookText = ({ lastDurationMs }: PreviewStep): string =>
  lastDurationMs === undefined ? '' : `, took ${durationText(lastDurationMs)}`;

/** `2 of 5 steps run, 2 cached, 1 decided later, about 12 s`; the time adds up what ran last. */
export function previewTitle(steps: readonly PreviewStep[]): string {
  const of = (decision: PreviewStep['decision']) =>
    steps.filter((step) => step.decision === decision);
  const running = steps.filter(isCertain);
  const open = of('depends').length - of('depends').filter(isCertain).length;
  if (steps.length > 0 && of('cached').length === steps.length)
    return 'Nothing runs: all is cached';
  const known = running.flatMap(({ lastDurationMs }) => lastDurationMs ?? []);
  const total = known.reduce((sum, ms) => sum + ms, 0);
  const counts: readonly (readonly [number, string])[] = [
    [of('cached').length, 'cached'],
    [of('taken').length, 'taken'],
    [open, 'decided later'],
  ];
  return [
    `${running.length} of ${countOf(steps.length, 'step')} ${running.length === 1 ? 'runs' : 'run'}`,
    ...counts.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`),
    ...(known.length > 0 && known.length === running.length
      ? [`about ${durationText(total)}`]
      : []),
  ].join(', ');
}
