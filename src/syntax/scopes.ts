/** The names that a block binds in its own scope, and what it binds them to. */
import { decoratorsOf, definitionOf, type SyntaxNode, unwrapped } from './nodes';

/** What an import makes available: a module, or a name in one. */
export interface ImportTarget {
  /** Number of leading dots. */
  readonly level: number;
  readonly module: string;
  /** Undefined: the module itself. */
  readonly name: string | undefined;
}

export type BindingKind = 'function' | 'class' | 'assignment' | 'import' | 'other';

export interface Binding {
  readonly name: string;
  readonly kind: BindingKind;
  /** The definition with its decorators, or the statement. */
  readonly node: SyntaxNode;
  readonly target?: ImportTarget;
  /** Conditions, subjects and iterables of the compound statements around it, outermost first. */
  readonly heads: readonly SyntaxNode[];
  /** Which branches it stands in: `if/else`. Empty at the top of the block. */
  readonly path: string;
}

/** A statement that changes the object behind a name: `X.append(1)`, `X['a'] = 2`, `@X.register`. */
export type Mutation = Omit<Binding, 'kind' | 'target'>;

export interface ScopeNames {
  readonly bindings: readonly Binding[];
  readonly mutations: readonly Mutation[];
  readonly stars: readonly ImportTarget[];
  /** Names declared `global` or `nonlocal`: bound elsewhere. */
  readonly declared: ReadonlySet<string>;
}

/** Everything that these statements bind in the scope they stand in. */
export function scopeNames(statements: readonly SyntaxNode[]): ScopeNames {
  const collector = new Collector();
  for (const statement of statements) collector.statement(statement, [], '');
  return collector;
}

/** The names of a function's parameters. */
export function parameterNames(parameters: SyntaxNode | undefined): string[] {
  return (parameters?.named ?? []).flatMap((parameter) => {
    const name = parameter.child('name') ?? parameter;
    if (name.type === 'identifier') return [name.text];
    return name.named.flatMap((part) => targetNames(part));
  });
}

/** The plain names among assignment targets. */
export function targetNames(target: SyntaxNode): string[] {
  if (target.type === 'identifier') return [target.text];
  return TARGET_LISTS.has(target.type) ? target.named.flatMap(targetNames) : [];
}
const TARGET_LISTS = new Set([
  'pattern_list',
  'tuple_pattern',
  'list_pattern',
  'list_splat_pattern',
  'dictionary_splat_pattern',
  'expression_list',
  'tuple',
  'list',
  'list_splat',
  'parenthesized_expression',
  'as_pattern_target',
]);

/** The name at the start of `x.a[0].b()`. */
export function rootName(node: SyntaxNode): string | undefined {
  if (node.type === 'identifier') return node.text;
  const inner =
    node.type === 'parenthesized_expression'
      ? node.named[0]
      : (node.child('object') ?? node.child('value') ?? node.child('function'));
  return inner && CHAINS.has(node.type) ? rootName(inner) : undefined;
}
const CHAINS = new Set(['attribute', 'subscript', 'call', 'parenthesized_expression']);

class Collector implements ScopeNames {
  readonly bindings: Binding[] = [];
  readonly mutations: Mutation[] = [];
  readonly stars: ImportTarget[] = [];
  readonly declared = new Set<string>();

  statement(node: SyntaxNode, heads: readonly SyntaxNode[], path: string): void {
    this.walruses(node, heads, path);
    const bind = (names: readonly string[], kind: BindingKind = 'other') => {
      for (const name of names) this.bindings.push({ name, kind, node, heads, path });
    };
    switch (node.type) {
      case 'expression_statement':
        for (const part of node.named) this.expression(part, node, heads, path);
        return;
      case 'import_statement':
      case 'import_from_statement':
        this.imports(node, heads, path);
        return;
      case 'decorated_definition':
      case 'function_definition':
      case 'class_definition':
        this.definition(node, heads, path);
        return;
      case 'delete_statement':
        for (const target of node.named) this.target(target, node, heads, path);
        return;
      case 'type_alias_statement':
        bind(node.child('left')?.named.slice(0, 1).flatMap(targetNames) ?? []);
        return;
      case 'global_statement':
      case 'nonlocal_statement':
        for (const name of node.named) this.declared.add(name.text);
        return;
      default:
        this.compound(node, heads, path);
        return;
    }
  }

  private expression(
    part: SyntaxNode,
    node: SyntaxNode,
    heads: readonly SyntaxNode[],
    path: string,
  ): void {
    if (part.type === 'assignment' || part.type === 'augmented_assignment') {
      const left = part.child('left');
      const right = part.child('right');
      if (left) this.target(left, node, heads, path);
      if (right) this.expression(right, node, heads, path);
      return;
    }
    const callee = part.type === 'call' ? part.child('function') : undefined;
    if (callee?.type !== 'attribute') return;
    const name = rootName(callee);
    if (name) this.mutations.push({ name, node, heads, path });
  }

