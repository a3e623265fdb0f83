/** A chart of marks that is used: tooltip, arrow keys from mark to mark, the data as a table, exports. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { useMemo, useRef, useState } from 'preact/hooks';
import type { PanelHost } from '../../../src/protocol/webview/panel';
import { t } from '../texts';
import type { Theme } from '../theme';
import { MenuButton, type MenuEntry } from '../ui/menu';
import { DataTable } from './dataTable';
import { useDrawing } from './drawing';
import { type ChartData, type ChartFormat, csvOf, exportChart } from './exportChart';
import { moved } from './hover';
import type { MarkDrawing } from './markChart';
import type { PlotPoint } from './zoom';

export type ExportHost = Pick<PanelHost, 'save' | 'copy'>;

export interface ChartFrameProps<S extends { readonly theme: Theme }> {
  readonly name: string;
  /** Memorised: another one is drawn. */
  readonly spec: S;
  readonly make: (canvas: HTMLCanvasElement, spec: S) => MarkDrawing<S>;
  readonly data: ChartData;
  readonly note?: string;
  /** How many marks there are, and each in words. */
  readonly marks: number;
  readonly describe: (index: number) => string | undefined;
  readonly onOpen?: (index: number) => void;
  /** Pixels; default 260. */
  readonly height?: number;
  /** Given: it can be saved and copied. */
  readonly host?: ExportHost;
}

interface Shown extends PlotPoint {
  readonly index: number;
}

export function ChartFrame<S extends { readonly theme: Theme }>(props: ChartFrameProps<S>) {
  const { name, spec, make, data, note, height = 260 } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const chart = useDrawing(canvas, spec, make);
  const [shown, setShown] = useState<Shown | undefined>(undefined);
  const [asTable, setAsTable] = useState(false);
  const show = (index: number | undefined) => {
    const at = index === undefined ? undefined : chart.current?.pixelOf(index);
    setShown(index === undefined || !at ? undefined : { ...at, index });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && shown) return props.onOpen?.(shown.index);
    const next = moved(event.key, shown?.index, props.marks - 1);
    if (next === null || props.marks === 0) return;
    event.preventDefault();
    show(next);
  };
  const text = shown && props.describe(shown.index);
  return (
    <figure class="rl-frame">
      <figcaption class="rl-card-head">
        <span class="rl-frame-name" dir="auto">
          {name}
        </span>
        <span class="rl-card-note">{note}</span>
        <MenuButton
          icon="more"
          name={t('More for {0}', name)}
          entries={() =>
            chartEntries({
              name,
              theme: spec.theme,
              data,
              host: props.host,
              canvas: chart.current?.canvas,
              asTable,
              setAsTable,
            })
          }
        />
      </figcaption>
      <div class="rl-plot" style={{ height: `${height}px` }} hidden={asTable}>
        <canvas
          ref={canvas}
          role="img"
          tabIndex={0}
          aria-label={t('{0}, {1} marks', name, props.marks)}
          onKeyDown={onKeyDown}
          onBlur={() => show(undefined)}
          onPointerMove={(event) =>
            show(chart.current?.markAt({ x: event.offsetX, y: event.offsetY }))
          }
          onPointerLeave={() => show(undefined)}
          onClick={() => shown && props.onOpen?.(shown.index)}
        />
        {shown && text !== undefined && (
          <MarkTip at={shown} text={text} width={chart.current?.canvas.clientWidth ?? 0} />
        )}
        <p class="rl-sr-only" role="status">
          {text}
        </p>
      </div>
      {useFrameTable(name, data, asTable)}
    </figure>
  );
}

/** The same as long as its data is: a pointer that moves over the chart must not compare ten thousand cells. */
export function useFrameTable(name: string, data: ChartData, asTable: boolean) {
  return useMemo(
    () => <DataTable name={t('{0}, table', name)} data={data} isHidden={!asTable} />,
    [name, data, asTable],
  );
}

interface TipProps {
  readonly at: PlotPoint;
  readonly text: string;
  /** Of the chart: it stays within. */
  readonly width: number;
}

function MarkTip({ at, text, width }: TipProps) {
  const x = `clamp(0px, calc(${at.x}px - 50%), calc(${width}px - 100%))`;
  const style = { transform: `translate(${x}, calc(${at.y}px - 100% - 10px))` };
  return (
    <div class="rl-chart-tooltip rl-mark-tip" style={style} aria-hidden="true" dir="auto">
      {text}
    </div>
  );
}

export interface EntryParts {
  readonly name: string;
  readonly theme: Theme;
  readonly data: ChartData;
  readonly host: ExportHost | undefined;
  readonly canvas: HTMLCanvasElement | undefined;
  readonly asTable: boolean;
  readonly setAsTable: (asTable: boolean) => void;
}

/** What can be done with a chart of any kind. */
export function chartEntries(parts: EntryParts): readonly MenuEntry[] {
  const { name, theme, data, host, canvas, asTable, setAsTable } = parts;
  const table = {
    label: t('Show as Table'),
    checked: asTable,
    onSelect: () => setAsTable(!asTable),
  };
  if (!host) return [table];
  const save = (format: ChartFormat) => () => {
    const picture = canvas && { canvas, theme, legend: [] };
    const file = exportChart(format, name, { picture, data });
    if (file) void host.save(file).catch(reportError);
  };
  const noPicture = asTable ? t('Only a chart that is drawn can be saved') : undefined;
  return [
    table,
    'separator',
    { label: t('Save as PNG…'), onSelect: save('png'), disabled: noPicture },
    { label: t('Save as CSV…'), onSelect: save('csv') },
    { label: t('Save as JSON…'), onSelect: save('json') },
    { label: t('Copy as CSV'), onSelect: () => void host.copy(csvOf(data)).catch(reportError) },
  ];
}
