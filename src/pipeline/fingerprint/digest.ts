/** Digests of text and of lists of parts. */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

/** Names and parameters of steps are short and come again with every step and run. */
const SHORT = 64;
const MOST_KEPT = 4096;
const kept = new Map<string, string>();

/** SHA-256 of the UTF-8 text, hexadecimal. */
export function digestOf(text: string): string {
  if (text.length > SHORT) return freshDigest(text);
  const known = kept.get(text) ?? freshDigest(text);
  if (kept.size >= MOST_KEPT) kept.clear();
  kept.set(text, known);
  return known;
}

const freshDigest = (text: string): string => bytesToHex(sha256(utf8ToBytes(text)));

/** Digest of several texts; each has its length in front, so that `ab, c` is not `a, bc`. */
export const digestOfParts = (parts: readonly string[]): string =>
  digestOf(parts.map((part) => `${part.length}:${part}`).join(''));
