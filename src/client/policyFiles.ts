/** Content digests of the files that cache policies name; a file is read again only when it changed. */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { Event } from '../base/event';
import { Emitter } from '../base/event';

interface Matched {
  /** Relative to the root, with `/`. */
  readonly path: string;
  readonly digest: string;
}

/** Files whose digest is kept. */
const MOST_KEPT = 100_000;
/** For how long `known` answers what was found last without looking again. */
const FRESH_MS = 1000;
const AT_ONCE = 8;

/**
 * Paths and globs relative to a root: `*` and `?` within a name, `[ab]`, `**` for any folders. A
 * folder stands for all files below it. `.runlens` and `.git` are never looked into.
 */
export class PolicyFileReader {
  private readonly digests = new Map<string, { version: string; digest: string }>();
  private readonly found = new Map<string, { files: readonly Matched[]; at: number }>();
  private readonly looking = new Map<string, Promise<readonly Matched[]>>();
  private readonly changed = new Emitter<void>();
  /** What `known` answers has changed. */
  readonly onDidChange: Event<void> = this.changed.event;

  /** @param root real path. */
  constructor(private readonly root: string) {}

  /** As they are now. Files that vanish meanwhile are left out. */
  match(pattern: string): Promise<readonly Matched[]> {
    const looking = this.looking.get(pattern) ?? this.look(pattern);
    this.looking.set(pattern, looking);
    return looking.finally(() => this.looking.delete(pattern));
  }

  /** What was found last, at once; undefined before the first time. Looks again when that is old. */
  known(pattern: string): readonly Matched[] | undefined {
    const known = this.found.get(pattern);
    if (!known || Date.now() - known.at > FRESH_MS) {
      const before = JSON.stringify(known?.files);
      void this.match(pattern).then(
        (files) => JSON.stringify(files) !== before && this.changed.fire(),
        // It is asked for again, and said by the engine when the step runs.
        () => {},
      );
    }
    return known?.files;
  }

  private async look(pattern: string): Promise<readonly Matched[]> {
    const paths = await pathsOf(this.root, pattern);
    const files: Matched[] = [];
    for (let from = 0; from < paths.length; from += AT_ONCE) {
      const part = paths.slice(from, from + AT_ONCE);
      const digests = await Promise.all(part.map((file) => this.digest(file)));
      part.forEach((file, index) => {
        const digest = digests[index];
        if (digest !== undefined) files.push({ path: file, digest });
      });
    }
    this.found.set(pattern, { files, at: Date.now() });
    return files;
  }

  private async digest(file: string): Promise<string | undefined> {
    const absolute = path.join(this.root, file);
    try {
      const stat = await fs.promises.stat(absolute);
      const version = `${stat.size} ${stat.mtimeMs} ${stat.ctimeMs} ${stat.ino}`;
      const known = this.digests.get(file);
      if (known?.version === version) return known.digest;
      const digest = await sha256Of(absolute);
      if (this.digests.size >= MOST_KEPT) this.digests.clear();
      this.digests.set(file, { version, digest });
      return digest;
    } catch (error) {
      if (isGone(error)) return undefined;
      throw error;
    }
  }
}

const isGone = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  (error.code === 'ENOENT' || error.code === 'ENOTDIR');

/** Streamed, so that a file of any size costs the same memory. */
async function sha256Of(absolute: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const part of fs.createReadStream(absolute, { highWaterMark: 1 << 20 })) {
    hash.update(part);
  }
  return hash.digest('hex');
}

/** Sorted paths of the files that a pattern matches. */
async function pathsOf(root: string, pattern: string): Promise<string[]> {
  const parts = pattern
    .replaceAll('\\', '/')
    .split('/')
    .filter((part) => part !== '' && part !== '.');
  // Policies are checked when they are made; what names other places is nothing here.
  if (parts.includes('..') || path.isAbsolute(pattern)) return [];
  const found = new Set<string>();
  await walk({ root, found }, '', parts);
  return [...found].sort();
}

interface Walk {
  readonly root: string;
  readonly found: Set<string>;
}

async function walk(at: Walk, folder: string, parts: readonly string[]): Promise<void> {
  const [part, ...rest] = parts;
  if (part === undefined) return addBelow(at, folder);
  if (!isPattern(part)) return enter(at, joined(folder, part), rest);
  const entries = await entriesOf(at, folder);
  if (part === '**') {
    await walk(at, folder, rest.length === 0 ? ['*'] : rest);
    for (const { name, isFolder } of entries) {
      if (isFolder) await walk(at, joined(folder, name), parts);
    }
    return;
  }
  const matches = matcher(part);
  for (const { name, isFolder } of entries) {
    // As in a shell, a leading dot is not matched by a wildcard.
    if (!matches(name) || (name.startsWith('.') && !part.startsWith('.'))) continue;
    const place = joined(folder, name);
    if (rest.length > 0) {
      if (isFolder) await walk(at, place, rest);
    } else if (!isFolder) at.found.add(place);
  }
}

async function enter(at: Walk, place: string, rest: readonly string[]): Promise<void> {
  const stat = await fs.promises.stat(path.join(at.root, place)).catch(() => undefined);
  if (stat?.isDirectory() && !isHidden(place)) await walk(at, place, rest);
  else if (stat?.isFile() && rest.length === 0) at.found.add(place);
}

async function addBelow(at: Walk, folder: string): Promise<void> {
  for (const { name, isFolder } of await entriesOf(at, folder)) {
    const place = joined(folder, name);
    if (isFolder) await addBelow(at, place);
    else at.found.add(place);
  }
}

async function entriesOf(at: Walk, folder: string) {
  const absolute = path.join(at.root, folder);
  const entries = await fs.promises.readdir(absolute, { withFileTypes: true }).catch(() => []);
  return entries
    .filter(({ name }) => !isHidden(joined(folder, name)))
    .filter((entry) => entry.isFile() || entry.isDirectory() || isFile(absolute, entry))
    .map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }));
}

/** Links to files count by what they point to; links to folders are not followed, they may go round. */
function isFile(folder: string, entry: fs.Dirent): boolean {
  if (!entry.isSymbolicLink()) return false;
  return fs.statSync(path.join(folder, entry.name), { throwIfNoEntry: false })?.isFile() ?? false;
}

const isHidden = (place: string): boolean => place === '.runlens' || place === '.git';
const joined = (folder: string, name: string): string => (folder ? `${folder}/${name}` : name);
const isPattern = (part: string): boolean => /[*?[]/.test(part);

function matcher(part: string): (name: string) => boolean {
  const source = part.replace(/\[!?[^\]]+\]|[\s\S]/g, (token) => {
    if (token === '*') return '.*';
    if (token === '?') return '.';
    if (token.length > 1) return token.replace('[!', '[^').replaceAll('\\', '\\\\');
    return token.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  });
  const pattern = new RegExp(`^${source}$`, 's');
  return (name) => pattern.test(name);
}
