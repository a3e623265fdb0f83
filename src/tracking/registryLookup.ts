/** Finds the registered model or version that a request names, or refuses as MLflow does. */
import type { ModelVersion, RegisteredModel } from '../domain/model';
import { doesNotExist, invalidParameter } from '../protocol/mlflow/errors';
import type { Store } from '../store/store';
import { checkAlias, checkModelName, parseVersion } from './registryChecks';

export function findRegisteredModel(store: Store, name: string): RegisteredModel {
  checkModelName(name);
  const model = store.registry.get(name);
  if (!model) throw doesNotExist(`Registered Model with name=${name} not found`);
  return model;
}

export function findVersion(store: Store, name: string, version: string): ModelVersion {
  checkModelName(name);
  const number = parseVersion(version);
  const found = store.registry.version(name, number);
  if (!found) throw doesNotExist(`Model Version (name=${name}, version=${number}) not found`);
  return found;
}

/** `latest` is the highest number; an unknown alias is an invalid parameter, as in MLflow. */
export function findAliased(store: Store, name: string, alias: string): ModelVersion {
  checkModelName(name);
  checkAlias(alias);
  findRegisteredModel(store, name);
  if (alias.toLowerCase() === 'latest') {
    const newest = newestOf(store.registry.latest(name));
    if (!newest) throw doesNotExist(`Latest version not found for model ${name}.`);
    return newest;
  }
  const version = store.registry.aliased(name, alias);
  if (!version) throw invalidParameter(`Registered model alias ${alias} not found.`);
  return version;
}

export const newestOf = (versions: readonly ModelVersion[]): ModelVersion | undefined =>
  [...versions].sort((a, b) => b.version - a.version)[0];
