/** Digests of text and of lists of parts. */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

/** SHA-256 of the UTF-8 text, hexadecimal. */
export const digestOf = (text: string): string => bytesToHex(sha256(utf8ToBytes(text)));

/** Digest of several texts; each has its length in front, so that `ab, c` is not `a, bc`. */
export const digestOfParts = (parts: readonly string[]): string =>
  digestOf(parts.map((part) => `${part.length}:${part}`).join(''));
