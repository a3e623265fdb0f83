// Artifact files: streamed in, hashed, synced and renamed to their place; outputs become read-only.
import { createHash, randomUUID } from 'node:crypto';
import { ARTIFACTS, checkBlobPath, resolveBlobPath } from './blobPath';
import { invalidPath } from './errors';
import { type FileLayer, type OpenFile, systemCode } from './files';
import type { AdoptedFile, BlobEntry, Blobs } from './store';

/** Bytes that are not at their place yet. The dot keeps it apart from the ids of experiments. */
const STAGING = `${ARTIFACTS}/.staging`;
const BLOCK = 1024 * 1024;
const MAX_IN_FLIGHT = 4;

export function createBlobs(folder: string, files: FileLayer): Blobs {
  return new DiskBlobs(folder, files);
}

class DiskBlobs implements Blobs {
  /** Folders with new names in them that are not durable yet. */
  private readonly unsynced = new Set<string>();

  constructor(
    readonly folder: string,
    private readonly files: FileLayer,
  ) {}

  resolve(path: string): string {
    return resolveBlobPath(this.files, this.folder, path);
  }

  /** One level, sorted by name; nothing for a file or when there is no such folder. */
  async list(path: string): Promise<BlobEntry[]> {
    const folder = this.resolve(path);
    const names = await this.namesIn(folder);
    const entries = await Promise.all(names.map((name) => this.entry(`${folder}/${name}`, name)));
    const found = entries.filter((entry) => entry !== undefined);
    return found.sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  /** `path` of the result is the one given. */
  stat(path: string): Promise<BlobEntry | undefined> {
    return this.entry(this.resolve(path), path);
  }

  async write(
    path: string,
    content: AsyncIterable<Uint8Array>,
  ): Promise<{ size: number; sha256: string }> {
    const target = this.resolve(path);
    await this.makeFolder(`${this.folder}/${STAGING}`);
    const temporary = `${this.folder}/${STAGING}/upload-${randomUUID()}`;
    try {
      const written = await this.stream(temporary, content);
      const folder = target.slice(0, target.lastIndexOf('/'));
      await this.makeFolder(folder);
      await this.files.later.rename(temporary, target);
      this.files.syncFolder(folder);
      return written;
    } catch (error) {
      await this.files.later.rm(temporary, { force: true });
      throw error;
    }
  }

  async *read(path: string): AsyncIterable<Uint8Array> {
    const file = await this.files.later.open(this.resolve(path), 'r');
    try {
      yield* file.createReadStream({ highWaterMark: BLOCK, autoClose: false });
    } finally {
      await file.close();
    }
  }

  async delete(path: string): Promise<void> {
    const target = this.resolve(path);
    if (checkBlobPath(path).length === 1)
      throw invalidPath(path, 'it is the artifact folder itself');
    if (await this.removeEmpty(target)) return;
    await this.files.later.rm(target, { recursive: true, force: true });
  }

  /** Most folders that go have been emptied: that is one call instead of four. */
  private async removeEmpty(folder: string): Promise<boolean> {
    try {
      await this.files.later.rmdir(folder);
      return true;
    } catch (error) {
      // Not empty, a file, not there, or not to be removed: the other way tells.
      if (systemCode(error) !== undefined) return false;
      throw error;
    }
  }

  async stage(stepRunId: string): Promise<{ path: string; absolute: string }> {
    const path = `${STAGING}/${stepRunId}-${randomUUID().slice(0, 8)}`;
    const absolute = this.resolve(path);
    // Its name needs not outlive a crash: what was staged then is staged again.
    await this.files.later.mkdir(absolute, { recursive: true });
    return { path, absolute };
  }

  async adopt(stagedPath: string, finalPath: string): Promise<readonly AdoptedFile[]> {
    const staged = this.resolve(stagedPath);
    const target = this.resolve(finalPath);
    if (this.files.exists(target)) throw invalidPath(finalPath, 'there is something already');
    const parent = target.slice(0, target.lastIndexOf('/'));
    const [paths, changed] = await Promise.all([
      this.filesBelow(staged, ''),
      this.newFolder(parent),
    ]);
    for (const folder of changed) this.unsynced.add(folder);
    await this.files.later.rename(staged, target);
    // Another output may have made the folder a moment ago, and not have synced its name yet.
    const above = [...this.unsynced].filter((folder) => target.startsWith(`${folder}/`));
    const folders = [...foldersOf(paths).map((folder) => target + folder), parent, ...above];
    // Together: the disk then makes them durable at once. Nothing refers to the folder before that.
    const [adopted] = await Promise.all([
      Promise.all(paths.map((path) => this.protect(`${target}/${path}`, path))),
      Promise.all(folders.map((folder) => this.files.syncFolderLater(folder))),
    ]);
    for (const folder of changed) this.unsynced.delete(folder);
    return adopted;
  }

  /** Makes a file read-only and durable. */
  private async protect(absolute: string, path: string): Promise<AdoptedFile> {
    const [{ size, mtimeMs, ino }] = await Promise.all([
      this.files.later.stat(absolute),
      this.makeReadOnly(absolute),
    ]);
    return { path, size, mtimeMs, ino };
  }

  private async namesIn(folder: string): Promise<string[]> {
    try {
      const names = await this.files.later.readdir(folder);
      return names.filter((name) => `${folder}/${name}` !== `${this.folder}/${STAGING}`);
    } catch (error) {
      if (isAbsent(error)) return [];
      throw error;
    }
  }

  private async entry(absolute: string, path: string): Promise<BlobEntry | undefined> {
    try {
      const stat = await this.files.later.stat(absolute);
      const isDirectory = stat.isDirectory();
      const size = isDirectory ? 0 : stat.size;
      return { path, isDirectory, size, mtimeMs: stat.mtimeMs, ino: stat.ino };
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    }
  }

  private async stream(
    path: string,
    content: AsyncIterable<Uint8Array>,
  ): Promise<{ size: number; sha256: string }> {
    const hash = createHash('sha256');
    const file = await this.files.later.open(path, 'wx');
    try {
      const writer = new BlockWriter(file);
      for await (const part of content) {
        hash.update(part);
        await writer.add(part);
      }
      const size = await writer.end();
      await file.datasync();
      return { size, sha256: hash.digest('hex') };
    } finally {
      await file.close();
    }
  }

  /** Makes a folder whose name is durable, with those above it. */
  private async makeFolder(folder: string): Promise<void> {
    for (const changed of await this.newFolder(folder)) this.files.syncFolder(changed);
  }

  /** Makes a folder; answers those that have got new names in them. */
  private async newFolder(folder: string): Promise<string[]> {
    const first = await this.files.later.mkdir(folder, { recursive: true });
    if (first === undefined) return [];
    const top = first.replaceAll('\\', '/');
    const changed: string[] = [];
    for (let made = folder; made.length >= top.length; ) {
      made = made.slice(0, made.lastIndexOf('/'));
      changed.push(made);
    }
    return changed;
  }

  /** Paths of the files below a folder; a link or device among them is refused. */
  private async filesBelow(folder: string, prefix: string): Promise<string[]> {
    const names = await this.files.later.readdir(folder, { withFileTypes: true });
    const lists = await Promise.all(
      names.map(async (entry) => {
        const path = `${prefix}${entry.name}`;
        if (entry.isDirectory()) return this.filesBelow(`${folder}/${entry.name}`, `${path}/`);
        if (!entry.isFile()) throw invalidPath(path, 'an output may hold files and folders only');
        return [path];
      }),
    );
    return lists.flat().sort();
  }

  private async makeReadOnly(path: string): Promise<void> {
    // Opened for writing, since Windows syncs no other files.
    const file = await this.files.later.open(path, 'r+');
    try {
      await file.chmod(0o444);
      await file.datasync();
    } finally {
      await file.close();
    }
  }
}

/** Gathers parts into blocks and keeps a few writes under way while more is read. */
class BlockWriter {
  private block = new Uint8Array(BLOCK);
  private filled = 0;
  private position = 0;
  private readonly inFlight: Promise<void>[] = [];

