/** `runlens project`: shows an MLproject's entry points, and runs one in its environment. */
import fs from 'node:fs';
import path from 'node:path';
import { shellQuoted } from '../../base/shell';
import { ensurePythonEnvironment, runInForeground } from '../../client/pythonEnvironment';
import { commandOf, type EntryPoint } from '../../domain/mlproject';
import { parsePair } from '../args';
import { type Args, type Command, type Context, EXIT, UsageError } from '../command';
import {
  entryPointOf,
  environmentOf,
  type ProjectFolder,
  type RunsIn,
  readProjectFolder,
} from '../project/folder';
import { beginRun, endRun } from '../project/tracking';
import { trackingEnvironment } from './env';

const ENVIRONMENTS = ['project', 'local'] as const;

export const projectCommand: Command = {
  name: 'project',
  summary: 'Shows the entry points of an MLproject folder, or runs one in its environment',
  usage: 'show [DIR] | run [DIR] [options]',
  options: {
    'entry-point': { type: 'string', short: 'e', value: 'NAME', help: 'which one (default: main)' },
    param: {
      type: 'string',
      short: 'P',
      multiple: true,
      value: 'K=V',
      help: 'a parameter of the entry point; may be given again',
    },
    env: {
      type: 'string',
      value: 'WHERE',
      help: 'project: the environment that it names (default); local: the interpreter at hand',
    },
    experiment: { type: 'string', value: 'NAME', help: 'experiment for the run' },
    'run-name': { type: 'string', value: 'NAME', help: 'name for the run' },
    python: {
      type: 'string',
      value: 'PATH',
      help: 'interpreter (default: the venv’s, or python3)',
    },
  },
  positionals: { min: 1, max: 2 },
  async run(args, context) {
    const [what, folder = '.'] = args.positionals;
    if (what === 'show') return show(readProjectFolder(path.resolve(context.cwd, folder)), context);
    if (what !== 'run') throw new UsageError('project takes show or run, then the folder');
    return await run(readProjectFolder(path.resolve(context.cwd, folder)), args, context);
  },
};

function show({ project, warnings }: ProjectFolder, { out, json }: Context): number {
  if (json) out.json(project);
  else {
    for (const { name, parameters, command } of project.entryPoints) {
      out.line(`${name}  ${command.trim()}`);
      for (const { name: parameter, type, default: value } of parameters) {
        out.line(`    ${parameter}: ${type}${value === undefined ? '' : ` = ${value}`}`);
      }
    }
    if (project.entryPoints.length === 0) out.line('no entry points');
    for (const warning of warnings) out.error(warning);
  }
  return EXIT.ok;
}

async function run(project: ProjectFolder, args: Args, context: Context): Promise<number> {
  const name = args.text('entry-point') ?? 'main';
  const point = entryPointOf(project, name, shellQuoted);
  const given = args.texts('param').map((text) => parsePair('--param', text));
  const values = Object.fromEntries(given.map((one) => [one.name, resolved(point, one, context)]));
  // Before anything is made: a missing value must not leave a run behind.
  const command = commandOf(point, values, shellQuoted);
  const place = chosenEnvironment(project, args);
  const python = await interpreterIn(place, args, context);
  const server = await context.server();
  const { runId, experimentId } = await beginRun(server, {
    experiment: args.text('experiment'),
    runName: args.text('run-name'),
    tags: tagsOf(project, point, place),
    params: parametersOf(point, values),
  });
  context.out.line(`${name}: ${command}`);
  const code = await runInForeground({
    program: command,
    args: [],
    cwd: project.folder,
    shell: true,
    env: {
      ...context.env,
      ...(await trackingEnvironment(context)),
      ...pathWith(path.dirname(python), context),
      MLFLOW_RUN_ID: runId,
      MLFLOW_EXPERIMENT_ID: experimentId,
    },
  });
  await endRun(server, runId, code);
  if (context.json) context.out.json({ runId, experimentId, exitCode: code });
  else context.out.line(`run ${runId} ${code === 0 ? 'finished' : `ended with exit code ${code}`}`);
  return code;
}

/** A `path` is relative to where the command was typed, as in MLflow. */
function resolved(
  { parameters }: EntryPoint,
  { name, value }: { name: string; value: string },
  { cwd }: Context,
): string {
  if (parameters.find((one) => one.name === name)?.type !== 'path') return value;
  if (/^[a-z][a-z0-9+.-]+:\//i.test(value)) {
    throw new Error(
      `The parameter \`${name}\` takes a path on this machine: download ${value} first and name the file.`,
    );
  }
  const file = path.resolve(cwd, value);
  if (fs.existsSync(file)) return file;
  throw new Error(`The parameter \`${name}\` names ${file}, which is not there.`);
}

function chosenEnvironment(project: ProjectFolder, args: Args): RunsIn {
  const wanted = args.text('env') ?? 'project';
  if (!ENVIRONMENTS.some((each) => each === wanted)) {
    throw new UsageError(`--env takes ${ENVIRONMENTS.join(' or ')}, not "${wanted}"`);
  }
  return wanted === 'local' ? { kind: 'local' } : environmentOf(project);
}

async function interpreterIn(place: RunsIn, args: Args, context: Context): Promise<string> {
  const base = await context.interpreter(args.text('python'));
  if (place.kind === 'local') return base;
  return await ensurePythonEnvironment(place.requirements, base, (line) => context.out.error(line));
}

/** The names are MLflow's own, so that its pages show them, too. */
function tagsOf(project: ProjectFolder, { name }: EntryPoint, place: RunsIn) {
  return {
    'mlflow.source.name': project.folder,
    'mlflow.source.type': 'PROJECT',
    'mlflow.project.entryPoint': name,
    'mlflow.project.env': place.kind,
    'mlflow.project.backend': 'local',
  };
}

function parametersOf(
  { parameters }: EntryPoint,
  values: Readonly<Record<string, string>>,
): Record<string, string> {
  const defaults = parameters.flatMap(({ name, default: value }) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return { ...Object.fromEntries(defaults), ...values };
}

/** `python` of the command is that of the environment. */
function pathWith(folder: string, { env }: Context): Record<string, string> {
  const key = Object.keys(env).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH';
  return { [key]: [folder, env[key]].filter(Boolean).join(path.delimiter) };
}
