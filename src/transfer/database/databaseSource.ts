// An mlflow.db as a source: whatever its schema, by the columns that it has.
import * as path from 'node:path';
import type { SqlJsStatic } from 'sql.js';
import { RunlensError } from '../../base/errors';
import type { MetricPoint } from '../../domain/metric';
import { type ArtifactRoots, placeOf } from '../artifactPlaces';
import {
  BATCH_POINTS,
  type MlflowSource,
  type Notes,
  type PointBatch,
  type RunRef,
  type SourceExperiment,
  type SourceModel,
  type SourceRegisteredModel,
  type SourceRun,
  tracesLeft,
} from '../source';
import { filled, lifecycleStage, maybeText, maybeWhole, runStatus } from '../values';
import { readModel, readRegisteredModel } from './modelRows';
import { readInputs, readPairs } from './runRows';
import { type Row, SqliteFile } from './sqliteFile';

/** Points held while they are gathered by metric. */
const MOST_HELD = 65_536;
const DEFAULT_WORKSPACE = 'default';

export interface DatabaseOptions {
  readonly path: string;
  readonly sqlite: SqlJsStatic;
  readonly artifacts?: string | undefined;
  readonly notes: Notes;
}

/** @throws RunlensError `import.database` when it cannot be read, or is none of MLflow. */
export function openDatabase(options: DatabaseOptions): MlflowSource {
  const db = SqliteFile.open(options.sqlite, options.path);
  if (db.hasColumn('experiments', 'experiment_id') && db.hasColumn('runs', 'run_uuid')) {
    return new DatabaseSource(options, db);
  }
  db.close();
  throw new RunlensError(
    'import.database',
    `${options.path} was not read: it has no tables of MLflow's tracking (experiments, runs).`,
  );
}

class DatabaseSource implements MlflowSource {
  readonly kind = 'mlflow.db';
  readonly path: string;
  private readonly roots: ArtifactRoots;
  private readonly notes: Notes;

  constructor(
    { path: file, artifacts, notes }: DatabaseOptions,
    private readonly db: SqliteFile,
  ) {
    this.path = file;
    this.notes = notes;
    const base = path.dirname(file);
    const beside = ['mlartifacts', 'mlruns'].map((name) => path.join(base, name));
    this.roots = { base, roots: [...(artifacts === undefined ? [] : [artifacts]), ...beside] };
    for (const table of ['metrics', 'params', 'tags']) db.index(table, 'run_uuid');
  }

  countRuns(): number {
    return maybeWhole(this.db.readAll('SELECT count(*) AS n FROM runs')[0]?.['n']) ?? 0;
  }

  async *experiments(): AsyncGenerator<SourceExperiment> {
    const sql = this.db.select('experiments', EXPERIMENT, 'ORDER BY experiment_id');
    for (const row of this.db.readAll(sql)) {
      const experimentId = maybeText(row['experiment_id']) ?? '';
      const traces = this.countTraces(experimentId);
      if (traces > 0) this.notes(this.where('trace_info', experimentId), tracesLeft(traces));
      const created = maybeWhole(row['creation_time']) ?? this.firstStart(experimentId) ?? 0;
      yield {
        experimentId,
        name: inWorkspace(maybeText(row['name']) ?? experimentId, row),
        lifecycleStage: lifecycleStage(row['lifecycle_stage']),
        creationTime: created,
        lastUpdateTime: maybeWhole(row['last_update_time']) ?? created,
        tags: readPairs(this.db, 'experiment_tags', { column: 'experiment_id', id: experimentId }),
        where: this.where('experiments', experimentId),
      };
    }
  }

  async *runs(experiment: SourceExperiment): AsyncGenerator<RunRef> {
    const columns = ['run_uuid', 'start_time'];
    const sql = this.db.select('runs', columns, 'WHERE experiment_id = ? ORDER BY 2, 1');
    for (const { run_uuid: id } of this.db.readAll(sql, experiment.experimentId)) {
      yield { runId: maybeText(id) ?? '', experiment, stamp: () => undefined };
    }
  }

  readRun({ runId }: RunRef): Promise<SourceRun | undefined> {
    const [row] = this.db.readAll(this.db.select('runs', RUN, 'WHERE run_uuid = ?'), runId);
    return Promise.resolve(row && this.run(row));
  }

