/**
 * The table of runs of an MLflow server. Filters and orders are the server's own; columns, values and
 * groups are computed here over the runs that are read, at most MOST_RUNS, and say when there are more.
 */
import {
  byValues,
  groupRows,
  orderedByMean,
  type RowGroup,
  spreadOver,
  type TextCells,
} from '../../domain/runGroups';
import { byRuns, type ColumnFacts } from '../../domain/runTable';
import { exactFilter } from '../../domain/search/exact';
import { parseOrder } from '../../domain/search/order';
import { parseFilter } from '../../domain/search/parse';
import { RUNS } from '../../domain/search/subjects';
import { TAGS } from '../../domain/tags';
import type {
  BulkRequest,
  Cells,
  ColumnsReply,
  ColumnsRequest,
  GroupKey,
  GroupsReply,
  GroupsRequest,
  RunScope,
  TableColumn,
  TableReply,
  TableRequest,
  ValuesReply,
  ValuesRequest,
} from '../../protocol/runTable';
import { toWire } from '../../protocol/wire';
import { RemoteError } from './errors';
import type { MlflowClient } from './mlflowClient';
import { MOST_RUNS, RunReadings } from './runReading';
import { type KeyValue, type RemoteRun, tagOf } from './wire';

const VALUES = 50;
/** What was read for one suggestion serves those for the letters that follow. */
const SUGGESTED_MS = 20_000;

interface AllRuns {
  readonly runs: readonly RemoteRun[];
  readonly newest: { readonly newest?: number };
}

export interface RemoteTablePage extends Omit<TableReply, 'rows'> {
  readonly runs: readonly RemoteRun[];
}

/** What is known of the server's experiments. */
export interface RemoteExperiments {
  /** Asked when a request names none. */
  ids(): Promise<readonly string[]>;
  name(experimentId: string): string;
}

export class RemoteTable {
  private readonly readings: RunReadings;
  private suggested: { name: string; at: number; read: Promise<AllRuns> } | undefined;

  /** Ids in requests and answers are the server's own. */
  constructor(
    private readonly client: MlflowClient,
    private readonly experiments: RemoteExperiments,
  ) {
    this.readings = new RunReadings(client);
  }

  /**
   * The server tells the last value of a metric only: others are null. It does not count its runs, so one
   * more in `total` stands for all that were not read; there is no log that `seq` could be of.
   * @throws SearchError, and RemoteError `refused` for a filter that only Runlens knows.
   */
  async page(request: TableRequest): Promise<RemoteTablePage> {
    const { offset = 0, limit = 100, until, runIds, columns } = request;
    if (runIds) {
      const runs = await this.runsOf(runIds);
      return { runs, cells: cellsOf(runs, columns), total: runs.length, until: until ?? 0, seq: 0 };
    }
    const wanted = await this.wantedOf(request);
    const since = offset > 0 ? until : undefined;
    const read = await this.readings.read(wanted, offset + limit, since);
    const runs = read.runs.slice(offset, offset + limit);
    const total = read.runs.length + Number(read.more);
    return { runs, cells: cellsOf(runs, columns), total, until: read.id, seq: 0 };
  }

  async columns(request: ColumnsRequest): Promise<ColumnsReply> {
    const { runs, newest } = await this.all(request);
    const among = new Set(request.runIds);
    const compared = request.runIds ? runs.filter(({ runId }) => among.has(runId)) : runs;
    return {
      metrics: factsOf(runs, runs, ({ metrics }) =>
        metrics.map(({ key }) => ({ key, value: '' })),
      ).map(({ key, runs: count }) => ({ key, runs: count })),
      params: factsOf(runs, compared, ({ params }) => params),
      tags: factsOf(runs, compared, ({ tags }) => tags),
      total: runs.length,
      ...newest,
    };
  }

