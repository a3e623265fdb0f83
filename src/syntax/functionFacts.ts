/** Facts about one decorated function: its name, signature, options and place. */
import type { Json } from '../base/json';
import { docstringOf } from './canonical';
import type { DefaultFact, ParameterFact, StepFact, TextPosition, TextRange } from './factTypes';
import { literalValue } from './literals';
import {
  decoratorsOf,
  definitionOf,
  lineOf,
  type Statement,
  type SyntaxNode,
  unwrapped,
} from './nodes';
import type { SdkDefinition } from './sdkNames';
import { plainText } from './strings';

/** Values of module-level names that are bound once, to a literal. */
export type Constants = ReadonlyMap<string, Json>;

export function functionFact(found: SdkDefinition, constants: Constants): StepFact | undefined {
  const { statement, node, decorator, qualname } = found;
  const definition = definitionOf(node);
  const nameNode = definition?.child('name');
  if (!definition || !nameNode) return undefined;
  const { literals, others } = decoratorOptions(decorator);
  const name = literals['name'];
  return {
    name: typeof name === 'string' ? name : nameNode.text,
    functionName: nameNode.text,
    qualname,
    line: lineOf(statement, definition.start),
    decoratorLine: lineOf(statement, (decoratorsOf(node)[0] ?? node).start),
    range: rangeOf(statement, node),
    nameRange: rangeOf(statement, nameNode),
    parameters: parameterFacts(definition.child('parameters'), constants),
    returns: definition.child('return_type')?.text,
    options: literals,
    otherOptions: others,
    doc: docLine(definition),
  };
}

export function rangeOf(statement: Statement, node: SyntaxNode): TextRange {
  return { start: positionOf(statement, node.start), end: positionOf(statement, node.end) };
}

/** Top-level statements start at the first column, but for those after a `;`. */
function positionOf(statement: Statement, offset: number): TextPosition {
  const lineStart = statement.root.source.lastIndexOf('\n', offset - 1) + 1;
  const character = offset - lineStart + (lineStart === 0 ? statement.column : 0);
  return { line: lineOf(statement, offset) - 1, character };
}

function decoratorOptions(decorator: SyntaxNode): {
  literals: Record<string, Json>;
  others: string[];
} {
  const [expression] = decorator.named;
  const call = expression && unwrapped(expression);
  const literals: [string, Json][] = [];
  const others: string[] = [];
  for (const argument of call?.child('arguments')?.named ?? []) {
    const name = argument.child('name')?.text;
    const value = argument.child('value');
    if (argument.type !== 'keyword_argument' || !name || !value) {
      others.push(argument.text);
      continue;
    }
    const literal = literalValue(value);
    if (literal) literals.push([name, literal.value]);
    else others.push(name);
  }
  return { literals: Object.fromEntries(literals), others };
}

function parameterFacts(
  parameters: SyntaxNode | undefined,
  constants: Constants,
): readonly ParameterFact[] {
  const facts: ParameterFact[] = [];
  let kind: 'positional' | 'keyword-only' = 'positional';
  for (const node of parameters?.named ?? []) {
    if (node.type === 'keyword_separator') kind = 'keyword-only';
    else if (node.type === 'positional_separator') {
      facts.splice(
        0,
        facts.length,
        ...facts.map((fact) => ({ ...fact, kind: 'positional-only' as const })),
      );
    } else {
      const fact = parameterFact(node, kind, constants);
      facts.push(fact);
      if (fact.kind === 'var-positional') kind = 'keyword-only';
    }
  }
  return facts;
}

function parameterFact(
  node: SyntaxNode,
  kind: 'positional' | 'keyword-only',
  constants: Constants,
): ParameterFact {
  const value = node.child('value');
  const target = node.child('name') ?? (node.type === 'typed_parameter' ? node.named[0] : node);
  const splat = {
    list_splat_pattern: 'var-positional',
    dictionary_splat_pattern: 'var-keyword',
  } as const;
  const special = target && splat[target.type as keyof typeof splat];
  return {
    name: (special ? target.named[0]?.text : target?.text) ?? node.text,
    annotation: node.child('type')?.text,
    default: value && defaultFact(value, constants),
    kind: special ?? kind,
  };
}

function defaultFact(node: SyntaxNode, constants: Constants): DefaultFact {
  const value = knownValue(node, constants);
  return value ? { kind: 'literal', value: value.value } : { kind: 'text', text: node.text };
}

/** The value of a literal, or of a name that stands for one. */
export function knownValue(node: SyntaxNode, constants: Constants): { value: Json } | undefined {
  const plain = unwrapped(node);
  const constant = plain.type === 'identifier' ? constants.get(plain.text) : undefined;
  return constant === undefined ? literalValue(plain) : { value: constant };
}

function docLine(definition: SyntaxNode): string | undefined {
  const body = definition.child('body');
  const statement = body && docstringOf(body);
  const [expression] = statement?.named ?? [];
  const text = expression && plainText(unwrapped(expression));
  return text?.trim().split('\n', 1)[0]?.trim() || undefined;
}
