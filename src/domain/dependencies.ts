/** What an invocation takes from others. */
import type { StepInput, StepInvocation } from './pipeline';

/** The steps whose outputs an input takes. */
export function producersOf(input: StepInput): readonly { stepId: string; output: string }[] {
  if (input.kind === 'step' || input.kind === 'item')
    return [{ stepId: input.stepId, output: input.output }];
  return input.kind === 'steps' ? input.items : [];
}

/** Ids of the steps that must be over before this one starts, each once. */
export function dependenciesOf(step: StepInvocation): string[] {
  const producers = Object.values(step.inputs).flatMap(producersOf);
  return [...new Set([...producers.map(({ stepId }) => stepId), ...step.after])];
}
