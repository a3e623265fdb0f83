/**
 * What the Experiments tree knows of one folder's store: the pages that were asked for, kept right
 * by applying events. No VS Code in here; every change answers with the parts to draw again.
 */

import type { ServerEvent } from '../../protocol/events';
import type { PageOf } from '../../protocol/page';
import type { ExperimentRow, MetricRow, RunDetail, RunRow } from '../../protocol/rows';
import { fromWire, type WireNumber } from '../../protocol/wire';
import { addPage, dropRow, nextOffset, pinRow, putRow, type RunList } from './runList';

/** A part of the tree that has changed; `root` is everything of this folder. */
export type Changed =
  | { readonly kind: 'root' }
  /** The rows below an experiment changed, or it itself. */
  | { readonly kind: 'experiment'; readonly experimentId: string }
  | { readonly kind: 'run'; readonly runId: string }
  | { readonly kind: 'metrics'; readonly runId: string };

/** Whose runs a list holds. */
export type ListOwner =
  | { readonly experimentId: string; readonly parent?: undefined }
  | { readonly experimentId: string; readonly parent: string };

const keyOf = (owner: ListOwner): string => owner.parent ?? `experiment ${owner.experimentId}`;

export class ExperimentsModel {
  private readonly experimentRows = new Map<string, ExperimentRow>();
  private readonly runRows = new Map<string, RunRow>();
  private readonly lists = new Map<string, RunList>();
  private readonly details = new Map<string, RunDetail>();
  /** When a row last changed by an event, counted in changes: a slower page must not undo it. */
  private readonly stamps = new Map<string, number>();
  private clock = 0;
  /** Lists that a run has left and that are still to be drawn again. */
  private readonly left = new Map<string, Changed>();
  /** Whether the experiments have been asked for. */
  loaded = false;

  /** Newest first, as the server lists them. */
  get experiments(): readonly ExperimentRow[] {
    return [...this.experimentRows.values()]
      .filter((row) => row.lifecycleStage === 'active')
      .sort((a, b) => b.lastUpdateTime - a.lastUpdateTime || byNumber(b, a));
  }

  /** Those that have a place in the tree: the one that is always there has none without runs. */
  get shown(): readonly ExperimentRow[] {
    return this.experiments.filter((row) => row.runs !== 0 || row.experimentId !== '0');
  }

  /** Runs that are running; the rows count a pipeline and its running steps once. */
  get running(): number {
    return this.experiments.reduce((sum, row) => sum + row.running, 0);
  }

  experiment(experimentId: string): ExperimentRow | undefined {
    return this.experimentRows.get(experimentId);
  }

  run(runId: string): RunRow | undefined {
    return this.runRows.get(runId);
  }

  /** Every run whose row is known here. */
  knownRuns(): Iterable<RunRow> {
    return this.runRows.values();
  }

  detail(runId: string): RunDetail | undefined {
    return this.details.get(runId);
  }

  /** The loaded runs of an owner; undefined when none were asked for yet. */
  list(owner: ListOwner): { readonly rows: readonly RunRow[]; readonly more: boolean } | undefined {
    const list = this.lists.get(keyOf(owner));
    if (!list) return undefined;
    return { rows: list.ids.flatMap((id) => this.runRows.get(id) ?? []), more: list.more };
  }

  nextOffset(owner: ListOwner): number {
    const list = this.lists.get(keyOf(owner));
    return list ? nextOffset(list) : 0;
  }

  /** To be read before a fetch and handed in with what it brought. */
  mark(): number {
    return this.clock;
  }

  setExperiments(page: PageOf<ExperimentRow>, mark: number): void {
    for (const row of page.items) {
      if (!this.isNewer(row.experimentId, mark)) this.experimentRows.set(row.experimentId, row);
    }
    this.loaded = true;
  }

