/** Files of which facts are shown and not their content: models, pickles, archives, media, other bytes. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { useMemo, useState } from 'preact/hooks';
import { formatBytes } from '../../src/domain/display';
import type { FileFacts, FilePlace, FileView } from '../../src/protocol/files';
import type { ModelFiles, SchemaField } from '../../src/protocol/models';
import { EMPTY_LAYOUT } from '../shared/table/layout';
import { ListRows } from '../shared/table/rows';
import { Table } from '../shared/table/table';
import type { Column } from '../shared/table/types';
import { countText, t } from '../shared/texts';
import { Button, Tag, TextField } from '../shared/ui/controls';
import { Icon } from '../shared/ui/icon';
import { Scrolled } from '../shared/ui/scrolled';
import { Empty } from '../shared/ui/states';
import { hexLines } from './hex';
import { loadSnippet } from './modelSnippet';
import { type ArtifactPage, act, roomFor } from './page';
import { Scrolling } from './scrolling';
import { oneLine } from './view';

type Of<K extends FileView['kind']> = Extract<FileView, { kind: K }>;

/** What unpickling would call: the page never does. */
export function PickleView({ view: { globals, complete } }: { readonly view: Of<'pickle'> }) {
  return (
    <section class="art-section">
      <p class="art-caution">
        <Icon name="warning" />
        <span>
          {t(
            'Loading a pickle runs code that it names. It was not loaded here: this is what was found by reading it. Load it only when you trust where it comes from.',
          )}
        </span>
      </p>
      <h3>{t('What it would import')}</h3>
      {globals.length === 0 ? (
        <p>{t('Nothing: only numbers, texts, lists and the like.')}</p>
      ) : (
        <ul class="art-globals">
          {globals.map((name) => (
            <li key={name}>
              <code dir="auto">{oneLine(name)}</code>
            </li>
          ))}
        </ul>
      )}
      {!complete && (
        <p class="art-note">{t('It could not be followed to its end: there may be more.')}</p>
      )}
    </section>
  );
}

interface Entry {
  readonly path: string;
  readonly size: number;
}

const entryColumns = (): readonly Column<Entry>[] => [
  {
    id: 'path',
    name: t('Path'),
    width: roomFor(560, 150),
    canHide: false,
    cell: ({ value }) => ({ is: 'text', text: oneLine(value.path) }),
  },
  {
    id: 'size',
    name: t('Size'),
    width: 100,
    cell: ({ value }) => ({
      is: 'custom',
      text: String(value.size),
      draw: () => <span class="rl-figures art-end">{formatBytes(value.size)}</span>,
    }),
  },
];

export function ArchiveView({
  page,
  view,
}: {
  readonly page: ArtifactPage;
  readonly view: Of<'archive'>;
}) {
  const { entries, total } = view;
  const [text, setText] = useState('');
  const [layout, setLayout] = useState(EMPTY_LAYOUT);
  const found = useMemo(() => {
    const wanted = text.trim().toLowerCase();
    return entries.filter(({ path }) => path.toLowerCase().includes(wanted));
  }, [entries, text]);
  const rows = useMemo(
    () => new ListRows(found.map((value, index) => ({ id: `${index} ${value.path}`, value }))),
    [found],
  );
  const columns = useMemo(entryColumns, []);
  const bytes = entries.reduce((sum, { size }) => sum + size, 0);
  return (
    <div class="art-data">
      <div class="art-tools">
        <TextField
          name={t('Find in the archive')}
          placeholder={t('Find in the archive')}
          value={text}
          onInput={setText}
        />
        <span class="rl-faint" role="status">
          {text === ''
            ? t('{0} entries, {1} unpacked', countText(total), formatBytes(bytes))
            : t('{0} of {1} entries', countText(found.length), countText(total))}
        </span>
      </div>
      {entries.length < total && (
        <p class="art-note">
          {t('The first {0} entries are listed and searched.', countText(entries.length))}
        </p>
      )}
      <div class="art-table">
        <Table
          name={t('Entries of the archive')}
          columns={columns}
          rows={rows}
          layout={layout}
          onLayout={setLayout}
          onCopy={(copied) => act(page, page.changes.copy(copied))}
          empty={<Empty title={text === '' ? t('This archive is empty') : t('No entry matches')} />}
        />
      </div>
    </div>
  );
}

