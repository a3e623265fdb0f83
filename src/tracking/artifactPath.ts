/**
 * Where the artifacts of runs and of logged models lie. MLflow's clients know
 * `mlflow-artifacts:/<experiment>/<run>/artifacts` and ask for `<experiment>/<run>/artifacts/<file>`;
 * in the data folder the same file is `artifacts/<experiment>/<run>/<file>`, one folder less for the
 * person who opens it. A model's `<experiment>/models/<model>/artifacts/<file>` is
 * `artifacts/<experiment>/models/<model>/<file>`.
 */
import { invalidParameter } from '../protocol/mlflow/errors';

const SCHEME = 'mlflow-artifacts:/';
/** The folder of artifacts in the data folder. */
const FOLDER = 'artifacts';
/** MLflow's name for the folder in a run or model. */
const INNER = 'artifacts';
/** The folder of an experiment's logged models, beside its runs. */
const MODELS = 'models';
const EXPERIMENT_ID = /^\d+$/;
const RUN_ID = /^[0-9a-f]{32}$/;
const MODEL_ID = /^m-[0-9a-f]{32}$/;
/** Outputs of pipelines (`_`) are immutable and have routes of their own; a dot is for what is unfinished. */
const RESERVED = /^(?:_$|\.)/;

/** Location of an experiment's artifacts when its creator did not choose one. */
export const experimentArtifactLocation = (experimentId: string): string =>
  `${SCHEME}${experimentId}`;

/** The `artifact_uri` of a new run in an experiment with this location. */
export const runArtifactUri = (location: string, runId: string): string =>
  appendPath(location, `${runId}/${INNER}`);

/** The `artifact_uri` of a new logged model in an experiment with this location. */
export const modelArtifactUri = (location: string, modelId: string): string =>
  appendPath(location, `${MODELS}/${modelId}/${INNER}`);

/** A location may end in a query, which says how to reach it and stays at the end. */
function appendPath(location: string, path: string): string {
  const [base = '', ...query] = location.split('?');
  return [`${base.replace(/\/+$/, '')}/${path}`, ...query].join('?');
}

/**
 * The path in the data folder of what MLflow's artifact routes call `path`; empty is the whole.
 * @throws MlflowError `Invalid path` when it would leave the folder, or is no place for artifacts.
 */
export function blobPathOf(path: string): string {
  const segments = safeSegments(path);
  if (RESERVED.test(segments[0] ?? '')) throw invalidPath();
  const depth = ownerDepth(segments);
  if (depth > 0 && segments.length > depth) {
    if (segments[depth] !== INNER) throw invalidPath();
    segments.splice(depth, 1);
  }
  return [FOLDER, ...segments].join('/');
}

/**
 * The same for a path relative to the `artifact_uri` of a run or model; undefined when it keeps its
 * artifacts elsewhere (`s3:`, `file:` …), where the client reads and writes them itself.
 */
export function blobPathUnder(artifactUri: string, path: string): string | undefined {
  if (!artifactUri.startsWith(SCHEME)) return undefined;
  const root = artifactUri.slice(SCHEME.length).replace(/^\/+/, '');
  safeSegments(path);
  return blobPathOf(path === '' ? root : `${root}/${path}`);
}

/** How many segments name the run or model that a path belongs to; 0 for any other path. */
function ownerDepth([experiment, run, model]: readonly string[]): number {
  if (!EXPERIMENT_ID.test(experiment ?? '')) return 0;
  if (RUN_ID.test(run ?? '')) return 2;
  return run === MODELS && MODEL_ID.test(model ?? '') ? 3 : 0;
}

/** The segments of a path that stays inside, however it was encoded. @throws MlflowError else. */
export function safeSegments(path: string): string[] {
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
