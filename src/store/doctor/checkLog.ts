// Checks the log: snapshots with their manifests, and journals record by record.
import { messageOf } from '../../base/errors';
import { decodeCommit } from '../codec';
import { Sql } from '../database';
import type { FileLayer } from '../files';
import { type JournalRef, listJournals, scanRecords } from '../journal';
import { SCHEMA_VERSION, schemaVersion } from '../migrations/migrate';
import { listSnapshots, readSnapshot, type SnapshotRef } from '../snapshot';
import type { Examination } from './examination';

const MEND = 'The next start, or runlens doctor --repair,';

export function checkLog(exam: Examination): void {
  const { files, store } = exam;
  const snapshots = listSnapshots(files, store);
  const valid = snapshots.filter((ref) => checkSnapshot(exam, ref));
  checkOrphans(exam, snapshots);
  checkJournals(exam, { newest: valid[0]?.seq ?? 0, oldest: valid.at(-1)?.seq ?? 0 });
}

/** Whether it can be used. */
function checkSnapshot(exam: Examination, ref: SnapshotRef): boolean {
  const { report, files } = exam;
  report.checked.snapshots++;
  const read = readSnapshot(files, ref);
  if ('corrupt' in read) {
    const what = `The snapshot of change ${ref.seq} cannot be used: ${read.corrupt}.`;
    const action = `${MEND} sets it aside and makes a new one from the older snapshot and the journals.`;
    report.warning('snapshot.corrupt', ref.path, what, action);
    return false;
  }
  return checkDatabase(exam, ref, read.bytes);
}

function checkDatabase(exam: Examination, ref: SnapshotRef, bytes: Uint8Array): boolean {
  const { report } = exam;
  const broken = (why: string) => {
    const what = `The database of change ${ref.seq} is not sound though its checksum is right: ${why}.`;
    report.damage('snapshot.tables', ref.path, what, 'Restore it from a backup.');
    return false;
  };
  try {
    const sql = Sql.open(exam.sqlite, bytes);
    try {
      // Reading all pages takes a second on a large store: not in a server that others wait for.
      const [row] = exam.isLive ? [] : sql.all('PRAGMA quick_check(1)');
      if (row && row[0] !== 'ok') return broken(String(row[0]));
      noteSchema(exam, ref, schemaVersion(sql));
      return true;
    } finally {
      sql.close();
    }
  } catch (error) {
    return broken(messageOf(error));
  }
}

function noteSchema({ report }: Examination, ref: SnapshotRef, version: number): void {
  if (version > SCHEMA_VERSION) {
    const what = `It has schema ${version}; this version of Runlens knows ${SCHEMA_VERSION}.`;
    const action = 'Update Runlens to write to this store; until then it is only read.';
    report.warning('store.newer', ref.path, what, action);
  } else if (version < SCHEMA_VERSION) {
    const what = `It has schema ${version}; this version of Runlens writes ${SCHEMA_VERSION}.`;
    const action = 'It is migrated when the store is next opened, and a copy is kept.';
    report.info('store.older', ref.path, what, action);
  }
}

function checkOrphans({ report, files, store }: Examination, known: readonly SnapshotRef[]): void {
  const paths = new Set(known.map(({ path }) => path));
  for (const name of files.list(store)) {
    const path = `${store}/${name}`;
    if (!/^snapshot-\d+\.sqlite$/.test(name) || paths.has(path)) continue;
    const what = 'A database without the manifest that says what it stands for.';
    report.warning('snapshot.orphan', path, what, 'It is not used; --repair moves it aside.');
  }
}

/**
 * From the oldest valid snapshot on, each journal follows the one before it. What is lost before the
 * newest snapshot is only a spare; a snapshot is always followed by a journal of its own.
 */
function checkJournals(
  exam: Examination,
  { newest, oldest }: { newest: number; oldest: number },
): void {
  const { report, files, store } = exam;
  const journals = listJournals(files, store);
  let covered = oldest;
  for (const journal of journals) {
    if (journal.base > covered) noteGap(exam, { journal, from: covered, newest });
    covered = Math.max(covered, journal.base, checkJournal(exam, journal, newest));
  }
  if (newest > (journals.at(-1)?.base ?? 0)) {
    const what = `No journal goes on from the newest snapshot (change ${newest}): changes after it are lost, if there were any.`;
    report.damage(
      'journal.gap',
      store,
      what,
      'Restore the journal from a backup, if there is one.',
    );
  }
}

