/** The code of a run: commit, what differed from it, files that git does not track, packages. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { useMemo, useState } from 'preact/hooks';
import { assertNever } from '../../src/base/assertNever';
import { messageOf } from '../../src/base/errors';
import { formatBytes } from '../../src/domain/display';
import type { FileRecord, PackageRecord, RunEnvironment } from '../../src/domain/environment';
import { LocalTable } from '../shared/table/localTable';
import type { Column } from '../shared/table/types';
import { t } from '../shared/texts';
import { Button, TextField } from '../shared/ui/controls';
import { Empty, Loading, Problem } from '../shared/ui/states';
import { useQuery } from '../shared/useQuery';
import { firstColumnWidth } from './firstColumn';
import { Fact, Facts, Section } from './overview';
import { type RunPage, tagOf } from './page';
import { type PatchedFile, parsePatch } from './patch';
import { objectText, useRecord } from './record';

export function Code({ page }: { readonly page: RunPage }) {
  const record = useRecord(page);
  switch (record.is) {
    case 'reading':
      return <Loading name={t('Reading the record of the code')} />;
    case 'problem':
      return <Problem message={record.message} onRetry={record.again} />;
    case 'none':
      return <NotRecorded page={page} />;
    case 'read':
      return <Recorded page={page} environment={record.environment} />;
    default:
      return assertNever(record);
  }
}

export function NotRecorded({ page: { run } }: { readonly page: RunPage }) {
  const commit = tagOf(run, 'mlflow.source.git.commit');
  return (
    <Empty title={t('The code and environment of this run were not recorded')}>
      <p>
        {t(
          'They are for pipelines, and for MLflow scripts started in a terminal of the editor or after {0}.',
          'eval $(runlens env)',
        )}
      </p>
      {commit !== undefined && (
        <p>
          {t('MLflow noted the commit')} <code>{commit}</code>
        </p>
      )}
    </Empty>
  );
}

interface RecordedProps {
  readonly page: RunPage;
  readonly environment: RunEnvironment;
}

function Recorded({ page, environment }: RecordedProps) {
  const { run, changes } = page;
  const { git, base, files, packages } = environment;
  const commit = git?.commit;
  return (
    <>
      <Section name={t('Code')}>
        <Facts>
          <Fact name={t('Folder')}>
            <code>{base}</code>
          </Fact>
          <Fact name={t('Commit')}>{commit === undefined ? t('none') : <code>{commit}</code>}</Fact>
          {git?.branch !== undefined && <Fact name={t('Branch')}>{git.branch}</Fact>}
          {git?.remote !== undefined && <Fact name={t('Remote')}>{git.remote}</Fact>}
        </Facts>
        <p class="rl-actions">
          <Button onClick={() => void changes.run('runlens.diffRunCode', { runIds: [run.runId] })}>
            {t('Compare Code With…')}
          </Button>
          {commit !== undefined && (
            <Button onClick={() => void changes.copy(commit)}>{t('Copy Commit')}</Button>
          )}
        </p>
      </Section>
      {git?.patch && <Patch page={page} patch={git.patch} />}
      {files.length > 0 && <Files page={page} environment={environment} />}
      <Packages page={page} packages={packages} />
    </>
  );
}

interface PatchProps {
  readonly page: RunPage;
  readonly patch: { readonly object?: string; readonly bytes: number };
}

function Patch({ page, patch }: PatchProps) {
  const { changes, panel, run } = page;
  const digest = patch.object;
  const object = useQuery(panel, {
    route: 'GET /api/objects/:digest',
    request: digest === undefined ? undefined : { digest },
    touches: () => false,
  });
  const base64 = object.value?.base64;
  const text = useMemo(() => (base64 === undefined ? undefined : objectText(base64)), [base64]);
  const files = useMemo(() => parsePatch(text ?? ''), [text]);
  const open = ({ path, before, after }: PatchedFile) =>
    void changes.run('runlens.compareTexts', {
      texts: { title: t('{0} ({1})', path, run.name), left: before, right: after },
    });
  return (
    <Section name={t('Uncommitted changes')}>
      {digest === undefined && (
        <p class="rl-warn">
          {t('They were too large to keep ({0} or more).', formatBytes(patch.bytes))}
        </p>
      )}
      {object.problem !== undefined && <Problem message={object.problem} onRetry={object.again} />}
      {text !== undefined && (
        <>
          <p class="rl-actions">
            <Button onClick={() => void changes.copy(text)}>{t('Copy Patch')}</Button>
            <span class="rl-faint">{t('Select a file to see its changes in the editor.')}</span>
          </p>
          <LocalTable<PatchedFile>
            name={t('Changed files')}
            columns={patchColumns()}
            rows={files.map((file) => ({ id: file.path, value: file }))}
            onOpen={({ value }) => open(value)}
            onCopy={(copied) => void changes.copy(copied)}
          />
        </>
      )}
    </Section>
  );
}

const CHANGE = { added: 'added', removed: 'removed', changed: 'changed' } as const;

const patchColumns = (): readonly Column<PatchedFile>[] => [
  {
    id: 'path',
    name: t('File'),
    width: firstColumnWidth(380),
    canSort: true,
    sortsFirst: 'asc',
    cell: ({ value: { path } }) => ({ is: 'text', text: path, opens: true }),
  },
  {
    id: 'change',
    name: t('Change'),
    canSort: true,
    cell: ({ value: { change, isBinary } }) => ({
      is: 'text',
      text: isBinary ? t('{0}, binary', t(CHANGE[change])) : t(CHANGE[change]),
    }),
  },
  {
    id: 'added',
    name: t('Lines Added'),
    canSort: true,
    cell: ({ value: { added } }) => ({ is: 'number', value: added }),
  },
  {
    id: 'removed',
    name: t('Lines Removed'),
    canSort: true,
    cell: ({ value: { removed } }) => ({ is: 'number', value: removed }),
  },
];

function Files({ page, environment }: RecordedProps) {
  const { files, filesLeftOut, git } = environment;
  const [problem, setProblem] = useState<string | undefined>(undefined);
  const name = git ? t('Files that git does not track') : t('Files of the workspace');
  const open = async ({ path, sha256, kept }: FileRecord) => {
    if (!kept || sha256 === undefined) return setProblem(t('{0} was not kept.', path));
    try {
      const asked = await page.panel.host.ask('GET /api/objects/:digest', { digest: sha256 });
      if (!asked.ok) return setProblem(asked.refusal.message);
      setProblem(undefined);
      const texts = { title: path, left: '', right: objectText(asked.value.base64) };
      await page.changes.run('runlens.compareTexts', { texts });
    } catch (error) {
      setProblem(messageOf(error));
    }
  };
  return (
    <Section name={name}>
      {problem !== undefined && <Problem message={problem} />}
      <LocalTable<FileRecord>
        name={name}
        columns={fileColumns()}
        rows={files.map((file) => ({ id: file.path, value: file }))}
        onOpen={({ value }) => void open(value)}
        onCopy={(text) => void page.changes.copy(text)}
      />
      {filesLeftOut > 0 && (
        <p class="rl-faint">{t('{0} more files were not recorded.', filesLeftOut)}</p>
      )}
    </Section>
  );
}

const fileColumns = (): readonly Column<FileRecord>[] => [
  {
    id: 'path',
    name: t('File'),
    width: firstColumnWidth(380),
    canSort: true,
    sortsFirst: 'asc',
    cell: ({ value: { path, kept } }) => ({ is: 'text', text: path, opens: kept }),
  },
  {
    id: 'size',
    name: t('Size'),
    cell: ({ value: { bytes } }) => ({ is: 'text', text: formatBytes(bytes) }),
  },
  {
    id: 'kept',
    name: t('Kept'),
    cell: ({ value: { kept } }) => ({ is: 'text', text: kept ? t('yes') : t('no') }),
  },
];

function Packages({
  page,
  packages,
}: {
  readonly page: RunPage;
  readonly packages: readonly PackageRecord[];
}) {
  const [search, setSearch] = useState('');
  const wanted = search.trim().toLowerCase();
  const rows = useMemo(
    () =>
      packages
        .filter(({ name }) => name.toLowerCase().includes(wanted))
        .map((one) => ({ id: one.name, value: one })),
    [packages, wanted],
  );
  return (
    <Section name={t('Packages')}>
      <div class="run-bar">
        <TextField
          name={t('Search packages')}
          placeholder={t('Search packages')}
          value={search}
          onInput={setSearch}
        />
      </div>
      <LocalTable<PackageRecord>
        name={t('Packages')}
        columns={packageColumns()}
        rows={rows}
        onCopy={(text) => void page.changes.copy(text)}
        empty={<p class="rl-faint">{t('No package has this in its name.')}</p>}
      />
    </Section>
  );
}

const packageColumns = (): readonly Column<PackageRecord>[] => [
  {
    id: 'name',
    name: t('Package'),
    width: 240,
    canSort: true,
    sortsFirst: 'asc',
    cell: ({ value: { name } }) => ({ is: 'text', text: name }),
  },
  {
    id: 'version',
    name: t('Version'),
    canSort: true,
    cell: ({ value: { version } }) => ({ is: 'text', text: version }),
  },
  {
    id: 'from',
    name: t('Installed From'),
    width: 320,
    cell: ({ value: { url, local } }) => {
      const from = local ?? url;
      return from === undefined ? { is: 'missing' } : { is: 'text', text: from };
    },
  },
];
