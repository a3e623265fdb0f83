// A panel's other side for the page of runs: answers from sample runs.

import type { RunStatus } from '../../src/domain/run';
import { EMPTY_VIEW, type NamedView, type RunsView } from '../../src/domain/runsView';
import { SearchError } from '../../src/domain/search/error';
import { parseFilter } from '../../src/domain/search/parse';
import { RUNS } from '../../src/domain/search/subjects';
import type { RunRow } from '../../src/protocol/rows';
import type { GroupsRequest, TableColumn, TableRequest } from '../../src/protocol/runTable';
import type { PageRoute, PlaceStatus } from '../../src/protocol/webview/panel';
import type { RunsHost } from '../../src/protocol/webview/views';
import { toWire } from '../../src/protocol/wire';
import { RunsModel } from '../../webview/runs/model';
import { PAGE_VIEW, type PageView } from '../../webview/runs/pageView';
import { writeKept } from '../../webview/shared/kept';
import { Panel } from '../../webview/shared/panel';
import type { StatusKind } from '../../webview/shared/table/cells';
import { METRICS, PARAMS, type SampleRun, sampleRun } from './runRows';

export interface SampleOptions {
  readonly count?: number;
  readonly metrics?: readonly string[];
  /** Besides those that each sample has. */
  readonly params?: readonly string[];
  readonly view?: Partial<RunsView>;
  readonly page?: Partial<PageView>;
  readonly status?: PlaceStatus;
  readonly canWrite?: boolean;
  /** Set: nothing can be read. */
  readonly failure?: string;
  /** Questions are never answered. */
  readonly isSilent?: boolean;
  readonly views?: readonly NamedView[];
}

const STATUS: Partial<Record<StatusKind, RunStatus>> = {
  running: 'RUNNING',
  failed: 'FAILED',
  killed: 'KILLED',
};
/** Every fifth run has two in it. */
const childrenOf = (index: number): number => (index % 5 === 1 ? 2 : 0);
const idOf = (index: number): string => `run-${index}`;

class Samples {
  private readonly made = new Map<number, SampleRun>();

  constructor(
    readonly count: number,
    readonly metrics: readonly string[],
    readonly params: readonly string[],
  ) {}

  at(index: number): SampleRun {
    const run = this.made.get(index) ?? sampleRun(index, this.metrics.length);
    this.made.set(index, run);
    return run;
  }

  row(index: number): RunRow {
    const run = this.at(index);
    const isOn = run.status === 'running';
    return {
      runId: idOf(index),
      experimentId: index % 2 === 0 ? '1' : '2',
      name: run.name,
      status: STATUS[run.status] ?? 'FINISHED',
      lifecycleStage: 'active',
      startTime: run.started,
      endTime: isOn ? undefined : run.started + run.ms,
      parentRunId: undefined,
      children: childrenOf(index),
      primaryMetric: undefined,
      pipelineRunId: undefined,
      stepId: undefined,
    };
  }

  cell(index: number, column: TableColumn) {
    const run = this.at(index);
    if (column.on === 'metric') {
      const value = run.metrics[this.metrics.indexOf(column.key)];
      return value === undefined ? null : toWire(value);
    }
    if (column.on === 'tag') return index % 3 === 0 ? 'night batch' : null;
    if (this.params.includes(column.key)) return `${column.key.slice(0, 20)} ${index % 3}`;
    return run.params[PARAMS.indexOf(column.key)] ?? null;
  }

  /** Running ones first, when that is asked for; else as they are. */
  order(isRunningFirst: boolean): readonly number[] {
    const all = Array.from({ length: this.count }, (_, i) => i);
    if (!isRunningFirst) return all;
    const isOn = (i: number) => this.at(i).status === 'running';
    return [...all.filter(isOn), ...all.filter((i) => !isOn(i))];
  }
}

