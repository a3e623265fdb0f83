/**
 * MLproject files as MLflow reads them (mlflow.projects): entry points, their parameters and the
 * environment; what is wrong in one, and the command of an entry point.
 */
import { isRecord } from '../base/json';

export interface MlProject {
  readonly name: string | undefined;
  readonly environment: ProjectEnvironment;
  readonly entryPoints: readonly EntryPoint[];
}

/** `none`: the file names none; MLflow then looks for python_env.yaml and conda.yaml beside it. */
export type ProjectEnvironment =
  | { readonly kind: 'python' | 'conda'; readonly file: string }
  | { readonly kind: 'docker'; readonly image: string }
  | { readonly kind: 'none' };

export interface EntryPoint {
  readonly name: string;
  /** With `{parameter}` where values go, `{{` for a brace. */
  readonly command: string;
  readonly parameters: readonly ProjectParameter[];
}

export const PARAMETER_TYPES = ['string', 'float', 'path', 'uri'] as const;

export interface ProjectParameter {
  readonly name: string;
  /** One of `PARAMETER_TYPES`; MLflow takes any other word for `string`. */
  readonly type: string;
  /** As text; undefined when it must be given. */
  readonly default: string | undefined;
}

/** Something wrong, at a place in the file: keys from the top, numbers in lists. */
export interface ProjectProblem {
  readonly path: readonly (string | number)[];
  readonly severity: 'error' | 'warning';
  readonly message: string;
}

const TOP_KEYS = [
  'name',
  'python_env',
  'conda_env',
  'docker_env',
  'entry_points',
  'databricks_spark_job',
];
const ENVIRONMENT_KEYS = ['python_env', 'conda_env', 'docker_env'];

/** @param value the parsed YAML. What cannot be read is left out and named in `problems`. */
export function readProject(value: unknown): {
  readonly project: MlProject;
  readonly problems: readonly ProjectProblem[];
} {
  const problems: ProjectProblem[] = [];
  const top = isRecord(value) ? value : {};
  // An empty file is a project without entry points.
  if (!isRecord(value) && value !== null && value !== undefined) {
    problems.push(error([], 'An MLproject file is a mapping of keys such as `entry_points`.'));
  }
  for (const key of Object.keys(top).filter((each) => !TOP_KEYS.includes(each))) {
    const known = TOP_KEYS.join(', ');
    problems.push(warning([key], `MLflow knows no key \`${key}\`; its keys are: ${known}.`));
  }
  const environment = readEnvironment(top, problems);
  const entryPoints = readEntryPoints(top['entry_points'], problems);
  const name = typeof top['name'] === 'string' ? top['name'] : undefined;
  if (top['name'] !== undefined && name === undefined) {
    problems.push(error(['name'], '`name` must be text.'));
  }
  return { project: { name, environment, entryPoints }, problems };
}

function readEnvironment(
  top: Readonly<Record<string, unknown>>,
  problems: ProjectProblem[],
): ProjectEnvironment {
  const [key, second] = ENVIRONMENT_KEYS.filter((each) => top[each] !== undefined);
  if (second) {
    problems.push(
      error([second], `A project has one environment, but this one names \`${key}\` too.`),
    );
  }
  if (!key) return { kind: 'none' };
  if (key === 'docker_env') return readDocker(top[key], problems);
  const file = top[key];
  if (typeof file === 'string' && file !== '') {
    return { kind: key === 'python_env' ? 'python' : 'conda', file };
  }
  problems.push(error([key], `\`${key}\` names a file, relative to the project's folder.`));
  return { kind: 'none' };
}

function readDocker(value: unknown, problems: ProjectProblem[]): ProjectEnvironment {
  const image = isRecord(value) ? value['image'] : undefined;
  if (typeof image === 'string' && image !== '') return { kind: 'docker', image };
  problems.push(error(['docker_env'], '`docker_env` needs an `image`.'));
  return { kind: 'none' };
}

function readEntryPoints(value: unknown, problems: ProjectProblem[]): EntryPoint[] {
  if (value === undefined || value === null) return [];
  if (!isRecord(value)) {
    problems.push(error(['entry_points'], '`entry_points` maps a name to its `command`.'));
    return [];
  }
  return Object.entries(value).flatMap(([name, given]) => {
    const point = readEntryPoint(name, given, problems);
    return point ? [point] : [];
  });
}

function readEntryPoint(
  name: string,
  value: unknown,
  problems: ProjectProblem[],
): EntryPoint | undefined {
  const path = ['entry_points', name];
  const command = isRecord(value) ? value['command'] : undefined;
  if (!isRecord(value) || typeof command !== 'string' || command.trim() === '') {
    problems.push(error(path, `The entry point \`${name}\` has no \`command\`.`));
    return undefined;
  }
  for (const key of Object.keys(value).filter((each) => !/^(command|parameters)$/.test(each))) {
    const text = `An entry point has \`parameters\` and a \`command\`, no \`${key}\`.`;
    problems.push(warning([...path, key], text));
  }
  const parameters = readParameters(path, value['parameters'], problems);
  checkCommand([...path, 'command'], command, parameters, problems);
  return { name, command, parameters };
}

