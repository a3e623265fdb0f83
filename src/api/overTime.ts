// Metrics of results that were made one after another: versions of a model, runs of a pipeline.
import type { ModelVersion } from '../domain/model';
import { PIPELINE_RUN_TAG } from '../pipeline/tracking';
import type { OverTime } from '../protocol/models';
import { toWire } from '../protocol/wire';
import type { Store } from '../store/store';
import { modelMetrics } from './modelRows';

const MOST_POINTS = 1000;
/** More series than anybody looks at; those that most points have are answered. */
const MOST_METRICS = 200;

type Point = OverTime['points'][number];
interface Measured {
  readonly point: Point;
  readonly metrics: ReadonlyMap<string, number>;
}

export function modelOverTime(store: Store, name: string): OverTime {
  const { items } = store.registry.versionPage(name, { limit: MOST_POINTS, offset: 0 });
  return overTime(items.reverse().map((version) => ofVersion(store, version)));
}

function ofVersion(store: Store, version: ModelVersion): Measured {
  const run = version.runId ? store.runs.get(version.runId) : undefined;
  const tag = run?.tags.find(({ key }) => key === PIPELINE_RUN_TAG);
  return {
    point: {
      label: `v${version.version}`,
      time: version.creationTime,
      runId: run?.info.runId,
      pipelineRunId: tag?.value,
      measured: run ? [run.info.runId] : [],
    },
    metrics: modelMetrics(store, version),
  };
}

/** Steps log to runs of their own; a metric that several steps log has the step before its name. */
export function pipelineOverTime(store: Store, pipeline: string): OverTime {
  const runs = store.pipelines.listedRuns({ pipeline }).slice(0, MOST_POINTS).reverse();
  const steps = new Map<string, StepMetrics[]>();
  const isShown = new Set(runs.map(({ id }) => id));
  for (const { fields } of store.pipelines.listedSteps({ pipeline })) {
    const runId = String(fields['pipeline_run']);
    if (!isShown.has(runId)) continue;
    const known = steps.get(runId) ?? [];
    steps.set(runId, known);
    const tracked = textOf(fields['tracking_run']);
    known.push({
      step: String(fields['name']),
      runId: tracked,
      metrics: metricsOf(store, tracked),
    });
  }
  const shared = sharedKeys([...steps.values()].flat());
  return overTime(
    runs.map(({ id, fields }) => {
      const runId = textOf(fields['tracking_run']);
      const time = Number(fields['start_time']);
      const known = steps.get(id) ?? [];
      const measured = [runId, ...known.map((step) => step.runId)].filter(
        (each) => each !== undefined,
      );
      return {
        point: { label: String(fields['name']), time, runId, pipelineRunId: id, measured },
        metrics: together(metricsOf(store, runId), known, shared),
      };
    }),
  );
}

interface StepMetrics {
  readonly step: string;
  readonly runId: string | undefined;
  readonly metrics: ReadonlyMap<string, number>;
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : undefined;

function metricsOf(store: Store, runId: string | undefined): ReadonlyMap<string, number> {
  const run = runId === undefined ? undefined : store.runs.get(runId);
  return new Map(run?.metrics.map(({ key, last }) => [key, last.value]));
}

/** Keys that different steps log. */
function sharedKeys(all: readonly StepMetrics[]): ReadonlySet<string> {
  const owners = new Map<string, string>();
  const shared = new Set<string>();
  for (const { step, metrics } of all) {
    for (const key of metrics.keys()) {
      if ((owners.get(key) ?? step) !== step) shared.add(key);
      owners.set(key, step);
    }
  }
  return shared;
}

function together(
  own: ReadonlyMap<string, number>,
  steps: readonly StepMetrics[],
  shared: ReadonlySet<string>,
): ReadonlyMap<string, number> {
  const all = new Map<string, number>();
  for (const { step, metrics } of steps) {
    for (const [key, value] of metrics) all.set(shared.has(key) ? `${step}/${key}` : key, value);
  }
  for (const [key, value] of own) all.set(key, value);
  return all;
}

function overTime(measured: readonly Measured[]): OverTime {
  const counts = new Map<string, number>();
  for (const { metrics } of measured) {
    for (const key of metrics.keys()) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const keys = [...counts]
    .sort(([a, first], [b, second]) => second - first || (a < b ? -1 : 1))
    .slice(0, MOST_METRICS)
    .map(([key]) => key)
    .sort();
  const column = (key: string) =>
    measured.map(({ metrics }) => {
      const value = metrics.get(key);
      return value === undefined ? null : toWire(value);
    });
  return {
    points: measured.map(({ point }) => point),
    metrics: Object.fromEntries(keys.map((key) => [key, column(key)])),
  };
}
