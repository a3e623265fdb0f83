/** Reads a project's folder: its MLproject file, and the environment that it is to run in. */
import fs from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { messageOf } from '../../base/errors';
import { isRecord } from '../../base/json';
import type { PythonRequirements } from '../../client/pythonEnvironment';
import { type EntryPoint, type MlProject, readProject } from '../../domain/mlproject';

export interface ProjectFolder {
  /** Absolute. */
  readonly folder: string;
  readonly project: MlProject;
  readonly warnings: readonly string[];
}

/** @throws Error that says where and what is wrong. */
export function readProjectFolder(given: string): ProjectFolder {
  const folder = path.resolve(given);
  const file = projectFile(folder);
  if (!file) return { folder, project: readProject(undefined).project, warnings: [] };
  const { project, problems } = readProject(parsedYaml(file));
  const texts = problems.map(({ path: place, message }) =>
    [`${path.basename(file)}`, place.join('.'), message].filter(Boolean).join(': '),
  );
  const errors = texts.filter((_, index) => problems[index]?.severity === 'error');
  if (errors.length > 0) throw new Error(errors.join('\n'));
  return { folder, project, warnings: texts };
}

/** MLflow takes the name in any case. */
function projectFile(folder: string): string | undefined {
  if (!fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new Error(`There is no folder ${folder}.`);
  }
  const name = fs.readdirSync(folder).find((each) => each.toLowerCase() === 'mlproject');
  return name && path.join(folder, name);
}

function parsedYaml(file: string): unknown {
  try {
    return parse(fs.readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`${file} is not YAML: ${messageOf(error)}`, { cause: error });
  }
}

const SCRIPTS: Readonly<Record<string, string>> = { '.py': 'python', '.sh': 'bash' };

/**
 * The entry point of a name; like MLflow, a script of the folder is one, too.
 * @throws Error that names those there are.
 */
export function entryPointOf(
  { folder, project }: ProjectFolder,
  name: string,
  quote: (text: string) => string,
): EntryPoint {
  const found = project.entryPoints.find((point) => point.name === name);
  if (found) return found;
  const program = SCRIPTS[path.extname(name)];
  if (program && fs.existsSync(path.join(folder, name))) {
    // Braces in a file's name are no placeholders.
    const file = quote(name).replace(/[{}]/g, '$&$&');
    return { name, command: `${program} ${file}`, parameters: [] };
  }
  const names = project.entryPoints.map((point) => point.name).join(', ') || 'none';
  throw new Error(
    `${folder} has no entry point \`${name}\`; it has: ${names}. A script of the folder (.py, .sh) can ` +
      'be named, too.',
  );
}

export type RunsIn =
  | {
      readonly kind: 'virtualenv';
      readonly requirements: PythonRequirements;
      readonly file: string;
    }
  /** The interpreter at hand. */
  | { readonly kind: 'local' };

/** @throws Error for a docker environment, or a file that is missing or not understood. */
export function environmentOf({ folder, project }: ProjectFolder): RunsIn {
  const { environment } = project;
  if (environment.kind === 'docker') {
    throw new Error(
      `The project runs in the Docker image ${environment.image}, which Runlens does not start. Run it ` +
        'with `mlflow run`, or in the interpreter at hand: --env local.',
    );
  }
  if (environment.kind !== 'none') return fromFile(folder, environment.file, environment.kind);
  if (fs.existsSync(path.join(folder, 'python_env.yaml'))) {
    return fromFile(folder, 'python_env.yaml', 'python');
  }
  if (fs.existsSync(path.join(folder, 'conda.yaml')))
    return fromFile(folder, 'conda.yaml', 'conda');
  return { kind: 'local' };
}

function fromFile(folder: string, name: string, kind: 'python' | 'conda'): RunsIn {
  const file = path.join(folder, name);
  if (!fs.existsSync(file)) throw new Error(`The project's environment ${file} is not there.`);
  const value = parsedYaml(file);
  const content = isRecord(value) ? value : {};
  const requirements =
    kind === 'python' ? fromPythonEnv(folder, file, content) : fromConda(folder, file, content);
  return { kind: 'virtualenv', requirements, file };
}

function fromPythonEnv(
  folder: string,
  file: string,
  content: Readonly<Record<string, unknown>>,
): PythonRequirements {
  const { python } = content;
  return {
    // Without quotes YAML reads 3.10 as the number 3.1.
    python: typeof python === 'string' ? python : undefined,
    build: texts(content['build_dependencies'], file, 'build_dependencies'),
    dependencies: texts(content['dependencies'], file, 'dependencies'),
    folder,
  };
}

/** Like MLflow without conda: Python and what pip installs; the other packages only where pip has them. */
function fromConda(
  folder: string,
  file: string,
  content: Readonly<Record<string, unknown>>,
): PythonRequirements {
  const listed = Array.isArray(content['dependencies']) ? content['dependencies'] : [];
  const plain = listed.filter((one): one is string => typeof one === 'string');
  const parts = plain.map((text) =>
    /^([\w.-]+)\s*(?:([<>!=]=?|==)\s*([\w.*]+))?/.exec(text.trim()),
  );
  const python = parts.find((part) => part?.[1] === 'python')?.[3];
  const build = parts.flatMap((part) => {
    if (!part || part[1] === 'python') return [];
    const operator = part[2] === '=' ? '==' : (part[2] ?? '');
    return [`${part[1]}${operator}${part[3] ?? ''}`];
  });
  const pip = listed.find((one): one is { pip: unknown } => isRecord(one) && 'pip' in one);
  return { python, build, dependencies: texts(pip?.pip, file, 'dependencies.pip'), folder };
}

function texts(value: unknown, file: string, key: string): string[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value;
  throw new Error(`${file}: \`${key}\` must be a list of texts.`);
}
