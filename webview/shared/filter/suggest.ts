/** What a filter may go on with at the caret. */

import { RUN_STATUSES } from '../../../src/domain/run';
import { SearchError } from '../../../src/domain/search/error';
import {
  AGGREGATES,
  COMPARE_OPERATORS,
  LIST_OPERATORS,
  NULL_OPERATORS,
  TEXT_OPERATORS,
} from '../../../src/domain/search/filter';
import { readIdentifier } from '../../../src/domain/search/identifier';
import { RESERVED } from '../../../src/domain/search/scanner';
import {
  type AttributeType,
  DATASET_KEYS,
  type Subject,
} from '../../../src/domain/search/subjects';
import type { Context } from './context';

export type SuggestionKind =
  | 'metric'
  | 'param'
  | 'tag'
  | 'attribute'
  | 'dataset'
  | 'operator'
  | 'value'
  | 'join'
  | 'history';

export interface Suggestion {
  /** What is seen, and matched by what was written. */
  readonly label: string;
  /** What is put in the place of the context. */
  readonly insert: string;
  readonly kind: SuggestionKind;
}

export interface KnownNames {
  readonly metrics: readonly string[];
  readonly params: readonly string[];
  readonly tags: readonly string[];
}

/** What the line offers; both are asked while someone types. */
export interface FilterNames {
  names(): Promise<KnownNames>;
  /** The most frequent first. */
  values(of: {
    readonly on: 'param' | 'tag' | 'attribute';
    readonly key: string;
    readonly prefix: string;
  }): Promise<readonly string[]>;
}

export const NO_NAMES: KnownNames = { metrics: [], params: [], tags: [] };
const MAX_SUGGESTIONS = 50;

/** What a name in a filter stands for, as far as the page knows. */
export type Meaning =
  | { readonly on: 'metric' | 'param' | 'tag' | 'dataset'; readonly key: string }
  | { readonly on: 'attribute'; readonly key: string; readonly type: AttributeType };

export function meaningOf(name: string, subject: Subject, names: KnownNames): Meaning | undefined {
  try {
    const piece = { text: name, start: 0 };
    const refuse = (word: string) => new SearchError(word, 0);
    const { entity, key, isBare } = readIdentifier(piece, subject.entities, refuse);
    if (entity === 'parameter') return { on: 'param', key };
    if (entity !== 'attribute') return { on: entity, key };
    const attribute = subject.attributes.get(key);
    if (attribute) return { on: 'attribute', key: attribute.key, type: attribute.type };
    if (!isBare || !subject.hasBareNames) return undefined;
    if (names.metrics.includes(key)) return { on: 'metric', key };
    return names.params.includes(key) ? { on: 'param', key } : undefined;
  } catch {
    // No such entity: the message under the line says so.
    return undefined;
  }
}

/** `values`: what the store has for a context of a value. The best first. */
export function suggestions(
  context: Context,
  subject: Subject,
  of: { readonly names: KnownNames; readonly values: readonly string[] },
): Suggestion[] {
  switch (context.at) {
    case 'name':
      return matching(context.prefix, allNames(subject, of.names));
    case 'join':
      return matching(context.prefix, [
        { label: 'AND', insert: 'AND ', kind: 'join' },
        { label: 'OR', insert: 'OR ', kind: 'join' },
        ...(context.prefix === '' ? [] : allNames(subject, of.names)),
      ]);
    case 'operator':
      return matching(context.prefix, operatorsOf(meaningOf(context.name, subject, of.names)));
    case 'value':
      return matching(context.prefix, valuesOf(context, subject, of));
  }
}

/** Those that begin with the prefix, then those that have it elsewhere. */
function matching(prefix: string, all: readonly Suggestion[]): Suggestion[] {
  const low = unquoted(prefix);
  const keyOf = (label: string) => unquoted(label.slice(label.indexOf('.') + 1));
  const rank = ({ label }: Suggestion) => {
    const text = unquoted(label);
    if (text.startsWith(low) || keyOf(label).startsWith(low)) return 0;
    return text.includes(low) ? 1 : undefined;
  };
  const ranked = all.flatMap((each) => {
    const place = rank(each);
    return place === undefined ? [] : [{ each, place }];
  });
  return ranked
    .sort((a, b) => a.place - b.place)
    .slice(0, MAX_SUGGESTIONS)
    .map(({ each }) => each);
}

