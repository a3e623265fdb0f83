/** The versions of a model as a table, by window; with their metrics where those are known. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { ModelRow, ModelVersionRow, OverTime } from '../../src/protocol/models';
import { fromWire } from '../../src/protocol/wire';
import { useLive } from '../shared/live';
import type { Cell } from '../shared/table/cells';
import { EMPTY_LAYOUT } from '../shared/table/layout';
import { ROW_HEIGHT } from '../shared/table/row';
import { LiveRows } from '../shared/table/rows';
import { Table } from '../shared/table/table';
import type { Column, TableRow } from '../shared/table/types';
import { t } from '../shared/texts';
import { touchesValues } from '../shared/touches';
import type { MenuEntry } from '../shared/ui/menu';
import { Loading, Problem } from '../shared/ui/states';
import { type ModelsPage, touchesModel } from './page';

export interface VersionsProps {
  readonly page: ModelsPage;
  readonly model: ModelRow;
  readonly chosen: string | undefined;
  readonly overTime: OverTime | undefined;
}

export function Versions({ page, model, chosen, overTime }: VersionsProps) {
  const [layout, setLayout] = useState(EMPTY_LAYOUT);
  const rows = useVersions(page, model.name);
  const { value, problem } = useLive(rows.live);
  const columns = useMemo(() => versionColumns(overTime, chosen), [overTime, chosen]);
  if (problem !== undefined && !value) {
    return <Problem message={problem} onRetry={() => rows.live.again()} />;
  }
  if (!value) return <Loading name={t('Reading versions')} />;
  if (value.count === 0) return <p class="rl-faint">{t('This model has no versions.')}</p>;
  const height = `${Math.min(10, value.count) * ROW_HEIGHT + 44}px`;
  return (
    <div class="models-versions" style={{ height }}>
      <Table<ModelVersionRow>
        name={t('Versions')}
        columns={columns}
        rows={rows}
        layout={layout}
        onLayout={setLayout}
        onOpen={(row, column) => open(page, row, column)}
        onCopy={(text) => void page.changes.copy(text)}
        menu={({ row }) => menuOf(page, row.value, chosen)}
      />
    </div>
  );
}

function open(
  page: ModelsPage,
  { value }: TableRow<ModelVersionRow>,
  column: Column<ModelVersionRow>,
): void {
  if (column.id === 'run' && value.runId !== undefined) {
    void page.changes.run('runlens.openRun', { runIds: [value.runId] });
  } else {
    page.setView({ version: value.version });
  }
}

function menuOf(
  page: ModelsPage,
  { version, runId, model }: ModelVersionRow,
  chosen: string | undefined,
): readonly MenuEntry[] {
  const compared = chosen !== undefined && chosen !== version;
  return [
    { label: t('Show'), onSelect: () => page.setView({ version }) },
    {
      label: chosen === undefined ? t('Compare') : t('Compare With v{0}', chosen),
      onSelect: () => page.setView({ against: version, tab: 'compare' }),
      ...(compared ? {} : { disabled: t('Choose another version first') }),
    },
    {
      label: t('Open Run'),
      onSelect: () => void page.changes.run('runlens.openRun', { runIds: runId ? [runId] : [] }),
      ...(runId === undefined ? { disabled: t('It names no run') } : {}),
    },
    {
      label: t('Copy URI'),
      onSelect: () => void page.changes.copy(`models:/${model}/${version}`),
    },
  ];
}

/** The newest first. */
function useVersions({ panel }: ModelsPage, name: string): LiveRows<string, ModelVersionRow> {
  const rows = useMemo(() => {
    const made = new LiveRows<string, ModelVersionRow>(
      async (model, { from, to }) => {
        const asked = await panel.host.ask('GET /api/models/:name/versions', {
          name: model,
          offset: from,
          limit: Math.min(1000, to - from),
        });
        if (!asked.ok) return asked;
        const { items, total } = asked.value;
        const found = items.map((value) => ({ id: value.version, value }));
        return { ok: true, value: { rows: found, count: total } };
      },
      { now: Date.now, after },
    );
    panel.follow(made.live, (event) => {
      const runIds = (made.live.state.value?.rows ?? []).map(({ value }) => value.runId);
      return touchesModel(event, name) || touchesValues(event, ...runIds);
    });
    return made;
  }, [panel, name]);
  useEffect(() => rows.setQuery(name), [rows, name]);
  useEffect(() => () => rows.dispose(), [rows]);
  return rows;
}

function after(milliseconds: number, callback: () => void): () => void {
  const timer = setTimeout(callback, milliseconds);
  return () => clearTimeout(timer);
}

/** More are in the comparison and in the chart over versions. */
const MOST_METRICS = 6;

function versionColumns(
  overTime: OverTime | undefined,
  chosen: string | undefined,
): readonly Column<ModelVersionRow>[] {
  return [
    {
      id: 'version',
      name: t('Version'),
      width: 90,
      cell: ({ value: { version } }) => ({
        is: 'text',
        text: version === chosen ? `v${version} ◂` : `v${version}`,
        opens: true,
        hint: version === chosen ? t('shown below') : t('Show v{0}', version),
      }),
    },
    {
      id: 'aliases',
      name: t('Aliases'),
      width: 160,
      cell: ({ value: { aliases } }) => textOf(aliases.map((alias) => `@${alias}`).join(' ')),
    },
    {
      id: 'stage',
      name: t('Stage'),
      cell: ({ value: { stage } }) => textOf(stage === 'None' ? '' : stage),
    },
    {
      id: 'created',
      name: t('Created'),
      cell: ({ value: { created } }) => ({ is: 'time', at: created }),
    },
    {
      id: 'run',
      name: t('Source Run'),
      width: 180,
      cell: ({ value: { runName, runId } }) =>
        runId === undefined
          ? { is: 'missing' }
          : { is: 'text', text: runName ?? runId, opens: true },
    },
    ...metricColumns(overTime),
    {
      id: 'description',
      name: t('Description'),
      width: 240,
      cell: ({ value: { description } }) => textOf(description),
    },
  ];
}

const textOf = (text: string): Cell => (text === '' ? { is: 'missing' } : { is: 'text', text });

function metricColumns(overTime: OverTime | undefined): readonly Column<ModelVersionRow>[] {
  if (!overTime) return [];
  const places = new Map(overTime.points.map(({ label }, i) => [label, i]));
  return Object.entries(overTime.metrics)
    .slice(0, MOST_METRICS)
    .map(([key, values]) => ({
      id: `metric ${key}`,
      name: key,
      kind: 'metric' as const,
      isNumeric: true,
      cell: ({ value: { version } }: TableRow<ModelVersionRow>): Cell => {
        const value = values[places.get(`v${version}`) ?? -1];
        return value === undefined || value === null
          ? { is: 'missing' }
          : { is: 'number', value: fromWire(value) };
      },
    }));
}
