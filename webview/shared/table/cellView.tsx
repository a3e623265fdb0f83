/**
 * Draws cells. Everything from data is a text node, isolated from the text around it. Functions, not
 * components, but for what renews itself: there are a thousand cells.
 */
/** @jsxRuntime automatic @jsxImportSource preact */
import type { ComponentChildren } from 'preact';
import { assertNever } from '../../../src/base/assertNever';
import { ageText, durationText, elapsedText } from '../../../src/base/timeText';
import { formatMetric } from '../../../src/domain/display';
import { SlotSwatch } from '../swatch';
import { dateText, t } from '../texts';
import { Icon, type IconName } from '../ui/icon';
import type { Cell, Delta, StatusKind } from './cells';
import { signed, statsText } from './cellText';
import { useNow } from './clock';
import { Sparkline } from './spark';

export function drawCell(cell: Cell): ComponentChildren {
  switch (cell.is) {
    case 'missing':
      return <span class="rl-missing">–</span>;
    case 'loading':
      return <span class="rl-bone rl-bone-cell" />;
    case 'number':
      return numberCell(cell);
    case 'text':
      return textCell(cell);
    case 'status':
      return statusCell(cell);
    case 'time':
      return <TimeCell at={cell.at} />;
    case 'duration':
      return <span class="rl-figures">{durationText(cell.ms)}</span>;
    case 'elapsed':
      return <ElapsedCell since={cell.since} />;
    case 'swatch':
      return swatchCell(cell);
    case 'check':
      return checkCell(cell);
    case 'spark':
      return <Sparkline spark={cell.spark} />;
    case 'stats':
      return statsCell(cell);
    case 'custom':
      return cell.draw();
    default:
      return assertNever(cell);
  }
}

/** Numbers and what is compared with them stand at the end of their column. */
export const isAtEnd = ({ is }: Cell): boolean =>
  is === 'number' || is === 'stats' || is === 'duration' || is === 'elapsed';

type Of<K extends Cell['is']> = Extract<Cell, { is: K }>;

function numberCell({ value, best, delta }: Of<'number'>) {
  return (
    <span class={best ? 'rl-figures rl-best' : 'rl-figures'}>
      {delta && deltaMark(delta)}
      {best && <Icon name="star" label={t('best')} />}
      {formatMetric(value)}
    </span>
  );
}

/** An arrow and a sign say the direction, colour and a word whether that is better. */
function deltaMark({ by, better }: Delta) {
  const look = better === undefined || by === 0 ? 'same' : better ? 'better' : 'worse';
  return (
    <span class={`rl-delta rl-delta-${look}`}>
      {by > 0 && <Icon name="arrow-up" />}
      {by < 0 && <Icon name="arrow-down" />}
      {signed(by)}
      {look !== 'same' && (
        <span class="rl-sr-only">{look === 'better' ? t('better') : t('worse')}</span>
      )}
    </span>
  );
}

/** More would not be seen; the title holds more, a copy all. */
const DRAWN = 300;
const TITLED = 1000;

function textCell({ text, opens, hint }: Of<'text'>) {
  const drawn = oneLine(text.slice(0, DRAWN));
  const title = hint ?? (text.length > TITLED ? `${text.slice(0, TITLED)}…` : text);
  if (!opens) {
    return (
      <bdi class="rl-text" dir="auto" title={title}>
        {drawn}
      </bdi>
    );
  }
  return (
    <button type="button" class="rl-link rl-text" tabIndex={-1} title={title} data-act="open">
      <bdi dir="auto">{drawn === '' ? '–' : drawn}</bdi>
    </button>
  );
}

/** Line breaks are seen as such and take no line. */
const oneLine = (text: string): string => text.replace(/\r\n|[\r\n\u2028\u2029]/g, '↵');

const STATUS: Readonly<Record<StatusKind, { icon: IconName; look: string; text: string }>> = {
  running: { icon: 'running', look: 'active', text: 'running' },
  scheduled: { icon: 'clock', look: 'faint', text: 'scheduled' },
  finished: { icon: 'check', look: 'good', text: 'finished' },
  failed: { icon: 'error', look: 'bad', text: 'failed' },
  killed: { icon: 'stop', look: 'warn', text: 'stopped' },
  cached: { icon: 'history', look: 'good', text: 'cached' },
  stale: { icon: 'warning', look: 'warn', text: 'stale' },
  skipped: { icon: 'skip', look: 'faint', text: 'skipped' },
};

/** The icon alone has the name; with a text it only repeats that. */
function statusCell({ status, text }: Of<'status'>) {
  const { icon, look, text: name } = STATUS[status];
  return (
    <span class={`rl-status rl-${look}`} title={t(/* STATUS.text */ name)}>
      {text === undefined ? (
        <Icon name={icon} label={t(/* STATUS.text */ name)} />
      ) : (
        <Icon name={icon} />
      )}
      {text !== undefined && <bdi dir="auto">{text}</bdi>}
    </span>
  );
}

function TimeCell({ at }: { readonly at: number }) {
  const now = useNow(at);
  return <span title={dateText(at)}>{ageText(at, now)}</span>;
}

function ElapsedCell({ since }: { readonly since: number }) {
  const now = useNow(since);
  return <span class="rl-figures rl-active">{elapsedText(now - since)}</span>;
}

function swatchCell({ slot, shown, name }: Of<'swatch'>) {
  return (
    <button
      type="button"
      class="rl-eye"
      tabIndex={-1}
      aria-pressed={shown}
      aria-label={name}
      title={name}
      data-act="toggle"
    >
      <Icon name={shown ? 'eye' : 'eye-closed'} />
      {shown && slot !== undefined && <SlotSwatch slot={slot} width={14} />}
    </button>
  );
}

function checkCell({ checked, name }: Of<'check'>) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: an input takes the focus from the grid's cell
    <span
      class="rl-check"
      role="checkbox"
      tabIndex={-1}
      aria-checked={checked}
      aria-label={name}
      data-act="check"
    >
      {checked && <Icon name="check" />}
    </span>
  );
}

function statsCell(cell: Of<'stats'>) {
  const ends =
    cell.min === undefined || cell.max === undefined
      ? undefined
      : `${formatMetric(cell.min)} … ${formatMetric(cell.max)}`;
  return (
    <span class="rl-figures" title={ends}>
      {statsText(cell)}
    </span>
  );
}
