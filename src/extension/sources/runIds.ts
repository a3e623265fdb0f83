/**
 * Ids of runs that are not in a folder's own store: `<source>:<run>`. The same run may be in a team's
 * server, in an opened folder and imported, and trees and charts tell the three apart.
 */
import type { RunDetail, RunRow, SeriesColumns } from '../../protocol/rows';
import type { BulkReply, BulkRequest, TableReply } from '../../protocol/runTable';

/** No run id of MLflow holds it. */
const MARK = ':';

/** The source of a run; undefined when it is in a folder's own store. */
export function sourceOf(runId: string): string | undefined {
  const at = runId.indexOf(MARK);
  return at < 0 ? undefined : runId.slice(0, at);
}

/** The id under which the run's own server knows it. */
export const ownId = (runId: string): string => runId.slice(runId.indexOf(MARK) + 1);

/** A question about the table of runs, with the ids that the runs' own server knows. */
export function ownTable<
  R extends { readonly runIds?: readonly string[]; readonly parent?: string },
>(request: R): R {
  const { runIds, parent } = request;
  return {
    ...request,
    ...(runIds && { runIds: runIds.map(ownId) }),
    ...(parent !== undefined && { parent: ownId(parent) }),
  };
}

export function ownChange({ runs, change }: BulkRequest): BulkRequest {
  const isList = (given: BulkRequest['runs']): given is readonly string[] => Array.isArray(given);
  return {
    runs: isList(runs) ? runs.map(ownId) : { ...runs, except: (runs.except ?? []).map(ownId) },
    change:
      change.do === 'retag'
        ? { ...change, before: change.before.map((tag) => ({ ...tag, runId: ownId(tag.runId) })) }
        : change,
  };
}

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

  table(reply: TableReply): TableReply {
    return { ...reply, rows: reply.rows.map((row) => this.row(row)) };
  }

  changed({ runIds, before }: BulkReply): BulkReply {
    return {
      runIds: runIds.map((runId) => this.of(runId)),
      ...(before && { before: before.map((tag) => ({ ...tag, runId: this.of(tag.runId) })) }),
    };
  }

  columns(columns: SeriesColumns): SeriesColumns {
    return { ...columns, runId: this.of(columns.runId) };
  }
}
