// Any graph with any interleaving of workers: every step runs once, after those it depends on.
import { deepStrictEqual, ok, strictEqual } from 'node:assert';
import fc from 'fast-check';
import { isStepDone, type PipelineGraph } from '../../../src/domain/pipeline';
import { Engine } from '../../../src/pipeline/engine';
import { dependenciesOf } from '../../../src/pipeline/graph';
import type { StepReport, StepTask } from '../../../src/protocol/worker';
import { createWorld, settle, type World } from '../../support/enginePorts';
import { failed, HERE, ran, registration, TestWorker } from '../../support/pipelines';
import { randomGraph } from '../../support/randomGraph';

interface Turn {
  /** Which worker acts. */
  readonly worker: number;
  readonly repeat: boolean;
  readonly restart: boolean;
}
interface Scenario {
  readonly pipeline: PipelineGraph;
  readonly workers: number;
  readonly turns: readonly Turn[];
  /** Steps whose first execution fails. */
  readonly failing: readonly boolean[];
}

const scenario: fc.Arbitrary<Scenario> = fc.record({
  pipeline: randomGraph,
  workers: fc.integer({ min: 1, max: 3 }),
  turns: fc.array(
    fc.record({
      worker: fc.nat(2),
      repeat: fc.boolean(),
      restart: fc.nat(9).map((number) => number === 0),
    }),
    { minLength: 5, maxLength: 30 },
  ),
  failing: fc.array(
    fc.nat(5).map((number) => number === 0),
    { minLength: 12, maxLength: 12 },
  ),
});

/** A worker that acts when the scenario says so, and forgets nothing when the server restarts. */
class Actor {
  private task: StepTask | undefined;
  private last: StepReport | undefined;
  isDone = false;

  constructor(
    readonly pid: number,
    private workerId: string,
    private readonly runId: string,
  ) {}

  async act(engine: Engine, play: Play, isRepeat: boolean): Promise<void> {
    const report = this.task ? play.execute(this.task) : isRepeat ? this.last : undefined;
    this.last = report;
    // Without a count of notices there is always news, so that no actor waits for another one.
    const request = { workerId: this.workerId, pipelineRunId: this.runId, noticesFrom: 0, report };
    const ask = () => engine.next(request, HERE);
    let reply = await ask();
    if (isRepeat) reply = await ask();
    this.task = reply.task;
    this.isDone = reply.done !== undefined;
  }

  /** After a restart the one that registered is known; others introduce themselves again. */
  async rejoin(engine: Engine, pipeline: PipelineGraph): Promise<void> {
    const { worker } = registration(pipeline, { pid: this.pid });
    const reply = await engine.join({ worker, pipelineRunId: this.runId, modules: [] });
    this.workerId = reply.workerId;
  }
}

/** What happened to the steps. */
class Play {
  readonly executions: string[] = [];
  constructor(private readonly given: Scenario) {}

  execute(task: StepTask): StepReport {
    this.executions.push(`${task.stepId}#${task.attempt}`);
    const index = Number(task.stepId.slice(1));
    return this.given.failing[index] && task.attempt === 1 ? failed(task) : ran(task);
  }
}

async function perform(given: Scenario): Promise<{ world: World; play: Play }> {
  let world = createWorld(undefined, new Map([['train.py', 'code']]));
  let engine = new Engine(world.ports);
  const play = new Play(given);
  const first = await engine.register(registration(given.pipeline));
  const actors = [new Actor(100, first.workerId, first.pipelineRunId)];
  for (let pid = 101; pid < 100 + given.workers; pid += 1) {
    const actor = new Actor(pid, '', first.pipelineRunId);
    await actor.rejoin(engine, given.pipeline);
    actors.push(actor);
  }
  for (let round = 0; !actors.every((actor) => actor.isDone); round += 1) {
    ok(round < 500, 'it does not end');
    const turn = given.turns[round % given.turns.length]!;
    if (turn.restart && round < given.turns.length) {
      engine.dispose();
      world = createWorld(world.history, world.files);
      engine = new Engine(world.ports);
      for (const actor of actors.slice(1)) await actor.rejoin(engine, given.pipeline);
    }
    const isFair = round >= given.turns.length;
    const actor = actors[(isFair ? round : turn.worker) % actors.length]!;
    if (!actor.isDone) await actor.act(engine, play, turn.repeat);
    await settle();
  }
  return { world, play };
}

describe('schedule', () => {
  it('ends any graph with any interleaving, each step once and in order', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async (given) => {
        const { world, play } = await perform(given);
        strictEqual(new Set(play.executions).size, play.executions.length, 'twice');
        checkOrder(given, play);
        checkStates(given, world, play);
      }),
      { numRuns: 150 },
    );
  }).timeout(60_000);

  it('runs nothing on a second run after a successful one', async () => {
    await fc.assert(
      fc.asyncProperty(randomGraph, async (pipeline) => {
        const world = createWorld(undefined, new Map([['train.py', 'code']]));
        const engine = new Engine(world.ports);
        await new TestWorker(engine, await engine.register(registration(pipeline))).run();
        const again = await engine.register(registration(pipeline));
        const reply = await new TestWorker(engine, again).next(undefined, HERE);
        strictEqual(reply.done?.status, 'finished');
        deepStrictEqual(new Set(reply.notices.map(({ kind }) => kind)), new Set(['cached']));
      }),
      { numRuns: 50 },
    );
  }).timeout(60_000);
});

const started = (play: Play, stepId: string) => play.executions.indexOf(`${stepId}#1`);
const ended = (play: Play, stepId: string) =>
  play.executions.findLastIndex((entry) => entry.startsWith(`${stepId}#`));

function checkOrder({ pipeline }: Scenario, play: Play): void {
  for (const step of pipeline.steps) {
    if (started(play, step.id) < 0) continue;
    for (const id of dependenciesOf(step)) ok(ended(play, id) < started(play, step.id));
  }
}

function checkStates(given: Scenario, world: World, play: Play): void {
  const steps = new Map(world.history.steps().map((step) => [step.stepId, step.status]));
  for (const step of given.pipeline.steps) {
    const status = steps.get(step.id)!;
    ok(isStepDone(status));
    const isBlocked = dependenciesOf(step).some(
      (id) => steps.get(id) !== 'ran' && steps.get(id) !== 'cached',
    );
    strictEqual(status === 'skipped', isBlocked, `${step.id} ${status}`);
    const fails = given.failing[Number(step.id.slice(1))] && step.options.retries === 0;
    if (!isBlocked) strictEqual(status === 'failed', fails && started(play, step.id) >= 0, step.id);
  }
}
