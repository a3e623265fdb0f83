/** The Artifact page: a version of an artifact, or a file of a run. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { useMemo } from 'preact/hooks';
import type { PanelPlace, PlaceStatus } from '../../src/protocol/webview/panel';
import { usePanel } from '../shared/panel';
import { t } from '../shared/texts';
import { Empty, Loading, Problem } from '../shared/ui/states';
import { Toasts } from '../shared/ui/toast';
import { useQuery } from '../shared/useQuery';
import { ArtifactPageView } from './artifactPage';
import { FileView } from './fileView';
import { folderOf } from './imageSteps';
import { type ArtifactPage, setView } from './page';
import { nameOf, oneLine, placeOfRun, shownOf } from './view';

export function App({ page }: { readonly page: ArtifactPage }) {
  const { start, problem, status, view } = usePanel(page.panel);
  return (
    <div class="art-main">
      {start && <Status page={page} status={status} />}
      {!start && problem !== undefined && <Problem message={problem} />}
      {!start && problem === undefined && <Loading name={t('Reading the artifact')} />}
      {start && <Subject page={page} shown={shownOf(start.subject, view)} place={start.place} />}
      <Toasts toaster={page.toaster} />
    </div>
  );
}

function Status({ page, status }: { readonly page: ArtifactPage; readonly status: PlaceStatus }) {
  if (status.kind !== 'down') return null;
  return (
    <Problem
      isBar
      message={status.message}
      onLog={() => void page.changes.run('runlens.showLog', {})}
    />
  );
}

interface SubjectProps {
  readonly page: ArtifactPage;
  readonly shown: ReturnType<typeof shownOf>;
  readonly place: PanelPlace;
}

function Subject({ page, shown, place }: SubjectProps) {
  if (!shown) {
    return (
      <Empty title={t('There is nothing to show here')}>
        <p>{t('Open an artifact or a file from the Artifacts or Experiments view.')}</p>
      </Empty>
    );
  }
  if (shown.kind === 'artifact') {
    return <ArtifactPageView page={page} artifactId={shown.artifactId} path={shown.path} />;
  }
  return <RunFile page={page} runId={shown.runId} path={shown.path} place={place} />;
}

interface RunFileProps {
  readonly page: ArtifactPage;
  readonly runId: string;
  readonly path: string;
  readonly place: PanelPlace;
}

function RunFile({ page, runId, path, place }: RunFileProps) {
  const folder = folderOf(path);
  const beside = useQuery(page.panel, {
    route: 'GET /api/runs/:runId/files',
    request: {
      runId,
      ...(folder === undefined ? {} : { path: folder }),
      ...(place.source === undefined ? {} : { source: place.source }),
    },
    // A running run logs more pictures.
    touches: (event) => event.type === 'run' && event.run.runId === runId,
  });
  const siblings = useMemo(
    () => (beside.value?.items ?? []).flatMap((file) => (file.isDirectory ? [] : [file.path])),
    [beside.value],
  );
  return (
    <div class="art">
      <h1 class="rl-sr-only">{t('File {0}', oneLine(nameOf(path)))}</h1>
      <FileView
        page={page}
        place={placeOfRun(runId, path, place)}
        siblings={siblings}
        onPath={(next) => setView(page, { path: next })}
        actions={
          <button
            type="button"
            class="rl-link"
            onClick={() => void page.changes.run('runlens.openRun', { runIds: [runId] })}
          >
            {t('Open Its Run')}
          </button>
        }
      />
    </div>
  );
}
