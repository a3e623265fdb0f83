// Pages of the model registry as panels show them, and the history of its versions.
import {
  MODEL_CHANGES,
  type ModelChange,
  type ModelVersion,
  type RegisteredModel,
} from '../../domain/model';
import { TAGS } from '../../domain/tags';
import { maybeText, number, type Row, text } from '../database';
import { damaged } from '../errors';
import type { State } from '../state';
import type { Paged, RegistryPage, RegistryQueries } from '../store';
import { loadModelVersions, loadRegisteredModels } from './registryRows';
import { folding } from './search';

export function registryPages(
  current: () => State,
): Pick<RegistryQueries, 'page' | 'versionPage' | 'changes' | 'versionsOf'> {
  return {
    page: (page) => modelPage(current(), page),
    versionPage: (name, page) => versionPage(current(), name, page),
    changes: (name, version) => changes(current(), name, version),
    versionsOf: (what, id) => versionsOf(current(), what, id),
  };
}

/** A prompt has the tag with the value `true`, in lower case, as in `searchRegistry`. */
const modelsLike = (fold: string) => `FROM registered_models m
  WHERE coalesce((SELECT p.value <> 'true' FROM registered_model_tags p
    WHERE p.key = ? AND p.model = m.id), 1)
  AND (${fold}(m.name) LIKE ${fold}(?) ESCAPE '\\'
    OR ${fold}(m.description) LIKE ${fold}(?) ESCAPE '\\')`;

function modelPage(
  state: State,
  { text: wanted, limit, offset }: RegistryPage & { readonly text: string },
): Paged<RegisteredModel> {
  const pattern = `%${wanted.replaceAll(/[\\%_]/g, '\\$&')}%`;
  const values = [state.keys.find(TAGS.isPrompt) ?? -1, pattern, pattern];
  const models = modelsLike(folding(wanted));
  const total = number(state.sql.get(`SELECT count(*) ${models}`, ...values)?.[0]);
  const sql = `SELECT m.id ${models} ORDER BY m.name LIMIT ? OFFSET ?`;
  const rows = state.sql.all(sql, ...values, limit, offset).map((row) => number(row[0]));
  return { items: loadRegisteredModels(state, rows), total };
}

const VERSIONS = `FROM registered_models m CROSS JOIN model_versions v ON v.model = m.id
  WHERE m.name = ? AND v.deleted = 0`;

function versionPage(
  state: State,
  name: string,
  { limit, offset }: RegistryPage,
): Paged<ModelVersion> {
  const total = number(state.sql.get(`SELECT count(*) ${VERSIONS}`, name)?.[0]);
  const sql = `SELECT v.id ${VERSIONS} ORDER BY v.version DESC LIMIT ? OFFSET ?`;
  const rows = state.sql.all(sql, name, limit, offset).map((row) => number(row[0]));
  return { items: loadModelVersions(state, rows), total };
}

function changes(state: State, name: string, version: number): ModelChange[] {
  const rows = state.sql.all(
    `SELECT c.time, c.what, c.before, c.after, c.user_id FROM registered_models m
     CROSS JOIN model_changes c ON c.model = m.id WHERE m.name = ? AND c.version = ? ORDER BY c.id`,
    name,
    version,
  );
  return rows.map(readChange);
}

function readChange(row: Row): ModelChange {
  const what = MODEL_CHANGES.find((kind) => kind === row[1]);
  if (!what) throw damaged(`A change of a model version is of the unknown kind ${row[1]}.`);
  return {
    time: number(row[0]),
    what,
    before: maybeText(row[2]) ?? null,
    after: maybeText(row[3]) ?? null,
    user: text(row[4]),
  };
}

function versionsOf(
  state: State,
  what: 'run' | 'model',
  id: string,
): { name: string; version: number }[] {
  const column = what === 'run' ? 'run_id' : 'model_id';
  const rows = state.sql.all(
    `SELECT m.name, v.version FROM model_versions v CROSS JOIN registered_models m ON m.id = v.model
     WHERE v.${column} = ? AND v.deleted = 0 ORDER BY m.name, v.version`,
    id,
  );
  return rows.map((row) => ({ name: text(row[0]), version: number(row[1]) }));
}
