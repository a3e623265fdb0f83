/** The parameters of a run: searched, folded by the beginnings of their keys, long values whole. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { useMemo, useState } from 'preact/hooks';
import { LocalTable } from '../shared/table/localTable';
import type { Column } from '../shared/table/types';
import { countText, t } from '../shared/texts';
import { IconButton, TextField } from '../shared/ui/controls';
import { Scrolled } from '../shared/ui/scrolled';
import { Empty } from '../shared/ui/states';
import { firstColumnWidth } from './firstColumn';
import type { RunPage } from './page';
import { type Param, type ParamRow, paramRows } from './paramTree';

export function Parameters({ page }: { readonly page: RunPage }) {
  const { run, view, setView, changes } = page;
  const { params } = run;
  const search = view.search.parameters;
  const [shown, setShown] = useState<string | undefined>(undefined);
  const rows = useMemo(
    () => paramRows(params, { search, folded: view.folded }),
    [params, search, view.folded],
  );
  const columns = useColumns();
  if (params.length === 0) return <Empty title={t('This run has no parameters')} />;
  const found = rows.filter(({ value }) => value.param !== undefined).length;
  const current = params.find(({ key }) => key === shown);
  return (
    <>
      <div class="run-bar">
        <TextField
          name={t('Search parameters')}
          placeholder={t('Search names and values')}
          value={search}
          onInput={(parameters) => setView({ search: { ...view.search, parameters } })}
        />
        {search !== '' && (
          <span class="rl-faint" role="status">
            {t('{0} of {1}', countText(found), countText(params.length))}
          </span>
        )}
      </div>
      <LocalTable<ParamRow>
        name={t('Parameters')}
        columns={columns}
        rows={rows}
        onExpand={({ value }, expanded) =>
          setView({
            folded: [
              ...view.folded.filter((prefix) => prefix !== value.prefix),
              ...(expanded ? [] : [value.prefix]),
            ],
          })
        }
        focusedRow={(row) => setShown(row?.value.param?.key)}
        onOpen={(row) => setShown(row.value.param?.key)}
        onCopy={(text) => void changes.copy(text)}
        empty={<p class="rl-faint">{t('No parameter has this in its name or value.')}</p>}
      />
      {current && <Value param={current} page={page} />}
    </>
  );
}

const useColumns = (): readonly Column<ParamRow>[] =>
  useMemo(
    () => [
      {
        id: 'key',
        name: t('Name'),
        kind: 'param' as const,
        width: firstColumnWidth(280, 0.4),
        isTree: true,
        cell: ({ value: { label, param, count } }) => ({
          is: 'text' as const,
          text: param ? label : `${label} (${count})`,
          ...(param ? { hint: param.key } : {}),
        }),
      },
      {
        id: 'value',
        name: t('Value'),
        width: 480,
        cell: ({ value: { param } }) => ({
          is: 'text' as const,
          text: param?.value ?? '',
          opens: isLong(param?.value ?? ''),
        }),
      },
    ],
    [],
  );

/** Not seen whole in its cell. */
const isLong = (value: string): boolean => value.length > 60 || value.includes('\n');

/** The whole of a value: a cell has one line. */
function Value({ param, page }: { readonly param: Param; readonly page: RunPage }) {
  const { key, value } = param;
  return (
    <section class="run-value" aria-label={t('Value of {0}', key)}>
      <div class="run-bar">
        <strong>
          <bdi dir="auto">{key}</bdi>
        </strong>
        <span class="rl-faint">{t('{0} characters', countText(value.length))}</span>
        <IconButton
          icon="copy"
          name={t('Copy the value')}
          onClick={() => void page.changes.copy(value)}
        />
      </div>
      <Scrolled name={t('Value of {0}', key)} text={value} />
    </section>
  );
}
