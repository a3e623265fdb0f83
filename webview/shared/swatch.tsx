/** The mark of a run's colour slot: a piece of its line. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { COLOURS, dashOf } from './theme';

/** As style sheets know it (`publishTheme`). */
export const colourOfSlot = (slot: number): { stroke: string; dashes: string } => ({
  stroke: `var(--rl-series-${(slot % COLOURS) + 1}, currentColor)`,
  dashes: dashOf(slot).join(' '),
});

export function SlotSwatch({
  slot,
  width = 18,
}: {
  readonly slot: number;
  readonly width?: number;
}) {
  const { stroke, dashes } = colourOfSlot(slot);
  return (
    <svg class="rl-swatch" width={width} height="10" aria-hidden="true" focusable="false">
      <line
        x1="0"
        y1="5"
        x2={width}
        y2="5"
        style={{ stroke }}
        stroke-width="4"
        stroke-dasharray={dashes}
      />
    </svg>
  );
}
