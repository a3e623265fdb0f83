/** Tags of a model or a version; the registry's clients set them. */
/** @jsxRuntime automatic @jsxImportSource preact */
import type { ModelVersionRow } from '../../src/protocol/models';
import { t } from '../shared/texts';
import { Tag } from '../shared/ui/controls';

export const TagList = ({ tags }: { readonly tags: ModelVersionRow['tags'] }) => (
  <ul class="models-tags" aria-label={t('Tags')}>
    {Object.entries(tags).map(([key, value]) => (
      <li key={key}>
        <Tag>{value === '' ? key : `${key}: ${value}`}</Tag>
      </li>
    ))}
  </ul>
);
