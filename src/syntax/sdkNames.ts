/** Which functions are decorated with a name that is really bound from the SDK. */
import {
  decoratorsOf,
  definitionOf,
  dottedName,
  type Lowered,
  type Statement,
  type SyntaxNode,
  unwrapped,
} from './nodes';
import { type Binding, parameterNames, scopeNames } from './scopes';

export type SdkDecorator = 'step' | 'pipeline';

/** A function with an SDK decorator. */
export interface SdkDefinition {
  readonly kind: SdkDecorator;
  readonly statement: Statement;
  /** The definition with its decorators. */
  readonly node: SyntaxNode;
  readonly decorator: SyntaxNode;
  readonly qualname: string;
}

/** Modules whose `step` and `pipeline` are the SDK's. */
const SDK_MODULES = new Set(['runlens', 'zenml']);

/** What a name may stand for; `module` is the SDK itself. */
type Meaning = SdkDecorator | 'module' | 'other';
type Environment = Map<string, ReadonlySet<Meaning>>;

/** All functions of a file that have an SDK decorator, in the order of the text. */
export function sdkDefinitions(statements: readonly Statement[]): SdkDefinition[] {
  const flow = new Flow();
  for (const statement of statements) flow.poison(statement);
  for (const statement of statements) flow.top(statement);
  return flow.finish();
}

/**
 * Follows the module's statements in order. A name counts as the SDK's only when on every way to
 * the decorator it was bound by an import from the SDK and by nothing else.
 */
class Flow {
  private readonly found: SdkDefinition[] = [];
  private readonly environment: Environment = new Map();
  /** Everything a name was ever bound to: what a function that runs later may see. */
  private readonly ever: Environment = new Map();
  private readonly poisoned = new Set<string>();
  private readonly later: (() => void)[] = [];
  private isRecording = true;

  /** A function that says `global step` may bind it at any time. */
  poison({ root }: Statement): void {
    for (const name of globalsIn(root)) this.poisoned.add(name);
  }

  top(statement: Statement): void {
    this.run([statement.root], this.environment, { statement, prefix: '' });
  }

  finish(): SdkDefinition[] {
    for (let next = this.later.shift(); next; next = this.later.shift()) next();
    const place = ({ statement, node }: SdkDefinition) => statement.start + node.start;
    return this.found.sort((a, b) => place(a) - place(b));
  }

  private run(nodes: readonly SyntaxNode[], environment: Environment, at: Place): void {
    for (const node of nodes) this.statement(node, environment, at);
  }

  private statement(node: SyntaxNode, environment: Environment, at: Place): void {
    switch (node.type) {
      case 'if_statement':
        this.branches(node, environment, at);
        return;
      case 'for_statement':
      case 'while_statement':
        this.loop(node, environment, at);
        return;
      case 'try_statement':
        this.attempt(node, environment, at);
        return;
      case 'with_statement':
        this.bindAll(headBindings(node), environment);
        this.run(blockOf(node.child('body')), environment, at);
        return;
      case 'match_statement':
        this.cases(node, environment, at);
        return;
      case 'decorated_definition':
      case 'function_definition':
      case 'class_definition':
        this.definition(node, environment, at);
        return;
      default:
        this.simple(node, environment);
        return;
    }
  }

  private simple(node: SyntaxNode, environment: Environment): void {
    const { bindings, stars } = scopeNames([node]);
    this.bindAll(bindings, environment);
    for (const star of stars) {
      if (star.level === 0 && SDK_MODULES.has(star.module)) {
        this.bind('step', ['step'], environment);
        this.bind('pipeline', ['pipeline'], environment);
      } else {
        // Nobody knows what it brings, so no name is certain any more.
        for (const name of [...environment.keys()]) this.cloud(name, environment);
      }
    }
  }

  private branches(node: SyntaxNode, environment: Environment, at: Place): void {
    const ways: Environment[] = [];
    let hasElse = false;
    const clauses = [node, ...node.all('alternative')];
    for (const clause of clauses) {
      const condition = clause.child('condition');
      if (condition && isNeverTrue(condition)) continue;
      hasElse ||= clause.type === 'else_clause';
      const way = new Map(environment);
      this.bindAll(condition ? scopeNames([condition]).bindings : [], way);
      this.run(blockOf(clause.child('consequence') ?? clause.child('body')), way, at);
      ways.push(way);
    }
    if (!hasElse) ways.push(new Map(environment));
    replace(environment, joined(ways));
  }

