/** Stretches of progress bars in a log, to be folded away. */

export interface LineRange {
  /** Both from 0, both included. */
  readonly start: number;
  readonly end: number;
}

/** tqdm (`45%|####  | 9/20 [00:01<…]`), rich and keras (`9/20 [====>`), pip and wget (`45% |`). */
const BAR = /\d{1,3}%\s*\||\b\d+\/\d+\s+[[━─]|[━█▉▊▋▌▍▎▏#=]{6,}/;

/** Two or more bars in a row; the last one, which says how it ended, stays in sight. */
export function progressRanges(lines: readonly string[]): readonly LineRange[] {
  const ranges: LineRange[] = [];
  let start: number | undefined;
  for (let at = 0; at <= lines.length; at += 1) {
    const isBar = at < lines.length && BAR.test(lines[at] ?? '');
    if (isBar) start ??= at;
    else if (start !== undefined) {
      if (at - start > 2) ranges.push({ start, end: at - 2 });
      start = undefined;
    }
  }
  return ranges;
}
