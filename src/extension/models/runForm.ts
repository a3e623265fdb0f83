/**
 * The form behind Run With…: how typed text becomes a value, which values are kept and sent, and
 * what the overview says. Knows no VS Code.
 */
import { canonicalJson, type Json } from '../../base/json';
import type { SignatureParameter } from '../../protocol/lsp';

export type FormValues = Readonly<Record<string, Json>>;
export type Parsed = { readonly value: Json } | { readonly problem: string };

export interface FormRow {
  readonly name: string;
  /** The value as people read it; empty when it is still missing. */
  readonly text: string;
  /** Whether it was set by hand and differs from the default. */
  readonly isSet: boolean;
  readonly isMissing: boolean;
  /** `float, default 0.001`. */
  readonly about: string;
}

/** What a text means for a parameter, or why it cannot be that. */
export function parseValue(parameter: SignatureParameter, text: string): Parsed {
  if (isOptional(parameter) && /^\s*(None|null)\s*$/.test(text)) return { value: null };
  switch (parameter.type) {
    case 'int':
      return parseInteger(text);
    case 'float':
      return parseFloatText(text);
    case 'bool':
      return parseBool(text);
    case 'choice':
      return parseChoice(parameter, text);
    case 'path':
      return text.trim() === '' ? { problem: 'A path is needed.' } : { value: text.trim() };
    case 'str':
      return { value: text };
    case 'json':
      return parseLiteral(text);
  }
}

const isOptional = (parameter: SignatureParameter): boolean =>
  parameter.default === null || /\b(None|Optional)\b/.test(parameter.annotation);

function parseInteger(text: string): Parsed {
  const digits = text.trim().replace(/(?<=\d)_(?=\d)/g, '');
  if (!/^[+-]?\d+$/.test(digits)) return { problem: 'A whole number is needed, such as 5.' };
  const value = Number(digits);
  if (Number.isSafeInteger(value)) return { value };
  return { problem: 'Whole numbers are passed exactly up to 9007199254740991.' };
}

function parseFloatText(text: string): Parsed {
  const digits = text.trim().replace(/(?<=\d)_(?=\d)/g, '');
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(digits)) {
    return { problem: 'A number is needed, such as 0.001 or 1e-3.' };
  }
  const value = Number(digits);
  return Number.isFinite(value) ? { value } : { problem: 'The number is too large.' };
}

function parseBool(text: string): Parsed {
  const word = text.trim().toLowerCase();
  if (word === 'true') return { value: true };
  if (word === 'false') return { value: false };
  return { problem: 'True or False is needed.' };
}

function parseChoice({ choices = [] }: SignatureParameter, text: string): Parsed {
  const found = choices.find((choice) => valueText(choice) === text.trim());
  if (found !== undefined) return { value: found };
  return { problem: `One of these is needed: ${choices.map(valueText).join(', ')}.` };
}

/** What Python writes and JSON does not: strings in single quotes, its words, tuples, a last comma. */
const PYTHON = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\b(?:None|True|False)\b|[()]|,(?=\s*[)\]}])/g;
const WORDS: Readonly<Record<string, string>> = { None: 'null', True: 'true', False: 'false' };

/** JSON, or a literal of Python; a tuple becomes a list, since that is how it travels. */
function parseLiteral(text: string): Parsed {
  const asJson = text.replace(PYTHON, (token) => {
    if (token.startsWith("'")) return doubleQuoted(token.slice(1, -1));
    if (token === ',') return '';
    if (token === '(') return '[';
    return token === ')' ? ']' : (WORDS[token] ?? token);
  });
  try {
    return { value: JSON.parse(asJson) as Json };
  } catch {
    return { problem: 'A literal is needed, such as 5, "text", [1, 2], {"a": 1}, True or None.' };
  }
}

/** `\'` and a bare `"` change places with `'` and `\"`; other escapes are those of JSON. */
const doubleQuoted = (inner: string): string =>
  `"${inner.replace(/\\'|"/g, (quote) => (quote === '"' ? '\\"' : "'"))}"`;

/** A value as it is typed: `0.002`, `True`, `None`, `[1,2]`; text without quotes. */
export function valueText(value: Json): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** As in a line of several: text that could be misread stands in quotes. */
function shownText(value: Json): string {
  const text = valueText(value);
  return typeof value === 'string' && !/^[\w./~-]+$/.test(value) ? JSON.stringify(value) : text;
}

/** Values that were kept, without those that the signature does not take any more. */
export function fittingValues(
  parameters: readonly SignatureParameter[],
  kept: FormValues,
): FormValues {
  const fitting = parameters.flatMap((parameter): [string, Json][] => {
    const value = kept[parameter.name];
    if (value === undefined) return [];
    const text = parameter.type === 'json' ? JSON.stringify(value) : valueText(value);
    const parsed = parseValue(parameter, text);
    return 'value' in parsed && isSame(parsed.value, value) ? [[parameter.name, value]] : [];
  });
  return Object.fromEntries(fitting);
}

/** What a run is given: a value that is the default is left to the code, so that it stays that. */
export function valuesToSend(
  parameters: readonly SignatureParameter[],
  values: FormValues,
): FormValues {
  return Object.fromEntries(
    parameters.flatMap((parameter): [string, Json][] => {
      const value = values[parameter.name];
      return value === undefined || isDefault(parameter, value) ? [] : [[parameter.name, value]];
    }),
  );
}

const isDefault = (parameter: SignatureParameter, value: Json): boolean =>
  parameter.default !== undefined && isSame(parameter.default, value);
const isSame = (a: Json, b: Json): boolean => canonicalJson(a) === canonicalJson(b);

/** Parameters without a default that nobody has given yet. */
export const missingOf = (
  parameters: readonly SignatureParameter[],
  values: FormValues,
): readonly SignatureParameter[] =>
  parameters.filter(({ name, default: held }) => held === undefined && values[name] === undefined);

export function formRows(
  parameters: readonly SignatureParameter[],
  values: FormValues,
): readonly FormRow[] {
  const sent = valuesToSend(parameters, values);
  return parameters.map((parameter) => {
    const value = values[parameter.name] ?? parameter.default;
    const standard =
      parameter.default === undefined ? 'needed' : `default ${shownText(parameter.default)}`;
    return {
      name: parameter.name,
      text: value === undefined ? '' : shownText(value),
      isSet: parameter.name in sent,
      isMissing: value === undefined,
      about: [parameter.annotation, standard].filter(Boolean).join(', '),
    };
  });
}

/** `Run with gamma=0.002, epochs=5`; what is missing instead, when something is. */
export function formTitle(parameters: readonly SignatureParameter[], values: FormValues): string {
  const missing = missingOf(parameters, values).map(({ name }) => name);
  if (missing.length > 0) return `Give ${missing.join(', ')} first`;
  const sent = Object.entries(valuesToSend(parameters, values));
  if (sent.length === 0) return 'Run with the defaults';
  return `Run with ${sent.map(([name, value]) => `${name}=${shownText(value)}`).join(', ')}`;
}
