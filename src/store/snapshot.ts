// Snapshots: an ordinary SQLite file, and beside it a manifest with its checksum and position.
import { isRecord } from '../base/json';
import { crc32 } from './crc32';
import { type Frozen, frozenBytes } from './databaseFile';
import type { FileLayer } from './files';
import { listJournals } from './journal';

/** What a snapshot stands for. */
export interface Manifest {
  readonly format: 1;
  /** Version of the schema. */
  readonly schema: number;
  /** The last sequence number that it holds. */
  readonly seq: number;
  readonly size: number;
  readonly crc32: number;
  /** Segment numbers and the lengths that count. */
  readonly segments: readonly (readonly [number, number])[];
}

export interface SnapshotRef {
  readonly path: string;
  readonly manifestPath: string;
  readonly seq: number;
}

const NAME = /^snapshot-(\d+)\.json$/;
/** A corrupt newest one then costs nothing: the older and the journals since hold the same. */
const KEPT = 2;

/** The snapshots of a folder by their manifests, newest first. */
export function listSnapshots(files: FileLayer, folder: string): SnapshotRef[] {
  const refs = files.list(folder).flatMap((name) => {
    const seq = NAME.exec(name)?.[1];
    return seq === undefined ? [] : [refOf(folder, Number(seq))];
  });
  return refs.sort((a, b) => b.seq - a.seq);
}

function refOf(folder: string, seq: number): SnapshotRef {
  const name = `${folder}/snapshot-${String(seq).padStart(12, '0')}`;
  return { path: `${name}.sqlite`, manifestPath: `${name}.json`, seq };
}

/** The manifest and bytes of a snapshot, or why it cannot be used. */
export function readSnapshot(
  files: FileLayer,
  ref: SnapshotRef,
): { manifest: Manifest; bytes: Uint8Array } | { corrupt: string } {
  const manifest = readManifest(files, ref);
  if (!manifest) return { corrupt: 'its manifest cannot be read' };
  if (!files.exists(ref.path)) return { corrupt: 'the file is missing' };
  const bytes = files.readFile(ref.path);
  if (bytes.length !== manifest.size) return { corrupt: 'its size is not what was written' };
  if (crc32(bytes) !== manifest.crc32) return { corrupt: 'its checksum is wrong' };
  return { manifest, bytes };
}

function readManifest(files: FileLayer, ref: SnapshotRef): Manifest | undefined {
  try {
    const parsed: unknown = JSON.parse(new TextDecoder().decode(files.readFile(ref.manifestPath)));
    const numbers = ['schema', 'seq', 'size', 'crc32'] as const;
    if (!isRecord(parsed) || !Array.isArray(parsed['segments'])) return undefined;
    if (numbers.some((name) => !Number.isSafeInteger(parsed[name]))) return undefined;
    return parsed['seq'] === ref.seq ? (parsed as unknown as Manifest) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/**
 * Writes a snapshot so that after a crash it is there whole or not at all. The segments must be
 * synced before. `check` is called just before the snapshot begins to count; it may throw.
 */
export async function writeSnapshot(
  files: FileLayer,
  folder: string,
  frozen: Frozen,
  position: Pick<Manifest, 'schema' | 'seq' | 'segments'>,
  check: () => void,
): Promise<SnapshotRef> {
  const ref = refOf(folder, position.seq);
  const checksum = await writeLater(files, `${ref.path}.tmp`, frozen);
  const manifest: Manifest = { format: 1, ...position, size: frozen.size, crc32: checksum };
  const line = new TextEncoder().encode(`${JSON.stringify(manifest)}\n`);
  await writeLater(files, `${ref.manifestPath}.tmp`, frozenBytes(line));
  check();
  files.rename(`${ref.path}.tmp`, ref.path);
  files.rename(`${ref.manifestPath}.tmp`, ref.manifestPath);
  // All waits for the disk are in threads: behind so many bytes each may take long.
  await files.syncFolderLater(folder);
  return ref;
}

/** Small enough that copying and summing one is no stall. */
const SLICE = 1 << 20;
/** Without syncs in between, the last one would hold up those of the journal for long. */
const SYNC_EVERY = 16 * SLICE;

/** @returns the checksum of what was written. */
async function writeLater(files: FileLayer, path: string, frozen: Frozen): Promise<number> {
  const file = await files.later.open(path, 'w');
  // One for all slices: a new one each would have the collector stop the server again and again.
  const slice = new Uint8Array(Math.min(SLICE, frozen.size));
  let checksum = 0;
  try {
    for (let at = 0; at < frozen.size; ) {
      const bytes = frozen.next(slice);
      checksum = crc32(bytes, checksum);
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await file.write(bytes, done, bytes.length - done, at + done);
        done += bytesWritten;
      }
      at += bytes.length;
      if (at % SYNC_EVERY === 0) await file.datasync();
    }
    await file.datasync();
  } finally {
    await file.close();
  }
  return checksum;
}

/** Removes what no kept snapshot needs: older snapshots, and journals before the oldest kept. */
export async function pruneSnapshots(files: FileLayer, folder: string): Promise<void> {
  const snapshots = listSnapshots(files, folder);
  // In a thread: a large file takes a while to be removed.
  const remove = (path: string) => files.later.rm(path, { force: true });
  for (const { path, manifestPath } of snapshots.slice(KEPT)) {
    await remove(manifestPath);
    await remove(path);
  }
  const oldest = snapshots[KEPT - 1];
  if (!oldest) return;
  const journals = listJournals(files, folder);
  for (const [i, journal] of journals.entries()) {
    const next = journals[i + 1];
    // The next one's base is the last number in this one.
    if (!next || next.base > oldest.seq) break;
    await remove(journal.path);
    await remove(`${journal.path}.cut`);
  }
}

/** Segments that a kept snapshot may need. */
export function segmentsInSnapshots(files: FileLayer, folder: string): Set<number> {
  const manifests = listSnapshots(files, folder).map((ref) => readManifest(files, ref));
  return new Set(manifests.flatMap((each) => (each?.segments ?? []).map(([segment]) => segment)));
}
