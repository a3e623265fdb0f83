/** The calls in a pipeline's body: which steps run, and where each argument comes from. */
import type { ArgFact, CallFact, CallPlaces, StepFact, TextRange, UnusedResult } from './factTypes';
import { type Constants, knownValue } from './functionFacts';
import type { NamePaths } from './namePaths';
import {
  definitionOf,
  dottedName,
  lineOf,
  type Statement,
  type SyntaxNode,
  shortText,
  unwrapped,
} from './nodes';
import { optionFacts } from './optionFacts';
import { rangeBetween, rangeOf } from './places';
import { type ImportTarget, targetNames } from './scopes';
import { notAParameter } from './serialisable';

/** What the names in the module mean to a pipeline. */
export interface ModuleNames {
  readonly constants: Constants;
  /** Steps by the name of their function. */
  readonly steps: ReadonlyMap<string, StepFact>;
  /** Names of this file's pipelines, which are inlined when they are called. */
  readonly pipelines: ReadonlySet<string>;
  readonly imports: ReadonlyMap<string, ImportTarget>;
  /** Other names that the module binds. */
  readonly others: ReadonlySet<string>;
  /** Names that stand for one function or class of the module. */
  readonly code: ReadonlyMap<string, 'function' | 'class'>;
  readonly paths: NamePaths;
}

export interface PipelineBody {
  readonly calls: readonly CallFact[];
  readonly static: boolean;
  readonly unused: readonly UnusedResult[];
}

export function pipelineBody(
  node: SyntaxNode,
  statement: Statement,
  names: ModuleNames,
  parameters: readonly string[],
): PipelineBody {
  const reader = new BodyReader(statement, names, parameters);
  const body = definitionOf(node)?.child('body');
  for (const child of body?.named ?? []) reader.statement(child);
  const unused = body ? reader.unusedIn(body) : [];
  return { calls: reader.calls, static: reader.isStatic, unused };
}

/** Positional and keyword arguments of a call that is not in a pipeline's body. */
export function topLevelArguments(
  call: SyntaxNode,
  constants: Constants,
): Pick<CallFact, 'positional' | 'keywords'> {
  return argumentsOf(call, (value) => {
    const known = knownValue(value, constants);
    return known
      ? { kind: 'literal', value: known.value }
      : { kind: 'unknown', text: shortText(value) };
  });
}

/** `f(…)` and `f.with_options(…)(…)`: the function called, and whether its options are changed. */
export function calleeOf(call: SyntaxNode): {
  names: string[] | undefined;
  hasOptions: boolean;
  /** The call of `with_options`. */
  optionsCall?: SyntaxNode | undefined;
} {
  const callee = call.child('function');
  const inner = callee && unwrapped(callee);
  const method = inner?.type === 'call' ? inner.child('function') : undefined;
  const option = method?.child('attribute')?.text;
  const object = method?.child('object');
  if (object && (option === 'with_options' || option === 'configure')) {
    return { names: dottedName(object), hasOptions: true, optionsCall: inner };
  }
  return { names: inner && dottedName(inner), hasOptions: false };
}

class BodyReader {
  readonly calls: CallFact[] = [];
  isStatic = true;
  private readonly values = new Map<string, ArgFact>();
  private readonly used = new Map<string, number>();
  private readonly assigned: (UnusedResult & { readonly left: SyntaxNode })[] = [];

  constructor(
    private readonly statementOf: Statement,
    private readonly names: ModuleNames,
    parameters: readonly string[],
  ) {
    for (const name of parameters) this.values.set(name, { kind: 'parameter', name });
  }

  statement(node: SyntaxNode): void {
    switch (node.type) {
      case 'expression_statement':
        for (const part of node.named) this.expressionStatement(part);
        return;
      case 'return_statement':
        for (const part of node.named) this.value(part);
        return;
      case 'pass_statement':
      case 'import_statement':
      case 'import_from_statement':
        this.forget(node);
        return;
      default:
        this.unreadable(node);
        return;
    }
  }

  private expressionStatement(part: SyntaxNode): void {
    if (part.type !== 'assignment') {
      this.value(part);
      if (part.type === 'augmented_assignment') this.forget(part);
      return;
    }
    const left = part.child('left');
    const right = part.child('right');
    if (!left || !right) return;
    if (right.type === 'assignment') this.expressionStatement(right);
    const source = right.type === 'assignment' ? unknown(right) : this.value(right);
    this.assign(left, source);
    const names = targetNames(left);
    if (source.kind === 'output' && unwrapped(right).type === 'call' && names.length > 0) {
      const range = rangeBetween(this.statementOf, left.start, right.start);
      this.assigned.push({ call: source.call, names, range, left });
    }
  }

