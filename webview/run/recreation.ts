/** What is needed to run something again: what `runlens recreate` writes, as texts to be copied. */
import { shellQuoted } from '../../src/base/shell';
import { countOf, formatBytes } from '../../src/domain/display';
import { type RunEnvironment, requirementLines } from '../../src/domain/environment';
import { recreationNotes } from '../../src/domain/recreation';

export interface Recreation {
  /** As a POSIX shell reads it; undefined for what no command made (a notebook). */
  readonly command: string | undefined;
  /** Absolute working folder of the command, then. */
  readonly folder: string;
  readonly commit: string | undefined;
  /** Shell lines that bring the commit back; empty when there is none. */
  readonly checkout: readonly string[];
  /** Digest of the patch, when it was kept. */
  readonly patch: string | undefined;
  readonly requirements: string;
  /** What is missing or to be known, a sentence each. */
  readonly notes: readonly string[];
}

/** @throws TypeError when a part of the record is not what it should be. */
export function recreationOf(environment: RunEnvironment): Recreation {
  const { entry, git, python, packages } = environment;
  const own = packages.filter(({ name }) => name !== 'pip');
  return {
    command: commandOf(environment),
    folder: entry.folder,
    commit: git?.commit,
    checkout: checkoutOf(environment),
    patch: git?.patch?.object,
    requirements: [`# Python ${python.version}`, ...requirementLines(own), ''].join('\n'),
    notes: [...codeNotes(environment), ...recreationNotes(environment)],
  };
}

function commandOf({ entry }: RunEnvironment): string | undefined {
  const words = entry.arguments.map(shellQuoted);
  switch (entry.kind) {
    case 'notebook':
    case 'interactive':
      return undefined;
    case 'launch':
      return ['runlens', 'run', ...words].join(' ');
    default:
      return ['python', ...words].join(' ');
  }
}

/** The patch is to be saved under this name. */
export const PATCH_FILE = 'changes.patch';

function checkoutOf({ git }: RunEnvironment): string[] {
  if (git?.commit === undefined) return [];
  const clone = git.remote === undefined ? [] : [`git clone ${shellQuoted(git.remote)} code`];
  const apply = git.patch?.object === undefined ? [] : [`git apply ${PATCH_FILE}`];
  return [
    ...clone,
    ...(clone.length > 0 ? ['cd code'] : []),
    `git checkout ${shellQuoted(git.commit)}`,
    ...apply,
  ];
}

function codeNotes({ git, files, filesLeftOut }: RunEnvironment): string[] {
  const patch = git?.patch;
  const notKept = files.filter(({ kept }) => !kept).length;
  return [
    ...(git?.commit === undefined ? ['The code was in no git repository with a commit.'] : []),
    ...(patch && patch.object === undefined
      ? [`The uncommitted changes (${formatBytes(patch.bytes)} or more) were too large to keep.`]
      : []),
    ...(notKept > 0
      ? [
          `${countOf(notKept, 'file')} that git does not track ${notKept === 1 ? 'was' : 'were'} not kept.`,
        ]
      : []),
    ...(filesLeftOut > 0
      ? [
          `${countOf(filesLeftOut, 'more file')} ${filesLeftOut === 1 ? 'was' : 'were'} not recorded.`,
        ]
      : []),
  ];
}
