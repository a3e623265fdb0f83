/** The names outside a definition that its code uses, and the uses that source cannot resolve. */
import { isTrivia, type SyntaxNode, shortText, unwrapped } from './nodes';
import { captureNames, type ImportTarget, parameterNames, scopeNames, targetNames } from './scopes';
import { plainText } from './strings';

/** `name.attribute.attribute` where the name is not local, or is bound by an import inside. */
export interface Reference {
  readonly name: string;
  readonly attributes: readonly string[];
  /** Offset in the statement. */
  readonly offset: number;
  /** Set when a local import binds the name. */
  readonly imports: readonly ImportTarget[] | undefined;
}

/** A use that may reach any code: `exec`, `getattr` with a computed name … */
export interface DynamicUse {
  readonly text: string;
  readonly offset: number;
  /** What it looks into; undefined when it is not a plain name. */
  readonly subject: Reference | undefined;
  /** The module or name it asks for, when that is a literal. */
  readonly asks: string | undefined;
}

/** A method called on a local value of unknown class: `model.fit(x)`. */
export interface MethodCall {
  readonly method: string;
  /** The callee as written. */
  readonly text: string;
  readonly offset: number;
}

export interface References {
  readonly names: readonly Reference[];
  readonly dynamic: readonly DynamicUse[];
  readonly methods: readonly MethodCall[];
}

export interface ReferenceOptions {
  /** Decorators that do not count. */
  readonly isSdkDecorator?: (decorator: SyntaxNode) => boolean;
  /** Leaves out the default values of the outermost function. */
  readonly withoutDefaults?: boolean;
}

export function referencesOf(node: SyntaxNode, options: ReferenceOptions = {}): References {
  const walker = new Walker(options);
  walker.visit(node, true);
  return walker;
}

/** Local names; those bound by imports with where they come from. */
interface Scope {
  readonly names: ReadonlyMap<string, readonly ImportTarget[]>;
  readonly isClass: boolean;
}

class Walker implements References {
  readonly names: Reference[] = [];
  readonly dynamic: DynamicUse[] = [];
  readonly methods: MethodCall[] = [];
  private scopes: readonly Scope[] = [];

  constructor(private readonly options: ReferenceOptions) {}

  visit(node: SyntaxNode, isOutermost = false): void {
    if (isTrivia(node)) return;
    switch (node.type) {
      case 'identifier':
        this.add(node, []);
        return;
      case 'attribute':
        this.attribute(node);
        return;
      case 'call':
        this.call(node);
        return;
      case 'subscript':
        this.subscript(node);
        return;
      case 'keyword_argument':
        this.field(node, 'value');
        return;
      case 'decorator':
        this.decorator(node, isOutermost);
        return;
      case 'decorated_definition':
        for (const child of node.children) this.visit(child, isOutermost);
        return;
      case 'function_definition':
        this.function(node, isOutermost);
        return;
      case 'class_definition':
        this.class(node);
        return;
      case 'lambda':
        this.lambda(node);
        return;
      case 'list_comprehension':
      case 'set_comprehension':
      case 'dictionary_comprehension':
      case 'generator_expression':
        this.comprehension(node);
        return;
      case 'case_pattern':
      case 'keyword_pattern':
      case 'class_pattern':
        this.pattern(node);
        return;
      case 'type':
        this.type(node);
        return;
      case 'import_statement':
      case 'import_from_statement':
      case 'future_import_statement':
      case 'global_statement':
      case 'nonlocal_statement':
        return;
      default:
        for (const child of node.children) this.visit(child);
    }
  }

  private field(node: SyntaxNode, name: string): void {
    const child = node.child(name);
    if (child) this.visit(child);
  }

  private attribute(node: SyntaxNode): void {
    const chain = chainOf(node);
    if (chain) this.add(chain.root, chain.attributes);
    else this.field(node, 'object');
  }

  private add(root: SyntaxNode, attributes: readonly string[]): void {
    const reference = this.reference(root, attributes);
    if (reference) this.names.push(reference);
  }

  private reference(root: SyntaxNode, attributes: readonly string[]): Reference | undefined {
    const imports = this.lookup(root.text);
    if (imports?.length === 0) return undefined;
    return { name: root.text, attributes, offset: root.start, imports };
  }

