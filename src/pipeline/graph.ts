// Checks a pipeline's graph before anything of it is recorded, and puts its steps in order.
import { RunlensError } from '../base/errors';
import { dependenciesOf, producersOf } from '../domain/dependencies';
import type { PipelineGraph, StepInput, StepInvocation } from '../domain/pipeline';
import { nameProblem } from './names';

/** The artifact versions of the store that an input takes. */
export function storedArtifacts(input: StepInput): readonly string[] {
  if (input.kind === 'artifact') return [input.artifactVersionId];
  return input.kind === 'stored' ? input.artifactVersionIds : [];
}

/**
 * Checks a graph; `hasArtifact` tells whether an artifact version exists.
 * @returns the ids of its steps so that each comes after those it depends on.
 * @throws RunlensError `graph.*` that says what is wrong and what to do.
 */
export function validateGraph(
  graph: PipelineGraph,
  hasArtifact: (id: string) => boolean,
): string[] {
  checkName('pipeline', graph.pipeline);
  if (graph.runName !== undefined) checkName('run', graph.runName);
  if (graph.steps.length === 0 && !graph.dynamic) {
    throw problem(
      'empty',
      `Pipeline \`${graph.pipeline}\` has no steps: it calls no @step function.`,
    );
  }
  return validateSteps(graph.steps, { known: new Map(), hasArtifact });
}

/**
 * Checks steps that are added to those that are `known`.
 * @returns their ids so that each comes after those it depends on.
 * @throws RunlensError `graph.*`
 */
export function validateSteps(
  steps: readonly StepInvocation[],
  {
    known,
    hasArtifact,
  }: {
    known: ReadonlyMap<string, StepInvocation>;
    hasArtifact: (id: string) => boolean;
  },
): string[] {
  checkNames(steps, known);
  const added = new Map(steps.map((step) => [step.id, step]));
  const find = (id: string) => added.get(id) ?? known.get(id);
  for (const step of steps) {
    checkReferences(step, find);
    checkArtifacts(step, hasArtifact);
  }
  return topologicalOrder(steps);
}

function checkNames(
  steps: readonly StepInvocation[],
  known: ReadonlyMap<string, StepInvocation>,
): void {
  const seen = new Set<string>();
  for (const step of steps) {
    checkName('step', step.id);
    if (seen.has(step.id) || known.has(step.id)) {
      throw problem('duplicateStep', `Two steps have the id \`${step.id}\`. Give one another id.`);
    }
    seen.add(step.id);
    checkOutputs(step);
  }
}

function checkOutputs(step: StepInvocation): void {
  const seen = new Set<string>();
  for (const { name } of step.outputs) {
    checkName('output', name);
    if (seen.has(name)) {
      throw problem('duplicateOutput', `Step \`${step.id}\` has two outputs named \`${name}\`.`);
    }
    seen.add(name);
  }
}

function checkName(what: string, name: string): void {
  const wrong = nameProblem(name);
  if (wrong) throw problem('invalidName', `The ${what} name ${JSON.stringify(name)} ${wrong}.`);
}

function checkReferences(
  step: StepInvocation,
  find: (id: string) => StepInvocation | undefined,
): void {
  for (const id of step.after) {
    if (!find(id)) throw unknownStep(step, id, 'in after=');
  }
  for (const [input, value] of Object.entries(step.inputs)) {
    for (const { stepId, output } of producersOf(value)) {
      const producer = find(stepId);
      if (!producer) throw unknownStep(step, stepId, `for its input \`${input}\``);
      checkConsumed(step, input, producer, output);
    }
  }
}

const unknownStep = (step: StepInvocation, id: string, where: string) =>
  problem(
    'unknownStep',
    `Step \`${step.id}\` names the step \`${id}\` ${where}, which is not in this pipeline.`,
  );

function checkConsumed(
  step: StepInvocation,
  input: string,
  producer: StepInvocation,
  output: string,
): void {
  const found = producer.outputs.find(({ name }) => name === output);
  const use = `Step \`${step.id}\` uses ${found || producer.outputs.length === 0 ? 'the output' : `the output \`${output}\``} of \`${producer.id}\` for its input \`${input}\``;
  const place = `${producer.source.file}:${producer.source.line}`;
  if (producer.outputs.length === 0 || found?.annotation === '') {
    throw problem(
      'untypedOutput',
      `${use}, but \`${producer.step}\` (${place}) does not say what it returns. Add a return annotation: def ${producer.step}(…) -> dict:`,
    );
  }
  if (!found) {
    const names = producer.outputs.map(({ name }) => `\`${name}\``).join(', ');
    throw problem('unknownOutput', `${use}, but it has only ${names}.`);
  }
}

function checkArtifacts(step: StepInvocation, hasArtifact: (id: string) => boolean): void {
  for (const [input, value] of Object.entries(step.inputs)) {
    const unknown = storedArtifacts(value).find((id) => !hasArtifact(id));
    if (unknown === undefined) continue;
    throw problem(
      'unknownArtifact',
      `Step \`${step.id}\` takes the artifact version ${unknown} for its input \`${input}\`, which is not in this store, or deleted.`,
    );
  }
}

/** Depth first in the order of the graph, so that the order is the one in which steps were called. */
function topologicalOrder(given: readonly StepInvocation[]): string[] {
  const steps = new Map(given.map((step) => [step.id, step]));
  const done = new Set<string>();
  for (const root of given) visit(root.id, steps, done);
  return [...done];
}

/** An explicit stack: a chain of ten thousand steps must not overflow ours. */
function visit(root: string, steps: ReadonlyMap<string, StepInvocation>, done: Set<string>): void {
  const path: { id: string; open: string[] }[] = [];
  const onPath = new Set<string>();
  const enter = (id: string) => {
    const step = steps.get(id);
    if (!step || done.has(id)) return;
    if (onPath.has(id))
      throw cycle(
        path.map((node) => node.id),
        id,
      );
    onPath.add(id);
    path.push({ id, open: dependenciesOf(step).reverse() });
  };
  enter(root);
  for (let top = path.at(-1); top; top = path.at(-1)) {
    const next = top.open.pop();
    if (next !== undefined) enter(next);
    else {
      path.pop();
      onPath.delete(top.id);
      done.add(top.id);
    }
  }
}

/** The path goes from a step to what it needs; people read it in the direction of the data. */
function cycle(path: readonly string[], id: string): RunlensError {
  const loop = [...path.slice(path.indexOf(id)), id].reverse();
  return problem('cycle', `The steps form a cycle: ${loop.join(' → ')}. Remove one of its edges.`);
}

const problem = (code: string, message: string) => new RunlensError(`graph.${code}`, message);
