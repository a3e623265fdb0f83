/** Steps as a table, beside those of the run before when it is compared. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { useContext, useEffect, useMemo, useState } from 'preact/hooks';
import type { StepStatus } from '../../src/domain/pipeline';
import type { StepRow } from '../../src/protocol/rows';
import { stepText } from '../../src/protocol/stepText';
import type { Cell, StatusKind } from '../shared/table/cells';
import { NowContext } from '../shared/table/clock';
import { ListRows } from '../shared/table/rows';
import { Table } from '../shared/table/table';
import type { Column, Sort, TableLayout, TableRow } from '../shared/table/types';
import { t } from '../shared/texts';
import { compareStep, deltaText } from './compare';
import type { StepGraph } from './graph';
import { tookOf } from './state';
import { useTicking } from './stepLine';

export interface ListViewProps {
  readonly graph: StepGraph;
  readonly rows: ReadonlyMap<string, StepRow>;
  /** Steps of the run that it is compared with. */
  readonly before: ReadonlyMap<string, StepRow> | undefined;
  readonly layout: TableLayout;
  readonly onLayout: (layout: TableLayout) => void;
  readonly onSelect: (id: string) => void;
  readonly onCopy: (text: string) => void;
}

export interface ListedStep {
  readonly id: string;
  readonly row: StepRow | undefined;
  readonly before: StepRow | undefined;
}

export function ListView(props: ListViewProps) {
  const { graph, rows, before, layout } = props;
  const isRunning = [...rows.values()].some(({ status }) => status === 'running');
  const now = useTicking(isRunning);
  const listed = useMemo(
    () => listedSteps(graph, { rows, before, sort: layout.sort, now }),
    [graph, rows, before, layout.sort],
  );
  const [source] = useState(() => new ListRows<ListedStep>(listed));
  useEffect(() => source.set(listed), [source, listed]);
  const isCompared = before !== undefined;
  const columns = useMemo(() => stepColumns(isCompared, now), [isCompared, now]);
  const fixed = useContext(NowContext);
  return (
    <Table
      name={t('Steps')}
      columns={columns}
      rows={source}
      layout={layout}
      onLayout={props.onLayout}
      onOpen={(row) => props.onSelect(row.id)}
      onCopy={props.onCopy}
      {...(fixed === undefined ? {} : { now: fixed })}
    />
  );
}

/** In the graph's order, or as the columns say; what is missing comes last in both directions. */
export function listedSteps(
  graph: StepGraph,
  of: Pick<ListViewProps, 'rows' | 'before'> & {
    readonly sort: readonly Sort[];
    readonly now: number;
  },
): readonly TableRow<ListedStep>[] {
  const steps = graph.nodes.map(({ id }): TableRow<ListedStep> => {
    return { id, value: { id, row: of.rows.get(id), before: of.before?.get(id) } };
  });
  if (of.sort.length === 0) return steps;
  return [...steps].sort((a, b) => {
    for (const { id, desc } of of.sort) {
      const order = ordered(sortKey(a.value, id, of.now), sortKey(b.value, id, of.now), desc);
      if (order !== 0) return order;
    }
    return 0;
  });
}

type SortKey = number | string | undefined;

function sortKey({ id, row, before }: ListedStep, column: string, now: number): SortKey {
  switch (column) {
    case 'step':
      return id;
    case 'state':
      return row?.status;
    case 'took':
      return tookOf(row, now);
    case 'started':
      return row?.startedAt;
    case 'took-before':
      return tookOf(before, now);
    case 'delta':
      return compareStep(row, before, now).delta;
    default:
      return undefined;
  }
}

function ordered(a: SortKey, b: SortKey, desc: boolean): number {
  if (a === b) return 0;
  if (a === undefined) return 1;
  if (b === undefined) return -1;
  return (a < b ? -1 : 1) * (desc ? -1 : 1);
}

const KINDS: Readonly<Record<StepStatus, StatusKind>> = {
  pending: 'scheduled',
  running: 'running',
  ran: 'finished',
  cached: 'cached',
  failed: 'failed',
  skipped: 'skipped',
  cancelled: 'killed',
};

const MISSING: Cell = { is: 'missing' };

function stepColumns(isCompared: boolean, now: number): readonly Column<ListedStep>[] {
  return [
    {
      id: 'step',
      name: t('Step'),
      width: 200,
      canSort: true,
      sortsFirst: 'asc',
      canHide: false,
      cell: ({ value }) => ({ is: 'text', text: value.id, opens: true }),
    },
    {
      id: 'state',
      name: t('State'),
      width: 260,
      canSort: true,
      sortsFirst: 'asc',
      cell: ({ value }) => stateCell(value.row, now),
    },
    ...(isCompared ? [beforeColumn(now)] : []),
    { id: 'took', name: t('Took'), width: 90, canSort: true, cell: ({ value }) => took(value.row) },
    ...(isCompared ? durationColumns(now) : []),
    {
      id: 'started',
      name: t('Started'),
      width: 110,
      canSort: true,
      cell: ({ value: { row } }) =>
        row?.startedAt === undefined ? MISSING : { is: 'time', at: row.startedAt },
    },
    { id: 'outputs', name: t('Outputs'), width: 220, cell: ({ value }) => outputs(value.row) },
  ];
}

const beforeColumn = (now: number): Column<ListedStep> => ({
  id: 'state-before',
  name: t('State Before'),
  width: 170,
  cell: ({ value }) => stateCell(value.before, now),
});

function durationColumns(now: number): readonly Column<ListedStep>[] {
  return [
    {
      id: 'took-before',
      name: t('Took Before'),
      width: 110,
      canSort: true,
      cell: ({ value }) => took(value.before),
    },
    {
      id: 'delta',
      name: t('Difference'),
      width: 110,
      canSort: true,
      cell: ({ value: { row, before } }) => {
        const { delta } = compareStep(row, before, now);
        return delta === undefined ? MISSING : { is: 'text', text: deltaText(delta) };
      },
    },
  ];
}

function stateCell(row: StepRow | undefined, now: number): Cell {
  if (!row) return MISSING;
  return { is: 'status', status: KINDS[row.status], text: stepText(row, now) };
}

function took(row: StepRow | undefined): Cell {
  if (row?.status === 'running' && row.startedAt !== undefined) {
    return { is: 'elapsed', since: row.startedAt };
  }
  const ms = tookOf(row, 0);
  return ms === undefined ? MISSING : { is: 'duration', ms };
}

function outputs(row: StepRow | undefined): Cell {
  if (!row || row.outputs.length === 0) return MISSING;
  const names = row.outputs.map(({ artifact }) => `${artifact.name} v${artifact.version}`);
  return { is: 'text', text: names.join(', ') };
}
