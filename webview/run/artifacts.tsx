/** The files of a run as a tree, read a folder at a time. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { useEffect, useMemo, useState } from 'preact/hooks';
import { formatBytes } from '../../src/domain/display';
import type { Cell } from '../shared/table/cells';
import { LocalTable } from '../shared/table/localTable';
import type { Column, TableRow } from '../shared/table/types';
import { t } from '../shared/texts';
import type { MenuEntry } from '../shared/ui/menu';
import { Empty, Loading, Problem } from '../shared/ui/states';
import { firstColumnWidth } from './firstColumn';
import { type FileEntry, Levels, nameOf } from './levels';
import { ofPlace, type RunPage } from './page';

export function Artifacts({ page }: { readonly page: RunPage }) {
  const { run, view, setView, changes } = page;
  const { levels, rows } = useLevels(page);
  const columns = useColumns();
  const { value, problem } = levels.top.state;
  if (problem !== undefined && !value) {
    return <Problem message={problem} onRetry={() => levels.again('')} />;
  }
  if (!value) return <Loading name={t('Reading files')} />;
  if (value.items.length === 0) {
    return (
      <Empty title={t('This run has no files yet')}>
        <p>{t('mlflow.log_artifact("plot.png") keeps a file with the run.')}</p>
      </Empty>
    );
  }
  const setOpen = (path: string, isOpen: boolean) =>
    setView({
      open: [...view.open.filter((each) => each !== path), ...(isOpen ? [path] : [])],
    });
  const open = ({ value: entry }: TableRow<FileEntry>) => {
    if (entry.is === 'note') return levels.again(entry.path);
    const { path, isDirectory } = entry.file;
    if (isDirectory) return setOpen(path, !view.open.includes(path));
    void changes.run('runlens.openRunFile', { runIds: [run.runId], path });
  };
  return (
    <LocalTable<FileEntry>
      name={t('Files of the run')}
      columns={columns}
      rows={rows}
      mostRows={28}
      onExpand={(row, isOpen) => {
        if (row.value.is === 'file') setOpen(row.value.file.path, isOpen);
      }}
      onOpen={open}
      menu={({ row }) => menuOf(page, row.value)}
      onCopy={(text) => void changes.copy(text)}
    />
  );
}

/** The folders that the view says are open. */
function useLevels(page: RunPage) {
  const { panel, run, place, view } = page;
  const { runId } = run;
  const levels = useMemo(
    () =>
      new Levels(
        (path) =>
          panel.live({
            route: 'GET /api/runs/:runId/files',
            request: { runId, ...ofPlace(place), ...(path === '' ? {} : { path }) },
            // A run that goes on writes files, of which nothing is told but by its own changes.
            touches: (event) => event.type === 'run' && event.run.runId === runId,
          }),
        { reading: t('Reading…'), empty: t('Empty') },
      ),
    [panel, runId, place.id],
  );
  const [rows, setRows] = useState(() => levels.rows());
  useEffect(() => {
    const subscription = levels.onDidChange(() => setRows(levels.rows()));
    return () => subscription.dispose();
  }, [levels]);
  useEffect(() => levels.setOpen(view.open), [levels, view.open]);
  useEffect(() => () => levels.dispose(), [levels]);
  return { levels, rows };
}

function menuOf({ run, changes }: RunPage, entry: FileEntry): readonly MenuEntry[] {
  if (entry.is === 'note') return [];
  const { path, file, isDirectory } = entry.file;
  const target = { runIds: [run.runId], path };
  const copies: MenuEntry[] = [
    { label: t('Copy Path'), onSelect: () => void changes.copy(file) },
    { label: t('Copy URI'), onSelect: () => void changes.copy(`runs:/${run.runId}/${path}`) },
  ];
  if (isDirectory) return copies;
  return [
    { label: t('Open'), onSelect: () => void changes.run('runlens.openRunFile', target) },
    {
      label: t('Open in Editor'),
      onSelect: () => void changes.run('runlens.openFileInEditor', target),
    },
    'separator',
    ...copies,
  ];
}

const useColumns = (): readonly Column<FileEntry>[] =>
  useMemo(
    () => [
      {
        id: 'name',
        name: t('Name'),
        width: firstColumnWidth(420, 0.6),
        isTree: true,
        cell: nameCell,
      },
      { id: 'size', name: t('Size'), width: 110, cell: sizeCell },
    ],
    [],
  );

function nameCell({ value }: TableRow<FileEntry>): Cell {
  if (value.is === 'note') return { is: 'text', text: value.text, opens: value.failed };
  const { path } = value.file;
  return { is: 'text', text: nameOf(path), opens: true, hint: path };
}

function sizeCell({ value }: TableRow<FileEntry>): Cell {
  if (value.is === 'note' || value.file.isDirectory) return { is: 'text', text: '' };
  return { is: 'text', text: formatBytes(value.file.size) };
}
