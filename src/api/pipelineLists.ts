// The control routes that list pipeline runs, steps and artifact versions by filters, a page at a time.
import { RunlensError } from '../base/errors';
import { isRecord } from '../base/json';
import {
  compareFields,
  type FieldValue,
  fulfils,
  type ListFilter,
  type ListOrder,
  parseListFilter,
  parseListOrder,
} from '../domain/listFilter';
import { tagsWith } from '../domain/notes';
import type { PipelineRun } from '../domain/pipeline';
import type { ListedStepRow } from '../protocol/control';
import { HttpError, type HttpRequest, jsonReply, type Route } from '../protocol/http';
import type { PageOf } from '../protocol/page';
import type { ArtifactRow, PipelineRunRow } from '../protocol/rows';
import type { ListedRow, Store } from '../store/store';
import { invalid, pageOf, queryText } from './params';
import { artifactRow, pipelineRunRow, stepRow } from './rows';

const RUN_FIELDS = [
  'id',
  'name',
  'pipeline',
  'status',
  'created',
  'start_time',
  'end_time',
  'tracking_run',
  'tags',
  'run_metadata',
] as const;
const STEP_FIELDS = [
  ...RUN_FIELDS,
  'step',
  'cache_key',
  'pipeline_run',
  'original_step_run',
] as const;
const ARTIFACT_FIELDS = [
  'id',
  'name',
  'artifact',
  'version',
  'version_number',
  'type',
  'data_type',
  'artifact_type',
  'materializer',
  'created',
  'pipeline',
  'pipeline_run',
  'step',
  'tags',
  'run_metadata',
] as const;

/** What in a query is no filter. */
const PAGING = ['limit', 'offset', 'sort_by'];
/** ZenML's words for the same. */
const SYNONYMS: Readonly<Record<string, string>> = { tag: 'tags', pipeline_name: 'pipeline' };

interface ListQuery {
  readonly filters: readonly ListFilter[];
  readonly order: ListOrder | undefined;
  readonly limit: number;
  readonly offset: number;
}

export function pipelineListRoutes(store: Store): Route[] {
  const list = (
    name: string,
    answer: (request: HttpRequest) => PageOf<PipelineRunRow | ListedStepRow | ArtifactRow>,
  ): Route => ({
    method: 'GET',
    path: `/api/lists/${name}`,
    access: 'control',
    handle: (request) => jsonReply(answer(request)),
  });
  return [
    list('pipeline-runs', (request) => listRuns(store, request)),
    list('steps', (request) => listSteps(store, request)),
    list('artifact-versions', (request) => listVersions(store, request)),
    list('artifacts', (request) => listArtifacts(store, request)),
  ];
}

function listRuns(store: Store, request: HttpRequest): PageOf<PipelineRunRow> {
  const query = queryOf(request, RUN_FIELDS);
  const rows = store.pipelines.listedRuns(narrowing(request));
  const ofSteps = query.filters.some(({ key }) => key?.includes('::'));
  const whole = ofSteps ? rows.map((row) => withStepMetadata(store, row)) : rows;
  return paged(whole, query, ({ id }) => {
    const run = store.pipelines.run(id);
    return run ? [pipelineRunRow(run)] : [];
  });
}

/** What steps noted, as `step::key` of their run. */
function withStepMetadata(store: Store, row: ListedRow): ListedRow {
  const own = row.fields['run_metadata'];
  const metadata = isRecord(own) ? { ...own } : {};
  for (const [stepId, notes] of store.pipelines.stepNotes(row.id)) {
    for (const [key, value] of Object.entries(notes.metadata ?? {})) {
      metadata[`${stepId}::${key}`] = value;
    }
  }
  return { ...row, fields: { ...row.fields, run_metadata: metadata as FieldValue } };
}

function listSteps(store: Store, request: HttpRequest): PageOf<ListedStepRow> {
  const query = queryOf(request, STEP_FIELDS);
  const rows = store.pipelines.listedSteps(narrowing(request));
  const byTags = query.filters.some(({ field }) => field === 'tags');
  const whole = byTags ? withDeclaredTags(store, rows) : rows;
  return paged(whole, query, ({ id }) => {
    const step = store.pipelines.step(id);
    const run = step && store.pipelines.run(step.pipelineRunId);
    return run ? [{ ...stepRow(store, run, step), pipelineRunId: run.id }] : [];
  });
}

