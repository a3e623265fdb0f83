/** A run's tags. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { t } from '../shared/texts';
import { TagEditor } from '../shared/ui/tagEditor';
import { setTag } from './acts';
import type { RunPage } from './page';

export const Tags = ({ page: { run, place, changes } }: { readonly page: RunPage }) => (
  <section aria-label={t('Tags')}>
    <h2>{t('Tags')}</h2>
    <TagEditor
      tags={run.tags}
      canEdit={place.canWrite}
      onSet={(tag) => setTag(run, tag, changes)}
    />
  </section>
);
