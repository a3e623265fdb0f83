// Arbitrary acyclic graphs, for property tests.
import fc from 'fast-check';
import type { PipelineGraph, StepInvocation } from '../../src/domain/pipeline';
import { from, graph, step, value } from './pipelines';

interface Shape {
  readonly needs: readonly { readonly on: number; readonly how: 'input' | 'after' }[];
  readonly parameter: number;
  readonly retries: number;
}

const shape: fc.Arbitrary<Shape> = fc.record({
  needs: fc.array(
    fc.record({ on: fc.nat(30), how: fc.constantFrom('input' as const, 'after' as const) }),
    { maxLength: 3 },
  ),
  parameter: fc.nat(2),
  retries: fc.nat(1),
});

/** Edges go from earlier to later ones; the list is then shuffled, so that order must be found. */
export const randomGraph: fc.Arbitrary<PipelineGraph> = fc
  .array(shape, { minLength: 1, maxLength: 12 })
  .chain((shapes) =>
    fc
      .shuffledSubarray(shapes.map(stepOf), { minLength: shapes.length })
      .map((steps) => graph(steps)),
  );

function stepOf({ needs, parameter, retries }: Shape, index: number): StepInvocation {
  const earlier = index === 0 ? [] : needs.map(({ on, how }) => ({ id: `s${on % index}`, how }));
  const inputs = earlier.filter(({ how }) => how === 'input').map(({ id }) => [id, from(id)]);
  return step(`s${index}`, {
    inputs: { p: value(parameter), ...Object.fromEntries(inputs) },
    after: earlier.filter(({ how }) => how === 'after').map(({ id }) => id),
    options: { enableCache: true, environment: {}, retries },
  });
}
