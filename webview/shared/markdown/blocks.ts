/**
 * Markdown to data: a subset of CommonMark 0.31 with GitHub's tables, task items and strike-through. No
 * HTML: tags are text. Nothing throws, whatever the text is.
 */
import { parseInline } from './inline';
import { isTableAt, parseTable } from './tables';
import type { Block, Item } from './types';

export interface Markdown {
  readonly blocks: readonly Block[];
  /** The text was longer than is drawn. */
  readonly isCut: boolean;
}

/** More is no note. */
export const MOST_CHARACTERS = 100_000;
/** Lists in quotes in lists …: what is deeper is a paragraph. */
const DEEPEST = 12;

export function parseMarkdown(text: string): Markdown {
  const isCut = text.length > MOST_CHARACTERS;
  const read = text
    .slice(0, MOST_CHARACTERS)
    .replace(/\r\n?/g, '\n')
    .replaceAll('\t', '    ')
    .replaceAll('\0', '\uFFFD');
  return { blocks: blocksOf(read.split('\n'), 0), isCut };
}

/** What stands at a line, and the line behind it. */
interface Taken {
  readonly block: Block | undefined;
  readonly next: number;
}
type Reader = (lines: readonly string[], at: number, depth: number) => Taken | undefined;

function blocksOf(lines: readonly string[], depth: number): Block[] {
  const blocks: Block[] = [];
  let at = 0;
  while (at < lines.length) {
    const taken = readBlock(lines, at, depth);
    if (taken.block) blocks.push(taken.block);
    at = taken.next;
  }
  return blocks;
}

function readBlock(lines: readonly string[], at: number, depth: number): Taken {
  for (const read of depth < DEEPEST ? READERS : FLAT_READERS) {
    const taken = read(lines, at, depth);
    if (taken) return taken;
  }
  return paragraph(lines, at, depth);
}

const blank: Reader = (lines, at) =>
  isBlank(lines[at]) ? { block: undefined, next: at + 1 } : undefined;

