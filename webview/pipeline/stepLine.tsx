/** A step's state as a sign and a line of text that renews itself. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { elapsedText } from '../../src/base/timeText';
import type { StepRow } from '../../src/protocol/rows';
import { stepText } from '../../src/protocol/stepText';
import type { StepProgress } from '../../src/protocol/worker';
import { useNow } from '../shared/table/clock';
import { t } from '../shared/texts';
import { Icon } from '../shared/ui/icon';
import { signOf } from './state';

/** `running 45 % · 12 s`, else as the trees say it. */
export function stateText(
  row: StepRow | undefined,
  now: number,
  progress: StepProgress | undefined,
): string {
  if (!row) return t('not part of this run');
  const text = stepText(row, now, progress);
  if (row.status !== 'running' || row.startedAt === undefined) return text;
  return `${text} · ${elapsedText(now - row.startedAt)}`;
}

/** When the text reads differently next; a time that is none: never. */
const renewedFrom = (row: StepRow | undefined): number =>
  (row?.status === 'running' ? row.startedAt : row?.cachedFrom) ?? Number.NaN;

/** Now, again each second while something goes on. */
export const useTicking = (goesOn: boolean): number =>
  useNow(goesOn ? Math.floor(Date.now() / 1000) * 1000 : Number.NaN);

export function useStateText(row: StepRow | undefined, progress: StepProgress | undefined): string {
  return stateText(row, useNow(renewedFrom(row)), progress);
}

export function StateLine(props: {
  readonly row: StepRow | undefined;
  readonly progress: StepProgress | undefined;
}) {
  const text = useStateText(props.row, props.progress);
  const { icon, look } = signOf(props.row);
  return (
    <span class={`pl-state rl-${look}`} title={text}>
      <Icon name={icon} />
      <bdi dir="auto">{text}</bdi>
    </span>
  );
}
