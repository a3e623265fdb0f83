/** Aliases and the stage of a version: set, moved, taken away, with an undo each. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { useState } from 'preact/hooks';
import { MODEL_STAGES, type ModelStage } from '../../src/domain/model';
import type { ModelRow, ModelVersionDetail } from '../../src/protocol/models';
import { t } from '../shared/texts';
import { Button, Checkbox, Dropdown, IconButton, Tag, TextField } from '../shared/ui/controls';
import { promote, setAlias } from './acts';
import { type ModelsPage, owned } from './page';

export interface AliasesProps {
  readonly page: ModelsPage;
  readonly model: ModelRow;
  readonly version: string;
}

export function Aliases({ page, model, version }: AliasesProps) {
  const [draft, setDraft] = useState<string | undefined>(undefined);
  const { canWrite } = page.place;
  const own = Object.entries(model.aliases).filter(([, at]) => at === version);
  const wanted = draft?.trim() ?? '';
  const held = owned(model.aliases, wanted);
  const save = async () => {
    if (wanted === '') return;
    if (await setAlias(page, model, { alias: wanted, version })) setDraft(undefined);
  };
  return (
    <div class="models-line">
      <span class="rl-faint">{t('Aliases')}</span>
      {own.map(([alias]) => (
        <span key={alias} class="models-alias">
          <Tag>{`@${alias}`}</Tag>
          {canWrite && (
            <IconButton
              icon="close"
              name={t('Take the alias {0} from v{1}', alias, version)}
              onClick={() => void setAlias(page, model, { alias, version: null })}
            />
          )}
        </span>
      ))}
      {own.length === 0 && draft === undefined && <span>{t('none')}</span>}
      {canWrite && draft === undefined && (
        <IconButton
          icon="plus"
          name={t('Set Alias')}
          text={t('Set Alias')}
          onClick={() => setDraft('')}
        />
      )}
      {draft !== undefined && (
        <>
          <TextField
            name={t('Alias')}
            placeholder="champion"
            value={draft}
            autofocus
            onInput={setDraft}
            onCommit={() => void save()}
            onCancel={() => setDraft(undefined)}
          />
          <Button look="primary" disabled={wanted === ''} onClick={() => void save()}>
            {held !== undefined && held !== version ? t('Move from v{0}', held) : t('Set')}
          </Button>
          <Button onClick={() => setDraft(undefined)}>{t('Cancel')}</Button>
        </>
      )}
    </div>
  );
}

const STAGE_LABEL = {
  None: 'None',
  Staging: 'Staging',
  Production: 'Production',
  Archived: 'Archived',
};

export interface StageProps {
  readonly page: ModelsPage;
  readonly version: ModelVersionDetail;
}

export function Stage({ page, version }: StageProps) {
  // Until one is chosen it is the version's own, whoever changes that; made anew for another one.
  const [chosen, setStage] = useState<ModelStage | undefined>(undefined);
  const stage = chosen ?? version.stage;
  const [archives, setArchives] = useState(true);
  const [isBusy, setBusy] = useState(false);
  if (!page.place.canWrite) {
    return (
      <div class="models-line">
        <span class="rl-faint">{t('Stage')}</span> {t(STAGE_LABEL[version.stage])}
      </div>
    );
  }
  // Only these two are taken by one version at a time.
  const canArchive = stage === 'Staging' || stage === 'Production';
  const change = async () => {
    setBusy(true);
    await promote(page, version, { stage, archiveExisting: canArchive && archives });
    setBusy(false);
  };
  return (
    <div class="models-line">
      <Dropdown
        name={t('Stage')}
        isNameShown
        choices={MODEL_STAGES.map((value) => ({ value, label: t(STAGE_LABEL[value]) }))}
        value={stage}
        onChange={setStage}
      />
      {canArchive && stage !== version.stage && (
        <Checkbox checked={archives} onChange={setArchives}>
          {t('Archive the versions in {0}', t(STAGE_LABEL[stage]))}
        </Checkbox>
      )}
      <Button
        look="primary"
        disabled={stage === version.stage || isBusy}
        onClick={() => void change()}
      >
        {t('Promote')}
      </Button>
      {stage !== version.stage && (
        <span class="rl-faint">{t('now {0}', t(STAGE_LABEL[version.stage]))}</span>
      )}
    </div>
  );
}
