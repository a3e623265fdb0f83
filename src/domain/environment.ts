// The record of a run's code and environment: what the SDK writes, `show` tells and `recreate` reads.
import { isRecord } from '../base/json';

/** Tag of a run: the digest of its record. Step runs have that of the run above them. */
export const ENVIRONMENT_TAG = 'runlens.environment';

/** Objects (records, patches, files) are kept once per content, named by their SHA-256. */
export const OBJECT_DIGEST = /^[0-9a-f]{64}$/;
/** Bytes of one object. */
export const MOST_OBJECT_BYTES = 2 * 1024 * 1024;
/** Where objects lie in the store. */
export const OBJECTS_FOLDER = 'artifacts/_objects';

export const objectPath = (digest: string): string =>
  `${OBJECTS_FOLDER}/${digest.slice(0, 2)}/${digest}`;

/** How the run was started. */
export type EntryKind = 'script' | 'module' | 'launch' | 'notebook' | 'interactive';

export interface RunEnvironment {
  readonly version: 1;
  readonly entry: {
    readonly kind: EntryKind;
    /** Arguments after the interpreter, as typed; secret values are `***`. */
    readonly arguments: readonly string[];
    /** How many values were hidden. */
    readonly hidden: number;
    /** Absolute working folder. */
    readonly folder: string;
    /** What a launch from the editor was asked for. */
    readonly launch?: { readonly file: string; readonly pipeline: string };
  };
  /** The folder that the paths of `files` are relative to: the repository's, else the root. */
  readonly base: string;
  readonly git?: GitRecord;
  /** With git: files that git does not track; without: the workspace's code. */
  readonly files: readonly FileRecord[];
  /** Files that are not in the list because there were too many. */
  readonly filesLeftOut: number;
  readonly python: {
    readonly version: string;
    readonly implementation: string;
    readonly executable: string;
  };
  readonly packages: readonly PackageRecord[];
  readonly system: {
    readonly os: string;
    readonly machine: string;
    readonly cpu: string;
    readonly cpus: number;
    /** Bytes; 0 when not known. */
    readonly memory: number;
    readonly gpus: readonly string[];
  };
  /** Names of environment variables that such programs look at; never their values. */
  readonly variables: readonly string[];
}

export interface GitRecord {
  /** Undefined before the first commit. */
  readonly commit?: string;
  readonly branch?: string;
  /** Address of the remote `origin`, without user name and password. */
  readonly remote?: string;
  readonly dirty: boolean;
  /** What differs from the commit. */
  readonly patch?: {
    /** Digest of the patch; undefined when it was too large to keep. */
    readonly object?: string;
    readonly bytes: number;
  };
}

export interface FileRecord {
  /** With `/`. */
  readonly path: string;
  readonly bytes: number;
  /** Digest of its content; undefined for large files. */
  readonly sha256?: string;
  /** Whether the content is kept as an object. */
  readonly kept: boolean;
}

export interface PackageRecord {
  readonly name: string;
  readonly version: string;
  /** Address that it was installed from, when not from an index. */
  readonly url?: string;
  /** Folder that it was installed from; pip cannot fetch it elsewhere. */
  readonly local?: string;
}

/** @throws RangeError when the text is no record that this version can read. */
export function parseEnvironment(text: string): RunEnvironment {
  const value: unknown = JSON.parse(text);
  if (!isRecord(value) || value['version'] !== 1) throw new RangeError('not a record of version 1');
  const parts = ['entry', 'python', 'system'].map((name) => value[name]);
  const lists = ['files', 'packages', 'variables'].map((name) => value[name]);
  if (!parts.every(isRecord) || !lists.every(Array.isArray)) {
    throw new RangeError('a part of the record is missing');
  }
  return value as unknown as RunEnvironment;
}

/** Lines of a requirements file: exact versions; what pip cannot fetch is a comment. */
export function requirementLines(packages: readonly PackageRecord[]): string[] {
  return packages
    .filter(({ name }) => name !== 'runlens')
    .map(({ name, version, url, local }) => {
      if (local !== undefined) return `# ${name}==${version} was installed from ${local}`;
      return url === undefined ? `${name}==${version}` : `${name} @ ${url}`;
    });
}
