/** Filters that find exactly the runs with a value, whatever characters the key and the value have. */
import { SearchError } from './error';
import type { Condition, Test } from './filter';
import { parseFilter } from './parse';
import { RUNS } from './subjects';

export interface ExactField {
  readonly on: 'param' | 'tag' | 'attribute';
  readonly key: string;
}

/**
 * The clause that holds where the field has one of these texts; null: where it has nothing.
 * @returns undefined when the language has no way to write the key (some with backticks, which
 *   MLflow lets nobody log).
 */
export function exactFilter(
  field: ExactField,
  values: readonly (string | null)[],
): string | undefined {
  const texts = values.filter((value) => value !== null);
  const clauses = [
    ...(texts.length > 0 ? [clauseOf(field, textTests(texts))] : []),
    ...(texts.length < values.length
      ? [clauseOf(field, [{ test: { op: 'IS NULL' }, text: 'IS NULL' }])]
      : []),
  ];
  if (clauses.includes(undefined)) return undefined;
  return clauses.length > 1 ? `(${clauses.join(' OR ')})` : clauses[0];
}

interface WrittenTest {
  readonly test: Test;
  readonly text: string;
}

/** Any text can be in a list, but MLflow's servers know lists of attributes only. */
function textTests(texts: readonly string[]): WrittenTest[] {
  const [only] = texts;
  const single =
    only !== undefined && texts.length === 1
      ? ["'", '"'].map((quote): WrittenTest => {
          return { test: { op: '=', value: only }, text: `= ${quote}${only}${quote}` };
        })
      : [];
  const items = texts.map((text) => `'${text.replace(/[\\']/g, '\\$&')}'`);
  return [...single, { test: { op: 'IN', values: texts }, text: `IN (${items.join(', ')})` }];
}

/** The first way to write it that is read as it is meant. */
function clauseOf(field: ExactField, tests: readonly WrittenTest[]): string | undefined {
  for (const { test, text } of tests) {
    const condition: Condition = { kind: 'test', field, test };
    const clause = spellings(field)
      .map((name) => `${name} ${text}`)
      .find((written) => readsAs(written, condition));
    if (clause !== undefined) return clause;
  }
  return undefined;
}

/** The name of a field, the plainest first. */
function spellings({ on, key }: ExactField): string[] {
  const plain = on === 'attribute' ? [key] : [];
  return [...plain, ...['`', '"'].map((quote) => `${on}s.${quote}${key}${quote}`)];
}

/**
 * What is written must mean what was meant. Twice, since a quote that a key ends with is read otherwise
 * where another one follows.
 */
function readsAs(clause: string, condition: Condition): boolean {
  try {
    const filter = parseFilter(`${clause} AND ${clause}`, RUNS, 0);
    const parts = filter.kind === 'and' ? filter.parts : [];
    return (
      parts.length === 2 &&
      parts.every((part) => part.kind === 'leaf' && isSame(part.leaf, condition))
    );
  } catch (error) {
    // A key that cannot be written so: the next spelling is tried.
    if (error instanceof SearchError) return false;
    throw error;
  }
}

function isSame(a: Condition, b: Condition): boolean {
  if (a.kind !== 'test' || b.kind !== 'test') return false;
  const sameField = a.field.on === b.field.on && a.field.key === b.field.key;
  return sameField && a.test.op === b.test.op && writtenValue(a.test) === writtenValue(b.test);
}

const writtenValue = (test: Test): string =>
  JSON.stringify('values' in test ? test.values : 'value' in test ? test.value : null);
