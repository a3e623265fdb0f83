// Mutations of the model registry: registered models, their versions, tags and aliases.
import { assertNever } from '../../base/assertNever';
import type { ModelStage } from '../../domain/model';
import type { Tag } from '../../domain/run';
import { number } from '../database';
import { invalidMutation } from '../errors';
import type { RegistryMutation } from '../mutation';
import type { State } from '../state';
import { forgetModel, forgetVersion, noteAlias, noteStage } from './modelChanges';
import type { Of } from './of';

/** @throws RunlensError `store.invalid` when the mutation does not fit the state. */
export function applyRegistry(state: State, mutation: RegistryMutation): void {
  switch (mutation.type) {
    case 'registry.create':
      createRegisteredModel(state, mutation);
      break;
    case 'registry.rename':
      renameRegisteredModel(state, mutation);
      break;
    case 'registry.update':
      updateRegisteredModel(state, mutation);
      break;
    case 'registry.delete':
      deleteRegisteredModel(state, mutation);
      break;
    case 'registry.tag':
      tagRegisteredModel(state, mutation);
      break;
    case 'registry.alias':
      setAlias(state, mutation);
      break;
    case 'version.create':
      createVersion(state, mutation);
      break;
    case 'version.update':
      updateVersion(state, mutation);
      break;
    case 'version.delete':
      deleteVersion(state, mutation);
      break;
    case 'version.tag':
      tagVersion(state, mutation);
      break;
    default:
      assertNever(mutation);
  }
}

function createRegisteredModel(state: State, mutation: Of<'registry.create'>): void {
  const { name, description, tags, time } = mutation;
  refuseTaken(state, name);
  state.sql.run(
    'INSERT INTO registered_models (name, description, created, updated) VALUES (?, ?, ?, ?)',
    name,
    description ?? null,
    time,
    time,
  );
  const model = registeredModel(state, name);
  for (const tag of tags) setModelTag(state, model, tag);
}

/** All versions count as updated, deleted ones too, as in MLflow. */
function renameRegisteredModel(state: State, mutation: Of<'registry.rename'>): void {
  const { name, newName, time } = mutation;
  const model = registeredModel(state, name);
  if (newName !== name) refuseTaken(state, newName);
  state.sql.run(
    'UPDATE registered_models SET name = ?, updated = ? WHERE id = ?',
    newName,
    time,
    model,
  );
  state.sql.run('UPDATE model_versions SET updated = ? WHERE model = ?', time, model);
}

function updateRegisteredModel(state: State, mutation: Of<'registry.update'>): void {
  state.sql.run(
    'UPDATE registered_models SET description = ?, updated = ? WHERE id = ?',
    mutation.description,
    mutation.time,
    registeredModel(state, mutation.name),
  );
}

/** Its versions go with it; a model of the same name starts again with version 1. */
function deleteRegisteredModel(state: State, mutation: Of<'registry.delete'>): void {
  const model = registeredModel(state, mutation.name);
  state.sql.run(
    'DELETE FROM model_version_tags WHERE version IN (SELECT id FROM model_versions WHERE model = ?)',
    model,
  );
  state.sql.run('DELETE FROM model_versions WHERE model = ?', model);
  forgetModel(state, model);
  state.sql.run('DELETE FROM registered_model_aliases WHERE model = ?', model);
  state.sql.run('DELETE FROM registered_model_tags WHERE model = ?', model);
  state.sql.run('DELETE FROM registered_models WHERE id = ?', model);
}

function tagRegisteredModel(state: State, mutation: Of<'registry.tag'>): void {
  const model = registeredModel(state, mutation.name);
  const { key, value } = mutation;
  if (value !== null) setModelTag(state, model, { key, value });
  else {
    const id = state.keys.id(key);
    state.sql.run('DELETE FROM registered_model_tags WHERE model = ? AND key = ?', model, id);
  }
}

function setAlias(state: State, mutation: Of<'registry.alias'>): void {
  const { name, alias, version } = mutation;
  const model = registeredModel(state, name);
  if (version !== null) versionRow(state, name, version);
  noteAlias(state, model, mutation);
  if (version === null) {
    state.sql.run(
      'DELETE FROM registered_model_aliases WHERE model = ? AND alias = ?',
      model,
      alias,
    );
    return;
  }
  state.sql.run(
    'INSERT OR REPLACE INTO registered_model_aliases VALUES (?, ?, ?)',
    model,
    alias,
    version,
  );
}

