// The control routes of the model registry: what panels show of it, and what they change.

import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { messageOf, RunlensError } from '../base/errors';
import { MODEL_STAGES, type ModelVersion } from '../domain/model';
import type { ControlRoute } from '../protocol/control';
import type { HttpRequest, Method, Route } from '../protocol/http';
import type { ModelFiles, ModelVersionDetail } from '../protocol/models';
import type { Store } from '../store/store';
import { type AnswersTo, routesOf } from './answers';
import { modelRow, versionDetail, versionRow } from './modelRows';
import { modelOverTime } from './overTime';
import { notFound, pageOf, param, queryText } from './params';
import { bodyAs } from './workerBody';

/** Changes of the registry by MLflow's rules. All of them throw errors with a status of their own. */
export interface RegistryPort {
  /** `version` null takes the alias away. */
  alias(name: string, alias: string, version: string | null): Promise<void>;
  stage(name: string, version: string, stage: string, archives: boolean): Promise<void>;
  describe(name: string, version: string | undefined, description: string): Promise<void>;
  /** Without `version` of the model itself; `value` null takes the tag away. */
  tag(
    name: string,
    version: string | undefined,
    tag: { readonly key: string; readonly value: string | null },
  ): Promise<void>;
  register(name: string, source: string, runId: string | undefined): Promise<number>;
  delete(name: string, version: string): Promise<void>;
}

export interface ModelPorts {
  readonly store: Store;
  readonly registry: RegistryPort;
  /** As in `TrackingPorts`; also of logged models. */
  runFolder(artifactUri: string, path: string): string | undefined;
  /** What the files in an absolute folder say. @throws RunlensError `file.*` when they cannot be read. */
  readFiles(folder: string): Promise<ModelFiles>;
}

const aliasSchema = z.object({ alias: z.string(), version: z.string().nullable() });
const stageSchema = z.object({
  stage: z.enum(MODEL_STAGES),
  archiveExisting: z.boolean().optional(),
});
const describeSchema = z.object({ version: z.string().optional(), description: z.string() });
const tagSchema = z.object({
  version: z.string().optional(),
  key: z.string(),
  value: z.string().nullable(),
});
const registerSchema = z.object({ source: z.string().min(1), runId: z.string().optional() });

type ModelRoute = Extract<ControlRoute, `${Method} /api/models${string}`>;

const ANSWERS: AnswersTo<ModelRoute, ModelPorts> = {
  'GET /api/models': (request, { store }) => {
    const page = { text: queryText(request, 'text') ?? '', ...pageOf(request) };
    const { items, total } = store.registry.page(page);
    return { items: items.map((model) => modelRow(store, model)), total };
  },
  'GET /api/models/:name': (request, { store }) => modelRow(store, theModel(store, request)),
  'GET /api/models/:name/versions': (request, { store }) => {
    const { name } = theModel(store, request);
    const { items, total } = store.registry.versionPage(name, pageOf(request));
    return { items: items.map((version) => versionRow(store, version)), total };
  },
  'GET /api/models/:name/versions/:version': detail,
  'GET /api/models/:name/over-time': (request, { store }) =>
    modelOverTime(store, theModel(store, request).name),
  'POST /api/models/:name/alias': async (request, { registry }) => {
    const { alias, version } = await bodyAs(aliasSchema, request);
    await registry.alias(param(request, 'name'), alias, version);
    return {};
  },
  'POST /api/models/:name/versions/:version/stage': async (request, { registry }) => {
    const { stage, archiveExisting } = await bodyAs(stageSchema, request);
    const [name, version] = [param(request, 'name'), param(request, 'version')];
    await registry.stage(name, version, stage, archiveExisting ?? false);
    return {};
  },
  'POST /api/models/:name/describe': async (request, { registry }) => {
    const { version, description } = await bodyAs(describeSchema, request);
    await registry.describe(param(request, 'name'), version, description);
    return {};
  },
  'POST /api/models/:name/tag': async (request, { registry }) => {
    const { version, key, value } = await bodyAs(tagSchema, request);
    await registry.tag(param(request, 'name'), version, { key, value });
    return {};
  },
  'POST /api/models/:name/versions': async (request, { registry }) => {
    const { source, runId } = await bodyAs(registerSchema, request);
    const version = await registry.register(param(request, 'name'), source, runId);
    return { version: String(version) };
  },
  'POST /api/models/:name/versions/:version/delete': async (request, { registry }) => {
    await registry.delete(param(request, 'name'), param(request, 'version'));
    return {};
  },
};

