// Reads logged models and the model registry of an mlflow.db.
import { type ArtifactRoots, placeOf } from '../artifactPlaces';
import { modelFacts, timesOf, versionFacts } from '../modelFacts';
import type {
  SourceModel,
  SourceModelMetric,
  SourceRegisteredModel,
  SourceVersion,
} from '../source';
import { filled, maybeText, maybeWhole, versionNumber } from '../values';
import { readPairs } from './runRows';
import type { Row, SqliteFile } from './sqliteFile';

export function readModel(
  db: SqliteFile,
  modelId: string,
  { roots, where }: { readonly roots: ArtifactRoots; readonly where: string },
): SourceModel {
  const row = db.readAll(db.select('logged_models', MODEL, 'WHERE model_id = ?'), modelId)[0] ?? {};
  const owner = { column: 'model_id', id: modelId };
  return {
    ...modelFacts(row, modelId),
    ...timesOf(row, 'creation_timestamp_ms', 'last_updated_timestamp_ms'),
    params: readPairs(db, 'logged_model_params', owner, ['param_key', 'param_value']),
    tags: readPairs(db, 'logged_model_tags', owner, ['tag_key', 'tag_value']),
    metrics: readMetrics(db, modelId),
    artifacts: placeOf(roots, {
      own: undefined,
      uri: maybeText(row['artifact_location']),
      id: modelId,
    }),
    where,
  };
}

const MODEL = [
  'name',
  'artifact_location',
  'creation_timestamp_ms',
  'last_updated_timestamp_ms',
  'status',
  'status_message',
  'lifecycle_stage',
  'model_type',
  'source_run_id',
];
const METRIC = [
  'metric_name',
  'metric_timestamp_ms',
  'metric_step',
  'metric_value',
  'run_id',
  'dataset_name',
  'dataset_digest',
];

function readMetrics(db: SqliteFile, modelId: string): SourceModelMetric[] {
  if (!db.has('logged_model_metrics')) return [];
  const sql = db.select('logged_model_metrics', METRIC, 'WHERE model_id = ?');
  return db.readAll(sql, modelId).map((row) => ({
    key: maybeText(row['metric_name']) ?? '',
    timestamp: maybeWhole(row['metric_timestamp_ms']) ?? 0,
    step: maybeWhole(row['metric_step']) ?? 0,
    value: typeof row['metric_value'] === 'number' ? row['metric_value'] : Number.NaN,
    runId: maybeText(row['run_id']) ?? '',
    datasetName: filled(row['dataset_name']),
    datasetDigest: filled(row['dataset_digest']),
  }));
}

/** `row` is of `registered_models`. */
export function readRegisteredModel(
  db: SqliteFile,
  row: Row,
  where: string,
): SourceRegisteredModel {
  const name = maybeText(row['name']) ?? '';
  const scope = scopeOf(db, row);
  const aliases = scope.rows('registered_model_aliases', ['alias', 'version'], 'ORDER BY alias');
  return {
    name,
    description: filled(row['description']),
    ...timesOf(row, 'creation_time', 'last_updated_time'),
    tags: pairs(scope.rows('registered_model_tags', ['key', 'value'], 'ORDER BY key')),
    aliases: aliases.flatMap((item) => {
      const version = versionNumber(item['version']);
      return version === undefined ? [] : [{ alias: maybeText(item['alias']) ?? '', version }];
    }),
    versions: readVersions(scope, where),
    where,
  };
}

const VERSION = [
  'version',
  'creation_time',
  'last_updated_time',
  'description',
  'user_id',
  'current_stage',
  'source',
  'storage_location',
  'run_id',
  'run_link',
  'model_id',
  'status',
  'status_message',
];

function readVersions(scope: Scope, where: string): SourceVersion[] {
  const tags = scope.rows('model_version_tags', ['version', 'key', 'value'], 'ORDER BY key');
  return scope.rows('model_versions', VERSION, 'ORDER BY version').flatMap((row) => {
    const version = versionNumber(row['version']);
    if (version === undefined) return [];
    const own = tags.filter((tag) => maybeWhole(tag['version']) === version);
    const times = timesOf(row, 'creation_time', 'last_updated_time');
    const place = { tags: pairs(own), where: `${where}/${version}` };
    return [{ version, ...versionFacts(row), ...times, ...place }];
  });
}

const pairs = (rows: readonly Row[]) =>
  rows.map((row) => ({ key: maybeText(row['key']) ?? '', value: maybeText(row['value']) ?? '' }));

/** Rows of one registered model; newer schemas tell workspaces apart. */
interface Scope {
  rows(table: string, columns: readonly string[], rest: string): Row[];
}

function scopeOf(db: SqliteFile, { name, workspace }: Row): Scope {
  return {
    rows(table, columns, rest) {
      if (!db.has(table)) return [];
      const isScoped = db.hasColumn(table, 'workspace') && typeof workspace === 'string';
      const where = `WHERE name = ?${isScoped ? ' AND workspace = ?' : ''} ${rest}`;
      const values = isScoped ? [name ?? null, workspace] : [name ?? null];
      return db.readAll(db.select(table, columns, where), ...values);
    },
  };
}
