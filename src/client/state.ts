// Where the processes keep what they know of each other: the user's state folder.
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The folder of discovery files and launcher.json; see protocol/discovery. */
export function stateFolder(env: Environment = process.env): string {
  if (env['RUNLENS_STATE_DIR']) return env['RUNLENS_STATE_DIR'];
  return path.join(platformStateFolder(env), 'runlens');
}

/** The discovery file of a root, which is a real path. */
export function discoveryFile(root: string, env?: Environment): string {
  const digest = createHash('sha256').update(root, 'utf8').digest('hex');
  return path.join(stateFolder(env), `${digest.slice(0, 32)}.json`);
}

export function launcherFile(env?: Environment): string {
  return path.join(stateFolder(env), 'launcher.json');
}

/** Makes the folder, readable by this user alone. */
export function ensureStateFolder(env?: Environment): string {
  const folder = stateFolder(env);
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}

/** Writes a file that no reader sees half written and no other user can read. */
export function writePrivateFile(file: string, text: string): void {
  const temporary = `${file}.${process.pid}.tmp`;
  const fd = fs.openSync(temporary, 'w', 0o600);
  try {
    fs.fchmodSync(fd, 0o600);
    fs.writeFileSync(fd, text);
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
  fs.renameSync(temporary, file);
}

function platformStateFolder(env: Environment): string {
  const home = os.homedir();
  switch (process.platform) {
    case 'darwin':
      return path.join(home, 'Library', 'Application Support');
    case 'win32':
      return env['LOCALAPPDATA'] || path.join(home, 'AppData', 'Local');
    default:
      return env['XDG_STATE_HOME'] || path.join(home, '.local', 'state');
  }
}
