/**
 * Which names a pickle would import, read from its opcodes without executing any. Opcodes and their
 * argument forms: CPython's Lib/pickletools.py, protocols 0 to 5.
 */

type Form = number | 'line' | 'two-lines' | 'u1' | 'u4' | 'u8' | 'i4';

/** Bytes that follow an opcode: a fixed number, lines of text, or a length and that many bytes. */
const FORMS: Readonly<Record<string, Form>> = {
  ...fixed('().01NQRasbdet}]lou2\x81\x85\x86\x87\x88\x89\x8f\x90\x91\x93\x94\x97\x98', 0),
  ...fixed('Khq\x80\x82', 1),
  ...fixed('M\x83', 2),
  ...fixed('Jjr\x84', 4),
  ...fixed('G\x95', 8),
  ...lines('IFLPSVgp', 'line'),
  ...lines('ci', 'two-lines'),
  ...lines('UC\x8a\x8c', 'u1'),
  ...lines('XB', 'u4'),
  ...lines('T\x8b', 'i4'),
  ...lines('\x8d\x8e\x96', 'u8'),
};

function fixed(opcodes: string, bytes: number): Record<string, Form> {
  return Object.fromEntries([...opcodes].map((opcode) => [opcode, bytes]));
}
function lines(opcodes: string, form: Form): Record<string, Form> {
  return Object.fromEntries([...opcodes].map((opcode) => [opcode, form]));
}

/**
 * Sorted `module.name`s; undefined when this is not a pickle from its first to its last byte. For
 * STACK_GLOBAL the two strings pushed last are taken, with memo references resolved.
 */
export function pickleGlobals(bytes: Uint8Array): readonly string[] | undefined {
  const found = new Set<string>();
  const reader = new Reader(bytes);
  const memo: (string | undefined)[] = [];
  let strings: (string | undefined)[] = [];
  while (!reader.ended) {
    const opcode = reader.take(1);
    if (opcode === '.') return reader.ended ? [...found].sort() : undefined;
    const argument = reader.argument(FORMS[opcode ?? '']);
    if (opcode === undefined || argument === undefined) return undefined;
    if (opcode === 'c' || opcode === 'i') found.add(argument.replace('\n', '.'));
    else if (opcode === '\x93') found.add(strings.slice(-2).join('.'));
    else if ('XU\x8c\x8dVS'.includes(opcode)) strings = [...strings.slice(-1), argument];
    else if (opcode === '\x94') memo.push(strings.at(-1));
    else if (opcode === 'h') strings = [...strings.slice(-1), memo[argument.charCodeAt(0)]];
    else if (opcode === 'j') strings = [...strings.slice(-1), memo[wide(argument)]];
  }
  return undefined;
}

const wide = (text: string): number =>
  [...text].reduceRight((sum, char) => sum * 256 + char.charCodeAt(0), 0);

class Reader {
  private at = 0;
  constructor(private readonly bytes: Uint8Array) {}

  get ended(): boolean {
    return this.at >= this.bytes.length;
  }

  /** Latin-1 text of so many bytes; undefined when there are fewer. */
  take(count: number): string | undefined {
    if (count < 0 || this.at + count > this.bytes.length) return undefined;
    const part = this.bytes.subarray(this.at, this.at + count);
    this.at += count;
    return Buffer.from(part.buffer, part.byteOffset, part.length).toString('latin1');
  }

  argument(form: Form | undefined): string | undefined {
    if (form === undefined) return undefined;
    if (typeof form === 'number') return this.take(form);
    if (form === 'line') return this.line();
    if (form === 'two-lines') {
      const [first, second] = [this.line(), this.line()];
      return first === undefined || second === undefined ? undefined : `${first}\n${second}`;
    }
    const length = this.take(form === 'u1' ? 1 : form === 'u8' ? 8 : 4);
    return length === undefined ? undefined : this.take(wide(length));
  }

  private line(): string | undefined {
    const end = this.bytes.indexOf(10, this.at);
    const text = end < 0 ? undefined : this.take(end - this.at);
    this.at += 1;
    return text;
  }
}
