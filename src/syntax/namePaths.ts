/** Which dotted path a name of a file certainly stands for, wherever it stands in the file. */
import { type Statement, type SyntaxNode, unwrapped } from './nodes';
import { captureNames, parameterNames, scopeNames, targetNames } from './scopes';

/**
 * `mlflow` → `mlflow`, `Client` → `runlens.Client`, `client` → `runlens.Client()`: only names that all
 * bindings in the file, in whatever scope, bind to the same thing.
 */
export type NamePaths = ReadonlyMap<string, string>;

/** The packages whose calls the editor knows something about. */
export type KnownPackage = 'runlens' | 'zenml' | 'mlflow';

export interface FileNames {
  readonly paths: NamePaths;
  /** Which of the packages the file imports, in whatever way. */
  readonly uses: ReadonlySet<KnownPackage>;
}

const PACKAGES: readonly KnownPackage[] = ['runlens', 'zenml', 'mlflow'];

export function fileNames(statements: readonly Statement[]): FileNames {
  const all = statements.map(({ root }) => boundIn(root));
  const byName = new Map<string, Bound[]>();
  for (const bound of all.flatMap(({ names }) => names)) {
    const known = byName.get(bound.name);
    if (known) known.push(bound);
    else byName.set(bound.name, [bound]);
  }
  return { paths: new Resolver(byName).all(), uses: new Set(all.flatMap(({ uses }) => uses)) };
}

/** The path of an expression: names and dots behind a known name, `()` for a call. */
export function pathOf(expression: SyntaxNode, paths: NamePaths): string | undefined {
  return pathWith(expression, (name) => paths.get(name));
}

function pathWith(
  expression: SyntaxNode,
  nameOf: (name: string) => string | undefined,
): string | undefined {
  const node = unwrapped(expression);
  if (node.type === 'identifier') return nameOf(node.text);
  const inner = node.child(node.type === 'call' ? 'function' : 'object');
  const base = inner && pathWith(inner, nameOf);
  if (base === undefined) return undefined;
  if (node.type === 'call') return `${base}()`;
  return node.type === 'attribute' ? `${base}.${node.child('attribute')?.text}` : undefined;
}

/** One binding: by an import, to the value of an expression, or in a way that is not followed. */
interface Bound {
  readonly name: string;
  readonly path?: string;
  readonly value?: SyntaxNode;
}
interface BoundNames {
  readonly names: readonly Bound[];
  readonly uses: readonly KnownPackage[];
}

const cache = new WeakMap<SyntaxNode, BoundNames>();

function boundIn(root: SyntaxNode): BoundNames {
  const known = cache.get(root);
  if (known) return known;
  const collector = new Collector();
  collector.visit(root);
  cache.set(root, collector);
  return collector;
}

class Resolver {
  private readonly known = new Map<string, string | undefined>();

  constructor(private readonly byName: ReadonlyMap<string, readonly Bound[]>) {}

  all(): NamePaths {
    const entries = [...this.byName.keys()].map((name) => [name, this.of(name)] as const);
    return new Map(entries.flatMap(([name, path]) => (path === undefined ? [] : [[name, path]])));
  }

  private of(name: string): string | undefined {
    if (this.known.has(name)) return this.known.get(name);
    // A name that is bound to something made of itself is nothing certain.
    this.known.set(name, undefined);
    const paths = new Set((this.byName.get(name) ?? []).map((bound) => this.pathOf(bound)));
    const [path] = paths.size === 1 ? [...paths] : [];
    this.known.set(name, path);
    return path;
  }

  private pathOf({ path, value }: Bound): string | undefined {
    if (path !== undefined || !value) return path;
    const found = pathWith(value, (name) => this.of(name));
    return found?.includes('()') ? found : undefined;
  }
}

class Collector implements BoundNames {
  readonly names: Bound[] = [];
  readonly uses: KnownPackage[] = [];

  visit(node: SyntaxNode): void {
    switch (node.type) {
      case 'import_statement':
      case 'import_from_statement':
        this.imports(node);
        return;
      case 'function_definition':
      case 'class_definition':
        this.others([node.child('name')?.text ?? '', ...parameterNames(node.child('parameters'))]);
        break;
      case 'lambda':
        this.others(parameterNames(node.child('parameters')));
        break;
      case 'assignment':
        this.assignment(node);
        break;
      case 'as_pattern':
        this.asPattern(node);
        break;
      case 'augmented_assignment':
      case 'for_statement':
      case 'for_in_clause':
        this.targets(node.child('left'));
        break;
      case 'named_expression':
        this.targets(node.child('name'));
        break;
      case 'case_pattern':
        this.others(captureNames(node));
        break;
      case 'delete_statement':
        for (const target of node.named) this.targets(target);
        break;
    }
    for (const child of node.children) this.visit(child);
  }

  private imports(node: SyntaxNode): void {
    const { bindings, stars } = scopeNames([node]);
    for (const { name, target } of bindings) {
      if (!target || target.level > 0) this.others([name]);
      else this.names.push({ name, path: [target.module, target.name].filter(Boolean).join('.') });
    }
    for (const { module, level } of [...bindings.flatMap((b) => b.target ?? []), ...stars]) {
      const known = PACKAGES.find((one) => one === module.split('.', 1)[0]);
      if (known && level === 0) this.uses.push(known);
    }
  }

  private assignment(node: SyntaxNode): void {
    const left = node.child('left');
    const value = node.child('right');
    if (left?.type === 'identifier' && value && value.type !== 'assignment') {
      this.names.push({ name: left.text, value });
    } else this.targets(left);
  }

  /** `with mlflow.start_run() as run`, `except E as e`. */
  private asPattern(node: SyntaxNode): void {
    const alias = node.child('alias');
    const [value] = node.named;
    const [target] = alias?.named ?? [];
    if (target?.type === 'identifier' && value && alias?.named.length === 1) {
      this.names.push({ name: target.text, value });
    } else this.targets(alias);
  }

  private targets(node: SyntaxNode | undefined): void {
    if (node) this.others(targetNames(node));
  }

  private others(names: readonly string[]): void {
    for (const name of names) if (name !== '') this.names.push({ name });
  }
}
