/** One metric of many runs: its chart while it is in view, or the same as a table; exports, full screen. */
/** @jsxRuntime automatic @jsxImportSource preact */
import type { JSX } from 'preact';
import { useEffect, useId, useMemo, useRef, useState } from 'preact/hooks';
import { type Direction, guessDirection } from '../../../src/domain/direction';
import { formatMetric } from '../../../src/domain/display';
import { countText, t } from '../texts';
import { Button, IconButton, ToggleButton } from '../ui/controls';
import { MenuButton, type MenuEntry } from '../ui/menu';
import { useInView } from '../useInView';
import { useTheme } from '../useTheme';
import { placeText } from './axis';
import { bandsOf, meanLine } from './bands';
import { groupsOf, pointsOf, summaryOf } from './cardData';
import { menuOf } from './cardMenu';
import type { ChartPage } from './chartPage';
import { DataTable } from './dataTable';
import { FullScreen } from './fullScreen';
import { type LineChart, outliersOf } from './lineChart';
import { LinePlot } from './linePlot';
import type { LineChartSpec } from './lineSets';
import { bestOf } from './marks';
import { hasPointsIn, type Line, leftOut } from './series';
import { type ChartRun, type ChartView, isZoomed, type XChoice, type ZoomRange } from './types';
import { type Lines, useLines } from './useLines';

export interface MetricCardProps {
  /** Made once per page: `openCharts`. */
  readonly page: ChartPage;
  readonly metric: string;
  /** Runs that have the metric; memorised by who calls. */
  readonly runs: readonly ChartRun[];
  readonly view: ChartView;
  /** Given: the card has buttons for a view of its own. */
  readonly onView?: (view: ChartView) => void;
  /** Which way the metric gets better; default: guessed from its name. */
  readonly direction?: Direction;
  /** Run whose line stands out. */
  readonly highlight?: string;
  readonly isPinned?: boolean;
  readonly onPin?: (pinned: boolean) => void;
  /** Kept by the page, which is told of another one; without `onZoom` the card keeps it. */
  readonly zoom?: ZoomRange | undefined;
  readonly onZoom?: (zoom: ZoomRange) => void;
  /** Shown instead of the metric's full name. */
  readonly label?: string;
}

const TABLE_ROWS = 500;

export function MetricCard(props: MetricCardProps) {
  const { metric, label } = props;
  const frame = useRef<HTMLElement>(null);
  const isInView = useInView(frame);
  const [isFull, setFull] = useState(false);
  return (
    <section class="rl-card" ref={frame} aria-label={metric} data-card={metric}>
      <CardBody
        {...props}
        isInView={isInView && !isFull}
        heading={
          <h3 title={metric} dir="auto">
            {label ?? metric}
          </h3>
        }
        onFull={() => setFull(true)}
      />
      {isFull && (
        <FullScreen name={metric} onClose={() => setFull(false)}>
          <CardBody {...props} isInView isFine heading={<h2 dir="auto">{metric}</h2>} />
        </FullScreen>
      )}
    </section>
  );
}

interface BodyProps extends MetricCardProps {
  readonly isInView: boolean;
  readonly isFine?: boolean;
  readonly heading: JSX.Element;
  readonly onFull?: () => void;
}

