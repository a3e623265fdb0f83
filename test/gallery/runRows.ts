// Runs for pictures and measurements: the same each time, with what is unusual among them.
import type { Cell, StatusKind } from '../../webview/shared/table/cells';
import { sparkLabel } from '../../webview/shared/table/spark';
import type { Column, TableRow } from '../../webview/shared/table/types';

export interface SampleRun {
  readonly name: string;
  readonly status: StatusKind;
  readonly started: number;
  readonly ms: number;
  readonly metrics: readonly (number | undefined)[];
  readonly params: readonly string[];
  readonly loss: readonly (readonly [number, number] | null)[];
  readonly slot: number | undefined;
}

/** 21 November 2026, 12:00 UTC. */
export const NOW = Date.UTC(2026, 10, 21, 12);

export const METRICS = ['val/accuracy', 'val/loss', 'train/loss', 'f1', 'epoch_seconds'];
export const PARAMS = ['lr', 'optimizer', 'batch_size', 'seed'];

const HOSTILE = [
  '<img src=x onerror="document.body.remove()">',
  'تجربة ‮مقلوبة‬ 🦉',
  'two\nlines\tand a tab',
  'x'.repeat(250),
];

/** A repeatable sequence in 0 … 1 (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const STATUSES: readonly StatusKind[] = [
  'running',
  'finished',
  'finished',
  'failed',
  'killed',
  'finished',
];

/** A few are going on, none of the older ones. */
function statusOf(index: number): StatusKind {
  const status = STATUSES[index % STATUSES.length] ?? 'finished';
  return status === 'running' && index > 12 ? 'finished' : status;
}

export function sampleRun(index: number, metricCount = METRICS.length): SampleRun {
  const random = randomFrom(index + 1);
  const metrics = Array.from({ length: metricCount }, () => random());
  return {
    name: HOSTILE[index - 3] ?? `training-${1000 - index}`,
    status: statusOf(index),
    started: NOW - 40_000 - index * 7_300_000,
    ms: 900 + Math.floor(random() * 8_000_000),
    metrics: metrics.map((value, i) => unusual(index, i) ?? value),
    params: [
      ['0.001', '0.0005', '0.01'][index % 3] ?? '',
      index === 5 ? 'p'.repeat(6000) : (['adam', 'sgd'][index % 2] ?? ''),
      '32',
      String(index % 5),
    ],
    loss: lossOf(random),
    slot: index < 3 ? index : index === 4 ? 12 : undefined,
  };
}

function unusual(index: number, metric: number): number | undefined {
  const values = [Number.NaN, Number.POSITIVE_INFINITY, 1e308, -1e-9, 0];
  return metric === 1 && index >= 6 && index < 11 ? values[index - 6] : undefined;
}

function lossOf(random: () => number): [number, number][] {
  return Array.from({ length: 35 }, (_, i) => {
    const middle = 2.3 * Math.exp(-i / 9) + random() * 0.2;
    return [middle - 0.1 * random(), middle + (i === 20 ? 1.2 : 0.1) * random()];
  });
}

export const sampleRow = (index: number, metricCount?: number): TableRow<SampleRun> => ({
  id: `run-${index}`,
  value: sampleRun(index, metricCount),
});

export const sampleRows = (count: number, metricCount?: number): TableRow<SampleRun>[] =>
  Array.from({ length: count }, (_, index) => sampleRow(index, metricCount));

/** What is done by the columns that do something. */
export interface ColumnActs {
  readonly onEye?: (row: TableRow<SampleRun>) => void;
  readonly isSelected?: (id: string) => boolean;
  readonly baseline?: SampleRun;
}

export function sampleColumns(acts: ColumnActs = {}, metrics = METRICS): Column<SampleRun>[] {
  return [
    {
      id: 'check',
      name: 'Selected',
      label: '',
      isControl: true,
      width: 36,
      canHide: false,
      cell: (row): Cell =>
        row.isGroup
          ? { is: 'text', text: '' }
          : {
              is: 'check',
              checked: acts.isSelected?.(row.id) ?? false,
              name: `Select ${row.value.name}`,
            },
    },
    {
      id: 'eye',
      name: 'Shown in charts',
      label: '',
      isControl: true,
      width: 60,
      cell: (row): Cell => ({
        is: 'swatch',
        slot: row.value.slot,
        shown: row.value.slot !== undefined,
        name: `Show ${row.value.name.slice(0, 40)} in charts`,
        onToggle: () => acts.onEye?.(row),
      }),
    },
    {
      id: 'name',
      name: 'Name',
      width: 180,
      canSort: true,
      sortsFirst: 'asc',
      canHide: false,
      isTree: true,
      cell: (row): Cell => ({ is: 'text', text: row.value.name, opens: true }),
    },
    {
      id: 'status',
      name: 'Status',
      width: 70,
      canSort: true,
      cell: (row): Cell => ({ is: 'status', status: row.value.status }),
    },
    {
      id: 'started',
      name: 'Started',
      width: 90,
      canSort: true,
      cell: (row): Cell => ({ is: 'time', at: row.value.started }),
    },
    {
      id: 'duration',
      name: 'Duration',
      width: 90,
      canSort: true,
      cell: (row): Cell =>
        row.value.status === 'running'
          ? { is: 'elapsed', since: row.value.started }
          : { is: 'duration', ms: row.value.ms },
    },
    {
      id: 'spark',
      name: 'train/loss over steps',
      label: 'loss',
      width: 90,
      kind: 'metric',
      cell: (row): Cell => ({
        is: 'spark',
        spark: {
          buckets: row.value.loss,
          ...(row.value.slot === undefined ? {} : { slot: row.value.slot }),
          label: sparkLabel('loss', {
            first: row.value.loss[0]?.[0] ?? 0,
            last: row.value.loss.at(-1)?.[1] ?? 0,
            steps: 900,
            count: 900,
          }),
        },
      }),
    },
    ...metrics.map((name, i) => metricColumn(name, i, acts)),
    ...PARAMS.map(
      (name, i): Column<SampleRun> => ({
        id: `params.${name}`,
        name,
        kind: 'param',
        width: 100,
        canSort: true,
        cell: (row): Cell => ({ is: 'text', text: row.value.params[i] ?? '' }),
      }),
    ),
  ];
}

function metricColumn(name: string, i: number, { baseline }: ColumnActs): Column<SampleRun> {
  return {
    id: `metrics.${name}`,
    name,
    label: name.split('/').at(-1) ?? name,
    kind: 'metric',
    width: baseline ? 150 : 110,
    canSort: true,
    cell(row): Cell {
      const value = row.value.metrics[i];
      if (value === undefined) return { is: 'missing' };
      const base = baseline?.metrics[i];
      if (base === undefined || row.value === baseline)
        return { is: 'number', value, best: value > 0.98 };
      const by = value - base;
      return { is: 'number', value, delta: { by, better: i === 0 ? by > 0 : by < 0 } };
    },
  };
}
