/**
 * Reads a filter for a subject: the names and values of each clause are checked against what the subject
 * has. Everything MLflow accepts is accepted and means the same.
 */
import { pythonRepr } from '../../base/python';
import { SearchError } from './error';
import {
  COMPARE_OPERATORS,
  type Condition,
  type Field,
  type Filter,
  LIST_OPERATORS,
  mapTree,
  NULL_OPERATORS,
  TEXT_OPERATORS,
  type Test,
} from './filter';
import { type Identifier, readIdentifier } from './identifier';
import type { Piece } from './scanner';
import { strayPieces } from './stray';
import { type AttributeType, DATASET_KEYS, type Subject } from './subjects';
import { listItems, parseSyntax, type RawLeaf, type RawValue } from './syntax';
import { readInstant, readSpan } from './time';
import type { SaidField } from './voice';

type Clause = Extract<RawLeaf, { kind: 'clause' }>;
/** `any` takes text and numbers. */
type FieldType = AttributeType | 'number' | 'any';

/** A field with what its values are. */
interface Typed {
  readonly field: Field;
  readonly type: FieldType;
  readonly said: SaidField;
}

/** A clause whose value is read and whose operator is not yet checked. */
type Read =
  | { readonly kind: 'free'; readonly text: string }
  | {
      readonly kind: 'clause';
      readonly typed: Typed;
      readonly operator: Piece;
      readonly value: number | string | readonly string[] | undefined;
    };

/**
 * @param now the time that `-2d` counts from, in milliseconds since 1970.
 * @throws SearchError with the position, MLflow's message where MLflow refuses the text, too, and the
 *   names that would be valid.
 */
export function parseFilter(text: string, subject: Subject, now: number): Filter {
  const refuse = (piece: Piece) => invalidClause(piece, text, subject);
  const tree = parseSyntax(text, refuse);
  // MLflow reads all values before it looks at the first operator, and reports what it finds first.
  const read = mapTree(tree, (leaf) => readLeaf(leaf, { subject, now, refuse }));
  return mapTree(read, (leaf) => toCondition(leaf, subject));
}

function invalidClause(piece: Piece, text: string, { voice }: Subject): SearchError {
  const stray = strayPieces(text);
  const isSeveral = stray.includes(';');
  const message = isSeveral
    ? `Search filter contained multiple expression ${pythonRepr(text)}. Provide AND-ed expression list.`
    : voice.clause(stray.length > 0 ? stray : [piece.text], text);
  return new SearchError(message, piece.start, ['AND', 'OR']);
}

interface Reading {
  readonly subject: Subject;
  readonly now: number;
  readonly refuse: (piece: Piece) => SearchError;
}

function readLeaf(leaf: RawLeaf, reading: Reading): Read {
  if (leaf.kind === 'free') {
    // The name of an attribute alone is a clause that was not finished.
    if (reading.subject.attributes.has(leaf.piece.text)) throw reading.refuse(leaf.piece);
    return { kind: 'free', text: leaf.text };
  }
  const typed = readField(leaf, reading.subject);
  const read = { kind: 'clause' as const, typed, operator: leaf.operator };
  if (leaf.value === undefined) return { ...read, value: undefined };
  if (reading.subject.isUnquotedText) checkAnyOperator(typed, leaf.operator, reading.subject);
  return { ...read, value: readValue(leaf.value, typed, reading) };
}

function readField(clause: Clause, subject: Subject): Typed {
  const { voice, entities } = subject;
  const identifier = readIdentifier(clause.name, entities, (word, position) => {
    return new SearchError(voice.entity(word), position, entities);
  });
  const { entity, key } = identifier;
  if (clause.aggregate !== undefined) return aggregated(identifier, clause.aggregate, subject);
  switch (entity) {
    case 'metric':
      return metricField(key, 'last');
    case 'parameter':
    case 'tag': {
      const on = entity === 'tag' ? entity : 'param';
      return { field: { on, key }, type: 'any', said: { entity, key, isNumeric: false } };
    }
    case 'dataset':
      if (!DATASET_KEYS.some((name) => name === key)) {
        throw new SearchError(voice.dataset(key), identifier.position, DATASET_KEYS);
      }
      return {
        field: { on: entity, key },
        type: 'text',
        said: { entity, key, isNumeric: false },
      };
    default:
      return attributeField(identifier, subject);
  }
}

function aggregated(
  { entity, key, isBare, position }: Identifier,
  of: NonNullable<Clause['aggregate']>,
  { entities, voice }: Subject,
): Typed {
  const isMetric = entities.includes('metric') && (entity === 'metric' || isBare);
  if (!isMetric) {
    const message = entities.includes('metric')
      ? `${of}() takes a metric, such as ${of}(metrics.loss).`
      : voice.clause([`${of}(${key})`], `${of}(${key})`);
    throw new SearchError(message, position, ['metrics']);
  }
  return metricField(key, of);
}

const metricField = (key: string, of: NonNullable<Clause['aggregate']>): Typed => ({
  field: { on: 'metric', key, of },
  type: 'number',
  said: { entity: 'metric', key, isNumeric: true },
});

