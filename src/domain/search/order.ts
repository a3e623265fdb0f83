/** MLflow's `order_by` terms: `metrics.loss DESC`, ``params.`learning rate` ``; ascending when not said. */
import { SearchError } from './error';
import { type Identifier, readIdentifier } from './identifier';
import { attributeOf } from './parse';
import type { RunOrder } from './query';

export interface OrderTerm {
  readonly identifier: Identifier;
  readonly descending: boolean;
}

const TERM = /^\s*((?:`(?:``|[^`])*`|"[^"]*"|[^\s`"])+)(?:\s+(\S+))?\s*$/u;

/** @throws SearchError when the term is not one name with ASC or DESC behind it. */
export function parseOrderTerm(text: string): OrderTerm {
  const match = TERM.exec(text);
  if (!match?.[1] || /[(),;]/.test(match[1].replace(/`[^`]*`|"[^"]*"/g, ''))) {
    throw new SearchError(`Invalid order_by clause '${text}'. Could not be parsed.`, 0);
  }
  const direction = match[2]?.toUpperCase() ?? 'ASC';
  if (direction !== 'ASC' && direction !== 'DESC') {
    throw new SearchError(
      `Invalid ordering key in order_by clause '${text}'.`,
      text.lastIndexOf(match[2] ?? ''),
      ['ASC', 'DESC'],
    );
  }
  const identifier = readIdentifier({ text: match[1], start: text.indexOf(match[1]) });
  return { identifier, descending: direction === 'DESC' };
}

/**
 * The order of a search over runs. A field that is named again is dropped: the first decides.
 * @throws SearchError for an unknown name, or one that has no order.
 */
export function parseRunOrder(terms: readonly string[]): RunOrder[] {
  const orders = new Map<string, RunOrder>();
  for (const term of terms) {
    const order = toOrder(parseOrderTerm(term));
    const name = `${order.on}.${order.key}`;
    if (!orders.has(name)) orders.set(name, order);
  }
  return [...orders.values()];
}

function toOrder({ identifier, descending }: OrderTerm): RunOrder {
  const { entity, key, position } = identifier;
  if (entity === 'dataset') {
    throw new SearchError(`Invalid identifier type 'dataset'`, position, [
      'metric',
      'parameter',
      'tag',
      'attribute',
    ]);
  }
  if (entity === 'attribute') return { on: entity, key: attributeOf(identifier), descending };
  return { on: entity === 'parameter' ? 'param' : entity, key, descending };
}
