/** Steps over time: a bar per step, with the time it waited; only what is in view is drawn. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { durationText } from '../../src/base/timeText';
import type { StepRow } from '../../src/protocol/rows';
import { countText, t } from '../shared/texts';
import { IconButton, ToggleButton } from '../shared/ui/controls';
import { Icon } from '../shared/ui/icon';
import { Empty } from '../shared/ui/states';
import { useSize, useWindow } from '../shared/useWindow';
import type { StepGraph } from './graph';
import { type Bar, packLanes, type Span, spanOf, ticksOf, tickText, timelineBars } from './lanes';
import { signOf } from './state';
import { stateText, useTicking } from './stepLine';

export interface TimelineViewProps {
  readonly graph: StepGraph;
  readonly rows: ReadonlyMap<string, StepRow>;
  readonly run: { readonly startedAt: number; readonly endedAt: number | undefined };
  readonly selected: string | undefined;
  readonly onSelect: (id: string | undefined) => void;
  readonly isPacked: boolean;
  readonly onPacked: (isPacked: boolean) => void;
}

const ROW = 26;
const LABEL = 180;
const MAX_ZOOM = 256;
/** Pixels between marks of time. */
const TICK_SPACE = 70;
/** What the text of a mark, and of how long a step took, needs. */
const TEXT = 56;

export function TimelineView(props: TimelineViewProps) {
  const { graph, rows, run, isPacked } = props;
  const now = useTicking(run.endedAt === undefined);
  const bars = useMemo(
    () => timelineBars(graph, rows, { startedAt: run.startedAt, now }),
    [graph, rows, run.startedAt, now],
  );
  const [zoom, setZoom] = useState(1);
  const span = spanOf(bars, { from: run.startedAt, to: run.endedAt ?? now });
  const zoomBy = (factor: number) =>
    setZoom((from) => Math.min(MAX_ZOOM, Math.max(1, from * factor)));
  if (bars.length === 0) {
    return <Empty title={t('No step has begun')} />;
  }
  return (
    <div class="pl-timeline-frame">
      <div class="pl-tools" role="toolbar" aria-label={t('Timeline')}>
        <ToggleButton
          pressed={isPacked}
          onToggle={props.onPacked}
          title={t('Steps that do not overlap share a line')}
        >
          {t('Lanes')}
        </ToggleButton>
        <IconButton icon="minus" name={t('Zoom Out (-)')} onClick={() => zoomBy(1 / 2)} />
        <IconButton icon="plus" name={t('Zoom In (+)')} onClick={() => zoomBy(2)} />
        <IconButton
          icon="eye"
          name={t('Show All (0)')}
          text={t('Fit')}
          onClick={() => setZoom(1)}
        />
        <span class="rl-faint">
          {t('{0} of {1} steps began', countText(bars.length), countText(graph.nodes.length))}
        </span>
        <span class="pl-legend rl-faint">
          <span class="pl-wait-sample" aria-hidden="true" /> {t('waited')}
        </span>
      </div>
      <Lanes
        {...props}
        key={isPacked ? 'packed' : 'steps'}
        bars={bars}
        span={span}
        zoom={zoom}
        now={now}
        onZoom={(change) => (change === 0 ? setZoom(1) : zoomBy(change))}
      />
    </div>
  );
}

interface LanesProps extends TimelineViewProps {
  readonly bars: readonly Bar[];
  readonly span: Span;
  readonly zoom: number;
  readonly now: number;
  /** By a factor; 0: all. */
  readonly onZoom: (change: number) => void;
}

