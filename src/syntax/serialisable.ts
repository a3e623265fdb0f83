/** Expressions whose value JSON certainly cannot carry, so that no step can take them as a parameter. */
import { type NamePaths, pathOf } from './namePaths';
import { type SyntaxNode, unwrapped } from './nodes';

/** Calls of libraries that give arrays, tables and the like. */
const OBJECTS: readonly (readonly [RegExp, string])[] = [
  [/^numpy\.(array|asarray|zeros|ones|empty|full|arange|linspace|eye)\(\)$/, 'a NumPy array'],
  [/^(pandas|polars)\.(DataFrame|read_(csv|parquet|json|excel))\(\)$/, 'a table'],
  [/^(pandas|polars)\.Series\(\)$/, 'a column'],
];

/** Why an expression certainly cannot be a parameter, as `a lambda`; undefined when it may be one. */
export function notAParameter(
  expression: SyntaxNode,
  paths: NamePaths = new Map(),
): string | undefined {
  const node = unwrapped(expression);
  switch (node.type) {
    case 'lambda':
      return 'a function';
    case 'generator_expression':
      return 'a generator';
    case 'ellipsis':
      return 'an ellipsis';
    case 'string':
      return /^[bB][rR]?["']|^[rR][bB]["']/.test(node.text) ? 'bytes' : undefined;
    case 'integer':
    case 'float':
      return /[jJ]$/.test(node.text) ? 'a complex number' : undefined;
    case 'call':
      return objectOf(node, paths);
    default:
      return undefined;
  }
}

function objectOf(call: SyntaxNode, paths: NamePaths): string | undefined {
  const path = pathOf(call, paths);
  return path && OBJECTS.find(([pattern]) => pattern.test(path))?.[1];
}