  addRuns(owner: ListOwner, page: PageOf<RunRow>, mark: number): void {
    const key = keyOf(owner);
    for (const row of page.items) {
      if (!this.isNewer(row.runId, mark)) this.hold(row);
    }
    // What was moved or removed meanwhile is not to come back.
    const rowHere = (runId: string) => {
      const row = this.runRows.get(runId);
      return row && keyOf(ownerOf(row)) === key ? row : undefined;
    };
    const list = addPage(this.lists.get(key), page, rowHere);
    this.lists.set(key, this.arrivedMeanwhile(key, mark).reduce(this.putInto, list));
  }

  setDetail(detail: RunDetail, mark: number): void {
    const isNewer = this.isNewer(detail.runId, mark);
    const held = isNewer ? this.runRows.get(detail.runId) : undefined;
    if (isNewer && !held) return;
    this.details.set(detail.runId, { ...detail, ...held });
    this.hold(held ?? detail);
  }

  /** Puts a run into its list although its page was not loaded, so that it can be revealed. */
  pin(row: RunRow): void {
    this.hold(row);
    const key = keyOf(ownerOf(row));
    const list = this.lists.get(key) ?? { ids: [], pinned: new Set<string>(), more: true };
    this.lists.set(key, pinRow(list, row, this.rowOf));
  }

  /** Keeps rows that a search has found, without a place in a list. */
  know(rows: readonly RunRow[], mark: number): void {
    for (const row of rows) if (!this.isNewer(row.runId, mark)) this.hold(row);
  }

  /** Forgets everything: the gap since the last event is unknown. */
  clear(): void {
    this.experimentRows.clear();
    this.runRows.clear();
    this.lists.clear();
    this.details.clear();
    this.stamps.clear();
    this.left.clear();
    this.loaded = false;
  }

  apply(event: ServerEvent): readonly Changed[] {
    switch (event.type) {
      case 'reset':
        this.clear();
        return [{ kind: 'root' }];
      case 'experiment':
        return this.putExperiment(event.experiment);
      case 'run':
        return this.putRun(event.run);
      case 'points':
        return this.putPoints(event);
      case 'edited':
        this.details.delete(event.runId);
        return [{ kind: 'run', runId: event.runId }];
      case 'gone':
        return event.what === 'run' ? this.dropRun(event.id) : this.dropExperiment(event.id);
      default:
        return [];
    }
  }

  private putExperiment(row: ExperimentRow): readonly Changed[] {
    const before = this.shown.map((each) => each.experimentId).join();
    this.stamp(row.experimentId);
    const stage = this.experimentRows.get(row.experimentId)?.lifecycleStage;
    // Its runs were deleted or restored with it: they are read anew when they are shown.
    if (stage !== row.lifecycleStage) this.lists.delete(keyOf({ experimentId: row.experimentId }));
    this.experimentRows.set(row.experimentId, row);
    const moved = this.shown.map((each) => each.experimentId).join() !== before;
    return [moved ? { kind: 'root' } : { kind: 'experiment', experimentId: row.experimentId }];
  }

  private putRun(row: RunRow): readonly Changed[] {
    this.stamp(row.runId);
    this.hold(row);
    return [...this.takeLeft(), ...this.enter(row)];
  }

  /** Keeps a row, whoever brought it; a run that has moved leaves the list that it was in. */
  private hold(row: RunRow): void {
    const before = this.runRows.get(row.runId);
    this.runRows.set(row.runId, row);
    if (before && keyOf(ownerOf(before)) !== keyOf(ownerOf(row))) this.leave(before);
  }

  private leave(row: RunRow): void {
    const owner = ownerOf(row);
    const list = this.lists.get(keyOf(owner));
    if (!list) return;
    this.lists.set(keyOf(owner), dropRow(list, row.runId));
    this.left.set(keyOf(owner), this.ownerNode(owner));
  }

  /** A reply may tell of a move before its event, with which the list is then drawn again. */
  private takeLeft(): readonly Changed[] {
    const left = [...this.left.values()];
    this.left.clear();
    return left;
  }

  private dropRun(runId: string): readonly Changed[] {
    const row = this.runRows.get(runId);
    if (row) this.leave(row);
    this.runRows.delete(runId);
    this.details.delete(runId);
    this.stamp(runId);
    return this.takeLeft();
  }

