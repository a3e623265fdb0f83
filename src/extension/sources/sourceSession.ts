/** What the views know of one source: a session that is asked only when someone looks. No VS Code. */

import type { FileRow, MetricRow } from '../../protocol/rows';
import { FolderSession } from '../session/folderSession';
import type { ServerState } from '../session/serverPort';
import type { FetchOptions, SourceInfo, SourcePort } from './sourcePort';

export class SourceSession extends FolderSession {
  /** Who looks at it now. */
  private readonly watchers = new Set<string>();

  constructor(
    readonly port: SourcePort,
    report: (error: unknown) => void,
  ) {
    super(folderOf(port.info), port, report);
    this.store.add(
      port.onDetail((detail) => {
        if (!this.experiments.detail(detail.runId)) return;
        this.experiments.setDetail(detail, this.experiments.mark());
        const { runId } = detail;
        this.announce(
          [
            { kind: 'run', runId },
            { kind: 'metrics', runId },
          ],
          [],
        );
      }),
    );
  }

  get info(): SourceInfo {
    return this.port.info;
  }

  /** Asks the source when it was not asked yet; settles when it is known whether it is there. */
  override async ready(): Promise<ServerState> {
    if (this.state.kind === 'starting') await this.port.connect();
    return this.state;
  }

  /** @param who a view: the source is asked for news while at least one looks at it. */
  watch(who: string, isWatching: boolean): void {
    if (isWatching) this.watchers.add(who);
    else this.watchers.delete(who);
    this.port.watch(this.watchers.size > 0);
  }

  override revisionOf(metric: MetricRow, runId: string): number {
    return this.port.revisionOf(runId, metric.key) ?? super.revisionOf(metric, runId);
  }

  fetchFile(runId: string, row: FileRow, options: FetchOptions): Promise<string> {
    return this.port.fetchFile(runId, row, options);
  }

  /** Nothing is read ahead: what is not asked for stays where it is. */
  protected override async warm(): Promise<void> {
    if (this.state.kind !== 'up') return;
    await this.loadExperiments();
    this.isWarm = true;
    this.experimentsChanged.fire([{ kind: 'root' }]);
  }
}

/** A place of its own among the folders: no path of a disk looks like it. */
const folderOf = ({ id, name, place }: SourceInfo) => ({ name, path: place, root: `source:${id}` });

export const isSource = (session: FolderSession): session is SourceSession =>
  session instanceof SourceSession;
