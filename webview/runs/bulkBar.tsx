/** What can be done with the selected runs; there while some are. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { useState } from 'preact/hooks';
import { LIMITS } from '../../src/domain/limits';
import { isPersonsTag } from '../../src/domain/tags';
import { countText, t } from '../shared/texts';
import { Button, Dropdown, IconButton, TextField } from '../shared/ui/controls';
import { MOST_COMPARED, type RunActs } from './acts';
import type { RunsModel } from './model';
import { PopoverButton } from './popoverButton';

export interface BulkBarProps {
  readonly model: RunsModel;
  readonly acts: RunActs;
}

export function BulkBar({ model, acts }: BulkBarProps) {
  const { count, readOnly } = acts;
  if (count === 0) return null;
  const tags = (model.facts.state.value?.tags ?? []).map(({ key }) => key);
  const isFew = count >= 2 && count <= MOST_COMPARED;
  return (
    <div class="runs-bulk" role="toolbar" aria-label={t('Selected runs')}>
      <span role="status">
        {count === 1 ? t('1 selected') : t('{0} selected', countText(count))}
      </span>
      <Button
        look="primary"
        disabled={!isFew}
        title={isFew ? t('Compare') : t('Select 2 to {0} runs', MOST_COMPARED)}
        onClick={() => acts.compareSelected()}
      >
        {t('Compare')}
      </Button>
      <Button onClick={() => acts.showSelected()}>{t('Show in Charts')}</Button>
      <PopoverButton
        icon="tag"
        name={readOnly ?? t('Tag')}
        text={t('Tag…')}
        disabled={readOnly !== undefined}
        content={(close) => (
          <TagForm
            onTag={(key, value) => {
              acts.tag(acts.selected(), key, value);
              close();
            }}
          />
        )}
      />
      <PopoverButton
        icon="minus"
        name={readOnly ?? t('Untag')}
        text={t('Untag…')}
        disabled={readOnly !== undefined || tags.length === 0}
        content={(close) => (
          <UntagForm
            keys={tags}
            onUntag={(key) => {
              acts.untag(acts.selected(), key);
              close();
            }}
          />
        )}
      />
      <Button onClick={() => acts.exportSelected()}>{t('Export…')}</Button>
      <Button
        disabled={readOnly !== undefined}
        title={readOnly ?? t('Delete')}
        onClick={() => acts.removeSelected()}
      >
        {t('Delete')}
      </Button>
      <IconButton
        icon="close"
        name={t('Clear Selection')}
        onClick={() => model.setSelection({ kind: 'some', ids: [] })}
      />
    </div>
  );
}

function TagForm({ onTag }: { readonly onTag: (key: string, value: string) => void }) {
  const [key, setKey] = useState('');
  const [value, setValue] = useState('');
  const wanted = key.trim();
  const isProgram = wanted !== '' && !isPersonsTag(wanted);
  const isWhole = wanted !== '' && !isProgram && wanted.length <= LIMITS.keyLength;
  const commit = () => {
    if (isWhole) onTag(wanted, value);
  };
  return (
    <div class="runs-form">
      <TextField
        name={t('Tag')}
        isNameShown
        value={key}
        onInput={setKey}
        onCommit={commit}
        autofocus
      />
      <TextField name={t('Value')} isNameShown value={value} onInput={setValue} onCommit={commit} />
      {isProgram && (
        <p class="rl-warn" role="status">
          {t('Keys that begin with mlflow. or runlens. are set by programs.')}
        </p>
      )}
      <Button look="primary" disabled={!isWhole} onClick={commit}>
        {t('Set Tag')}
      </Button>
    </div>
  );
}

interface UntagFormProps {
  readonly keys: readonly string[];
  readonly onUntag: (key: string) => void;
}

function UntagForm({ keys, onUntag }: UntagFormProps) {
  // Tags of MLflow and of Runlens say where a run is from: they are changed one by one, if at all.
  const own = keys.filter(isPersonsTag);
  const [first = ''] = own;
  const [key, setKey] = useState(first);
  if (own.length === 0) return <p class="rl-faint">{t('No run has a tag of its own.')}</p>;
  return (
    <div class="runs-form">
      <Dropdown
        name={t('Tag')}
        isNameShown
        choices={own.map((each) => ({ value: each, label: each.slice(0, 80) }))}
        value={key}
        onChange={setKey}
      />
      <Button look="primary" onClick={() => onUntag(key)}>
        {t('Remove Tag')}
      </Button>
    </div>
  );
}
