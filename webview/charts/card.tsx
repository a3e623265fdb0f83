/** One metric: its chart while it is in view, or the same as a table. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Emitter } from '../../src/base/event';
import { formatMetric } from '../../src/domain/display';
import type { ChartsView } from '../../src/protocol/webview/charts';
import { LineChart, type LineChartSpec } from '../shared/charts/lineChart';
import { type Line, leftOut, lineOf, nearest, summarize } from '../shared/charts/series';
import type { Theme } from '../shared/theme';
import { useInView } from '../shared/useInView';
import type { SeriesStore } from './seriesStore';
import { SeriesTable } from './seriesTable';
import type { Card } from './view';
import type { Wanted } from './wanted';

interface CardProps {
  readonly card: Card;
  readonly view: ChartsView;
  readonly theme: Theme;
  readonly store: SeriesStore;
  readonly wanted: Wanted;
  readonly crosshair: Emitter<number | undefined>;
  readonly highlight: string | undefined;
}

export function ChartCard(props: CardProps) {
  const { card, view, theme } = props;
  const frame = useRef<HTMLElement>(null);
  const isInView = useInView(frame);
  const lines = useLines(props, isInView);
  const [asTable, setAsTable] = useState(false);
  const note = useMemo(() => noteOf(lines, view.logY), [lines, view.logY]);
  const headingId = `metric ${card.metric}`.replace(/\W/g, '-');
  return (
    <section class="card" ref={frame} aria-labelledby={headingId}>
      <div class="card-head">
        <h2 id={headingId} title={card.metric}>
          {card.metric}
        </h2>
        <span class="note">{note}</span>
        <button
          type="button"
          class="toggle"
          aria-pressed={asTable}
          aria-label={`${card.metric} as table`}
          onClick={() => setAsTable(!asTable)}
        >
          Table
        </button>
      </div>
      <div class="plot">
        {isInView && !asTable && lines.length > 0 && (
          <Plot
            metric={card.metric}
            spec={{
              lines,
              smoothing: view.smoothing,
              logY: view.logY,
              theme,
              highlight: props.highlight,
            }}
            crosshair={props.crosshair}
          />
        )}
        {asTable && <SeriesTable metric={card.metric} lines={lines} theme={theme} />}
      </div>
    </section>
  );
}

/** The lines of a card; what is in view is asked for and follows what arrives. */
function useLines({ card, store, wanted }: CardProps, isInView: boolean): readonly Line[] {
  const [version, setVersion] = useState(0);
  useEffect(() => {
    if (!isInView) return undefined;
    wanted.set(
      card.metric,
      card.runs.map(({ runId }) => ({ runId, key: card.metric })),
    );
    const subscription = store.onDidChange(() => setVersion((before) => before + 1));
    return () => {
      subscription.dispose();
      wanted.clear(card.metric);
    };
  }, [card, store, wanted, isInView]);
  // The version stands for the store's content.
  return useMemo(() => linesOf(card, store), [card, store, version]);
}

function linesOf(card: Card, store: SeriesStore): readonly Line[] {
  return card.runs.flatMap((run) => {
    const columns = store.get({ runId: run.runId, key: card.metric });
    return columns ? [lineOf(run, columns)] : [];
  });
}

function noteOf(lines: readonly Line[], logY: boolean): string {
  const shown = lines.reduce((sum, line) => sum + line.steps.length, 0);
  const all = lines.reduce((sum, line) => sum + line.count, 0);
  const reduced =
    all > shown ? `${shown.toLocaleString('en')} of ${all.toLocaleString('en')} points` : undefined;
  return [reduced, leftOut(lines, logY)].filter((part) => part !== undefined).join(' · ');
}

interface PlotProps {
  readonly metric: string;
  readonly spec: LineChartSpec;
  readonly crosshair: Emitter<number | undefined>;
}

function Plot({ metric, spec, crosshair }: PlotProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useChart(canvas, spec, crosshair);
  const { spoken, onKeyDown } = useKeyboard(spec.lines, crosshair);
  const label = `${metric}: ${spec.lines.map((line) => `${line.name} ${summarize(line)}`).join('; ')}`;
  const points = spec.lines.reduce((sum, line) => sum + line.steps.length, 0);
  return (
    <>
      <canvas
        ref={canvas}
        role="img"
        tabIndex={0}
        aria-label={label}
        data-metric={metric}
        data-points={points}
        onKeyDown={onKeyDown}
        onBlur={() => crosshair.fire(undefined)}
      />
      <p class={spoken === '' ? 'sr-only' : 'spoken'} role="status">
        {spoken}
      </p>
    </>
  );
}

/** The chart is made once per canvas and fed by an effect. */
function useChart(
  canvas: { readonly current: HTMLCanvasElement | null },
  spec: LineChartSpec,
  crosshair: Emitter<number | undefined>,
): void {
  const chart = useRef<LineChart | undefined>(undefined);
  const first = useRef(spec);
  useEffect(() => {
    if (!canvas.current) return undefined;
    const made = new LineChart(canvas.current, first.current, (x) => crosshair.fire(x));
    chart.current = made;
    const subscription = crosshair.event((x) => made.setCrosshair(x));
    return () => {
      subscription.dispose();
      made.destroy();
      chart.current = undefined;
    };
  }, [canvas, crosshair]);
  const { lines, smoothing, logY, theme, highlight } = spec;
  useEffect(() => {
    chart.current?.update({ lines, smoothing, logY, theme, highlight });
  }, [lines, smoothing, logY, theme, highlight]);
}

/** Arrow keys move the crosshair from step to step; what lies there is spoken and shown. */
function useKeyboard(lines: readonly Line[], crosshair: Emitter<number | undefined>) {
  const [at, setAt] = useState<number | undefined>(undefined);
  const steps = useMemo(
    () => [...new Set(lines.flatMap((line) => line.steps))].sort((a, b) => a - b),
    [lines],
  );
  const onKeyDown = (event: KeyboardEvent) => {
    const next = moved(event.key, at, steps.length - 1);
    if (next === null) return;
    event.preventDefault();
    setAt(next);
    crosshair.fire(next === undefined ? undefined : steps[next]);
  };
  const step = at === undefined ? undefined : steps[at];
  return { spoken: step === undefined ? '' : speak(lines, step), onKeyDown };
}

/** The new position; undefined leaves the chart, null means that the key is not ours. */
export function moved(
  key: string,
  at: number | undefined,
  last: number,
): number | undefined | null {
  if (key === 'Escape') return at === undefined ? null : undefined;
  if (key === 'Home') return 0;
  if (key === 'End') return last;
  if (key === 'ArrowRight') return Math.min(last, (at ?? -1) + 1);
  if (key === 'ArrowLeft') return Math.max(0, (at ?? last + 1) - 1);
  return null;
}

function speak(lines: readonly Line[], step: number): string {
  const values = lines.flatMap((line) => {
    const point = nearest(line, step);
    return point?.step === step ? [`${line.name} ${formatMetric(point.value)}`] : [];
  });
  return `Step ${step}: ${values.join(', ')}`;
}
