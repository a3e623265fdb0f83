/** What each column shows of a run or of a group. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { assertNever } from '../../src/base/assertNever';
import type { RunStatus } from '../../src/domain/run';
import type { RunRow } from '../../src/protocol/rows';
import type { Cell, Delta, StatusKind } from '../shared/table/cells';
import { countText, t } from '../shared/texts';
import { Tag } from '../shared/ui/controls';
import { type ColumnRef, directionOf } from './columnChoice';
import type { ColumnContext } from './columnContext';
import { EditField } from './editField';
import { type GroupItem, type Item, type ItemRow, numberOf, type RunItem } from './items';
import { SparkCell } from './sparkCell';

const MISSING: Cell = { is: 'missing' };
const LOADING: Cell = { is: 'loading' };
const NOTHING: Cell = { is: 'text', text: '' };

const STATUS: Readonly<Record<RunStatus, StatusKind>> = {
  RUNNING: 'running',
  SCHEDULED: 'scheduled',
  FINISHED: 'finished',
  FAILED: 'failed',
  KILLED: 'killed',
};

export function cellOf(
  ref: ColumnRef,
  row: ItemRow,
  { context, isSelected }: { readonly context: ColumnContext; readonly isSelected: boolean },
): Cell {
  const item = row.value;
  switch (ref.kind) {
    case 'attribute':
      return item.kind === 'group'
        ? groupAttribute(ref.key, item)
        : runAttribute(ref.key, item, { context, isSelected });
    case 'spark':
      return item.kind === 'group' ? NOTHING : sparkCell(ref, item, context);
    case 'metric':
      return metricCell(ref, item, context);
    case 'param':
      return item.kind === 'group' ? NOTHING : textCell(item.cells[ref.id]);
    case 'tag':
      return item.kind === 'group' ? NOTHING : tagCell(ref, item, context);
    default:
      return assertNever(ref.kind);
  }
}

function groupAttribute(key: string, { group, by }: GroupItem): Cell {
  if (key !== 'name') return NOTHING;
  const parts = by.map((each, i) => `${each.key} = ${group.values[i] ?? '–'}`);
  const count = group.runs === 1 ? t('1 run') : t('{0} runs', countText(group.runs));
  return { is: 'text', text: `${parts.join(' · ')} (${count})` };
}

interface RunOptions {
  readonly context: ColumnContext;
  readonly isSelected: boolean;
}

function runAttribute(key: string, item: RunItem, { context, isSelected }: RunOptions): Cell {
  const { run } = item;
  switch (key) {
    case 'check':
      return { is: 'check', checked: isSelected, name: t('Select {0}', shortName(run)) };
    case 'eye':
      return eyeCell(run, context);
    case 'name':
      return nameCell(item, context);
    case 'status':
      return { is: 'status', status: STATUS[run.status] };
    case 'started':
      return { is: 'time', at: run.startTime };
    case 'duration':
      if (run.status === 'RUNNING') return { is: 'elapsed', since: run.startTime };
      return run.endTime === undefined
        ? MISSING
        : { is: 'duration', ms: run.endTime - run.startTime };
    case 'experiment':
      return { is: 'text', text: context.experiments.get(run.experimentId) ?? run.experimentId };
    case 'id':
      return { is: 'text', text: run.runId };
    default:
      return MISSING;
  }
}

/** Names may be long; what is spoken says enough with this. */
const shortName = ({ name }: RunRow): string => (name.length > 60 ? `${name.slice(0, 60)}…` : name);

function eyeCell(run: RunRow, { shown, acts }: ColumnContext): Cell {
  const slot = shown.get(run.runId);
  return {
    is: 'swatch',
    slot,
    shown: slot !== undefined,
    name: t('Show {0} in charts', shortName(run)),
    onToggle: () => acts.show([run.runId], slot === undefined),
  };
}

function isEdited(
  columnId: string,
  { run, isPinned }: RunItem,
  { editing }: ColumnContext,
): boolean {
  if (editing?.runId !== run.runId || editing.columnId !== columnId) return false;
  return (editing.isPinned === true) === (isPinned === true);
}

function nameCell(item: RunItem, context: ColumnContext): Cell {
  const { run } = item;
  const { acts, view } = context;
  if (isEdited('name', item, context)) {
    return editCell(t('Name of {0}', shortName(run)), run.name, context);
  }
  if (view.baseline !== run.runId) return { is: 'text', text: run.name, opens: true };
  return {
    is: 'custom',
    text: run.name,
    draw: () => (
      <>
        <Tag>{t('baseline')}</Tag>
        <button
          type="button"
          class="rl-link rl-text"
          tabIndex={-1}
          title={run.name}
          onClick={() => acts.open(run.runId)}
        >
          <bdi dir="auto">{run.name}</bdi>
        </button>
      </>
    ),
  };
}

function tagCell(ref: ColumnRef, item: RunItem, context: ColumnContext): Cell {
  const value = item.cells[ref.id];
  if (isEdited(ref.id, item, context)) {
    return editCell(t('Tag {0}', ref.key), typeof value === 'string' ? value : '', context);
  }
  return textCell(value);
}

function editCell(name: string, value: string, { editing, acts }: ColumnContext): Cell {
  return {
    is: 'custom',
    text: value,
    draw: () => (
      <EditField
        key={`${editing?.runId} ${editing?.columnId}`}
        name={name}
        value={value}
        onCommit={acts.commitEdit}
        onCancel={acts.cancelEdit}
      />
    ),
  };
}

/** What was not asked for when the row came is on its way; null is what a run does not have. */
function textCell(value: RunItem['cells'][string] | undefined): Cell {
  if (value === undefined) return LOADING;
  return value === null ? MISSING : { is: 'text', text: String(value) };
}

function metricCell(ref: ColumnRef, item: Item, context: ColumnContext): Cell {
  if (item.kind === 'group') {
    const cell = item.cells[ref.id];
    return cell ? { is: 'stats', ...cell } : MISSING;
  }
  const value = numberOf(item.cells[ref.id]);
  if (value === undefined) return item.cells[ref.id] === undefined ? LOADING : MISSING;
  const isBest = context.best.get(ref.id) === value;
  const delta = deltaOf(ref, item, { value, context });
  return { is: 'number', value, ...(isBest && { best: true }), ...(delta && { delta }) };
}

function deltaOf(
  { id, key }: ColumnRef,
  { run }: RunItem,
  { value, context }: { readonly value: number; readonly context: ColumnContext },
): Delta | undefined {
  const { baseline, view } = context;
  if (!baseline || baseline.run.runId === run.runId) return undefined;
  const base = numberOf(baseline.cells[id]);
  if (base === undefined || !Number.isFinite(base) || !Number.isFinite(value)) return undefined;
  const by = value - base;
  const direction = directionOf(view, key);
  return { by, better: direction && (direction === 'max' ? by > 0 : by < 0) };
}

function sparkCell(ref: ColumnRef, item: RunItem, context: ColumnContext): Cell {
  const last = item.cells[ref.id];
  if (last === undefined) return LOADING;
  if (last === null) return MISSING;
  const { runId } = item.run;
  const { sparks, shown, view } = context;
  return {
    is: 'custom',
    text: sparks.line({ runId, key: ref.key })?.label ?? '',
    draw: () => (
      <SparkCell
        store={sparks}
        runId={runId}
        metric={ref.key}
        slot={shown.get(runId)}
        isSameRange={view.isSameRange}
      />
    ),
  };
}