function attributeField({ key, isBare, position }: Identifier, subject: Subject): Typed {
  const attribute = subject.attributes.get(key);
  if (attribute) {
    const { type } = attribute;
    const isNumeric = type !== 'text' && type !== 'status' && type !== 'id';
    return {
      field: { on: 'attribute', key: attribute.key },
      type,
      said: { entity: 'attribute', key, isNumeric },
    };
  }
  if (isBare && subject.hasBareNames) {
    const said = { entity: 'attribute', key, isNumeric: false } as const;
    return { field: { on: 'name', key, position }, type: 'any', said };
  }
  throw new SearchError(subject.voice.attribute(key), position, [...subject.attributes.keys()]);
}

function readValue(
  value: RawValue,
  { type, said }: Typed,
  { subject, now }: Reading,
): number | string | readonly string[] {
  const refuseNumber = () =>
    new SearchError(subject.voice.number(said, value.piece.text), value.piece.start);
  switch (type) {
    case 'number':
      if (value.kind === 'number') return value.value;
      throw refuseNumber();
    case 'integer':
      return readInteger(value) ?? fail(refuseNumber());
    case 'time':
      if (value.kind === 'number' && !value.isInteger && subject.name === 'experiments') {
        throw refuseNumber();
      }
      return readInstant(value, now) ?? fail(refuseNumber());
    case 'span':
      return readSpan(value) ?? fail(refuseNumber());
    default:
      return readText(value, { type, said, subject });
  }
}

/** As in MLflow, `version_number = '1'` is a number, too. */
function readInteger(value: RawValue): number | undefined {
  if (value.kind === 'number') return value.isInteger ? value.value : undefined;
  if (value.kind === 'word') throw notQuoted(value.piece);
  return value.kind === 'string' && /^\s*-?\d+\s*$/.test(value.value)
    ? Number(value.value)
    : undefined;
}

function readText(
  value: RawValue,
  { type, said, subject }: { type: FieldType; said: SaidField; subject: Subject },
): number | string | readonly string[] {
  const { piece } = value;
  const checked = (text: string) => {
    if (type === 'id') checkId(text, piece);
    return text;
  };
  if (value.kind === 'string') return checked(value.value);
  if (value.kind === 'list') return listItems(piece).map(checked);
  if (subject.isUnquotedText) return piece.text;
  if (value.kind === 'word') throw notQuoted(piece);
  if (value.kind === 'number' && type === 'any') return value.value;
  throw new SearchError(subject.voice.text(said, piece.text), piece.start);
}

function checkId(id: string, piece: Piece): void {
  if (/^\d+$/.test(id)) return;
  throw new SearchError(
    `Invalid experiment ID '${id}'. Experiment ID must be a valid integer.`,
    piece.start,
  );
}

const notQuoted = ({ text, start }: Piece) =>
  new SearchError(
    'Parameter value is either not quoted or unidentified quote types used for string value ' +
      `${text}. Use either single or double quotes.`,
    start,
  );

function fail(error: SearchError): never {
  throw error;
}

/** MLflow looks at the operators of logged models before their values. */
function checkAnyOperator({ said }: Typed, operator: Piece, subject: Subject): void {
  const valid = said.isNumeric ? COMPARE_OPERATORS : [...TEXT_OPERATORS, ...LIST_OPERATORS];
  if (valid.some((known) => known === operator.text)) return;
  throw new SearchError(subject.voice.operator(said, operator.text), operator.start, valid);
}

function toCondition(read: Read, subject: Subject): Condition {
  if (read.kind === 'free') return read;
  const { typed, operator, value } = read;
  return { kind: 'test', field: typed.field, test: toTest(typed, operator, { value, subject }) };
}

function toTest(
  { type, said }: Typed,
  operator: Piece,
  { value, subject }: { value: Extract<Read, { kind: 'clause' }>['value']; subject: Subject },
): Test {
  const expect = <T extends string>(valid: readonly T[]): T => {
    const found = valid.find((known) => known === operator.text);
    if (found !== undefined) return found;
    throw new SearchError(subject.voice.operator(said, operator.text), operator.start, valid);
  };
  if (value === undefined) return { op: expect(NULL_OPERATORS) };
  if (typeof value === 'number') return { op: expect(COMPARE_OPERATORS), value };
  if (typeof value === 'string') {
    const op = expect(type === 'id' ? (['=', '!='] as const) : TEXT_OPERATORS);
    if (op.endsWith('LIKE') && value.length > MAX_PATTERN) throw tooLong(operator);
    return { op, value: type === 'status' && op === '=' ? statusOf(value, subject) : value };
  }
  const values = type === 'status' ? value.map((text) => statusOf(text, subject)) : value;
  return { op: expect(LIST_OPERATORS), values };
}

/** Its case does not matter; `READY` is short for a logged model's `LOGGED_MODEL_READY`. */
function statusOf(text: string, { name }: Subject): string {
  const status = text.toUpperCase();
  const isShort = name === 'logged models' && !status.startsWith(MODEL_STATUS);
  return isShort ? MODEL_STATUS + status : status;
}

/** SQLite takes patterns of up to 50,000 bytes. */
const MAX_PATTERN = 10_000;

const tooLong = ({ text, start }: Piece) =>
  new SearchError(`A pattern of ${text} has at most ${MAX_PATTERN} characters.`, start);

const MODEL_STATUS = 'LOGGED_MODEL_';
