// Reads registered models and model versions by their row ids, many at once.
import {
  MODEL_STAGES,
  MODEL_VERSION_STATUSES,
  type ModelAlias,
  type ModelStage,
  type ModelVersion,
  type ModelVersionStatus,
  type RegisteredModel,
} from '../../domain/model';
import type { Tag } from '../../domain/run';
import { maybeText, number, type Row, text, type Value } from '../database';
import { damaged } from '../errors';
import type { State } from '../state';

const VERSION = `v.id, m.name, v.version, v.created, v.updated, v.description, v.user_id, v.stage,
  v.source, v.storage_location, v.run_id, v.run_link, v.model_id, v.status, v.status_message`;

/** The registered models in the order of `rows` (ids of `registered_models`). */
export function loadRegisteredModels(state: State, rows: readonly number[]): RegisteredModel[] {
  const list = JSON.stringify(rows);
  const found = state.sql.all(
    `SELECT m.id, m.name, m.description, m.created, m.updated
     FROM json_each(?) j CROSS JOIN registered_models m ON m.id = j.value`,
    list,
  );
  const tags = readTags(state, 'registered_model_tags', 'model', list);
  const aliases = readAliases(state, list);
  const latest = readLatest(state, list);
  return found.map((row): RegisteredModel => {
    const id = number(row[0]);
    return {
      name: text(row[1]),
      description: maybeText(row[2]),
      creationTime: number(row[3]),
      lastUpdateTime: number(row[4]),
      tags: tags.get(id) ?? [],
      aliases: aliases.get(id) ?? [],
      latestVersions: latest.get(id) ?? [],
    };
  });
}

/** The versions in the order of `rows` (ids of `model_versions`), deleted ones too. */
export function loadModelVersions(state: State, rows: readonly number[]): ModelVersion[] {
  const list = JSON.stringify(rows);
  const found = state.sql.all(
    `SELECT ${VERSION} FROM json_each(?) j CROSS JOIN model_versions v ON v.id = j.value
     CROSS JOIN registered_models m ON m.id = v.model`,
    list,
  );
  const tags = readTags(state, 'model_version_tags', 'version', list);
  const aliases = groupByFirst(
    state.sql.all(
      `SELECT v.id, a.alias FROM json_each(?) j CROSS JOIN model_versions v ON v.id = j.value
       CROSS JOIN registered_model_aliases a ON a.model = v.model AND a.version = v.version
       ORDER BY a.alias`,
      list,
    ),
    (row) => text(row[1]),
  );
  return found.map((row) => {
    const id = number(row[0]);
    return readVersion(row, tags.get(id) ?? [], aliases.get(id) ?? []);
  });
}

/**
 * The newest version of each stage, for many registered models at once. Stages stand in the order
 * in which versions reached them, the lowest number first, as MLflow lists them.
 */
function readLatest(state: State, list: string): Map<number, ModelVersion[]> {
  const rows = state.sql.all(
    `SELECT g.model, v.id FROM (
       SELECT model, max(version) AS newest, min(version) AS first
       FROM json_each(?) j CROSS JOIN model_versions ON model = j.value AND deleted = 0
       GROUP BY model, stage
     ) g CROSS JOIN model_versions v ON v.model = g.model AND v.version = g.newest
     ORDER BY g.model, g.first`,
    list,
  );
  const versions = loadModelVersions(
    state,
    rows.map((row) => number(row[1])),
  );
  const latest = new Map<number, ModelVersion[]>();
  rows.forEach((row, i) => {
    const version = versions[i];
    if (version) add(latest, number(row[0]), version);
  });
  return latest;
}

function readVersion(row: Row, tags: readonly Tag[], aliases: readonly string[]): ModelVersion {
  return {
    name: text(row[1]),
    version: number(row[2]),
    creationTime: number(row[3]),
    lastUpdateTime: number(row[4]),
    description: maybeText(row[5]),
    userId: maybeText(row[6]),
    stage: readStage(row[7]),
    source: text(row[8]),
    storageLocation: maybeText(row[9]),
    runId: maybeText(row[10]),
    runLink: maybeText(row[11]),
    modelId: maybeText(row[12]),
    status: readStatus(row[13]),
    statusMessage: maybeText(row[14]),
    tags,
    aliases,
  };
}

function readStage(value: Value | undefined): ModelStage {
  const stage = MODEL_STAGES.find((known) => known === value);
  if (!stage) throw damaged(`A model version has the unknown stage ${value}.`);
  return stage;
}

function readStatus(value: Value | undefined): ModelVersionStatus {
  const status = MODEL_VERSION_STATUSES.find((known) => known === value);
  if (!status) throw damaged(`A model version has the unknown status ${value}.`);
  return status;
}

/** Tags by the name of their key, as MLflow's primary key orders them. */
function readTags(
  state: State,
  table: 'registered_model_tags' | 'model_version_tags',
  owner: 'model' | 'version',
  list: string,
): Map<number, Tag[]> {
  const rows = state.sql.all(
    `SELECT t.${owner}, k.name, t.value FROM json_each(?) j
     CROSS JOIN ${table} t ON t.${owner} = j.value CROSS JOIN keys k ON k.id = t.key
     ORDER BY k.name`,
    list,
  );
  return groupByFirst(rows, (row) => ({ key: text(row[1]), value: text(row[2]) }));
}

function readAliases(state: State, list: string): Map<number, ModelAlias[]> {
  const rows = state.sql.all(
    `SELECT a.model, a.alias, a.version FROM json_each(?) j
     CROSS JOIN registered_model_aliases a ON a.model = j.value ORDER BY a.alias`,
    list,
  );
  return groupByFirst(rows, (row) => ({ alias: text(row[1]), version: number(row[2]) }));
}

function groupByFirst<T>(rows: readonly Row[], read: (row: Row) => T): Map<number, T[]> {
  const groups = new Map<number, T[]>();
  for (const row of rows) add(groups, number(row[0]), read(row));
  return groups;
}

function add<T>(groups: Map<number, T[]>, id: number, item: T): void {
  const group = groups.get(id);
  if (group) group.push(item);
  else groups.set(id, [item]);
}