function createVersion(state: State, mutation: Of<'version.create'>): void {
  const { name, version, time } = mutation;
  const model = registeredModel(state, name);
  const isTaken = state.sql.get(
    'SELECT 1 FROM model_versions WHERE model = ? AND version = ?',
    model,
    version,
  );
  if (isTaken) throw invalidMutation(`The model ${name} has a version ${version} already.`);
  state.sql.run(
    `INSERT INTO model_versions (model, version, created, updated, description, user_id, stage,
       source, storage_location, run_id, run_link, model_id, status, status_message)
     VALUES (?, ?, ?, ?, ?, ?, 'None', ?, ?, ?, ?, ?, ?, ?)`,
    model,
    version,
    time,
    time,
    mutation.description ?? null,
    mutation.userId ?? null,
    mutation.source,
    mutation.storageLocation ?? null,
    mutation.runId ?? null,
    mutation.runLink ?? null,
    mutation.modelId ?? null,
    mutation.status,
    mutation.statusMessage ?? null,
  );
  const row = versionRow(state, name, version);
  for (const tag of mutation.tags) setVersionTag(state, row, tag);
  touch(state, model, time);
}

function updateVersion(state: State, mutation: Of<'version.update'>): void {
  const { name, version, description, stage, archived, time } = mutation;
  const row = versionRow(state, name, version);
  for (const other of archived ?? []) {
    setStage(state, versionRow(state, name, other), 'Archived', mutation);
  }
  if (description !== undefined) {
    state.sql.run(
      'UPDATE model_versions SET description = ?, updated = ? WHERE id = ?',
      description,
      time,
      row,
    );
  }
  if (stage === undefined) return;
  setStage(state, row, stage, mutation);
  touch(state, registeredModel(state, name), time);
}

/** The row stays for its number, without what it said. */
function deleteVersion(state: State, mutation: Of<'version.delete'>): void {
  const { name, version, time } = mutation;
  const model = registeredModel(state, name);
  const row = versionRow(state, name, version);
  state.sql.run(
    'DELETE FROM registered_model_aliases WHERE model = ? AND version = ?',
    model,
    version,
  );
  state.sql.run('DELETE FROM model_version_tags WHERE version = ?', row);
  forgetVersion(state, model, version);
  state.sql.run(
    `UPDATE model_versions SET deleted = 1, updated = ?, description = NULL, user_id = NULL,
       source = '', storage_location = NULL, run_id = NULL, run_link = NULL, model_id = NULL,
       status_message = NULL
     WHERE id = ?`,
    time,
    row,
  );
  touch(state, model, time);
}

function tagVersion(state: State, mutation: Of<'version.tag'>): void {
  const { name, version, key, value } = mutation;
  const row = versionRow(state, name, version);
  if (value !== null) setVersionTag(state, row, { key, value });
  else {
    const id = state.keys.id(key);
    state.sql.run('DELETE FROM model_version_tags WHERE version = ? AND key = ?', row, id);
  }
}

function setStage(
  state: State,
  row: number,
  stage: ModelStage,
  { time, userId }: Of<'version.update'>,
): void {
  noteStage(state, row, stage, { time, userId });
  state.sql.run('UPDATE model_versions SET stage = ?, updated = ? WHERE id = ?', stage, time, row);
}

function touch(state: State, model: number, time: number): void {
  state.sql.run('UPDATE registered_models SET updated = ? WHERE id = ?', time, model);
}

function setModelTag(state: State, model: number, { key, value }: Tag): void {
  state.sql.run(
    'INSERT OR REPLACE INTO registered_model_tags VALUES (?, ?, ?)',
    model,
    state.keys.id(key),
    value,
  );
}

function setVersionTag(state: State, version: number, { key, value }: Tag): void {
  state.sql.run(
    'INSERT OR REPLACE INTO model_version_tags VALUES (?, ?, ?)',
    version,
    state.keys.id(key),
    value,
  );
}

function refuseTaken(state: State, name: string): void {
  const taken = state.sql.get('SELECT 1 FROM registered_models WHERE name = ?', name);
  if (taken) throw invalidMutation(`A registered model ${name} exists already.`);
}

/** @throws RunlensError `store.invalid` when there is no such registered model. */
function registeredModel(state: State, name: string): number {
  const row = state.sql.get('SELECT id FROM registered_models WHERE name = ?', name);
  if (!row) throw invalidMutation(`There is no registered model ${name}.`);
  return number(row[0]);
}

/** @throws RunlensError `store.invalid` when there is no such version, or it is deleted. */
function versionRow(state: State, name: string, version: number): number {
  const row = state.sql.get(
    'SELECT id FROM model_versions WHERE model = ? AND version = ? AND deleted = 0',
    registeredModel(state, name),
    version,
  );
  if (!row) throw invalidMutation(`The model ${name} has no version ${version}.`);
  return number(row[0]);
}
