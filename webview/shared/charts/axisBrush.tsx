/** The part of an axis that lets runs pass: set by a drag or by keys. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { useRef, useState } from 'preact/hooks';
import { t } from '../texts';
import type { Brush, ParallelAxis } from './parallel';
import { EDGE } from './parallelChart';

interface AxisBrushProps {
  readonly axis: ParallelAxis;
  /** Where the axis stands between the first and the last. */
  readonly share: number;
  readonly brush: Brush | undefined;
  readonly onBrush: (brush: Brush | undefined) => void;
}

const STEP = 0.05;

/** Over one axis: a drag brushes, a click clears; arrows move the brush, with Shift its upper end. */
export function AxisBrush({ axis, share, brush, onBrush }: AxisBrushProps) {
  const from = useRef<number | undefined>(undefined);
  const [draft, setDraft] = useState<Brush | undefined>(undefined);
  const placeAt = (event: PointerEvent) => {
    const box =
      event.currentTarget instanceof Element && event.currentTarget.getBoundingClientRect();
    return box ? Math.min(1, Math.max(0, (box.bottom - event.clientY) / box.height)) : 0;
  };
  const shown = draft ?? brush;
  const end = () => {
    from.current = undefined;
    setDraft(undefined);
  };
  return (
    <div
      class="rl-brush"
      style={{ left: `calc(${EDGE.left}px + (100% - ${EDGE.left + EDGE.right}px) * ${share})` }}
      role="slider"
      tabIndex={0}
      aria-orientation="vertical"
      aria-label={t('Filter by {0}', axis.key)}
      aria-valuemin={0}
      aria-valuemax={1}
      aria-valuenow={shown?.[0] ?? 0}
      aria-valuetext={
        shown ? t('{0} to {1}', textAt(axis, shown[0]), textAt(axis, shown[1])) : t('all')
      }
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        from.current = placeAt(event);
      }}
      onPointerMove={(event) => {
        if (from.current === undefined) return;
        setDraft(ordered(from.current, placeAt(event)));
      }}
      onPointerUp={() => {
        onBrush(draft && draft[1] - draft[0] > 0.01 ? draft : undefined);
        end();
      }}
      onPointerCancel={end}
      onKeyDown={(event) => {
        const next = brushByKey(event, brush);
        if (next === null) return;
        event.preventDefault();
        onBrush(next);
      }}
    >
      {shown && (
        <div
          class="rl-brush-part"
          style={{ bottom: `${shown[0] * 100}%`, height: `${(shown[1] - shown[0]) * 100}%` }}
        />
      )}
    </div>
  );
}

const ordered = (a: number, b: number): Brush => (a <= b ? [a, b] : [b, a]);

/** Null: not our key; undefined: no brush any more. */
export function brushByKey(
  { key, shiftKey }: { readonly key: string; readonly shiftKey: boolean },
  brush: Brush | undefined,
): Brush | undefined | null {
  if (key === 'Escape' || key === 'Delete') return brush ? undefined : null;
  const by = key === 'ArrowUp' ? STEP : key === 'ArrowDown' ? -STEP : 0;
  if (by === 0) return null;
  const [low, high] = brush ?? [0, 1];
  const within = (value: number, least: number, most: number) =>
    Number(Math.min(most, Math.max(least, value)).toFixed(4));
  const next: Brush = shiftKey
    ? [low, within(high + by, low, 1)]
    : [within(low + by, 0, high), high];
  return next[0] === 0 && next[1] === 1 ? undefined : next;
}

/** The mark that is nearest to a place. */
function textAt({ ticks }: ParallelAxis, place: number): string {
  const sorted = [...ticks].sort((a, b) => Math.abs(a.place - place) - Math.abs(b.place - place));
  return sorted[0]?.text ?? '';
}
