/** The Models page: registered models at one side, the chosen one beside them. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { useMemo, useRef } from 'preact/hooks';
import type { PanelStart } from '../../src/protocol/webview/panel';
import { Changes } from '../shared/changes';
import { usePanel } from '../shared/panel';
import { t } from '../shared/texts';
import { Scrolled } from '../shared/ui/scrolled';
import { Empty, Loading, Problem } from '../shared/ui/states';
import { Toaster, Toasts } from '../shared/ui/toast';
import { useQuery } from '../shared/useQuery';
import { ModelList } from './list';
import { Model } from './model';
import { type ModelsPage, type ModelsPanel, touchesModel } from './page';

export function App({ panel }: { readonly panel: ModelsPanel }) {
  const { start, problem } = usePanel(panel);
  if (!start) {
    return problem === undefined ? (
      <Loading name={t('Reading models')} />
    ) : (
      <Problem message={problem} />
    );
  }
  return <Body panel={panel} start={start} />;
}

/** More are found by a search. */
const LISTED = 200;

function Body({ panel, start }: { readonly panel: ModelsPanel; readonly start: PanelStart }) {
  const { status, view } = usePanel(panel);
  const toaster = useMemo(() => new Toaster(), []);
  const changes = useMemo(() => new Changes(panel.host, toaster), [panel, toaster]);
  const isOwn = start.place.source === undefined;
  const text = view.search.trim();
  const models = useQuery(panel, {
    route: 'GET /api/models',
    request: isOwn ? { limit: LISTED, ...(text === '' ? {} : { text }) } : undefined,
    touches: (event) => touchesModel(event, undefined),
  });
  const page: ModelsPage = {
    panel,
    place: start.place,
    changes,
    view,
    setView: (part) => panel.setView({ ...panel.state.view, ...part }),
  };
  const subject = start.subject.kind === 'models' ? start.subject : undefined;
  // The first one stays while a search is typed.
  const first = useRef<string | undefined>(undefined);
  first.current ??= models.value?.items[0]?.name;
  const name = view.model ?? subject?.model ?? first.current;
  const version = view.version ?? (name === subject?.model ? subject?.version : undefined);
  const showLog = () => void changes.run('runlens.showLog', {});
  const isDown = status.kind === 'down';
  if (!isOwn) return <Empty title={t('Only models of this project are shown here')} />;
  const isEmpty = models.value?.total === 0 && text === '' && name === undefined;
  return (
    <div class="models rl-digests">
      {isDown && <Problem isBar message={status.message} onLog={showLog} />}
      {models.problem !== undefined && !isDown && (
        <Problem
          isBar={models.value !== undefined}
          message={models.problem}
          onRetry={models.again}
          onLog={showLog}
        />
      )}
      {!models.value && models.problem === undefined && <Loading name={t('Reading models')} />}
      {isEmpty && <NoModels onCopy={(snippet) => void changes.copy(snippet)} />}
      {models.value && !isEmpty && (
        <div class="models-panes">
          <ModelList page={page} models={models.value} chosen={name} />
          {name !== undefined && <Model key={name} page={page} name={name} version={version} />}
        </div>
      )}
      <Toasts toaster={toaster} />
    </div>
  );
}

const SNIPPET = `import mlflow

with mlflow.start_run():
    mlflow.sklearn.log_model(model, name="model", registered_model_name="classifier")
`;

function NoModels({ onCopy }: { readonly onCopy: (snippet: string) => void }) {
  return (
    <Empty
      title={t('No model is registered yet')}
      actions={[{ label: t('Copy This Snippet'), onClick: () => onCopy(SNIPPET) }]}
    >
      <Scrolled name={t('Python that registers a model')} text={SNIPPET} />
    </Empty>
  );
}