const MEDIA = {
  pdf: 'PDF documents are opened by a program of your machine.',
  audio: 'Sound is played by the editor’s own preview, or by a program of your machine.',
  video: 'Films are played by the editor’s own preview, or by a program of your machine.',
} as const;

interface MediaViewProps {
  readonly kind: keyof typeof MEDIA;
  readonly mediaType: string;
}

export function MediaView({ kind, mediaType }: MediaViewProps) {
  return (
    <section class="art-section">
      <p>{t(MEDIA[kind])}</p>
      <p class="rl-faint">{mediaType}</p>
    </section>
  );
}

export function BinaryView({ facts: { head = '', size } }: { readonly facts: FileFacts }) {
  const lines = hexLines(head);
  if (lines.length === 0) return <p class="art-note">{t('This file is empty.')}</p>;
  const shown = head.length / 2;
  return (
    <section class="art-section">
      <h3>
        {shown < size
          ? t('First {0} of {1}', formatBytes(shown), formatBytes(size))
          : t('All bytes')}
      </h3>
      <Scrolled
        class="art-lines art-hex"
        name={t('First bytes in hexadecimal')}
        text={lines
          .map(({ offset, bytes, text }) => `${offset}  ${bytes.padEnd(47)}  ${text}`)
          .join('\n')}
      />
    </section>
  );
}

interface ModelViewProps {
  readonly page: ArtifactPage;
  readonly place: FilePlace;
  readonly model: ModelFiles;
}

export function ModelView({ page, place, model }: ModelViewProps) {
  const snippet = loadSnippet(place, model);
  return (
    <div>
      <section class="art-section">
        <h3>{t('Model')}</h3>
        <p class="art-tags">
          {model.flavors.map((flavor) => (
            <Tag key={flavor}>{flavor}</Tag>
          ))}
        </p>
        <dl class="art-facts">
          {model.mlflowVersion !== undefined && <Fact name="MLflow" text={model.mlflowVersion} />}
          {model.pythonVersion !== undefined && <Fact name="Python" text={model.pythonVersion} />}
          <Fact name={t('Size')} text={formatBytes(model.bytes)} />
        </dl>
      </section>
      <section class="art-section">
        <h3>{t('Load it')}</h3>
        <Scrolled class="art-lines art-short" name={t('Load it')} text={snippet} />
        <Button onClick={() => act(page, page.changes.copy(snippet))}>{t('Copy')}</Button>
      </section>
      <Schema name={t('Inputs')} fields={model.inputs} />
      <Schema name={t('Outputs')} fields={model.outputs} />
      {model.requirements.length > 0 && (
        <section class="art-section">
          <h3>{t('Requirements')}</h3>
          <ul class="art-globals">
            {model.requirements.map((line, index) => (
              <li key={index}>
                <code dir="auto">{line}</code>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

export const Fact = ({ name, text }: { readonly name: string; readonly text: string }) => (
  <>
    <dt>{name}</dt>
    <dd>
      <bdi dir="auto">{text}</bdi>
    </dd>
  </>
);

function Schema({
  name,
  fields,
}: {
  readonly name: string;
  readonly fields: readonly SchemaField[] | undefined;
}) {
  return (
    <section class="art-section">
      <h3>{name}</h3>
      {!fields || fields.length === 0 ? (
        <p class="rl-faint">{t('The signature says nothing of them.')}</p>
      ) : (
        <Scrolling look="art-wide" name={name}>
          <table class="art-list">
            <thead>
              <tr>
                <th scope="col">{t('Name')}</th>
                <th scope="col">{t('Type')}</th>
                <th scope="col">{t('Required')}</th>
              </tr>
            </thead>
            <tbody>
              {fields.map((field, index) => (
                <tr key={index}>
                  <th scope="row" dir="auto">
                    {field.name === '' ? '–' : field.name}
                  </th>
                  <td dir="auto">{fieldType(field)}</td>
                  <td>{field.required ? t('yes') : t('no')}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scrolling>
      )}
    </section>
  );
}

/** `float32 (any, 28, 28)`. */
export function fieldType({ type, shape }: SchemaField): string {
  if (!shape) return type;
  return `${type} (${shape.map((size) => (size < 0 ? t('any') : String(size))).join(', ')})`;
}
