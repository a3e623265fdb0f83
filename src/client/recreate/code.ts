/** Brings the code of a run back: the commit with its changes, or the files that were kept. */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { RunlensError } from '../../base/errors';
import { formatBytes } from '../../domain/display';
import type { FileRecord, RunEnvironment } from '../../domain/environment';
import { applyPatch, checkOutInto, hasCommit } from '../gitExport';

export interface CodeSource {
  readonly environment: RunEnvironment;
  /** Folders that may be a clone with the commit, in order. */
  readonly repositories: readonly string[];
  /** Leave the uncommitted changes out. */
  readonly commitOnly: boolean;
  /** The bytes of an object. @throws RunlensError `object.notFound` */
  read(digest: string): Promise<Uint8Array>;
}

/**
 * Writes the code into `target`, which must not exist.
 * @returns what could not be brought back, a sentence each.
 * @throws RunlensError `recreate.*`
 */
export async function writeCode(target: string, source: CodeSource): Promise<string[]> {
  const { environment, commitOnly } = source;
  const { git, files, filesLeftOut } = environment;
  if (git?.commit !== undefined) await writeCommit(target, git.commit, source);
  else requireFiles(environment);
  fs.mkdirSync(target, { recursive: true });
  if (commitOnly) return ['The uncommitted changes were left out, as asked for.'];
  const missing = [];
  for (const file of files) {
    if (!(await writeFile(target, file, source))) missing.push(missingText(file));
  }
  if (filesLeftOut > 0) missing.push(`${filesLeftOut} more files were not recorded.`);
  if (fs.existsSync(path.join(target, '.gitmodules'))) {
    missing.push('The repository has submodules: git submodule update --init fetches them.');
  }
  return missing;
}

async function writeCommit(
  target: string,
  commit: string,
  { environment, repositories, commitOnly, read }: CodeSource,
): Promise<void> {
  const patch = environment.git?.patch;
  if (patch && patch.object === undefined && !commitOnly) throw patchCutOff(patch.bytes);
  const repository = await repositoryWith(commit, repositories);
  if (repository === undefined) throw noCommit(commit, environment, repositories);
  await checkOutInto(target, { repository, commit });
  if (patch?.object !== undefined && !commitOnly) {
    await applyPatch(target, await read(patch.object));
  }
}

async function repositoryWith(
  commit: string,
  folders: readonly string[],
): Promise<string | undefined> {
  for (const folder of folders) {
    if (fs.existsSync(folder) && (await hasCommit(folder, commit))) return folder;
  }
  return undefined;
}

/** From what was kept, else from the workspace when it is the same still. */
async function writeFile(target: string, file: FileRecord, source: CodeSource): Promise<boolean> {
  const content = await contentOf(file, source);
  if (content === undefined) return false;
  const at = path.join(target, checkInside(file.path));
  fs.mkdirSync(path.dirname(at), { recursive: true });
  fs.writeFileSync(at, content);
  return true;
}

async function contentOf(
  { path: name, sha256, kept }: FileRecord,
  { environment, read }: CodeSource,
): Promise<Uint8Array | undefined> {
  if (sha256 === undefined) return undefined;
  if (kept) return read(sha256);
  const file = path.join(environment.base, checkInside(name));
  if (!fs.statSync(file, { throwIfNoEntry: false })?.isFile()) return undefined;
  const content = fs.readFileSync(file);
  return createHash('sha256').update(content).digest('hex') === sha256 ? content : undefined;
}

/** A record is data that others may have written: its paths must not lead out of the folder. */
export function checkInside(file: string): string {
  const parts = file.split(/[\\/]/);
  const isInside =
    !path.isAbsolute(file) && !/^[a-z]:/i.test(file) && !parts.includes('..') && file !== '';
  if (isInside && parts[0]?.toLowerCase() !== '.git') return file;
  throw new RunlensError('recreate.path', `The record names the file ${file}, which is refused.`);
}

const missingText = ({ path: name, bytes }: FileRecord): string =>
  `${name} (${formatBytes(bytes)}) is not tracked by git and not kept; it is gone or has changed.`;

function requireFiles({ files, base }: RunEnvironment): void {
  if (files.some(({ kept }) => kept)) return;
  throw new RunlensError(
    'recreate.code',
    `No code of this run was kept: ${base} is in no git repository with a commit, and no Python ` +
      'file of it was imported.',
  );
}

const patchCutOff = (bytes: number): RunlensError =>
  new RunlensError(
    'recreate.patch',
    `The uncommitted changes of this run (${formatBytes(bytes)} or more) were too large to keep, so ` +
      'its code cannot be brought back whole. --commit-only takes the commit without them.',
  );

function noCommit(
  commit: string,
  { git, base }: RunEnvironment,
  looked: readonly string[],
): RunlensError {
  const remote = git?.remote ?? 'the repository it was in';
  return new RunlensError(
    'recreate.commit',
    `The commit ${commit} of this run is not in ${[...new Set([...looked, base])].join(' nor in ')}. ` +
      `Fetch it (from ${remote}), or name a clone that has it: --repository DIR`,
  );
}
