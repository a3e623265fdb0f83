// Control routes of the table of runs: windows of rows, columns, values, groups and bulk changes.
import type {
  GroupBy,
  GroupsQuery,
  RunChoice,
  RunHead,
  TableCells,
  TableQuery,
} from '../domain/runTable';
import { parseOrder } from '../domain/search/order';
import { parseFilter } from '../domain/search/parse';
import { RUNS } from '../domain/search/subjects';
import { TAGS } from '../domain/tags';
import { PIPELINE_RUN_TAG, STEP_TAG } from '../pipeline/tracking';
import type { ControlRoute, ReplyOf } from '../protocol/control';
import type { Route } from '../protocol/http';
import type { RunRow } from '../protocol/rows';
import type { Cells } from '../protocol/runTable';
import { toWire } from '../protocol/wire';
import type { Store } from '../store/store';
import { invalid } from './params';
import { rowFrom } from './rows';
import { type BulkPorts, changeRuns } from './runChanges';
import { columnsSchema, groupsSchema, type Scope, tableSchema, valuesSchema } from './runTableBody';
import { activeExperiments, type SearchPorts, storeOf, withRefusals } from './search';
import { checked } from './workerBody';

export interface TablePorts extends SearchPorts, BulkPorts {}

type TableRoute = Extract<ControlRoute, `POST /api/run-${string}`>;
type Answers = {
  readonly [R in TableRoute]: (ports: TablePorts, body: unknown) => Promise<ReplyOf<R>>;
};

const ANSWERS: Answers = {
  'POST /api/run-table': readTable,
  'POST /api/run-columns': readColumns,
  'POST /api/run-values': readValues,
  'POST /api/run-groups': readGroups,
  'POST /api/run-changes': (ports, request) =>
    changeRuns(ports, request, (store, scope, stage) => choiceOf(ports, store, scope, stage)),
};

export function tableRoutes(ports: TablePorts): Route[] {
  return (Object.keys(ANSWERS) as TableRoute[]).map((route) => ({
    method: 'POST',
    path: route.slice('POST '.length),
    access: 'control',
    handle: withRefusals((body) => ANSWERS[route](ports, body)),
  }));
}

/** Which runs a request is about. @throws SearchError when its filter cannot be understood. */
function choiceOf(
  { clock }: Pick<TablePorts, 'clock'>,
  store: Store,
  { filter, experimentIds }: Scope,
  stage: RunChoice['stage'] = 'active',
): RunChoice {
  return {
    filter: parseFilter(filter ?? '', RUNS, clock.now()),
    experimentIds: experimentIds ?? activeExperiments(store),
    stage,
  };
}

const ROWS = { usual: 100, most: 10_000 };
const GROUPS = { usual: 100, most: 1000 };
const MOST_VALUES = 50;

/** What a row shows of tags is read as columns are. */
const ROW_TAGS = [TAGS.parentRunId, PIPELINE_RUN_TAG, STEP_TAG].map(
  (key) => ({ on: 'tag', key }) as const,
);

async function readTable(
  ports: TablePorts,
  request: unknown,
): Promise<ReplyOf<'POST /api/run-table'>> {
  const body = checked(tableSchema, request);
  const store = storeOf(ports, body.source);
  const { seq } = store.status;
  const { runs, cells, total, until } = store.table.page({
    ...choiceOf(ports, store, body),
    nesting: nestingOf(body),
    orderBy: parseOrder(body.orderBy ?? [], RUNS),
    columns: [...ROW_TAGS, ...body.columns],
    limit: Math.min(body.limit ?? ROWS.usual, ROWS.most),
    offset: body.offset ?? 0,
    ...(body.until !== undefined && { until: body.until }),
    ...(body.runIds && { runIds: body.runIds }),
    ...(body.runningFirst && { runningFirst: true }),
  });
  const [tags, shown] = [cells.slice(0, ROW_TAGS.length), cells.slice(ROW_TAGS.length)];
  return {
    rows: runs.map((head, i) => rowOf(head, tags, i)),
    cells: shown.map(wireCells),
    total,
    until,
    seq,
  };
}

function nestingOf({
  nesting = 'flat',
  parent,
}: {
  nesting?: 'flat' | 'top' | 'in' | undefined;
  parent?: string | undefined;
}): TableQuery['nesting'] {
  if (nesting !== 'in') return { kind: nesting };
  if (parent === undefined) throw invalid('parent must say in which run.');
  return { kind: nesting, parent };
}

function rowOf(head: RunHead, tags: readonly TableCells[], row: number): RunRow {
  const [parentRunId, pipelineRunId, stepId] = tags.map((cells) => {
    const value = cells[row];
    return typeof value === 'string' ? value : undefined;
  });
  return rowFrom({ ...head, parentRunId, pipelineRunId, stepId });
}

const wireCells = (cells: TableCells): Cells =>
  cells.map((cell) => (typeof cell === 'number' ? toWire(cell) : cell));

async function readColumns(
  ports: TablePorts,
  request: unknown,
): Promise<ReplyOf<'POST /api/run-columns'>> {
  const { runIds, newest, ...scope } = checked(columnsSchema, request);
  const store = storeOf(ports, scope.source);
  const choice = choiceOf(ports, store, scope);
  return store.table.columns({
    ...choice,
    ...(runIds && { among: runIds }),
    ...(newest !== undefined && { newest }),
  });
}

async function readValues(
  ports: TablePorts,
  request: unknown,
): Promise<ReplyOf<'POST /api/run-values'>> {
  const { on, key, prefix = '', ...scope } = checked(valuesSchema, request);
  const store = storeOf(ports, scope.source);
  const choice = choiceOf(ports, store, scope);
  const attribute = on === 'attribute' ? RUNS.attributes.get(key) : undefined;
  if (on === 'attribute' && attribute?.type !== 'text' && attribute?.type !== 'status') {
    throw invalid(`${JSON.stringify(key)} is no attribute with texts as values.`);
  }
  const name = attribute?.key ?? key;
  const values = store.table.values({ ...choice, on, key: name, prefix, limit: MOST_VALUES });
  return { values };
}

async function readGroups(
  ports: TablePorts,
  request: unknown,
): Promise<ReplyOf<'POST /api/run-groups'>> {
  const body = checked(groupsSchema, request);
  const { by, metrics, orderBy, limit = GROUPS.usual, offset = 0, ...scope } = body;
  if (orderBy && orderBy.metric >= metrics.length) {
    throw invalid(`orderBy.metric must be the index of one of ${metrics.length} metrics.`);
  }
  const store = storeOf(ports, scope.source);
  const { seq } = store.status;
  const groups = store.table.groups({
    ...choiceOf(ports, store, scope),
    by: by.map(groupBy),
    metrics,
    ...(orderBy && { orderBy }),
    limit: Math.min(limit, GROUPS.most),
    offset,
  } satisfies GroupsQuery);
  return { ...groups, seq };
}

function groupBy(key: ReturnType<typeof groupsSchema.parse>['by'][number]): GroupBy {
  if (key.on !== 'attribute') return key;
  const { on, key: name } = key;
  return name === 'pipeline' ? { on: 'pipeline', tag: PIPELINE_RUN_TAG } : { on, key: name };
}
