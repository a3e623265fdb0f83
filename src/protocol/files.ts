/** Files of runs and artifacts as the artifact viewer shows them: facts, and pages of tables. */
import type { ModelFiles } from './models';

/** `path` is relative to the artifact's data or the run's artifacts, with `/`. */
export type FilePlace =
  | { readonly artifactId: string; readonly path: string }
  | { readonly runId: string; readonly path: string; readonly source?: string };

export const TABLE_FORMATS = ['csv', 'tsv', 'json', 'jsonl', 'parquet', 'npy'] as const;
export type TableFormat = (typeof TABLE_FORMATS)[number];

/** How a file is shown. */
export type FileView =
  | { readonly kind: 'table'; readonly format: TableFormat }
  | {
      readonly kind: 'image';
      readonly mediaType: string;
      /** In pixels, where the head of the file says it. */
      readonly width?: number;
      readonly height?: number;
    }
  | { readonly kind: 'svg' | 'audio' | 'video' | 'pdf'; readonly mediaType: string }
  | { readonly kind: 'text' | 'markdown' | 'html' | 'mlmodel'; readonly language: string }
  /** Python pickle (also in .pkl, .joblib, .pt, .npy of objects): what it would import, unread. */
  | { readonly kind: 'pickle'; readonly globals: readonly string[]; readonly complete: boolean }
  | {
      readonly kind: 'archive';
      readonly entries: readonly { readonly path: string; readonly size: number }[];
      /** Entries there are. */
      readonly total: number;
    }
  | { readonly kind: 'binary' };

export interface FileFacts {
  /** Absolute path on the server's machine. */
  readonly file: string;
  readonly size: number;
  readonly modified: number;
  readonly view: FileView;
  /** Why the file is not what its name says, or cannot be shown. */
  readonly problem?: string;
  /** Of a `binary` file: its first bytes in hexadecimal, at most 512. */
  readonly head?: string;
  /** Of an `mlmodel` that can be read: what it and the files beside it say. */
  readonly model?: ModelFiles;
}

export interface TablePageRequest {
  readonly place: FilePlace;
  /** Row of the first, from 0. */
  readonly offset: number;
  /** At most 1000. Of a wide table fewer rows are answered, with a note: go on behind the last of them. */
  readonly limit: number;
  /** Only where `FileTable.sortable`. */
  readonly orderBy?: { readonly column: number; readonly descending: boolean };
}

export type TableCell = string | number | boolean | null;

export interface FileTable {
  readonly format: TableFormat;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** Longer texts are cut at 1000 characters, with `…`; numbers beyond JSON's are texts. */
  readonly rows: readonly (readonly TableCell[])[];
  /** Undefined until the end was seen. */
  readonly total: number | undefined;
  /** Files up to 64 MB can be sorted, as long as they have at most 5 million rows. */
  readonly sortable: boolean;
  /** Rows that do not fit the header, values that could not be decoded … */
  readonly note?: string;
}

/** Text from a byte offset, cut at a line's end where there is one; for files too big for an editor. */
export interface TextPageRequest {
  readonly place: FilePlace;
  readonly from: number;
  /** At most 1 MiB. */
  readonly bytes: number;
}
export interface TextPage {
  readonly text: string;
  readonly next: number;
  readonly size: number;
}

/** Its routes; see `ControlApi`. */
export interface FilesApi {
  'POST /api/file-facts': { request: FilePlace; reply: FileFacts };
  /** A page of a file that is a table; only what the page needs is read. */
  'POST /api/file-table': { request: TablePageRequest; reply: FileTable };
  'POST /api/file-text': { request: TextPageRequest; reply: TextPage };
}