const unquoted = (text: string): string => text.toLowerCase().replace(/[`"']/g, '');

function allNames(subject: Subject, names: KnownNames): Suggestion[] {
  const has = (entity: Subject['entities'][number]) => subject.entities.includes(entity);
  const attributes = [...new Set([...subject.attributes.values()].map(({ key }) => key))];
  return [
    ...(has('metric') ? names.metrics.map((key) => named('metric', key, subject, names)) : []),
    ...(has('parameter') ? names.params.map((key) => named('param', key, subject, names)) : []),
    ...attributes.map((key) => ({ label: key, insert: `${key} `, kind: 'attribute' as const })),
    ...(has('tag') ? names.tags.map((key) => named('tag', key, subject, names)) : []),
    ...(has('dataset')
      ? DATASET_KEYS.map((key) => ({
          label: `dataset.${key}`,
          insert: `dataset.${key} `,
          kind: 'dataset' as const,
        }))
      : []),
    ...(has('metric')
      ? AGGREGATES.map((of) => ({
          label: `${of}(…)`,
          insert: `${of}(metrics.`,
          kind: 'operator' as const,
        }))
      : []),
  ];
}

const ENTITY = { metric: 'metrics', param: 'params', tag: 'tags' } as const;
const WORD = /^[\p{L}_][\p{L}\p{N}_$#]*$/u;
const DOTTED = /^[\p{L}\p{N}_$#]+(?:\.[\p{L}\p{N}_$#]+)*$/u;

/** Bare where only one thing has that name, else with its entity. */
function named(
  kind: 'metric' | 'param' | 'tag',
  key: string,
  subject: Subject,
  names: KnownNames,
): Suggestion {
  const label = `${ENTITY[kind]}.${key}`;
  const others = kind === 'metric' ? names.params : names.metrics;
  const isBare =
    kind !== 'tag' &&
    subject.hasBareNames &&
    WORD.test(key) &&
    !RESERVED.test(key) &&
    !subject.attributes.has(key) &&
    !others.includes(key);
  return { label, insert: isBare ? `${key} ` : `${ENTITY[kind]}.${quotedKey(key)} `, kind };
}

/** As the language writes keys: plain, in backticks, or in double quotes. */
function quotedKey(key: string): string {
  if (DOTTED.test(key)) return key;
  return key.includes('`') ? `"${key}"` : `\`${key}\``;
}

/** Undefined when the language has no way to write it: it knows no escapes. */
export function quotedText(text: string): string | undefined {
  if (!text.includes("'")) return `'${text}'`;
  return text.includes('"') ? undefined : `"${text}"`;
}

function operatorsOf(meaning: Meaning | undefined): Suggestion[] {
  return operatorNames(meaning).map((label) => ({
    label,
    insert: /^(NOT )?IN$/.test(label) ? `${label} (` : `${label} `,
    kind: 'operator',
  }));
}

function operatorNames(meaning: Meaning | undefined): readonly string[] {
  if (!meaning) return [...COMPARE_OPERATORS, ...TEXT_OPERATORS.slice(2), ...NULL_OPERATORS];
  if (meaning.on === 'metric') return [...COMPARE_OPERATORS, ...NULL_OPERATORS];
  if (meaning.on === 'attribute') {
    if (meaning.type === 'time' || meaning.type === 'span' || meaning.type === 'integer') {
      return [...COMPARE_OPERATORS, ...NULL_OPERATORS];
    }
    return meaning.type === 'id' ? ['=', '!='] : [...TEXT_OPERATORS, ...LIST_OPERATORS];
  }
  const numbers = meaning.on === 'param' || meaning.on === 'tag' ? COMPARE_OPERATORS.slice(2) : [];
  return [
    ...TEXT_OPERATORS.slice(0, 2),
    ...numbers,
    ...TEXT_OPERATORS.slice(2),
    ...LIST_OPERATORS,
    ...NULL_OPERATORS,
  ];
}

const SPANS = ['10m', '1h', '1d', '7d'];
const NUMBER = /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i;

function valuesOf(
  context: Extract<Context, { at: 'value' }>,
  subject: Subject,
  { names, values }: { readonly names: KnownNames; readonly values: readonly string[] },
): Suggestion[] {
  const meaning = meaningOf(context.name, subject, names);
  const end = context.inList ? '' : ' ';
  const plain = (label: string): Suggestion => ({ label, insert: `${label}${end}`, kind: 'value' });
  if (meaning?.on === 'attribute' && meaning.type === 'time')
    return SPANS.map((s) => plain(`-${s}`));
  if (meaning?.on === 'attribute' && meaning.type === 'span') return SPANS.map(plain);
  if (meaning?.on === 'metric') return [];
  const known =
    meaning?.on === 'attribute' && meaning.type === 'status' && subject.name === 'runs'
      ? RUN_STATUSES
      : values;
  return known.flatMap((value) => {
    if (meaning?.on === 'param' && NUMBER.test(value) && !context.inList) return [plain(value)];
    const insert = quotedText(value);
    return insert === undefined ? [] : [{ label: value, insert: `${insert}${end}`, kind: 'value' }];
  });
}

/** Puts a suggestion into the text; `caret` is where to go on. */
export function accepted(
  text: string,
  { from, to }: Context,
  { insert }: Suggestion,
): { readonly text: string; readonly caret: number } {
  // A value's own closing quote, and a space that is there already, do not come twice.
  const quote = /^['"]/.exec(insert)?.[0];
  const rest = text.slice(to);
  const skipped = quote !== undefined && rest.startsWith(quote) ? rest.slice(1) : rest;
  const after = insert.endsWith(' ') ? skipped.replace(/^ /, '') : skipped;
  const head = `${text.slice(0, from)}${insert}`;
  return { text: head + after, caret: head.length };
}
