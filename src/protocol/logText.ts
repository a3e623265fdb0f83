// Lines of a step's log as they stand in its file, for whoever filters them by level.
import { LOG_LEVELS, type LogLevel } from './worker';

export interface LogTextLine {
  /** `12:41:04.576`; empty for the further lines of a text with line ends of its own. */
  readonly clock: string;
  /** Of a logging record, a warning or an exception; undefined for what was printed. */
  readonly level: LogLevel | undefined;
  readonly text: string;
}

/** What stands before the text of a line with a level: `[warning] `. */
export const levelMark = (level: LogLevel | undefined): string =>
  level === undefined ? '' : `[${level}] `;

const LINE = new RegExp(
  `^(\\d\\d:\\d\\d:\\d\\d\\.\\d{3}) (?:\\[(${LOG_LEVELS.join('|')})\\] )?(.*)$`,
  's',
);

/** A printed text that begins with `[error] ` counts as one: that is how people write it, too. */
export function parseLogLine(line: string): LogTextLine {
  const found = LINE.exec(line);
  if (!found) return { clock: '', level: undefined, text: line };
  const [, clock = '', level, text = ''] = found;
  return { clock, level: LOG_LEVELS.find((one) => one === level), text };
}

/** Whether a level is at least as grave as another. What was printed is below all of them. */
export function isAtLeast(level: LogLevel | undefined, least: LogLevel): boolean {
  return level !== undefined && LOG_LEVELS.indexOf(level) >= LOG_LEVELS.indexOf(least);
}
