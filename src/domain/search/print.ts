/** The text of a filter: parsing it again gives the same tree. */
import { assertNever } from '../../base/assertNever';
import type { Condition, Field, Filter, Test } from './filter';

export function printFilter(filter: Filter): string {
  if (filter.kind === 'leaf') return printCondition(filter.leaf);
  if (filter.kind === 'not') return `NOT ${inParentheses(filter.part)}`;
  return filter.parts.map(inParentheses).join(filter.kind === 'and' ? ' AND ' : ' OR ');
}

const inParentheses = (part: Filter) =>
  part.kind === 'and' || part.kind === 'or' ? `(${printFilter(part)})` : printFilter(part);

function printCondition(condition: Condition): string {
  if (condition.kind === 'free') return quote(condition.text);
  return `${printField(condition.field)} ${printTest(condition.test)}`;
}

function printField(field: Field): string {
  switch (field.on) {
    case 'metric': {
      const name = `metrics.\`${field.key}\``;
      return field.of === 'last' ? name : `${field.of}(${name})`;
    }
    case 'name':
      return `\`${field.key}\``;
    case 'attribute':
    case 'param':
    case 'tag':
    case 'dataset':
      return `${field.on}s.\`${field.key}\``;
    default:
      return assertNever(field);
  }
}

function printTest(test: Test): string {
  if ('values' in test) return `${test.op} (${test.values.map(quoteItem).join(', ')})`;
  if (!('value' in test)) return test.op;
  return `${test.op} ${typeof test.value === 'number' ? test.value : quote(test.value)}`;
}

/** A text of a clause is taken as it is written, so it cannot hold both kinds of quotes. */
const quote = (text: string) => (text.includes("'") ? `"${text}"` : `'${text}'`);

const quoteItem = (text: string) => `'${text.replace(/[\\']/g, '\\$&')}'`;
