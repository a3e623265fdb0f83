/**
 * A past run with something changed: which steps that concerns, what is taken from the run as it is,
 * and what can be changed at all. Knows no VS Code.
 */
import type { Json } from '../../base/json';
import { dependenciesOf } from '../../domain/dependencies';
import type { PipelineGraph, StepInput, StepStatus } from '../../domain/pipeline';
import type { StepRow } from '../../protocol/rows';
import type { RunOptions } from './plan';
import { valueText } from './runForm';

export interface ReplayChanges {
  /** Of the pipeline. */
  readonly parameters: Readonly<Record<string, Json>>;
  /** By invocation and input. */
  readonly inputs: Readonly<Record<string, Readonly<Record<string, StepInput>>>>;
  /** Steps that are to run again though nothing of theirs was changed. */
  readonly again: readonly string[];
}

export const NO_CHANGES: ReplayChanges = { parameters: {}, inputs: {}, again: [] };

/** Something of a past run that can be changed. */
export type ReplayRow =
  | { readonly kind: 'parameter'; readonly name: string; readonly value: Json }
  | {
      readonly kind: 'input';
      readonly stepId: string;
      readonly name: string;
      readonly input: StepInput;
    };

/** Parameters first, then the inputs of each step but those that the parameters decide. */
export function replayRows(graph: PipelineGraph): readonly ReplayRow[] {
  const parameters = Object.entries(graph.parameters).map(
    ([name, { value }]): ReplayRow => ({ kind: 'parameter', name, value }),
  );
  const inputs = graph.steps.flatMap((step) =>
    Object.entries(step.inputs).flatMap(([name, input]): ReplayRow[] =>
      isChangeable(input) ? [{ kind: 'input', stepId: step.id, name, input }] : [],
    ),
  );
  return [...parameters, ...inputs];
}

/** A file that is passed as a path is changed on the disk, and an item comes with its list. */
const isChangeable = (input: StepInput): boolean =>
  (input.kind === 'parameter' && input.pipelineParameter === undefined) ||
  input.kind === 'step' ||
  input.kind === 'artifact';

/** `0.001`, `from load_data`, `a stored artifact`. */
export function inputText(input: StepInput): string {
  switch (input.kind) {
    case 'parameter':
      return valueText(input.value);
    case 'path':
      return input.path;
    case 'step':
    case 'item':
      return `${input.output} of ${input.stepId}`;
    case 'steps':
      return input.items.map(({ output, stepId }) => `${output} of ${stepId}`).join(', ');
    case 'artifact':
      return 'a stored artifact';
    case 'stored':
      return `${input.artifactVersionIds.length} stored artifacts`;
  }
}

/** Results that can stand in. */
const hasResult = (status: StepStatus): boolean => status === 'ran' || status === 'cached';

/**
 * The steps that run: what was changed, what takes a changed parameter, what had no result, and all
 * that depends on those; in the order of the graph.
 */
export function replayedSteps(
  graph: PipelineGraph,
  rows: readonly Pick<StepRow, 'stepId' | 'status'>[],
  changes: ReplayChanges,
): readonly string[] {
  const kept = new Set(rows.filter((row) => hasResult(row.status)).map((row) => row.stepId));
  const again = new Set([...Object.keys(changes.inputs), ...changes.again]);
  for (const step of graph.steps) {
    const takes = Object.values(step.inputs).some(
      (input) =>
        input.kind === 'parameter' &&
        input.pipelineParameter !== undefined &&
        input.pipelineParameter in changes.parameters,
    );
    if (takes || !kept.has(step.id)) again.add(step.id);
  }
  return downstream(graph, again);
}

function downstream(graph: PipelineGraph, from: ReadonlySet<string>): readonly string[] {
  const reached = new Set(from);
  // The steps of a graph need not be in an order in which they can run.
  for (let before = -1; before !== reached.size; ) {
    before = reached.size;
    for (const step of graph.steps) {
      if (dependenciesOf(step).some((id) => reached.has(id))) reached.add(step.id);
    }
  }
  return graph.steps.map(({ id }) => id).filter((id) => reached.has(id));
}

/** What the launch is asked for: what the run was given, with the changes, and what is taken from it. */
export function replayOptions(
  runId: string,
  graph: PipelineGraph,
  changes: ReplayChanges,
  runs: readonly string[],
): RunOptions {
  const replayed = new Set(runs);
  return {
    basedOn: runId,
    mode: 'replay',
    skip: graph.steps.map(({ id }) => id).filter((id) => !replayed.has(id)),
    parameters: { ...givenParameters(graph), ...changes.parameters },
    ...(Object.keys(changes.inputs).length === 0 ? {} : { inputs: changes.inputs }),
  };
}

/** Parameters that a run was given; the others are left to the code. */
export const givenParameters = (graph: PipelineGraph): Readonly<Record<string, Json>> =>
  Object.fromEntries(
    Object.entries(graph.parameters).flatMap(([name, { value, explicit }]) =>
      explicit ? [[name, value] as const] : [],
    ),
  );

/** `Replay with gamma=0.002: train_model, evaluate run again`. */
export function replayTitle(
  graph: PipelineGraph,
  changes: ReplayChanges,
  runs: readonly string[],
): string {
  const changed = [
    ...Object.entries(changes.parameters).map(([name, value]) => `${name}=${valueText(value)}`),
    ...Object.entries(changes.inputs).flatMap(([stepId, inputs]) =>
      Object.entries(inputs).map(([name, input]) => `${stepId}.${name}=${inputText(input)}`),
    ),
  ];
  if (runs.length === 0) return 'Change something first: every step is taken as it was';
  const what = changed.length === 0 ? 'Replay' : `Replay with ${changed.join(', ')}`;
  if (runs.length === graph.steps.length) return `${what}: every step runs again`;
  const named = runs.slice(0, 3).join(', ');
  const more = runs.length > 3 ? ` and ${runs.length - 3} more` : '';
  return `${what}: ${named}${more} ${runs.length === 1 ? 'runs' : 'run'} again`;
}