  private dropExperiment(experimentId: string): readonly Changed[] {
    this.lists.delete(keyOf({ experimentId }));
    this.stamps.delete(experimentId);
    return this.experimentRows.delete(experimentId) ? [{ kind: 'root' }] : [];
  }

  private enter(row: RunRow): readonly Changed[] {
    const detail = this.details.get(row.runId);
    if (detail) this.details.set(row.runId, { ...detail, ...row });
    const owner = ownerOf(row);
    const list = this.lists.get(keyOf(owner));
    if (!list) return this.putChild(row);
    const next = putRow(list, row, this.rowOf);
    if (next === list) return [{ kind: 'run', runId: row.runId }];
    this.lists.set(keyOf(owner), next);
    return [this.ownerNode(owner)];
  }

  /** A child of a run that was never opened: that run may now need a twistie. */
  private putChild(row: RunRow): readonly Changed[] {
    const parent = row.parentRunId === undefined ? undefined : this.runRows.get(row.parentRunId);
    if (!parent || parent.children > 0) return [];
    this.runRows.set(parent.runId, { ...parent, children: 1 });
    return [{ kind: 'run', runId: parent.runId }];
  }

  private ownerNode(owner: ListOwner): Changed {
    return owner.parent === undefined
      ? { kind: 'experiment', experimentId: owner.experimentId }
      : { kind: 'run', runId: owner.parent };
  }

  private putPoints(event: Extract<ServerEvent, { type: 'points' }>): readonly Changed[] {
    const changed: Changed[] = [];
    const row = this.runRows.get(event.runId);
    if (row) this.stamp(event.runId);
    if (row && (row.primaryMetric === undefined || row.primaryMetric.key === event.key)) {
      const primaryMetric = { key: event.key, value: event.lastValue };
      this.runRows.set(event.runId, { ...row, primaryMetric });
      changed.push({ kind: 'run', runId: event.runId });
    }
    const detail = this.details.get(event.runId);
    if (detail) {
      this.details.set(event.runId, { ...detail, metrics: withPoints(detail.metrics, event) });
      changed.push({ kind: 'metrics', runId: event.runId });
    }
    return changed;
  }

  private stamp(id: string): void {
    this.clock += 1;
    this.stamps.set(id, this.clock);
  }

  private isNewer(id: string, mark: number): boolean {
    return (this.stamps.get(id) ?? 0) > mark;
  }

  private arrivedMeanwhile(key: string, mark: number): readonly RunRow[] {
    return [...this.stamps]
      .filter(([, stamp]) => stamp > mark)
      .flatMap(([id]) => this.runRows.get(id) ?? [])
      .filter((row) => keyOf(ownerOf(row)) === key);
  }

  private readonly putInto = (list: RunList, row: RunRow): RunList => putRow(list, row, this.rowOf);

  private readonly rowOf = (runId: string): RunRow | undefined => this.runRows.get(runId);
}

const byNumber = (a: ExperimentRow, b: ExperimentRow): number =>
  Number(a.experimentId) - Number(b.experimentId);

export const ownerOf = (row: RunRow): ListOwner => ({
  experimentId: row.experimentId,
  parent: row.parentRunId,
});

function withPoints(
  metrics: readonly MetricRow[],
  event: Extract<ServerEvent, { type: 'points' }>,
): readonly MetricRow[] {
  const last = { step: event.lastStep, timestamp: Date.now(), value: event.lastValue };
  const held = metrics.find((metric) => metric.key === event.key);
  if (!held) {
    const fresh = { key: event.key, count: event.count, last, min: last, max: last };
    return [...metrics, fresh].sort((a, b) => (a.key < b.key ? -1 : 1));
  }
  const min = !held.min || isLess(event.lastValue, held.min.value) ? last : held.min;
  const max = !held.max || isLess(held.max.value, event.lastValue) ? last : held.max;
  const next = { ...held, count: event.count, last, min, max };
  return metrics.map((metric) => (metric === held ? next : metric));
}

const isLess = (a: WireNumber, b: WireNumber): boolean => fromWire(a) < fromWire(b);
