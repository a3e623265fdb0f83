/** The runs nested in a run, by window. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { RunRow } from '../../src/protocol/rows';
import { fromWire } from '../../src/protocol/wire';
import { useLive } from '../shared/live';
import { EMPTY_LAYOUT } from '../shared/table/layout';
import { LiveRows } from '../shared/table/rows';
import { Table } from '../shared/table/table';
import type { Column, TableLayout } from '../shared/table/types';
import { t } from '../shared/texts';
import { Empty, Loading, Problem } from '../shared/ui/states';
import { firstColumnWidth } from './firstColumn';
import { durationCell, ofPlace, type RunPage, STATUS_KIND } from './page';

export function Children({ page }: { readonly page: RunPage }) {
  const { changes } = page;
  const [layout, setLayout] = useState<TableLayout>(EMPTY_LAYOUT);
  const rows = useChildren(page, layout);
  const { value, problem } = useLive(rows.live);
  const columns = useMemo(() => childColumns(), []);
  if (problem !== undefined && !value) {
    return <Problem message={problem} onRetry={() => rows.live.again()} />;
  }
  if (!value) return <Loading name={t('Reading child runs')} />;
  if (value.count === 0) {
    return (
      <Empty title={t('This run has no child runs')}>
        <p>{t('mlflow.start_run(nested=True) begins one within a run.')}</p>
      </Empty>
    );
  }
  return (
    <div class="run-table">
      <Table<RunRow>
        name={t('Child Runs')}
        columns={columns}
        rows={rows}
        layout={layout}
        onLayout={setLayout}
        onOpen={({ id }) => void changes.run('runlens.openRun', { runIds: [id] })}
        onCopy={(text) => void changes.copy(text)}
        menu={({ row }) => [
          {
            label: t('Open'),
            onSelect: () => void changes.run('runlens.openRun', { runIds: [row.id] }),
          },
          {
            label: t('Reveal in Tree'),
            onSelect: () => void changes.run('runlens.revealRun', { runIds: [row.id] }),
          },
          { label: t('Copy the ID'), onSelect: () => void changes.copy(row.id) },
        ]}
      />
    </div>
  );
}

/** Order terms of the search language, by column. */
const ORDER: Readonly<Record<string, string>> = {
  name: 'attributes.run_name',
  status: 'attributes.status',
  started: 'attributes.start_time',
};

type ChildRows = LiveRows<readonly string[], RunRow>;

function useChildren({ panel, place, run }: RunPage, { sort }: TableLayout): ChildRows {
  const { runId } = run;
  const rows = useMemo(() => {
    const made: ChildRows = new LiveRows(
      async (orderBy, { from, to }) => {
        const asked = await panel.host.ask('POST /api/run-table', {
          ...ofPlace(place),
          nesting: 'in',
          parent: runId,
          columns: [],
          ...(orderBy.length > 0 ? { orderBy } : {}),
          offset: from,
          limit: to - from,
        });
        if (!asked.ok) return asked;
        const { rows: found, total } = asked.value;
        return {
          ok: true,
          value: { rows: found.map((row) => ({ id: row.runId, value: row })), count: total },
        };
      },
      { now: Date.now, after },
    );
    panel.follow(made.live, (event) => event.type === 'run' && event.run.parentRunId === runId);
    return made;
  }, [panel, place.id, runId]);
  const orderBy = sort.flatMap(({ id, desc }) => {
    const term = ORDER[id];
    return term === undefined ? [] : [`${term} ${desc ? 'DESC' : 'ASC'}`];
  });
  const text = orderBy.join();
  useEffect(() => rows.setQuery(orderBy), [rows, text]);
  useEffect(() => () => rows.dispose(), [rows]);
  return rows;
}

function after(milliseconds: number, callback: () => void): () => void {
  const timer = setTimeout(callback, milliseconds);
  return () => clearTimeout(timer);
}

const childColumns = (): readonly Column<RunRow>[] => [
  {
    id: 'name',
    name: t('Name'),
    width: firstColumnWidth(240, 0.5),
    canSort: true,
    sortsFirst: 'asc',
    cell: ({ value: { name, runId } }) => ({
      is: 'text',
      text: name === '' ? runId : name,
      opens: true,
    }),
  },
  {
    id: 'status',
    name: t('Status'),
    canSort: true,
    cell: ({ value: { status } }) => ({
      is: 'status',
      status: STATUS_KIND[status],
      text: t(STATUS_KIND[status]),
    }),
  },
  {
    id: 'started',
    name: t('Started'),
    canSort: true,
    cell: ({ value: { startTime } }) => ({ is: 'time', at: startTime }),
  },
  {
    id: 'duration',
    name: t('Duration'),
    cell: ({ value: { status, startTime, endTime } }) => durationCell(status, startTime, endTime),
  },
  {
    id: 'metric',
    name: t('Primary Metric'),
    width: 160,
    cell: ({ value: { primaryMetric } }) =>
      primaryMetric === undefined
        ? { is: 'missing' }
        : { is: 'number', value: fromWire(primaryMetric.value) },
  },
];