function CardBody(props: BodyProps) {
  const { page, metric, runs, view, isInView, isFine } = props;
  const [zoom, setZoom] = useZoom(props);
  const [asTable, setAsTable] = useState(false);
  const chart = useRef<LineChart | undefined>(undefined);
  const found = useLines(page, {
    id: useId(),
    metric,
    runs,
    choice: view.x,
    range: zoom.x,
    isInView,
    isFine,
  });
  const spec = useSpec(props, found.lines, zoom);
  const note = useMemo(() => noteOf(spec), [spec]);
  const isDrawn = isInView && !asTable && found.lines.length > 0;
  const menu = () => menuOf({ ...props, spec: spec.line, chart, asTable, onTable: setAsTable });
  return (
    <>
      <div class="rl-card-head">
        {props.heading}
        <span class="rl-card-note" dir="auto" title={note}>
          {note}
        </span>
        <CardButtons {...props} zoom={zoom} onReset={() => setZoom({})} menu={menu} />
      </div>
      <Chips {...props} spec={spec} found={found} zoom={zoom} onReset={() => setZoom({})} />
      <div class="rl-card-plot">
        {isDrawn && (
          <LinePlot
            name={metric}
            spec={spec.line}
            onZoom={setZoom}
            crosshair={page.crosshair}
            handle={chart}
            onNearest={spec.setNearest}
          />
        )}
        {isDrawn && found.isDetailed && (
          <NothingHere spec={spec.line} onReset={() => setZoom({})} />
        )}
        {isInView && found.lines.length === 0 && (
          <p class="rl-faint rl-card-empty">
            {found.isComplete ? t('No points') : t('Reading points')}
          </p>
        )}
        {isInView && asTable && <PointsTable name={metric} lines={found.lines} choice={view.x} />}
      </div>
      {isDrawn && <HiddenTable name={metric} spec={spec.line} />}
    </>
  );
}

/** Between two points a zoomed chart is empty: that must be said, and how to get back. */
function NothingHere(props: { readonly spec: LineChartSpec; readonly onReset: () => void }) {
  const { told, zoom, view } = props.spec;
  const isBare = useMemo(
    () => zoom.x !== undefined && !hasPointsIn(told, zoom.x, view.logY),
    [told, zoom.x, view.logY],
  );
  if (!isBare) return null;
  return (
    <div class="rl-card-bare" role="status">
      <span>{t('No points in this part')}</span>
      <Button onClick={props.onReset}>{t('Reset Zoom')}</Button>
    </div>
  );
}

interface TableProps {
  readonly name: string;
  readonly lines: readonly Line[];
}

function PointsTable({ name, lines, choice }: TableProps & { readonly choice: XChoice }) {
  const data = useMemo(() => pointsOf(lines, choice, TABLE_ROWS), [lines, choice]);
  return useMemo(() => <DataTable name={t('{0}, table', name)} data={data} />, [name, data]);
}

/** What is drawn, for who cannot see it: a row per run or group. */
function HiddenTable({ name, spec }: { readonly name: string; readonly spec: LineChartSpec }) {
  const { lines, bands } = spec;
  const data = useMemo(
    () => (bands.length === 0 ? summaryOf(lines) : groupsOf(bands)),
    [lines, bands],
  );
  return useMemo(
    () => <DataTable name={t('{0}, summary', name)} data={data} isHidden />,
    [name, data],
  );
}

/** The zoom of the card, which its page may keep. */
function useZoom({
  view,
  zoom,
  onZoom,
}: MetricCardProps): readonly [ZoomRange, (zoom: ZoomRange) => void] {
  const [own, setOwn] = useState<ZoomRange>(NO_ZOOM);
  // Another axis has other units.
  useEffect(() => setOwn(NO_ZOOM), [view.x]);
  return onZoom ? [zoom ?? NO_ZOOM, onZoom] : [own, setOwn];
}

const NO_ZOOM: ZoomRange = {};

interface CardSpec {
  readonly line: LineChartSpec;
  readonly setNearest: (runId: string | undefined) => void;
}

function useSpec(props: MetricCardProps, lines: readonly Line[], zoom: ZoomRange): CardSpec {
  const { view, metric, highlight, direction = guessDirection(metric) } = props;
  const theme = useTheme();
  const [near, setNearest] = useState<string | undefined>(undefined);
  const lit = highlight ?? near;
  const bands = useMemo(
    () => (view.bands === 'none' ? [] : bandsOf(lines, view.bands)),
    [lines, view.bands],
  );
  const told = useMemo(
    () => (view.bands === 'none' ? lines : bands.map(meanLine)),
    [lines, bands, view.bands],
  );
  const line = useMemo(
    () => ({ lines, bands, told, view, zoom, theme, highlight: lit, direction }),
    [lines, bands, told, view, zoom, theme, lit, direction],
  );
  return useMemo(() => ({ line, setNearest }), [line]);
}

