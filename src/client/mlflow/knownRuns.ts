/**
 * What is known of another server's runs: everything that was read of it, and what has changed since
 * it was last looked at. Bounded by what people opened, never by what the server holds.
 */
import { TAGS } from '../../domain/tags';
import { isInvalidParameter } from './errors';
import type { MlflowClient, RunsQuery } from './mlflowClient';
import { type KeyValue, type RemoteExperiment, type RemoteRun, tagOf } from './wire';

/** The newest runs of the experiments that were opened are looked at for changes. */
const NEWEST = 100;
/** Experiments that are looked at: those opened last. */
const MOST_EXPERIMENTS = 20;
/** Runs outside the newest that still run are looked at too, these many. */
const MOST_RUNNING = 100;

export interface Changes {
  readonly experiments: readonly RemoteExperiment[];
  /** New, changed or now deleted. */
  readonly runs: readonly RemoteRun[];
  /** Ids of experiments that are no longer there. */
  readonly gone: readonly string[];
}

export class KnownRuns {
  private readonly experimentsById = new Map<string, RemoteExperiment>();
  private readonly runsById = new Map<string, RemoteRun>();
  private readonly childCounts = new Map<string, Set<string>>();
  private readonly revisions = new Map<string, number>();
  private readonly opened = new Set<string>();
  private revision = 0;

  /** @param filter which experiments, in MLflow's search language. */
  constructor(
    private readonly client: MlflowClient,
    private readonly filter: string | undefined,
  ) {}

  get experiments(): readonly RemoteExperiment[] {
    return [...this.experimentsById.values()];
  }

  run(runId: string): RemoteRun | undefined {
    return this.runsById.get(runId);
  }

  tagsOf(experimentId: string): readonly KeyValue[] {
    return this.experimentsById.get(experimentId)?.tags ?? [];
  }

  /** Children that were seen. */
  children(runId: string): number {
    return this.childCounts.get(runId)?.size ?? 0;
  }

  running(experimentId: string): number {
    return [...this.runsById.values()].filter(
      (run) => run.experimentId === experimentId && isRunning(run) && !isNested(run),
    ).length;
  }

  /** Grows when the latest point of a series has changed. */
  revisionOf(runId: string, key: string): number {
    return this.revisions.get(`${runId} ${key}`) ?? 0;
  }

  /** From now on its newest runs are looked at for changes. */
  open(experimentId: string): void {
    this.opened.delete(experimentId);
    this.opened.add(experimentId);
  }

  /** Takes in what was read; answers whether it was new. */
  put(run: RemoteRun): boolean {
    const held = this.runsById.get(run.runId);
    if (held && sameRun(held, run)) return false;
    this.runsById.set(run.runId, run);
    for (const metric of run.metrics) {
      const before = held?.metrics.find(({ key }) => key === metric.key);
      if (before && samePoint(before, metric)) continue;
      this.revision += 1;
      this.revisions.set(`${run.runId} ${metric.key}`, this.revision);
    }
    this.countChild(run);
    return true;
  }

  /** Notes that a run has children, without knowing them. */
  putParent(runId: string): void {
    if (!this.childCounts.has(runId)) this.childCounts.set(runId, new Set(['']));
  }

  /** Reads the experiments anew. */
  async readExperiments(): Promise<Pick<Changes, 'experiments' | 'gone'>> {
    const found = await this.client.experiments(this.filter);
    const experiments = found.filter((each) => {
      const held = this.experimentsById.get(each.experimentId);
      return !held || JSON.stringify(held) !== JSON.stringify(each);
    });
    const ids = new Set(found.map(({ experimentId }) => experimentId));
    const gone = [...this.experimentsById.keys()].filter((id) => !ids.has(id));
    for (const id of gone) this.experimentsById.delete(id);
    for (const each of found) this.experimentsById.set(each.experimentId, each);
    return { experiments, gone };
  }

  /** Looks for what has changed since it was read. */
  async look(): Promise<Changes> {
    const experiments = await this.readExperiments();
    return { ...experiments, runs: await this.lookAtRuns() };
  }

  private async lookAtRuns(): Promise<readonly RemoteRun[]> {
    const experimentIds = [...this.opened]
      .filter((id) => this.experimentsById.has(id))
      .slice(-MOST_EXPERIMENTS);
    if (experimentIds.length === 0) return [];
    const { items, next } = await this.client.runs({ experimentIds, limit: NEWEST });
    const seen = new Set(items.map(({ runId }) => runId));
    const others = await this.stillRunning(seen);
    const since = next === undefined ? Number.NEGATIVE_INFINITY : (items.at(-1)?.startTime ?? 0);
    const left = this.vanished(new Set(experimentIds), seen, since);
    return [...items, ...others, ...left].filter((run) => this.put(run));
  }

  /** Runs that ran when they were last seen and are older than the newest. */
  private async stillRunning(seen: ReadonlySet<string>): Promise<readonly RemoteRun[]> {
    const known = [...this.runsById.values()].filter(
      (run) => isRunning(run) && !seen.has(run.runId),
    );
    if (known.length === 0) return [];
    const runs = known.slice(-MOST_RUNNING);
    const ids = runs.map(({ runId }) => `'${runId}'`).join(', ');
    const query: RunsQuery = {
      experimentIds: [...new Set(runs.map(({ experimentId }) => experimentId))],
      filter: `attributes.run_id IN (${ids})`,
      limit: MOST_RUNNING,
    };
    try {
      return (await this.client.runs(query)).items;
    } catch (error) {
      if (!isInvalidParameter(error)) throw error;
      // Servers before 2.1 know no lists: a few are asked for one by one.
      return Promise.all(runs.slice(-5).map(({ runId }) => this.client.run(runId)));
    }
  }

  /** Runs that should be among the newest and are not: deleted, or moved away. */
  private vanished(
    experimentIds: ReadonlySet<string>,
    seen: ReadonlySet<string>,
    since: number,
  ): readonly RemoteRun[] {
    return [...this.runsById.values()]
      .filter((run) => experimentIds.has(run.experimentId) && run.lifecycleStage === 'active')
      .filter((run) => run.startTime > since && !seen.has(run.runId))
      .map((run) => ({ ...run, lifecycleStage: 'deleted' as const }));
  }

  private countChild(run: RemoteRun): void {
    const parent = tagOf(run.tags, TAGS.parentRunId);
    if (parent === undefined) return;
    const children = this.childCounts.get(parent) ?? new Set<string>();
    children.delete('');
    if (run.lifecycleStage === 'deleted') children.delete(run.runId);
    else children.add(run.runId);
    this.childCounts.set(parent, children);
  }
}

const isRunning = (run: RemoteRun): boolean =>
  run.status === 'RUNNING' && run.lifecycleStage === 'active';
const isNested = (run: RemoteRun): boolean => tagOf(run.tags, TAGS.parentRunId) !== undefined;

const sameRun = (a: RemoteRun, b: RemoteRun): boolean => textOf(a) === textOf(b);

/** NaN and infinities are different values too, which JSON does not tell. */
const textOf = (run: RemoteRun): string =>
  JSON.stringify(run, (_, value: unknown) => (typeof value === 'number' ? String(value) : value));

const samePoint = (a: RemoteRun['metrics'][number], b: RemoteRun['metrics'][number]): boolean =>
  a.step === b.step && a.timestamp === b.timestamp && Object.is(a.value, b.value);