export const modelRoutes = (ports: ModelPorts): Route[] => routesOf(ANSWERS, ports);

function theModel(store: Store, request: HttpRequest) {
  const name = param(request, 'name');
  const model = store.registry.get(name);
  if (!model) throw notFound('model', name);
  return model;
}

function theVersion(store: Store, request: HttpRequest): ModelVersion {
  const { name } = theModel(store, request);
  const text = param(request, 'version');
  const version = /^[1-9]\d{0,14}$/.test(text)
    ? store.registry.version(name, Number(text))
    : undefined;
  if (!version) throw notFound('model version', `${name}/${text}`);
  return version;
}

async function detail(request: HttpRequest, ports: ModelPorts): Promise<ModelVersionDetail> {
  const version = theVersion(ports.store, request);
  return { ...versionDetail(ports.store, version), ...(await filesOf(ports, version)) };
}

/** A version is shown without its files as well: why they cannot be read is said beside it. */
async function filesOf(
  ports: ModelPorts,
  version: ModelVersion,
): Promise<Pick<ModelVersionDetail, 'files' | 'filesProblem'>> {
  try {
    const files = await ports.readFiles(folderOf(ports, version));
    return { files, filesProblem: undefined };
  } catch (error) {
    if (error instanceof RunlensError) {
      return { files: undefined, filesProblem: messageOf(error) };
    }
    throw error;
  }
}

/** @throws RunlensError `file.elsewhere` for files that this server does not hold. */
function folderOf({ store, runFolder }: ModelPorts, version: ModelVersion): string {
  const uri = addressOf(store, version);
  const folder = runFolder(uri, '');
  if (folder !== undefined) return store.blobs.resolve(folder);
  const local = localFolder(uri);
  const owners = [version.runId, version.modelId].map((id) => ownerFolder(store, id));
  if (local !== undefined && owners.some((owner) => owner !== undefined && isBelow(local, owner))) {
    return local;
  }
  throw new RunlensError('file.elsewhere', `The files are kept at ${uri}, not in this project.`);
}

/** `runs:/…` and `models:/m-…` lead to where the run or logged model has its files. */
function addressOf(store: Store, { storageLocation, source }: ModelVersion): string {
  const uri = storageLocation || source;
  const [, kind, id = '', rest = ''] = /^(runs|models):\/+([^/]+)\/?(.*)$/s.exec(uri) ?? [];
  const home =
    kind === 'runs' ? store.runs.info(id)?.artifactUri : store.models.get(id)?.artifactUri;
  if (kind === undefined || home === undefined) return uri;
  return rest === '' ? home : `${home}/${rest}`;
}

function ownerFolder(store: Store, id: string | undefined): string | undefined {
  if (!id) return undefined;
  const uri = store.runs.info(id)?.artifactUri ?? store.models.get(id)?.artifactUri;
  return uri === undefined ? undefined : localFolder(uri);
}

function localFolder(uri: string): string | undefined {
  if (uri.startsWith('file:///')) return fileURLToPath(uri);
  return path.isAbsolute(uri) ? path.resolve(uri) : undefined;
}

function isBelow(folder: string, above: string): boolean {
  const relative = path.relative(above, folder);
  return relative.split(path.sep)[0] !== '..' && !path.isAbsolute(relative);
}
