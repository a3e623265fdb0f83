/** From the options of `runlens run` to what the server is asked to launch. */
import fs from 'node:fs';
import path from 'node:path';
import type { Json } from '../base/json';
import type { Plan, PlanTarget, StepInput } from '../domain/pipeline';
import type { LaunchRequest, PipelineRunDetail } from '../protocol/control';
import type { PipelineRunRow } from '../protocol/rows';
import { parsePair, parseParameter } from './args';
import { type Args, type Context, type Option, UsageError } from './command';
import { allPipelineRuns, type Found, findById, LookupError } from './lookup';
import type { Server } from './server';

export const RUN_OPTIONS: Readonly<Record<string, Option>> = {
  pipeline: { type: 'string', short: 'p', value: 'NAME', help: 'which pipeline of the file' },
  step: { type: 'string', short: 's', value: 'NAME', help: 'run only as far as this step needs' },
  only: {
    type: 'string',
    value: 'NAME',
    help: 'run this step alone, on the newest results of the steps before it',
  },
  from: {
    type: 'string',
    value: 'NAME',
    help: 'run this step and all that depend on it, on the newest results before it',
  },
  param: {
    type: 'string',
    multiple: true,
    value: 'K=V',
    help: 'a pipeline parameter; may be given again',
  },
  replay: {
    type: 'string',
    value: 'RUN',
    help: 'with the parameters of this pipeline run (name or id); see --skip, --input, --set',
  },
  resume: {
    type: 'string',
    value: 'RUN',
    help: 'take from this pipeline run (name or id) what it has finished, and run the rest',
  },
  skip: {
    type: 'string',
    multiple: true,
    value: 'STEP',
    help: 'with --replay: take this step’s outputs as they are; may be given again',
  },
  input: {
    type: 'string',
    multiple: true,
    value: 'STEP.INPUT=ARTIFACT',
    help: 'an artifact (name, name:version or id) as input of a step; may be given again',
  },
  set: {
    type: 'string',
    multiple: true,
    value: 'STEP.INPUT=VALUE',
    help: 'a value as input of a step; may be given again',
  },
  'dry-run': { type: 'boolean', short: 'n', help: 'say what would run and why; run nothing' },
  force: {
    type: 'boolean',
    short: 'f',
    help: 'ignore the cache (with --step, --only or --from: for that step only)',
  },
  python: {
    type: 'string',
    value: 'PATH',
    help: 'interpreter (default: the venv’s, or python3)',
  },
};

/** @throws UsageError, LookupError: what was given is not there, or does not go together. */
export async function launchRequest(
  args: Args,
  context: Context,
  server: Server,
): Promise<LaunchRequest> {
  const base = await baseRun(args, server);
  const pipeline = args.text('pipeline') ?? base?.pipeline;
  const given = args.texts('param').map(parseParameter);
  return {
    file: launchFile(args, context, base),
    ...(pipeline ? { pipeline } : {}),
    plan: await planOf(args, server, base),
    parameters: {
      ...base?.parameters,
      ...Object.fromEntries(given.map(({ name, value }): [string, Json] => [name, value])),
    },
    interpreter: await context.interpreter(args.text('python')),
    cwd: context.root,
    ...(args.flag('dry-run') ? { dryRun: true } : {}),
  };
}

function launchFile(args: Args, { cwd, root }: Context, base: PipelineRunDetail | undefined) {
  const [given] = args.positionals;
  if (given !== undefined) return existingFile(given, cwd);
  if (base) return existingFile(base.source.file, root);
  throw new UsageError('run needs a FILE, or --replay or --resume with a run');
}

function existingFile(given: string, cwd: string): string {
  const file = path.resolve(cwd, given);
  if (!fs.statSync(file, { throwIfNoEntry: false })?.isFile()) {
    throw new UsageError(`there is no file ${given}`);
  }
  return fs.realpathSync(file);
}

const REACHES = { step: 'up-to', only: 'only', from: 'from' } as const;

function targetOf(args: Args): PlanTarget | undefined {
  const given = (['step', 'only', 'from'] as const).filter((name) => args.text(name) !== undefined);
  const [name, second] = given;
  if (second) throw new UsageError(`--${name} and --${second} do not go together`);
  if (!name) return undefined;
  const step = args.text(name) ?? '';
  return name === 'step' ? { step } : { step, reach: REACHES[name] };
}

async function planOf(
  args: Args,
  server: Server,
  base: PipelineRunDetail | undefined,
): Promise<Plan> {
  const target = targetOf(args);
  const skip = args.texts('skip');
  if (skip.length > 0 && !args.text('replay')) throw new UsageError('--skip needs --replay');
  const inputs = await inputsOf(args, server);
  return {
    target: target ?? 'all',
    force: args.flag('force') ? (target ? 'target' : 'all') : 'none',
    ...(base ? { basedOn: base.id, mode: args.text('resume') ? 'resume' : 'replay' } : {}),
    ...(skip.length > 0 ? { skip } : {}),
    ...(Object.keys(inputs).length > 0 ? { inputs } : {}),
  };
}

async function baseRun(args: Args, server: Server): Promise<PipelineRunDetail | undefined> {
  const [replay, resume] = [args.text('replay'), args.text('resume')];
  if (replay && resume) throw new UsageError('--replay and --resume do not go together');
  const given = replay ?? resume;
  if (!given) return undefined;
  const named = (await allPipelineRuns(server)).find((run) => run.name === given);
  const found = named ?? pipelineRun(await findById(server, given), given);
  return await server.call('GET /api/pipeline-runs/:id', { id: found.id });
}

function pipelineRun(found: Found, given: string): PipelineRunRow {
  if (found.kind === 'pipelineRun') return found.row;
  throw new LookupError(`${given} is no pipeline run; see runlens ls pipelines`);
}

type Inputs = Record<string, Record<string, StepInput>>;

async function inputsOf(args: Args, server: Server): Promise<Inputs> {
  const inputs: Inputs = {};
  for (const text of args.texts('input')) {
    const { step, input, value } = parseInput('--input', text);
    const artifactVersionId = await artifactId(server, value);
    inputs[step] = { ...inputs[step], [input]: { kind: 'artifact', artifactVersionId } };
  }
  for (const text of args.texts('set')) {
    const { step, input } = parseInput('--set', text);
    const { value } = parseParameter(text);
    inputs[step] = { ...inputs[step], [input]: { kind: 'parameter', value } };
  }
  return inputs;
}

/** `train.data=…`; the last dot parts them, since a step's id may have some. */
function parseInput(option: string, text: string) {
  const { name, value } = parsePair(option, text);
  const at = name.lastIndexOf('.');
  if (at < 1) throw new UsageError(`${option} takes STEP.INPUT=…, not "${text}"`);
  return { step: name.slice(0, at), input: name.slice(at + 1), value };
}

async function artifactId(server: Server, text: string): Promise<string> {
  if (/^[0-9a-f]{32}$/.test(text)) {
    return (await server.call('GET /api/artifacts/:id', { id: text })).id;
  }
  // `pipeline::step::output` has colons of its own.
  const [, name = text, version] = /^(.*[^:]):([^:]+)$/.exec(text) ?? [];
  const found = await server.call('GET /api/artifact-versions', {
    name,
    ...(version === undefined ? {} : { version }),
  });
  return found.id;
}
