/** What was changed of a run after the fact. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { useMemo } from 'preact/hooks';
import type { Edit, EditKind } from '../../src/domain/edit';
import { TAGS } from '../../src/domain/tags';
import type { Cell } from '../shared/table/cells';
import { LocalTable } from '../shared/table/localTable';
import type { Column } from '../shared/table/types';
import { t } from '../shared/texts';
import { touchesRun } from '../shared/touches';
import { Empty, Loading, Problem } from '../shared/ui/states';
import { useQuery } from '../shared/useQuery';
import type { RunPage } from './page';

export function Edits({ page }: { readonly page: RunPage }) {
  const { panel, place, run, changes } = page;
  const { runId } = run;
  const isOwn = place.source === undefined;
  const { value, problem, again } = useQuery(panel, {
    route: 'GET /api/runs/:runId/edits',
    request: isOwn ? { runId } : undefined,
    touches: (event) => touchesRun(event, runId),
  });
  const items = value?.items;
  const rows = useMemo(
    () => (items ?? []).map((edit, i) => ({ id: String(i), value: edit })).reverse(),
    [items],
  );
  if (!isOwn) return <Empty title={t('Edits are kept for runs of this project only')} />;
  if (problem !== undefined && !value) return <Problem message={problem} onRetry={again} />;
  if (!value) return <Loading name={t('Reading edits')} />;
  if (rows.length === 0) return <Empty title={t('Nothing of this run was changed')} />;
  const open = ({ key, before, after }: Edit) =>
    void changes.run('runlens.compareTexts', {
      texts: { title: key, left: before ?? '', right: after ?? '' },
    });
  return (
    <LocalTable<Edit>
      name={t('Edits')}
      columns={editColumns()}
      rows={rows}
      onOpen={({ value: edit }) => open(edit)}
      onCopy={(text) => void changes.copy(text)}
    />
  );
}

const WHAT: Readonly<Record<EditKind, string>> = {
  param: 'parameter',
  tag: 'tag',
  experiment: 'experiment',
};

const editColumns = (): readonly Column<Edit>[] => [
  {
    id: 'time',
    name: t('When'),
    canSort: true,
    cell: ({ value: { time } }) => ({ is: 'time', at: time }),
  },
  {
    id: 'what',
    name: t('What'),
    width: 220,
    canSort: true,
    sortsFirst: 'asc',
    cell: ({ value }) => ({ is: 'text', text: whatText(value), opens: true }),
  },
  { id: 'before', name: t('Before'), width: 220, cell: ({ value: { before } }) => textOf(before) },
  { id: 'after', name: t('After'), width: 220, cell: ({ value: { after } }) => textOf(after) },
  {
    id: 'user',
    name: t('User'),
    canSort: true,
    sortsFirst: 'asc',
    cell: ({ value: { userId } }) => textOf(userId === '' ? undefined : userId),
  },
];

function whatText({ what, key }: Edit): string {
  if (what === 'tag' && key === TAGS.note) return t('description');
  if (what === 'tag' && key === TAGS.runName) return t('name');
  return key === '' ? t(WHAT[what]) : `${t(WHAT[what])} ${key}`;
}

const textOf = (text: string | undefined): Cell =>
  text === undefined ? { is: 'missing' } : { is: 'text', text };
