/** One workspace file as the fingerprint sees it: its definitions by name, digests, broken or not. */
import { canonicalForm } from '../../syntax/canonical';
import {
  decoratorsOf,
  definitionOf,
  lineOf,
  type Statement,
  type SyntaxNode,
} from '../../syntax/nodes';
import type { PythonTree } from '../../syntax/parser';
import { type References, referencesOf } from '../../syntax/references';
import { type Binding, type ImportTarget, type Mutation, scopeNames } from '../../syntax/scopes';
import { globalsIn, sdkDefinitions } from '../../syntax/sdkNames';
import { digestOf, digestOfParts } from './digest';

/** One statement that makes or changes what a name stands for. */
export interface Part {
  readonly node: SyntaxNode;
  readonly statement: Statement;
  readonly heads: readonly SyntaxNode[];
  readonly path: string;
}

/** All that a module-level name stands for. */
export interface Definition {
  readonly name: string;
  readonly kind: 'function' | 'class' | 'constant' | 'import';
  /** Empty for names that are only imported. */
  readonly parts: readonly Part[];
  readonly imports: readonly ImportTarget[];
  /** Offset in the file of the last statement that binds it. */
  readonly last: number;
}

/** A `from x import *` at its place. */
export interface Star {
  readonly target: ImportTarget;
  /** Offset in the file. */
  readonly at: number;
}

/** A function found by its qualified name. */
export interface Located {
  /** With its decorators. */
  readonly node: SyntaxNode;
  readonly statement: Statement;
  /** The functions around it, innermost first. */
  readonly enclosing: readonly SyntaxNode[];
}

export interface CodeOptions {
  /** A step's own default values are parameters, not code. */
  readonly withoutDefaults: boolean;
}

export class SourceFile {
  readonly digest: string;
  private readonly sdkDecorators: ReadonlySet<SyntaxNode>;
  private readonly definitions: ReadonlyMap<string, Definition>;
  readonly stars: readonly Star[];
  private methodNames: ReadonlyMap<string, ReadonlySet<string>> | undefined;

  constructor(
    readonly file: string,
    readonly tree: PythonTree,
  ) {
    this.digest = digestOf(tree.text);
    this.sdkDecorators = new Set(sdkDefinitions(tree.statements).map((found) => found.decorator));
    const scopes = tree.statements.map((statement) => ({
      statement,
      names: namesOf(statement.root),
    }));
    this.stars = scopes.flatMap(({ names, statement }) =>
      names.stars.map((target) => ({ target, at: statement.start })),
    );
    this.definitions = collectDefinitions(scopes);
  }

  get isBroken(): boolean {
    return this.tree.hasErrors;
  }

  definition(name: string): Definition | undefined {
    return this.definitions.get(name);
  }

  /** All names that the module binds at its top. */
  get names(): readonly string[] {
    return [...this.definitions.keys()];
  }

  /** Names of the methods of each class at the top of the module. */
  get methods(): ReadonlyMap<string, ReadonlySet<string>> {
    this.methodNames ??= new Map(
      [...this.definitions.values()]
        .filter(({ kind }) => kind === 'class')
        .map(({ name, parts }) => [name, new Set(parts.flatMap(({ node }) => methodsOf(node)))]),
    );
    return this.methodNames;
  }

  /** The function or class of this qualified name, the nearest to the line when there are several. */
  locate(qualname: string, line: number): Located | undefined {
    const path = qualname.split('.').filter((name) => name !== '<locals>');
    const found = this.tree.statements.flatMap((statement) =>
      locateIn([statement.root], path, []).map((place) => ({ ...place, statement })),
    );
    const distance = ({ node, statement }: Located) =>
      Math.abs(lineOf(statement, (definitionOf(node) ?? node).start) - line);
    return found.sort((a, b) => distance(a) - distance(b))[0];
  }

  /** Digest of a part's canonical form; kept while its text and its SDK decorators are the same. */
  codeDigest(part: Pick<Part, 'node' | 'heads' | 'path'>, options: CodeOptions): string {
    return remembered(digests, part.node, this.cacheKey(part, options), () =>
      digestOfParts([
        part.path,
        ...part.heads.map((head) => canonicalForm(head)),
        canonicalForm(part.node, { ...options, isSdkDecorator: this.isSdkDecorator }),
      ]),
    );
  }

  /** Names outside that the part uses. */
  references(part: Pick<Part, 'node' | 'heads' | 'path'>, options: CodeOptions): References {
    return remembered(references, part.node, this.cacheKey(part, options), () => {
      const all = [
        ...part.heads.map((head) => referencesOf(head)),
        referencesOf(part.node, { ...options, isSdkDecorator: this.isSdkDecorator }),
      ];
      return {
        names: all.flatMap(({ names }) => names),
        dynamic: all.flatMap(({ dynamic }) => dynamic),
        methods: all.flatMap(({ methods }) => methods),
      };
    });
  }

  private readonly isSdkDecorator = (decorator: SyntaxNode) => this.sdkDecorators.has(decorator);

