/** The end of a log that grows: its last lines, filtered by text and level, with folded progress bars. */
import { progressRanges } from '../../../src/domain/progressLines';
import {
  isAtLeast,
  type LogTextLine,
  levelMark,
  parseLogLine,
} from '../../../src/protocol/logText';
import type { LogLevel } from '../../../src/protocol/worker';

export interface LogLine extends LogTextLine {
  /** From 1, in what was read. */
  readonly number: number;
  /** Of the record that it belongs to, for the lines of a traceback. */
  readonly inherited: LogLevel | undefined;
}

export interface LogState {
  /** The newest ones, whole. */
  readonly lines: readonly LogLine[];
  /** Without a line end yet. */
  readonly rest: string;
  /** Lines that were read and are not kept. */
  readonly dropped: number;
}

export const NO_LINES: LogState = { lines: [], rest: '', dropped: 0 };
/** Older ones are in the file, which *Open Log* shows. */
const KEPT_LINES = 5000;
/** Characters of a line that are kept: programs print arrays and encoded images as one. */
export const LONGEST_LINE = 10_000;

export function appended(state: LogState, text: string, kept = KEPT_LINES): LogState {
  const raw = `${state.rest}${text}`.split(/\r\n|\n/);
  const rest = cut(raw.pop() ?? '');
  const lines = [...state.lines];
  for (const line of raw) {
    lines.push(lineOf(cut(line), lines.at(-1), state.dropped));
  }
  const gone = Math.max(0, lines.length - kept);
  return { lines: lines.slice(gone), rest, dropped: state.dropped + gone };
}

/** Its beginning, where the time and the level are. */
const cut = (line: string): string =>
  line.length > LONGEST_LINE ? line.slice(0, LONGEST_LINE) : line;

function lineOf(text: string, last: LogLine | undefined, dropped: number): LogLine {
  const parsed = parseLogLine(withoutLooks(text));
  const inherited = parsed.clock === '' ? last?.inherited : parsed.level;
  return { ...parsed, inherited, number: (last?.number ?? dropped) + 1 };
}

/** Colours and weights of a terminal (ECMA-48 8.3.117), which only look like rubbish here. */
// biome-ignore lint/complexity/useRegexLiterals: a literal would hold a control character
const LOOKS = new RegExp('\u001b\\[[\\d;:]*m', 'g');
const withoutLooks = (text: string): string =>
  text.includes('\u001b') ? text.replace(LOOKS, '') : text;

export interface LogFilter {
  /** In any case; empty: all. */
  readonly search: string;
  /** Undefined: also what was printed. */
  readonly least: LogLevel | undefined;
}

export type LogItem =
  | { readonly kind: 'line'; readonly line: LogLine }
  /** Progress bars before the last one of theirs. */
  | { readonly kind: 'fold'; readonly count: number; readonly number: number };

/** Of the line, or of the first line that is folded. */
export const numberOf = (item: LogItem): number =>
  item.kind === 'line' ? item.line.number : item.number;

/** Lines that the filter lets through, with the one that is not ended. */
export function shownLines({ lines, rest, dropped }: LogState, filter: LogFilter): LogLine[] {
  const all = rest === '' ? lines : [...lines, lineOf(rest, lines.at(-1), dropped)];
  return all.filter((line) => isShown(line, filter));
}

/** @param open numbers of the first lines of folds that a person opened. */
export function logItems(
  state: LogState,
  filter: LogFilter,
  open: ReadonlySet<number>,
): readonly LogItem[] {
  const shown = shownLines(state, filter);
  // What was searched for must be seen, also within bars.
  if (filter.search !== '') return shown.map((line) => ({ kind: 'line', line }));
  const items: LogItem[] = [];
  let at = 0;
  for (const { start, end } of progressRanges(shown.map(({ text }) => text))) {
    const number = shown[start]?.number ?? 0;
    while (at < start) at = pushLine(items, shown, at);
    if (open.has(number)) continue;
    items.push({ kind: 'fold', count: end - start + 1, number });
    at = end + 1;
  }
  while (at < shown.length) at = pushLine(items, shown, at);
  return items;
}

function pushLine(items: LogItem[], lines: readonly LogLine[], at: number): number {
  const line = lines[at];
  if (line) items.push({ kind: 'line', line });
  return at + 1;
}

const isShown = (line: LogLine, { search, least }: LogFilter): boolean =>
  (least === undefined || isAtLeast(line.inherited, least)) &&
  (search === '' || line.text.toLowerCase().includes(search.toLowerCase()));

/** As they stand in the file, each with a line end. */
export const logText = (lines: readonly LogLine[]): string =>
  lines
    .map(({ clock, level, text }) => `${clock}${clock && ' '}${levelMark(level)}${text}\n`)
    .join('');
