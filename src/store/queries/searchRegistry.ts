// Search over registered models and their versions, and MLflow's rule for prompts among them.
import type { ModelVersion, RegisteredModel } from '../../domain/model';
import {
  type Condition,
  EVERYTHING,
  type Filter,
  type Found,
  requiredLeaves,
  type Search,
} from '../../domain/search/filter';
import { TAGS } from '../../domain/tags';
import type { State } from '../state';
import { loadModelVersions, loadRegisteredModels } from './registryRows';
import { type Column, type Fragment, findRows, type Source } from './search';

const text = (sql: string, always: boolean): Column => ({ sql, type: 'text', always });
const number = (sql: string): Column => ({ sql, type: 'number', always: true });

export const REGISTERED: Source = {
  from: 'registered_models m',
  table: 'registered_models',
  id: 'm.id',
  attributes: {
    name: text('m.name', true),
    creation_timestamp: number('m.created'),
    last_updated_timestamp: number('m.updated'),
  },
  pair: () => ({
    rows: 'FROM registered_model_tags t WHERE t.key = ? AND t.model = m.id',
    value: 't.value',
  }),
  free: ['m.name', 'm.description'].map((sql) => ({ sql, values: [] })),
  ties: [{ key: 'name', descending: false }],
};

export const VERSIONS: Source = {
  from: 'model_versions v CROSS JOIN registered_models m ON m.id = v.model',
  table: 'model_versions',
  id: 'v.id',
  attributes: {
    name: text('m.name', true),
    version_number: number('v.version'),
    run_id: text('v.run_id', false),
    source_path: text('v.source', true),
    stage: text('v.stage', true),
    creation_timestamp: number('v.created'),
    last_updated_timestamp: number('v.updated'),
  },
  pair: () => ({
    rows: 'FROM model_version_tags t WHERE t.key = ? AND t.version = v.id',
    value: 't.value',
  }),
  free: ['m.name', 'v.description'].map((sql) => ({ sql, values: [] })),
  ties: [
    { key: 'name', descending: false },
    { key: 'version_number', descending: true },
  ],
};

export function searchRegistered(state: State, search: Search): Found<RegisteredModel> {
  const rows = findRows(state, REGISTERED, registeredSearch(state, search));
  return { ...rows, items: loadRegisteredModels(state, rows.items) };
}

export function searchVersions(state: State, search: Search): Found<ModelVersion> {
  const rows = findRows(state, VERSIONS, versionSearch(state, search));
  return { ...rows, items: loadModelVersions(state, rows.items) };
}

type Scoped = Search & { readonly scope: readonly Fragment[] };

export function registeredSearch(state: State, search: Search): Scoped {
  const { filter, excludes } = promptRule(search.filter);
  const prompt: Fragment = {
    sql: `coalesce((SELECT p.value <> 'true' FROM registered_model_tags p
      WHERE p.key = ? AND p.model = m.id), 1)`,
    values: [state.keys.find(TAGS.isPrompt) ?? -1],
  };
  return { ...search, filter, scope: excludes ? [prompt] : [] };
}

const NEWEST_FIRST: Search['orderBy'] = [
  { field: { on: 'attribute', key: 'last_updated_timestamp' }, descending: true },
];

export function versionSearch(state: State, search: Search): Scoped {
  const { filter, excludes } = promptRule(search.filter);
  const scope: Fragment[] = [{ sql: 'v.deleted = 0', values: [] }, ...ofOneModel(filter)];
  // One version that is a prompt makes its name one.
  if (excludes) {
    scope.push({
      sql: `(SELECT count(*) FROM model_versions o CROSS JOIN model_version_tags p
        ON p.version = o.id AND p.key = ? WHERE o.model = v.model AND p.value = 'true') = 0`,
      values: [state.keys.find(TAGS.isPrompt) ?? -1],
    });
  }
  return {
    ...search,
    filter,
    scope,
    orderBy: search.orderBy.length > 0 ? search.orderBy : NEWEST_FIRST,
  };
}

/** Lets the versions of one name be found by its index. */
function ofOneModel(filter: Filter): Fragment[] {
  return requiredLeaves(filter).flatMap((leaf) => {
    if (leaf.kind !== 'test' || leaf.field.on !== 'attribute' || leaf.field.key !== 'name')
      return [];
    if (leaf.test.op !== '=' || typeof leaf.test.value !== 'string') return [];
    const sql = 'v.model = (SELECT o.id FROM registered_models o WHERE o.name = ?)';
    return [{ sql, values: [leaf.test.value] }];
  });
}

/**
 * MLflow keeps prompts in the registry. A search does not see them unless it asks for the tag that marks
 * them; and since models do not have that tag, asking for what is no prompt does not look at it.
 */
function promptRule(filter: Filter): { filter: Filter; excludes: boolean } {
  const asked = requiredLeaves(filter).filter(isPromptTest);
  const [first] = asked;
  if (first === undefined) return { filter, excludes: !mentionsPrompts(filter) };
  if (asksForPrompts(first)) return { filter, excludes: false };
  return { filter: without(filter, isPromptTest), excludes: true };
}

function isPromptTest(condition: Condition): boolean {
  if (condition.kind !== 'test' || condition.field.on !== 'tag') return false;
  return condition.field.key === TAGS.isPrompt && 'value' in condition.test;
}

function asksForPrompts(condition: Condition): boolean {
  if (condition.kind !== 'test' || !('value' in condition.test)) return false;
  const { op, value } = condition.test;
  const wanted = String(value).toLowerCase();
  return (op === '=' && wanted === 'true') || (op === '!=' && wanted === 'false');
}

/** Under OR and NOT, or as IS NULL, the tag means what it says. */
function mentionsPrompts(filter: Filter): boolean {
  if (filter.kind === 'not') return mentionsPrompts(filter.part);
  if (filter.kind !== 'leaf') return filter.parts.some(mentionsPrompts);
  const { leaf } = filter;
  return leaf.kind === 'test' && leaf.field.on === 'tag' && leaf.field.key === TAGS.isPrompt;
}

function without(filter: Filter, isDropped: (condition: Condition) => boolean): Filter {
  if (filter.kind === 'leaf') return isDropped(filter.leaf) ? EVERYTHING : filter;
  if (filter.kind !== 'and') return filter;
  return { kind: 'and', parts: filter.parts.map((part) => without(part, isDropped)) };
}
