/**
 * Where a run's artifacts lie. MLflow's clients know `mlflow-artifacts:/<experiment>/<run>/artifacts`
 * and ask for `<experiment>/<run>/artifacts/<file>`; in the data folder the same file is
 * `artifacts/<experiment>/<run>/<file>`, one folder less for the person who opens it.
 */
import { invalidParameter } from '../protocol/mlflow/errors';

const SCHEME = 'mlflow-artifacts:/';
/** The folder of artifacts in the data folder. */
const FOLDER = 'artifacts';
/** MLflow's name for the folder in a run. */
const IN_RUN = 'artifacts';
const EXPERIMENT_ID = /^\d+$/;
const RUN_ID = /^[0-9a-f]{32}$/;
/** Outputs of pipelines (`_`) are immutable and have routes of their own; a dot is for what is unfinished. */
const RESERVED = /^(?:_$|\.)/;

/** Location of an experiment's artifacts when its creator did not choose one. */
export const experimentArtifactLocation = (experimentId: string): string =>
  `${SCHEME}${experimentId}`;

/** The `artifact_uri` of a new run in an experiment with this location. */
export const runArtifactUri = (location: string, runId: string): string =>
  `${location.replace(/\/+$/, '')}/${runId}/${IN_RUN}`;

/**
 * The path in the data folder of what MLflow's artifact routes call `path`; empty is the whole.
 * @throws MlflowError `Invalid path` when it would leave the folder, or is no place for artifacts.
 */
export function blobPathOf(path: string): string {
  const segments = safeSegments(path);
  if (RESERVED.test(segments[0] ?? '')) throw invalidPath();
  if (isRunFolder(segments) && segments.length > 2) {
    if (segments[2] !== IN_RUN) throw invalidPath();
    segments.splice(2, 1);
  }
  return [FOLDER, ...segments].join('/');
}

/**
 * The same for a path relative to a run's `artifact_uri`; undefined when the run keeps its artifacts
 * elsewhere (`s3:`, `file:` …), where the client reads and writes them itself.
 */
export function blobPathInRun(artifactUri: string, path: string): string | undefined {
  if (!artifactUri.startsWith(SCHEME)) return undefined;
  const root = artifactUri.slice(SCHEME.length).replace(/^\/+/, '');
  safeSegments(path);
  return blobPathOf(path === '' ? root : `${root}/${path}`);
}

const isRunFolder = ([experiment, run]: readonly string[]) =>
  EXPERIMENT_ID.test(experiment ?? '') && RUN_ID.test(run ?? '');

/** The segments of a path that stays inside, however it was encoded. */
function safeSegments(path: string): string[] {
  const decoded = decodeFully(path);
  if (/[\\#\0]/.test(decoded) || decoded.startsWith('/') || /^[A-Za-z]:/.test(decoded)) {
    throw invalidPath();
  }
  if (/^file:/i.test(decoded)) throw invalidPath();
  if (decoded.split('/').includes('..')) throw invalidPath();
  return path.split('/').filter((segment) => segment !== '' && segment !== '.');
}

/** Undoes percent encoding until nothing changes, as MLflow does before it looks for `..`. */
function decodeFully(path: string): string {
  let text = path;
  for (let round = 0; round < 10; round++) {
    const next = decodeOnce(text);
    if (next === text) return text;
    text = next;
  }
  throw invalidPath();
}

function decodeOnce(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const invalidPath = () => invalidParameter('Invalid path');
