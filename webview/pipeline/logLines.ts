/** The end of a log that grows: its last lines, filtered by text and level, with folded progress bars. */
import { progressRanges } from '../../src/domain/progressLines';
import { isAtLeast, type LogTextLine, parseLogLine } from '../../src/protocol/logText';
import type { LogLevel } from '../../src/protocol/worker';

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
export const KEPT_LINES = 5000;

export function appended(state: LogState, text: string, kept = KEPT_LINES): LogState {
  const raw = `${state.rest}${text}`.split(/\r\n|\n/);
  const rest = raw.pop() ?? '';
  const lines = [...state.lines];
  for (const line of raw) {
    const parsed = parseLogLine(line);
    const last = lines.at(-1);
    const inherited = parsed.clock === '' ? last?.inherited : parsed.level;
    lines.push({ ...parsed, inherited, number: (last?.number ?? state.dropped) + 1 });
  }
  const gone = Math.max(0, lines.length - kept);
  return { lines: lines.slice(gone), rest, dropped: state.dropped + gone };
}

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

/** @param open numbers of the first lines of folds that a person opened. */
export function logItems(
  { lines, rest }: LogState,
  filter: LogFilter,
  open: ReadonlySet<number>,
): readonly LogItem[] {
  const all = rest === '' ? lines : [...lines, lineOf(rest, lines.at(-1))];
  const shown = all.filter((line) => isShown(line, filter));
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

function lineOf(text: string, last: LogLine | undefined): LogLine {
  const parsed = parseLogLine(text);
  const inherited = parsed.clock === '' ? last?.inherited : parsed.level;
  return { ...parsed, inherited, number: (last?.number ?? 0) + 1 };
}

const isShown = (line: LogLine, { search, least }: LogFilter): boolean =>
  (least === undefined || isAtLeast(line.inherited, least)) &&
  (search === '' || line.text.toLowerCase().includes(search.toLowerCase()));