  async values({ on, key, prefix = '', ...scope }: ValuesRequest): Promise<ValuesReply> {
    const { runs } = await this.recent(scope);
    const counts = new Map<string, number>();
    for (const run of runs) {
      const value = on === 'attribute' ? attributeOf(run, key) : textOf(run, { on, key });
      if (value === null || value === '') continue;
      if (!value.toLowerCase().startsWith(prefix.toLowerCase())) continue;
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    const most = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
    return { values: most.slice(0, VALUES).map(([value]) => value) };
  }

  async groups(request: GroupsRequest): Promise<GroupsReply> {
    const { by, metrics, orderBy, limit = 100, offset = 0 } = request;
    const { runs, newest } = await this.all(request);
    const keys = by.map((key): TextCells => runs.map((run) => this.keyOf(run, key)));
    const numbers = metrics.map((column) => runs.map((run) => metricOf(run, column)));
    const groups = groupRows(keys);
    const leading = orderBy && numbers[orderBy.metric];
    const ordered =
      orderBy && leading ? orderedByMean(groups, leading, orderBy) : groups.sort(byValues);
    return {
      groups: ordered.slice(offset, offset + limit).map((group) => ({
        values: group.values,
        runs: group.members.length,
        cells: numbers.map((cells) => spreadOver(group.members, cells)),
        filter: filterOf(group, by, runs),
        ...experimentOf(group, by, runs),
      })),
      total: groups.length,
      runs: runs.length,
      ...newest,
      seq: 0,
    };
  }

  /** Runs that are to be changed, as the server has them now. @throws RemoteError when one is unknown. */
  async chosen(runs: BulkRequest['runs']): Promise<readonly RemoteRun[]> {
    if (isList(runs)) return fewAtOnce([...new Set(runs)], (id) => this.client.run(id));
    const found = await this.all(runs);
    if (found.newest.newest !== undefined) {
      throw new RemoteError('tooLarge', `More than ${MOST_RUNS} runs match. Narrow the filter.`);
    }
    const except = new Set(runs.except);
    return found.runs.filter(({ runId }) => !except.has(runId));
  }

  /** Each letter that is typed asks: somebody's server is not to send ten thousand runs for each. */
  private recent(scope: RunScope): Promise<AllRuns> {
    const name = JSON.stringify([scope.experimentIds, scope.filter]);
    const now = Date.now();
    const held = this.suggested;
    if (held?.name === name && now - held.at < SUGGESTED_MS) return held.read;
    const read = this.all(scope);
    this.suggested = { name, at: now, read };
    read.catch(() => {
      this.suggested = undefined;
    });
    return read;
  }

  /** All runs of a scope, as far as they are read. */
  private async all({ experimentIds, filter }: RunScope): Promise<AllRuns> {
    const scope = { ...(experimentIds && { experimentIds }), ...(filter && { filter }) };
    const wanted = await this.wantedOf({ ...scope, columns: [] });
    const { runs, more } = await this.readings.read(wanted, MOST_RUNS);
    return { runs, newest: more ? { newest: runs.length } : {} };
  }

  private async wantedOf({
    experimentIds,
    filter = '',
    nesting,
    parent,
    orderBy = [],
  }: TableRequest) {
    // What is no filter at all is refused with its place; the server tells what it does not know.
    parseFilter(filter, RUNS, 0);
    parseOrder(orderBy, RUNS);
    const inner =
      nesting === 'in'
        ? (exactFilter({ on: 'tag', key: TAGS.parentRunId }, [parent ?? '']) ?? '')
        : '';
    return {
      experimentIds: experimentIds ?? (await this.experiments.ids()),
      filter: [filter, inner].filter((part) => part.trim() !== '').join(' AND '),
      orderBy,
      isOuterOnly: nesting === 'top',
    };
  }

  /** One by one: servers before 2.1 know no lists of ids. */
  private async runsOf(runIds: readonly string[]): Promise<RemoteRun[]> {
    const runs = await fewAtOnce(runIds, (runId) =>
      this.client.run(runId).catch((error: unknown) => {
        if (isMissing(error)) return undefined;
        throw error;
      }),
    );
    return runs.flatMap((run) => (run?.lifecycleStage === 'active' ? run : []));
  }

  private keyOf(run: RemoteRun, key: GroupKey): string | null {
    if (key.on !== 'attribute') return textOf(run, key);
    switch (key.key) {
      case 'experiment':
        return this.experiments.name(run.experimentId);
      // A pipeline's runs are known to the server that ran it.
      case 'pipeline':
        return null;
      default:
        return attributeOf(run, key.key);
    }
  }
}

const AT_ONCE = 6;

/** The answers in the order of the items. A request's time runs out while it waits in line, too. */
async function fewAtOnce<T, R>(
  items: readonly T[],
  ask: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const answers: R[] = [];
  for (let at = 0; at < items.length; at += AT_ONCE) {
    answers.push(...(await Promise.all(items.slice(at, at + AT_ONCE).map(ask))));
  }
  return answers;
}

const isList = (runs: BulkRequest['runs']): runs is readonly string[] => Array.isArray(runs);

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'errorCode' in error && error.errorCode === 'RESOURCE_DOES_NOT_EXIST';

const cellsOf = (runs: readonly RemoteRun[], columns: readonly TableColumn[]): Cells[] =>
  columns.map((column) =>
    runs.map((run) => {
      if (column.on !== 'metric') return textOf(run, column);
      const value = metricOf(run, column);
      return value === null ? null : toWire(value);
    }),
  );

const textOf = (
  { params, tags }: RemoteRun,
  { on, key }: { readonly on: 'param' | 'tag'; readonly key: string },
): string | null => tagOf(on === 'param' ? params : tags, key) ?? null;

const metricOf = (
  { metrics }: RemoteRun,
  { key, of }: Extract<TableColumn, { on: 'metric' }>,
): number | null =>
  of === 'last' ? (metrics.find((metric) => metric.key === key)?.value ?? null) : null;

function attributeOf(run: RemoteRun, name: string): string | null {
  switch (RUNS.attributes.get(name)?.key) {
    case 'status':
      return run.status;
    case 'run_name':
      return run.name;
    case 'run_id':
      return run.runId;
    case 'artifact_uri':
      return run.artifactUri;
    case 'user_id':
      return tagOf(run.tags, 'mlflow.user') ?? null;
    default:
      return null;
  }
}

function factsOf(
  runs: readonly RemoteRun[],
  compared: readonly RemoteRun[],
  pairsOf: (run: RemoteRun) => readonly KeyValue[],
): ColumnFacts[] {
  const facts = new Map<string, { runs: number; numeric: boolean }>();
  for (const { key, value } of runs.flatMap(pairsOf)) {
    const { runs: count, numeric } = facts.get(key) ?? { runs: 0, numeric: true };
    facts.set(key, { runs: count + 1, numeric: numeric && isNumber(value) });
  }
  const values = new Map<string, { runs: number; first: string; differs: boolean }>();
  for (const { key, value } of compared.flatMap(pairsOf)) {
    const {
      runs: count,
      first,
      differs,
    } = values.get(key) ?? { runs: 0, first: value, differs: false };
    values.set(key, { runs: count + 1, first, differs: differs || value !== first });
  }
  const differs = (key: string): boolean => {
    const found = values.get(key);
    return found !== undefined && (found.differs || found.runs < compared.length);
  };
  return [...facts].map(([key, fact]) => ({ key, ...fact, differs: differs(key) })).sort(byRuns);
}

const isNumber = (value: string): boolean => value.trim() !== '' && !Number.isNaN(Number(value));

function filterOf(
  { values, members }: RowGroup,
  by: readonly GroupKey[],
  runs: readonly RemoteRun[],
): string {
  const clauses = by.map((key, i) => {
    const isTold = key.on === 'attribute' && (key.key === 'experiment' || key.key === 'pipeline');
    return isTold ? '' : exactFilter(key, [values[i] ?? null]);
  });
  if (!clauses.includes(undefined)) return clauses.filter((clause) => clause !== '').join(' AND ');
  const ids = members.flatMap((row) => runs[row]?.runId ?? []);
  return exactFilter({ on: 'attribute', key: 'run_id' }, ids) ?? '';
}

function experimentOf(
  { members }: RowGroup,
  by: readonly GroupKey[],
  runs: readonly RemoteRun[],
): { experimentId?: string } {
  const isBy = by.some(({ on, key }) => on === 'attribute' && key === 'experiment');
  const experimentId = runs[members[0] ?? 0]?.experimentId;
  return isBy && experimentId !== undefined ? { experimentId } : {};
}
