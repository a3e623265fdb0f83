/** Bytes as a person reads them: offset, sixteen bytes in hexadecimal, their printable characters. */

export interface HexLine {
  /** Eight hexadecimal digits. */
  readonly offset: string;
  readonly bytes: string;
  readonly text: string;
}

const PER_LINE = 16;

/** @param head two digits a byte; anything else among them is left out. */
export function hexLines(head: string): readonly HexLine[] {
  const bytes = (head.match(/[\da-f]{2}/gi) ?? []).map((pair) => Number.parseInt(pair, 16));
  return Array.from({ length: Math.ceil(bytes.length / PER_LINE) }, (_, line) => {
    const part = bytes.slice(line * PER_LINE, (line + 1) * PER_LINE);
    return {
      offset: (line * PER_LINE).toString(16).padStart(8, '0'),
      bytes: part.map((byte) => byte.toString(16).padStart(2, '0')).join(' '),
      text: part.map(printable).join(''),
    };
  });
}

const printable = (byte: number): string =>
  byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '·';
