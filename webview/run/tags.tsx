/** A run's tags: added, changed and removed in place. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { useState } from 'preact/hooks';
import { t } from '../shared/texts';
import { Button, IconButton, Tag, TextField } from '../shared/ui/controls';
import { setTag } from './acts';
import { isOwnTag, type RunPage } from './page';

export function Tags({ page }: { readonly page: RunPage }) {
  const { run, place, changes } = page;
  const [edited, setEdited] = useState<string | undefined>(undefined);
  const tags = run.tags.filter(({ key }) => isOwnTag(key));
  return (
    <section aria-label={t('Tags')}>
      <h2>{t('Tags')}</h2>
      <ul class="run-tags">
        {tags.map(({ key, value }) => (
          <li key={key}>
            <Tag>{value === '' ? key : `${key}: ${value}`}</Tag>
            {place.canWrite && (
              <>
                <IconButton
                  icon="param"
                  name={t('Change the tag {0}', key)}
                  onClick={() => setEdited(key)}
                />
                <IconButton
                  icon="close"
                  name={t('Remove the tag {0}', key)}
                  onClick={() => void setTag(run, { key, value: null }, changes)}
                />
              </>
            )}
          </li>
        ))}
        {place.canWrite && edited === undefined && (
          <li>
            <IconButton
              icon="plus"
              name={t('Add Tag')}
              text={t('Add Tag')}
              onClick={() => setEdited('')}
            />
          </li>
        )}
        {!place.canWrite && tags.length === 0 && <li class="rl-faint">{t('None.')}</li>}
      </ul>
      {edited !== undefined && (
        <TagForm key={edited} page={page} tag={edited} onClose={() => setEdited(undefined)} />
      )}
    </section>
  );
}

interface TagFormProps {
  readonly page: RunPage;
  /** Key of the one that is changed; empty for a new one. */
  readonly tag: string;
  readonly onClose: () => void;
}

function TagForm({ page: { run, changes }, tag, onClose }: TagFormProps) {
  const [key, setKey] = useState(tag);
  const [value, setValue] = useState(run.tags.find((each) => each.key === tag)?.value ?? '');
  const wanted = key.trim();
  // What these mean is decided elsewhere: a tag of a person must not look like one of them.
  const problem =
    wanted !== '' && !isOwnTag(wanted)
      ? t('Keys that begin with mlflow. or runlens. are set by programs.')
      : undefined;
  const save = async () => {
    if (wanted === '' || problem !== undefined) return;
    if (await setTag(run, { key: wanted, value }, changes)) onClose();
  };
  return (
    <div class="run-tag-form">
      {tag === '' ? (
        <TextField
          name={t('Key')}
          isNameShown
          value={key}
          autofocus
          onInput={setKey}
          onCommit={() => void save()}
          onCancel={onClose}
        />
      ) : (
        <bdi dir="auto">{tag}</bdi>
      )}
      <TextField
        name={t('Value')}
        isNameShown
        value={value}
        autofocus={tag !== ''}
        onInput={setValue}
        onCommit={() => void save()}
        onCancel={onClose}
      />
      <Button
        look="primary"
        disabled={wanted === '' || problem !== undefined}
        onClick={() => void save()}
      >
        {t('Save')}
      </Button>
      <Button onClick={onClose}>{t('Cancel')}</Button>
      {problem !== undefined && (
        <span class="rl-warn" role="status">
          {problem}
        </span>
      )}
    </div>
  );
}
