/** The files of a run, a folder at a time: each level is read when it is opened, and kept up to date. */
import { Emitter, type Event } from '../../src/base/event';
import type { FileRow } from '../../src/protocol/rows';
import type { LiveState } from '../shared/live';
import type { TableRow } from '../shared/table/types';

/** A folder's files as they are read; `Live` is one. */
export interface Level {
  readonly state: LiveState<{ readonly items: readonly FileRow[] }>;
  readonly onDidChange: Event<void>;
  again(): void;
  dispose(): void;
}

/** A file, or what stands in a folder's place while it is read or cannot be. */
export type FileEntry =
  | { readonly is: 'file'; readonly file: FileRow }
  | { readonly is: 'note'; readonly path: string; readonly text: string; readonly failed: boolean };

/** The words of what stands there instead of files. */
export interface LevelTexts {
  readonly reading: string;
  readonly empty: string;
}

export class Levels {
  private readonly levels = new Map<string, Level>();
  private readonly changed = new Emitter<void>();
  readonly onDidChange: Event<void> = this.changed.event;

  /** `read` begins to read a folder; the empty path is the uppermost. */
  constructor(
    private readonly read: (path: string) => Level,
    private readonly texts: LevelTexts,
  ) {}

  /** The uppermost level. */
  get top(): Level {
    return this.level('');
  }

  /** Reads what is open now and was not before; forgets what was closed. */
  setOpen(paths: readonly string[]): void {
    const wanted = new Set(['', ...paths]);
    for (const [path, level] of this.levels) {
      if (wanted.has(path)) continue;
      level.dispose();
      this.levels.delete(path);
    }
    for (const path of wanted) this.level(path);
    this.changed.fire();
  }

  again(path: string): void {
    this.levels.get(path)?.again();
  }

  /** Folders first, then by name; what is in an open folder comes under it. */
  rows(): TableRow<FileEntry>[] {
    return this.rowsOf('', 0);
  }

  dispose(): void {
    for (const level of this.levels.values()) level.dispose();
    this.levels.clear();
    this.changed.dispose();
  }

  private level(path: string): Level {
    const held = this.levels.get(path);
    if (held) return held;
    const level = this.read(path);
    level.onDidChange(() => this.changed.fire());
    this.levels.set(path, level);
    return level;
  }

  private rowsOf(path: string, depth: number): TableRow<FileEntry>[] {
    const { value, problem } = this.level(path).state;
    if (!value && depth === 0) return [];
    if (!value) {
      const text = problem ?? this.texts.reading;
      return [noteRow({ path, text, depth, failed: problem !== undefined })];
    }
    if (value.items.length === 0 && depth > 0) {
      return [noteRow({ path, text: this.texts.empty, depth, failed: false })];
    }
    return [...value.items].sort(compareFiles).flatMap((file) => this.fileRows(file, depth));
  }

  private fileRows(file: FileRow, depth: number): TableRow<FileEntry>[] {
    const row: TableRow<FileEntry> = { id: file.path, value: { is: 'file', file }, depth };
    if (!file.isDirectory) return [row];
    const expanded = this.levels.has(file.path);
    return [{ ...row, expanded }, ...(expanded ? this.rowsOf(file.path, depth + 1) : [])];
  }
}

interface Note {
  readonly path: string;
  readonly text: string;
  readonly depth: number;
  readonly failed: boolean;
}

const noteRow = ({ depth, ...note }: Note): TableRow<FileEntry> => ({
  id: `note ${note.path}`,
  value: { is: 'note', ...note },
  depth,
});

const collator = new Intl.Collator('en', { numeric: true });
const compareFiles = (a: FileRow, b: FileRow): number =>
  Number(b.isDirectory) - Number(a.isDirectory) || collator.compare(a.path, b.path);

export const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
