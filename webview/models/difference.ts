/** What differs between two versions of a model: schema, parameters, metrics, requirements, tags. */
import { assertNever } from '../../src/base/assertNever';
import type { ModelVersionDetail, SchemaField } from '../../src/protocol/models';
import { fromWire } from '../../src/protocol/wire';
import { fieldType, owned } from './page';

export const PARTS = [
  'facts',
  'inputs',
  'outputs',
  'params',
  'metrics',
  'requirements',
  'tags',
] as const;
export type Part = (typeof PARTS)[number];

/** One name of a part; undefined where a version does not have it. */
export interface Difference {
  readonly name: string;
  readonly left: string | undefined;
  readonly right: string | undefined;
  readonly differs: boolean;
  /** Right minus left, for metrics that both have with finite values. */
  readonly delta?: number;
}

export interface PartDifference {
  readonly part: Part;
  /** By name. */
  readonly rows: readonly Difference[];
  readonly equal: number;
}

type Values = ReadonlyMap<string, string>;

export function differenceOf(
  left: ModelVersionDetail,
  right: ModelVersionDetail,
): readonly PartDifference[] {
  return PARTS.map((part) => {
    const rows = rowsOf(valuesOf(left, part), valuesOf(right, part));
    const told = part === 'metrics' ? rows.map((row) => withDelta(row, left, right)) : rows;
    return { part, rows: told, equal: told.filter(({ differs }) => !differs).length };
  });
}

function rowsOf(left: Values, right: Values): Difference[] {
  const names = [...new Set([...left.keys(), ...right.keys()])].sort(collator.compare);
  return names.map((name) => {
    const [a, b] = [left.get(name), right.get(name)];
    return { name, left: a, right: b, differs: a !== b };
  });
}

const collator = new Intl.Collator('en', { numeric: true });

function withDelta(
  row: Difference,
  left: ModelVersionDetail,
  right: ModelVersionDetail,
): Difference {
  const [a, b] = [owned(left.metrics, row.name), owned(right.metrics, row.name)];
  if (a === undefined || b === undefined) return row;
  const delta = fromWire(b) - fromWire(a);
  return Number.isFinite(delta) ? { ...row, delta } : row;
}

function valuesOf(version: ModelVersionDetail, part: Part): Values {
  switch (part) {
    case 'facts':
      return new Map(factsOf(version));
    case 'inputs':
    case 'outputs':
      return schemaValues(version.files?.[part]);
    case 'params':
    case 'tags':
      return new Map(Object.entries(version[part]));
    case 'metrics':
      return new Map(Object.entries(version.metrics).map(([key, value]) => [key, String(value)]));
    case 'requirements':
      return requirementValues(version.files?.requirements ?? []);
    default:
      return assertNever(part);
  }
}

function factsOf({ source, runName, runId, stage, pipeline, files }: ModelVersionDetail) {
  const facts: [string, string | undefined][] = [
    ['stage', stage],
    ['source', source],
    ['run', runName ?? runId],
    ['pipeline', pipeline],
    ['flavors', files?.flavors.join(', ')],
    ['python', files?.pythonVersion],
    ['mlflow', files?.mlflowVersion],
  ];
  return facts.filter((fact): fact is [string, string] => fact[1] !== undefined);
}

/** Fields without a name are told by their place; one that comes twice keeps both. */
function schemaValues(fields: readonly SchemaField[] | undefined): Values {
  const values = new Map<string, string>();
  for (const [i, field] of (fields ?? []).entries()) {
    const name = field.name === '' ? `#${i + 1}` : field.name;
    values.set(values.has(name) ? `${name} #${i + 1}` : name, fieldType(field));
  }
  return values;
}

/** `numpy==2.1.0` by its name; what names no package is told whole. */
function requirementValues(lines: readonly string[]): Values {
  const values = new Map<string, string>();
  for (const line of lines) {
    const text = line.trim();
    if (text === '' || text.startsWith('#')) continue;
    const [, name, rest] = /^([A-Za-z\d][\w.-]*(?:\[[^\]]*\])?)\s*(.*)$/.exec(text) ?? [];
    // PEP 503: names are compared so.
    const key = name === undefined ? text : name.toLowerCase().replace(/[-_.]+/g, '-');
    values.set(key, rest === undefined || rest === '' ? text : rest);
  }
  return values;
}
