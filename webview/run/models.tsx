/** Models that a run made or used, and the registered versions made of them. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { t } from '../shared/texts';
import { IconButton } from '../shared/ui/controls';
import { Empty, Loading, Problem } from '../shared/ui/states';
import { OpenVersion, Section } from './overview';
import type { RunPage } from './page';

export function RunModels({ page }: { readonly page: RunPage }) {
  const { value, problem, again } = page.lineage;
  if (!value) {
    return problem === undefined ? (
      <Loading name={t('Reading models')} />
    ) : (
      <Problem message={problem} onRetry={again} />
    );
  }
  const { models, registered } = value;
  if (models.length + registered.length === 0) {
    return (
      <Empty title={t('This run neither made nor used a model')}>
        <p>{t('mlflow.sklearn.log_model(model, name="model") keeps a model with the run.')}</p>
      </Empty>
    );
  }
  return (
    <>
      {models.map((model) => (
        <Section key={`${model.direction} ${model.modelId}`} name={model.name}>
          <p>
            {model.direction === 'made' ? t('Made by this run.') : t('Used by this run.')}{' '}
            <code>{`models:/${model.modelId}`}</code>
            <IconButton
              icon="copy"
              name={t('Copy the address of {0}', model.name)}
              onClick={() => void page.changes.copy(`models:/${model.modelId}`)}
            />
          </p>
          {model.registered.length > 0 && (
            <p class="rl-actions">
              <span class="rl-faint">{t('Registered as')}</span>
              {model.registered.map((version) => (
                <OpenVersion key={version} version={version} page={page} />
              ))}
            </p>
          )}
        </Section>
      ))}
      {registered.length > 0 && (
        <Section name={t('Registered from this run')}>
          <p class="rl-actions">
            {registered.map((version) => (
              <OpenVersion key={version} version={version} page={page} />
            ))}
          </p>
        </Section>
      )}
    </>
  );
}
