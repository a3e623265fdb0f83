/** Splits `entity.key` and says which entity is meant. A bare key is an attribute, as in MLflow. */
import { SearchError } from './error';
import type { Piece } from './scanner';

export type Entity = 'metric' | 'parameter' | 'tag' | 'attribute' | 'dataset';

export interface Identifier {
  readonly entity: Entity;
  readonly key: string;
  /** Where the key starts in the text. */
  readonly position: number;
}

const ENTITIES: ReadonlyMap<string, Entity> = new Map([
  ['metric', 'metric'],
  ['metrics', 'metric'],
  ['parameter', 'parameter'],
  ['parameters', 'parameter'],
  ['param', 'parameter'],
  ['params', 'parameter'],
  ['tag', 'tag'],
  ['tags', 'tag'],
  ['attribute', 'attribute'],
  ['attributes', 'attribute'],
  ['attr', 'attribute'],
  ['run', 'attribute'],
  ['dataset', 'dataset'],
  ['datasets', 'dataset'],
]);

export const ENTITY_NAMES: readonly Entity[] = [
  'metric',
  'parameter',
  'tag',
  'attribute',
  'dataset',
];

/** @throws SearchError for an unknown entity. */
export function readIdentifier(piece: Piece): Identifier {
  const dot = piece.text.indexOf('.');
  if (dot < 0) return { entity: 'attribute', key: unquote(piece.text), position: piece.start };
  const word = trimBackticks(piece.text.slice(0, dot));
  const entity = ENTITIES.get(word);
  if (!entity) {
    const names = ENTITY_NAMES.map((name) => `'${name}'`).join(', ');
    throw new SearchError(
      `Invalid entity type '${word}'. Valid values are [${names}]`,
      piece.start,
      ENTITY_NAMES,
    );
  }
  return { entity, key: unquote(piece.text.slice(dot + 1)), position: piece.start + dot + 1 };
}

/** The error for a key that is none of the valid ones. */
export function invalidKey(
  identifier: Identifier,
  valid: readonly string[],
  what: 'attribute' | 'dataset',
): SearchError {
  const names = valid.map((name) => `'${name}'`).join(', ');
  return new SearchError(
    `Invalid ${what} key '${identifier.key}' specified. Valid keys are '{${names}}'`,
    identifier.position,
    valid,
  );
}

function unquote(text: string): string {
  const isQuoted = text.length >= 2 && (isWrapped(text, '"') || isWrapped(text, "'"));
  return trimBackticks(isQuoted ? text.slice(1, -1) : text);
}

const trimBackticks = (text: string) =>
  text.length >= 2 && isWrapped(text, '`') ? text.slice(1, -1) : text;

const isWrapped = (text: string, quote: string) => text.startsWith(quote) && text.endsWith(quote);
