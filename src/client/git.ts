// What git knows of a folder: commit, branch, and whether files differ from the commit.
import { execFile } from 'node:child_process';

export interface GitState {
  /** 40 hexadecimal digits; undefined before the first commit. */
  readonly commit: string | undefined;
  /** Undefined when no branch is checked out. */
  readonly branch: string | undefined;
  /** Whether tracked or new files differ from the commit. */
  readonly isDirty: boolean;
}

/** Undefined when the folder is in no repository or git is not installed. */
export async function gitState(folder: string): Promise<GitState | undefined> {
  const text = await git(folder, ['status', '--porcelain=v2', '--branch', '--no-ahead-behind']);
  return text === undefined ? undefined : parseStatus(text);
}

/** Reads `git status --porcelain=v2 --branch`. */
export function parseStatus(text: string): GitState {
  const lines = text.split('\n').filter((line) => line !== '');
  const header = (name: string) =>
    lines.find((line) => line.startsWith(`# ${name} `))?.slice(name.length + 3);
  const commit = header('branch.oid');
  const branch = header('branch.head');
  return {
    commit: commit === '(initial)' ? undefined : commit,
    branch: branch === '(detached)' ? undefined : branch,
    isDirty: lines.some((line) => !line.startsWith('#')),
  };
}

function git(folder: string, args: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(
      'git',
      // Looking must not take locks, nor run what a repository's own configuration names.
      ['--no-optional-locks', '-c', 'core.fsmonitor=false', ...args],
      { cwd: folder, timeout: 10_000, windowsHide: true, encoding: 'utf8' },
      (error, stdout) => resolve(error ? undefined : stdout),
    );
  });
}
