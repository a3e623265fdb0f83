/** What a definition is called, and what the functions around a step bind. */
import { type SyntaxNode, shortText } from '../../syntax/nodes';
import { type Binding, parameterNames, scopeNames } from '../../syntax/scopes';
import type { Definition } from './sourceFile';

/** What a function around the owner binds a name to. */
export function localBindings(
  around: SyntaxNode,
  name: string,
): { bindings: readonly Binding[]; isParameter: boolean } {
  const { bindings, declared } = scopeNames(around.child('body')?.named ?? []);
  return {
    bindings: declared.has(name) ? [] : bindings.filter((binding) => binding.name === name),
    isParameter: parameterNames(around.child('parameters')).includes(name),
  };
}

/** `clean()`, `Cleaner`, a constant's value, or what is done to an imported name. */
export function displayOf({ name, kind, parts }: Definition): string {
  if (kind === 'function') return `${name}()`;
  if (kind === 'import') return setUpOf(name);
  const [only] = parts;
  const assignment = only?.node.named[0];
  const value = assignment?.type === 'assignment' ? assignment.child('right') : undefined;
  return kind === 'constant' && parts.length === 1 && value ? shortText(value) : name;
}

/** Statements that change an imported module or say which one it is: `np.random.seed(0)`. */
export const setUpOf = (name: string): string => `set-up of ${name}`;
