/** What a Python file says to the store: strings that name something in it, and calls of MLflow. */
import type { StoreFacts, StringUse, TextRange, TrackingCall } from './factTypes';
import { type FileNames, pathOf } from './namePaths';
import { definitionOf, type Statement, type SyntaxNode, unwrapped } from './nodes';
import { rangeOf } from './places';
import type { SdkDefinition } from './sdkNames';
import { roleOf, type StringPlace } from './stringRoles';
import { plainText } from './strings';

/** @param definitions the decorated functions that are steps and pipelines. */
export function storeFacts(
  statements: readonly Statement[],
  names: FileNames,
  definitions: readonly SdkDefinition[],
): StoreFacts {
  if (names.uses.size === 0) return { strings: [], tracking: [], setsServer: false };
  const meaning = [...names.paths].join();
  const all = statements.map((statement) => {
    const own = definitions.filter((one) => one.statement === statement).map(({ node }) => node);
    const key = [meaning, statement.column, ...own.map(({ start }) => start)].join(' ');
    return { facts: factsIn(statement, { names, key, definitions: own }), by: statement.line - 1 };
  });
  return {
    strings: all.flatMap(({ facts, by }) =>
      facts.strings.map((use) => ({ ...use, range: movedBy(use.range, by) })),
    ),
    tracking: all.flatMap(({ facts, by }) =>
      facts.tracking.map((call) => ({ ...call, line: call.line + by })),
    ),
    setsServer: all.some(({ facts }) => facts.setsServer),
  };
}

interface Meaning {
  readonly names: FileNames;
  /** Differs whenever the names or the definitions mean something else. */
  readonly key: string;
  readonly definitions: readonly SyntaxNode[];
}

/** Lines are counted from the statement; what was read is kept while its text is the same. */
function factsIn(statement: Statement, { names, key, definitions }: Meaning): StoreFacts {
  const known = cache.get(statement.root);
  if (known?.key === key) return known.facts;
  const reader = new Reader(names, new Set(definitions));
  reader.read({ ...statement, line: 1 });
  cache.set(statement.root, { key, facts: reader });
  return reader;
}
const cache = new WeakMap<SyntaxNode, { readonly key: string; readonly facts: StoreFacts }>();

const movedBy = ({ start, end }: TextRange, by: number): TextRange => ({
  start: { line: start.line + by, character: start.character },
  end: { line: end.line + by, character: end.character },
});

const NO_PLACE = undefined;

class Reader implements StoreFacts {
  readonly strings: StringUse[] = [];
  readonly tracking: TrackingCall[] = [];
  setsServer = false;
  private statement: Statement | undefined;
  private inDefinition = false;

  constructor(
    private readonly names: FileNames,
    private readonly definitions: ReadonlySet<SyntaxNode>,
  ) {}

  read(statement: Statement): void {
    this.statement = statement;
    this.visit(statement.root, NO_PLACE);
  }

  private visit(node: SyntaxNode, place: StringPlace | undefined): void {
    if (node.type === 'string' || node.type === 'concatenated_string') {
      this.string(node, place);
      return;
    }
    if (node.type === 'call') this.call(node);
    else if (node.type === 'subscript') this.subscript(node);
    else if (definitionOf(node)) this.definition(node);
    else {
      const inner = node.type === 'parenthesized_expression' ? place : NO_PLACE;
      for (const child of node.children) this.visit(child, inner);
    }
  }

  private definition(node: SyntaxNode): void {
    const outer = this.inDefinition;
    this.inDefinition ||= this.definitions.has(node);
    for (const child of node.children) this.visit(child, NO_PLACE);
    this.inDefinition = outer;
  }

  private call(node: SyntaxNode): void {
    const callee = node.child('function');
    const list = node.child('arguments');
    const path = callee && pathOf(callee, this.names.paths);
    if (path?.startsWith('mlflow.')) this.tracked(node, path);
    if (callee) this.visit(callee, NO_PLACE);
    if (list?.type !== 'argument_list') {
      if (list) this.visit(list, NO_PLACE);
      return;
    }
    const name = callee?.child('attribute')?.text ?? callee?.text ?? '';
    const before = new Map<number | string, string>();
    list.named.forEach((child, index) => {
      const keyword = child.type === 'keyword_argument' ? child.child('name')?.text : undefined;
      const value = keyword === undefined ? child : child.child('value');
      const argument = keyword ?? index;
      if (!value) return;
      this.argument(value, { callee: path, name, argument, as: 'value', before });
      const literal = plainText(unwrapped(value));
      if (literal !== undefined) before.set(argument, literal);
    });
  }

  private argument(value: SyntaxNode, place: StringPlace): void {
    const node = unwrapped(value);
    if (node.type === 'list' || node.type === 'tuple') {
      for (const item of node.named) this.visit(item, { ...place, as: 'item' });
    } else if (node.type === 'dictionary') {
      for (const pair of node.named) this.pair(pair, place);
    } else this.visit(node, place);
  }

  private pair(pair: SyntaxNode, place: StringPlace): void {
    for (const child of pair.children) {
      this.visit(child, child.field === 'key' ? { ...place, as: 'key' } : NO_PLACE);
    }
  }

  /** `run.steps["train"]` */
  private subscript(node: SyntaxNode): void {
    const value = node.child('value');
    const name = value?.child('attribute')?.text ?? '';
    const place = {
      callee: NO_PLACE,
      name,
      argument: '[]',
      as: 'value',
      before: new Map(),
    } as const;
    for (const child of node.children) {
      this.visit(child, child.field === 'subscript' ? place : NO_PLACE);
    }
  }

  private string(node: SyntaxNode, place: StringPlace | undefined): void {
    const value = plainText(node);
    const role = value === undefined ? undefined : roleOf(value, place);
    if (!this.statement || value === undefined || !role) return;
    this.strings.push({ role, value, range: rangeOf(this.statement, node) });
  }

  private tracked(node: SyntaxNode, path: string): void {
    if (/^mlflow\.set_(tracking|registry)_uri$/.test(path)) this.setsServer = true;
    const kind = /^mlflow\.(start_run|set_experiment)$/.exec(path)?.[1];
    if (!this.statement || !kind) return;
    const [first] = node.child('arguments')?.named ?? [];
    const value = first?.type === 'keyword_argument' ? named(node, 'experiment_name') : first;
    this.tracking.push({
      kind: kind === 'start_run' ? kind : 'set_experiment',
      line: rangeOf(this.statement, node).start.line,
      experiment: kind === 'set_experiment' && value ? plainText(unwrapped(value)) : undefined,
      inDefinition: this.inDefinition,
    });
  }
}

const named = (call: SyntaxNode, name: string): SyntaxNode | undefined =>
  call
    .child('arguments')
    ?.named.find((child) => child.child('name')?.text === name)
    ?.child('value');
