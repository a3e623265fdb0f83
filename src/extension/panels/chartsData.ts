/** What the Charts page is told: the shown runs with their metrics, and the series it asks for. */
import type { RunRow, SeriesColumns } from '../../protocol/rows';
import type { ChartRun, ChartsSeriesRequest, ChartsState } from '../../protocol/webview/charts';
import type { FolderSession } from '../session/folderSession';
import type { Sessions } from '../session/sessions';
import type { ShownRun, ShownRuns } from '../session/shown';

export class ChartsData {
  constructor(
    private readonly sessions: Sessions,
    private readonly shown: ShownRuns,
  ) {}

  async state(): Promise<ChartsState> {
    await Promise.all(this.sessions.all.map((session) => session.ready()));
    const runs = await Promise.all(this.shown.runs.map((run) => this.chartRun(run)));
    return { runs: runs.filter((run) => run !== undefined), problem: this.problem() };
  }

  /** Asks each run's own server, all at once. */
  async series(request: ChartsSeriesRequest): Promise<{ series: readonly SeriesColumns[] }> {
    const { series, ...range } = request;
    const bySession = new Map<FolderSession, ChartsSeriesRequest['series'][number][]>();
    for (const each of series) {
      const session = this.sessions.ofRun(each.runId);
      if (session) bySession.set(session, [...(bySession.get(session) ?? []), each]);
    }
    const replies = await Promise.all(
      [...bySession].map(([session, own]) =>
        session.call('POST /api/series', { ...range, series: own }),
      ),
    );
    return { series: replies.flatMap((reply) => reply.series) };
  }

  private async chartRun({ row, slot }: ShownRun): Promise<ChartRun | undefined> {
    const session = this.sessions.ofRun(row.runId);
    if (!session) return undefined;
    // Without its server a run still has what was read of it before.
    const detail =
      session.state.kind === 'up'
        ? await session.ensureDetail(row.runId)
        : session.experiments.detail(row.runId);
    const { experimentId, status } = row;
    return {
      runId: row.runId,
      name: this.nameOf(session, row),
      experiment: session.experiments.experiment(experimentId)?.name ?? experimentId,
      running: status === 'RUNNING',
      slot,
      metrics: (detail?.metrics ?? []).map(({ key, count }) => ({ key, count })),
    };
  }

  /** Runs of steps are named after the step: `fit · 2026_11_21-03_05_00` tells them apart. */
  private nameOf(session: FolderSession, { parentRunId, name, experimentId }: RunRow): string {
    const outer = parentRunId === undefined ? undefined : session.experiments.run(parentRunId);
    if (!outer) return name;
    const experiment = session.experiments.experiment(experimentId)?.name ?? '';
    return `${name} · ${withoutPrefix(outer.name, `${experiment}-`)}`;
  }

  private problem(): string | undefined {
    const down = this.sessions.all.find((session) => session.state.kind === 'down');
    if (down?.state.kind !== 'down') return undefined;
    return `The server of ${down.folder.name} is not running: ${down.state.message}`;
  }
}

const withoutPrefix = (text: string, prefix: string): string =>
  text.startsWith(prefix) ? text.slice(prefix.length) : text;
