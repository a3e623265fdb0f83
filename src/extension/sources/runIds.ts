/**
 * Ids of runs that are not in a folder's own store: `<source>:<run>`. The same run may be in a team's
 * server, in an opened folder and imported, and trees and charts tell the three apart.
 */
import type { RunDetail, RunRow, SeriesColumns } from '../../protocol/rows';

/** No run id of MLflow holds it. */
const MARK = ':';

/** The source of a run; undefined when it is in a folder's own store. */
export function sourceOf(runId: string): string | undefined {
  const at = runId.indexOf(MARK);
  return at < 0 ? undefined : runId.slice(0, at);
}

/** The id under which the run's own server knows it. */
export const ownId = (runId: string): string => runId.slice(runId.indexOf(MARK) + 1);

/** Puts a source into what its server answers. */
export class SourceIds {
  constructor(private readonly source: string) {}

  of(runId: string): string {
    return `${this.source}${MARK}${runId}`;
  }

  row<R extends RunRow | RunDetail>(row: R): R {
    const parentRunId = row.parentRunId === undefined ? undefined : this.of(row.parentRunId);
    return { ...row, runId: this.of(row.runId), parentRunId };
  }

  columns(columns: SeriesColumns): SeriesColumns {
    return { ...columns, runId: this.of(columns.runId) };
  }
}
