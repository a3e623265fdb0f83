/** A version of an artifact: what it is, where it comes from, its files, its other versions. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { useMemo, useState } from 'preact/hooks';
import { ageText } from '../../src/base/timeText';
import { artifactLabel } from '../../src/domain/artifact';
import { isAside } from '../../src/domain/artifactPreview';
import { formatBytes } from '../../src/domain/display';
import type { ArtifactRow } from '../../src/protocol/rows';
import { useNow } from '../shared/table/clock';
import { EMPTY_LAYOUT } from '../shared/table/layout';
import { ListRows } from '../shared/table/rows';
import { Table } from '../shared/table/table';
import type { Column } from '../shared/table/types';
import { countText, dateText, t } from '../shared/texts';
import { Button, Tabs, Tag } from '../shared/ui/controls';
import { Empty, Loading, Problem } from '../shared/ui/states';
import { useQuery } from '../shared/useQuery';
import { CompareTab } from './compareTab';
import { FactsTab } from './factsTab';
import { FileView } from './fileView';
import { Lineage } from './lineage';
import { type ArtifactPage, problemOf, roomFor, setView } from './page';
import { openVersion, VersionsTab } from './versionsTab';
import { firstFile, oneLine, type Tab } from './view';

interface ArtifactPageViewProps {
  readonly page: ArtifactPage;
  readonly artifactId: string;
  /** The file that is shown; undefined: the first that a person would look at. */
  readonly path: string | undefined;
}

export function ArtifactPageView({ page, artifactId, path }: ArtifactPageViewProps) {
  const asked = useQuery(page.panel, {
    route: 'GET /api/artifacts/:id',
    request: { id: artifactId },
    // Metadata and tags come later, too.
    touches: (event) => event.type === 'artifact' && event.artifact.id === artifactId,
  });
  const problem = problemOf(asked);
  // The answer for the version before stays until this one is here: it is not this one.
  const artifact = asked.value?.id === artifactId ? asked.value : undefined;
  if (!artifact) {
    if (problem !== undefined) return <Problem message={problem} onRetry={asked.again} />;
    return <Loading name={t('Reading the artifact')} />;
  }
  const { tab } = page.panel.state.view;
  const others = artifact.files.filter((file) => !isAside(file.path)).length;
  return (
    <div class="art">
      {problem !== undefined && <Problem isBar message={problem} onRetry={asked.again} />}
      <Head page={page} artifact={artifact} />
      <Lineage
        key={artifactId}
        page={page}
        artifact={artifact}
        onVersion={(id) => openVersion(page, id)}
      />
      <Tabs<Tab>
        name={t('Parts of the artifact')}
        tabs={[
          others > 1
            ? { id: 'content', label: t('Content'), count: others }
            : { id: 'content', label: t('Content') },
          { id: 'facts', label: t('Facts') },
          { id: 'versions', label: t('Versions') },
          { id: 'compare', label: t('Compare') },
        ]}
        active={tab}
        onChange={(next) => setView(page, { tab: next })}
      >
        <div class="art-tab-content">
          {tab === 'content' && <Content page={page} artifact={artifact} path={path} />}
          {tab === 'facts' && <FactsTab page={page} artifact={artifact} />}
          {tab === 'versions' && <VersionsTab page={page} artifact={artifact} />}
          {tab === 'compare' && <CompareTab page={page} artifact={artifact} />}
        </div>
      </Tabs>
    </div>
  );
}

interface PartProps {
  readonly page: ArtifactPage;
  readonly artifact: ArtifactRow;
}

function Head({ page, artifact }: PartProps) {
  const { tags = [] } = artifact;
  const now = useNow(artifact.createdAt);
  return (
    <header class="art-head">
      <h1>
        <bdi dir="auto">{oneLine(artifactLabel(artifact))}</bdi>
      </h1>
      <p class="rl-faint art-file-facts">
        <bdi dir="auto">{artifact.type}</bdi> · {formatBytes(artifact.size)} ·{' '}
        <span title={dateText(artifact.createdAt)}>{ageText(artifact.createdAt, now)}</span>
      </p>
      {tags.length > 0 && (
        <p class="art-tags">
          {tags.slice(0, MOST_TAGS).map((tag) => (
            <Tag key={tag}>{oneLine(tag)}</Tag>
          ))}
        </p>
      )}
      <span class="rl-actions">
        <Button
          look="primary"
          onClick={() =>
            void page.changes.run('runlens.copyLoadSnippet', { artifactId: artifact.id })
          }
        >
          {t('Copy Load Snippet')}
        </Button>
      </span>
    </header>
  );
}

const MOST_TAGS = 20;

function Content({ page, artifact, path }: PartProps & { readonly path: string | undefined }) {
  const { files } = artifact;
  const paths = useMemo(() => files.map((file) => file.path), [files]);
  const shown = path !== undefined && paths.includes(path) ? path : firstFile(files);
  if (shown === undefined) {
    return (
      <Empty title={t('This version has no files')}>
        <p>{t('Its value is among the facts, or nothing was saved.')}</p>
      </Empty>
    );
  }
  const onPath = (next: string) => setView(page, { path: next });
  return (
    <>
      {files.length > 1 && <Files files={files} shown={shown} onPath={onPath} />}
      <FileView
        page={page}
        place={{ artifactId: artifact.id, path: shown }}
        siblings={paths}
        onPath={onPath}
      />
    </>
  );
}

type File = ArtifactRow['files'][number];

interface FilesProps {
  readonly files: readonly File[];
  readonly shown: string;
  readonly onPath: (path: string) => void;
}

/** Folded where there are but the value and its sidecars. */
function Files({ files, shown, onPath }: FilesProps) {
  const [layout, setLayout] = useState(EMPTY_LAYOUT);
  const rows = useMemo(
    () => new ListRows(files.map((value) => ({ id: value.path, value }))),
    [files],
  );
  const columns = useMemo(() => fileColumns(shown), [shown]);
  const isLong = files.filter(({ path }) => !isAside(path)).length > 1;
  return (
    <details class="art-files" open={isLong}>
      <summary>{t('{0} files', countText(files.length))}</summary>
      <div
        class="art-files-table"
        style={{ height: `${Math.min(MOST_SHOWN, files.length + 1) * 24 + 4}px` }}
      >
        <Table
          name={t('Files')}
          columns={columns}
          rows={rows}
          layout={layout}
          onLayout={setLayout}
          onOpen={({ value }) => onPath(value.path)}
        />
      </div>
    </details>
  );
}

/** Rows of the list that are in view at once. */
const MOST_SHOWN = 8;

const fileColumns = (shown: string): readonly Column<File>[] => [
  {
    id: 'path',
    name: t('File'),
    width: roomFor(320, 190),
    canHide: false,
    cell: ({ value }) => ({ is: 'text', text: oneLine(value.path), opens: true }),
  },
  {
    id: 'size',
    name: t('Size'),
    width: 90,
    cell: ({ value }) => ({ is: 'text', text: formatBytes(value.size) }),
  },
  {
    id: 'shown',
    name: t('Shown'),
    width: 120,
    cell: ({ value }) =>
      value.path === shown ? { is: 'text', text: t('shown below') } : { is: 'missing' },
  },
];
