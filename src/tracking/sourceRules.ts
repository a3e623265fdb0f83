/**
 * Where the files of a model version may lie. Whoever loads a version reads from its source, so a
 * source must be in the artifacts of the run or logged model that the request names; MLflow's rules.
 */
import { invalidParameter, type MlflowError } from '../protocol/mlflow/errors';
import type { Store } from '../store/store';
import { internal, parseModelUri } from './modelUri';
import {
  decodedSegments,
  hostOf,
  isInside,
  isPath,
  isUriInside,
  localPath,
  splitUri,
  unquote,
  untilStable,
} from './uri';

/** The run or logged model that must hold a source; without an id there is none. */
export interface Owner {
  readonly kind: 'run' | 'model';
  readonly id: string;
}

/** Schemes that would make MLflow's server call the host they name. */
const HOST_SCHEMES = new Set([
  ...['ftp', 'sftp', 'hdfs', 'viewfs', 'http', 'https', 'mlflow-artifacts'],
  ...['r2', 'b2', 'abfss'],
]);
const ALLOWED_SCHEMES = 'MLFLOW_ALLOWED_HOST_ADDRESSED_ARTIFACT_SCHEMES';
const ARTIFACT_ROUTE = '/api/2.0/mlflow-artifacts/artifacts/';

/** @throws MlflowError for a scheme that names a host, unless the environment allows it. */
export function refuseHost(source: string): void {
  const { scheme, authority } = splitUri(source);
  const isOurs = scheme === 'mlflow-artifacts' && authority === '';
  if (isOurs || !HOST_SCHEMES.has(scheme) || allowedSchemes().includes(scheme)) return;
  throw invalidParameter(
    `'source' cannot use the '${scheme}' scheme: the '${scheme}' scheme addresses a host other ` +
      "than the tracking server's configured artifact storage, so the server would connect to " +
      `the host named in the URI. Set the ${ALLOWED_SCHEMES} environment variable on the server ` +
      'to allow it.',
  );
}

const allowedSchemes = () =>
  (process.env[ALLOWED_SCHEMES] ?? '').split(',').map((scheme) => scheme.trim().toLowerCase());

/** @throws MlflowError for a source outside its run or model, or with `..` in it. */
export function checkSource(store: Store, source: string, owner: Owner): void {
  if (isLocal(source)) {
    checkLocal(store, source, owner);
    return;
  }
  refuseRelative(source);
  const { scheme, authority, path } = splitUri(source);
  if (scheme === 'runs') {
    const [runId] = path.replace(/^\//, '').split('/');
    const fits = authority === '' && owner.kind === 'run' && owner.id && runId === owner.id;
    if (!fits) throw notInside(source, owner.kind);
  } else if (scheme === 'models') {
    const uri = parseModelUri(source);
    const isOther = uri?.kind === 'logged' && !(owner.kind === 'model' && uri.modelId === owner.id);
    if (!uri || isOther) throw notInside(source, 'model');
  } else if (isProxied(source)) {
    const root = owner.id ? artifactsOf(store, owner) : undefined;
    if (root === undefined || !isUriInside(root, source)) throw notInside(source, owner.kind);
  }
}

export const invalidSource = (source: string, why: string): MlflowError =>
  invalidParameter(`Invalid model version source: '${source}'. ${why}`);

export const notInside = (source: string, kind: Owner['kind']): MlflowError =>
  invalidSource(
    source,
    `The ${kind}_id request parameter must identify the resource that contains the source.`,
  );

function checkLocal(store: Store, source: string, owner: Owner): void {
  if (!owner.id) throw notInFolder(source, owner.kind);
  const root = artifactsOf(store, owner);
  if (root === undefined) throw notInside(source, owner.kind);
  const file = localPath(source);
  const fits = isLocal(root) && isInside(localPath(root), file);
  if (!fits) throw notInFolder(file, owner.kind);
}

const notInFolder = (source: string, kind: Owner['kind']) =>
  invalidSource(
    source,
    `To use a local path as a model version source, the ${kind}_id request parameter has to be ` +
      'specified and the local path has to be contained within the artifact directory of the run ' +
      `specified by the ${kind}_id.`,
  );

/** A path, or `file:` of this machine. @throws MlflowError for `file:` of another one. */
function isLocal(uri: string): boolean {
  const { scheme, authority } = splitUri(uri);
  if (scheme !== 'file') return isPath(uri);
  const host = hostOf(authority);
  if (host === '' || host === '.' || /^(?:localhost|127\.0\.0\.1)/.test(host)) return true;
  throw internal(
    `${uri} is not a valid remote uri. For remote access on windows, please consider using a ` +
      'different scheme such as SMB (e.g. smb://<hostname>/<path>).',
  );
}

/** However it is encoded, the path must be absolute and say where it leads. */
function refuseRelative(source: string): void {
  const plain = untilStable(source, (text) => unquote(text.replaceAll('+', ' ')));
  const path = splitUri(plain).path.replace(/\/+$/, '').replace(/\/+/g, '/');
  const parts = path.split('/').slice(1);
  const isPlain = path.startsWith('/') && !parts.includes('.') && !parts.includes('..');
  if (isPlain && !path.includes('\0') && !plain.split('/').includes('..')) return;
  throw invalidSource(
    source,
    'If supplying a source as an http, https, local file path, ftp, objectstore, or ' +
      'mlflow-artifacts uri, an absolute path must be provided without relative path references ' +
      'present. Please provide an absolute path.',
  );
}

/** Whether the server itself holds the file. */
function isProxied(source: string): boolean {
  const { scheme, path } = splitUri(source);
  if (scheme !== 'http' && scheme !== 'https') return scheme === 'mlflow-artifacts';
  return `/${decodedSegments(path).join('/')}/`.includes(ARTIFACT_ROUTE);
}

const artifactsOf = (store: Store, { kind, id }: Owner): string | undefined =>
  kind === 'run' ? store.runs.info(id)?.artifactUri : store.models.get(id)?.artifactUri;