  /** Results whose names are read nowhere in the body; `_` says so by itself. */
  unusedIn(body: SyntaxNode): readonly UnusedResult[] {
    if (this.assigned.length === 0) return [];
    const read = new Set<string>();
    const targets = new Set(this.assigned.map(({ left }) => left));
    const visit = (node: SyntaxNode) => {
      if (targets.has(node)) return;
      if (node.type === 'identifier') read.add(node.text);
      node.children.forEach(visit);
    };
    visit(body);
    return this.assigned
      .filter(({ names }) => names.every((name) => !read.has(name) && !name.startsWith('_')))
      .map(({ call, names, range }) => ({ call, names, range }));
  }

  private assign(left: SyntaxNode, source: ArgFact): void {
    const names = targetNames(left);
    const isPlain = left.type === 'identifier';
    if (source.kind === 'output' && names.length > 0) this.nameOutputs(source.call, names);
    names.forEach((name, index) => {
      const isUnpacked = !isPlain && source.kind === 'output' && source.index === undefined;
      const item = isUnpacked ? { ...source, index } : unknown(left);
      this.values.set(name, isPlain ? source : item);
    });
    if (left.text.includes('*')) this.forget(left);
  }

  private nameOutputs(index: number, assignedTo: readonly string[]): void {
    const call = this.calls[index];
    if (call) this.calls[index] = { ...call, assignedTo };
  }

  /** What an expression stands for; calls in it are noted, the inner ones first. */
  private value(expression: SyntaxNode): ArgFact {
    const node = unwrapped(expression);
    if (node.type === 'call') return this.call(node);
    if (node.type === 'identifier') return this.name(node);
    const known = knownValue(node, new Map());
    if (known) return { kind: 'literal', value: known.value };
    if (node.type === 'list')
      return { kind: 'list', items: node.named.map((item) => this.value(item)) };
    if (OPAQUE.has(node.type)) {
      if (this.containsCall(node)) this.isStatic = false;
    } else {
      for (const child of node.named) this.value(child);
    }
    return unknown(node, notAParameter(node));
  }

  private name(node: SyntaxNode): ArgFact {
    const local = this.values.get(node.text);
    if (local) return local;
    const constant = this.names.constants.get(node.text);
    if (constant !== undefined) return { kind: 'literal', value: constant };
    return unknown(node, this.codeProblem(node.text));
  }

  /** A function, class or module handed over itself. */
  private codeProblem(name: string): string | undefined {
    if (this.names.steps.has(name)) return 'a step that is not called';
    const kind = this.names.code.get(name);
    if (kind) return `a ${kind}`;
    const target = this.names.imports.get(name);
    return target && target.name === undefined ? 'a module' : undefined;
  }

  private call(node: SyntaxNode): ArgFact {
    const { names, hasOptions, optionsCall } = calleeOf(node);
    const args = argumentsOf(node, (value) => this.value(value));
    const problem = notAParameter(node, this.names.paths);
    if (problem !== undefined) return unknown(node, problem);
    const callee = names && this.resolve(names);
    if (!names || callee === 'unreadable') this.isStatic = false;
    if (!names || callee === undefined || callee === 'unreadable') return unknown(node);
    if (node.child('arguments')?.named.some(({ type }) => SPLATS.has(type))) this.isStatic = false;
    const { id, ...keywords } = args.keywords;
    this.calls.push({
      invocationId: this.invocationId(callee.name, id),
      callee: names.join('.'),
      step: callee.step,
      line: lineOf(this.statementOf, node.start),
      positional: args.positional,
      keywords,
      assignedTo: [],
      hasOptions,
      changedOptions: optionsCall && optionFacts(optionsCall, this.names.constants),
      places: this.placesOf(node),
    });
    return { kind: 'output', call: this.calls.length - 1, index: undefined };
  }

  private placesOf(call: SyntaxNode): CallPlaces {
    const range = (node: SyntaxNode): TextRange => rangeOf(this.statementOf, node);
    const { positional, keywords } = splitArguments(call);
    const named = keywords.map(([name, node]) => [name, range(node)] as const);
    return {
      call: range(call),
      callee: range(lastName(call)),
      positional: positional.map(range),
      keywords: Object.fromEntries(named),
    };
  }

  /** Undefined: a call that makes no node of the graph. */
  private resolve(
    names: readonly string[],
  ): { name: string; step: CallFact['step'] } | 'unreadable' | undefined {
    const [root = '', ...rest] = names;
    const local = this.values.has(root);
    const own = this.names.steps.get(root);
    if (own && rest.length === 0 && !local) return { name: own.name, step: own.name };
    const target = local ? undefined : this.names.imports.get(root);
    const from = target && importedStep(target, rest);
    if (from) return { name: from.name, step: from };
    if (local) return rest.length > 0 ? undefined : 'unreadable';
    if (this.names.pipelines.has(root) || this.names.others.has(root)) return 'unreadable';
    return undefined;
  }

