// Writes the state of a commit, and changes on top of it, into a folder of its own.
import { execFile } from 'node:child_process';
import * as path from 'node:path';
import { messageOf, RunlensError } from '../base/errors';

/** Nothing of a repository's own hooks and watchers is run. */
const QUIET = ['-c', 'core.hooksPath=/dev/null', '-c', 'core.fsmonitor=false'];
const MINUTES_10 = 600_000;

/** False, too, for a folder that is in no repository. */
export async function hasCommit(folder: string, commit: string): Promise<boolean> {
  try {
    await git(folder, ['cat-file', '-e', `${commit}^{commit}`]);
    return true;
  } catch {
    // Not there, or no repository: the answer is the same.
    return false;
  }
}

/**
 * A clone that borrows the objects of `repository`, with `commit` checked out and no branch: runs in
 * it are recorded with their commit, and the repository itself is not touched.
 * @throws RunlensError `git.failed`
 */
export async function checkOutInto(
  target: string,
  { repository, commit }: { readonly repository: string; readonly commit: string },
): Promise<void> {
  const from = path.resolve(repository);
  await git(from, ['clone', '--shared', '--no-checkout', '--quiet', '--', from, target]);
  await git(target, ['checkout', '--quiet', '--detach', commit]);
}

/** @throws RunlensError `git.failed` when it does not fit. */
export async function applyPatch(folder: string, patch: Uint8Array): Promise<void> {
  await git(folder, ['apply', '--whitespace=nowarn', '-'], patch);
}

function git(folder: string, args: readonly string[], input?: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      'git',
      [...QUIET, ...args],
      { cwd: folder, timeout: MINUTES_10, windowsHide: true, encoding: 'utf8' },
      (error, _stdout, stderr) => {
        if (!error) resolve();
        else reject(failed(args, stderr, error));
      },
    );
    // One that ends early does not read its input: its exit says why.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}

const failed = (args: readonly string[], stderr: string, cause: unknown): RunlensError =>
  new RunlensError('git.failed', `git ${args[0]} failed: ${stderr.trim() || messageOf(cause)}`, {
    cause,
  });
