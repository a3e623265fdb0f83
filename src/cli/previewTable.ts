/** The table of a dry run: what would run and why, what would be taken from before. */
import { ageText, durationText } from '../base/timeText';
import { countOf } from '../domain/display';
import type { PreviewStep } from '../protocol/worker';
import { tableLines } from './table';

export function previewLines(steps: readonly PreviewStep[], now: number): string[] {
  const running = steps.filter(({ decision }) => decision === 'runs');
  const open = steps.filter(({ decision }) => decision === 'depends');
  const rest = open.length > 0 ? `, ${countOf(open.length, 'step')} depending on those` : '';
  return [
    ...tableLines(
      [
        { title: 'STEP' },
        { title: 'WOULD' },
        { title: 'LAST TIME', align: 'right' },
        { title: 'WHY' },
      ],
      steps.map((step) => [
        step.stepId,
        step.decision,
        step.lastDurationMs === undefined ? '' : durationText(step.lastDurationMs),
        whyText(step, now),
      ]),
    ),
    '',
    `${countOf(running.length, 'step')} would run${rest}`,
  ];
}

function whyText({ decision, reasons, cachedFrom, on }: PreviewStep, now: number): string {
  const texts = reasons.map(({ text }) => text);
  if (decision === 'depends' && on) texts.push(`on ${on.join(', ')}`);
  if (decision === 'cached' && cachedFrom !== undefined)
    texts.push(`from ${ageText(cachedFrom, now)}`);
  return texts.join('; ');
}
