/** Tags of a run, a model or a version: seen, and where it may be, added, changed and removed in place. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { useState } from 'preact/hooks';
import { isPersonsTag } from '../../../src/domain/tags';
import { t } from '../texts';
import { Button, IconButton, Tag, TextField } from './controls';

export interface TagValue {
  readonly key: string;
  readonly value: string;
}

export interface TagEditorProps {
  /** Those of MLflow and Runlens are left out: other parts of a page show what they say. */
  readonly tags: readonly TagValue[];
  readonly canEdit: boolean;
  /** `value` null takes the tag away. True when it is done. */
  readonly onSet: (tag: {
    readonly key: string;
    readonly value: string | null;
  }) => Promise<boolean>;
}

export function TagEditor({ tags, canEdit, onSet }: TagEditorProps) {
  const [edited, setEdited] = useState<string | undefined>(undefined);
  const shown = tags.filter(({ key }) => isPersonsTag(key));
  return (
    <>
      <ul class="rl-tags" aria-label={t('Tags')}>
        {shown.map((tag) => (
          <li key={tag.key}>
            {canEdit ? (
              <EditedTag
                tag={tag}
                onEdit={() => setEdited(tag.key)}
                onRemove={() => void onSet({ key: tag.key, value: null })}
              />
            ) : (
              <Tag>{tagText(tag)}</Tag>
            )}
          </li>
        ))}
        {canEdit && edited === undefined && (
          <li>
            <IconButton
              icon="plus"
              name={t('Add Tag')}
              text={t('Add Tag')}
              onClick={() => setEdited('')}
            />
          </li>
        )}
        {!canEdit && shown.length === 0 && <li class="rl-faint">{t('None.')}</li>}
      </ul>
      {edited !== undefined && (
        <TagForm
          key={edited}
          tag={shown.find(({ key }) => key === edited)}
          onSet={onSet}
          onClose={() => setEdited(undefined)}
        />
      )}
    </>
  );
}

const tagText = ({ key, value }: TagValue): string => (value === '' ? key : `${key}: ${value}`);

interface EditedTagProps {
  readonly tag: TagValue;
  readonly onEdit: () => void;
  readonly onRemove: () => void;
}

const EditedTag = ({ tag, onEdit, onRemove }: EditedTagProps) => (
  <span class="rl-tag rl-tag-edited">
    <button
      type="button"
      dir="auto"
      aria-label={t('Change the tag {0}', tagText(tag))}
      title={tagText(tag).slice(0, 1000)}
      onClick={onEdit}
    >
      {tagText(tag)}
    </button>
    <IconButton icon="close" name={t('Remove the tag {0}', tag.key)} onClick={onRemove} />
  </span>
);

interface TagFormProps extends Pick<TagEditorProps, 'onSet'> {
  /** The one that is changed; undefined for a new one. */
  readonly tag: TagValue | undefined;
  readonly onClose: () => void;
}

function TagForm({ tag, onSet, onClose }: TagFormProps) {
  const [key, setKey] = useState(tag?.key ?? '');
  const [value, setValue] = useState(tag?.value ?? '');
  const wanted = key.trim();
  // What these mean is decided elsewhere: a tag of a person must not look like one of them.
  const problem =
    wanted !== '' && !isPersonsTag(wanted)
      ? t('Keys that begin with mlflow. or runlens. are set by programs.')
      : undefined;
  const save = async () => {
    if (wanted === '' || problem !== undefined) return;
    if (await onSet({ key: wanted, value })) onClose();
  };
  return (
    <div class="rl-tag-form">
      {tag ? (
        <bdi dir="auto">{tag.key}</bdi>
      ) : (
        <TextField
          name={t('Key')}
          isNameShown
          value={key}
          autofocus
          onInput={setKey}
          onCommit={() => void save()}
          onCancel={onClose}
        />
      )}
      <TextField
        name={t('Value')}
        isNameShown
        value={value}
        autofocus={tag !== undefined}
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
