/** Type annotations as far as they are certain: which of them can never hold one another's values. */
import type { NamePaths } from '../../syntax/namePaths';

/** Kinds of values that are told apart; a union is a set of them. */
type Kind =
  | 'int'
  | 'float'
  | 'bool'
  | 'str'
  | 'bytes'
  | 'dict'
  | 'list'
  | 'tuple'
  | 'set'
  | 'None'
  | 'DataFrame'
  | 'Series'
  | 'ndarray';

const BUILTIN: Readonly<Record<string, Kind>> = {
  int: 'int',
  float: 'float',
  bool: 'bool',
  str: 'str',
  bytes: 'bytes',
  dict: 'dict',
  list: 'list',
  tuple: 'tuple',
  set: 'set',
  frozenset: 'set',
  None: 'None',
};
const KNOWN: Readonly<Record<string, Kind>> = {
  'typing.Dict': 'dict',
  'typing.List': 'list',
  'typing.Tuple': 'tuple',
  'typing.Set': 'set',
  'pandas.DataFrame': 'DataFrame',
  'pandas.Series': 'Series',
  'numpy.ndarray': 'ndarray',
};

/** What a value may be converted to without a word: Runlens' own rules for parameters. */
const CONVERTS: Readonly<Partial<Record<Kind, readonly Kind[]>>> = {
  bool: ['int', 'float', 'str'],
  int: ['float', 'bool'],
  float: ['int', 'bool'],
  str: ['int', 'float', 'bool'],
  list: ['tuple', 'set'],
  tuple: ['list', 'set'],
  set: ['list', 'tuple'],
};

/** Whether a value of the one certainly cannot be taken as the other; both as they are written. */
export function certainlyDiffers(
  made: string,
  wanted: string,
  names: { readonly made: NamePaths; readonly wanted: NamePaths },
): boolean {
  const from = kindsOf(made, names.made);
  const to = kindsOf(wanted, names.wanted);
  if (!from || !to || from.size === 0 || to.size === 0) return false;
  const fits = (kind: Kind) => to.has(kind) || (CONVERTS[kind] ?? []).some((one) => to.has(one));
  return ![...from].some(fits);
}

/** The annotation without `Annotated[…]` around it. */
export function plainAnnotation(text: string, names: NamePaths): string {
  const generic = partsOf(unquoted(text));
  if (!generic || pathIn(generic.name, names) !== 'typing.Annotated') return unquoted(text);
  return generic.items[0] ?? text;
}

/** The types of a tuple's items, or undefined when it is no tuple of a fixed length. */
export function tupleItems(text: string, names: NamePaths): readonly string[] | undefined {
  const generic = partsOf(unquoted(text));
  if (!generic) return undefined;
  const isTuple = generic.name === 'tuple' || pathIn(generic.name, names) === 'typing.Tuple';
  return isTuple && !generic.items.includes('...') ? generic.items : undefined;
}

function kindsOf(text: string, names: NamePaths): ReadonlySet<Kind> | undefined {
  const plain = plainAnnotation(text.trim(), names);
  const union = splitTop(plain, '|');
  if (union.length > 1) return together(union, names);
  const generic = partsOf(plain);
  const name = generic?.name ?? plain;
  const path = pathIn(name, names);
  if (generic && path === 'typing.Optional') return together([...generic.items, 'None'], names);
  if (generic && path === 'typing.Union') return together(generic.items, names);
  const kind = path === undefined ? builtin(name, names) : KNOWN[path];
  return kind && new Set([kind]);
}

/** A built-in name that the file has not bound to something else. */
const builtin = (name: string, names: NamePaths): Kind | undefined =>
  names.has(name) ? undefined : BUILTIN[name];

function together(items: readonly string[], names: NamePaths): ReadonlySet<Kind> | undefined {
  const kinds = items.map((item) => kindsOf(item, names));
  // One that is not known makes the whole unknown.
  if (kinds.some((kind) => kind === undefined)) return undefined;
  return new Set(kinds.flatMap((kind) => [...(kind ?? [])]));
}

function pathIn(name: string, names: NamePaths): string | undefined {
  const [root = '', ...rest] = name.split('.');
  const base = names.get(root);
  if (base === undefined) return undefined;
  const path = [base, ...rest].join('.');
  return path.replace(/^typing_extensions\./, 'typing.');
}

function unquoted(text: string): string {
  const match = /^\s*(['"])([^'"]*)\1\s*$/.exec(text);
  return (match?.[2] ?? text).trim();
}

function partsOf(text: string): { name: string; items: string[] } | undefined {
  const match = /^([\w.]+)\s*\[([\s\S]*)\]$/.exec(text.trim());
  return match ? { name: match[1] ?? '', items: splitTop(match[2] ?? '', ',') } : undefined;
}

/** Splits where no bracket or string is open. */
function splitTop(text: string, separator: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quote = '';
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const sign = text.charAt(at);
    if (quote !== '') {
      if (sign === quote) quote = '';
    } else if (sign === '"' || sign === "'") quote = sign;
    else if ('([{'.includes(sign)) depth++;
    else if (')]}'.includes(sign)) depth--;
    else if (sign === separator && depth === 0) {
      parts.push(text.slice(from, at).trim());
      from = at + 1;
    }
  }
  const last = text.slice(from).trim();
  return last === '' && parts.length > 0 ? parts : [...parts, last];
}
