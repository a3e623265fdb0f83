/** A file in two versions: pictures as pictures, tables by their first rows, texts in the editor's own diff. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { useMemo } from 'preact/hooks';
import { formatBytes } from '../../src/domain/display';
import type { FileFacts, FilePlace, TableCell } from '../../src/protocol/files';
import { countText, t } from '../shared/texts';
import { Button } from '../shared/ui/controls';
import { Loading, Problem } from '../shared/ui/states';
import { useQuery } from '../shared/useQuery';
import {
  comparableRows,
  isChanged,
  isSameCell,
  type RowPair,
  type TableDifference,
  tableDifference,
} from './differences';
import { kindText, useFacts } from './fileView';
import { ImageCompare } from './imageCompare';
import { type ArtifactPage, act, problemOf, useImageUri } from './page';
import { Scrolling } from './scrolling';
import { MOST_BYTES } from './textView';

export interface ComparedFile {
  readonly place: FilePlace;
  /** `classifier v3`. */
  readonly name: string;
  readonly sha256: string | undefined;
}

export interface FileCompareProps {
  readonly page: ArtifactPage;
  /** The older one. */
  readonly before: ComparedFile;
  readonly after: ComparedFile;
}

export function FileCompare(props: FileCompareProps) {
  const { page, before, after } = props;
  const [older, newer] = [useFacts(page, before.place), useFacts(page, after.place)];
  const problem = problemOf(older) ?? problemOf(newer);
  if (before.sha256 !== undefined && before.sha256 === after.sha256) {
    return <p class="art-note">{t('The file is the same in both, byte by byte.')}</p>;
  }
  if (!older.value || !newer.value) {
    if (problem === undefined) return <Loading name={t('Reading the files')} />;
    const retry = () => {
      older.again();
      newer.again();
    };
    return <Problem message={problem} onRetry={retry} />;
  }
  return <Content {...props} older={older.value} newer={newer.value} />;
}

interface ContentProps extends FileCompareProps {
  readonly older: FileFacts;
  readonly newer: FileFacts;
}

const PICTURES: readonly string[] = ['image', 'svg'];
const TEXTS: readonly string[] = ['text', 'markdown', 'html', 'mlmodel'];

function Content(props: ContentProps) {
  const { older, newer } = props;
  const kinds = [older.view.kind, newer.view.kind];
  if (kinds.every((kind) => PICTURES.includes(kind))) return <Pictures {...props} />;
  if (kinds.every((kind) => kind === 'table')) return <Tables {...props} />;
  if (kinds.every((kind) => TEXTS.includes(kind))) return <Texts {...props} />;
  return (
    <p class="art-note">
      {t(
        '{0}, {1} → {2}, {3}. What is in them is not compared here.',
        kindText(older.view),
        formatBytes(older.size),
        kindText(newer.view),
        formatBytes(newer.size),
      )}
    </p>
  );
}

function Pictures({ page, before, after }: FileCompareProps) {
  const [older, newer] = [useImageUri(page, before.place), useImageUri(page, after.place)];
  const failed = [older, newer].find((state) => state.is === 'failed');
  if (failed?.is === 'failed') return <Problem message={failed.problem} />;
  if (older.is !== 'ready' || newer.is !== 'ready') {
    return <Loading name={t('Reading the pictures')} />;
  }
  return (
    <ImageCompare
      before={{ src: older.uri, name: before.name }}
      after={{ src: newer.uri, name: after.name }}
    />
  );
}

function Texts({ page, before, after, older, newer }: ContentProps) {
  const compare = () => act(page, compareTexts(page, before, after));
  const isCut = Math.max(older.size, newer.size) > MOST_BYTES;
  return (
    <div class="art-tools">
      <Button look="primary" onClick={compare}>
        {t('Compare in the Editor')}
      </Button>
      <span class="rl-faint">
        {formatBytes(older.size)} → {formatBytes(newer.size)}
        {isCut && ` · ${t('the first {0} of each are compared', formatBytes(MOST_BYTES))}`}
      </span>
    </div>
  );
}