  /** `train`, `train_2` … as the engine numbers them. */
  private invocationId(name: string, id: ArgFact | undefined): string {
    if (id?.kind === 'literal' && typeof id.value === 'string') return id.value;
    if (id) this.isStatic = false;
    const count = (this.used.get(name) ?? 0) + 1;
    this.used.set(name, count);
    return count === 1 ? name : `${name}_${count}`;
  }

  /** Names that a statement binds in a way that is not followed. */
  private forget(node: SyntaxNode): void {
    const visit = (part: SyntaxNode) => {
      if (part.type === 'identifier' && this.values.has(part.text)) {
        this.values.set(part.text, unknown(part));
      }
      part.children.forEach(visit);
    };
    visit(node);
  }

  /** A branch, a loop …: its calls are noted, but they are not the graph. */
  private unreadable(node: SyntaxNode): void {
    this.isStatic = false;
    for (const child of node.named) {
      if (child.type === 'block') for (const statement of child.named) this.statement(statement);
      else if (child.type.endsWith('_clause')) this.unreadable(child);
    }
    this.forget(node);
  }

  private containsCall(node: SyntaxNode): boolean {
    if (node.type === 'call') {
      const { names } = calleeOf(node);
      if (!names || this.resolve(names) !== undefined) return true;
    }
    return node.children.some((child) => this.containsCall(child));
  }
}

/** Expressions whose inside runs not at all, or not exactly once. */
const OPAQUE = new Set([
  'lambda',
  'list_comprehension',
  'set_comprehension',
  'dictionary_comprehension',
  'generator_expression',
  'conditional_expression',
  'boolean_operator',
  'await',
  'yield',
  'named_expression',
]);
const SPLATS = new Set(['list_splat', 'dictionary_splat']);

const unknown = (node: SyntaxNode, problem?: string): ArgFact => ({
  kind: 'unknown',
  text: shortText(node),
  ...(problem !== undefined && { problem }),
});

/** The name that a call calls: `train` in `steps.train.with_options(…)(…)`. */
function lastName(call: SyntaxNode): SyntaxNode {
  const callee = unwrapped(call.child('function') ?? call);
  if (callee.type !== 'call') return callee.child('attribute') ?? callee;
  const method = callee.child('function');
  const object = method?.child('object');
  return object ? (object.child('attribute') ?? object) : callee;
}

function importedStep(
  target: ImportTarget,
  rest: readonly string[],
): { module: string; name: string } | undefined {
  const base = '.'.repeat(target.level) + target.module;
  const path = target.name === undefined ? rest : [target.name, ...rest];
  const name = path.at(-1);
  if (name === undefined) return undefined;
  return { module: [base, ...path.slice(0, -1)].filter(Boolean).join('.'), name };
}

function argumentsOf(
  call: SyntaxNode,
  value: (node: SyntaxNode) => ArgFact,
): Pick<CallFact, 'positional' | 'keywords'> {
  // In the order of the text, which is that of the invocations in it.
  const known = new Map(
    argumentNodes(call).map((node) => {
      const content = keywordValue(node) ?? node;
      return [content, value(content)] as const;
    }),
  );
  const { positional, keywords } = splitArguments(call);
  const factOf = (node: SyntaxNode): ArgFact => known.get(node) ?? unknown(node);
  return {
    positional: positional.map(factOf),
    keywords: Object.fromEntries(keywords.map(([name, node]) => [name, factOf(node)])),
  };
}

interface SplitArguments {
  readonly positional: readonly SyntaxNode[];
  readonly keywords: readonly (readonly [string, SyntaxNode])[];
}

function splitArguments(call: SyntaxNode): SplitArguments {
  const positional: SyntaxNode[] = [];
  const keywords: [string, SyntaxNode][] = [];
  for (const argument of argumentNodes(call)) {
    const name = argument.child('name')?.text;
    const content = keywordValue(argument);
    if (name && content) keywords.push([name, content]);
    else positional.push(argument);
  }
  return { positional, keywords };
}

function argumentNodes(call: SyntaxNode): readonly SyntaxNode[] {
  const list = call.child('arguments');
  if (list?.type === 'argument_list') return list.named;
  return list ? [list] : [];
}

const keywordValue = (argument: SyntaxNode): SyntaxNode | undefined =>
  argument.type === 'keyword_argument' ? argument.child('value') : undefined;
