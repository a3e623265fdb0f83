/**
 * The code of runs as it was when they ran, for the editor's diff: commit, patch and kept files, in a
 * temporary folder that goes with the window.
 */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import type { Disposable } from '../../base/disposable';
import { messageOf, RunlensError } from '../../base/errors';
import { writeCode } from '../../client/recreate/code';
import { readEnvironment, readObject } from '../../client/runEnvironment';
import type { RunDetail } from '../../protocol/rows';
import type { FolderSession } from '../session/folderSession';

/** Larger files are compared by their digest only and not shown. */
const MOST_BYTES = 5 * 1024 * 1024;

export interface CodeOfRun {
  readonly run: RunDetail;
  /** Absolute folder. */
  readonly folder: string;
  /** What could not be brought back, a sentence each. */
  readonly notes: readonly string[];
}

export class RunCode implements Disposable {
  private readonly held = new Map<string, Promise<CodeOfRun>>();
  private base: Promise<string> | undefined;

  constructor(private readonly log: (message: string) => void) {}

  /** Written once per run. @throws RunlensError `recreate.*` when the run's code was not kept. */
  of(session: FolderSession, runId: string): Promise<CodeOfRun> {
    const key = `${session.folder.root} ${runId}`;
    const held = this.held.get(key);
    if (held) return held;
    const made = this.write(session, runId, key);
    this.held.set(key, made);
    // What failed may go the next time: a commit can be fetched.
    made.catch(() => this.held.delete(key));
    return made;
  }

  dispose(): void {
    this.base
      ?.then((base) => fs.rm(base, { recursive: true, force: true }))
      .catch((error: unknown) => this.log(messageOf(error)));
  }

  private async write(session: FolderSession, runId: string, key: string): Promise<CodeOfRun> {
    const run = await session.call('GET /api/runs/:runId', { runId });
    const environment = await readEnvironment(session, run);
    if (!environment) {
      throw new RunlensError(
        'recreate.unrecorded',
        `The code of the run ${run.name} was not recorded. It is for pipelines, and for MLflow ` +
          'scripts started in a terminal of the editor.',
      );
    }
    this.base ??= fs.mkdtemp(path.join(os.tmpdir(), 'runlens-code-'));
    const name = createHash('sha256').update(key).digest('hex').slice(0, 16);
    const folder = path.join(await this.base, name);
    await fs.rm(folder, { recursive: true, force: true });
    const notes = await writeCode(folder, {
      environment,
      repositories: [environment.base, session.folder.root],
      commitOnly: false,
      read: (digest) => readObject(session, digest),
    });
    return { run, folder, notes };
  }
}

/** A file that differs; undefined on the side where there is none. */
export interface CodeChange {
  readonly path: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** Files that differ between two folders, by path; texts only. */
export async function changesBetween(
  before: string,
  after: string,
): Promise<readonly CodeChange[]> {
  const [left, right] = await Promise.all([filesOf(before), filesOf(after)]);
  const changes: CodeChange[] = [];
  for (const file of [...new Set([...left, ...right])].sort()) {
    const [a, b] = await Promise.all([textOf(before, file, left), textOf(after, file, right)]);
    if (a !== b) changes.push({ path: file, before: a, after: b });
  }
  return changes;
}

async function filesOf(folder: string): Promise<ReadonlySet<string>> {
  const entries = await fs.readdir(folder, { recursive: true, withFileTypes: true });
  return new Set(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
      .filter((file) => file.split(path.sep)[0] !== '.git'),
  );
}

async function textOf(
  folder: string,
  file: string,
  there: ReadonlySet<string>,
): Promise<string | undefined> {
  if (!there.has(file)) return undefined;
  const bytes = await fs.readFile(path.join(folder, file));
  if (bytes.length <= MOST_BYTES && !bytes.subarray(0, 8000).includes(0)) {
    return bytes.toString('utf8');
  }
  const digest = createHash('sha256').update(bytes).digest('hex');
  return `No text, or too large to be shown: ${bytes.length} bytes, SHA-256 ${digest}\n`;
}
