/** `order_by` terms: `metrics.loss DESC`, ``params.`learning rate` ``; ascending when not said. */
import { inTerm, SearchError } from './error';
import type { DatasetChoice, ModelOrder, Order } from './filter';
import { type Identifier, readIdentifier } from './identifier';
import { PATTERNS, type Piece, RESERVED, Scanner } from './scanner';
import { LOGGED_MODELS, type Subject } from './subjects';
import { aggregateOf } from './syntax';

/**
 * A field that is named again is dropped: the first decides.
 * @throws SearchError for an unknown name, or one that has no order.
 */
export function parseOrder(terms: readonly string[], subject: Subject): Order[] {
  return firstOfEach(
    terms.map((term) => inTerm(term, () => withTerm(parseTerm(term, subject), term))),
  );
}

/** What a bare name means is found out later. */
const withTerm = ({ field, descending }: Order, term: string): Order => ({
  field: field.on === 'name' ? { ...field, term } : field,
  descending,
});

function parseTerm(text: string, subject: Subject): Order {
  const { call, name, direction } = splitTerm(text);
  const descending = isDescending(direction, text);
  if (subject.isOrderPlain && call === undefined) {
    return { field: attributeField(name.text, name.start, subject), descending };
  }
  const { entities, voice } = subject;
  const identifier = readIdentifier(name, entities, (word, position) => {
    return new SearchError(voice.entity(word), position, entities);
  });
  if (call === undefined) return { field: toField(identifier, subject), descending };
  const isMetric = identifier.entity === 'metric' || identifier.isBare;
  if (!isMetric || !entities.includes('metric')) throw notParsed(text);
  return { field: { on: 'metric', key: identifier.key, of: aggregateOf(call) }, descending };
}

/** One name, perhaps in `max(…)`, and perhaps a word behind it. */
function splitTerm(text: string) {
  const scanner = new Scanner(text);
  const call = scanner.take(PATTERNS.aggregate)?.text;
  const name = scanner.take(PATTERNS.name);
  const isClosed = call === undefined || scanner.take(PATTERNS.close);
  const isWordBehind = !scanner.atEnd() && scanner.sees(/(?<=\s)\S/y);
  const direction = isWordBehind ? scanner.rest() : undefined;
  const isReserved = direction && RESERVED.test(direction.text);
  if (!name || !isClosed || isReserved || !scanner.atEnd()) throw notParsed(text);
  return { call, name, direction };
}

const notParsed = (text: string) =>
  new SearchError(`Invalid order_by clause '${text}'. Could not be parsed.`, 0);

function isDescending(direction: Piece | undefined, term: string): boolean {
  const word = direction?.text.toUpperCase() ?? 'ASC';
  if (word === 'ASC' || word === 'DESC') return word === 'DESC';
  throw new SearchError(
    `Invalid ordering key in order_by clause '${term}'.`,
    direction?.start ?? 0,
    ['ASC', 'DESC'],
  );
}

function toField({ entity, key, isBare, position }: Identifier, subject: Subject): Order['field'] {
  const { orderKeys, voice } = subject;
  if (entity === 'attribute') {
    const isName = isBare && subject.hasBareNames && !orderKeys.has(key);
    return isName ? { on: 'name', key, position } : attributeField(key, position, subject);
  }
  if (entity === 'dataset' || !subject.hasBareNames) {
    throw new SearchError(voice.orderEntity(entity, key), position, ['attribute']);
  }
  if (entity === 'metric') return { on: entity, key, of: 'last' };
  return { on: entity === 'parameter' ? 'param' : entity, key };
}

function attributeField(
  name: string,
  position: number,
  { orderKeys, voice }: Subject,
): Order['field'] {
  const key = orderKeys.get(name);
  if (key !== undefined) return { on: 'attribute', key };
  throw new SearchError(voice.orderKey(name), position, [...orderKeys.keys()]);
}

function firstOfEach<T extends Order>(orders: readonly T[]): T[] {
  const byName = new Map<string, T>();
  for (const order of orders) {
    const { field } = order;
    const name = `${field.on} ${'of' in field ? field.of : ''} ${field.key}`;
    if (!byName.has(name)) byName.set(name, order);
  }
  return [...byName.values()];
}

/** A term of the search over logged models: an object with a direction and perhaps a dataset. */
export interface ModelOrderTerm {
  readonly fieldName: string;
  readonly ascending: boolean;
  readonly dataset: DatasetChoice | undefined;
}

/** @throws SearchError for an unknown name. */
export function parseModelOrder(terms: readonly ModelOrderTerm[]): ModelOrder[] {
  return terms.map(({ fieldName, ascending, dataset }) => {
    const field = modelField(fieldName);
    const order = { field, descending: !ascending };
    return dataset && field.on === 'metric' ? { ...order, dataset } : order;
  });
}

/** What stands behind `metrics.` is the key as it is. */
function modelField(name: string): Order['field'] {
  const dot = name.indexOf('.');
  if (dot < 0) {
    const key = LOGGED_MODELS.orderKeys.get(name);
    if (key !== undefined) return { on: 'attribute', key };
    throw new SearchError(LOGGED_MODELS.voice.orderKey(name), 0, [
      ...LOGGED_MODELS.orderKeys.keys(),
    ]);
  }
  if (name.slice(0, dot) === 'metrics') {
    return { on: 'metric', key: name.slice(dot + 1), of: 'last' };
  }
  throw new SearchError(`Invalid order by field name: ${name}. Only metrics are supported.`, 0, [
    'metrics',
  ]);
}
