/** From typed arguments to a command's options, and its help text. */
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { messageOf } from '../base/errors';
import type { Json } from '../base/json';
import { type Args, type Command, type Option, UsageError } from './command';

/** Options that each command has. */
export const COMMON_OPTIONS: Readonly<Record<string, Option>> = {
  json: { type: 'boolean', help: 'print JSON' },
  root: { type: 'string', value: 'DIR', help: 'folder to work in instead of the current one' },
  help: { type: 'boolean', short: 'h', help: 'show this help' },
};

/** @throws UsageError */
export function parseCommandArgs(command: Command, argv: readonly string[]): Args {
  const { values, positionals } = parsed(command, argv);
  const args: Args = {
    positionals,
    text: (name) => asTexts(values[name])[0],
    texts: (name) => asTexts(values[name]),
    flag: (name) => values[name] === true,
  };
  if (!args.flag('help')) checkCount(command, positionals);
  return args;
}

function parsed(command: Command, argv: readonly string[]) {
  const options: NonNullable<ParseArgsConfig['options']> = {};
  for (const [name, option] of Object.entries({ ...command.options, ...COMMON_OPTIONS })) {
    const { type, short, multiple } = option;
    options[name] = { type, multiple: multiple ?? false, ...(short ? { short } : {}) };
  }
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
  } catch (error) {
    // parseArgs explains after the first sentence how to pass a value that begins with a dash.
    throw new UsageError(messageOf(error).split(/\. |\n/)[0] ?? '');
  }
}

type Value = string | boolean | (string | boolean)[] | undefined;
const asTexts = (value: Value): string[] =>
  [value].flat().filter((item): item is string => typeof item === 'string');

function checkCount({ name, positionals: { min, max } }: Command, given: readonly string[]): void {
  const usage = `see runlens ${name} --help`;
  if (given.length < min) throw new UsageError(`${name} needs an argument; ${usage}`);
  if (given.length > max)
    throw new UsageError(`${name} does not take "${given[max] ?? ''}"; ${usage}`);
}

/** `a=b` → name and value as text. @throws UsageError */
export function parsePair(option: string, text: string): { name: string; value: string } {
  const at = text.indexOf('=');
  if (at < 1) throw new UsageError(`${option} takes name=value, not "${text}"`);
  return { name: text.slice(0, at).trim(), value: text.slice(at + 1) };
}

/** `gamma=0.01` → name and value; the value is JSON where it is JSON, else text. @throws UsageError */
export function parseParameter(text: string): { name: string; value: Json } {
  const { name, value } = parsePair('--param', text);
  return { name, value: jsonOrText(value) };
}

/** Python's own words are understood too: `None`, `True`, `False`. */
function jsonOrText(text: string): Json {
  const python: Readonly<Record<string, Json>> = { None: null, True: true, False: false };
  if (Object.hasOwn(python, text)) return python[text] ?? null;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

export function helpLines(command: Command): string[] {
  const options = Object.entries({ ...command.options, ...COMMON_OPTIONS });
  const heads = options.map(([name, { short, value }]) =>
    [short ? `-${short}, ` : '', `--${name}`, value ? ` ${value}` : ''].join(''),
  );
  const width = Math.max(...heads.map((head) => head.length));
  return [
    `runlens ${command.name} ${command.usage}`.trimEnd(),
    '',
    command.summary,
    '',
    ...options.map(([, option], i) => `  ${(heads[i] ?? '').padEnd(width)}  ${option.help}`),
  ];
}
