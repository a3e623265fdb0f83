/**
 * Emphasis, code, links: the text of one block. A subset of CommonMark 0.31 §6; the time is linear in the
 * text's length but for nesting, which is bounded.
 */
import { linkTarget } from './links';
import { bracketEnds, codeEnds } from './spans';
import type { Inline, LinkTarget } from './types';

/** Emphasis in emphasis in …: what is deeper is text. */
const DEEPEST = 8;

export const parseInline = (text: string): Inline[] => new InlineParser(text, 0, false).parse();

interface Taken {
  readonly node: Inline;
  /** Offset behind it. */
  readonly end: number;
}

class InlineParser {
  private readonly made: Inline[] = [];
  private plain = '';
  private at = 0;
  private readonly codes: ReadonlyMap<number, number>;
  private readonly brackets: ReadonlyMap<number, number>;
  /** Delimiters that have no closing one behind here, so that nobody looks twice. */
  private readonly unclosed = new Set<string>();

  constructor(
    private readonly text: string,
    private readonly depth: number,
    /** There are no links in links. */
    private readonly isInLink: boolean,
  ) {
    this.codes = codeEnds(text);
    this.brackets = bracketEnds(text, this.codes);
  }

  parse(): Inline[] {
    while (this.at < this.text.length) this.step();
    this.flush();
    return this.made;
  }

  private step(): void {
    if (this.escape() || this.lineBreak()) return;
    const taken = this.code() ?? this.link() ?? this.address() ?? this.emphasis();
    if (!taken) {
      this.plain += this.text[this.at];
      this.at += 1;
      return;
    }
    this.flush();
    this.made.push(taken.node);
    this.at = taken.end;
  }

  private flush(): void {
    if (this.plain !== '') this.made.push({ is: 'text', text: this.plain });
    this.plain = '';
  }

  private escape(): boolean {
    const next = this.text[this.at + 1];
    if (this.text[this.at] !== '\\' || next === undefined || !ESCAPABLE.test(next)) return false;
    this.plain += next;
    this.at += 2;
    return true;
  }

  /** Two spaces or a backslash before it make it a break, else it is a space. */
  private lineBreak(): boolean {
    const { text, at } = this;
    const isBackslash = text[at] === '\\' && text[at + 1] === '\n';
    if (text[at] !== '\n' && !isBackslash) return false;
    const isHard = isBackslash || this.plain.endsWith('  ');
    this.plain = trimmedEnd(this.plain);
    if (isHard) {
      this.flush();
      this.made.push({ is: 'break' });
    } else {
      this.plain += ' ';
    }
    this.at += isBackslash ? 2 : 1;
    return true;
  }

  private code(): Taken | undefined {
    const end = this.codes.get(this.at);
    if (end === undefined) return undefined;
    const raw = this.text.slice(this.at, end);
    const fence = ticksAt(raw, 0);
    const inner = raw.slice(fence, raw.length - fence).replaceAll('\n', ' ');
    const isPadded = inner.startsWith(' ') && inner.endsWith(' ') && inner.trim() !== '';
    return { node: { is: 'code', text: isPadded ? inner.slice(1, -1) : inner }, end };
  }