interface ButtonsProps extends BodyProps {
  readonly zoom: ZoomRange;
  readonly onReset: () => void;
  readonly menu: () => readonly MenuEntry[];
}

function CardButtons({ metric, view, onView, zoom, onReset, menu, ...rest }: ButtonsProps) {
  const { isPinned, onPin, onFull } = rest;
  return (
    <span class="rl-card-buttons">
      {isZoomed(zoom) && (
        <IconButton icon="refresh" name={t('Reset the zoom of {0}', metric)} onClick={onReset} />
      )}
      {onView && (
        <ToggleButton
          pressed={view.logY}
          onToggle={(logY) => onView({ ...view, logY })}
          title={t('Logarithmic y axis of {0}', metric)}
        >
          {t('Log')}
        </ToggleButton>
      )}
      {onPin && (
        <IconButton
          icon="pin"
          name={isPinned ? t('Unpin {0}', metric) : t('Pin {0}', metric)}
          pressed={isPinned ?? false}
          onClick={() => onPin(!isPinned)}
        />
      )}
      {onFull && <IconButton icon="expand" name={t('{0} in full size', metric)} onClick={onFull} />}
      <MenuButton icon="more" name={t('More for {0}', metric)} entries={menu} />
    </span>
  );
}

interface ChipsProps extends MetricCardProps {
  readonly spec: CardSpec;
  readonly found: Lines;
  readonly zoom: ZoomRange;
  readonly onReset: () => void;
}

/** What the chart does not show, so that nobody takes it for everything. */
function Chips({ spec, found, zoom, onReset, view, onView, metric }: ChipsProps) {
  const { lines } = spec.line;
  const isPaused = zoom.x !== undefined;
  const grown = useGrown(found.known, isPaused);
  const outside = useMemo(
    () => (view.ignoreOutliers && !zoom.y ? outliersOf(lines, view.logY)?.outside : undefined),
    [lines, view.ignoreOutliers, view.logY, zoom.y],
  );
  if (!outside && !(isPaused && grown > 0)) return null;
  return (
    <div class="rl-card-chips">
      {outside !== undefined && outside > 0 && (
        <button
          type="button"
          class="rl-chip"
          title={t('Show them in {0}', metric)}
          onClick={() => onView?.({ ...view, ignoreOutliers: false })}
        >
          {t('{0} outliers ignored', countText(outside))}
        </button>
      )}
      {isPaused && grown > 0 && (
        <button type="button" class="rl-chip" onClick={onReset}>
          {t('paused – {0} new points', countText(grown))}
        </button>
      )}
    </div>
  );
}

/** Points that came since it is paused; those of a run that is shown, or read, only since then are not new. */
function useGrown(known: ReadonlyMap<string, number>, isPaused: boolean): number {
  const before = useRef<ReadonlyMap<string, number>>(known);
  before.current = new Map(
    [...known].map(([runId, count]) => {
      const held = isPaused ? before.current.get(runId) : undefined;
      return [runId, held || count];
    }),
  );
  let grown = 0;
  for (const [runId, count] of known) grown += count - (before.current.get(runId) ?? count);
  return grown;
}

function noteOf({ line: { lines, view, direction } }: CardSpec): string {
  const shown = lines.reduce((sum, line) => sum + line.xs.length, 0);
  const all = lines.reduce((sum, line) => sum + line.count, 0);
  const best = direction && bestOf(lines, direction);
  const parts = [
    best && !best.only
      ? t('best {0} at {1}', formatMetric(best.value), placeText(view.x, best.x))
      : undefined,
    all > shown ? t('{0} of {1} points', countText(shown), countText(all)) : undefined,
    leftOut(lines, view.logY, view.logX),
  ];
  return parts.filter((part) => part !== undefined).join(' · ');
}
