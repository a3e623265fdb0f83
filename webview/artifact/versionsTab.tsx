/** The versions of an artifact, the newest first: another one is opened, or compared with the one that is shown. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { useEffect, useMemo, useState } from 'preact/hooks';
import { formatBytes } from '../../src/domain/display';
import type { ListRequest } from '../../src/protocol/control';
import type { ArtifactRow } from '../../src/protocol/rows';
import type { LiveAnswer } from '../shared/live';
import { EMPTY_LAYOUT } from '../shared/table/layout';
import { LiveRows, type RowPage, type RowWindow } from '../shared/table/rows';
import { Table } from '../shared/table/table';
import type { Column, TableRow } from '../shared/table/types';
import { t } from '../shared/texts';
import { Empty, Loading, Problem } from '../shared/ui/states';
import { type ArtifactPage, type ArtifactPanel, problemOf, setView } from './page';

interface VersionsTabProps {
  readonly page: ArtifactPage;
  readonly artifact: ArtifactRow;
}

export function VersionsTab({ page, artifact }: VersionsTabProps) {
  const rows = useVersions(page.panel, artifact.name);
  const [layout, setLayout] = useState(EMPTY_LAYOUT);
  const columns = useMemo(() => versionColumns(artifact), [artifact.id, artifact.contentDigest]);
  const problem = problemOf(rows.live.state);
  const retry = () => rows.live.again();
  if (rows.count === undefined) {
    if (problem !== undefined) return <Problem message={problem} onRetry={retry} />;
    return <Loading name={t('Reading versions')} />;
  }
  const open = ({ value }: TableRow<ArtifactRow>) => openVersion(page, value.id);
  const compare = ({ value }: TableRow<ArtifactRow>) =>
    setView(page, { tab: 'compare', against: value.id });
  return (
    <div class="art-data">
      {problem !== undefined && <Problem isBar message={problem} onRetry={retry} />}
      <p class="art-note">
        {t('Enter opens a version. Its menu compares it with the one that is shown.')}
      </p>
      <div class="art-table">
        <Table
          name={t('Versions of {0}', artifact.name)}
          columns={columns}
          rows={rows}
          layout={layout}
          onLayout={setLayout}
          onOpen={(row, column) => (column.id === 'compare' ? compare(row) : open(row))}
          menu={({ row }) => [
            { label: t('Show This Version'), shortcut: 'Enter', onSelect: () => open(row) },
            {
              label: t('Compare with the Shown Version'),
              onSelect: () => compare(row),
              ...(row.id === artifact.id ? { disabled: t('It is the one that is shown') } : {}),
            },
            {
              label: t('Open in Another Panel'),
              onSelect: () => void page.changes.run('runlens.openArtifact', { artifactId: row.id }),
            },
          ]}
          empty={<Empty title={t('There are no versions any more')} />}
        />
      </div>
    </div>
  );
}

/** The tab that was shown stays; the file is chosen anew when the version has none of that name. */
export function openVersion(page: ArtifactPage, artifactId: string): void {
  setView(page, { artifactId, against: undefined });
}

function versionColumns(shown: ArtifactRow): readonly Column<ArtifactRow>[] {
  return [
    {
      id: 'version',
      name: t('Version'),
      canHide: false,
      width: 140,
      cell: ({ value }) => ({
        is: 'text',
        text: value.id === shown.id ? t('{0} (shown)', value.version) : value.version,
        opens: true,
      }),
    },
    {
      id: 'compare',
      name: t('Compare'),
      label: '',
      isControl: true,
      width: 100,
      cell: ({ value }) =>
        value.id === shown.id
          ? { is: 'missing' }
          : {
              is: 'text',
              text: t('Compare'),
              opens: true,
              hint: t('Compare with the shown version'),
            },
    },
    {
      id: 'made',
      name: t('Made'),
      width: 90,
      cell: ({ value }) => ({ is: 'time', at: value.createdAt }),
    },
    {
      id: 'size',
      name: t('Size'),
      width: 90,
      cell: ({ value }) => ({ is: 'text', text: formatBytes(value.size) }),
    },
    {
      id: 'content',
      name: t('Content'),
      width: 150,
      cell: ({ value }) =>
        value.id !== shown.id && isSameContent(value, shown)
          ? { is: 'text', text: t('same as the shown') }
          : { is: 'missing' },
    },
    {
      id: 'step',
      name: t('Made by'),
      width: 220,
      cell: ({ value: { pipeline, stepId } }) =>
        pipeline === undefined
          ? { is: 'missing' }
          : { is: 'text', text: stepId === undefined ? pipeline : `${pipeline} · ${stepId}` },
    },
    {
      id: 'type',
      name: t('Type'),
      width: 220,
      cell: ({ value }) => ({ is: 'text', text: value.type }),
    },
  ];
}

const isSameContent = (a: ArtifactRow, b: ArtifactRow): boolean =>
  a.contentDigest !== undefined && a.contentDigest === b.contentDigest;

/** As the server lets a page have. */
const MOST_ASKED = 1000;

function useVersions(panel: ArtifactPanel, name: string): LiveRows<string, ArtifactRow> {
  const rows = useMemo(
    () =>
      new LiveRows<string, ArtifactRow>((of, window) => versionsOf(panel, of, window), {
        now: Date.now,
        after: (milliseconds, callback) => {
          const timer = setTimeout(callback, milliseconds);
          return () => clearTimeout(timer);
        },
      }),
    [panel, name],
  );
  const [, setChange] = useState(0);
  useEffect(() => {
    panel.follow(rows.live, (event) => event.type === 'artifact' && event.artifact.name === name);
    const subscription = rows.onDidChange(() => setChange((change) => change + 1));
    rows.setQuery(name);
    return () => {
      subscription.dispose();
      rows.dispose();
    };
  }, [rows]);
  return rows;
}

/** `eq:` before the name: one that begins with the word of an operator is a name all the same. */
export function versionsRequest(
  name: string,
  { from, to }: RowWindow,
): ListRequest & { readonly name: string } {
  return { name: `eq:${name}`, offset: from, limit: Math.min(MOST_ASKED, to - from) };
}

async function versionsOf(
  panel: ArtifactPanel,
  name: string,
  window: RowWindow,
): Promise<LiveAnswer<RowPage<ArtifactRow>>> {
  const answer = await panel.host.ask(
    'GET /api/lists/artifact-versions',
    versionsRequest(name, window),
  );
  if (!answer.ok) return answer;
  const { items, total } = answer.value;
  return {
    ok: true,
    value: { rows: items.map((value) => ({ id: value.id, value })), count: total },
  };
}
