/** Many runs with their parameters and metrics, as columns: what the Parameters tab computes with. */
import { useMemo } from 'preact/hooks';
import type { ServerEvent } from '../../src/protocol/events';
import type { RunRow } from '../../src/protocol/rows';
import type { ColumnFact, ColumnsReply, TableReply } from '../../src/protocol/runTable';
import { type Importance, importanceOf, numberOf, strengthOf } from '../shared/charts/correlation';
import { type Query, useQuery } from '../shared/useQuery';
import type { BookRun, ChartsPanel } from './runBook';

/** The newest so many runs; a line or point for each is as many as can be seen. */
export const MOST_RUNS = 1000;
/** Parameters whose importance is computed: those that most runs have. */
const MOST_PARAMS = 60;
const MOST_METRICS = 20;

export interface ParameterData {
  readonly columns: Query<ColumnsReply>;
  readonly table: Query<TableReply>;
  readonly params: readonly ColumnFact[];
  readonly metrics: readonly string[];
  readonly rows: readonly RunRow[];
  /** One value per row. */
  textsOf(param: string): readonly (string | null)[];
  numbersOf(metric: string): readonly (number | null)[];
}

/** Over the experiments of the shown runs. */
export function useParameterData(
  panel: ChartsPanel,
  runs: readonly BookRun[],
  source: string | undefined,
): ParameterData {
  const experimentIds = useMemo(
    () => [...new Set(runs.flatMap(({ detail }) => detail?.experimentId ?? []))].sort(),
    [runs],
  );
  const scope = { experimentIds, ...(source !== undefined && { source }) };
  const isKnown = experimentIds.length > 0;
  const touches = (event: ServerEvent) =>
    event.type === 'gone' ||
    (event.type === 'run' && experimentIds.includes(event.run.experimentId));
  const columns = useQuery(panel, {
    route: 'POST /api/run-columns',
    request: isKnown ? scope : undefined,
    touches,
  });
  const params = useMemo(
    () => (columns.value?.params ?? []).filter(({ differs }) => differs).slice(0, MOST_PARAMS),
    [columns.value],
  );
  const metrics = useMemo(() => metricKeys(columns.value), [columns.value]);
  const table = useQuery(panel, {
    route: 'POST /api/run-table',
    request: columns.value && {
      ...scope,
      columns: [
        ...params.map(({ key }) => ({ on: 'param' as const, key })),
        ...metrics.map((key) => ({ on: 'metric' as const, key, of: 'last' as const })),
      ],
      limit: MOST_RUNS,
    },
    touches,
  });
  return useMemo(() => {
    // The answer may still be that of other columns: they are told by their number.
    const cells = table.value?.cells ?? [];
    const fits = cells.length === params.length + metrics.length;
    const column = (index: number) => (fits && index >= 0 ? (cells[index] ?? []) : []);
    return {
      columns,
      table,
      params,
      metrics,
      rows: fits ? (table.value?.rows ?? []) : [],
      textsOf: (param: string) =>
        column(params.findIndex(({ key }) => key === param)).map((value) =>
          value === null ? null : String(value),
        ),
      numbersOf: (metric: string) => {
        const at = metrics.indexOf(metric);
        return column(at < 0 ? -1 : params.length + at).map((value) =>
          value === null ? null : Number(value),
        );
      },
    };
  }, [columns, table, params, metrics]);
}

function metricKeys(columns: ColumnsReply | undefined): string[] {
  const own = (columns?.metrics ?? []).filter(({ key }) => !key.startsWith('system/'));
  return own.slice(0, MOST_METRICS).map(({ key }) => key);
}

export interface RankedParam {
  readonly key: string;
  readonly importance: Importance;
}

/** The strongest first, then by name. */
export function rankParams(data: ParameterData, metric: string): RankedParam[] {
  const values = data.numbersOf(metric);
  return data.params
    .map(({ key }) => ({ key, importance: importanceOf(data.textsOf(key), values) }))
    .sort(
      (a, b) => strengthOf(b.importance) - strengthOf(a.importance) || (a.key < b.key ? -1 : 1),
    );
}

const DECADES = 100;

/** Positive numbers over more than two decades, as learning rates are. */
export function isWide(values: readonly (string | null)[]): boolean {
  const numbers = values.flatMap((text) => (text === null ? [] : [numberOf(text)]));
  if (numbers.length === 0 || !numbers.every((value) => value > 0)) return false;
  const low = numbers.reduce((a, b) => Math.min(a, b));
  return numbers.reduce((a, b) => Math.max(a, b)) / low > DECADES;
}
