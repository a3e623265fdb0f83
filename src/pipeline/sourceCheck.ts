// Compares the code a fingerprint was taken of with the code the worker has imported.
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { ImportedModule } from '../domain/pipeline';
import type { CodeFingerprint } from './fingerprint/codeFingerprint';
import type { SourceReader } from './ports';

type TrackedFile = CodeFingerprint['files'][number];

/**
 * Why results of this code must not be reused: a file whose imported text is another one, or is not
 * known. Files that the worker has not imported are no reason.
 */
export function importMismatch(
  files: readonly TrackedFile[],
  modules: readonly ImportedModule[],
): string | undefined {
  const digests = new Map(files.map(({ file, digest }) => [file, digest]));
  const differing = modules.filter(
    ({ file, digest }) => digests.has(file) && digests.get(file) !== digest,
  );
  return changedText(differing.map(({ file }) => file));
}

/**
 * The same at the end of a step, with what it imported meanwhile. A file that it is not known to
 * have imported may have been read at any time, so it must not have changed on the disk either.
 */
export function changeWhileRunning(
  files: readonly TrackedFile[],
  modules: readonly ImportedModule[],
  source: SourceReader,
): string | undefined {
  const imported = new Set(modules.map(({ file }) => file));
  const unknown = files.filter(({ file }) => !imported.has(file));
  const changed = unknown.filter(({ file, digest }) => textDigest(source, file) !== digest);
  return importMismatch(files, modules) ?? changedText(changed.map(({ file }) => file));
}

function textDigest(source: SourceReader, file: string): string | undefined {
  const found = source.read(file);
  return found && bytesToHex(sha256(utf8ToBytes(found.text)));
}

const changedText = (files: readonly string[]): string | undefined =>
  files.length === 0
    ? undefined
    : `source changed while running: ${[...new Set(files)].sort().join(', ')}`;
