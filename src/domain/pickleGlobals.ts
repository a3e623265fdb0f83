/**
 * Which names a pickle would import, read from its opcodes without executing any. Opcodes and their
 * argument forms: CPython's Lib/pickletools.py, protocols 0 to 5.
 */

type Form = number | 'line' | 'two-lines' | 'u1' | 'u4' | 'u8' | 'i4';

/** Bytes that follow an opcode: a fixed number, lines of text, or a length and that many bytes. */
const FORMS: ReadonlyMap<number, Form> = new Map([
  ...forms('().01NQRasbdet}]lou2\x81\x85\x86\x87\x88\x89\x8f\x90\x91\x93\x94\x97\x98', 0),
  ...forms('Khq\x80\x82', 1),
  ...forms('M\x83', 2),
  ...forms('Jjr\x84', 4),
  ...forms('G\x95', 8),
  ...forms('IFLPSVgp', 'line'),
  ...forms('ci', 'two-lines'),
  ...forms('UC\x8a\x8c', 'u1'),
  ...forms('XB', 'u4'),
  ...forms('T\x8b', 'i4'),
  ...forms('\x8d\x8e\x96', 'u8'),
]);

function forms(opcodes: string, form: Form): [number, Form][] {
  return [...opcodes].map((opcode) => [opcode.charCodeAt(0), form]);
}

const LENGTH_BYTES = { u1: 1, u4: 4, i4: 4, u8: 8 } as const;
const PROTO = 0x80;
/** No name is longer: of a longer text the bytes are only counted. */
const LONGEST_TEXT = 4096;
/** No pickle of a person has more; one that does is read no further. */
const MOST_NAMES = 10_000;
/** Texts that can be referred to again; what lies behind is taken for no name. */
const MOST_REMEMBERED = 1_000_000;

export type PickleState = 'open' | 'ended' | 'broken';

/**
 * Sorted `module.name`s; undefined when this is not a pickle, or several one after another, from its
 * first to its last byte.
 */
export function pickleGlobals(bytes: Uint8Array): readonly string[] | undefined {
  const scan = new PickleScan();
  scan.push(bytes);
  return scan.state === 'ended' ? scan.globals() : undefined;
}

/**
 * The same of a pickle that comes in parts. Memory is bounded whatever it holds: what lies in long
 * texts and bytes is skipped. For STACK_GLOBAL the two strings pushed last are taken, with memo
 * references resolved.
 */
export class PickleScan {
  /** `ended` at the end of a whole pickle; `broken` at what is none. */
  state: PickleState = 'open';
  private readonly found = new Set<string>();
  private readonly memo = new Map<number, string>();
  private remembered = 0;
  private strings: string[] = [];
  private pending: Uint8Array = new Uint8Array(0);
  private skipped = 0;
  /** How many ends of lines are to come in a line that is longer than any name. */
  private longLines = 0;

  /** Sorted. */
  globals(): readonly string[] {
    return [...this.found].sort();
  }

  /** Bytes to come that need not be read; hand what follows them to `push`, then. */
  get skippable(): number {
    return this.skipped;
  }

  /** Says that so many of the skippable bytes were left out. */
  skip(bytes: number): void {
    this.skipped -= bytes;
  }

  push(part: Uint8Array): void {
    if (this.isBroken() || part.length === 0) return;
    const bytes = this.pending.length === 0 ? part : joined(this.pending, part);
    let at = 0;
    while (at < bytes.length && !this.isBroken()) {
      const next = this.step(bytes, at);
      if (next === undefined) break;
      at = next;
    }
    this.pending = this.isBroken() ? new Uint8Array(0) : bytes.slice(at);
  }

  private isBroken(): boolean {
    return this.state === 'broken';
  }

  /** Where the next opcode begins; undefined when more bytes are needed. */
  private step(bytes: Uint8Array, at: number): number | undefined {
    if (this.skipped > 0) {
      const count = Math.min(this.skipped, bytes.length - at);
      this.skipped -= count;
      return at + count;
    }
    if (this.longLines > 0) return this.endLine(bytes, at);
    const opcode = bytes[at] ?? 0;
    if (this.state === 'ended' && opcode !== PROTO) return this.fail();
    const form = FORMS.get(opcode);
    if (form === undefined) return this.fail();
    this.state = 'open';
    const next = this.argument(opcode, form, bytes, at + 1);
    if (opcode === DOT && next !== undefined) this.end();
    return next;
  }