const FENCE = /^ {0,3}(`{3,}(?=[^`]*$)|~{3,}) *([^\s`]*)/;

const fenced: Reader = (lines, at) => {
  const [, mark, language = ''] = FENCE.exec(lines[at] ?? '') ?? [];
  if (mark === undefined) return undefined;
  let end = at + 1;
  while (end < lines.length && !isFenceEnd(lines[end] ?? '', mark)) end += 1;
  const text = lines.slice(at + 1, end).join('\n');
  return { block: { is: 'code', language, text }, next: end + 1 };
};

function isFenceEnd(line: string, mark: string): boolean {
  const text = line.trim();
  return text.length >= mark.length && text === (mark[0] ?? '').repeat(text.length);
}

const indented: Reader = (lines, at) => {
  if (!/^ {4}/.test(lines[at] ?? '')) return undefined;
  let end = at;
  while (end < lines.length && (isBlank(lines[end]) || /^ {4}/.test(lines[end] ?? ''))) end += 1;
  while (isBlank(lines[end - 1])) end -= 1;
  const text = lines.slice(at, end).map((line) => line.slice(4));
  return { block: { is: 'code', language: '', text: text.join('\n') }, next: end };
};

const heading: Reader = (lines, at) => {
  const line = lines[at] ?? '';
  const [all, marks] = /^ {0,3}(#{1,6})(?= |$)/.exec(line) ?? [];
  if (all === undefined || marks === undefined) return undefined;
  const text = line
    .slice(all.length)
    .trim()
    .replace(/(?:^| )#+$/, '');
  const content = parseInline(text.trim());
  // One without words would be a heading of nothing.
  const block: Block | undefined =
    content.length === 0 ? undefined : { is: 'heading', level: marks.length, content };
  return { block, next: at + 1 };
};

const rule: Reader = (lines, at) =>
  isRule(lines[at] ?? '') ? { block: { is: 'rule' }, next: at + 1 } : undefined;

function isRule(line: string): boolean {
  const marks = line.replaceAll(' ', '');
  return marks.length >= 3 && '-*_'.includes(marks[0] ?? ' ') && isOnly(marks);
}
const isOnly = (marks: string): boolean => marks === (marks[0] ?? '').repeat(marks.length);

const QUOTE = /^ {0,3}> ?/;

const quote: Reader = (lines, at, depth) => {
  if (!QUOTE.test(lines[at] ?? '')) return undefined;
  let end = at;
  while (end < lines.length && QUOTE.test(lines[end] ?? '')) end += 1;
  const inner = lines.slice(at, end).map((line) => line.replace(QUOTE, ''));
  return { block: { is: 'quote', blocks: blocksOf(inner, depth + 1) }, next: end };
};

const table: Reader = (lines, at) => {
  if (!isTableAt(lines, at)) return undefined;
  return parseTable(lines, at);
};

interface Marker {
  /** `-`, `*`, `+`, `.` or `)`: another one begins another list. */
  readonly sort: string;
  readonly start: number | undefined;
  /** Columns before the content. */
  readonly width: number;
}

function markerOf(line: string): Marker | undefined {
  const [all, indent = '', mark = '', spaces = ''] =
    /^( {0,3})([-*+]|\d{1,9}[.)])( {1,4}(?! )| (?= )|$)/.exec(line) ?? [];
  if (all === undefined || isRule(line)) return undefined;
  const start = /^\d/.test(mark) ? Number.parseInt(mark, 10) : undefined;
  const width = indent.length + mark.length + Math.max(1, spaces.length);
  return { sort: mark.slice(-1), start, width };
}

const list: Reader = (lines, at, depth) => {
  const first = markerOf(lines[at] ?? '');
  if (!first) return undefined;
  const items: Item[] = [];
  let next = at;
  for (;;) {
    const marker = markerOf(lines[next] ?? '');
    if (!marker || marker.sort !== first.sort) break;
    const end = endOfItem(lines, next, marker);
    items.push(itemOf(lines.slice(next, end), marker, depth));
    next = end;
  }
  return { block: { is: 'list', start: first.start, items }, next };
};

/** Lines that are indented belong to it, and those that go on with its paragraph. */
function endOfItem(lines: readonly string[], at: number, { width }: Marker): number {
  let end = at + 1;
  while (end < lines.length) {
    const line = lines[end] ?? '';
    const isInside = isBlank(line) || indentOf(line) >= width;
    const goesOn = !isBlank(lines[end - 1]) && !beginsBlock(lines, end) && !markerOf(line);
    if (!isInside && !goesOn) break;
    end += 1;
  }
  return end;
}

function itemOf(lines: readonly string[], { width }: Marker, depth: number): Item {
  const inner = lines.map((line, i) =>
    i === 0 ? line.slice(width) : line.slice(Math.min(width, indentOf(line))),
  );
  const [, mark, rest] = /^\[([ xX])\] (.*)$/.exec(inner[0] ?? '') ?? [];
  const content = mark === undefined ? inner : [rest ?? '', ...inner.slice(1)];
  const checked = mark === undefined ? undefined : mark !== ' ';
  return { checked, blocks: blocksOf(content, depth + 1) };
}

/** Ends at a blank line or where another block begins; a line of `=` or `-` makes it a heading. */
function paragraph(lines: readonly string[], at: number, _depth: number): Taken {
  let end = at + 1;
  while (end < lines.length && !isBlank(lines[end])) {
    const underline = /^ {0,3}(=+|-+) *$/.exec(lines[end] ?? '')?.[1];
    if (underline !== undefined) {
      const content = inlineOf(lines.slice(at, end));
      const level = underline[0] === '=' ? 1 : 2;
      return { block: { is: 'heading', level, content }, next: end + 1 };
    }
    if (beginsBlock(lines, end)) break;
    end += 1;
  }
  return { block: { is: 'paragraph', content: inlineOf(lines.slice(at, end)) }, next: end };
}

const inlineOf = (lines: readonly string[]) =>
  parseInline(
    lines
      .map((line) => line.replace(/^ +/, ''))
      .join('\n')
      .trim(),
  );

/** Whether a line ends a paragraph; a list does so only when it begins with 1. */
function beginsBlock(lines: readonly string[], at: number): boolean {
  const line = lines[at] ?? '';
  if (/^ {0,3}(?:#{1,6}(?: |$)|>)/.test(line) || FENCE.test(line) || isRule(line)) return true;
  const marker = markerOf(line);
  return (marker !== undefined && (marker.start ?? 1) === 1) || isTableAt(lines, at);
}

const isBlank = (line: string | undefined): boolean => line !== undefined && line.trim() === '';
const indentOf = (line: string): number => line.length - line.replace(/^ +/, '').length;

const FLAT_READERS: readonly Reader[] = [blank, fenced];
const READERS: readonly Reader[] = [blank, fenced, heading, rule, quote, list, table, indented];
