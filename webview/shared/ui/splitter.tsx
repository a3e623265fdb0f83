/** Two panes with a line between them that can be moved. */
/** @jsxRuntime automatic @jsxImportSource preact */
import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';

export interface SplitterProps {
  /** Accessible name of the line: `Width of the run list`. */
  readonly name: string;
  /** `row`: side by side; `column`: one above the other. */
  readonly direction: 'row' | 'column';
  /** Pixels of the first pane. */
  readonly size: number;
  readonly min: number;
  readonly max: number;
  readonly onSize: (size: number) => void;
  readonly children: readonly [ComponentChildren, ComponentChildren];
}

const STEP = 16;

export function Splitter(props: SplitterProps) {
  const { name, direction, size, min, max, onSize, children } = props;
  const drag = useRef<{ readonly from: number; readonly size: number } | undefined>(undefined);
  const isRow = direction === 'row';
  const place = (event: PointerEvent) => (isRow ? event.clientX : event.clientY);
  const clamped = (to: number) => Math.round(Math.min(max, Math.max(min, to)));
  const onPointerMove = (event: PointerEvent) => {
    if (drag.current) onSize(clamped(drag.current.size + place(event) - drag.current.from));
  };
  return (
    <div class={`rl-split rl-split-${direction}`}>
      <div
        class="rl-split-first"
        style={isRow ? { width: `${clamped(size)}px` } : { height: `${clamped(size)}px` }}
      >
        {children[0]}
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: a separator that can be moved is no hr */}
      <div
        class="rl-split-line"
        role="separator"
        tabIndex={0}
        aria-label={name}
        aria-orientation={isRow ? 'vertical' : 'horizontal'}
        aria-valuenow={clamped(size)}
        aria-valuemin={min}
        aria-valuemax={max}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          drag.current = { from: place(event), size };
        }}
        onPointerMove={onPointerMove}
        onPointerUp={() => {
          drag.current = undefined;
        }}
        onKeyDown={(event) => {
          const to = sizeByKey(event.key, { size, min, max, isRow });
          if (to === undefined) return;
          event.preventDefault();
          onSize(clamped(to));
        }}
      />
      <div class="rl-split-second">{children[1]}</div>
    </div>
  );
}

function sizeByKey(
  key: string,
  { size, min, max, isRow }: { size: number; min: number; max: number; isRow: boolean },
): number | undefined {
  if (key === (isRow ? 'ArrowLeft' : 'ArrowUp')) return size - STEP;
  if (key === (isRow ? 'ArrowRight' : 'ArrowDown')) return size + STEP;
  if (key === 'Home') return min;
  return key === 'End' ? max : undefined;
}
