/** Reads the record of a run's code and environment, and tells it in a few lines. */
import { RunlensError } from '../base/errors';
import { formatBytes } from '../domain/display';
import { ENVIRONMENT_TAG, parseEnvironment, type RunEnvironment } from '../domain/environment';
import { commandText } from '../domain/recreation';
import { TAGS } from '../domain/tags';
import type { ControlRoute, ReplyOf, RequestOf } from '../protocol/control';
import type { RunDetail } from '../protocol/rows';

/** Whoever asks a server: a command or a session. */
export interface Caller {
  call<R extends ControlRoute>(route: R, request: RequestOf<R>): Promise<ReplyOf<R>>;
}

/** A step's run is a child of its pipeline's; deeper nests than this are no pipelines. */
const MOST_PARENTS = 8;

/** The record of a run, or of the nearest run above it; undefined when none has one. */
export async function readEnvironment(
  server: Caller,
  run: RunDetail,
): Promise<RunEnvironment | undefined> {
  let at = run;
  for (let level = 0; level < MOST_PARENTS; level++) {
    const digest = tagOf(at, ENVIRONMENT_TAG);
    if (digest !== undefined) return recordOf(server, digest);
    const parent = at.parentRunId ?? tagOf(at, TAGS.parentRunId);
    if (!parent) return undefined;
    at = await server.call('GET /api/runs/:runId', { runId: parent });
  }
  return undefined;
}

export const tagOf = ({ tags }: Pick<RunDetail, 'tags'>, key: string): string | undefined =>
  tags.find((tag) => tag.key === key)?.value;

/** @throws RunlensError `object.notFound` */
export async function readObject(server: Caller, digest: string): Promise<Buffer> {
  const { base64 } = await server.call('GET /api/objects/:digest', { digest });
  return Buffer.from(base64, 'base64');
}

async function recordOf(server: Caller, digest: string): Promise<RunEnvironment> {
  const text = (await readObject(server, digest)).toString('utf8');
  try {
    return parseEnvironment(text);
  } catch (error) {
    throw new RunlensError(
      'environment.unreadable',
      'The record of the code and environment of this run is of another version of Runlens.',
      { cause: error },
    );
  }
}

/** Lines for `show`: name and value. */
export function environmentFacts(environment: RunEnvironment): (readonly [string, string])[] {
  const { python, packages, system } = environment;
  const memory = system.memory > 0 ? formatBytes(system.memory) : '';
  const cpu = [system.cpu, system.cpus > 0 ? `${system.cpus} cores` : '', memory];
  return [
    ['command', commandText(environment)],
    ['in', environment.entry.folder],
    ['commit', commitText(environment)],
    ['remote', environment.git?.remote ?? ''],
    ['python', `${python.version} (${python.executable}), ${packages.length} packages`],
    ['system', system.os],
    ['cpu', cpu.filter((part) => part !== '').join(', ')],
    ['gpu', system.gpus.join('; ')],
  ];
}

function commitText({ git, files }: RunEnvironment): string {
  if (!git) return '';
  const commit = git.commit?.slice(0, 12) ?? 'none yet';
  const branch = git.branch === undefined ? '' : ` on ${git.branch}`;
  const changes = [
    git.patch ? `changes of ${formatBytes(git.patch.bytes)}` : '',
    files.length > 0 ? `${files.length} files that git does not track` : '',
  ].filter((part) => part !== '');
  return `${commit}${branch}${changes.length > 0 ? `, with ${changes.join(' and ')}` : ''}`;
}
