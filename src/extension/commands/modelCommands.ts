/** Commands on versions of registered models: stage, alias, description, the line that loads them. */
import * as vscode from 'vscode';
import { RunlensError } from '../../base/errors';
import { MODEL_STAGES, type ModelStage } from '../../domain/model';
import type { ModelVersionRow } from '../../protocol/models';
import { type Places, placeId } from '../panels/places';
import type { FolderSession } from '../session/folderSession';
import type { Sessions } from '../session/sessions';
import { isSource } from '../sources/sourceSession';
import { t } from '../texts';
import { placeTargetOf } from './placeTargets';

interface Chosen {
  readonly session: FolderSession;
  readonly model: string;
  readonly version: ModelVersionRow;
}

/** What is offered and looked through. */
const MOST = 1000;

export class ModelCommands {
  constructor(private readonly parts: { readonly places: Places; readonly sessions: Sessions }) {}

  /** Asks for the model and version it lacks, then for the stage; can be undone. */
  readonly promoteModel = async (argument?: unknown): Promise<void> => {
    const chosen = await this.version(argument);
    if (!chosen) return;
    const { session, model, version } = chosen;
    const stage = await pickStage(chosen);
    if (stage === undefined || stage === version.stage) return;
    const archiveExisting = await askArchive(chosen, stage);
    if (archiveExisting === undefined) return;
    const set = (to: ModelStage, archive: boolean) =>
      session.call('POST /api/models/:name/versions/:version/stage', {
        name: model,
        version: version.version,
        stage: to,
        archiveExisting: archive,
      });
    await set(stage, archiveExisting.length > 0);
    const said = t('{0} version {1} is in {2}.', model, version.version, stage);
    const undo = await vscode.window.showInformationMessage(said, t('Undo'));
    if (!undo) return;
    await set(version.stage, false);
    for (const other of archiveExisting) {
      await session.call('POST /api/models/:name/versions/:version/stage', {
        name: model,
        version: other.version,
        stage,
      });
    }
  };

  /** Sets an alias, or takes one away. */
  readonly setModelAlias = async (argument?: unknown): Promise<void> => {
    const chosen = await this.version(argument);
    if (!chosen) return;
    const { session, model, version } = chosen;
    const name = model;
    const { aliases } = await session.call('GET /api/models/:name', { name });
    const picked = await pickAlias(chosen, aliases);
    if (!picked) return;
    const { alias } = picked;
    const before = Object.hasOwn(aliases, alias) ? (aliases[alias] ?? null) : null;
    const after = picked.isTaken ? null : version.version;
    await session.call('POST /api/models/:name/alias', { name, alias, version: after });
    const said =
      after === null
        ? t('{0} has no alias {1} any more.', model, alias)
        : t('{0} is version {1} of {2}.', `@${alias}`, after, model);
    const undo = await vscode.window.showInformationMessage(said, t('Undo'));
    if (undo) await session.call('POST /api/models/:name/alias', { name, alias, version: before });
  };

  /** @param argument a version, or a model: then the model itself is described. */
  readonly describeModel = async (argument?: unknown): Promise<void> => {
    const target = placeTargetOf(argument, undefined, this.parts.sessions);
    if (target?.model === undefined) return;
    const { model: name, version } = target;
    const session = this.parts.places.need(target.place);
    const held =
      version === undefined
        ? await session.call('GET /api/models/:name', { name })
        : await session.call('GET /api/models/:name/versions/:version', { name, version });
    const what = version === undefined ? name : `${name} v${version}`;
    const prompt = t('Description of {0}, in Markdown', what);
    const description = await vscode.window.showInputBox({ prompt, value: held.description });
    if (description === undefined || description === held.description) return;
    await session.call('POST /api/models/:name/describe', {
      name,
      description,
      ...(version === undefined ? {} : { version }),
    });
  };