  /** Undefined: not local. Empty: local, and bound by no import. */
  private lookup(name: string): readonly ImportTarget[] | undefined {
    for (let index = this.scopes.length - 1; index >= 0; index--) {
      const scope = this.scopes[index];
      // A class's names are not seen from the functions in it.
      if (scope?.isClass && index < this.scopes.length - 1) continue;
      const found = scope?.names.get(name);
      if (found) return found;
    }
    return undefined;
  }

  private decorator(node: SyntaxNode, isOutermost: boolean): void {
    if (isOutermost && this.options.isSdkDecorator?.(node)) return;
    for (const child of node.named) this.visit(child);
  }

  private function(node: SyntaxNode, isOutermost: boolean): void {
    const parameters = node.child('parameters');
    for (const parameter of parameters?.named ?? []) {
      const type = parameter.child('type');
      const value = parameter.child('value');
      if (type) this.type(type);
      if (value && !(isOutermost && this.options.withoutDefaults)) this.visit(value);
    }
    const returns = node.child('return_type');
    if (returns) this.type(returns);
    const body = node.child('body');
    if (!body) return;
    const { bindings, declared } = scopeNames(body.named);
    const locals = bindings.filter(({ name }) => !declared.has(name));
    this.within({ names: localNames(parameterNames(parameters), locals), isClass: false }, () => {
      for (const statement of body.named) this.visit(statement);
    });
  }

  private class(node: SyntaxNode): void {
    for (const base of node.child('superclasses')?.named ?? []) this.visit(base);
    const body = node.child('body');
    if (!body) return;
    const { bindings } = scopeNames(body.named);
    this.within({ names: localNames([], bindings), isClass: true }, () => {
      for (const statement of body.named) this.visit(statement);
    });
  }

  private lambda(node: SyntaxNode): void {
    const parameters = node.child('parameters');
    for (const parameter of parameters?.named ?? []) this.field(parameter, 'value');
    const names = localNames(parameterNames(parameters), []);
    this.within({ names, isClass: false }, () => this.field(node, 'body'));
  }

  private comprehension(node: SyntaxNode): void {
    const targets = node.named.flatMap((clause) => {
      const left = clause.type === 'for_in_clause' ? clause.child('left') : undefined;
      return left ? targetNames(left) : [];
    });
    this.within({ names: localNames(targets, []), isClass: false }, () => {
      for (const child of node.children) this.visit(child);
    });
  }

  private within(scope: Scope, action: () => void): void {
    const outer = this.scopes;
    this.scopes = [...outer, scope];
    action();
    this.scopes = outer;
  }

  /** In a pattern only dotted names and the names of classes are looked up. */
  private pattern(node: SyntaxNode): void {
    const captures = new Set(captureNames(node));
    for (const child of node.children) {
      if (child.type === 'identifier') continue;
      if (child.type !== 'dotted_name') this.visit(child);
      else if (!captures.has(child.text)) this.dotted(child);
    }
  }

  private dotted(node: SyntaxNode): void {
    const [root, ...attributes] = node.named;
    if (root)
      this.add(
        root,
        attributes.map(({ text }) => text),
      );
  }

  /** Annotations may be strings that name what is defined later. */
  private type(node: SyntaxNode): void {
    if (node.type === 'string') {
      this.quoted(node);
      return;
    }
    if (node.type === 'attribute' || node.type === 'identifier') {
      this.visit(node);
      return;
    }
    for (const child of node.children) this.type(child);
  }

  private quoted(node: SyntaxNode): void {
    for (const [text] of (plainText(node) ?? '').matchAll(/[^\W\d]\w*(?:\.[^\W\d]\w*)*/gu)) {
      const [name = '', ...attributes] = text.split('.');
      const imports = this.lookup(name);
      if (imports?.length !== 0) this.names.push({ name, attributes, offset: node.start, imports });
    }
  }

  private subscript(node: SyntaxNode): void {
    const value = node.child('value');
    const chain = value && chainOf(value);
    const isModules = chain?.root.text === 'sys' && chain.attributes.join('.') === 'modules';
    if (isModules) this.note(node, undefined, undefined);
    for (const child of node.children) this.visit(child);
  }

