/**
 * Asks for a page: its place, or the places of the runs that the question names. A place that is slow
 * does not hold up the others: what it brings later is told, and then answered at once.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../../base/errors';
import { isRecord } from '../../base/json';
import { SearchError } from '../../domain/search/error';
import type { ControlRoute, ReplyOf, RequestOf } from '../../protocol/control';
import type { ServerEvent } from '../../protocol/events';
import type { SeriesColumns } from '../../protocol/rows';
import type { TableReply } from '../../protocol/runTable';
import type { Asked } from '../../protocol/webview/panel';
import type { FolderSession } from '../session/folderSession';
import type { Places } from './places';

/** A place that answers later than this is drawn when it does. */
const PATIENCE_MS = 250;
/** What came too late is kept so long for the page that asks again. */
const KEPT_MS = 10_000;

export interface AskingOptions {
  readonly places: Pick<Places, 'ofRun'>;
  /** The place of the page. @throws RunlensError when it is not open */
  readonly place: () => FolderSession;
  /** Something has come that an answer went without. */
  readonly onLate: (events: readonly ServerEvent[]) => void;
  /** Is told why a place brought nothing. */
  readonly log: (message: string) => void;
}

interface Question<R extends ControlRoute> {
  /** That of the page. */
  readonly place: FolderSession;
  readonly route: R;
  readonly request: RequestOf<R>;
  /** The events that say what a late answer brought. */
  readonly told: (reply: ReplyOf<R>) => readonly ServerEvent[];
}

export class Asking {
  private readonly late = new Map<string, { readonly reply: unknown; readonly at: number }>();

  constructor(private readonly options: AskingOptions) {}

  /** @throws RunlensError with the words of the server; a refused filter or order is a value. */
  async ask<R extends ControlRoute>(route: R, request: RequestOf<R>): Promise<Asked<R>> {
    try {
      return { ok: true, value: await this.answer(route, request) };
    } catch (error) {
      if (!(error instanceof SearchError)) throw error;
      const { code, message, position, valid } = error;
      const { filter = '' } = typed<{ filter?: unknown }>(request);
      const text = error.text ?? String(filter);
      return { ok: false, refusal: { code, message, text, position, valid } };
    }
  }

  private async answer<R extends ControlRoute>(
    route: R,
    request: RequestOf<R>,
  ): Promise<ReplyOf<R>> {
    const place = this.options.place();
    // The two that may be about runs of several places.
    if (route === 'POST /api/series') return typed(await this.series(place, typed(request)));
    if (route === 'POST /api/run-table') return typed(await this.table(place, typed(request)));
    const runId = runOf(request);
    const session = runId === undefined ? place : this.options.places.ofRun(runId, place);
    return session.call(route, request);
  }

  private async series(
    place: FolderSession,
    request: RequestOf<'POST /api/series'>,
  ): Promise<ReplyOf<'POST /api/series'>> {
    const groups = this.grouped(place, request.series, ({ runId }) => runId);
    const [only] = groups;
    if (!only) return { series: [] };
    if (groups.length === 1) return only.session.call('POST /api/series', request);
    const replies = await Promise.all(
      groups.map(({ session, items }) =>
        this.patient(session, {
          ...{ place, route: 'POST /api/series', told: pointsOf },
          request: { ...request, series: items },
        }),
      ),
    );
    return { series: replies.flatMap((reply) => reply?.series ?? []) };
  }

  /** Rows in the order in which they were asked for, whatever place they are of. */
  private async table(
    place: FolderSession,
    request: RequestOf<'POST /api/run-table'>,
  ): Promise<TableReply> {
    const route = 'POST /api/run-table';
    const { runIds } = request;
    if (runIds === undefined) return place.call(route, request);
    const groups = this.grouped(place, runIds, (runId) => runId);
    if (groups.length < 2) return (groups[0]?.session ?? place).call(route, request);
    const replies = await Promise.all(
      groups.map(({ session, items }) =>
        this.patient(session, {
          ...{ place, route, told: rowsOf },
          request: { ...request, runIds: items },
        }),
      ),
    );
    return joined(
      replies.filter((reply) => reply !== undefined),
      request,
    );
  }

  private grouped<T>(
    place: FolderSession,
    items: readonly T[],
    runOf: (item: T) => string,
  ): { readonly session: FolderSession; readonly items: readonly T[] }[] {
    const groups = new Map<FolderSession, T[]>();
    for (const item of items) {
      const session = this.options.places.ofRun(runOf(item), place);
      const own = groups.get(session);
      if (own) own.push(item);
      else groups.set(session, [item]);
    }
    return [...groups].map(([session, own]) => ({ session, items: own }));
  }

  /** The page's own place is waited for; what another brings too late is kept and told. */
  private async patient<R extends ControlRoute>(
    session: FolderSession,
    { place, route, request, told }: Question<R>,
  ): Promise<ReplyOf<R> | undefined> {
    if (session === place) return session.call(route, request);
    const key = `${session.folder.root} ${route} ${JSON.stringify(request)}`;
    const kept = this.take(key);
    if (kept) return kept.reply as ReplyOf<R>;
    const isLate = Symbol();
    const held = session.call(route, request).catch((error: unknown) => {
      this.options.log(`${session.folder.name}: ${messageOf(error)}`);
      return undefined;
    });
    const first = await Promise.race([held, delay(PATIENCE_MS, isLate)]);
    if (typeof first !== 'symbol') return first;
    void held.then((reply) => {
      if (reply === undefined) return;
      this.late.set(key, { reply, at: Date.now() });
      this.options.onLate(told(reply));
    });
    return undefined;
  }

  private take(key: string): { readonly reply: unknown } | undefined {
    const now = Date.now();
    for (const [each, { at }] of this.late) if (now - at > KEPT_MS) this.late.delete(each);
    const kept = this.late.get(key);
    this.late.delete(key);
    return kept;
  }
}

/** The route says what both are; the compiler does not follow it into a branch. */
const typed = <T>(value: unknown): T => value as T;

/** The run that is asked about, itself or by a file of it. */
function runOf(request: unknown): string | undefined {
  const { runId, place } = typed<{ runId?: unknown; place?: unknown }>(request);
  const named = runId ?? (isRecord(place) ? place['runId'] : undefined);
  return typeof named === 'string' ? named : undefined;
}

/** As if the points had just been logged: the page asks for the series again. */
const pointsOf = ({ series }: { series: readonly SeriesColumns[] }): readonly ServerEvent[] =>
  series.map(({ runId, key, count, steps, values }) => ({
    type: 'points',
    runId,
    key,
    count,
    lastStep: steps.at(-1) ?? 0,
    lastValue: values.at(-1) ?? 0,
  }));

const rowsOf = ({ rows }: TableReply): readonly ServerEvent[] =>
  rows.map((run) => ({ type: 'run', run }));

function joined(
  replies: readonly TableReply[],
  { runIds = [], columns }: RequestOf<'POST /api/run-table'>,
): TableReply {
  const at = new Map(
    replies.flatMap((reply) =>
      reply.rows.map(({ runId }, row) => [runId, { reply, row }] as const),
    ),
  );
  const found = runIds.flatMap((runId) => at.get(runId) ?? []);
  return {
    rows: found.flatMap(({ reply, row }) => reply.rows[row] ?? []),
    cells: columns.map((_, column) =>
      found.map(({ reply, row }) => reply.cells[column]?.[row] ?? null),
    ),
    total: replies.reduce((sum, { total }) => sum + total, 0),
    until: Math.max(0, ...replies.map(({ until }) => until)),
    // Each place counts in a log of its own: there is none for all.
    seq: 0,
  };
}
