/** What every view of a step does with events. */
import type { ArtifactRow, StepRow } from './rows';

/** With the new row of an output, which may have been deleted or restored; itself when it has no such output. */
export function withArtifact(step: StepRow, artifact: ArtifactRow): StepRow {
  const isOf = (output: StepRow['outputs'][number]) => output.artifact.id === artifact.id;
  if (!step.outputs.some(isOf)) return step;
  return {
    ...step,
    outputs: step.outputs.map((output) => (isOf(output) ? { ...output, artifact } : output)),
  };
}
