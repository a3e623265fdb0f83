// Reads what the routes of the table of runs are asked with.
import * as z from 'zod';
import { AGGREGATES } from '../domain/search/filter';

const texts = z.array(z.string());
const count = z.int().min(0);

const scope = {
  source: z.string().optional(),
  experimentIds: texts.optional(),
  filter: z.string().optional(),
};
const scopeSchema = z.object(scope);
export type Scope = z.infer<typeof scopeSchema>;

const metricColumn = z.object({
  on: z.literal('metric'),
  key: z.string(),
  of: z.enum(AGGREGATES),
});
const textColumn = z.object({ on: z.enum(['param', 'tag']), key: z.string() });

/** Wider tables are read in parts. */
const MOST_COLUMNS = 1000;

export const tableSchema = z.object({
  ...scope,
  nesting: z.enum(['flat', 'top', 'in']).optional(),
  parent: z.string().optional(),
  orderBy: texts.optional(),
  runningFirst: z.boolean().optional(),
  runIds: texts.max(10_000).optional(),
  columns: z.array(z.union([metricColumn, textColumn])).max(MOST_COLUMNS),
  limit: count.optional(),
  offset: count.optional(),
  until: count.optional(),
});

export const columnsSchema = z.object({
  ...scope,
  runIds: texts.max(10_000).optional(),
  newest: z.int().min(1).optional(),
});

export const valuesSchema = z.object({
  ...scope,
  on: z.enum(['param', 'tag', 'attribute']),
  key: z.string(),
  prefix: z.string().optional(),
});

const groupKey = z.union([
  textColumn,
  z.object({
    on: z.literal('attribute'),
    key: z.enum(['status', 'run_name', 'experiment', 'pipeline']),
  }),
]);

export const groupsSchema = z.object({
  ...scope,
  by: z.array(groupKey).min(1).max(10),
  metrics: z.array(metricColumn).max(MOST_COLUMNS),
  orderBy: z.object({ metric: count, descending: z.boolean() }).optional(),
  limit: count.optional(),
  offset: count.optional(),
});

const key = z.string().min(1);
const tagBefore = z.object({ runId: z.string(), value: z.string().nullable() });

export const bulkSchema = z.object({
  runs: z.union([texts, z.object({ ...scope, except: texts.optional() })]),
  change: z.discriminatedUnion('do', [
    z.object({ do: z.literal('delete') }),
    z.object({ do: z.literal('restore') }),
    z.object({ do: z.literal('tag'), key, value: z.string() }),
    z.object({ do: z.literal('untag'), key }),
    z.object({ do: z.literal('retag'), key, before: z.array(tagBefore) }),
  ]),
});
export type Bulk = z.infer<typeof bulkSchema>;
