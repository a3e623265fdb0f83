// An engine over in-memory ports, and the graphs that its tests run.
import { Engine } from '../../src/pipeline/engine';
import { createWorld, type World } from './enginePorts';
import { from, graph, step, value } from './pipelines';

const FILES = new Map([['train.py', 'print()']]);
export const CHAIN = graph([
  step('load'),
  step('split', { inputs: { data: from('load') } }),
  step('train', { inputs: { data: from('split'), gamma: value(0.1) } }),
]);
/** Two branches from one step. */
export const FORK = graph([
  step('load'),
  step('left', { inputs: { data: from('load') } }),
  step('right', { inputs: { data: from('load') } }),
  step('last', { inputs: { data: from('left') } }),
]);
export const retrying = (retries: number) => ({ enableCache: true, environment: {}, retries });

export function setUp(history?: World['history']) {
  const world = createWorld(history, new Map(FILES));
  return { world, engine: new Engine(world.ports) };
}

export const statuses = (world: World) =>
  Object.fromEntries(world.history.steps().map((one) => [one.stepId, one.status]));
