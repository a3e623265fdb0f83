/** The registered models, with a search. */
/** @jsxRuntime automatic @jsxImportSource preact */
import type { ModelRow } from '../../src/protocol/models';
import type { PageOf } from '../../src/protocol/page';
import { countText, t } from '../shared/texts';
import { Tag, TextField } from '../shared/ui/controls';
import type { ModelsPage } from './page';

export interface ModelListProps {
  readonly page: ModelsPage;
  readonly models: PageOf<ModelRow>;
  /** Name of the one that is shown. */
  readonly chosen: string | undefined;
}

export function ModelList({ page, models, chosen }: ModelListProps) {
  const { view, setView } = page;
  const more = models.total - models.items.length;
  return (
    <nav class="models-list" aria-label={t('Registered models')}>
      <TextField
        name={t('Search models')}
        placeholder={t('Search models')}
        value={view.search}
        onInput={(search) => setView({ search })}
      />
      {models.items.length === 0 && (
        <p class="rl-faint" role="status">
          {t('No model has this in its name or description.')}
        </p>
      )}
      <ul>
        {models.items.map((model) => (
          <li key={model.name}>
            <button
              type="button"
              class="models-item"
              aria-current={model.name === chosen ? 'true' : undefined}
              onClick={() => choose(page, model.name)}
            >
              <bdi class="models-item-name" dir="auto" title={model.name}>
                {model.name}
              </bdi>
              <span class="rl-faint">
                {model.versions === 1
                  ? t('1 version')
                  : t('{0} versions', countText(model.versions))}
              </span>
              {Object.entries(model.aliases)
                .slice(0, 3)
                .map(([alias, version]) => (
                  <Tag key={alias}>{`@${alias} v${version}`}</Tag>
                ))}
            </button>
          </li>
        ))}
      </ul>
      {more > 0 && <p class="rl-faint">{t('{0} more: search for them.', countText(more))}</p>}
    </nav>
  );
}

/** What was chosen within another model does not fit this one. */
function choose({ view, setView }: ModelsPage, model: string): void {
  if (model === view.model) return;
  setView({ model, version: undefined, against: undefined, metric: undefined });
}