  /** `[text](address "title")`, and images, of which only the text is shown: nothing is fetched. */
  private link(): Taken | undefined {
    const { text, at } = this;
    const isImage = text[at] === '!' && text[at + 1] === '[';
    const open = isImage ? at + 1 : at;
    const close = text[open] === '[' ? this.brackets.get(open) : undefined;
    if (close === undefined) return undefined;
    DESTINATION.lastIndex = close + 1;
    const found = DESTINATION.exec(text);
    if (!found) return undefined;
    const address = (found[1] ?? found[2] ?? '').replace(/\\([!-/:-@[-`{-~])/g, '$1');
    const label = text.slice(open + 1, close);
    return { node: this.linkNode(label, address), end: DESTINATION.lastIndex };
  }

  private linkNode(label: string, address: string): Inline {
    const target = this.isInLink ? undefined : linkTarget(address);
    const content = this.inner(label === '' ? address : label, target !== undefined);
    // What leads nowhere is still readable: its text, then the address.
    if (!target) return { is: 'text', text: `${plainText(content)} (${address})` };
    return { is: 'link', target, content };
  }

  /** `<https://…>`, and addresses as they are. */
  private address(): Taken | undefined {
    const { text, at } = this;
    if (this.isInLink || isWord(text[at - 1])) return undefined;
    const isAngled = text[at] === '<';
    ADDRESS.lastIndex = isAngled ? at + 1 : at;
    const found = ADDRESS.exec(text)?.[0];
    if (found === undefined) return undefined;
    if (isAngled && text[at + 1 + found.length] !== '>') return undefined;
    const address = isAngled ? found : found.replace(/[.,:;!?*_~]+$/, '');
    const target: LinkTarget | undefined = linkTarget(address);
    if (!target) return undefined;
    const end = at + address.length + (isAngled ? 2 : 0);
    return { node: { is: 'link', target, content: [{ is: 'text', text: address }] }, end };
  }

  private emphasis(): Taken | undefined {
    const { text, at } = this;
    for (const [mark, is] of MARKS) {
      if (!text.startsWith(mark, at)) continue;
      const close = this.closing(mark);
      if (close === undefined) continue;
      const content = this.inner(text.slice(at + mark.length, close), this.isInLink);
      return { node: { is, content }, end: close + mark.length };
    }
    return undefined;
  }

  private closing(mark: string): number | undefined {
    const { text, at } = this;
    const from = at + mark.length;
    const isClosedUp = isSpace(text[from]);
    if (this.unclosed.has(mark) || isClosedUp || this.depth >= DEEPEST) return undefined;
    if (mark[0] === '_' && isWord(text[at - 1])) return undefined;
    for (let i = from + 1; i < text.length; i += 1) {
      const close = text[i] === mark[0] ? closingIn(text, i, mark) : undefined;
      if (close !== undefined) return close;
      if (text[i] === '\\') i += 1;
      else if (this.codes.has(i)) i = (this.codes.get(i) ?? i) - 1;
      else if (text[i] === mark[0]) i = endOfRun(text, i) - 1;
    }
    this.unclosed.add(mark);
    return undefined;
  }

  private inner(text: string, isInLink: boolean): Inline[] {
    if (this.depth >= DEEPEST) return [{ is: 'text', text }];
    return new InlineParser(text, this.depth + 1, isInLink).parse();
  }
}

const MARKS = [
  ['**', 'strong'],
  ['__', 'strong'],
  ['~~', 'strike'],
  ['*', 'emphasis'],
  ['_', 'emphasis'],
] as const;

const ESCAPABLE = /[!-/:-@[-`{-~]/;
/** The address and the title behind a link's text; each part begins with a letter of its own. */
const DESTINATION =
  /\(\s*(?:<([^<>\n]*)>|((?:[^\s()\\]|\\[^\s]|\([^\s()]*\))*))(?:\s+(?:"[^"]*"|'[^']*'))?\s*\)/y;
const ADDRESS = /(?:https?|runs|models):\/+[^\s<>()[\]"'`\\|]{1,2001}/iy;

/** Where the mark closes in the run at `at`: one of its own length, or the end of three, which close two marks. */
function closingIn(text: string, at: number, mark: string): number | undefined {
  const end = endOfRun(text, at);
  const fits = end - at === mark.length || (end - at === 3 && mark[0] !== '~');
  if (!fits || isSpace(text[at - 1])) return undefined;
  return mark[0] === '_' && isWord(text[end]) ? undefined : end - mark.length;
}

function endOfRun(text: string, at: number): number {
  let end = at;
  while (text[end] === text[at] && end < text.length) end += 1;
  return end;
}

const ticksAt = (text: string, at: number): number => endOfRun(text, at) - at;
const isSpace = (letter: string | undefined): boolean => letter === undefined || /\s/.test(letter);
const isWord = (letter: string | undefined): boolean =>
  letter !== undefined && /[\p{L}\p{N}_]/u.test(letter);

/** Without a pattern: one would look at every space of a long run again. */
function trimmedEnd(text: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === ' ') end -= 1;
  return text.slice(0, end);
}

/** The words of a content, without its form. */
export function plainText(content: readonly Inline[]): string {
  return content
    .map((node) => {
      if (node.is === 'text' || node.is === 'code') return node.text;
      return node.is === 'break' ? ' ' : plainText(node.content);
    })
    .join('');
}
