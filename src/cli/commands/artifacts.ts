/** `runlens artifacts`: lists artifacts, and writes one to a folder that `runlens.load` reads alone. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import * as fs from 'node:fs/promises';
import path from 'node:path';
import { messageOf, RunlensError } from '../../base/errors';
import { countOf, formatBytes } from '../../domain/display';
import type { ArtifactRow } from '../../protocol/rows';
import { type Args, type Command, type Context, EXIT, UsageError } from '../command';
import { findById, LookupError } from '../lookup';
import type { Server } from '../server';
import { lsCommand } from './ls';

/** What `python/src/runlens/artifacts.py` reads; the number is that of its form. */
const DESCRIPTION = 'artifact.json';
const FILES = 'files';
const FORMAT = 1;

export const artifactsCommand: Command = {
  name: 'artifacts',
  summary: 'Lists artifacts; pulls one into a folder that needs no server to be loaded',
  usage: 'ls | pull ID|NAME[:VERSION] DIR',
  options: {
    limit: { type: 'string', short: 'n', value: 'N', help: 'ls: at most this many' },
    overwrite: { type: 'boolean', help: 'pull: replace what an earlier pull wrote there' },
  },
  positionals: { min: 1, max: 3 },
  async run(args, context) {
    const [verb, ...rest] = args.positionals;
    if (verb === 'ls' && rest.length === 0) {
      return lsCommand.run({ ...args, positionals: ['artifacts'] }, context);
    }
    const [what, folder] = rest;
    if (verb === 'pull' && what !== undefined && folder !== undefined) {
      return pull(args, context, { what, folder: path.resolve(context.cwd, folder) });
    }
    throw new UsageError('artifacts takes ls, or pull with an id or name and a folder');
  },
};

async function pull(
  args: Args,
  context: Context,
  { what, folder }: { readonly what: string; readonly folder: string },
): Promise<number> {
  const isReplacing = await checkTarget(folder, args.flag('overwrite'));
  const artifact = await findArtifact(await context.server(), what);
  await writeBeside(artifact, folder, isReplacing);
  const { out, json } = context;
  if (json) out.json({ id: artifact.id, name: artifact.name, version: artifact.version, folder });
  else {
    const { name, version, files, size } = artifact;
    const content = `${countOf(files.length, 'file')}, ${formatBytes(size)}`;
    out.line(`Pulled ${name} v${version} (${content}) to ${folder}`);
    out.line(`In Python: runlens.load(${JSON.stringify(folder)})`);
  }
  return EXIT.ok;
}

/** @returns whether there is an earlier pull to replace. @throws LookupError when something is in the way. */
async function checkTarget(folder: string, overwrite: boolean): Promise<boolean> {
  const names = await fs.readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new LookupError(`${folder} cannot be written to: ${messageOf(error)}`);
  });
  if (names === undefined || names.length === 0) return false;
  const isPulled = names.includes(DESCRIPTION) && names.includes(FILES) && names.length === 2;
  if (isPulled && overwrite) return true;
  const hint = isPulled ? 'give --overwrite to replace it' : 'choose another folder';
  throw new LookupError(`${folder} is not empty; ${hint}`);
}

/** By id or its first digits, or by name (the latest), or `name:version`. @throws LookupError */
export async function findArtifact(server: Server, text: string): Promise<ArtifactRow> {
  const named = await versionOf(server, text);
  if (named) return named;
  // `pipeline::step::output` has colons of its own
  const split = /^(.*[^:]):([^:]+)$/.exec(text);
  const versioned = split?.[1] && (await versionOf(server, split[1], split[2]));
  if (versioned) return versioned;
  const isId = /^[0-9a-f]{4,32}$/i.test(text);
  const found = isId ? await findById(server, text) : undefined;
  if (found?.kind === 'artifact') return found.row;
  throw new LookupError(`there is no artifact ${text}; see runlens artifacts ls`);
}

async function versionOf(
  server: Server,
  name: string,
  version?: string,
): Promise<ArtifactRow | undefined> {
  try {
    const asked = version?.replace(/^v(?=\d+$)/, '');
    const request = { name, ...(asked === undefined ? {} : { version: asked }) };
    return await server.call('GET /api/artifact-versions', request);
  } catch (error) {
    if (error instanceof RunlensError && error.code.endsWith('.notFound')) return undefined;
    throw error;
  }
}

/** Into a folder beside the target, which then takes its place: no half of it is ever seen there. */
async function writeBeside(
  artifact: ArtifactRow,
  folder: string,
  isReplacing: boolean,
): Promise<void> {
  await fs.mkdir(path.dirname(folder), { recursive: true });
  const partial = await fs.mkdtemp(`${folder}.partial-`);
  try {
    for (const file of artifact.files) await copyFile(artifact, file, path.join(partial, FILES));
    await fs.mkdir(path.join(partial, FILES), { recursive: true });
    const text = `${JSON.stringify(description(artifact), undefined, 2)}\n`;
    await fs.writeFile(path.join(partial, DESCRIPTION), text);
    await fs.chmod(partial, 0o755);
    if (isReplacing) await fs.rm(folder, { recursive: true });
    // An empty folder may be there; what else is in the way makes the rename fail and say so.
    else await fs.rmdir(folder).catch(() => undefined);
    await fs.rename(partial, folder);
  } catch (error) {
    await fs.rm(partial, { recursive: true, force: true });
    throw error;
  }
}

type ArtifactFile = ArtifactRow['files'][number];

/** @throws LookupError when the file is not what was recorded. */
async function copyFile(artifact: ArtifactRow, file: ArtifactFile, target: string): Promise<void> {
  const copy = path.join(target, ...file.path.split('/'));
  await fs.mkdir(path.dirname(copy), { recursive: true });
  try {
    await fs.copyFile(path.join(artifact.folder, ...file.path.split('/')), copy);
  } catch (error) {
    throw new LookupError(`${file.path} of ${artifact.name} cannot be read: ${messageOf(error)}`);
  }
  await fs.chmod(copy, 0o644);
  if (file.sha256 === undefined || (await sha256(copy)) === file.sha256) return;
  throw new LookupError(
    `${file.path} of ${artifact.name} v${artifact.version} was changed after it was made; run the step again`,
  );
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const part of createReadStream(file)) hash.update(part as Buffer);
  return hash.digest('hex');
}

const description = (artifact: ArtifactRow): object => ({
  format: FORMAT,
  id: artifact.id,
  name: artifact.name,
  version: artifact.version,
  type: artifact.type,
  materializer: artifact.materializer,
  createdAt: artifact.createdAt,
  contentDigest: artifact.contentDigest,
  pipeline: artifact.pipeline,
  step: artifact.stepId,
  metadata: artifact.metadata,
  files: artifact.files,
});
