/** Splits `entity.key` and says which entity is meant. A bare key is an attribute, as in MLflow. */
import type { SearchError } from './error';
import type { Piece } from './scanner';

export type Entity = 'metric' | 'parameter' | 'tag' | 'attribute' | 'dataset';

export interface Identifier {
  readonly entity: Entity;
  readonly key: string;
  /** Where the key starts in the text. */
  readonly position: number;
  readonly isBare: boolean;
}

/** Every spelling of an entity; each subject has some of the entities. */
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

/** `refuse` makes the error for a word that is none of `entities`. */
export function readIdentifier(
  piece: Piece,
  entities: readonly Entity[],
  refuse: (word: string, position: number) => SearchError,
): Identifier {
  const dot = piece.text.indexOf('.');
  if (dot < 0) {
    return {
      entity: 'attribute',
      key: unquote(piece.text),
      position: piece.start,
      isBare: true,
    };
  }
  const word = trimBackticks(piece.text.slice(0, dot));
  const entity = ENTITIES.get(word);
  if (!entity || !entities.includes(entity)) throw refuse(word, piece.start);
  const key = unquote(piece.text.slice(dot + 1));
  return { entity, key, position: piece.start + dot + 1, isBare: false };
}

function unquote(text: string): string {
  const isQuoted = text.length >= 2 && (isWrapped(text, '"') || isWrapped(text, "'"));
  return trimBackticks(isQuoted ? text.slice(1, -1) : text);
}

const trimBackticks = (text: string) =>
  text.length >= 2 && isWrapped(text, '`') ? text.slice(1, -1) : text;

const isWrapped = (text: string, quote: string) => text.startsWith(quote) && text.endsWith(quote);
