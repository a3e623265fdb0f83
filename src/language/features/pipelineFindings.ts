/** What the text of steps and pipelines says to be wrong, without a look at the store. */
import type {
  ArgFact,
  CallFact,
  ModuleFacts,
  ParameterFact,
  PipelineFact,
  StepFact,
  TextRange,
} from '../../syntax/facts';
import type { NamePaths } from '../../syntax/namePaths';
import { certainlyDiffers, plainAnnotation, tupleItems } from './annotations';
import { type Finding, type Fix, insertion, nearNames, type TextChange } from './finding';

/** A step that a call calls, with the names of the file it is in. */
export interface CalledStep {
  readonly fact: StepFact;
  readonly paths: NamePaths;
}
export type StepOf = (call: CallFact) => CalledStep | undefined;

export function pipelineFindings(facts: ModuleFacts, text: string, stepOf: StepOf): Finding[] {
  const lines = text.split('\n');
  return [
    ...facts.steps.flatMap((step) => [
      ...unannotated(step, facts, lines),
      ...defaultProblems(step),
    ]),
    ...facts.pipelines.flatMap((pipeline) => [
      ...unusedResults(pipeline, stepOf),
      ...argumentProblems(pipeline, { lines, facts, stepOf }),
      ...typeMismatches(pipeline, stepOf),
      ...orderProblems(pipeline, stepOf),
    ]),
  ];
}

function unannotated(step: StepFact, facts: ModuleFacts, lines: readonly string[]): Finding[] {
  const { unannotated: missing, nameRange, name } = step;
  if (!missing) return [];
  const { at, type } = missing;
  const fixes: Fix[] = [];
  if (type) {
    const edits = [insertion(at, ` -> ${type}`)];
    fixes.push({ title: `Add "-> ${type}"`, edits, isPreferred: true });
    const named = `Annotated[${type}, "${name}"]`;
    const edit = [insertion(at, ` -> ${named}`), ...importEdit(facts, lines)];
    fixes.push({ title: `Name the output "${name}"`, edits: edit });
  }
  return [
    {
      code: 'output-without-annotation',
      severity: 'information',
      range: nameRange,
      message: `What ${name} returns has no annotation, so its output has neither a name nor a type. Write \`-> Annotated[T, "name"]\`.`,
      fixes,
    },
  ];
}

/** Imports `Annotated` where it is not there: behind the docstring, comments and `__future__`. */
function importEdit(facts: ModuleFacts, lines: readonly string[]): TextChange[] {
  if (facts.names.paths.get('Annotated')?.endsWith('.Annotated')) return [];
  const isImport = (line: string) =>
    /^(import|from)\s/.test(line) && !/^from\s+__future__/.test(line);
  const at = lines.findIndex(isImport);
  if (at < 0) return [];
  const end = lines[at]?.endsWith('\r') ? '\r\n' : '\n';
  return [insertion({ line: at, character: 0 }, `from typing import Annotated${end}`)];
}

const defaultProblems = (step: StepFact): Finding[] =>
  step.parameters.flatMap(({ name, default: given }) =>
    given?.kind === 'text' && given.problem
      ? [notSerialisable(step.nameRange, `The default of \`${name}\` is ${given.problem}`)]
      : [],
  );

const notSerialisable = (range: TextRange, what: string, fixes: readonly Fix[] = []): Finding => ({
  code: 'parameter-not-serialisable',
  severity: 'error',
  range,
  message: `${what}, which cannot be a parameter of a step: JSON does not carry it. Make it inside the step, or in a step of its own.`,
  fixes,
});

/** Only of calls that certainly call a step: any other function may take what it likes. */
function argumentProblems(
  pipeline: PipelineFact,
  o: { readonly lines: readonly string[]; readonly facts: ModuleFacts; readonly stepOf: StepOf },
): Finding[] {
  const calls = pipeline.calls.filter((call) => o.stepOf(call) !== undefined);
  return calls.flatMap((call) =>
    argumentsOf(call).flatMap(({ argument, range, label }) => {
      if (argument.kind !== 'unknown' || argument.problem === undefined || label === 'after')
        return [];
      const which = label === undefined ? `An argument of ${call.callee}` : `\`${label}\``;
      const fixes = problemFixes({ ...o, argument, range, pipeline });
      return [notSerialisable(range, `${which} is ${argument.problem}`, fixes)];
    }),
  );
}

