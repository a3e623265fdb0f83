import type { SeriesColumns } from '../rows';

/** What the Charts page may ask of the extension. */
export interface ChartsHost {
  /** The page is listening: answer with all it shows. */
  ready(): Promise<ChartsState>;
  series(request: ChartsSeriesRequest): Promise<{ series: readonly SeriesColumns[] }>;
  /** Takes a run off the charts (its checkbox in the tree too). */
  hide(runId: string): Promise<void>;
  reveal(runId: string): Promise<void>;
}

/** What the extension may tell the Charts page. */
export interface ChartsPage {
  update(state: ChartsState): Promise<void>;
  /** Some series have grown; the page fetches those it shows. */
  grown(series: readonly { runId: string; key: string; count: number }[]): Promise<void>;
}

export interface ChartsSeriesRequest {
  readonly series: readonly { readonly runId: string; readonly key: string }[];
  readonly buckets: number;
  readonly fromStep?: number;
  readonly toStep?: number;
}

export interface ChartsState {
  readonly runs: readonly ChartRun[];
  /** Set when the server cannot be asked now. */
  readonly problem: string | undefined;
}

export interface ChartRun {
  readonly runId: string;
  readonly name: string;
  readonly experiment: string;
  readonly running: boolean;
  /** Colour slot 0…; the same in tree, legend and lines. */
  readonly slot: number;
  readonly metrics: readonly { readonly key: string; readonly count: number }[];
}

/** What the page keeps with setState, so that a reload shows the same. */
export interface ChartsView {
  readonly smoothing: number;
  readonly logY: boolean;
  readonly filter: string;
  readonly runIds: readonly string[];
}
