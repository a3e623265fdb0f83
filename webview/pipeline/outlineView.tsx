/** The graph as an indented list: each step under the one that it needs; for screen readers and very big graphs. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { useMemo, useRef, useState } from 'preact/hooks';
import type { StepRow } from '../../src/protocol/rows';
import type { StepProgress } from '../../src/protocol/worker';
import { t } from '../shared/texts';
import { useWindow } from '../shared/useWindow';
import { type OutlineRow, outlineOf, type StepGraph } from './graph';
import { StateLine } from './stepLine';

export interface OutlineViewProps {
  readonly name: string;
  readonly graph: StepGraph;
  readonly rows: ReadonlyMap<string, StepRow> | undefined;
  readonly progress: (stepRunId: string) => StepProgress | undefined;
  readonly selected: string | undefined;
  readonly onSelect: (id: string | undefined) => void;
}

const ROW = 26;
/** Deeper ones are not indented further: `aria-level` and the number say it. */
const DEEPEST = 12;
const INDENT = 18;

export function OutlineView(props: OutlineViewProps) {
  const { graph, selected, onSelect } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useMemo(() => outlineOf(graph), [graph]);
  const seen = useWindow(scroller, { count: rows.length, rowHeight: ROW });
  const [held, setHeld] = useState<string | undefined>(undefined);
  const reached = held ?? selected ?? rows[0]?.id;
  const go = (at: number) => {
    const next = rows[Math.min(rows.length - 1, Math.max(0, at))];
    if (!next || !scroller.current) return;
    setHeld(next.id);
    showRow(scroller.current, rows.indexOf(next), next.id);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = rows.findIndex(({ id }) => id === reached);
    const to = rowByKey(event.key, at, rows);
    if (event.key === 'Enter' || event.key === ' ') onSelect(reached);
    else if (event.key === 'Escape') onSelect(undefined);
    else if (to !== undefined) go(to);
    else return;
    event.preventDefault();
  };
  const drawn = rows
    .map((row, index) => ({ row, index }))
    .filter(({ row, index }) => row.id === reached || (index >= seen.from && index < seen.to));
  return (
    <div ref={scroller} class="pl-outline">
      <div
        role="tree"
        aria-label={t('Steps of {0}, each under the one that it needs', props.name)}
        style={{ height: `${rows.length * ROW}px` }}
        onKeyDown={onKeyDown}
      >
        {drawn.map(({ row, index }) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the tree has the keys
          <div
            key={row.id}
            class="pl-outline-row"
            role="treeitem"
            aria-level={row.depth + 1}
            aria-selected={selected === row.id}
            tabIndex={reached === row.id ? 0 : -1}
            data-step={row.id}
            style={{
              top: `${index * ROW}px`,
              height: `${ROW}px`,
              paddingInlineStart: `${8 + Math.min(DEEPEST, row.depth) * INDENT}px`,
            }}
            onClick={() => {
              setHeld(row.id);
              onSelect(row.id);
            }}
          >
            <Row row={row} of={props} />
          </div>
        ))}
      </div>
    </div>
  );
}

function Row({ row, of }: { readonly row: OutlineRow; readonly of: OutlineViewProps }) {
  const step = of.rows?.get(row.id);
  return (
    <>
      {row.depth > DEEPEST && <span class="rl-faint rl-figures">{row.depth + 1}</span>}
      <bdi class="pl-outline-name" dir="auto" title={row.id}>
        {row.id}
      </bdi>
      <StateLine row={step} progress={step && of.progress(step.id)} />
      {row.also.length > 0 && (
        <span class="rl-faint pl-outline-also" title={row.also.join(', ')}>
          {t('also needs {0}', row.also.join(', '))}
        </span>
      )}
    </>
  );
}

/** Left: what it stands under; right: the first one under it. */
function rowByKey(key: string, at: number, rows: readonly OutlineRow[]): number | undefined {
  const row = rows[at];
  const next = rows[at + 1];
  switch (key) {
    case 'ArrowDown':
      return at + 1;
    case 'ArrowUp':
      return at - 1;
    case 'ArrowLeft':
      return row?.parent === undefined ? undefined : rows.findIndex(({ id }) => id === row.parent);
    case 'ArrowRight':
      return next && next.parent === row?.id ? at + 1 : undefined;
    case 'Home':
      return 0;
    case 'End':
      return rows.length - 1;
    default:
      return undefined;
  }
}

function showRow(scroller: HTMLElement, index: number, id: string): void {
  const top = index * ROW;
  if (top < scroller.scrollTop) scroller.scrollTop = top;
  else if (top + ROW > scroller.scrollTop + scroller.clientHeight) {
    scroller.scrollTop = top + ROW - scroller.clientHeight;
  }
  // After it was drawn.
  setTimeout(() => {
    const all = scroller.querySelectorAll<HTMLElement>('[data-step]');
    [...all].find(({ dataset }) => dataset['step'] === id)?.focus({ preventScroll: true });
  }, 30);
}
