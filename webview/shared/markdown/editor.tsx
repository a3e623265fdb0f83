/** A description in Markdown that can be edited: what is written stays a draft until it is saved. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { t } from '../texts';
import { Button, IconButton } from '../ui/controls';
import { Markdown } from './markdown';
import type { StoreLink } from './types';

/** Kept with the page's view: a page that is hidden is gone, what was written must not be. */
export interface Draft {
  readonly text: string;
  /** What was stored when editing began, to see whether somebody else has changed it since. */
  readonly base: string;
}

export interface DescriptionProps {
  /** Heading and accessible name: `Description`. */
  readonly name: string;
  readonly text: string;
  readonly canEdit: boolean;
  readonly draft: Draft | undefined;
  readonly onDraft: (draft: Draft | undefined) => void;
  /** True when it is stored. */
  readonly onSave: (text: string) => Promise<boolean>;
  readonly onOpen?: (link: StoreLink) => void;
}

export function Description(props: DescriptionProps) {
  const { name, text, canEdit, draft, onDraft } = props;
  const begin = () => onDraft({ text, base: text });
  return (
    <section class="rl-description" aria-label={name}>
      <div class="rl-description-head">
        <h2>{name}</h2>
        {canEdit && !draft && text !== '' && (
          <IconButton icon="edit" name={t('Edit {0}', name)} text={t('Edit')} onClick={begin} />
        )}
      </div>
      {draft ? <Editing {...props} draft={draft} /> : <Shown {...props} onBegin={begin} />}
    </section>
  );
}

function Shown(props: DescriptionProps & { readonly onBegin: () => void }) {
  const { text, canEdit, onOpen, onBegin } = props;
  if (text.trim() !== '') return <Markdown text={text} {...(onOpen ? { onOpen } : {})} />;
  return (
    <p class="rl-actions">
      <span class="rl-faint">{t('None yet.')}</span>
      {canEdit && (
        <button type="button" class="rl-link" onClick={onBegin}>
          {t('Add Description')}
        </button>
      )}
    </p>
  );
}

function Editing(props: DescriptionProps & { readonly draft: Draft }) {
  const { name, text, draft, onDraft, onSave, onOpen } = props;
  const [isSaving, setSaving] = useState(false);
  const [isPreview, setPreview] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const hint = useId();
  useEffect(() => field.current?.focus(), [isPreview]);
  const isChangedElsewhere = text !== draft.base;
  const save = async () => {
    if (isSaving) return;
    setSaving(true);
    const isSaved = await onSave(draft.text);
    setSaving(false);
    if (isSaved) onDraft(undefined);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void save();
    // What was written is not thrown away by one key.
    if (event.key === 'Escape' && draft.text === draft.base) onDraft(undefined);
  };
  return (
    <div class="rl-editing">
      {isPreview ? (
        <div class="rl-preview">
          <Markdown text={draft.text} {...(onOpen ? { onOpen } : {})} />
        </div>
      ) : (
        <textarea
          ref={field}
          class="rl-textarea"
          rows={8}
          dir="auto"
          aria-label={name}
          aria-describedby={hint}
          value={draft.text}
          // What was written while it is saved would be thrown away with the draft.
          readOnly={isSaving}
          onInput={({ currentTarget }) => onDraft({ ...draft, text: currentTarget.value })}
          onKeyDown={onKeyDown}
        />
      )}
      {isChangedElsewhere && (
        <p class="rl-warn" role="status">
          {t('It was changed elsewhere meanwhile; saving replaces that.')}{' '}
          <button type="button" class="rl-link" onClick={() => onDraft({ text: text, base: text })}>
            {t('Take the Stored Text')}
          </button>
        </p>
      )}
      <div class="rl-actions">
        <Button look="primary" disabled={isSaving} onClick={() => void save()}>
          {t('Save')}
        </Button>
        <Button onClick={() => onDraft(undefined)}>{t('Cancel')}</Button>
        <Button onClick={() => setPreview(!isPreview)}>
          {isPreview ? t('Edit') : t('Preview')}
        </Button>
        <span class="rl-faint" id={hint}>
          {t('Markdown. Ctrl+Enter saves.')}
        </span>
      </div>
    </div>
  );
}
