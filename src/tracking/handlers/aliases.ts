/** Aliases: names that point to one version of a registered model. */
import { type HttpReply, type HttpRequest, jsonReply } from '../../protocol/http';
import type { Endpoint, Ports } from '../endpoint';
import { checkAlias, checkFreeAlias, checkModelName } from '../registryChecks';
import { findAliased, findRegisteredModel, findVersion } from '../registryLookup';
import { toWireVersion } from '../registryWire';
import { readFields } from '../request';

export const aliasEndpoints: readonly Endpoint[] = [
  { method: 'POST', path: '/registered-models/alias', handle: set },
  { method: 'DELETE', path: '/registered-models/alias', handle: remove },
  { method: 'GET', path: '/registered-models/alias', handle: get },
];

async function set({ store, clock }: Ports, request: HttpRequest): Promise<HttpReply> {
  const fields = await readFields(request);
  const name = fields.required('name');
  const alias = fields.required('alias');
  const text = fields.required('version');
  checkModelName(name);
  checkAlias(alias);
  checkFreeAlias(alias);
  const { version } = findVersion(store, name, text);
  await store.commit({ type: 'registry.alias', name, alias, version, time: clock.now() });
  return jsonReply({});
}

/** An alias that is not there is no error. */
async function remove({ store, clock }: Ports, request: HttpRequest): Promise<HttpReply> {
  const fields = await readFields(request);
  const name = fields.required('name');
  const alias = fields.required('alias');
  checkModelName(name);
  checkAlias(alias);
  const model = findRegisteredModel(store, name);
  if (model.aliases.some((known) => known.alias === alias)) {
    await store.commit({ type: 'registry.alias', name, alias, version: null, time: clock.now() });
  }
  return jsonReply({});
}

async function get({ store }: Ports, request: HttpRequest): Promise<HttpReply> {
  const fields = await readFields(request);
  const name = fields.required('name');
  const version = findAliased(store, name, fields.required('alias'));
  return jsonReply({ model_version: toWireVersion(version) });
}
