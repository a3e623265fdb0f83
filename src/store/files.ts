// The only user of node:fs in the store: a small layer, so that tests can make any call fail.
import * as fs from 'node:fs';

/** What the store asks of a disk. Every call throws the system's error (with `code`) on failure. */
export interface FileLayer {
  exists(path: string): boolean;
  /** Names in a folder; none when the folder is not there. */
  list(folder: string): string[];
  /** Makes a folder and its parents; returns the first one that was missing. */
  mkdir(folder: string): string | undefined;
  /** The whole file, or its first `length` bytes. */
  readFile(path: string, length?: number): Uint8Array;
  size(path: string): number;
  open(path: string, flags: OpenFlags): number;
  read(fd: number, into: Uint8Array, position: number): number;
  /** Returns the number of bytes written, which may be fewer than given. */
  write(fd: number, bytes: Uint8Array, position: number): number;
  truncate(fd: number, length: number): void;
  fdatasync(fd: number): void;
  fdatasyncLater(fd: number): Promise<void>;
  close(fd: number): void;
  rename(from: string, to: string): void;
  unlink(path: string): void;
  realpath(path: string): string;
  /** What a name stands for itself: a symbolic link is not followed. */
  look(path: string): 'nothing' | 'link' | 'file or folder';
  /** Makes renames and new files in a folder durable; a no-op where folders cannot be synced. */
  syncFolder(folder: string): void;
  syncFolderLater(folder: string): Promise<void>;
  readonly later: LaterFiles;
}

/** An open file of the asynchronous calls. */
export type OpenFile = Awaited<ReturnType<LaterFiles['open']>>;

/** `r+` reads and writes an existing file, `w+` makes or empties it. */
export type OpenFlags = 'r' | 'r+' | 'w+';

/** The asynchronous calls, for files of any size. */
export type LaterFiles = Pick<
  typeof fs.promises,
  'open' | 'mkdir' | 'rename' | 'rm' | 'rmdir' | 'readdir' | 'stat' | 'lstat' | 'chmod'
>;

export const nodeFiles: FileLayer = {
  exists: fs.existsSync,
  list: (folder) => (fs.existsSync(folder) ? fs.readdirSync(folder) : []),
  mkdir: (folder) => fs.mkdirSync(folder, { recursive: true }),
  readFile: readStart,
  size: (path) => fs.statSync(path).size,
  open: (path, flags) => fs.openSync(path, flags),
  read: (fd, into, position) => fs.readSync(fd, into, 0, into.length, position),
  write: (fd, bytes, position) => fs.writeSync(fd, bytes, 0, bytes.length, position),
  truncate: (fd, length) => fs.ftruncateSync(fd, length),
  fdatasync: (fd) => fs.fdatasyncSync(fd),
  fdatasyncLater,
  close: (fd) => fs.closeSync(fd),
  rename: (from, to) => fs.renameSync(from, to),
  unlink: (path) => fs.rmSync(path, { force: true }),
  realpath: (path) => fs.realpathSync.native(path),
  look: (path) => {
    const found = fs.lstatSync(path, { throwIfNoEntry: false });
    if (!found) return 'nothing';
    return found.isSymbolicLink() ? 'link' : 'file or folder';
  },
  syncFolder,
  syncFolderLater,
  later: fs.promises,
};

function readStart(path: string, length?: number): Uint8Array {
  const bytes = fs.readFileSync(path);
  return length === undefined ? bytes : bytes.subarray(0, length);
}

function fdatasyncLater(fd: number): Promise<void> {
  return new Promise((resolve, reject) => {
    fs.fdatasync(fd, (error) => (error ? reject(error) : resolve()));
  });
}

function syncFolder(folder: string): void {
  // Windows neither opens nor needs to sync folders.
  if (process.platform === 'win32') return;
  const fd = fs.openSync(folder, 'r');
  try {
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}

async function syncFolderLater(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await fs.promises.open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Writes all of `bytes`, also when the system takes them in parts. */
export function writeAll(files: FileLayer, fd: number, bytes: Uint8Array, position: number): void {
  let done = 0;
  while (done < bytes.length) {
    const written = files.write(fd, bytes.subarray(done), position + done);
    if (written <= 0) throw new Error('The disk took no more bytes.');
    done += written;
  }
}

/** Writes a file so that after a crash it is there whole or not at all (the folder is not synced). */
export function writeWhole(files: FileLayer, path: string, bytes: Uint8Array): void {
  const temporary = `${path}.tmp`;
  const fd = files.open(temporary, 'w+');
  try {
    writeAll(files, fd, bytes, 0);
    files.fdatasync(fd);
  } finally {
    files.close(fd);
  }
  files.rename(temporary, path);
}

/** The system's error code of anything thrown, e.g. `ENOSPC`. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
