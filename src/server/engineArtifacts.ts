// Gives the outputs of steps their place among the artifacts, and checks that they are still there.
import { createHash } from 'node:crypto';
import { RunlensError } from '../base/errors';
import type { ArtifactFile, ArtifactVersion } from '../domain/artifact';
import { artifactFolder } from '../pipeline/names';
import type { ArtifactPort, StagedOutput, Verified } from '../pipeline/ports';
import type { Store } from '../store/store';

/** Outputs of pipelines; `_` can be no experiment's id. */
const OUTPUTS = 'artifacts/_';
const STAGING = 'artifacts/.staging';
/** A staging folder's name begins with the id of its step run. */
const ID_LENGTH = 32;

type Content = Pick<ArtifactVersion, 'version' | 'path' | 'files'>;
interface Staged {
  readonly folder: { path: string; absolute: string };
  /** Outputs that were moved, in case the report comes again: it may not have been recorded. */
  readonly moved: Map<string, Promise<ArtifactVersion>>;
}

export class EngineArtifacts implements ArtifactPort {
  private readonly staged = new Map<string, Promise<Staged>>();
  private leftovers: Promise<Map<string, string>> | undefined;
  /** Versions that are given away and not recorded yet, by name. */
  private readonly reserved = new Map<string, number>();

  constructor(
    private readonly store: Store,
    private readonly newId: () => string,
  ) {}

  /** The same folder until it is released: the answer that named it may have been lost. */
  async stage(stepRunId: string): Promise<{ path: string; absolute: string }> {
    return (await this.stagedOf(stepRunId)).folder;
  }

  private stagedOf(stepRunId: string): Promise<Staged> {
    const known = this.staged.get(stepRunId);
    if (known) return known;
    const staged = this.openStage(stepRunId);
    this.staged.set(stepRunId, staged);
    staged.catch(() => this.staged.delete(stepRunId));
    return staged;
  }

  /** After a restart the worker still fills the folder that the last server has made. */
  private async openStage(stepRunId: string): Promise<Staged> {
    const { blobs } = this.store;
    this.leftovers ??= this.findLeftovers();
    const path = (await this.leftovers).get(stepRunId);
    const folder =
      path === undefined ? await blobs.stage(stepRunId) : { path, absolute: blobs.resolve(path) };
    return { folder, moved: new Map() };
  }

  /** Staging folders that were there before this server staged anything, the newest of each step. */
  private async findLeftovers(): Promise<Map<string, string>> {
    const entries = await this.store.blobs.list(STAGING);
    const folders = entries.filter((entry) => entry.isDirectory);
    folders.sort((a, b) => a.mtimeMs - b.mtimeMs);
    return new Map(folders.map(({ path }) => [path.slice(0, ID_LENGTH), `${STAGING}/${path}`]));
  }

  async release(stepRunId: string): Promise<void> {
    const known = this.staged.get(stepRunId);
    this.staged.delete(stepRunId);
    (await this.leftovers)?.delete(stepRunId);
    if (known) await this.store.blobs.delete((await known).folder.path);
  }

  async adopt(output: StagedOutput): Promise<ArtifactVersion> {
    const { moved, folder } = await this.stagedOf(stagingIdOf(output));
    const before = moved.get(output.stagedPath);
    if (before) return before;
    const version = this.move(output, `${folder.path}/${output.stagedPath}`);
    moved.set(output.stagedPath, version);
    version.catch(() => moved.delete(output.stagedPath));
    return version;
  }

  private async move(output: StagedOutput, path: string): Promise<ArtifactVersion> {
    const shared = await this.sharedContent(output);
    const content = shared ?? (await this.newContent(output, path));
    const { stagedPath: _, stagingId: __, ...described } = output;
    return { ...described, ...content, id: output.id ?? this.newId() };
  }

  /** The files of an identical version, when they are as they were. */
  private async sharedContent(output: StagedOutput): Promise<Content | undefined> {
    const same = this.store.pipelines.sameContent(output.name, output.contentDigest);
    const isSame = same?.materializer === output.materializer && same.type === output.type;
    if (!same || !isSame || !(await this.verify(same)).ok) return undefined;
    return { version: this.reserve(output), path: same.path, files: same.files };
  }

