/** Places of source that Python's tracebacks name: `File "x.py", line 3`. Knows no VS Code. */
import * as path from 'node:path';

export interface SourceLink {
  /** Characters of the text that are the link. */
  readonly start: number;
  readonly end: number;
  /** Absolute path. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

const PLACE = /File "([^"\n]+)", line (\d+)/g;

/** @param root folder that relative paths are meant from. */
export function sourceLinks(text: string, root: string): readonly SourceLink[] {
  return [...text.matchAll(PLACE)].flatMap((match): SourceLink[] => {
    const [whole, file = '', line = ''] = match;
    // `<string>`, `<frozen importlib._bootstrap>` and the like are no files.
    if (file.startsWith('<')) return [];
    const start = match.index;
    const absolute = path.isAbsolute(file) ? file : path.join(root, file);
    return [{ start, end: start + whole.length, file: absolute, line: Number(line) }];
  });
}
