/** Options given to a decorator or to `with_options`: what of them the text says. */
import type { Json } from '../base/json';
import type { OptionCall, OptionFacts } from './factTypes';
import { literalValue } from './literals';
import { dottedName, type SyntaxNode, unwrapped } from './nodes';

/** Values of module-level names that are bound once, to a literal. */
type Constants = ReadonlyMap<string, Json>;

/** The keyword arguments of a call as options. */
export function optionFacts(call: SyntaxNode | undefined, constants: Constants): OptionFacts {
  const options: [string, Json][] = [];
  const optionCalls: [string, OptionCall][] = [];
  const otherOptions: string[] = [];
  const list = call?.child('arguments');
  for (const argument of list?.type === 'argument_list' ? list.named : []) {
    const name = argument.child('name')?.text;
    const value = argument.child('value');
    if (argument.type !== 'keyword_argument' || !name || !value) {
      otherOptions.push(argument.text);
      continue;
    }
    const literal = optionValue(value, constants);
    const made = literal ? undefined : literalCall(value, constants);
    if (literal) options.push([name, literal.value]);
    else otherOptions.push(name);
    if (made) optionCalls.push([name, made]);
  }
  return {
    options: Object.fromEntries(options),
    otherOptions,
    optionCalls: Object.fromEntries(optionCalls),
  };
}

/** The value of a literal, or of a name that stands for one. */
function optionValue(node: SyntaxNode, constants: Constants): { value: Json } | undefined {
  const plain = unwrapped(node);
  const constant = plain.type === 'identifier' ? constants.get(plain.text) : undefined;
  return constant === undefined ? literalValue(plain) : { value: constant };
}

/** `CachePolicy(files=['a.csv'])`: a call with nothing but literal keyword arguments. */
function literalCall(value: SyntaxNode, constants: Constants): OptionCall | undefined {
  const call = unwrapped(value);
  const callee = call.type === 'call' ? call.child('function') : undefined;
  const name = callee && dottedName(callee)?.at(-1);
  const list = call.child('arguments');
  if (!name || list?.type !== 'argument_list') return undefined;
  const keywords: [string, Json][] = [];
  for (const argument of list.named) {
    const key = argument.type === 'keyword_argument' ? argument.child('name')?.text : undefined;
    const content = argument.child('value');
    const literal = content && optionValue(content, constants);
    if (!key || !literal) return undefined;
    keywords.push([key, literal.value]);
  }
  return { callee: name, keywords: Object.fromEntries(keywords) };
}
