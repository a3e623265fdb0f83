// Runs a program where a folder lies on a disk that is really read-only, in a mount namespace.
import { strict as assert } from 'node:assert';
import { spawnSync } from 'node:child_process';

/** A file system in memory with a copy of the folder, then made read-only. */
const MOUNT =
  'copy=$(mktemp -d) && cp -a "$0"/. "$copy" && mount -t tmpfs tmpfs "$0" && ' +
  'cp -a "$copy"/. "$0" && rm -r "$copy" && mount -o remount,ro "$0"';

export interface ReadOnlyDisk {
  /** Once this file is there, which lies elsewhere, it can be written. */
  readonly writableOnce?: string;
}

/**
 * What stands before a command line, so that its program sees `folder` on a read-only disk. Needs
 * Linux and root or user namespaces; a machine without either fails the test.
 */
export function onReadOnlyDisk(folder: string, { writableOnce }: ReadOnlyDisk = {}): string[] {
  const later =
    writableOnce === undefined
      ? ''
      : `(until [ -e '${writableOnce}' ]; do kill -0 $$ && sleep 0.1 || exit; done; ` +
        'mount -o remount,rw "$0") >/dev/null 2>&1 & ';
  return [...namespace(), 'sh', '-c', `${MOUNT} && { ${later}exec "$@"; }`, folder];
}

function namespace(): string[] {
  const user = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
  const command = ['unshare', ...user, '--mount'];
  const tried = spawnSync(command[0] ?? '', [...command.slice(1), 'true']);
  assert.equal(tried.status, 0, `mount namespaces are not available here: ${tried.stderr}`);
  return command;
}