  private async newContent(
    output: StagedOutput,
    staged: string,
    { version, path } = this.newPlace(output),
  ): Promise<Content> {
    const { blobs } = this.store;
    try {
      return { version, path, files: asReported(output, await blobs.adopt(staged, path)) };
    } catch (error) {
      if ((await blobs.stat(path)) === undefined) throw error;
      // A folder without a record: something was moved there just before a crash.
      if (await blobs.stat(staged)) {
        const place = { version, path: `${path}-${this.newId().slice(0, 8)}` };
        return output.version === undefined
          ? this.newContent(output, staged)
          : this.newContent(output, staged, place);
      }
      const files = await this.filesAt(path, output);
      if (!files) throw error;
      return { version, path, files };
    }
  }

  private newPlace(output: StagedOutput): { version: string; path: string } {
    const version = this.reserve(output);
    const path = `${OUTPUTS}/${artifactFolder(output.name)}/${artifactFolder(version)}`;
    return { version, path };
  }

  /** The reported files as they lie there; undefined when they are others. */
  private async filesAt(path: string, output: StagedOutput): Promise<ArtifactFile[] | undefined> {
    const files: ArtifactFile[] = [];
    for (const file of output.files) {
      const place = `${path}/${file.path}`;
      const entry = await this.store.blobs.stat(place);
      if (entry?.size !== file.size || (await this.sha256(place)) !== file.sha256) return undefined;
      files.push({ ...file, mtimeMs: entry.mtimeMs, ino: entry.ino });
    }
    return files;
  }

  /** The version that was asked for, else the next; also of those that are not recorded yet. */
  private reserve({ name, version: wanted }: StagedOutput): string {
    if (wanted !== undefined) return this.checkFree(name, wanted);
    const next = Number(this.store.pipelines.nextVersion(name));
    const version = Math.max(next, (this.reserved.get(name) ?? 0) + 1);
    this.reserved.set(name, version);
    return String(version);
  }

  private checkFree(name: string, version: string): string {
    const isTaken = this.store.pipelines
      .artifactVersions(name)
      .some((one) => one.version === version);
    if (!isTaken && Number(version) !== this.reserved.get(name)) return version;
    throw new RunlensError(
      'artifact.conflict',
      `The artifact \`${name}\` has a version ${version} already. Versions never change: choose another, or leave it out for the next number.`,
    );
  }

  async verify(artifact: ArtifactVersion): Promise<Verified> {
    const results = await Promise.all(
      artifact.files.map((file) => this.verifyFile(`${artifact.path}/${file.path}`, file)),
    );
    return results.find((result) => !result.ok) ?? { ok: true };
  }

  /** The content is read only when the file's size, date or inode are not as recorded. */
  private async verifyFile(path: string, file: ArtifactFile): Promise<Verified> {
    const entry = await this.store.blobs.stat(path);
    if (!entry) return { ok: false, missing: true, detail: `${file.path} is missing` };
    const { size, mtimeMs, ino } = file;
    if (entry.size === size && entry.mtimeMs === mtimeMs && entry.ino === ino) return { ok: true };
    if (entry.size === size && (await this.sha256(path)) === file.sha256) return { ok: true };
    return { ok: false, missing: false, detail: `${file.path} was changed` };
  }

  private async sha256(path: string): Promise<string> {
    const hash = createHash('sha256');
    for await (const part of this.store.blobs.read(path)) hash.update(part);
    return hash.digest('hex');
  }

  absolute(artifact: ArtifactVersion): string {
    return this.store.blobs.resolve(artifact.path);
  }
}

const stagingIdOf = ({ stagingId, producer }: StagedOutput): string => {
  const id = stagingId ?? producer?.stepRunId;
  if (id !== undefined) return id;
  throw new RunlensError(
    'output.invalid',
    'An artifact without a staging folder cannot be stored.',
  );
};

type Moved = Awaited<ReturnType<Store['blobs']['adopt']>>;

/** What was found must be what was reported: nobody else writes there. */
function asReported(output: StagedOutput, moved: Moved): ArtifactFile[] {
  const found = new Map(moved.map((file) => [file.path, file]));
  const isWhole = found.size === output.files.length;
  return output.files.map((file) => {
    const { size, mtimeMs, ino } = found.get(file.path) ?? {};
    if (isWhole && size === file.size && mtimeMs !== undefined && ino !== undefined) {
      return { ...file, mtimeMs, ino };
    }
    throw new RunlensError(
      'output.invalid',
      `The files of \`${output.producer?.output ?? output.name}\` are not those that were reported.`,
    );
  });
}