interface Problem {
  readonly argument: Extract<ArgFact, { kind: 'unknown' }>;
  readonly range: TextRange;
  readonly pipeline: PipelineFact;
  readonly lines: readonly string[];
  readonly facts: ModuleFacts;
}

/** Calls the step that was named, or makes the expression a step of its own. */
function problemFixes({ argument, range, pipeline, lines, facts }: Problem): Fix[] {
  if (argument.problem === 'a step that is not called') {
    return [
      { title: `Call ${argument.text}`, edits: [insertion(range.end, '()')], isPreferred: true },
    ];
  }
  const isOneLine = range.start.line === range.end.line;
  const line = lines[range.start.line] ?? '';
  const expression = line.slice(range.start.character, range.end.character);
  const decorator = stepDecorator(facts, lines);
  if (!/^(a (NumPy|table|column)|bytes)/.test(argument.problem ?? '')) return [];
  if (!isOneLine || !decorator || usesLocals(expression, pipeline)) return [];
  const at = { line: pipeline.decoratorLine - 1, character: 0 };
  const indent = /^\s*/.exec(lines[at.line] ?? '')?.[0] ?? '';
  if (indent !== '') return [];
  const end = line.endsWith('\r') ? '\r\n' : '\n';
  const name = freeName('make_value', lines);
  const step = [decorator, `def ${name}():`, `    return ${expression}`, '', '', ''].join(end);
  return [
    {
      title: 'Wrap it in a step',
      edits: [insertion(at, step), { range, text: `${name}()` }],
    },
  ];
}

function stepDecorator(facts: ModuleFacts, lines: readonly string[]): string | undefined {
  const [step] = facts.steps;
  const written = /^\s*(@[\w.]+)/.exec(lines[(step?.decoratorLine ?? 0) - 1] ?? '')?.[1];
  if (written) return written;
  for (const [name, path] of facts.names.paths) {
    if (path === 'runlens.step' || path === 'zenml.step') return `@${name}`;
  }
  return undefined;
}

function usesLocals(expression: string, pipeline: PipelineFact): boolean {
  const names = [
    ...pipeline.parameters.map(({ name }) => name),
    ...pipeline.calls.flatMap(({ assignedTo }) => assignedTo),
  ];
  return names.some((name) => new RegExp(`\\b${name}\\b`).test(expression));
}

function freeName(wish: string, lines: readonly string[]): string {
  const text = lines.join('\n');
  for (let n = 1; ; n++) {
    const name = n === 1 ? wish : `${wish}_${n}`;
    if (!new RegExp(`\\b${name}\\b`).test(text)) return name;
  }
}

interface Given {
  readonly argument: ArgFact;
  readonly range: TextRange;
  /** The keyword, if it is one. */
  readonly label: string | undefined;
  readonly position: number | undefined;
}

function argumentsOf({ positional, keywords, places }: CallFact): Given[] {
  const byPosition = positional.flatMap((argument, position) => {
    const range = places.positional[position];
    return range ? [{ argument, range, label: undefined, position }] : [];
  });
  const byName = Object.entries(keywords).flatMap(([label, argument]) => {
    const range = places.keywords[label];
    return range ? [{ argument, range, label, position: undefined }] : [];
  });
  return [...byPosition, ...byName];
}

function unusedResults(pipeline: PipelineFact, stepOf: StepOf): Finding[] {
  return pipeline.unused.flatMap(({ call, names, range }) => {
    const called = pipeline.calls[call];
    if (!called || !stepOf(called)) return [];
    return [
      {
        code: 'unused-result' as const,
        severity: 'hint' as const,
        range: { start: range.start, end: range.end },
        message: `Nothing uses ${names.join(', ')}: the result of ${called.callee} goes nowhere.`,
        isUnnecessary: true,
        fixes: [{ title: `Remove "${names.join(', ')} ="`, edits: [{ range, text: '' }] }],
      },
    ];
  });
}

function typeMismatches(pipeline: PipelineFact, stepOf: StepOf): Finding[] {
  return pipeline.calls.flatMap((call) => {
    const taker = stepOf(call);
    if (!taker) return [];
    return argumentsOf(call).flatMap(({ argument, range, label, position }) => {
      const parameter = parameterOf(taker.fact, label, position);
      const made = parameter?.annotation && madeBy(argument, pipeline, stepOf);
      if (!made || !parameter?.annotation) return [];
      const paths = { made: made.paths, wanted: taker.paths };
      if (!certainlyDiffers(made.annotation, parameter.annotation, paths)) return [];
      return [
        {
          code: 'type-mismatch' as const,
          severity: 'warning' as const,
          range,
          message: `${made.callee} gives ${made.annotation}, but \`${parameter.name}\` of ${call.callee} is ${parameter.annotation}.`,
        },
      ];
    });
  });
}

