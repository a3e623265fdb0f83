// A disk in memory that loses what was not synced, as a power failure does, at any chosen call.
import type * as fs from 'node:fs';
import { type FileLayer, type LaterFiles, nodeFiles } from '../../../src/store/files';
import { SystemError } from './support';

/** What every call throws once the power is gone. */
export class PowerCut extends Error {}

/** Numbers from 0 up to 1, the same for the same seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

type Change =
  | { readonly kind: 'write'; readonly position: number; readonly bytes: Uint8Array }
  | { readonly kind: 'truncate'; readonly length: number };

/** A file's content: what is safe, and what was done to it since. */
class Inode {
  current: Buffer;
  private pending: Change[] = [];

  constructor(private safe: Buffer = Buffer.alloc(0)) {
    this.current = Buffer.from(safe);
  }

  change(change: Change): void {
    this.pending.push(change);
    this.current = applied(this.current, change);
  }

  sync(): void {
    this.safe = Buffer.from(this.current);
    this.pending = [];
  }

  /** Each change that was not synced is there, not there, or there in part. */
  afterPowerCut(random: () => number): Buffer {
    let content: Buffer = Buffer.from(this.safe);
    for (const change of this.pending) {
      const luck = random();
      if (luck < 0.4) content = applied(content, change);
      else if (luck < 0.7 && change.kind === 'write') {
        const kept = Math.floor(random() * change.bytes.length);
        content = applied(content, { ...change, bytes: change.bytes.subarray(0, kept) });
      }
    }
    return content;
  }
}

function applied(content: Buffer, change: Change): Buffer {
  if (change.kind === 'truncate') {
    const cut = Buffer.alloc(change.length);
    content.copy(cut);
    return cut;
  }
  const end = change.position + change.bytes.length;
  const next = end > content.length ? Buffer.concat([content], end) : content;
  Buffer.from(change.bytes).copy(next, change.position);
  return next;
}

/** A change of names: the name that goes, the name that comes. */
interface Naming {
  readonly folder: string;
  readonly gone: string | undefined;
  readonly come: { readonly path: string; readonly inode: Inode } | undefined;
}

export class CrashDisk {
  private names = new Map<string, Inode>();
  private safeNames = new Map<string, Inode>();
  private namings: Naming[] = [];
  private folders = new Set<string>(['/']);
  private readonly open = new Map<number, Inode>();
  private nextFd = 3;
  /** Calls that change something, so far. */
  calls = 0;
  /** The call at which the power goes; none by itself. */
  cutAt = Number.POSITIVE_INFINITY;
  private isOff = false;

  static of(image: ReadonlyMap<string, Buffer>): CrashDisk {
    const disk = new CrashDisk();
    for (const [path, content] of image) {
      disk.names.set(path, new Inode(content));
      disk.makeFolder(folderOf(path));
    }
    disk.safeNames = new Map(disk.names);
    return disk;
  }

  /** What the next start finds. Of each folder's changes of names a first part is kept. */
  afterPowerCut(random: () => number): Map<string, Buffer> {
    this.isOff = true;
    const names = new Map(this.safeNames);
    for (const folder of new Set(this.namings.map((naming) => naming.folder))) {
      const own = this.namings.filter((naming) => naming.folder === folder);
      for (const naming of own.slice(0, Math.floor(random() * (own.length + 1)))) {
        rename(names, naming);
      }
    }
    return new Map([...names].map(([path, inode]) => [path, inode.afterPowerCut(random)]));
  }

  /** What is there now, whether it is safe or not. */
  image(): Map<string, Buffer> {
    return new Map([...this.names].map(([path, inode]) => [path, Buffer.from(inode.current)]));
  }

  get paths(): string[] {
    return [...this.names.keys()];
  }

  private tick(): void {
    this.calls++;
    if (this.calls >= this.cutAt) this.isOff = true;
    this.checkPower();
  }

  private checkPower(): void {
    if (this.isOff) throw new PowerCut('The power is gone.');
  }

  private makeFolder(folder: string): string | undefined {
    if (this.folders.has(folder)) return undefined;
    const parent = this.makeFolder(folderOf(folder));
    this.folders.add(folder);
    return parent ?? folder;
  }

  private name(naming: Naming): void {
    this.tick();
    rename(this.names, naming);
    this.namings.push(naming);
  }

  private find(path: string): Inode {
    this.checkPower();
    const inode = this.names.get(path);
    if (!inode) throw new SystemError('ENOENT');
    return inode;
  }

  private openFile(path: string, flags: string): number {
    this.checkPower();
    const known = this.names.get(path);
    if (known && flags === 'wx') throw new SystemError('EEXIST');
    if (!known && flags.startsWith('r')) throw new SystemError('ENOENT');
    const inode = known ?? new Inode();
    if (!known) this.name({ folder: folderOf(path), gone: undefined, come: { path, inode } });
    else if (flags.startsWith('w')) this.write(inode, { kind: 'truncate', length: 0 });
    const fd = this.nextFd++;
    this.open.set(fd, inode);
    return fd;
  }

  private write(inode: Inode, change: Change): void {
    this.tick();
    inode.change(change);
  }

  private read(fd: number, into: Uint8Array, at: number, length: number): number {
    const { current } = this.inode(fd);
    return current.subarray(Math.min(at, current.length), at + length).copy(into);
  }

