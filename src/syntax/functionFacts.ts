/** Facts about one decorated function: its name, signature, options and place. */
import type { Json } from '../base/json';
import { docstringOf } from './canonical';
import type { DefaultFact, ParameterFact, StepFact } from './factTypes';
import { literalValue } from './literals';
import { decoratorsOf, definitionOf, lineOf, type SyntaxNode, unwrapped } from './nodes';
import { optionFacts } from './optionFacts';
import { rangeOf } from './places';
import { unannotatedReturn } from './returns';
import type { SdkDefinition } from './sdkNames';
import { notAParameter } from './serialisable';
import { plainText } from './strings';

/** Values of module-level names that are bound once, to a literal. */
export type Constants = ReadonlyMap<string, Json>;

/** @param configured names on which the module calls `.configure(…)`. */
export function functionFact(
  found: SdkDefinition,
  constants: Constants,
  configured: ReadonlySet<string>,
): StepFact | undefined {
  const { statement, node, decorator, qualname } = found;
  const definition = definitionOf(node);
  const nameNode = definition?.child('name');
  if (!definition || !nameNode) return undefined;
  const [expression] = decorator.named;
  const options = optionFacts(expression && unwrapped(expression), constants);
  const { name } = options.options;
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
    unannotated: unannotatedReturn(statement, definition),
    ...options,
    isConfigured: configured.has(nameNode.text),
    doc: docLine(definition),
  };
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
  if (value) return { kind: 'literal', value: value.value };
  const problem = notAParameter(node);
  return { kind: 'text', text: node.text, ...(problem && { problem }) };
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
