// Queries of the model registry.
import type { ModelStage, ModelVersion, RegisteredModel } from '../../domain/model';
import { number, text } from '../database';
import type { State } from '../state';
import type { RegistryQueries } from '../store';
import { registryPages } from './registryPages';
import { loadModelVersions, loadRegisteredModels } from './registryRows';
import { searchRegistered, searchVersions } from './searchRegistry';

/** `current` gives the state of now: it is another one after a failed write. */
export function registryQueries(current: () => State): RegistryQueries {
  return {
    search: (search) => searchRegistered(current(), search),
    searchVersions: (search) => searchVersions(current(), search),
    get: (name) => get(current(), name),
    version: (name, version) => findVersion(current(), name, version),
    aliased: (name, alias) => aliased(current(), name, alias),
    latest: (name) => [...(get(current(), name)?.latestVersions ?? [])],
    inStage: (name, stage) => inStage(current(), name, stage),
    names: () => names(current()),
    versions: (name) => versions(current(), name),
    nextVersion: (name) => nextVersion(current(), name),
    ...registryPages(current),
  };
}

function get(state: State, name: string): RegisteredModel | undefined {
  const row = state.sql.get('SELECT id FROM registered_models WHERE name = ?', name);
  return row && loadRegisteredModels(state, [number(row[0])])[0];
}

function findVersion(state: State, name: string, version: number): ModelVersion | undefined {
  const row = state.sql.get(
    `SELECT v.id FROM registered_models m JOIN model_versions v ON v.model = m.id
     WHERE m.name = ? AND v.version = ? AND v.deleted = 0`,
    name,
    version,
  );
  return row && loadModelVersions(state, [number(row[0])])[0];
}

function aliased(state: State, name: string, alias: string): ModelVersion | undefined {
  const row = state.sql.get(
    `SELECT a.version FROM registered_models m JOIN registered_model_aliases a ON a.model = m.id
     WHERE m.name = ? AND a.alias = ?`,
    name,
    alias,
  );
  return row && findVersion(state, name, number(row[0]));
}

function inStage(state: State, name: string, stage: ModelStage): number[] {
  const rows = state.sql.all(
    `SELECT v.version FROM registered_models m JOIN model_versions v ON v.model = m.id
     WHERE m.name = ? AND v.stage = ? AND v.deleted = 0 ORDER BY v.version`,
    name,
    stage,
  );
  return rows.map((row) => number(row[0]));
}

const names = (state: State): string[] =>
  state.sql.all('SELECT name FROM registered_models ORDER BY name').map((row) => text(row[0]));

function versions(state: State, name: string): number[] {
  const rows = state.sql.all(
    `SELECT v.version FROM registered_models m JOIN model_versions v ON v.model = m.id
     WHERE m.name = ? AND v.deleted = 0 ORDER BY v.version`,
    name,
  );
  return rows.map((row) => number(row[0]));
}

/** Deleted versions keep their rows, so that their numbers count. */
function nextVersion(state: State, name: string): number {
  const row = state.sql.get(
    `SELECT max(v.version) FROM registered_models m JOIN model_versions v ON v.model = m.id
     WHERE m.name = ?`,
    name,
  );
  return number(row?.[0]) + 1;
}
