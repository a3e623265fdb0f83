/** What charts are told: runs with their looks, what a person chose of axes and smoothing, a zoomed range. */
import { isRecord } from '../../../src/base/json';

/** A run as charts show it. `slot` is its colour, the same in trees, tables and charts. */
export interface ChartRun {
  readonly runId: string;
  readonly name: string;
  readonly slot: number;
  /** Milliseconds since 1970; relative times count from here, else from the first point. */
  readonly startTime?: number;
  /** Runs of one group may be drawn as a mean with a band. */
  readonly group?: string;
  /** The colour of the group, the same in all charts; default: that of its first run. */
  readonly groupSlot?: number;
}

/** `metric:epoch`: the value that another metric of the run had at the same step. */
export type XChoice = 'step' | 'relative' | 'time' | `metric:${string}`;

/** `sd`: mean ± standard deviation of the sample; `range`: least to greatest. */
export type BandKind = 'none' | 'sd' | 'range';

/** What a person may choose for a page, and otherwise for one card. */
export interface ChartView {
  readonly x: XChoice;
  readonly logX: boolean;
  readonly logY: boolean;
  /** Weight of the moving average, 0 … 0.99; `auto`: 0 for short series, else 0.6 (`weightOf`). */
  readonly smoothing: number | 'auto';
  /** The y axis leaves out what lies beyond Tukey's fences. */
  readonly ignoreOutliers: boolean;
  readonly bands: BandKind;
  /** With bands: the lines of the runs, too. */
  readonly showMembers: boolean;
}

export const MAX_SMOOTHING = 0.99;

export const INITIAL_CHART_VIEW: ChartView = {
  x: 'step',
  logX: false,
  logY: false,
  smoothing: 'auto',
  ignoreOutliers: false,
  bands: 'none',
  showMembers: false,
};

/** A part of the axes; undefined: all of it. In units of the axis: steps, milliseconds, values. */
export interface ZoomRange {
  readonly x?: readonly [number, number];
  readonly y?: readonly [number, number];
}

export const isZoomed = (zoom: ZoomRange): boolean => zoom.x !== undefined || zoom.y !== undefined;

/** Undefined when nothing of it is a range. */
export function parseZoom(raw: unknown): ZoomRange | undefined {
  if (!isRecord(raw)) return undefined;
  const [x, y] = [rangeOf(raw['x']), rangeOf(raw['y'])];
  return x || y ? { ...(x && { x }), ...(y && { y }) } : undefined;
}

function rangeOf(raw: unknown): readonly [number, number] | undefined {
  if (!Array.isArray(raw)) return undefined;
  const [from, to] = raw as unknown[];
  if (typeof from !== 'number' || typeof to !== 'number') return undefined;
  return Number.isFinite(from) && Number.isFinite(to) && from < to ? [from, to] : undefined;
}

/** Reads what was kept; what does not fit takes its initial value. */
export function parseChartView(raw: unknown): ChartView {
  if (!isRecord(raw)) return INITIAL_CHART_VIEW;
  const { x, smoothing, bands } = raw;
  return {
    x: isXChoice(x) ? x : INITIAL_CHART_VIEW.x,
    logX: raw['logX'] === true,
    logY: raw['logY'] === true,
    smoothing: isWeight(smoothing) ? smoothing : INITIAL_CHART_VIEW.smoothing,
    ignoreOutliers: raw['ignoreOutliers'] === true,
    bands: bands === 'sd' || bands === 'range' ? bands : 'none',
    showMembers: raw['showMembers'] === true,
  };
}

export const isXChoice = (raw: unknown): raw is XChoice =>
  raw === 'step' ||
  raw === 'relative' ||
  raw === 'time' ||
  (typeof raw === 'string' && raw.startsWith('metric:') && raw.length > 'metric:'.length);

const isWeight = (raw: unknown): raw is number =>
  typeof raw === 'number' && raw >= 0 && raw <= MAX_SMOOTHING;