function Lanes(props: LanesProps) {
  const { bars, span, isPacked } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const size = useSize(scroller);
  const lanes = useMemo(() => lanesOf(bars, isPacked), [bars, isPacked]);
  const seen = useWindow(scroller, { count: lanes.length, rowHeight: ROW });
  const label = isPacked ? 48 : Math.min(LABEL, Math.max(90, size.width * 0.35));
  const width = Math.max(120, size.width - label - 8) * props.zoom;
  const scale = width / (span.to - span.from);
  const keys = useBarKeys(props, { scroller, lanes });
  useSteadyView(scroller, label, width);
  const ticks = ticksOf(span.to - span.from, Math.min(400, Math.max(2, width / TICK_SPACE)));
  const tickStep = ticks[1] ?? span.to - span.from;
  return (
    <div ref={scroller} class="pl-timeline">
      <div
        class="pl-ticks"
        style={{ width: `${label + width}px`, paddingInlineStart: `${label}px` }}
      >
        {ticks.map((tick) => (
          <span
            key={tick}
            // Where there is no room behind the mark, its text stands before it.
            class={tick * scale + TEXT <= width ? 'rl-figures' : 'rl-figures pl-tick-end'}
            style={{ left: `${label + tick * scale}px`, maxWidth: `${tickStep * scale}px` }}
          >
            {tickText(tick, tickStep)}
          </span>
        ))}
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for a form */}
      <div
        class="pl-lanes"
        role="group"
        aria-label={t('Steps by their beginning. Up and down go through them.')}
        style={{ width: `${label + width}px`, height: `${lanes.length * ROW}px` }}
        onKeyDown={keys.onKeyDown}
      >
        {drawnLanes(lanes, seen, keys.reached).map(({ lane, index }) => (
          <div key={index} class="pl-lane" style={{ top: `${index * ROW}px`, height: `${ROW}px` }}>
            <span class="pl-lane-name" style={{ width: `${label}px` }}>
              {isPacked ? index + 1 : <bdi dir="auto">{lane[0]?.row.stepId}</bdi>}
            </span>
            {distinct(lane, scale, keys.reached).map((bar) => (
              <TimeBar
                key={bar.row.id}
                bar={bar}
                place={{ label, from: span.from, scale, width }}
                now={props.now}
                isSelected={props.selected === bar.row.stepId}
                isReached={keys.reached === bar.row.stepId}
                onSelect={() => props.onSelect(bar.row.stepId)}
                isNamed={isPacked}
              />
            ))}
          </div>
        ))}
      </div>
    </div>
  );
}

function lanesOf(bars: readonly Bar[], isPacked: boolean): readonly (readonly Bar[])[] {
  if (!isPacked) return bars.map((bar) => [bar]);
  const lanes: Bar[][] = [];
  packLanes(bars).forEach((lane, i) => {
    const bar = bars[i];
    if (!bar) return;
    const held = lanes[lane];
    if (held) held.push(bar);
    else lanes[lane] = [bar];
  });
  return lanes;
}

/** What is in view, and the lane with the bar that Tab reaches: else nothing could be reached. */
function drawnLanes(
  lanes: readonly (readonly Bar[])[],
  { from, to }: { readonly from: number; readonly to: number },
  reached: string | undefined,
) {
  return lanes
    .map((lane, index) => ({ lane, index }))
    .filter(
      ({ lane, index }) =>
        (index >= from && index < to) || lane.some(({ row }) => row.stepId === reached),
    );
}

/** Of bars that would stand on the same pixel only the first, and the one that Tab reaches. */
function distinct(
  lane: readonly Bar[],
  scale: number,
  reached: string | undefined,
): readonly Bar[] {
  let last = -1;
  return lane.filter(({ row, start, end }) => {
    const pixel = Math.floor(start * scale);
    const isSeen = pixel !== last || (end - start) * scale >= 2 || row.stepId === reached;
    last = pixel;
    return isSeen;
  });
}

interface TimeBarProps {
  readonly bar: Bar;
  readonly place: {
    readonly label: number;
    readonly from: number;
    readonly scale: number;
    readonly width: number;
  };
  readonly now: number;
  readonly isSelected: boolean;
  readonly isReached: boolean;
  /** Its name stands in the bar. */
  readonly isNamed: boolean;
  readonly onSelect: () => void;
}