  private async version(argument: unknown): Promise<Chosen | undefined> {
    const target = placeTargetOf(argument, undefined, this.parts.sessions);
    const session = target ? this.parts.places.need(target.place) : await this.pickSession();
    if (!session) return undefined;
    if (isSource(session)) {
      throw new RunlensError(
        'source.cannot',
        t('{0} has no models to change here.', session.info.name),
      );
    }
    const model = target?.model ?? (await pickModel(session));
    if (model === undefined) return undefined;
    const { items } = await session.call('GET /api/models/:name/versions', {
      name: model,
      limit: MOST,
    });
    const version =
      target?.version === undefined
        ? await pickVersion(items)
        : items.find((each) => each.version === target.version);
    return version && { session, model, version };
  }

  private async pickSession(): Promise<FolderSession | undefined> {
    const { folders } = this.parts.places;
    if (folders.length < 2) return folders[0];
    const items = folders.map((session) => ({
      label: session.folder.name,
      description: placeId(session),
      session,
    }));
    const placeHolder = t('Of which folder?');
    return (await vscode.window.showQuickPick(items, { placeHolder }))?.session;
  }
}

async function pickModel(session: FolderSession): Promise<string | undefined> {
  const { items } = await session.call('GET /api/models', { limit: MOST });
  if (items.length === 0) {
    await vscode.window.showInformationMessage(t('No model is registered yet.'));
    return undefined;
  }
  const picks = items.map(({ name, versions }) => ({ label: name, description: `${versions}` }));
  return (await vscode.window.showQuickPick(picks, { placeHolder: t('Which model?') }))?.label;
}

async function pickVersion(
  versions: readonly ModelVersionRow[],
): Promise<ModelVersionRow | undefined> {
  const items = versions.map((row) => ({
    label: `v${row.version}`,
    description: [...row.aliases.map((alias) => `@${alias}`), row.stage].join(' · '),
    detail: row.description,
    row,
  }));
  return (await vscode.window.showQuickPick(items, { placeHolder: t('Which version?') }))?.row;
}

async function pickStage({ version }: Chosen): Promise<ModelStage | undefined> {
  const items = MODEL_STAGES.map((stage) => ({
    label: stage,
    description: stage === version.stage ? t('now') : '',
    stage,
  }));
  const placeHolder = t('Stage of version {0}', version.version);
  return (await vscode.window.showQuickPick(items, { placeHolder }))?.stage;
}

/** The versions that are to leave the stage; undefined when the person cancelled. */
async function askArchive(
  { session, model, version }: Chosen,
  stage: ModelStage,
): Promise<readonly ModelVersionRow[] | undefined> {
  if (stage !== 'Production' && stage !== 'Staging') return [];
  const { items } = await session.call('GET /api/models/:name/versions', {
    name: model,
    limit: MOST,
  });
  const others = items.filter((row) => row.stage === stage && row.version !== version.version);
  if (others.length === 0) return [];
  const names = others.map((row) => `v${row.version}`).join(', ');
  const choices = [
    { label: t('Archive {0}', names), description: t('in {0} now', stage), others },
    { label: t('Keep {0} There, Too', names), description: '', others: [] },
  ];
  return (await vscode.window.showQuickPick(choices))?.others;
}

interface PickedAlias {
  readonly alias: string;
  readonly isTaken: boolean;
}

async function pickAlias(
  { version }: Chosen,
  aliases: Readonly<Record<string, string>>,
): Promise<PickedAlias | undefined> {
  const others = Object.keys(aliases).filter((alias) => !version.aliases.includes(alias));
  const items = [
    { label: t('New Alias…'), description: '', alias: undefined, isTaken: false },
    ...others.map((alias) => ({
      label: `@${alias}`,
      description: t('now version {0}', aliases[alias] ?? ''),
      alias,
      isTaken: false,
    })),
    ...version.aliases.map((alias) => ({
      label: t('Take @{0} Away', alias),
      description: '',
      alias,
      isTaken: true,
    })),
  ];
  const placeHolder = t('Alias of version {0}', version.version);
  const picked = await vscode.window.showQuickPick(items, { placeHolder });
  if (!picked) return undefined;
  const { isTaken } = picked;
  const alias =
    picked.alias ?? (await vscode.window.showInputBox({ prompt: t('Name of the alias') }));
  return alias ? { alias: alias.trim().replace(/^@/, ''), isTaken } : undefined;
}
