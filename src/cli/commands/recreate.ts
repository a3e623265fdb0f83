/** `runlens recreate`: a folder with the code, packages, parameters and command of a run. */
import fs from 'node:fs';
import path from 'node:path';
import { assertNever } from '../../base/assertNever';
import { RunlensError } from '../../base/errors';
import { isRecord } from '../../base/json';
import { writeCode } from '../../client/recreate/code';
import { CODE, type Recreated, recreatedFiles } from '../../client/recreate/texts';
import { readEnvironment, readObject } from '../../client/runEnvironment';
import type { RunEnvironment } from '../../domain/environment';
import { recreationNotes } from '../../domain/recreation';
import type { RunDetail } from '../../protocol/rows';
import { type Command, type Context, EXIT } from '../command';
import { type Found, findById } from '../lookup';
import type { Server } from '../server';

export const recreateCommand: Command = {
  name: 'recreate',
  summary: 'Writes a folder with the code, packages, parameters and command of a run',
  usage: 'RUN [options]',
  options: {
    to: { type: 'string', value: 'DIR', help: 'folder to write (default: named like the run)' },
    repository: { type: 'string', value: 'DIR', help: 'clone to take the commit from' },
    'commit-only': { type: 'boolean', help: 'leave the uncommitted changes out' },
  },
  positionals: { min: 1, max: 1 },
  async run(args, context) {
    const server = await context.server();
    const run = await runOf(server, await findById(server, args.positionals[0] ?? ''));
    const target = path.resolve(context.cwd, args.text('to') ?? folderName(run));
    const recreated = await recreate(server, run, {
      target,
      repository: args.text('repository'),
      commitOnly: args.flag('commit-only'),
      context,
    });
    report(recreated, context);
    return EXIT.ok;
  },
};

interface Wish {
  readonly target: string;
  readonly repository: string | undefined;
  readonly commitOnly: boolean;
  readonly context: Context;
}

/** Written beside its place and renamed at the end: what is there is whole. */
async function recreate(server: Server, run: RunDetail, wish: Wish): Promise<Recreated> {
  const environment = await readEnvironment(server, run);
  if (!environment) throw notRecorded(run);
  const { target } = wish;
  checkFree(target);
  fs.mkdirSync(path.dirname(target), { recursive: true });
  const unfinished = fs.mkdtempSync(`${target}.part-`);
  try {
    const missing = await writeCode(path.join(unfinished, CODE), {
      environment,
      repositories: repositoriesFor(environment, wish),
      commitOnly: wish.commitOnly,
      read: (digest) => readObject(server, digest),
    });
    const datasets = await datasetsOf(server, run.runId);
    const notes = [...missing, ...recreationNotes(environment)];
    const recreated: Recreated = { run, environment, target, datasets, notes };
    for (const [name, text] of Object.entries(recreatedFiles(recreated))) {
      fs.writeFileSync(path.join(unfinished, name), text, {
        mode: name.endsWith('.sh') ? 0o755 : 0o644,
      });
    }
    fs.rmSync(target, { recursive: true, force: true });
    fs.renameSync(unfinished, target);
    return recreated;
  } catch (error) {
    fs.rmSync(unfinished, { recursive: true, force: true });
    throw error;
  }
}

function repositoriesFor({ base }: RunEnvironment, { repository, context }: Wish): string[] {
  // One that was named is the only one: what else is found would be a surprise.
  return repository === undefined ? [base, context.root] : [path.resolve(context.cwd, repository)];
}

async function runOf(server: Server, found: Found): Promise<RunDetail> {
  const runId = trackingRunId(found);
  if (runId === undefined) {
    throw new RunlensError(
      'recreate.kind',
      'That is not a run. An artifact names the run that made it: runlens show ID',
    );
  }
  return server.call('GET /api/runs/:runId', { runId });
}

function trackingRunId(found: Found): string | undefined {
  switch (found.kind) {
    case 'run':
      return found.row.runId;
    case 'pipelineRun':
      return found.row.trackingRunId;
    case 'step':
      return found.row.trackingRunId ?? found.run.trackingRunId;
    case 'artifact':
      return undefined;
    default:
      return assertNever(found);
  }
}

const folderName = ({ name, runId }: RunDetail): string =>
  `${name.replace(/[^\w.-]+/g, '-').replace(/^[.-]+/, '') || 'run'}-${runId.slice(0, 8)}`;

function checkFree(target: string): void {
  const there = fs.statSync(target, { throwIfNoEntry: false });
  if (!there || (there.isDirectory() && fs.readdirSync(target).length === 0)) return;
  throw new RunlensError('recreate.target', `${target} is there already. Choose another: --to DIR`);
}

const notRecorded = ({ runId }: RunDetail): RunlensError =>
  new RunlensError(
    'recreate.unrecorded',
    `The code and environment of the run ${runId} were not recorded. They are for pipelines, and ` +
      'for MLflow scripts started in a terminal of the editor or after `eval $(runlens env)`.',
  );

/** The datasets that were logged with the run, as MLflow tells them. */
async function datasetsOf({ url, trackingToken }: Server, runId: string): Promise<object[]> {
  const response = await fetch(`${url}/api/2.0/mlflow/runs/get?run_id=${runId}`, {
    headers: { authorization: `Bearer ${trackingToken}` },
  });
  const value: unknown = await response.json();
  const run = isRecord(value) && isRecord(value['run']) ? value['run'] : {};
  const inputs = isRecord(run['inputs']) ? run['inputs']['dataset_inputs'] : undefined;
  return (Array.isArray(inputs) ? inputs : []).flatMap((input: unknown) =>
    isRecord(input) && isRecord(input['dataset']) ? [withoutProfile(input['dataset'])] : [],
  );
}

/** Statistics may be large and are no reference. */
function withoutProfile(dataset: Record<string, unknown>): object {
  const { name, digest, source_type, source } = dataset;
  return { name, digest, sourceType: source_type, source };
}

function report({ target, environment, notes }: Recreated, { out, json }: Context): void {
  if (json) {
    out.json({ folder: target, commit: environment.git?.commit, notes });
    return;
  }
  out.line(`Written to ${target}`);
  for (const note of notes) out.line(`  note: ${note}`);
}
