/** MLproject and MLmodel files: what is wrong in them, proposals, hovers and entry points. */
import { isRecord } from '../../base/json';
import { type MlProject, PARAMETER_TYPES, readProject } from '../../domain/mlproject';
import type { TextPosition, TextRange } from '../../syntax/facts';
import type { YamlFile } from '../yamlFile';
import type { Finding } from './finding';
import { code, escaped, page } from './markdown';
import type { EntryPointLine } from './scriptLens';

export type ProjectKind = 'MLproject' | 'MLmodel';

/** Which of them a file is, by its name. */
export function projectKind(uri: string): ProjectKind | undefined {
  const name = uri.slice(uri.lastIndexOf('/') + 1);
  return name === 'MLproject' || name === 'MLmodel' ? name : undefined;
}

export const projectOf = (file: YamlFile): MlProject => readProject(file.value).project;

export function projectFindings(kind: ProjectKind, file: YamlFile): Finding[] {
  const findingCode = kind === 'MLproject' ? 'project' : 'model-file';
  if (file.errors.length > 0) {
    return file.errors.map(({ message, range }) => ({
      code: findingCode,
      severity: 'error',
      range,
      message,
    }));
  }
  const problems =
    kind === 'MLproject' ? readProject(file.value).problems : modelProblems(file.value);
  return problems.map(({ path, severity, message }) => ({
    code: findingCode,
    severity,
    range: file.rangeOf(path),
    message,
  }));
}

export const entryPointLines = (file: YamlFile): EntryPointLine[] =>
  projectOf(file).entryPoints.map(({ name }) => ({
    name,
    line: file.rangeOf(['entry_points', name]).start.line,
  }));

interface KeyDoc {
  readonly key: string;
  readonly doc: string;
}

const PROJECT_KEYS: readonly KeyDoc[] = [
  { key: 'name', doc: 'The name of the project.' },
  { key: 'python_env', doc: 'A python_env.yaml beside it: the Python version and the packages.' },
  { key: 'conda_env', doc: 'A conda.yaml beside it.' },
  { key: 'docker_env', doc: 'The image that it runs in: `image`, `volumes`, `environment`.' },
  { key: 'entry_points', doc: 'What can be run: a name, its parameters and its command.' },
];
const ENTRY_KEYS: readonly KeyDoc[] = [
  { key: 'parameters', doc: 'Name and type of each parameter, or `{type, default}`.' },
  { key: 'command', doc: 'The command, with `{parameter}` where values go.' },
];
const PARAMETER_KEYS: readonly KeyDoc[] = [
  { key: 'type', doc: 'One of string, float, path, uri.' },
  { key: 'default', doc: 'Without it the parameter must be given.' },
];
const DOCKER_KEYS: readonly KeyDoc[] = [
  { key: 'image', doc: 'Name of the image.' },
  { key: 'volumes', doc: 'Folders to mount, as `-v` of docker takes them.' },
  { key: 'environment', doc: 'Environment variables: names to copy, or pairs of name and value.' },
];
const MODEL_KEYS: readonly KeyDoc[] = [
  { key: 'artifact_path', doc: 'Path of the model in the artifacts of its run.' },
  { key: 'flavors', doc: 'How the model can be loaded: one entry for each library.' },
  { key: 'signature', doc: 'Columns of inputs, outputs and parameters, as JSON text.' },
  { key: 'saved_input_example_info', doc: 'The example that lies beside the model.' },
  { key: 'run_id', doc: 'The run that logged the model.' },
  { key: 'model_uuid', doc: 'The model’s own id.' },
  { key: 'model_id', doc: 'Id of the logged model.' },
  { key: 'utc_time_created', doc: 'When it was made, in UTC.' },
  { key: 'mlflow_version', doc: 'The MLflow that wrote it.' },
  { key: 'metadata', doc: 'Free facts.' },
  { key: 'model_size_bytes', doc: 'Size of the files.' },
  { key: 'resources', doc: 'Services that the model needs.' },
  { key: 'prompts', doc: 'Prompts that the model uses.' },
  { key: 'is_signature_from_type_hint', doc: 'The signature was read from type annotations.' },
  { key: 'type_hint_from_example', doc: 'The type annotation was read from the example.' },
  { key: 'auth_policy', doc: 'With whose rights it calls other services.' },
  { key: 'env_vars', doc: 'Environment variables that the model reads.' },
];

/** The keys that may stand below a path. */
function keysBelow(kind: ProjectKind, path: readonly string[]): readonly KeyDoc[] {
  if (kind === 'MLmodel') return path.length === 0 ? MODEL_KEYS : [];
  if (path.length === 0) return PROJECT_KEYS;
  if (path[0] === 'docker_env' && path.length === 1) return DOCKER_KEYS;
  if (path[0] !== 'entry_points') return [];
  if (path.length === 2) return ENTRY_KEYS;
  return path[2] === 'parameters' && path.length === 4 ? PARAMETER_KEYS : [];
}

export interface KeyProposal {
  readonly label: string;
  readonly detail: string;
  /** What is put in. */
  readonly text: string;
}

