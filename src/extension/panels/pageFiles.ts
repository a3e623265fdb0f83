/** Files of runs and artifacts on this machine: where they are, or brought here from where they are. */
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { messageOf, RunlensError } from '../../base/errors';
import type { FilePlace } from '../../protocol/files';
import { fetchWithProgress } from '../commands/fetching';
import type { FolderSession } from '../session/folderSession';
import { isSource, type SourceSession } from '../sources/sourceSession';

export interface PageFilesOptions {
  /** The one that has the file. */
  readonly session: (place: FilePlace) => FolderSession;
  /** Folders that files of the place lie below, as far as it is open now. */
  readonly roots: () => readonly string[];
  /** A file that was on its way is here, or why not. */
  readonly onFetched: (place: FilePlace, problem: string | undefined) => Promise<void>;
}

export class PageFiles {
  private readonly fetching = new Map<string, Promise<string | undefined>>();

  constructor(private readonly options: PageFilesOptions) {}

  /** Absolute path; undefined while it is brought here. @throws RunlensError when there is no such file. */
  async find(place: FilePlace): Promise<string | undefined> {
    const session = this.options.session(place);
    const remote = remoteOf(session, place);
    if (!remote) return this.checked(await localOf(session, place));
    const row = await rowOf(remote.session, remote.runId, place.path);
    if (await isThere(row.file)) return this.checked(row.file);
    void this.tellWhenHere(place);
    return undefined;
  }

  /** Waits until it is here; undefined when the person cancelled that. */
  async bring(place: FilePlace): Promise<string | undefined> {
    const session = this.options.session(place);
    const remote = remoteOf(session, place);
    if (!remote) return this.checked(await localOf(session, place));
    const key = JSON.stringify(place);
    const held = this.fetching.get(key);
    if (held) return held;
    const started = rowOf(remote.session, remote.runId, place.path)
      .then((row) => fetchWithProgress(remote.session, remote.runId, row))
      .finally(() => this.fetching.delete(key));
    this.fetching.set(key, started);
    return started;
  }

  /** Never rejects. */
  private async tellWhenHere(place: FilePlace): Promise<void> {
    const problem = await this.bring(place).then(
      (file) => (file === undefined ? 'Downloading it was cancelled.' : undefined),
      messageOf,
    );
    // A page that was closed meanwhile need not know.
    await this.options.onFetched(place, problem).catch(() => undefined);
  }

  /** A link may lead out of where files of the place lie: such a file is not shown. */
  private async checked(file: string): Promise<string> {
    const real = await fs.realpath(file);
    const roots = await Promise.all(
      this.options.roots().map((root) => fs.realpath(root).catch(() => root)),
    );
    if (roots.some((root) => isBelow(real, root))) return real;
    throw new RunlensError(
      'file.outside',
      `${path.basename(file)} lies outside the folders of its store. Open it in the editor.`,
    );
  }
}

const isBelow = (file: string, root: string): boolean => {
  const relative = path.relative(root, file);
  return relative !== '' && !relative.startsWith('..') && !path.isAbsolute(relative);
};

function remoteOf(
  session: FolderSession,
  place: FilePlace,
): { readonly session: SourceSession; readonly runId: string } | undefined {
  if (!isSource(session) || session.info.kind !== 'server' || !('runId' in place)) return undefined;
  return { session, runId: place.runId };
}

const localOf = async (session: FolderSession, place: FilePlace): Promise<string> =>
  (await session.call('POST /api/file-facts', place)).file;

async function rowOf(session: FolderSession, runId: string, file: string) {
  const folder = path.posix.dirname(file);
  const request = folder === '.' ? { runId } : { runId, path: folder };
  const { items } = await session.call('GET /api/runs/:runId/files', request);
  const row = items.find((each) => each.path === file);
  if (row) return row;
  throw new RunlensError('file.unknown', `The run has no file ${file} any more.`);
}

async function isThere(file: string): Promise<boolean> {
  try {
    return (await fs.stat(file)).isFile();
  } catch {
    // Not yet: what the caller wants to know.
    return false;
  }
}