function TimeBar({ bar, place, now, isSelected, isReached, isNamed, onSelect }: TimeBarProps) {
  const { row, ready, start, end } = bar;
  const { icon, look } = signOf(row);
  const left = place.label + (start - place.from) * place.scale;
  const wait = (start - ready) * place.scale;
  const width = Math.max(3, (end - start) * place.scale);
  const took = durationText(end - start);
  const isRoom = left + width + TEXT <= place.label + place.width;
  const besides = isRoom
    ? { left: `${left + width + 2}px` }
    : { right: `calc(100% - ${left - 3}px)` };
  const waited = start > ready ? t('waited {0}', durationText(start - ready)) : '';
  const began = t('began after {0}', durationText(start - place.from));
  const text = [row.stepId, stateText(row, now, undefined), began, waited].filter(Boolean);
  return (
    <>
      {wait >= 1 && !isNamed && (
        <span class="pl-wait" style={{ left: `${left - wait}px`, width: `${wait}px` }} />
      )}
      <button
        type="button"
        class={`pl-bar pl-${look} pl-is-${row.status}`}
        data-step={row.stepId}
        style={{ left: `${left}px`, width: `${width}px` }}
        tabIndex={isReached ? 0 : -1}
        aria-pressed={isSelected}
        aria-label={text.join(', ')}
        title={text.join('\n')}
        onClick={onSelect}
      >
        {width >= 20 && <Icon name={icon} />}
        {isNamed && width >= 60 && <bdi dir="auto">{row.stepId}</bdi>}
        {!isNamed && width >= 70 && <span class="rl-figures">{took}</span>}
      </button>
      {!isNamed && width < 70 && (
        <span class="pl-took rl-figures" aria-hidden="true" style={besides}>
          {took}
        </span>
      )}
    </>
  );
}

/** As the times are stretched, the bar with the focus stays where it is, else what is in the middle. */
function useSteadyView(
  scroller: { readonly current: HTMLElement | null },
  label: number,
  width: number,
): void {
  const before = useRef(width);
  useLayoutEffect(() => {
    const { current } = scroller;
    const share = width / before.current;
    before.current = width;
    if (!current || share === 1) return;
    const { scrollLeft, clientWidth } = current;
    const bar = current.querySelector<HTMLElement>('.pl-bar:focus');
    const at = bar ? label + (bar.offsetLeft - label) / share - scrollLeft : -1;
    const isSeen = at >= label && at <= clientWidth;
    const still = isSeen ? at : label + (clientWidth - label) / 2;
    current.scrollLeft = (scrollLeft + still - label) * share + label - still;
  }, [scroller, label, width]);
}

/** One bar is reached by Tab, the arrows go on from it. */
function useBarKeys(
  { bars, selected, onSelect, onZoom }: LanesProps,
  on: {
    readonly scroller: { readonly current: HTMLElement | null };
    readonly lanes: readonly (readonly Bar[])[];
  },
) {
  const [held, setHeld] = useState<string | undefined>(undefined);
  const reached = held ?? selected ?? bars[0]?.row.stepId;
  const go = (to: number) => {
    const next = bars[Math.min(bars.length - 1, Math.max(0, to))];
    const { current } = on.scroller;
    if (!next || !current) return;
    setHeld(next.row.stepId);
    const lane = on.lanes.findIndex((each) => each.includes(next));
    const top = lane * ROW;
    const isAbove = top < current.scrollTop;
    if (isAbove) current.scrollTop = top;
    else if (top + 3 * ROW > current.scrollTop + current.clientHeight) {
      current.scrollTop = top + 3 * ROW - current.clientHeight;
    }
    setTimeout(() => {
      const all = current.querySelectorAll<HTMLElement>('[data-step]');
      [...all].find(({ dataset }) => dataset['step'] === next.row.stepId)?.focus();
    }, 30);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const at = bars.findIndex(({ row }) => row.stepId === reached);
    const moves: Readonly<Record<string, () => void>> = {
      ArrowDown: () => go(at + 1),
      ArrowRight: () => go(at + 1),
      ArrowUp: () => go(at - 1),
      ArrowLeft: () => go(at - 1),
      Home: () => go(0),
      End: () => go(bars.length - 1),
      '+': () => onZoom(2),
      '=': () => onZoom(2),
      '-': () => onZoom(1 / 2),
      '0': () => onZoom(0),
      Escape: () => onSelect(undefined),
    };
    const move = Object.hasOwn(moves, event.key) ? moves[event.key] : undefined;
    if (!move || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    move();
  };
  return { reached, onKeyDown };
}