  /** Rows come in the order of the file; they are gathered by metric, within bounds. */
  async *points({ runId }: SourceRun): AsyncGenerator<PointBatch> {
    const held = new Map<string, MetricPoint[]>();
    let count = 0;
    const sql = this.db.select('metrics', METRIC, 'WHERE run_uuid = ?');
    for (const row of this.db.rows(sql, runId)) {
      const key = maybeText(row['key']) ?? '';
      const points = held.get(key) ?? [];
      held.set(key, points);
      points.push(pointOf(row));
      count++;
      if (points.length >= BATCH_POINTS) {
        yield { key, points };
        held.delete(key);
        count -= points.length;
      } else if (count >= MOST_HELD) {
        for (const [name, some] of held) yield { key: name, points: some };
        held.clear();
        count = 0;
      }
    }
    for (const [key, points] of held) yield { key, points };
  }

  async *models({ experimentId }: SourceExperiment): AsyncGenerator<SourceModel> {
    if (!this.db.has('logged_models')) return;
    const sql = 'SELECT model_id FROM logged_models WHERE experiment_id = ? ORDER BY model_id';
    for (const { model_id: id } of this.db.readAll(sql, experimentId)) {
      const modelId = maybeText(id) ?? '';
      yield readModel(this.db, modelId, {
        roots: this.roots,
        where: this.where('logged_models', modelId),
      });
    }
  }

  async *registeredModels(): AsyncGenerator<SourceRegisteredModel> {
    if (!this.db.has('registered_models')) return;
    const sql = this.db.select('registered_models', REGISTERED, 'ORDER BY name');
    for (const row of this.db.readAll(sql)) {
      const name = maybeText(row['name']) ?? '';
      const model = readRegisteredModel(this.db, row, this.where('registered_models', name));
      yield { ...model, name: inWorkspace(name, row) };
    }
  }

  close(): void {
    this.db.close();
  }

  private run(row: Row): SourceRun {
    const runId = maybeText(row['run_uuid']) ?? '';
    const where = this.where('runs', runId);
    if (maybeWhole(row['start_time']) === undefined) {
      this.notes(where, 'It has no time of its start; 1970 stands for it.');
    }
    const tags = readPairs(this.db, 'tags', { column: 'run_uuid', id: runId });
    return {
      runId,
      name: filled(row['name']) ?? tags.find(({ key }) => key === 'mlflow.runName')?.value ?? '',
      userId: maybeText(row['user_id']) ?? '',
      status: runStatus(row['status']),
      lifecycleStage: lifecycleStage(row['lifecycle_stage']),
      startTime: maybeWhole(row['start_time']) ?? 0,
      endTime: maybeWhole(row['end_time']),
      deletedTime: maybeWhole(row['deleted_time']),
      params: readPairs(this.db, 'params', { column: 'run_uuid', id: runId }),
      tags,
      ...readInputs(this.db, runId),
      artifacts: placeOf(this.roots, {
        own: undefined,
        uri: maybeText(row['artifact_uri']),
        id: runId,
      }),
      where,
    };
  }

  private countTraces(experimentId: string): number {
    if (!this.db.hasColumn('trace_info', 'experiment_id')) return 0;
    const sql = 'SELECT count(*) AS n FROM trace_info WHERE experiment_id = ?';
    return maybeWhole(this.db.readAll(sql, experimentId)[0]?.['n']) ?? 0;
  }

  /** Old schemas do not say when an experiment was made. */
  private firstStart(experimentId: string): number | undefined {
    const sql = this.db.select('runs', ['start_time'], 'WHERE experiment_id = ?');
    const starts = this.db.readAll(`SELECT min(start_time) AS first FROM (${sql})`, experimentId);
    return maybeWhole(starts[0]?.['first']);
  }

  private where(table: string, id: string): string {
    return `${this.path}#${table}/${id}`;
  }
}

const EXPERIMENT = [
  'experiment_id',
  'name',
  'lifecycle_stage',
  'creation_time',
  'last_update_time',
  'workspace',
];
const RUN = [
  'run_uuid',
  'name',
  'user_id',
  'status',
  'start_time',
  'end_time',
  'deleted_time',
  'lifecycle_stage',
  'artifact_uri',
];
const METRIC = ['key', 'value', 'timestamp', 'step', 'is_nan'];
const REGISTERED = ['name', 'creation_time', 'last_updated_time', 'description', 'workspace'];

/** Workspaces other than the default one have names of their own; here all share one space. */
function inWorkspace(name: string, row: Row): string {
  const workspace = filled(row['workspace']);
  return workspace === undefined || workspace === DEFAULT_WORKSPACE
    ? name
    : `${name} (${workspace})`;
}

function pointOf(row: Row): MetricPoint {
  const value = row['value'];
  return {
    step: maybeWhole(row['step']) ?? 0,
    timestamp: maybeWhole(row['timestamp']) ?? 0,
    value: Number(row['is_nan'] ?? 0) === 1 || typeof value !== 'number' ? Number.NaN : value,
  };
}
