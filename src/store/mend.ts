// Makes a loaded store writable: the data folder, what loading found to repair, and the journal.
import { assertNever } from '../base/assertNever';
import { type FileLayer, writeAll, writeWhole } from './files';
import { JournalFile } from './journal';
import type { Loaded, Repair } from './recover';
import { segmentsInSnapshots } from './snapshot';

/** Everything in the data folder is ignored by git, this file too, except saved views. */
const GITIGNORE = '*\n!views/\n!views/**\n';
const PROBE_BYTES = 4096;

/**
 * Proves that the disk takes writes, repairs, and opens the journal behind its last whole record.
 * Safe to be called again after a failure.
 * @throws the system's error when the disk refuses.
 */
export function makeWritable(
  files: FileLayer,
  data: string,
  folder: string,
  loaded: Loaded,
): JournalFile {
  files.mkdir(folder);
  if (!files.exists(`${data}/.gitignore`)) {
    writeWhole(files, `${data}/.gitignore`, new TextEncoder().encode(GITIGNORE));
  }
  probe(files, folder);
  for (const repair of loaded.repairs) mend(files, repair);
  loaded.segments.cut(segmentsInSnapshots(files, folder));
  if (!loaded.journal) return JournalFile.create(files, folder, loaded.seq);
  return JournalFile.resume(files, loaded.journal.path, loaded.journal.length);
}

/** Room for some bytes is not proof of room for all, but a full disk is found out before a commit. */
function probe(files: FileLayer, folder: string): void {
  const path = `${folder}/probe.tmp`;
  const fd = files.open(path, 'w+');
  try {
    writeAll(files, fd, new Uint8Array(PROBE_BYTES), 0);
    files.fdatasync(fd);
  } finally {
    files.close(fd);
    files.unlink(path);
  }
}

function mend(files: FileLayer, repair: Repair): void {
  switch (repair.kind) {
    case 'cut':
      cut(files, repair.path, repair.length);
      break;
    case 'set-aside':
      if (files.exists(repair.path)) files.rename(repair.path, repair.to);
      break;
    case 'copy':
      writeWhole(files, repair.to, files.readFile(repair.path));
      break;
    default:
      assertNever(repair);
  }
}

/** The bytes cut off are kept beside the journal, for whoever wants to look at them. */
function cut(files: FileLayer, path: string, length: number): void {
  if (files.size(path) <= length) return;
  writeWhole(files, `${path}.cut`, files.readFile(path).subarray(length));
  const fd = files.open(path, 'r+');
  try {
    files.truncate(fd, length);
    files.fdatasync(fd);
  } finally {
    files.close(fd);
  }
}