function parameterOf(
  { parameters }: StepFact,
  label: string | undefined,
  position: number | undefined,
): ParameterFact | undefined {
  if (label !== undefined) return parameters.find(({ name }) => name === label);
  const found = parameters[position ?? -1];
  return found?.kind === 'positional' || found?.kind === 'positional-only' ? found : undefined;
}

function madeBy(
  argument: ArgFact,
  pipeline: PipelineFact,
  stepOf: StepOf,
): { readonly annotation: string; readonly callee: string; readonly paths: NamePaths } | undefined {
  const call = argument.kind === 'output' ? pipeline.calls[argument.call] : undefined;
  const maker = call && stepOf(call);
  if (!call || !maker?.fact.returns || argument.kind !== 'output') return undefined;
  const { paths } = maker;
  const whole = plainAnnotation(maker.fact.returns, paths);
  const items = tupleItems(whole, paths);
  const { index } = argument;
  // A tuple may be one output or several: that depends on the step's `return`.
  if (items && index === undefined) return undefined;
  const annotation = index === undefined ? whole : items?.[index];
  if (annotation === undefined) return undefined;
  return { annotation: plainAnnotation(annotation, paths), callee: call.callee, paths };
}

/** `after=` that names no step, or that makes a circle. */
function orderProblems(pipeline: PipelineFact, stepOf: StepOf): Finding[] {
  const { calls } = pipeline;
  if (!pipeline.static) return [];
  const ids = calls.map(({ invocationId }) => invocationId);
  const unknown = calls.flatMap((call) => (stepOf(call) ? unknownSteps(call, ids) : []));
  const edges = calls.map((call) => [
    ...argumentsOf(call).flatMap(({ argument }) => outputsIn(argument)),
    ...afterOf(call).flatMap((id) => (ids.includes(id) ? [ids.indexOf(id)] : [])),
  ]);
  const circle = findCircle(edges);
  if (!circle) return unknown;
  const [first = 0] = circle;
  const call = calls[first];
  const range = call?.places.keywords['after'] ?? call?.places.callee;
  if (!range) return unknown;
  const way = [...circle, first].map((index) => ids[index]).join(' → ');
  const message = `These steps wait for each other: ${way}. Take one \`after\` away.`;
  return [...unknown, { code: 'cycle', severity: 'error', range, message }];
}

function unknownSteps(call: CallFact, ids: readonly string[]): Finding[] {
  const range = call.places.keywords['after'];
  return afterOf(call).flatMap((id) => {
    if (!range || ids.includes(id)) return [];
    const isText = call.keywords['after']?.kind === 'literal';
    const fixes = (isText ? nearNames(id, ids) : []).map((name) => ({
      title: `Change to "${name}"`,
      edits: [{ range, text: JSON.stringify(name) }],
    }));
    const message = `There is no step ${id} in this pipeline. Its steps: ${ids.join(', ')}.`;
    return [{ code: 'unknown-step' as const, severity: 'error' as const, range, message, fixes }];
  });
}

/** Ids that are written as text. */
function afterOf({ keywords }: CallFact): string[] {
  const after = keywords['after'];
  const values = after?.kind === 'literal' ? [after.value].flat() : [];
  const items = after?.kind === 'list' ? after.items : [];
  const texts = [...values, ...items.map((item) => (item.kind === 'literal' ? item.value : null))];
  return texts.filter((value) => typeof value === 'string');
}

function outputsIn(argument: ArgFact): number[] {
  if (argument.kind === 'output') return [argument.call];
  return argument.kind === 'list' ? argument.items.flatMap(outputsIn) : [];
}

/** One circle of the graph, from the place that closes it. */
export function findCircle(edges: readonly (readonly number[])[]): number[] | undefined {
  const done = new Set<number>();
  const visit = (node: number, trail: readonly number[]): number[] | undefined => {
    const at = trail.indexOf(node);
    if (at >= 0) return trail.slice(at);
    if (done.has(node)) return undefined;
    done.add(node);
    for (const next of edges[node] ?? []) {
      const found = visit(next, [...trail, node]);
      if (found) return found;
    }
    return undefined;
  };
  for (const node of edges.keys()) {
    const found = visit(node, []);
    if (found) return found;
  }
  return undefined;
}