  private inode(fd: number): Inode {
    this.checkPower();
    const inode = this.open.get(fd);
    if (!inode) throw new SystemError('EBADF');
    return inode;
  }

  private sync(fd: number): void {
    const inode = this.inode(fd);
    this.tick();
    inode.sync();
  }

  private syncFolder(folder: string): void {
    this.tick();
    for (const naming of this.namings.filter((each) => each.folder === folder)) {
      rename(this.safeNames, naming);
    }
    this.namings = this.namings.filter((each) => each.folder !== folder);
  }

  private unlink(path: string): void {
    this.checkPower();
    if (!this.names.has(path)) return;
    this.name({ folder: folderOf(path), gone: path, come: undefined });
  }

  private move(from: string, to: string): void {
    const below = this.paths.filter((path) => path === from || path.startsWith(`${from}/`));
    if (below.length === 0 && !this.folders.has(from)) throw new SystemError('ENOENT');
    for (const path of below) {
      const target = to + path.slice(from.length);
      this.makeFolder(folderOf(target));
      const come = { path: target, inode: this.find(path) };
      this.name({ folder: folderOf(target), gone: path, come });
    }
    if (this.folders.delete(from)) this.makeFolder(to);
  }

  private list(folder: string): string[] {
    this.checkPower();
    const start = `${folder}/`;
    const below = [...this.names.keys(), ...this.folders].filter((path) => path.startsWith(start));
    return [...new Set(below.map((path) => path.slice(start.length).split('/')[0] ?? ''))];
  }

  readonly layer: FileLayer = {
    ...nodeFiles,
    exists: (path) => this.names.has(path) || this.folders.has(path) || isOutside(path),
    list: (folder) => this.list(folder),
    mkdir: (folder) => {
      this.tick();
      return this.makeFolder(folder);
    },
    readFile: (path, length) => {
      if (isOutside(path)) return nodeFiles.readFile(path, length);
      return Uint8Array.from(this.find(path).current.subarray(0, length));
    },
    size: (path) => this.find(path).current.length,
    open: (path, flags) => this.openFile(path, flags),
    read: (fd, into, position) => this.read(fd, into, position, into.length),
    write: (fd, bytes, position) => {
      this.write(this.inode(fd), { kind: 'write', position, bytes: Uint8Array.from(bytes) });
      return bytes.length;
    },
    truncate: (fd, length) => this.write(this.inode(fd), { kind: 'truncate', length }),
    fdatasync: (fd) => this.sync(fd),
    fdatasyncLater: async (fd) => this.sync(fd),
    close: (fd) => {
      this.open.delete(fd);
    },
    rename: (from, to) => this.move(from, to),
    unlink: (path) => this.unlink(path),
    realpath: (path) => path,
    look: (path) => (this.names.has(path) || this.folders.has(path) ? 'file or folder' : 'nothing'),
    syncFolder: (folder) => this.syncFolder(folder),
    syncFolderLater: async (folder) => this.syncFolder(folder),
    later: this.laterFiles(),
  };

  /** The asynchronous calls that the store makes, over the same files. */
  private laterFiles(): LaterFiles {
    const calls = {
      open: async (path: string, flags: string) => this.handle(this.openFile(path, flags)),
      mkdir: async (folder: string) => this.layer.mkdir(folder),
      rename: async (from: string, to: string) => this.move(from, to),
      rm: async (path: string) => {
        for (const each of this.paths) {
          if (each === path || each.startsWith(`${path}/`)) this.unlink(each);
        }
      },
      rmdir: async () => {
        throw new SystemError('ENOTEMPTY');
      },
      readdir: async (folder: string) => this.list(folder),
      stat: async (path: string) => this.stat(path),
      lstat: async (path: string) => this.stat(path),
      chmod: async () => this.checkPower(),
    };
    return calls as unknown as LaterFiles;
  }

  private stat(path: string): Partial<fs.Stats> {
    this.checkPower();
    const isFolder = this.folders.has(path);
    const size = isFolder ? 0 : this.find(path).current.length;
    return { size, mtimeMs: 0, ino: 1, isDirectory: () => isFolder, isFile: () => !isFolder };
  }

  private handle(fd: number) {
    return {
      write: async (bytes: Uint8Array, offset = 0, length = bytes.length - offset, at?: number) => {
        const position = at ?? this.inode(fd).current.length;
        this.layer.write(fd, bytes.subarray(offset, offset + length), position);
        return { bytesWritten: length, buffer: bytes };
      },
      read: async (into: Uint8Array, offset = 0, length = into.length, at = 0) => {
        const bytesRead = this.read(fd, into.subarray(offset), at, length);
        return { bytesRead, buffer: into };
      },
      stat: async () => ({ size: this.inode(fd).current.length }),
      truncate: async (length: number) => this.layer.truncate(fd, length),
      datasync: async () => this.sync(fd),
      sync: async () => this.sync(fd),
      chmod: async () => this.checkPower(),
      close: async () => this.layer.close(fd),
    };
  }
}

function rename(names: Map<string, Inode>, { gone, come }: Naming): void {
  const inode = come?.inode;
  if (gone !== undefined) names.delete(gone);
  if (come && inode) names.set(come.path, inode);
}

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/')) || '/';

/** Files of the installation, such as SQLite's, are on the real disk. */
const isOutside = (path: string): boolean => path.endsWith('.wasm') && nodeFiles.exists(path);