function noteGap(
  { report }: Examination,
  gap: { journal: JournalRef; from: number; newest: number },
): void {
  const { journal, from, newest } = gap;
  const what = `Changes ${from + 1} to ${journal.base} are missing before this journal.`;
  if (journal.base <= newest) {
    const action = 'The newest snapshot holds them: nothing is lost while that one is sound.';
    report.warning('journal.gap', journal.path, what, action);
  } else {
    const action = `${MEND} sets this journal aside: what it says does not fit what is left.`;
    report.damage('journal.gap', journal.path, what, action);
  }
}

/** @returns the last change that can be read. */
function checkJournal(exam: Examination, { path, base }: JournalRef, newest: number): number {
  exam.report.checked.journals++;
  const bytes = exam.files.readFile(path);
  let last = base;
  let broken: string | undefined;
  const length = scanRecords(bytes, (body) => {
    try {
      const commit = decodeCommit(body);
      last = Math.max(last, commit.seq + commit.mutations.length - 1);
      return true;
    } catch (error) {
      broken = messageOf(error);
      return false;
    }
  });
  if (length < bytes.length) noteRest(exam, { path, bytes, length, last, newest, broken });
  return last;
}

interface Rest {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly length: number;
  readonly last: number;
  readonly newest: number;
  readonly broken: string | undefined;
}

/** What is behind the last whole record: torn by a crash, or damaged with whole records after it. */
function noteRest({ report }: Examination, rest: Rest): void {
  const { path, bytes, length, last, newest } = rest;
  const found = lastRecordIn(bytes.subarray(length + 1));
  const size = `${bytes.length - length} bytes after change ${last}`;
  if (found <= last) {
    const what = `It ends in ${size} that are no whole record${rest.broken ? ` (${rest.broken})` : ''}: a write that a crash cut off, or damage to the last changes.`;
    report.warning('journal.torn', path, what, `${MEND} cuts them off and keeps them as .cut.`);
    return;
  }
  const what = `The ${size} begin with damage; whole changes up to ${found} follow, which cannot be applied without what is damaged.`;
  if (found <= newest) {
    const action = 'The newest snapshot holds them: nothing is lost while that one is sound.';
    report.warning('journal.damaged', path, what, action);
  } else {
    const action = `${MEND} cuts them off and keeps them as .cut. A backup of the journal has them.`;
    report.damage('journal.damaged', path, what, action);
  }
}

/** Beyond this a damaged tail is not searched for records. */
const SEARCHED_BYTES = 4 << 20;
const LARGEST_TRIED = 1 << 20;

/** The number of the last change in records that begin somewhere in these bytes; 0 for none. */
function lastRecordIn(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = Math.min(bytes.length - 8, SEARCHED_BYTES);
  for (let at = 0; at < end; at++) {
    const length = view.getUint32(at, true);
    if (length === 0 || length > LARGEST_TRIED || at + 8 + length > bytes.length) continue;
    const last = lastChange(bytes.subarray(at));
    if (last > 0) return last;
  }
  return 0;
}

function lastChange(bytes: Uint8Array): number {
  let last = 0;
  scanRecords(bytes, (body) => {
    try {
      const commit = decodeCommit(body);
      last = commit.seq + commit.mutations.length - 1;
      return true;
    } catch {
      // Not a change of this version: the search ends here.
      return false;
    }
  });
  return last;
}

/** Names of the files of the newest snapshot, so that loading can be tried without it. */
export function newestSnapshot(files: FileLayer, store: string): ReadonlySet<string> {
  const [newest] = listSnapshots(files, store);
  const nameOf = (path: string) => path.slice(path.lastIndexOf('/') + 1);
  return new Set(newest ? [nameOf(newest.path), nameOf(newest.manifestPath)] : []);
}