/** Tags of the decorator are in the graphs of the runs. */
function withDeclaredTags(store: Store, rows: readonly ListedRow[]): ListedRow[] {
  const runs = new Map<string, PipelineRun | undefined>();
  return rows.map((row) => {
    const runId = String(row.fields['pipeline_run']);
    if (!runs.has(runId)) runs.set(runId, store.pipelines.run(runId));
    const run = runs.get(runId);
    const step = run?.steps.find(({ id }) => id === row.id);
    const call = run?.graph.steps.find(({ id }) => id === step?.stepId);
    const tags = tagsWith(call?.options.tags ?? [], step?.noted);
    return { ...row, fields: { ...row.fields, tags } };
  });
}

function listVersions(store: Store, request: HttpRequest): PageOf<ArtifactRow> {
  const rows = store.pipelines.listedArtifacts(narrowing(request));
  return paged(rows, queryOf(request, ARTIFACT_FIELDS), (row) => artifactOf(store, row));
}

function listArtifacts(store: Store, request: HttpRequest): PageOf<ArtifactRow> {
  const query = queryOf(request, ARTIFACT_FIELDS);
  const newest = new Map<FieldValue, ListedRow>();
  for (const row of store.pipelines.listedArtifacts({})) {
    const { name } = row.fields;
    if (!newest.has(name) && passes(row, query.filters)) newest.set(name, row);
  }
  return paged([...newest.values()], query, (row) => artifactOf(store, row));
}

function artifactOf(store: Store, { id }: ListedRow): ArtifactRow[] {
  const artifact = store.pipelines.artifact(id);
  return artifact ? [artifactRow(store, artifact)] : [];
}

/** Equality with a value that has an index is left to the store. */
function narrowing(request: HttpRequest) {
  const plain = (name: string): string | undefined => {
    const value = queryText(request, name);
    return value === undefined || value.includes(':') ? undefined : value;
  };
  const [pipeline, pipelineRun] = [plain('pipeline'), plain('pipeline_run')];
  return {
    ...(pipeline !== undefined && { pipeline }),
    ...(pipelineRun !== undefined && { pipelineRun }),
  };
}

function queryOf(request: HttpRequest, fields: readonly string[]): ListQuery {
  const filters: ListFilter[] = [];
  for (const [given, values] of request.query) {
    if (PAGING.includes(given)) continue;
    const field = known(SYNONYMS[given] ?? given, fields, 'filter');
    for (const value of values) filters.push(understood(() => parseListFilter(field, value)));
  }
  const sortBy = queryText(request, 'sort_by');
  const order = sortBy === undefined ? undefined : understood(() => parseListOrder(sortBy));
  if (order) known(order.field, fields, 'sort_by');
  return { filters, order, ...pageOf(request) };
}

function known(field: string, fields: readonly string[], where: string): string {
  if (fields.includes(field)) return field;
  throw invalid(
    `${where}: there is no field ${JSON.stringify(field)}. Known: ${fields.join(', ')}.`,
  );
}

function understood<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof RunlensError)) throw error;
    throw new HttpError(400, error.code, error.message, { cause: error });
  }
}

function paged<T>(
  rows: readonly ListedRow[],
  { filters, order, limit, offset }: ListQuery,
  whole: (row: ListedRow) => T[],
): PageOf<T> {
  const passed = understood(() => rows.filter((row) => passes(row, filters)));
  if (order) {
    const { field, descending } = order;
    passed.sort((a, b) => compareFields(a.fields[field], b.fields[field], descending));
  }
  const items = passed.slice(offset, offset + limit).flatMap(whole);
  return { items, total: passed.length };
}

const passes = ({ fields }: ListedRow, filters: readonly ListFilter[]): boolean =>
  filters.every((filter) => fulfils(filter, memberOf(fields[filter.field], filter.key)));

function memberOf(value: FieldValue, key: string | undefined): FieldValue {
  if (key === undefined) return value;
  return isRecord(value) ? (value[key] as FieldValue) : undefined;
}
