/** What stands in the place of rows when there are none. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { t } from '../shared/texts';
import { Empty } from '../shared/ui/states';
import type { RunActs } from './acts';
import type { RunsModel } from './model';

const SNIPPET = [
  'import mlflow',
  'mlflow.set_experiment("first")',
  'with mlflow.start_run():',
  '    mlflow.log_param("lr", 0.01)',
  '    for step in range(100):',
  '        mlflow.log_metric("loss", 1 / (step + 1), step=step)',
].join('\n');

export function EmptyState({ model, acts }: { readonly model: RunsModel; readonly acts: RunActs }) {
  const { view, panel, state } = model;
  if (view.filter !== '') {
    return (
      <Empty
        title={t('No run is found')}
        actions={[
          { label: t('Clear Filter'), onClick: () => model.setView({ ...view, filter: '' }) },
        ]}
      >
        <p>{t('The filter lets no run pass.')}</p>
      </Empty>
    );
  }
  // Programs of this folder do not log into a source.
  if (state.start?.place.source !== undefined) {
    return (
      <Empty title={t('No runs yet')}>
        <p>{t('There are no runs in {0}.', state.start.place.name)}</p>
      </Empty>
    );
  }
  const sample = {
    label: t('Create Sample Project'),
    onClick: () => acts.run('runlens.createSample', {}),
  };
  const copy = {
    label: t('Copy'),
    onClick: () =>
      acts.attempt(async () => {
        await panel.host.copy(SNIPPET);
        acts.done(t('The snippet is in the clipboard'));
      }),
  };
  return (
    <Empty title={t('No runs yet')} actions={state.start?.place.canRun ? [copy, sample] : [copy]}>
      <p>{t('Run this in the terminal of this folder, and its run is here at once:')}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled by keyboard */}
      <pre tabIndex={0}>{SNIPPET}</pre>
    </Empty>
  );
}