  private loop(node: SyntaxNode, environment: Environment, at: Place): void {
    this.bindAll(headBindings(node), environment);
    const body = blockOf(node.child('body'));
    // A later round sees what an earlier one has bound.
    const first = new Map(environment);
    this.silently(() => this.run(body, first, at));
    replace(environment, joined([environment, first]));
    const second = new Map(environment);
    this.run(body, second, at);
    replace(environment, joined([environment, second]));
    for (const otherwise of node.all('alternative')) {
      this.run(blockOf(otherwise.child('body')), environment, at);
    }
  }

  private attempt(node: SyntaxNode, environment: Environment, at: Place): void {
    const body = new Map(environment);
    this.run(blockOf(node.child('body')), body, at);
    const failed = joined([environment, body]);
    const ways = [body];
    for (const clause of node.named) {
      const block = blockOf(clause.children.find(({ type }) => type === 'block'));
      if (clause.type === 'else_clause') this.run(block, body, at);
      if (clause.type !== 'except_clause') continue;
      const way = new Map(failed);
      this.bindAll(headBindings(clause), way);
      this.run(block, way, at);
      ways.push(way);
    }
    replace(environment, joined(ways));
    const last = node.named.find(({ type }) => type === 'finally_clause');
    this.run(blockOf(last?.children.find(({ type }) => type === 'block')), environment, at);
  }

  private cases(node: SyntaxNode, environment: Environment, at: Place): void {
    const ways = [new Map(environment)];
    for (const clause of node.child('body')?.named ?? []) {
      const way = new Map(environment);
      this.bindAll(headBindings(clause), way);
      this.run(blockOf(clause.child('consequence')), way, at);
      ways.push(way);
    }
    replace(environment, joined(ways));
  }

  private definition(node: SyntaxNode, environment: Environment, at: Place): void {
    const definition = definitionOf(node);
    const name = definition?.child('name')?.text;
    if (!definition || !name) return;
    const qualname = at.prefix + name;
    if (definition.type === 'function_definition') {
      this.record(node, environment, { ...at, prefix: qualname });
      this.enter(definition, [], { ...at, prefix: `${qualname}.<locals>.` });
    } else {
      const own = new Map(environment);
      const inside = { ...at, prefix: `${qualname}.` };
      this.run(blockOf(definition.child('body')), own, inside);
    }
    this.bind(name, ['other'], environment);
  }

  /** Bodies run later, when the module's names may have changed: looked at in the end. */
  private enter(definition: SyntaxNode, outer: readonly Environment[], at: Place): void {
    if (!this.isRecording) return;
    const body = blockOf(definition.child('body'));
    if (!definition.text.includes('@')) return;
    this.later.push(() => {
      const scopes = [localNames(definition), ...outer];
      this.inFunction(body, scopes, at);
    });
  }

  private inFunction(body: readonly SyntaxNode[], scopes: readonly Environment[], at: Place): void {
    for (const node of body) {
      const definition = definitionOf(node);
      const name = definition?.child('name')?.text;
      if (!definition || !name) {
        for (const child of node.children) this.inFunction(blockOf(child), scopes, at);
        continue;
      }
      const qualname = at.prefix + name;
      if (definition.type === 'class_definition') {
        const own = namesOf(scopeNames(blockOf(definition.child('body'))).bindings);
        this.inFunction(blockOf(definition.child('body')), [own, ...scopes], {
          ...at,
          prefix: `${qualname}.`,
        });
        continue;
      }
      this.record(node, this.visible(scopes), { ...at, prefix: qualname });
      this.enter(definition, scopes, { ...at, prefix: `${qualname}.<locals>.` });
    }
  }

  private visible(scopes: readonly Environment[]): Environment {
    const visible: Environment = new Map(this.ever);
    for (const scope of [...scopes].reverse()) {
      for (const [name, meanings] of scope) visible.set(name, meanings);
    }
    return visible;
  }

  private record(node: SyntaxNode, environment: Environment, at: Place): void {
    if (!this.isRecording) return;
    for (const decorator of decoratorsOf(node)) {
      const kind = this.meaning(decorator, environment);
      if (kind !== 'step' && kind !== 'pipeline') continue;
      const { statement, prefix: qualname } = at;
      this.found.push({ kind, statement, node, decorator, qualname });
      return;
    }
  }

