/** What the Charts page is told: the shown runs with their metrics, and the series it asks for. */
import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../../base/errors';
import { Emitter } from '../../base/event';
import type { RequestOf } from '../../protocol/control';
import type { RunDetail, RunRow, SeriesColumns } from '../../protocol/rows';
import type { ChartRun, ChartsSeriesRequest, ChartsState } from '../../protocol/webview/charts';
import type { FolderSession } from '../session/folderSession';
import type { Sessions } from '../session/sessions';
import type { ShownRun, ShownRuns } from '../session/shown';
import { sourceOf } from '../sources/runIds';
import { isSource, type SourceSession } from '../sources/sourceSession';
import type { Sources } from '../sources/sources';

/** A source that answers later than this is drawn when it does: the others do not wait for it. */
const PATIENCE_MS = 250;

export interface ChartsDataOptions {
  readonly sessions: Sessions;
  readonly sources: Sources;
  readonly shown: ShownRuns;
  /** Is told why a source brought nothing. */
  readonly log: (message: string) => void;
}

export class ChartsData {
  private readonly arrived = new Emitter<void>();
  /** Something of a source has come that an answer went without. */
  readonly onDidArrive = this.arrived.event;
  /** How often a series came too late: with it the page sees that there is something to ask for. */
  private readonly late = new Map<string, number>();

  constructor(private readonly options: ChartsDataOptions) {}

  async state(): Promise<ChartsState> {
    const { sessions, shown } = this.options;
    await Promise.all(sessions.all.map((session) => session.ready()));
    const runs = await Promise.all(shown.runs.map((run) => this.chartRun(run)));
    return { runs: runs.filter((run) => run !== undefined), problem: this.problem() };
  }

  /** Asks each run's own server, all at once. */
  async series(request: ChartsSeriesRequest): Promise<{ series: readonly SeriesColumns[] }> {
    const { series, ...range } = request;
    const bySession = new Map<FolderSession, ChartsSeriesRequest['series'][number][]>();
    for (const each of series) {
      const session = this.ofRun(each.runId);
      if (session) bySession.set(session, [...(bySession.get(session) ?? []), each]);
    }
    const replies = await Promise.all(
      [...bySession].map(([session, own]) => this.seriesOf(session, { ...range, series: own })),
    );
    return { series: replies.flat() };
  }

  private ofRun(runId: string): FolderSession | undefined {
    return this.options.sessions.ofRun(runId) ?? this.options.sources.ofRun(runId);
  }

  private async seriesOf(
    session: FolderSession,
    request: RequestOf<'POST /api/series'>,
  ): Promise<readonly SeriesColumns[]> {
    const reply = session.call('POST /api/series', request).then(({ series }) => series);
    if (!isSource(session)) return reply;
    const isLate = Symbol();
    const held = reply.catch((error: unknown) => {
      this.options.log(`${session.info.name}: ${messageOf(error)}`);
      return undefined;
    });
    const first = await Promise.race([held, delay(PATIENCE_MS, isLate)]);
    if (typeof first !== 'symbol') return first ?? [];
    void held.then((series) => {
      for (const each of series ?? []) this.countLate(each);
      if (series) this.arrived.fire();
    });
    return [];
  }

  private countLate({ runId, key }: SeriesColumns): void {
    const id = `${runId} ${key}`;
    this.late.set(id, (this.late.get(id) ?? 0) + 1);
  }

  private async chartRun({ row, slot }: ShownRun): Promise<ChartRun | undefined> {
    const session = this.ofRun(row.runId);
    if (!session) return undefined;
    const detail = isSource(session)
      ? this.detailOfSource(session, row.runId)
      : await detailOf(session, row.runId);
    const { runId, experimentId, status } = row;
    const experiment = session.experiments.experiment(experimentId)?.name ?? experimentId;
    return {
      runId,
      name: this.nameOf(session, row),
      experiment: isSource(session) ? `${session.info.name}: ${experiment}` : experiment,
      running: status === 'RUNNING',
      slot,
      metrics: (detail?.metrics ?? []).map((metric) => ({
        key: metric.key,
        count: session.revisionOf(metric, runId) + (this.late.get(`${runId} ${metric.key}`) ?? 0),
      })),
    };
  }

  /** What is known already; the rest follows. */
  private detailOfSource(session: SourceSession, runId: string): RunDetail | undefined {
    const held = session.experiments.detail(runId);
    if (held || session.state.kind !== 'up') return held;
    session.ensureDetail(runId).then(
      () => this.arrived.fire(),
      (error: unknown) => this.options.log(`${session.info.name}: ${messageOf(error)}`),
    );
    return undefined;
  }

  /** Runs of steps are named after the step: `fit · 2026_11_21-03_05_00` tells them apart. */
  private nameOf(session: FolderSession, { parentRunId, name, experimentId }: RunRow): string {
    const outer = parentRunId === undefined ? undefined : session.experiments.run(parentRunId);
    if (!outer) return name;
    const experiment = session.experiments.experiment(experimentId)?.name ?? '';
    return `${name} · ${withoutPrefix(outer.name, `${experiment}-`)}`;
  }

  private problem(): string | undefined {
    const { sessions, sources, shown } = this.options;
    const down = sessions.all.find((session) => session.state.kind === 'down');
    if (down?.state.kind === 'down') {
      return `The server of ${down.folder.name} is not running: ${down.state.message}`;
    }
    const used = new Set(shown.runs.map(({ row }) => sourceOf(row.runId)));
    const source = sources.all.find(
      ({ info, state }) => state.kind === 'down' && used.has(info.id),
    );
    return source?.state.kind === 'down'
      ? `${source.info.name}: ${source.state.message}`
      : undefined;
  }
}

/** Without its server a run still has what was read of it before. */
async function detailOf(session: FolderSession, runId: string): Promise<RunDetail | undefined> {
  if (session.state.kind === 'up') return session.ensureDetail(runId);
  return session.experiments.detail(runId);
}

const withoutPrefix = (text: string, prefix: string): string =>
  text.startsWith(prefix) ? text.slice(prefix.length) : text;
