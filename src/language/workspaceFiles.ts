/** The Python files of a root, listed once and kept up to date by what the editor tells of changes. */
import fs from 'node:fs';
import path from 'node:path';
import { slashed } from './openDocuments';

/** A root with more files is no project of somebody's own code. */
const MAX_FILES = 5000;
const MAX_BYTES = 1_000_000;
const SKIPPED = new Set([
  'node_modules',
  '__pycache__',
  'site-packages',
  'dist-packages',
  'mlruns',
]);
/** Between two of these many files others get their turn. */
const AT_ONCE = 20;

export class WorkspaceFiles {
  private listed: Promise<string[]> | undefined;

  constructor(
    /** Real path, with `/`. */
    private readonly root: string,
  ) {}

  /** Files came or went. */
  changed(): void {
    this.listed = undefined;
  }

  /** Files that contain one of the words, relative to the root; `isGone` ends the search early. */
  async containing(words: ReadonlySet<string>, isGone: () => boolean): Promise<string[]> {
    this.listed ??= this.list();
    const files = await this.listed;
    const found: string[] = [];
    for (let at = 0; at < files.length && !isGone(); at += AT_ONCE) {
      const some = files.slice(at, at + AT_ONCE);
      const hits = await Promise.all(some.map((file) => this.contains(file, words)));
      found.push(...some.filter((_, index) => hits[index]));
    }
    return found;
  }

  private async contains(file: string, words: ReadonlySet<string>): Promise<boolean> {
    const at = `${this.root}/${file}`;
    const stat = await fs.promises.stat(at).catch(() => undefined);
    if (!stat?.isFile() || stat.size > MAX_BYTES) return false;
    const text = await fs.promises.readFile(at, 'utf8').catch(() => '');
    return [...words].some((word) => text.includes(word));
  }

  private async list(): Promise<string[]> {
    const found: string[] = [];
    const folders = [''];
    for (let next = folders.shift(); next !== undefined; next = folders.shift()) {
      const entries = await this.entries(next);
      if (entries.some(({ name }) => name === 'pyvenv.cfg')) continue;
      for (const entry of entries) {
        const file = path.posix.join(next, slashed(entry.name));
        if (entry.isDirectory() && !isSkipped(entry.name)) folders.push(file);
        else if (entry.isFile() && file.endsWith('.py')) found.push(file);
        if (found.length >= MAX_FILES) return found;
      }
    }
    return found;
  }

  /** A folder that cannot be read has no files for us. */
  private async entries(folder: string): Promise<fs.Dirent[]> {
    const at = path.join(this.root, folder);
    return await fs.promises.readdir(at, { withFileTypes: true }).catch(() => []);
  }
}

const isSkipped = (name: string): boolean => name.startsWith('.') || SKIPPED.has(name);
