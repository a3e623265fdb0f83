/** What a function returns, as far as its text says so. */
import type { UnannotatedReturn } from './factTypes';
import { definitionOf, type Statement, type SyntaxNode, unwrapped } from './nodes';
import { positionOf } from './places';

/** Undefined when there is an annotation, when nothing is returned, or it is a generator. */
export function unannotatedReturn(
  statement: Statement,
  definition: SyntaxNode,
): UnannotatedReturn | undefined {
  const parameters = definition.child('parameters');
  const body = definition.child('body');
  if (definition.child('return_type') || !parameters || !body) return undefined;
  const found: SyntaxNode[] = [];
  if (!collect(body, found)) return undefined;
  const values = found.map(unwrapped).filter(({ type }) => type !== 'none');
  if (values.length === 0) return undefined;
  const types = new Set(values.map(builtinType));
  const [type] = types.size === 1 && values.length === found.length ? [...types] : [];
  return { at: positionOf(statement, parameters.end), type };
}

/** Collects the values of `return`; false for a generator. */
function collect(node: SyntaxNode, found: SyntaxNode[]): boolean {
  if (definitionOf(node) || node.type === 'lambda') return true;
  if (node.type === 'yield') return false;
  if (node.type === 'return_statement') found.push(...node.named.slice(0, 1));
  return node.children.every((child) => collect(child, found));
}

/** Expressions whose type nothing in the file can change. */
const TYPES: Readonly<Record<string, string>> = {
  dictionary: 'dict',
  dictionary_comprehension: 'dict',
  list: 'list',
  list_comprehension: 'list',
  set: 'set',
  set_comprehension: 'set',
  integer: 'int',
  float: 'float',
  true: 'bool',
  false: 'bool',
  not_operator: 'bool',
};

function builtinType(node: SyntaxNode): string | undefined {
  if (node.type !== 'string' && node.type !== 'concatenated_string') return TYPES[node.type];
  const first = node.type === 'string' ? node : node.named[0];
  return /^[rRuU]?["']|^[rR]?[fF][rR]?["']/.test(first?.text ?? '') ? 'str' : undefined;
}
