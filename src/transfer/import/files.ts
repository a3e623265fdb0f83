// Copies artifacts into the data folder: files that are missing there, or newer at their source.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { messageOf, RunlensError } from '../../base/errors';
import { isInside } from '../artifactPlaces';
import type { ArtifactPlace } from '../source';
import type { Target } from './target';

const BLOCK = 1024 * 1024;

/** `uri` is the place that the files are to have here. */
export async function importFiles(
  target: Target,
  { artifacts, uri, where }: { artifacts: ArtifactPlace; uri: string; where: string },
): Promise<void> {
  const { progress } = target;
  if (artifacts.kind === 'none') return;
  if (artifacts.kind === 'elsewhere') {
    progress.note(where, `Its artifacts (${artifacts.uri}) were not taken. ${artifacts.why}`);
    return;
  }
  const root = await fs.promises.realpath(artifacts.folder);
  for await (const file of filesOf(root, root, progress.note)) {
    await copyFile(target, { uri, file, name: namesOf(path.relative(root, file)) });
    await progress.turn();
  }
}

const namesOf = (relative: string): string => relative.split(path.sep).join('/');

/** Links that lead out of the folder are left out: a foreign folder must not bring other files in. */
export async function* filesOf(
  folder: string,
  root: string,
  note: (where: string, what: string) => void,
): AsyncGenerator<string> {
  const entries = await fs.promises.readdir(folder, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) yield* filesOf(file, root, note);
    else if (entry.isFile()) yield file;
    else if (await isLinkInside(file, root)) yield file;
    else note(file, 'It is a link that leads elsewhere, or no file, and was left out.');
  }
}

async function isLinkInside(file: string, root: string): Promise<boolean> {
  try {
    const real = await fs.promises.realpath(file);
    return isInside(real, root) && (await fs.promises.stat(real)).isFile();
  } catch {
    // A link that leads nowhere.
    return false;
  }
}

interface Copy {
  readonly uri: string;
  readonly file: string;
  /** Below the artifacts of the run or model. */
  readonly name: string;
}

async function copyFile(target: Target, { uri, file, name }: Copy): Promise<void> {
  const { store, progress } = target;
  try {
    const to = target.runFolder(uri, name);
    if (to === undefined) return;
    if (await isCopied(target, file, to)) return;
    const { size } = await store.blobs.write(
      to,
      read(file, progress.checkCancelled.bind(progress)),
    );
    progress.add('files');
    progress.add('bytes', size);
  } catch (error) {
    if (error instanceof RunlensError && error.code === 'transfer.cancelled') throw error;
    if (isOurDisk(error)) throw error;
    progress.note(file, `It was not copied: ${messageOf(error)}`);
  }
}

/** Of the same size, and written since the source last changed. */
async function isCopied({ store }: Target, file: string, to: string): Promise<boolean> {
  const here = await store.blobs.stat(to);
  if (!here || here.isDirectory) return false;
  const there = await fs.promises.stat(file);
  return here.size === there.size && here.mtimeMs >= there.mtimeMs;
}

async function* read(file: string, check: () => void): AsyncGenerator<Uint8Array> {
  for await (const part of fs.createReadStream(file, { highWaterMark: BLOCK })) {
    check();
    if (part instanceof Uint8Array) yield part;
  }
}

/** A disk that takes no more ends the import; one file that cannot be read does not. */
function isOurDisk(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false;
  return ['ENOSPC', 'EDQUOT', 'EROFS'].includes(String(error.code));
}