  constructor(private readonly file: OpenFile) {}

  async add(part: Uint8Array): Promise<void> {
    for (let from = 0; from < part.length; ) {
      const count = Math.min(part.length - from, BLOCK - this.filled);
      this.block.set(part.subarray(from, from + count), this.filled);
      this.filled += count;
      from += count;
      if (this.filled === BLOCK) await this.send();
    }
  }

  /** @returns the number of bytes. */
  async end(): Promise<number> {
    if (this.filled > 0) await this.send();
    await Promise.all(this.inFlight);
    return this.position;
  }

  private async send(): Promise<void> {
    if (this.inFlight.length >= MAX_IN_FLIGHT) await this.inFlight.shift();
    const write = this.writeBlock(this.block.subarray(0, this.filled), this.position);
    // It is awaited later; until then a failure is not an unhandled one.
    write.catch(() => undefined);
    this.inFlight.push(write);
    this.position += this.filled;
    this.block = new Uint8Array(BLOCK);
    this.filled = 0;
  }

  private async writeBlock(bytes: Uint8Array, position: number): Promise<void> {
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await this.file.write(
        bytes,
        done,
        bytes.length - done,
        position + done,
      );
      done += bytesWritten;
    }
  }
}

/** Folders of these files relative to their root (with a leading `/`), deepest first. */
function foldersOf(paths: readonly string[]): string[] {
  const folders = new Set(['']);
  for (const path of paths) {
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      folders.add(`/${path.slice(0, end)}`);
    }
  }
  return [...folders].sort((a, b) => b.length - a.length);
}

const isAbsent = (error: unknown): boolean =>
  systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR';