function readParameters(
  path: readonly string[],
  value: unknown,
  problems: ProjectProblem[],
): ProjectParameter[] {
  if (value === undefined || value === null) return [];
  if (isRecord(value)) {
    return Object.entries(value).map(([name, given]) =>
      readParameter([...path, 'parameters', name], given, problems),
    );
  }
  const text = '`parameters` maps each name to a type, or to `{type, default}`.';
  problems.push(error([...path, 'parameters'], text));
  return [];
}

function readParameter(
  path: readonly string[],
  value: unknown,
  problems: ProjectProblem[],
): ProjectParameter {
  const given: Readonly<Record<string, unknown>> = isRecord(value) ? value : { type: value };
  const name = path.at(-1) ?? '';
  const type = given['type'] ?? 'string';
  if (typeof type !== 'string' || !PARAMETER_TYPES.some((each) => each === type)) {
    const known = PARAMETER_TYPES.join(', ');
    const text = `MLflow takes the type \`${String(type)}\` for text; its types are: ${known}.`;
    problems.push(warning(isRecord(value) ? [...path, 'type'] : path, text));
  }
  const fallback = given['default'];
  if (type === 'float' && fallback !== undefined && fallback !== null && !isNumber(fallback)) {
    problems.push(error([...path, 'default'], `The default of \`${name}\` is no number.`));
  }
  const hasDefault = fallback !== undefined && fallback !== null;
  return { name, type: String(type), default: hasDefault ? String(fallback) : undefined };
}

const isNumber = (value: unknown): boolean =>
  String(value).trim() !== '' && !Number.isNaN(Number(value));

/** Its placeholders must have parameters; MLflow finds that out only when it runs. */
function checkCommand(
  path: readonly string[],
  command: string,
  parameters: readonly ProjectParameter[],
  problems: ProjectProblem[],
): void {
  const known = new Set(parameters.map(({ name }) => name));
  const used = new Set(placeholdersOf(command));
  for (const name of used) {
    if (known.has(name)) continue;
    problems.push(
      error(path, `The command uses \`{${name}}\`, which is not among its parameters.`),
    );
  }
  for (const { name } of parameters) {
    if (used.has(name)) continue;
    const parameter = [...path.slice(0, -1), 'parameters', name];
    problems.push(warning(parameter, `The command does not use \`${name}\`.`));
  }
}

/** Names in `{…}`, in order, each as often as it stands there; `{{` and `}}` are braces. */
export const placeholdersOf = (command: string): string[] =>
  [...command.matchAll(/\{\{|\}\}|\{([^{}]*)\}/g)].flatMap(([, name]) => name ?? []);

/**
 * The command of an entry point with values filled in as MLflow does: each quoted for the shell,
 * unknown ones appended as `--name value`.
 * @param given values by parameter, as text; paths resolved.
 * @throws Error that names a parameter without value, or a float that is none.
 */
export function commandOf(
  { name, command, parameters }: EntryPoint,
  given: Readonly<Record<string, string>>,
  quote: (text: string) => string,
): string {
  const missing = parameters.filter((one) => one.default === undefined && !(one.name in given));
  if (missing.length > 0) {
    const names = missing.map((parameter) => `\`${parameter.name}\``).join(', ');
    throw new Error(`The entry point \`${name}\` needs a value for ${names}.`);
  }
  const values = new Map<string, string>();
  for (const parameter of parameters) {
    const value = given[parameter.name] ?? parameter.default ?? '';
    checkValue(parameter, value);
    values.set(parameter.name, quote(value));
  }
  const filled = command.replace(/\{\{|\}\}|\{([^{}]*)\}/g, (text, key?: string) => {
    if (key === undefined) return text.slice(1);
    const value = values.get(key);
    if (value !== undefined) return value;
    throw new Error(`The command of \`${name}\` uses \`{${key}}\`, which is no parameter of it.`);
  });
  const extra = Object.entries(given).filter(([key]) => !values.has(key));
  return [filled, ...extra.map(([key, value]) => `--${quote(key)} ${quote(value)}`)].join(' ');
}

function checkValue({ name, type }: ProjectParameter, value: string): void {
  if (type === 'float' && !isNumber(value)) {
    throw new Error(`The parameter \`${name}\` takes a number, not \`${value}\`.`);
  }
  if (type === 'uri' && !/^[a-z][a-z0-9+.-]*:/i.test(value)) {
    throw new Error(`The parameter \`${name}\` takes an address such as s3://…, not \`${value}\`.`);
  }
}

const error = (path: readonly (string | number)[], message: string): ProjectProblem => ({
  path,
  severity: 'error',
  message,
});
const warning = (path: readonly (string | number)[], message: string): ProjectProblem => ({
  path,
  severity: 'warning',
  message,
});
