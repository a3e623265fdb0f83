// Checks the files of artifacts against what is recorded, and looks for files that nothing explains.
import { createHash } from 'node:crypto';
import { messageOf } from '../../base/errors';
import type { ArtifactFile, ArtifactVersion } from '../../domain/artifact';
import { formatBytes } from '../../domain/display';
import { OBJECTS_FOLDER } from '../../domain/environment';
import { text } from '../database';
import type { State } from '../state';
import type { Examination } from './examination';

const OUTPUTS = 'artifacts/_';
const STAGING = 'artifacts/.staging';

export async function checkFiles(exam: Examination, state: State): Promise<void> {
  const versions = state.sql
    .all('SELECT body FROM artifacts ORDER BY id')
    .map(([body]) => JSON.parse(text(body)) as ArtifactVersion);
  const seen = new Set<string>();
  for (const version of versions) {
    // An identical output shares the folder of the first.
    if (seen.has(version.path)) continue;
    seen.add(version.path);
    for (const file of version.files) await checkFile(exam, version, file);
  }
  checkRemovals(exam, state);
  await checkOrphans(exam, state, seen);
}

async function checkFile(
  exam: Examination,
  version: ArtifactVersion,
  file: ArtifactFile,
): Promise<void> {
  const { report, files, data } = exam;
  const path = `${data}/${version.path}/${file.path}`;
  const of = `of ${version.name} v${version.version}`;
  report.checked.artifactFiles++;
  if (!files.exists(path)) {
    const action = 'The step that made it runs again when its output is needed.';
    report.damage('artifact.missing', path, `A file ${of} is missing.`, action);
    return;
  }
  const size = files.size(path);
  if (size !== file.size) {
    const what = `A file ${of} has ${size} bytes instead of ${file.size}.`;
    report.damage('artifact.size', path, what, AGAIN);
  } else if ((await sha256Of(exam, path)) !== file.sha256) {
    const what = `The content of a file ${of} is not what was written (SHA-256).`;
    report.damage('artifact.changed', path, what, AGAIN);
  }
}

const AGAIN =
  'Restore it from a backup, or delete it: the step that made it runs again when it is needed.';

/** Undefined when it cannot be read: as wrong as another content. */
async function sha256Of({ files }: Examination, path: string): Promise<string | undefined> {
  const hash = createHash('sha256');
  try {
    const file = await files.later.open(path, 'r');
    try {
      for await (const part of file.createReadStream({ autoClose: false })) hash.update(part);
    } finally {
      await file.close();
    }
  } catch {
    return undefined;
  }
  return hash.digest('hex');
}

function checkRemovals({ report, files, data }: Examination, state: State): void {
  for (const [folder] of state.sql.all('SELECT folder FROM removals')) {
    const path = `${data}/${text(folder)}`;
    if (!files.exists(path)) continue;
    const what = 'Files of something that was emptied from the trash are still there.';
    report.info('files.purged', path, what, 'The next start of the server removes them.');
  }
}

async function checkOrphans(
  exam: Examination,
  state: State,
  outputs: ReadonlySet<string>,
): Promise<void> {
  const known = knownFolders(exam, state);
  for (const folder of outputs) addWithParents(known, folder);
  const { data } = exam;
  for (const name of await foldersIn(exam, 'artifacts')) {
    const folder = `artifacts/${name}`;
    if (folder === OUTPUTS) await checkOutputs(exam, known);
    else if (folder === STAGING) await checkStaging(exam);
    else if (folder === OBJECTS_FOLDER) await checkObjects(exam);
    else if (!known.has(folder)) await noteOrphan(exam, `${data}/${folder}`);
    else if (/^\d+$/.test(name)) await checkExperiment(exam, known, folder);
  }
}

/** Folders of a run or a logged model have names that only those have. */
async function checkExperiment(
  exam: Examination,
  known: ReadonlySet<string>,
  folder: string,
): Promise<void> {
  for (const name of await foldersIn(exam, folder)) {
    const isRun = /^[0-9a-f]{32}$/.test(name) && !known.has(`${folder}/${name}`);
    if (isRun) await noteOrphan(exam, `${exam.data}/${folder}/${name}`);
  }
  for (const name of await foldersIn(exam, `${folder}/models`)) {
    const isModel = /^m-/.test(name) && !known.has(`${folder}/models/${name}`);
    if (isModel) await noteOrphan(exam, `${exam.data}/${folder}/models/${name}`);
  }
}