  private cacheKey({ node, path }: Pick<Part, 'node' | 'path'>, options: CodeOptions): string {
    const sdk = decoratorsOf(node).filter(this.isSdkDecorator);
    return `${path} ${options.withoutDefaults} ${sdk.map(({ start }) => start).join()}`;
  }
}

const scopes = new WeakMap<SyntaxNode, ReturnType<typeof scopeNames>>();
const digests = new WeakMap<SyntaxNode, Map<string, string>>();
const references = new WeakMap<SyntaxNode, Map<string, References>>();

function namesOf(root: SyntaxNode): ReturnType<typeof scopeNames> {
  const known = scopes.get(root) ?? scopeNames([root]);
  scopes.set(root, known);
  return known;
}

function remembered<T>(
  cache: WeakMap<SyntaxNode, Map<string, T>>,
  node: SyntaxNode,
  key: string,
  compute: () => T,
): T {
  const values = cache.get(node) ?? new Map<string, T>();
  cache.set(node, values);
  const known = values.get(key);
  if (known !== undefined) return known;
  const value = compute();
  values.set(key, value);
  return value;
}

interface StatementScope {
  readonly statement: Statement;
  readonly names: ReturnType<typeof scopeNames>;
}

function collectDefinitions(all: readonly StatementScope[]): Map<string, Definition> {
  const bound = new Map<string, (Binding & { statement: Statement })[]>();
  for (const { statement, names } of all) {
    // A function that says `global x` is part of what `x` is.
    const { root: node } = statement;
    const declared = [...new Set(globalsIn(node))].map(
      (name): Binding => ({ name, kind: 'other', node, heads: [], path: 'global' }),
    );
    for (const binding of [...names.bindings, ...declared]) {
      bound.set(binding.name, [...(bound.get(binding.name) ?? []), { ...binding, statement }]);
    }
  }
  const changes = new Map<string, (Mutation & { statement: Statement })[]>();
  for (const { statement, names } of all) {
    for (const change of names.mutations) {
      changes.set(change.name, [...(changes.get(change.name) ?? []), { ...change, statement }]);
    }
  }
  const entries = [...bound].map(
    ([name, bindings]) => [name, definitionFrom(name, bindings, changes.get(name) ?? [])] as const,
  );
  return new Map(entries);
}

function definitionFrom(
  name: string,
  bindings: readonly (Binding & { statement: Statement })[],
  changes: readonly (Mutation & { statement: Statement })[],
): Definition {
  const defining = bindings.filter(({ kind }) => kind !== 'import');
  const imports = bindings.flatMap(({ target }) => (target ? [target] : []));
  const kind = kindOf(defining);
  // Which import it is may depend on a condition.
  const own = kind === 'import' ? bindings.filter(isConditional) : defining;
  const counted = changes.filter((change) => changesCode(kind, change));
  const nodes = new Set(own.map(({ node }) => node));
  const parts = [...own, ...counted.filter(({ node }) => !nodes.has(node))];
  const place = ({ statement, node }: Part) => statement.start + node.start;
  const last = Math.max(...bindings.map(({ statement }) => statement.start));
  return { name, kind, imports, parts: parts.sort((a, b) => place(a) - place(b)), last };
}

const isConditional = ({ heads }: Binding): boolean => heads.length > 0;

function kindOf(bindings: readonly Binding[]): Definition['kind'] {
  const [first] = bindings;
  if (!first) return 'import';
  return first.kind === 'function' || first.kind === 'class' ? first.kind : 'constant';
}

/**
 * Calling a function at the top of a module does not change it; setting an attribute does. What is
 * done to an imported module (`np.random.seed(0)`) holds for all that use it, but for what is done
 * only when the file is run as a script.
 */
function changesCode(kind: Definition['kind'], { node, heads }: Mutation): boolean {
  if (kind === 'import') {
    return !definitionOf(node) && !heads.some(({ text }) => text.includes('__name__'));
  }
  return kind !== 'function' || node.named[0]?.type === 'assignment';
}

/** The functions of a class. */
function methodsOf(node: SyntaxNode): string[] {
  const statements = definitionOf(node)?.child('body')?.named ?? [];
  return statements.flatMap((statement) => {
    const method = definitionOf(statement);
    const name = method?.type === 'function_definition' ? method.child('name')?.text : undefined;
    return name === undefined ? [] : [name];
  });
}

function locateIn(
  nodes: readonly SyntaxNode[],
  path: readonly string[],
  enclosing: readonly SyntaxNode[],
): { node: SyntaxNode; enclosing: readonly SyntaxNode[] }[] {
  const [name, ...rest] = path;
  return nodes.flatMap((node) => {
    const definition = definitionOf(node);
    if (!definition) {
      const inner = node.named.filter((child) => BODIES.test(child.type));
      return inner.flatMap((child) =>
        locateIn(child.type === 'block' ? child.named : [child], path, enclosing),
      );
    }
    if (definition.child('name')?.text !== name) return [];
    if (rest.length === 0) return [{ node, enclosing }];
    const isFunction = definition.type === 'function_definition';
    const around = isFunction ? [definition, ...enclosing] : enclosing;
    return locateIn(definition.child('body')?.named ?? [], rest, around);
  });
}
const BODIES = /^block$|_clause$/;