/** Keys that fit where a line is being begun, or the types of a parameter behind its colon. */
export function keyProposals(
  kind: ProjectKind,
  lines: readonly string[],
  at: TextPosition,
): KeyProposal[] {
  const before = (lines[at.line] ?? '').slice(0, at.character);
  const path = pathByIndent(lines, at.line, /^\s*/.exec(before)?.[0].length ?? 0);
  const value = /^\s*([\w-]+):\s*(?:\{\s*type:\s*)?\w*$/.exec(before);
  if (value && kind === 'MLproject') {
    const isType = (path.length === 4 && value[1] === 'type') || path.length === 3;
    if (path[0] !== 'entry_points' || path[2] !== 'parameters' || !isType) return [];
    return PARAMETER_TYPES.map((type) => ({ label: type, detail: 'type', text: type }));
  }
  if (!/^\s*\w*$/.test(before)) return [];
  return keysBelow(kind, path).map(({ key, doc }) => ({
    label: key,
    detail: doc,
    text: `${key}: `,
  }));
}

/** The keys above a line that are indented less: a line that is being written parses as nothing. */
function pathByIndent(lines: readonly string[], line: number, indent: number): string[] {
  const path: string[] = [];
  let least = indent;
  for (let at = line - 1; at >= 0 && least > 0; at--) {
    const match = /^(\s*)([^\s#:][^:]*):/.exec(lines[at] ?? '');
    if (!match || (match[1]?.length ?? 0) >= least) continue;
    least = match[1]?.length ?? 0;
    path.unshift((match[2] ?? '').trim());
  }
  return path;
}

export function keyHover(
  kind: ProjectKind,
  file: YamlFile,
  at: TextPosition,
): { readonly text: string; readonly range: TextRange } | undefined {
  const { path, inKey } = file.pathAt(at);
  const key = path.at(-1);
  if (!inKey || key === undefined) return undefined;
  const range = file.rangeOf(path);
  const known = keysBelow(kind, path.slice(0, -1)).find((one) => one.key === key);
  if (known) return { text: page([`${code(key)} — ${escaped(known.doc)}`]), range };
  const point = path.length === 2 && projectOf(file).entryPoints.find(({ name }) => name === key);
  if (kind !== 'MLproject' || !point || path[0] !== 'entry_points') return undefined;
  const parameters = point.parameters.map(
    (one) =>
      `* ${code(one.name)}: ${escaped(one.type)}${one.default === undefined ? '' : `, default ${code(one.default)}`}`,
  );
  const text = page([`**entry point** ${code(key)}`, code(point.command), parameters.join('\n')]);
  return { text, range };
}

interface ModelProblem {
  readonly path: readonly (string | number)[];
  readonly severity: 'error' | 'warning';
  readonly message: string;
}

/** What MLflow needs of a model's file to load it. */
function modelProblems(value: unknown): ModelProblem[] {
  if (!isRecord(value)) {
    const message = 'An MLmodel file is a mapping with `flavors`.';
    return [{ path: [], severity: 'error', message }];
  }
  const problems: ModelProblem[] = [];
  const { flavors, signature, run_id: runId } = value;
  if (!isRecord(flavors) || Object.keys(flavors).length === 0) {
    const message = '`flavors` names how the model can be loaded; without one nothing can load it.';
    problems.push({ path: ['flavors'], severity: 'error', message });
  } else problems.push(...flavorProblems(flavors));
  problems.push(...signatureProblems(signature));
  if (runId !== undefined && runId !== null && !/^[0-9a-f]{32}$/.test(String(runId))) {
    const message = '`run_id` is no id of a run: 32 hexadecimal digits.';
    problems.push({ path: ['run_id'], severity: 'warning', message });
  }
  return problems;
}

function flavorProblems(flavors: Readonly<Record<string, unknown>>): ModelProblem[] {
  return Object.entries(flavors).flatMap(([name, flavor]): ModelProblem[] => {
    if (!isRecord(flavor)) {
      const message = `The flavor \`${name}\` is a mapping.`;
      return [{ path: ['flavors', name], severity: 'error', message }];
    }
    const needsLoader = name === 'python_function' && typeof flavor['loader_module'] !== 'string';
    const message = '`python_function` needs `loader_module`, the module that loads the model.';
    return needsLoader ? [{ path: ['flavors', name], severity: 'error', message }] : [];
  });
}

function signatureProblems(signature: unknown): ModelProblem[] {
  if (signature === undefined || signature === null) return [];
  if (!isRecord(signature)) {
    return [{ path: ['signature'], severity: 'error', message: '`signature` is a mapping.' }];
  }
  return ['inputs', 'outputs', 'params'].flatMap((key): ModelProblem[] => {
    const text = signature[key];
    if (text === undefined || text === null) return [];
    if (typeof text === 'string' && isJsonList(text)) return [];
    const message = `\`${key}\` is a JSON list in a text.`;
    return [{ path: ['signature', key], severity: 'error', message }];
  });
}

function isJsonList(text: string): boolean {
  try {
    return Array.isArray(JSON.parse(text));
  } catch {
    return false;
  }
}