export function sampleModel(options: SampleOptions = {}): RunsModel {
  const { count = 214, metrics = METRICS, params = [], view, page, failure } = options;
  const samples = new Samples(count, metrics, params);
  const answer = (route: PageRoute, request: unknown): unknown => {
    switch (route) {
      case 'POST /api/run-columns':
        return columnsOf(samples);
      case 'POST /api/run-table':
        return tableOf(samples, request as TableRequest);
      case 'POST /api/run-groups':
        return groupsOf(samples, request as GroupsRequest);
      case 'POST /api/series':
        return seriesOf(samples, request as { series: { runId: string; key: string }[] });
      case 'GET /api/experiments':
        return {
          items: [
            { experimentId: '1', name: 'digits' },
            { experimentId: '2', name: 'تجربة <b>bold</b>' },
          ],
          total: 2,
        };
      default:
        return { values: ['adam', 'sgd'] };
    }
  };
  const ask = async (route: PageRoute, request: unknown) => {
    if (options.isSilent) return new Promise<never>(() => undefined);
    if (failure !== undefined) throw new Error(failure);
    const refusal = refusalOf((request as { filter?: string }).filter ?? '');
    if (refusal) return { ok: false, refusal };
    return { ok: true, value: structuredClone(answer(route, request)) };
  };
  const host = {
    ready: async () => ({
      subject: { kind: 'runs' },
      place: {
        id: 'p',
        name: 'digits',
        source: undefined,
        canWrite: options.canWrite !== false,
        canRun: true,
      },
      status: options.status ?? { kind: 'up', storeBytes: 12 * 1024 * 1024 },
      shown: [0, 1, 2].filter((i) => i < count).map((slot) => ({ runId: idOf(slot), slot })),
      locale: 'en',
      texts: {},
    }),
    ask,
    change: async () => ({ ok: true, value: { runIds: ['run-1', 'run-2'], before: [] } }),
    run: async () => undefined,
    show: async () => undefined,
    copy: async () => undefined,
    save: async () => true,
    report: async () => undefined,
    listViews: async () => ({
      views: options.views ?? [],
      problems: options.views
        ? [
            {
              file: '.runlens/views/old.json',
              message: 'The view cannot be read: "sort" is no list.',
            },
          ]
        : [],
    }),
    saveView: async () => undefined,
    deleteView: async () => undefined,
  } as unknown as RunsHost;
  const kept = { ...PAGE_VIEW.initial, view: { ...EMPTY_VIEW, ...view }, hasBegun: true, ...page };
  const panel = new Panel<PageView, RunsHost>(
    {
      remote: host,
      kept: JSON.parse(JSON.stringify(writeKept(kept, PAGE_VIEW))),
      keep: () => undefined,
      dispose: () => undefined,
    },
    PAGE_VIEW,
  );
  void panel.begin();
  return new RunsModel(panel);
}

function refusalOf(text: string) {
  try {
    parseFilter(text, RUNS, 0);
    return undefined;
  } catch (error) {
    if (!(error instanceof SearchError)) throw error;
    const { message, position, valid } = error;
    return { code: 'search', message, text, position, valid };
  }
}

function columnsOf({ count, metrics, params }: Samples) {
  if (count === 0) return { metrics: [], params: [], tags: [], total: 0 };
  const fact = (key: string) => ({
    key,
    runs: count,
    differs: key !== 'batch_size',
    numeric: key !== 'optimizer',
  });
  return {
    metrics: metrics.map((key) => ({ key, runs: count })),
    params: [...PARAMS, ...params].map(fact),
    tags: [fact('team'), fact('mlflow.user')],
    total: count,
  };
}

function tableOf(samples: Samples, request: TableRequest) {
  const { runIds, parent, offset = 0, limit = 100, columns } = request;
  const order =
    runIds?.map((id) => Number(id.slice(4))) ??
    (parent === undefined ? samples.order(request.runningFirst === true) : [1, 2]);
  const window = order.slice(offset, offset + limit);
  const rows = window.map((index) => {
    const row = samples.row(index);
    return parent === undefined
      ? row
      : { ...row, runId: `${parent}/${index}`, parentRunId: parent, children: 0 };
  });
  return {
    rows,
    cells: columns.map((column) => window.map((index) => samples.cell(index, column))),
    total: order.length,
    until: 1,
    seq: 1,
  };
}

function groupsOf(samples: Samples, { by, metrics }: GroupsRequest) {
  const values = by[0]?.key === 'experiment' ? ['digits'] : ['adam', 'sgd', null];
  const finite = (key: string) =>
    Array.from({ length: Math.min(samples.count, 300) }, (_, i) => samples.at(i))
      .map((run) => run.metrics[samples.metrics.indexOf(key)] ?? Number.NaN)
      .filter(Number.isFinite);
  const cells = metrics.map(({ key }) => {
    const all = finite(key);
    return {
      n: all.length,
      left: 1,
      mean: 0.912,
      sd: 0.0041,
      min: Math.min(...all),
      max: Math.max(...all),
    };
  });
  const groups = samples.count === 0 ? [] : values;
  return {
    groups: groups.map((value, i) => ({
      values: by.map(() => value),
      runs: 70 + i,
      cells,
      filter: '',
    })),
    total: groups.length,
    runs: samples.count,
    seq: 1,
  };
}

function seriesOf(samples: Samples, { series }: { series: { runId: string; key: string }[] }) {
  return {
    series: series.map(({ runId, key }) => {
      const { loss } = samples.at(Number(/\d+$/.exec(runId)?.[0] ?? 0));
      const values = loss.flatMap((bucket) => bucket ?? []);
      const steps = values.map((_, i) => i * 10);
      return { runId, key, count: values.length, steps, timestamps: steps, values };
    }),
  };
}
