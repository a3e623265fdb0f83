/** Aliases: names that point to one version of a registered model. */
import { type HttpReply, type HttpRequest, jsonReply } from '../../protocol/http';
import type { Endpoint, Ports } from '../endpoint';
import { removeAlias, setAlias } from '../registryActions';
import { findAliased } from '../registryLookup';
import { toWireVersion } from '../registryWire';
import { readFields } from '../request';

export const aliasEndpoints: readonly Endpoint[] = [
  { method: 'POST', path: '/registered-models/alias', handle: set },
  { method: 'DELETE', path: '/registered-models/alias', handle: remove },
  { method: 'GET', path: '/registered-models/alias', handle: get },
];

async function set(ports: Ports, request: HttpRequest): Promise<HttpReply> {
  const fields = await readFields(request);
  const name = fields.required('name');
  const alias = fields.required('alias');
  const version = fields.required('version');
  await setAlias(ports, { name, alias, version });
  return jsonReply({});
}

async function remove(ports: Ports, request: HttpRequest): Promise<HttpReply> {
  const fields = await readFields(request);
  const name = fields.required('name');
  const alias = fields.required('alias');
  await removeAlias(ports, { name, alias });
  return jsonReply({});
}

async function get({ store }: Ports, request: HttpRequest): Promise<HttpReply> {
  const fields = await readFields(request);
  const name = fields.required('name');
  const version = findAliased(store, name, fields.required('alias'));
  return jsonReply({ model_version: toWireVersion(version) });
}