async function checkOutputs(exam: Examination, known: ReadonlySet<string>): Promise<void> {
  for (const name of await foldersIn(exam, OUTPUTS)) {
    const folder = `${OUTPUTS}/${name}`;
    if (!known.has(folder)) {
      await noteOrphan(exam, `${exam.data}/${folder}`);
      continue;
    }
    for (const version of await foldersIn(exam, folder)) {
      if (!known.has(`${folder}/${version}`)) {
        await noteOrphan(exam, `${exam.data}/${folder}/${version}`);
      }
    }
  }
}

/** The code and environment of runs: each file is named by the SHA-256 of its content. */
async function checkObjects(exam: Examination): Promise<void> {
  for (const part of await foldersIn(exam, OBJECTS_FOLDER)) {
    for (const name of exam.files.list(`${exam.data}/${OBJECTS_FOLDER}/${part}`)) {
      const path = `${exam.data}/${OBJECTS_FOLDER}/${part}/${name}`;
      exam.report.checked.artifactFiles++;
      if ((await sha256Of(exam, path)) === name) continue;
      const what =
        'A record of the code and environment of runs is not what was written (SHA-256).';
      exam.report.damage('artifact.changed', path, what, OBJECT_AGAIN);
    }
  }
}

const OBJECT_AGAIN =
  'Restore it from a backup, or delete it: the next run with the same content writes it again.';

/** Under a running server something is always under way. */
async function checkStaging(exam: Examination): Promise<void> {
  if (exam.isLive) return;
  const path = `${exam.data}/${STAGING}`;
  const names = exam.files.list(path);
  if (names.length === 0) return;
  const size = formatBytes(await sizeOf(exam, path));
  const what = `${names.length} uploads or outputs (${size}) were begun and never finished.`;
  exam.report.info('files.unfinished', path, what, 'Delete them by hand when no worker runs.');
}

async function noteOrphan(exam: Examination, path: string): Promise<void> {
  const size = formatBytes(await sizeOf(exam, path));
  const what = `Files (${size}) that belong to nothing in the store.`;
  const action =
    'They are left alone. Look at them, and delete them by hand if they are not yours.';
  exam.report.warning('files.orphaned', path, what, action);
}

/** Folders of all experiments, runs and logged models, of what is to be removed, and those above. */
function knownFolders(exam: Examination, state: State): Set<string> {
  const known = new Set<string>();
  const uris = state.sql.all(
    `SELECT artifact_location FROM experiments UNION SELECT artifact_uri FROM runs
     UNION SELECT artifact_uri FROM logged_models`,
  );
  for (const [uri] of uris) addWithParents(known, exam.folderOf(text(uri)) ?? '');
  for (const [folder] of state.sql.all('SELECT folder FROM removals')) {
    addWithParents(known, text(folder));
  }
  return known;
}

function addWithParents(known: Set<string>, folder: string): void {
  for (let rest = folder; rest !== '' && !known.has(rest); ) {
    known.add(rest);
    rest = rest.slice(0, Math.max(0, rest.lastIndexOf('/')));
  }
}

async function foldersIn({ files, data, report }: Examination, folder: string): Promise<string[]> {
  if (!files.exists(`${data}/${folder}`)) return [];
  try {
    const entries = await files.later.readdir(`${data}/${folder}`, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch (error) {
    const what = `The folder cannot be read: ${messageOf(error)}.`;
    report.damage('artifact.missing', `${data}/${folder}`, what, 'Check the disk.');
    return [];
  }
}

async function sizeOf(exam: Examination, path: string): Promise<number> {
  const entry = await exam.files.later.lstat(path);
  if (!entry.isDirectory()) return entry.size;
  let bytes = 0;
  for (const name of exam.files.list(path)) bytes += await sizeOf(exam, `${path}/${name}`);
  return bytes;
}

const KEPT = /\.(v\d+|corrupt|orphan|cut|aside)$/;

/** Files of the log's folder that are no part of it. */
export function checkLeftovers({ report, files, store, isLive }: Examination): void {
  for (const name of files.list(store)) {
    const path = `${store}/${name}`;
    if (KEPT.test(name)) {
      const what = `${formatBytes(files.size(path))} that were kept when the store was mended or migrated.`;
      report.info('files.kept', path, what, 'Delete it by hand when you do not need it any more.');
    } else if (name.endsWith('.tmp') && !isLive) {
      const what = 'A file that was being written when the server ended.';
      report.info('files.unfinished', path, what, 'It is not used; --repair moves it aside.');
    }
  }
}
