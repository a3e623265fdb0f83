/** A file that is a table: pages of it as they are looked at, sorted by the server, searched, copied. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { messageOf } from '../../src/base/errors';
import type { FilePlace } from '../../src/protocol/files';
import { EMPTY_LAYOUT } from '../shared/table/layout';
import { NOTHING } from '../shared/table/selection';
import { Table } from '../shared/table/table';
import type { TableHandle, TableLayout } from '../shared/table/types';
import { countText, t } from '../shared/texts';
import { Button, TextField } from '../shared/ui/controls';
import { Empty, Loading, Problem } from '../shared/ui/states';
import { columnId, columnIndex, dataColumns, ROW_COLUMN } from './dataColumns';
import { type ArtifactPage, act, problemOf } from './page';
import { type Found, findCell, MOST_TAKEN, PART_ROWS, TableFile } from './tableFile';
import { keyOf } from './view';

/** As many rows are searched by one press. */
const SEARCHED = 2000;

interface TableViewProps {
  readonly page: ArtifactPage;
  readonly place: FilePlace;
  /** Accessible name of the table. */
  readonly name: string;
}

export function TableView({ page, place, name }: TableViewProps) {
  const file = useTableFile(page, place);
  const [layout, setLayout] = useState<TableLayout>({ ...EMPTY_LAYOUT, pinned: [ROW_COLUMN] });
  const [selection, setSelection] = useState(NOTHING);
  const [isFound, setFound] = useState(false);
  const handle = useRef<TableHandle | null>(null);
  const { facts } = file;
  const columns = useMemo(
    () => (facts ? dataColumns(facts) : []),
    [facts?.columns, facts?.sortable],
  );
  const problem = problemOf(file.rowsInView.live.state);
  const retry = () => file.rowsInView.live.again();
  if (!facts) {
    if (problem !== undefined) return <Problem message={problem} onRetry={retry} />;
    return <Loading name={t('Reading the table')} />;
  }
  const onLayout = (next: TableLayout) => {
    // The server sorts by one column: the one that was chosen last.
    const sort = next.sort.slice(-1);
    const isSame = JSON.stringify(sort) === JSON.stringify(layout.sort);
    setLayout(isSame ? { ...next, sort: layout.sort } : { ...next, sort });
    if (isSame) return;
    const column = sort[0] && columnIndex(sort[0].id);
    setSelection(NOTHING);
    file.setOrder(
      column === undefined ? undefined : { column, descending: sort[0]?.desc === true },
    );
  };
  return (
    <div class="art-data">
      <TableTools file={file} handle={handle} onFound={setFound} />
      {problem !== undefined && <Problem isBar message={problem} onRetry={retry} />}
      {facts.notes.map((note) => (
        <p key={note} class="art-note" dir="auto">
          {note}
        </p>
      ))}
      <div class={isFound ? 'art-table art-found' : 'art-table'}>
        <Table
          name={name}
          columns={columns}
          rows={file}
          layout={layout}
          onLayout={onLayout}
          selection={selection}
          onSelection={setSelection}
          onCopy={(text) => act(page, page.changes.copy(text))}
          menu={() => copyEntries(page, handle)}
          handle={handle}
          empty={<Empty title={t('This table has no rows')} />}
          footer={<Footer file={file} />}
        />
      </div>
    </div>
  );
}

/** Made once per file, and told when the server is back. */
function useTableFile(page: ArtifactPage, place: FilePlace): TableFile {
  const { panel } = page;
  const file = useMemo(
    () =>
      new TableFile(place, (request) => panel.host.ask('POST /api/file-table', request), {
        now: Date.now,
        after: (milliseconds, callback) => {
          const timer = setTimeout(callback, milliseconds);
          return () => clearTimeout(timer);
        },
      }),
    [panel, keyOf(place)],
  );
  const [, setVersion] = useState(0);
  useEffect(() => {
    panel.follow(file.rowsInView.live, () => false);
    const subscription = file.onDidChange(() => setVersion((version) => version + 1));
    file.start();
    return () => {
      subscription.dispose();
      file.dispose();
    };
  }, [file]);
  return file;
}

function copyEntries(page: ArtifactPage, handle: { readonly current: TableHandle | null }) {
  const copyAs = (format: 'text' | 'csv' | 'markdown' | 'json') => () => {
    const { current } = handle;
    if (current)
      act(
        page,
        current.copy(format).then((text) => page.changes.copy(text)),
      );
  };
  return [
    { label: t('Copy Rows'), shortcut: 'Ctrl+C', onSelect: copyAs('text') },
    { label: t('Copy Rows as CSV'), onSelect: copyAs('csv') },
    { label: t('Copy Rows as Markdown'), onSelect: copyAs('markdown') },
    { label: t('Copy Rows as JSON'), onSelect: copyAs('json') },
  ];
}