  private target(
    target: SyntaxNode,
    node: SyntaxNode,
    heads: readonly SyntaxNode[],
    path: string,
  ): void {
    for (const name of targetNames(target)) {
      this.bindings.push({ name, kind: 'assignment', node, heads, path });
    }
    const places = TARGET_LISTS.has(target.type) ? target.named : [target];
    for (const place of places.map(unwrapped)) {
      const isPlace = place.type === 'attribute' || place.type === 'subscript';
      const name = isPlace ? rootName(place) : undefined;
      if (name) this.mutations.push({ name, node, heads, path });
    }
  }

  private definition(node: SyntaxNode, heads: readonly SyntaxNode[], path: string): void {
    const definition = definitionOf(node);
    const name = definition?.child('name')?.text;
    if (!definition || !name) return;
    const kind = definition.type === 'class_definition' ? 'class' : 'function';
    this.bindings.push({ name, kind, node, heads, path });
    for (const decorator of decoratorsOf(node)) {
      const [expression] = decorator.named;
      const root = expression && rootName(expression);
      if (root) this.mutations.push({ name: root, node, heads, path });
    }
  }

  private imports(node: SyntaxNode, heads: readonly SyntaxNode[], path: string): void {
    const from = node.child('module_name');
    const source = from ? moduleSource(from) : undefined;
    if (source && node.has('wildcard_import')) this.stars.push({ ...source, name: undefined });
    for (const item of node.all('name')) {
      const dotted = (item.child('name') ?? item).text.replace(/\s+/g, '');
      const alias = item.child('alias')?.text;
      const target = source
        ? { ...source, name: dotted }
        : { level: 0, module: alias ? dotted : (dotted.split('.')[0] ?? dotted), name: undefined };
      const name = alias ?? (source ? dotted : target.module);
      this.bindings.push({ name, kind: 'import', node, target, heads, path });
    }
  }

  private compound(node: SyntaxNode, heads: readonly SyntaxNode[], path: string): void {
    const own = node.children.filter(
      (child) => HEADS.has(child.field ?? '') || child.type === 'with_clause',
    );
    const inner = [...heads, ...own];
    for (const name of headNames(node)) {
      this.bindings.push({ name, kind: 'other', node, heads, path });
    }
    const below = `${path}/${node.type}`;
    for (const child of node.children) {
      if (child.type === 'block') {
        for (const statement of child.named)
          this.statement(statement, inner, `${below}.${child.field}`);
      } else if (CLAUSES.has(child.type)) {
        this.compound(child, inner, below);
      }
    }
  }

  /** `:=` binds in the function around it, also from inside a comprehension. */
  private walruses(node: SyntaxNode, heads: readonly SyntaxNode[], path: string): void {
    if (!node.text.includes(':=')) return;
    const visit = (part: SyntaxNode) => {
      if (part.type === 'block' || part.type === 'lambda' || definitionOf(part)) return;
      const name = part.type === 'named_expression' ? part.child('name')?.text : undefined;
      if (name) this.bindings.push({ name, kind: 'other', node, heads, path });
      part.children.forEach(visit);
    };
    if (!definitionOf(node)) visit(node);
  }
}

const HEADS = new Set(['condition', 'left', 'right', 'subject', 'value', 'guard']);
const CLAUSES = new Set([
  'elif_clause',
  'else_clause',
  'except_clause',
  'finally_clause',
  'case_clause',
]);

/** Names that the head of a compound statement binds. */
function headNames(node: SyntaxNode): string[] {
  const names: string[] = [];
  const visit = (part: SyntaxNode) => {
    if (part.type === 'block' || part.type === 'call' || CLAUSES.has(part.type)) return;
    if (part.type === 'as_pattern_target' || part.field === 'alias')
      names.push(...targetNames(part));
    else part.children.forEach(visit);
  };
  if (node.type === 'for_statement') {
    const left = node.child('left');
    if (left) names.push(...targetNames(left));
  } else if (node.type === 'case_clause') {
    for (const child of node.children) {
      if (child.type === 'case_pattern') names.push(...captureNames(child));
    }
  } else if (node.type === 'with_statement' || node.type === 'except_clause') {
    node.children.forEach(visit);
  }
  return names;
}

/** The names that a match pattern binds. */
export function captureNames(pattern: SyntaxNode): string[] {
  return pattern.children.flatMap((child, index) => {
    if (child.type === 'dotted_name') {
      const isCapture = pattern.type !== 'class_pattern' && child.named.length === 1;
      return isCapture ? [child.text] : [];
    }
    if (child.type === 'identifier') {
      return pattern.type === 'keyword_pattern' && index === 0 ? [] : [child.text];
    }
    return captureNames(child);
  });
}

function moduleSource(node: SyntaxNode): { level: number; module: string } {
  const text = node.text.replace(/\s+/g, '');
  const level = /^\.*/.exec(text)?.[0].length ?? 0;
  return { level, module: text.slice(level) };
}
