/** What a Python file says about steps and pipelines. */
import type { Json } from '../base/json';
import type { ModuleFacts, StepFact, TopLevelCall } from './factTypes';
import { type Constants, functionFact } from './functionFacts';
import { literalValue } from './literals';
import { fileNames } from './namePaths';
import { definitionOf, lineOf, type Statement, type SyntaxNode } from './nodes';
import { optionFacts } from './optionFacts';
import type { PythonTree } from './parser';
import { calleeOf, type ModuleNames, pipelineBody, topLevelArguments } from './pipelineFacts';
import { type ScopeNames, scopeNames } from './scopes';
import { sdkDefinitions } from './sdkNames';
import { storeFacts } from './storeFacts';

export type {
  ArgFact,
  CallFact,
  CallPlaces,
  DefaultFact,
  ModuleFacts,
  OptionCall,
  OptionFacts,
  ParameterFact,
  PipelineFact,
  StepFact,
  StringUse,
  TextPosition,
  TextRange,
  TopLevelCall,
  TrackingCall,
  UnusedResult,
} from './factTypes';

/** Facts about a file; those of one tree are computed once. */
export function moduleFacts(tree: PythonTree): ModuleFacts {
  const known = cache.get(tree);
  if (known) return known;
  const facts = computeFacts(tree);
  cache.set(tree, facts);
  return facts;
}
const cache = new WeakMap<PythonTree, ModuleFacts>();

function computeFacts(tree: PythonTree): ModuleFacts {
  const definitions = sdkDefinitions(tree.statements);
  const paths = fileNames(tree.statements);
  const names = scopeNames(tree.statements.map(({ root }) => root));
  const constants = literalConstants(names);
  const configured = configuredNames(names);
  const found = definitions.flatMap((definition) => {
    const fact = functionFact(definition, constants, configured);
    return fact ? [{ definition, fact }] : [];
  });
  const steps = found
    .filter(({ definition }) => definition.kind === 'step')
    .map(({ fact }) => fact);
  const pipelines = found.filter(({ definition }) => definition.kind === 'pipeline');
  const meaning: ModuleNames = {
    ...moduleNames(names, { constants, steps, pipelines: pipelines.map((p) => p.fact) }),
    paths: paths.paths,
  };
  const topLevel = new TopLevelCalls(tree.statements, constants);
  return {
    hasErrors: tree.hasErrors,
    steps,
    pipelines: pipelines.map(({ definition: { node, statement }, fact }) => {
      const parameters = fact.parameters.map(({ name }) => name);
      const body = pipelineBody(node, statement, meaning, parameters);
      return { ...fact, ...body, topLevelCalls: topLevel.of(fact.qualname) };
    }),
    names: paths,
    store: storeFacts(tree.statements, paths, definitions),
  };
}

/** Module-level names bound once, unconditionally, to a literal, and never changed in place. */
function literalConstants({ bindings, mutations }: ScopeNames): Constants {
  const constants = new Map<string, Json>();
  const counts = new Map<string, number>();
  for (const { name } of bindings) counts.set(name, (counts.get(name) ?? 0) + 1);
  const changed = new Set(mutations.map(({ name }) => name));
  for (const { name, kind, node, path } of bindings) {
    if (kind !== 'assignment' || path !== '' || counts.get(name) !== 1 || changed.has(name))
      continue;
    const [assignment] = node.named;
    const right = assignment?.type === 'assignment' ? assignment.child('right') : undefined;
    const value =
      assignment?.child('left')?.text === name && right ? literalValue(right) : undefined;
    if (value) constants.set(name, value.value);
  }
  return constants;
}

/** Names whose options are changed in place: `train.configure(enable_cache=False)`. */
function configuredNames({ mutations }: ScopeNames): ReadonlySet<string> {
  const calls = mutations.filter(({ node }) => /\.configure\s*\(/.test(node.text));
  return new Set(calls.map(({ name }) => name));
}

function moduleNames(
  { bindings }: ScopeNames,
  known: { constants: Constants; steps: readonly StepFact[]; pipelines: readonly StepFact[] },
): Omit<ModuleNames, 'paths'> {
  const count = (name: string) => bindings.filter((binding) => binding.name === name).length;
  const isTop = ({ functionName, qualname }: StepFact) =>
    functionName === qualname && count(functionName) === 1;
  const imports = bindings.flatMap(({ name, target }) =>
    target && count(name) === 1 ? [[name, target] as const] : [],
  );
  return {
    constants: known.constants,
    steps: new Map(known.steps.filter(isTop).map((step) => [step.functionName, step])),
    pipelines: new Set(known.pipelines.map(({ functionName }) => functionName)),
    imports: new Map(imports),
    others: new Set(bindings.map(({ name }) => name)),
    code: new Map(
      bindings.flatMap(({ name, kind }) =>
        (kind === 'function' || kind === 'class') && count(name) === 1 ? [[name, kind]] : [],
      ),
    ),
  };
}

/** Calls of pipelines that run when the file is run. */
class TopLevelCalls {
  private readonly calls = new Map<string, TopLevelCall[]>();

  constructor(
    statements: readonly Statement[],
    private readonly constants: Constants,
  ) {
    for (const statement of statements) this.visit(statement.root, statement);
  }

  of(pipeline: string): readonly TopLevelCall[] {
    return this.calls.get(pipeline) ?? [];
  }

  private visit(node: SyntaxNode, statement: Statement): void {
    if (definitionOf(node) || node.type === 'lambda') return;
    if (node.type === 'call') this.add(node, statement);
    for (const child of node.children) this.visit(child, statement);
  }

  private add(node: SyntaxNode, statement: Statement): void {
    const { names, hasOptions, optionsCall } = calleeOf(node);
    const [name] = names ?? [];
    if (name === undefined || names?.length !== 1) return;
    const call = {
      line: lineOf(statement, node.start),
      ...topLevelArguments(node, this.constants),
      hasOptions,
      changedOptions: optionsCall && optionFacts(optionsCall, this.constants),
    };
    this.calls.set(name, [...(this.calls.get(name) ?? []), call]);
  }
}
