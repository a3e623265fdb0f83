/** Registering a new version of a model, from a run, a logged model, another version or elsewhere. */
import type { LoggedModel } from '../../domain/model';
import { TAGS } from '../../domain/tags';
import { type HttpReply, type HttpRequest, jsonReply } from '../../protocol/http';
import type { Mutation } from '../../store/mutation';
import type { Ports } from '../endpoint';
import type { Fields } from '../fields';
import { findLoggedModel } from '../lookup';
import { checkOrigin, checkPromptSource, locate, type Origin } from '../modelSource';
import { addRegistration } from '../registrations';
import { checkModelName, checkVersionTag, isPrompt, readTags } from '../registryChecks';
import { findRegisteredModel, findVersion } from '../registryLookup';
import { toWireVersion } from '../registryWire';
import { readFields } from '../request';
import { refuseHost } from '../sourceRules';

export async function createVersion(ports: Ports, request: HttpRequest): Promise<HttpReply> {
  const { store, clock } = ports;
  const fields = await readFields(request);
  const name = fields.required('name');
  const asked = readOrigin(fields);
  const runLink = fields.string('run_link') ?? '';
  const description = fields.string('description') ?? '';
  const tags = readTags(fields);
  const isForPrompt = isPrompt(tags);
  const origin = isForPrompt ? checkPrompt(asked) : checkOrigin(store, asked);
  checkModelName(name);
  tags.forEach(checkVersionTag);
  const { location, runId, model } = locate(store, origin);
  findRegisteredModel(store, name);
  const registered =
    isForPrompt || !origin.modelId ? undefined : findLoggedModel(store, origin.modelId);
  const version = store.registry.nextVersion(name);
  const time = clock.now();
  const create: Mutation = {
    type: 'version.create',
    name,
    version,
    source: origin.source,
    storageLocation: location,
    runId,
    runLink,
    modelId: model?.modelId,
    description,
    userId: undefined,
    status: 'READY',
    tags,
    time,
  };
  await store.commit(create, ...(registered ? [noteIn(registered, name, version, time)] : []));
  return jsonReply({ model_version: toWireVersion(findVersion(store, name, `${version}`)) });
}

function readOrigin(fields: Fields): Origin {
  return {
    source: fields.required('source'),
    runId: fields.string('run_id'),
    modelId: fields.string('model_id'),
  };
}

function checkPrompt(origin: Origin): Origin {
  checkPromptSource(origin.source);
  refuseHost(origin.source);
  return origin;
}

/** A logged model lists the versions that were made of it. */
function noteIn(model: LoggedModel, name: string, version: number, time: number): Mutation {
  const { modelId, tags } = model;
  const known = tags.find((tag) => tag.key === TAGS.modelVersions)?.value;
  const value = addRegistration(known, { name, version });
  return { type: 'model.tag', modelId, key: TAGS.modelVersions, value, time };
}
