/** What a person changes in the registry here, each with its undoing. */
import { messageOf } from '../../src/base/errors';
import type { ModelStage } from '../../src/domain/model';
import type { ModelRow, ModelVersionRow } from '../../src/protocol/models';
import { t } from '../shared/texts';
import { type ModelsPage, owned } from './page';

const ALIAS = 'POST /api/models/:name/alias';
const TAG = 'POST /api/models/:name/tag';
const STAGE = 'POST /api/models/:name/versions/:version/stage';

/** `version` null takes the alias away. An alias that another version has moves. */
export function setAlias(
  { changes }: Pick<ModelsPage, 'changes'>,
  { name, aliases }: Pick<ModelRow, 'name' | 'aliases'>,
  { alias, version }: { readonly alias: string; readonly version: string | null },
): Promise<boolean> {
  const before = owned(aliases, alias) ?? null;
  if (before === version) return Promise.resolve(true);
  const undo = () => changes.make(ALIAS, { name, alias, version: before });
  const text = aliasText(alias, before, version);
  return changes.make(ALIAS, { name, alias, version }, { text, undo });
}

function aliasText(alias: string, before: string | null, after: string | null): string {
  if (after === null) return t('Took the alias {0} from v{1}.', alias, before ?? '');
  if (before === null) return t('v{0} has the alias {1} now.', after, alias);
  return t('Moved the alias {0} from v{1} to v{2}.', alias, before, after);
}

export interface Promotion {
  readonly stage: ModelStage;
  /** Versions that have the stage now are archived. */
  readonly archiveExisting: boolean;
}

/** Undoing gives each version the stage that it had. */
export async function promote(
  page: Pick<ModelsPage, 'changes' | 'panel'>,
  { model: name, version, stage: before }: ModelVersionRow,
  { stage, archiveExisting }: Promotion,
): Promise<boolean> {
  if (stage === before) return true;
  const { changes } = page;
  const others = archiveExisting ? await versionsIn(page, name, stage) : [];
  if (!others) return false;
  const request = { name, version, stage, archiveExisting };
  const undo = async () => {
    await changes.make(STAGE, { name, version, stage: before });
    for (const other of others) {
      if (other !== version) await changes.make(STAGE, { name, version: other, stage });
    }
  };
  const text =
    others.length > 0
      ? t('v{0} is in {1} now; archived v{2}.', version, stage, others.join(', v'))
      : t('v{0} is in {1} now.', version, stage);
  return changes.make(STAGE, request, { text, undo });
}

const PAGE = 1000;

/** Asked before it changes, so that it can be put back. Undefined, and told, when it cannot be known. */
async function versionsIn(
  { panel, changes }: Pick<ModelsPage, 'changes' | 'panel'>,
  name: string,
  stage: ModelStage,
): Promise<readonly string[] | undefined> {
  const found: string[] = [];
  try {
    for (let offset = 0; ; offset += PAGE) {
      const asked = await panel.host.ask('GET /api/models/:name/versions', {
        name,
        limit: PAGE,
        offset,
      });
      if (!asked.ok) throw new Error(asked.refusal.message);
      const { items, total } = asked.value;
      found.push(...items.filter((row) => row.stage === stage).map(({ version }) => version));
      if (items.length === 0 || offset + items.length >= total) return found;
    }
  } catch (error) {
    changes.fail(messageOf(error));
    return undefined;
  }
}

export interface TagOf {
  readonly name: string;
  /** Undefined: of the model itself. */
  readonly version: string | undefined;
  readonly key: string;
  /** Null: it is not there. */
  readonly before: string | null;
}

/** `value` null takes the tag away. */
export function setTag(
  { changes }: Pick<ModelsPage, 'changes'>,
  { name, version, key, before }: TagOf,
  value: string | null,
): Promise<boolean> {
  if (before === value) return Promise.resolve(true);
  const target = { name, key, ...(version === undefined ? {} : { version }) };
  const undo = () => changes.make(TAG, { ...target, value: before });
  const text = value === null ? t('Removed the tag {0}.', key) : t('Set the tag {0}.', key);
  return changes.make(TAG, { ...target, value }, { text, undo });
}

/** Without `version` of the model itself. */
export function describe(
  { changes }: Pick<ModelsPage, 'changes'>,
  { name, version, before }: { name: string; version: string | undefined; before: string },
  description: string,
): Promise<boolean> {
  const route = 'POST /api/models/:name/describe';
  const target = { name, ...(version === undefined ? {} : { version }) };
  const undo = () => changes.make(route, { ...target, description: before });
  return changes.make(
    route,
    { ...target, description },
    { text: t('Saved the description.'), undo },
  );
}