  private end(): void {
    this.state = 'ended';
    this.memo.clear();
    this.remembered = 0;
    this.strings = [];
  }

  private fail(): undefined {
    this.state = 'broken';
    return undefined;
  }

  private argument(opcode: number, form: Form, bytes: Uint8Array, at: number): number | undefined {
    if (form === 'line' || form === 'two-lines') return this.lines(opcode, form, bytes, at);
    if (typeof form === 'number') return this.fixed(opcode, bytes, at, at + form);
    const begin = at + LENGTH_BYTES[form];
    if (begin > bytes.length) return undefined;
    const length = wide(bytes, at, begin);
    if (form === 'i4' && length > 0x7fffffff) return this.fail();
    if (length <= LONGEST_TEXT) return this.fixed(opcode, bytes, begin, begin + length);
    this.take(opcode, '');
    this.skipped = length;
    return begin;
  }

  private fixed(opcode: number, bytes: Uint8Array, from: number, to: number): number | undefined {
    if (to > bytes.length) return undefined;
    if (opcode === BINGET || opcode === LONG_BINGET) {
      this.pushText(this.memo.get(wide(bytes, from, to)) ?? '');
    } else if (opcode === BINPUT || opcode === LONG_BINPUT) {
      this.remember(wide(bytes, from, to));
    } else this.take(opcode, STRINGS.has(opcode) ? latin1(bytes, from, to) : '');
    return to;
  }

  private lines(
    opcode: number,
    form: 'line' | 'two-lines',
    bytes: Uint8Array,
    at: number,
  ): number | undefined {
    const first = bytes.indexOf(NEWLINE, at);
    const last = form === 'line' || first < 0 ? first : bytes.indexOf(NEWLINE, first + 1);
    if (last >= 0) {
      const isLong = last - at > LONGEST_TEXT;
      this.take(opcode, isLong ? '' : latin1(bytes, at, last).replace('\n', '.'));
      return last + 1;
    }
    if (bytes.length - at <= LONGEST_TEXT) return undefined;
    if (form === 'two-lines') return this.fail();
    this.take(opcode, '');
    this.longLines = 1;
    return at;
  }

  private endLine(bytes: Uint8Array, at: number): number {
    const end = bytes.indexOf(NEWLINE, at);
    if (end < 0) return bytes.length;
    this.longLines -= 1;
    return end + 1;
  }

  private take(opcode: number, text: string): void {
    if (opcode === GLOBAL || opcode === INST) this.name(text);
    else if (opcode === STACK_GLOBAL) this.name(this.strings.slice(-2).join('.'));
    else if (opcode === MEMOIZE) this.remember(this.remembered);
    else if (opcode === PUT) this.remember(Number(text));
    else if (opcode === GET) this.pushText(this.memo.get(Number(text)) ?? '');
    else if (STRINGS.has(opcode)) this.pushText(text);
  }

  private name(name: string): void {
    if (this.found.size < MOST_NAMES) this.found.add(name);
    else this.state = 'broken';
  }

  private remember(index: number): void {
    this.remembered += 1;
    if (this.memo.size < MOST_REMEMBERED) this.memo.set(index, this.strings.at(-1) ?? '');
  }

  private pushText(text: string): void {
    this.strings = [...this.strings.slice(-1), text];
  }
}

const code = (opcode: string): number => opcode.charCodeAt(0);
const NEWLINE = 10;
const DOT = code('.');
const GLOBAL = code('c');
const INST = code('i');
const STACK_GLOBAL = 0x93;
const MEMOIZE = 0x94;
const [GET, PUT] = [code('g'), code('p')];
const [BINGET, LONG_BINGET] = [code('h'), code('j')];
const [BINPUT, LONG_BINPUT] = [code('q'), code('r')];
const STRINGS = new Set([...'XU\x8c\x8dVST'].map(code));

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const all = new Uint8Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}

/** A number of any width, the lowest byte first. */
function wide(bytes: Uint8Array, from: number, to: number): number {
  let value = 0;
  for (let at = to - 1; at >= from; at--) value = value * 256 + (bytes[at] ?? 0);
  return value;
}

function latin1(bytes: Uint8Array, from: number, to: number): string {
  return String.fromCharCode(...bytes.subarray(from, to));
}
