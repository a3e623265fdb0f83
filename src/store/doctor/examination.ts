// What the checks of the doctor share.
import type { SqlJsStatic } from 'sql.js';
import type { FileLayer } from '../files';
import type { Report } from './report';

/** What the checks share. */
export interface Examination {
  readonly files: FileLayer;
  readonly data: string;
  /** The folder of snapshots and journals. */
  readonly store: string;
  readonly sqlite: SqlJsStatic;
  readonly isLive: boolean;
  readonly report: Report;
  folderOf(artifactUri: string): string | undefined;
}
