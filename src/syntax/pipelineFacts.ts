/** The calls in a pipeline's body: which steps run, and where each argument comes from. */
import type { ArgFact, CallFact, StepFact } from './factTypes';
import { type Constants, knownValue } from './functionFacts';
import {
  definitionOf,
  dottedName,
  lineOf,
  type Statement,
  type SyntaxNode,
  shortText,
  unwrapped,
} from './nodes';
import { type ImportTarget, targetNames } from './scopes';

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
}

export interface PipelineBody {
  readonly calls: readonly CallFact[];
  readonly static: boolean;
}

export function pipelineBody(
  node: SyntaxNode,
  statement: Statement,
  names: ModuleNames,
  parameters: readonly string[],
): PipelineBody {
  const reader = new BodyReader(statement, names, parameters);
  for (const child of definitionOf(node)?.child('body')?.named ?? []) reader.statement(child);
  return { calls: reader.calls, static: reader.isStatic };
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
export function calleeOf(call: SyntaxNode): { names: string[] | undefined; hasOptions: boolean } {
  const callee = call.child('function');
  const inner = callee && unwrapped(callee);
  const method = inner?.type === 'call' ? inner.child('function') : undefined;
  const option = method?.child('attribute')?.text;
  const object = method?.child('object');
  if (object && (option === 'with_options' || option === 'configure')) {
    return { names: dottedName(object), hasOptions: true };
  }
  return { names: inner && dottedName(inner), hasOptions: false };
}

class BodyReader {
  readonly calls: CallFact[] = [];
  isStatic = true;
  private readonly values = new Map<string, ArgFact>();
  private readonly used = new Map<string, number>();

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
    return unknown(node);
  }

  private name(node: SyntaxNode): ArgFact {
    const local = this.values.get(node.text);
    if (local) return local;
    const constant = this.names.constants.get(node.text);
    return constant === undefined ? unknown(node) : { kind: 'literal', value: constant };
  }

  private call(node: SyntaxNode): ArgFact {
    const { names, hasOptions } = calleeOf(node);
    const args = argumentsOf(node, (value) => this.value(value));
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
    });
    return { kind: 'output', call: this.calls.length - 1, index: undefined };
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

const unknown = (node: SyntaxNode): ArgFact => ({ kind: 'unknown', text: shortText(node) });

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
  const positional: ArgFact[] = [];
  const keywords: [string, ArgFact][] = [];
  const list = call.child('arguments');
  for (const argument of list?.type === 'argument_list' ? list.named : list ? [list] : []) {
    const name = argument.child('name')?.text;
    const content = argument.child('value');
    if (argument.type === 'keyword_argument' && name && content)
      keywords.push([name, value(content)]);
    else positional.push(value(argument));
  }
  return { positional, keywords: Object.fromEntries(keywords) };
}