function Footer({ file }: { readonly file: TableFile }) {
  const { facts, base, reached, count } = file;
  if (!facts) return null;
  const rows =
    facts.total === undefined
      ? t('More than {0} rows; the end was not read yet', countText(reached))
      : t('{0} rows', countText(facts.total));
  const isInParts = base > 0 || (count ?? 0) >= PART_ROWS;
  return (
    <span>
      {rows} · {t('{0} columns', countText(facts.columns.length))}
      {isInParts &&
        ` · ${t('rows {0} to {1} are shown', countText(base + 1), countText(base + (count ?? 0)))}`}
      {!facts.sortable && ` · ${t('too big to be sorted: at most 64 MB are')}`}
    </span>
  );
}

interface ToolsProps {
  readonly file: TableFile;
  readonly handle: { readonly current: TableHandle | null };
  /** Whether the current cell is one that was searched for. */
  readonly onFound: (isFound: boolean) => void;
}

type Handle = ToolsProps['handle'];

/** Search in what comes next, and a row by its number. */
function TableTools({ file, handle, onFound }: ToolsProps) {
  const [text, setText] = useState('');
  const [row, setRow] = useState('');
  const [said, say] = useState('');
  const last = useRef<Found | undefined>(undefined);
  const attempt = (work: Promise<string>) => {
    work.then(say, (error: unknown) => say(messageOf(error)));
  };
  const goTo = () => {
    onFound(false);
    attempt(goToRow(file, handle, row));
  };
  const find = () =>
    attempt(
      findNext(file, handle, text, last).then(({ said, isFound }) => {
        onFound(isFound);
        return said;
      }),
    );
  return (
    <div class="art-tools">
      <TextField
        name={t('Find in the table')}
        placeholder={t('Find in the table')}
        value={text}
        onInput={(next) => {
          setText(next);
          last.current = undefined;
        }}
        onCommit={find}
      />
      <Button onClick={find} disabled={text === ''}>
        {t('Find Next')}
      </Button>
      <TextField
        name={t('Go to row')}
        placeholder={t('Go to row')}
        value={row}
        onInput={setRow}
        onCommit={goTo}
      />
      <Button onClick={goTo} disabled={row === ''}>
        {t('Go')}
      </Button>
      <span class="art-said" role="status" dir="auto">
        {said}
      </span>
    </div>
  );
}

/** What to say of it. Rows are counted from 1, as they are shown. */
export async function goToRow(file: TableFile, handle: Handle, text: string): Promise<string> {
  const digits = text.replace(/[\s,_'’.]/g, '');
  const number = /^\d+$/.test(digits) ? Number(digits) : Number.NaN;
  if (!Number.isSafeInteger(number) || number < 1)
    return t('{0} is no row: rows are whole numbers from 1.', text);
  if (!(await file.reach(number - 1))) {
    const rows = countText(file.facts?.total ?? file.reached);
    return t('There is no row {0}: the table has {1}.', countText(number), rows);
  }
  await reveal(file, handle, number - 1);
  return t('Row {0}', countText(number));
}

/** What to say of a search, and whether it found something. */
export interface SearchResult {
  readonly said: string;
  readonly isFound: boolean;
}

const notFound = (said: string): SearchResult => ({ said, isFound: false });

/** The next match from the place of the last one on, in at most `SEARCHED` rows. The focus stays in the field. */
export async function findNext(
  file: TableFile,
  handle: Handle,
  text: string,
  last: { current: Found | undefined },
): Promise<SearchResult> {
  if (text === '') return notFound('');
  const from = last.current?.index ?? file.base;
  const start = file.showPart(from);
  const rows = await file.all(start, start + Math.min(SEARCHED, MOST_TAKEN));
  const found = findCell(rows, text, last.current);
  const end = rows.at(-1)?.value.index ?? from;
  if (found) {
    last.current = found;
    await reveal(file, handle, found.index, {
      columnId: columnId(found.column),
      keepsFocus: true,
    });
    const column = file.facts?.columns[found.column]?.name ?? columnId(found.column);
    return { said: t('Row {0}, {1}', countText(found.index + 1), column), isFound: true };
  }
  const isReached = rows.length < SEARCHED && end + 1 >= file.reached;
  // A part ends where the table need not.
  const isPartEnd = file.facts?.total === undefined && (end + 1) % PART_ROWS === 0;
  const isEnd = isReached && !isPartEnd;
  last.current = isEnd ? undefined : { index: end + 1, column: -1 };
  if (isEnd) return notFound(t('Not found up to the end; the next search begins at the top.'));
  return notFound(
    t('Not in rows {0} to {1}. Press again to go on.', countText(from + 1), countText(end + 1)),
  );
}

/** Its part is shown first; the row is there once its rows are. */
async function reveal(
  file: TableFile,
  handle: Handle,
  index: number,
  at: Parameters<TableHandle['reveal']>[1] = {},
): Promise<void> {
  const place = file.showPart(index);
  await until(file, () => (file.count ?? 0) > place);
  handle.current?.reveal(place, at);
}

const PATIENCE_MS = 10_000;

function until(file: TableFile, isThere: () => boolean): Promise<void> {
  if (isThere()) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      subscription.dispose();
      resolve();
    };
    const timer = setTimeout(done, PATIENCE_MS);
    const subscription = file.onDidChange(() => {
      if (isThere()) done();
    });
  });
}
