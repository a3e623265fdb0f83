/** Registering a new version of a model, from a run, a logged model, another version or elsewhere. */
import { type HttpReply, type HttpRequest, jsonReply } from '../../protocol/http';
import type { Ports } from '../endpoint';
import { registerVersion } from '../registryActions';
import { readTags } from '../registryChecks';
import { findVersion } from '../registryLookup';
import { toWireVersion } from '../registryWire';
import { readFields } from '../request';

export async function createVersion(ports: Ports, request: HttpRequest): Promise<HttpReply> {
  const fields = await readFields(request);
  const name = fields.required('name');
  const version = await registerVersion(ports, {
    name,
    source: fields.required('source'),
    runId: fields.string('run_id'),
    modelId: fields.string('model_id'),
    runLink: fields.string('run_link') ?? '',
    description: fields.string('description') ?? '',
    tags: readTags(fields),
  });
  return jsonReply({ model_version: toWireVersion(findVersion(ports.store, name, `${version}`)) });
}
