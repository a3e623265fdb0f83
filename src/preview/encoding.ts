// How a text is encoded, told by its first bytes; and how its parts become text.

export interface Encoding {
  readonly name: 'utf-8' | 'utf-16le' | 'utf-16be';
  /** Bytes of the byte order mark. */
  readonly mark: number;
  /** Bytes of a code unit. */
  readonly unit: 1 | 2;
}

const UTF8: Encoding = { name: 'utf-8', mark: 0, unit: 1 };

/** By the byte order mark (Unicode standard, 2.6 and 23.8); UTF-8 without one. */
export function encodingOf(head: Uint8Array): Encoding {
  const [first, second, third] = head;
  if (first === 0xef && second === 0xbb && third === 0xbf) return { ...UTF8, mark: 3 };
  if (first === 0xff && second === 0xfe) return { name: 'utf-16le', mark: 2, unit: 2 };
  if (first === 0xfe && second === 0xff) return { name: 'utf-16be', mark: 2, unit: 2 };
  return UTF8;
}

/** What is no character becomes U+FFFD. */
export function decode(encoding: Encoding, bytes: Uint8Array): string {
  return new TextDecoder(encoding.name, { ignoreBOM: true }).decode(bytes);
}

/** Control characters that texts do not have; escape and form feed may be in logs. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
const CONTROLS = /[\x00-\x08\x0e-\x1a\x1c-\x1f]/;

/** Whether bytes from the beginning of a file are text; the last character may be cut. */
export function isText(head: Uint8Array, isWhole: boolean): boolean {
  const encoding = encodingOf(head);
  try {
    const decoder = new TextDecoder(encoding.name, { fatal: true });
    return !CONTROLS.test(decoder.decode(head, { stream: !isWhole }));
  } catch {
    // TextDecoder has no other way to say that bytes are not of this encoding.
    return false;
  }
}

/** The bytes as code units; a byte too many at the end is left out. */
export function unitsOf(
  { name, unit }: Encoding,
  bytes: Uint8Array<ArrayBuffer>,
): Uint8Array | Uint16Array {
  if (unit === 1) return bytes;
  const even = bytes.slice(0, bytes.length & ~1);
  if (name === 'utf-16be') Buffer.from(even.buffer).swap16();
  return new Uint16Array(even.buffer);
}