  private meaning(decorator: SyntaxNode, environment: Environment): Meaning | undefined {
    const [expression] = decorator.named;
    const plain = expression && unwrapped(expression);
    const callee = plain?.type === 'call' ? plain.child('function') : plain;
    const names = callee && dottedName(callee);
    const [root, attribute] = names ?? [];
    if (!names || !root || this.poisoned.has(root)) return undefined;
    const meaning = only(environment.get(root));
    if (names.length === 1) return meaning;
    const isOfSdk = meaning === 'module' && names.length === 2;
    return isOfSdk && (attribute === 'step' || attribute === 'pipeline') ? attribute : undefined;
  }

  private bindAll(bindings: readonly Binding[], environment: Environment): void {
    for (const binding of bindings) this.bind(binding.name, [meaningOf(binding)], environment);
  }

  private bind(name: string, meanings: readonly Meaning[], environment: Environment): void {
    environment.set(name, new Set(meanings));
    this.ever.set(name, new Set([...(this.ever.get(name) ?? []), ...meanings]));
  }

  private cloud(name: string, environment: Environment): void {
    environment.set(name, new Set([...(environment.get(name) ?? []), 'other' as const]));
    this.ever.set(name, new Set([...(this.ever.get(name) ?? []), 'other' as const]));
  }

  private silently(action: () => void): void {
    const before = this.isRecording;
    this.isRecording = false;
    action();
    this.isRecording = before;
  }
}

interface Place {
  readonly statement: Statement;
  /** Put in front of a name to make its qualified name. */
  readonly prefix: string;
}

const blockOf = (block: SyntaxNode | undefined | null): readonly SyntaxNode[] =>
  block?.type === 'block' ? block.named : [];

function meaningOf({ kind, target }: Binding): Meaning {
  if (kind !== 'import' || !target || target.level > 0) return 'other';
  if (!SDK_MODULES.has(target.module)) return 'other';
  if (target.name === undefined) return 'module';
  return target.name === 'step' || target.name === 'pipeline' ? target.name : 'other';
}

const only = (meanings: ReadonlySet<Meaning> | undefined): Meaning | undefined =>
  meanings?.size === 1 ? [...meanings][0] : undefined;

function joined(ways: readonly Environment[]): Environment {
  const result = new Map<string, Set<Meaning>>();
  for (const way of ways) {
    for (const [name, meanings] of way) {
      const all = result.get(name) ?? new Set();
      for (const meaning of meanings) all.add(meaning);
      result.set(name, all);
    }
  }
  return result;
}

function replace(environment: Environment, by: Environment): void {
  for (const [name, meanings] of by) environment.set(name, meanings);
}

function namesOf(bindings: readonly Binding[]): Environment {
  return joined(
    bindings.map((binding) => new Map([[binding.name, new Set([meaningOf(binding)])]])),
  );
}

/** The names of a function's own scope. */
function localNames(definition: SyntaxNode): Environment {
  const { bindings, declared, stars } = scopeNames(blockOf(definition.child('body')));
  const names = namesOf(bindings.filter(({ name }) => !declared.has(name)));
  for (const name of parameterNames(definition.child('parameters'))) {
    names.set(name, new Set(['other']));
  }
  for (const _star of stars) names.clear();
  return names;
}

/** What the head of a compound statement binds, without its blocks. */
function headBindings(node: SyntaxNode): readonly Binding[] {
  return scopeNames([node]).bindings.filter((binding) => binding.node === node);
}

const isNeverTrue = (condition: SyntaxNode): boolean =>
  /^\(?\s*((\w+\.)?TYPE_CHECKING|False|0)\s*\)?$/.test(condition.text);

const globalsCache = new WeakMap<SyntaxNode, readonly string[]>();

/** Names that functions in this statement declare `global`. */
export function globalsIn(root: Lowered['root']): readonly string[] {
  const known = globalsCache.get(root);
  if (known) return known;
  const names: string[] = [];
  const visit = (node: SyntaxNode) => {
    if (node.type === 'global_statement') names.push(...node.named.map(({ text }) => text));
    node.children.forEach(visit);
  };
  if (root.source.includes('global') && root.type !== 'global_statement') visit(root);
  globalsCache.set(root, names);
  return names;
}