async function compareTexts(
  { panel }: ArtifactPage,
  before: ComparedFile,
  after: ComparedFile,
): Promise<void> {
  const read = async ({ place }: ComparedFile) => {
    const answer = await panel.host.ask('POST /api/file-text', {
      place,
      from: 0,
      bytes: MOST_BYTES,
    });
    if (!answer.ok) throw new Error(answer.refusal.message);
    return answer.value.text;
  };
  const [left, right] = await Promise.all([read(before), read(after)]);
  const title = `${before.place.path}: ${before.name} ↔ ${after.name}`;
  await panel.host.run('runlens.compareTexts', { texts: { title, left, right } });
}

/** So many rows of each are compared, and so many columns shown. */
const ROWS = 100;
const COLUMNS = 30;

function Tables({ page, before, after }: FileCompareProps) {
  const [older, newer] = [useHead(page, before.place), useHead(page, after.place)];
  const difference = useMemo(
    () =>
      older.value &&
      newer.value &&
      tableDifference(older.value, newer.value, comparableRows(older.value, newer.value)),
    [older.value, newer.value],
  );
  const problem = problemOf(older) ?? problemOf(newer);
  if (!difference) {
    if (problem !== undefined) return <Problem message={problem} />;
    return <Loading name={t('Reading the tables')} />;
  }
  const rowsOf = (total: number | undefined) => (total === undefined ? '?' : countText(total));
  return (
    <div>
      <p class="art-note">
        {t('{0} → {1} rows.', rowsOf(older.value?.total), rowsOf(newer.value?.total))}{' '}
        {t(
          'Of the first {0} rows {1} differ.',
          countText(difference.rows.length),
          countText(difference.changed),
        )}{' '}
        {difference.added.length > 0 && (
          <bdi dir="auto">{t('New columns: {0}.', difference.added.join(', '))}</bdi>
        )}{' '}
        {difference.removed.length > 0 && (
          <bdi dir="auto">{t('Columns that are gone: {0}.', difference.removed.join(', '))}</bdi>
        )}
      </p>
      {difference.changed > 0 && <ChangedRows difference={difference} />}
    </div>
  );
}

const useHead = ({ panel }: ArtifactPage, place: FilePlace) =>
  useQuery(panel, {
    route: 'POST /api/file-table',
    request: { place, offset: 0, limit: ROWS },
    touches: () => false,
  });

function ChangedRows({ difference: { columns, rows } }: { readonly difference: TableDifference }) {
  const changed = rows.filter((row) => isChanged(row, columns));
  const different = columns.filter((column) => changed.some((row) => !isSameCell(row, column)));
  const shown = different.slice(0, COLUMNS);
  return (
    <Scrolling look="art-wide" name={t('Rows that differ')}>
      {shown.length < different.length && (
        <p class="art-note">
          {t(
            '{0} of {1} columns that differ are shown.',
            countText(shown.length),
            countText(different.length),
          )}
        </p>
      )}
      <table class="art-list">
        <thead>
          <tr>
            <th scope="col">{t('Row')}</th>
            {shown.map(({ name }, index) => (
              <th key={index} scope="col" dir="auto">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {changed.map((row) => (
            <tr key={row.index}>
              <th scope="row">{countText(row.index + 1)}</th>
              {shown.map((column, index) => (
                <PairCell key={index} row={row} column={column} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolling>
  );
}

interface PairCellProps {
  readonly row: RowPair;
  readonly column: TableDifference['columns'][number];
}

/** What was is struck out, what is stands behind it; read out as such. */
function PairCell({ row, column }: PairCellProps) {
  const [before, after] = [row.before?.[column.before], row.after?.[column.after]];
  if (isSameCell(row, column)) return <td dir="auto">{cellText(before)}</td>;
  return (
    <td dir="auto" class="art-differs">
      {before !== undefined && <del>{cellText(before)}</del>}{' '}
      {after !== undefined && <ins>{cellText(after)}</ins>}
    </td>
  );
}

const LONGEST = 120;

function cellText(value: TableCell | undefined): string {
  if (value === null || value === undefined) return '–';
  const text = String(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
