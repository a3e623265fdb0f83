/** Saved views: takes one, saves what is seen under a name, removes one; what is removed can be put back. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { useEffect, useState } from 'preact/hooks';
import { messageOf } from '../../src/base/errors';
import type { NamedView } from '../../src/domain/runsView';
import type { ViewList } from '../../src/protocol/webview/views';
import { t } from '../shared/texts';
import { Button, IconButton, TextField } from '../shared/ui/controls';
import { Loading, Problem } from '../shared/ui/states';
import type { RunActs } from './acts';
import type { RunsModel } from './model';

export interface SavedViewsProps {
  readonly model: RunsModel;
  readonly acts: RunActs;
  readonly onClose: () => void;
}

export function SavedViews({ model, acts, onClose }: SavedViewsProps) {
  const { viewName } = model.state.view;
  const [list, setList] = useState<ViewList | undefined>(undefined);
  const [problem, setProblem] = useState<string | undefined>(undefined);
  const [name, setName] = useState(viewName ?? '');
  const { host } = model.panel;
  const load = () =>
    host.listViews().then(
      (found) => {
        setList(found);
        setProblem(undefined);
      },
      (error: unknown) => setProblem(messageOf(error)),
    );
  useEffect(() => void load(), []);
  const take = ({ name: taken, view }: NamedView) => {
    model.keep({ view, viewName: taken, savedView: view, place: undefined });
    onClose();
  };
  const save = (as: string) =>
    acts.attempt(async () => {
      const before = model.view;
      const view = seenView(model);
      await host.saveView({ name: as.trim(), view });
      // What was changed while it was saved is a change of it.
      const isSame = model.view === before;
      model.keep({ viewName: as.trim(), savedView: view, ...(isSame && { view }) });
      acts.done(t('View {0} saved', as.trim()));
      onClose();
    });
  const remove = (view: NamedView) =>
    acts.attempt(async () => {
      await host.deleteView(view.name);
      if (view.name === model.state.view.viewName) {
        model.keep({ viewName: undefined, savedView: undefined });
      }
      acts.done(t('View {0} deleted', view.name), () => host.saveView(view));
      await load();
    });
  if (problem !== undefined) return <Problem message={problem} onRetry={() => void load()} />;
  if (!list) return <Loading name={t('Reading views')} lines={3} />;
  return (
    <div class="runs-form">
      <ViewEntries list={list} current={viewName} onTake={take} onRemove={remove} />
      <TextField
        name={t('Name of the view')}
        isNameShown
        value={name}
        onInput={setName}
        onCommit={(as) => {
          if (as.trim() !== '') save(as);
        }}
      />
      <Button look="primary" disabled={name.trim() === ''} onClick={() => save(name)}>
        {list.views.some((view) => view.name.toLowerCase() === name.trim().toLowerCase())
          ? t('Save Over It')
          : t('Save View')}
      </Button>
      <p class="rl-faint">{t('Views are files in .runlens/views, to be committed or not.')}</p>
    </div>
  );
}

/** Its columns by name, so that it shows the same with other data. */
function seenView(model: RunsModel) {
  const { view } = model;
  const shown = model.columns.refs.map(({ id }) => id);
  const added = [...new Set([...view.columns.added, ...shown])];
  return { ...view, columns: { ...view.columns, added } };
}

interface ViewEntriesProps {
  readonly list: ViewList;
  readonly current: string | undefined;
  readonly onTake: (view: NamedView) => void;
  readonly onRemove: (view: NamedView) => void;
}

function ViewEntries({ list, current, onTake, onRemove }: ViewEntriesProps) {
  return (
    <>
      {list.views.length === 0 && (
        <p class="rl-faint">
          {t('A view is a filter, an order, columns, groups and a baseline under a name.')}
        </p>
      )}
      <ul class="runs-views">
        {list.views.map((view) => (
          <li key={view.name}>
            <button
              type="button"
              class="rl-link rl-text"
              aria-current={view.name === current ? 'true' : undefined}
              onClick={() => onTake(view)}
            >
              <bdi dir="auto">{view.name}</bdi>
            </button>
            <IconButton
              icon="close"
              name={t('Delete the View {0}', view.name)}
              onClick={() => onRemove(view)}
            />
          </li>
        ))}
      </ul>
      {list.problems.map(({ file, message }) => (
        <Problem key={file} message={`${file}: ${message}`} isBar />
      ))}
    </>
  );
}
