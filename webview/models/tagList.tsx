/** Tags of a model or of one of its versions. */
/** @jsxRuntime automatic @jsxImportSource preact */
import type { ModelVersionRow } from '../../src/protocol/models';
import { TagEditor } from '../shared/ui/tagEditor';
import { setTag } from './acts';
import { type ModelsPage, owned } from './page';

export interface TagListProps {
  readonly page: ModelsPage;
  readonly name: string;
  /** Undefined: of the model itself. */
  readonly version: string | undefined;
  readonly tags: ModelVersionRow['tags'];
}

export const TagList = ({ page, name, version, tags }: TagListProps) => (
  <TagEditor
    tags={Object.entries(tags).map(([key, value]) => ({ key, value }))}
    canEdit={page.place.canWrite}
    onSet={({ key, value }) =>
      setTag(page, { name, version, key, before: owned(tags, key) ?? null }, value)
    }
  />
);