  private call(node: SyntaxNode): void {
    const callee = node.child('function');
    const chain = callee && chainOf(unwrapped(callee));
    const isFree = chain !== undefined && this.lookup(chain.root.text)?.length !== 0;
    if (chain && isFree && this.dynamicCall(node, chain)) return;
    if (callee?.type === 'attribute' && !isFree) this.method(callee, chain);
    for (const child of node.children) this.visit(child);
  }

  /** `self.fit()` is looked for in the class itself, which counts as a whole with its bases. */
  private method(callee: SyntaxNode, chain: Chain | undefined): void {
    const method = callee.child('attribute')?.text;
    const isOwn = chain && chain.attributes.length === 1 && OWN.has(chain.root.text);
    if (method === undefined || isOwn) return;
    this.methods.push({ method, text: shortText(callee), offset: callee.start });
  }

  /** Whether the call was dealt with completely. */
  private dynamicCall(node: SyntaxNode, { root, attributes }: Chain): boolean {
    const name = attributes.at(-1) ?? root.text;
    const list = node.child('arguments');
    const [first, second] = list?.type === 'argument_list' ? list.named : [];
    if (attributes.length === 0 && root.text === 'getattr') {
      const isDone = this.getattr(node, first, second);
      if (isDone) this.add(root, []);
      return isDone;
    }
    const isBuiltin = attributes.length === 0 && EVALUATORS.has(root.text);
    if (isBuiltin || LOADERS.has(name)) {
      this.note(node, undefined, first && plainText(unwrapped(first)));
    } else if (attributes.length === 0 && root.text === 'vars' && first) {
      this.note(node, this.subjectOf(first), undefined);
    }
    return false;
  }

  /** `getattr(x, 'name')` is `x.name`; with a computed name nobody knows. */
  private getattr(
    node: SyntaxNode,
    object: SyntaxNode | undefined,
    name: SyntaxNode | undefined,
  ): boolean {
    const chain = object && chainOf(unwrapped(object));
    const literal = name && plainText(unwrapped(name));
    if (chain && literal !== undefined) {
      this.add(chain.root, [...chain.attributes, literal]);
      for (const rest of node.child('arguments')?.named.slice(2) ?? []) this.visit(rest);
      return true;
    }
    const isLocal = chain !== undefined && this.lookup(chain.root.text)?.length === 0;
    if (literal === undefined && !isLocal)
      this.note(node, object && this.subjectOf(object), undefined);
    return false;
  }

  private subjectOf(object: SyntaxNode): Reference | undefined {
    const chain = chainOf(unwrapped(object));
    return chain && this.reference(chain.root, chain.attributes);
  }

  private note(node: SyntaxNode, subject: Reference | undefined, asks: string | undefined): void {
    this.dynamic.push({ text: shortText(node), offset: node.start, subject, asks });
  }
}

const OWN = new Set(['self', 'cls']);
const EVALUATORS = new Set(['exec', 'eval', '__import__', 'globals']);
const LOADERS = new Set(['import_module', 'run_module', 'run_path', 'spec_from_file_location']);

interface Chain {
  readonly root: SyntaxNode;
  readonly attributes: readonly string[];
}

/** `a.b.c` with the node of `a`. */
function chainOf(node: SyntaxNode): Chain | undefined {
  if (node.type === 'identifier') return { root: node, attributes: [] };
  const object = node.type === 'attribute' ? node.child('object') : undefined;
  const inner = object && chainOf(unwrapped(object));
  const name = node.child('attribute')?.text;
  return inner && name ? { root: inner.root, attributes: [...inner.attributes, name] } : undefined;
}

function localNames(
  plain: readonly string[],
  bindings: readonly { name: string; target?: ImportTarget }[],
): Map<string, ImportTarget[]> {
  const names = new Map<string, ImportTarget[]>(plain.map((name) => [name, []]));
  for (const { name, target } of bindings) {
    const targets = names.get(name) ?? [];
    if (target) targets.push(target);
    names.set(name, targets);
  }
  return names;
}
