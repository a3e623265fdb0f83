// Any graph with any interleaving of workers: every step runs once, after those it depends on, where it
// can, and never more at once than the machine takes.
import { deepStrictEqual, ok, strictEqual } from 'node:assert';
import fc from 'fast-check';
import { dependenciesOf } from '../../../src/domain/dependencies';
import {
  EXECUTION_MODES,
  isStepDone,
  type PipelineGraph,
  type ResourceHints,
  type StepInvocation,
} from '../../../src/domain/pipeline';
import { Engine } from '../../../src/pipeline/engine';
import type { StepReport, StepTask } from '../../../src/protocol/worker';
import { createWorld, settle, type World } from '../../support/enginePorts';
import { failed, HERE, ran, registration, TestWorker } from '../../support/pipelines';
import { randomGraph } from '../../support/randomGraph';

type Kind = 'main' | 'thread' | 'helper';
interface Turn {
  /** Which worker acts. */
  readonly worker: number;
  readonly repeat: boolean;
  readonly restart: boolean;
}
interface Trait {
  readonly importable: boolean;
  readonly resources: ResourceHints | undefined;
  /** How many of its executions fail. */
  readonly failures: number;
  readonly retries: number;
}
interface Scenario {
  readonly pipeline: PipelineGraph;
  readonly workers: readonly Kind[];
  readonly turns: readonly Turn[];
  readonly traits: readonly Trait[];
}

const hints: fc.Arbitrary<ResourceHints | undefined> = fc.constantFrom(
  undefined,
  undefined,
  undefined,
  { cpus: 2 },
  { cpus: 9 },
  { gpus: 1 },
  { memory: 5e9 },
);
const trait: fc.Arbitrary<Trait> = fc.record({
  importable: fc.boolean(),
  resources: hints,
  failures: fc.constantFrom(0, 0, 0, 0, 1, 9),
  retries: fc.nat(1),
});

const scenario: fc.Arbitrary<Scenario> = fc
  .record({
    pipeline: randomGraph,
    mode: fc.constantFrom(undefined, ...EXECUTION_MODES),
    workers: fc.array(fc.constantFrom<Kind>('thread', 'helper', 'helper'), { maxLength: 5 }),
    turns: fc.array(
      fc.record({
        worker: fc.nat(5),
        repeat: fc.boolean(),
        restart: fc.nat(9).map((number) => number === 0),
      }),
      { minLength: 5, maxLength: 40 },
    ),
    traits: fc.array(trait, { minLength: 12, maxLength: 12 }),
  })
  .map(({ pipeline, mode, workers, turns, traits }) => ({
    pipeline: {
      ...pipeline,
      ...(mode && { executionMode: mode }),
      steps: pipeline.steps.map((step) => withTrait(step, traits)),
    },
    workers: ['main', ...workers] as const,
    turns,
    traits,
  }));

const traitOf = (stepId: string, traits: readonly Trait[]): Trait =>
  traits[Number(stepId.slice(1))]!;

function withTrait(step: StepInvocation, traits: readonly Trait[]): StepInvocation {
  const { importable, resources, retries } = traitOf(step.id, traits);
  const options = { ...step.options, retries, ...(resources && { resources }) };
  return { ...step, importable, options };
}

/** A worker that acts when the scenario says so, and forgets nothing when the server restarts. */
class Actor {
  task: StepTask | undefined;
  private last: StepReport | undefined;
  isDone = false;

  constructor(
    readonly kind: Kind,
    private readonly pid: number,
    private workerId: string,
    private readonly runId: string,
  ) {}

  async act(engine: Engine, play: Play, isRepeat: boolean): Promise<void> {
    if (this.workerId === '') await this.join(engine);
    const report = this.task ? play.execute(this.task) : isRepeat ? this.last : undefined;
    this.last = report;
    this.task = undefined;
    const ask = () =>
      engine.next(
        { workerId: this.workerId, pipelineRunId: this.runId, noticesFrom: 0, report },
        HERE,
      );
    let reply = await ask();
    if (isRepeat && !reply.leave) reply = await ask();
    this.task = reply.task;
    this.isDone = reply.done !== undefined;
    if (reply.task) play.begin(reply.task, this.kind);
    // It comes back when it is needed again.
    if (reply.leave) this.workerId = '';
  }

  private async join(engine: Engine): Promise<void> {
    const { worker } = registration({} as PipelineGraph, { pid: this.pid });
    const request = { worker, pipelineRunId: this.runId, modules: [] };
    this.workerId = (await engine.join({ ...request, thread: this.kind === 'thread' })).workerId;
  }

  /** A restarted server knows the one that registered and those that have a step. */
  async rejoin(engine: Engine): Promise<void> {
    if (this.kind !== 'main' && !this.task && this.workerId !== '') await this.join(engine);
  }
}

/** What happened to the steps, checked while it happens. */
class Play {
  readonly executions: string[] = [];
  /** Steps that have failed for good. */
  readonly lost: string[] = [];
  private readonly running = new Set<string>();
  private readonly begun = new Set<string>();

  constructor(private readonly given: Scenario) {}

  begin(task: StepTask, kind: Kind): void {
    const { stepId, attempt } = task;
    const { importable } = traitOf(stepId, this.given.traits);
    ok(kind === 'main' || importable === (kind === 'helper'), `${stepId} in a ${kind}`);
    const key = `${stepId}#${attempt}`;
    if (this.running.has(key)) return;
    ok(!this.begun.has(key), `${key} is handed out twice`);
    this.begun.add(key);
    this.running.add(key);
    this.checkCapacity();
    const { executionMode } = this.given.pipeline;
    const mayStart = executionMode === undefined || executionMode === 'continue-on-failure';
    if (!mayStart) deepStrictEqual(this.lost, [], `${stepId} starts after a failure`);
  }

  /** Four places, as many cores; one graphics processor; memory of 8 GB. */
  private checkCapacity(): void {
    const used = [...this.running].map(
      (key) => traitOf(key.split('#')[0]!, this.given.traits).resources,
    );
    if (used.length === 1) return;
    const sum = (of: (hint: ResourceHints | undefined) => number) =>
      used.reduce((total, hint) => total + of(hint), 0);
    ok(used.length <= 4, 'too many steps');
    ok(sum((hint) => hint?.cpus ?? 1) <= 4, 'too many cores');
    ok(sum((hint) => hint?.gpus ?? 0) <= 1, 'too many graphics processors');
    ok(sum((hint) => hint?.memory ?? 0) <= 8e9, 'too much memory');
  }

  execute(task: StepTask): StepReport {
    const { stepId, attempt } = task;
    this.executions.push(`${stepId}#${attempt}`);
    this.running.delete(`${stepId}#${attempt}`);
    const { failures, retries } = traitOf(stepId, this.given.traits);
    if (attempt > failures) return ran(task);
    if (attempt > retries) this.lost.push(stepId);
    return failed(task);
  }
}

async function perform(given: Scenario): Promise<{ world: World; play: Play }> {
  let world = createWorld(undefined, new Map([['train.py', 'code']]));
  const open = () => new Engine(world.ports, { pollMs: 0 });
  let engine = open();
  const play = new Play(given);
  const first = await engine.register(registration(given.pipeline));
  const actors = given.workers.map((kind, index) => {
    const workerId = kind === 'main' ? first.workerId : '';
    const pid = kind === 'helper' ? 100 + index : 100;
    return new Actor(kind, pid, workerId, first.pipelineRunId);
  });
  for (let round = 0; !actors.every((actor) => actor.isDone); round += 1) {
    ok(round < 1000, 'it does not end');
    const turn = given.turns[round % given.turns.length]!;
    if (turn.restart && round < given.turns.length) {
      engine.dispose();
      world = createWorld(world.history, world.files);
      engine = open();
      for (const actor of actors) await actor.rejoin(engine);
    }
    const isFair = round >= given.turns.length;
    const actor = actors[(isFair ? round : turn.worker) % actors.length]!;
    if (!actor.isDone) await actor.act(engine, play, turn.repeat);
    await settle();
  }
  return { world, play };
}

describe('schedule', () => {
  it('ends any graph with any interleaving, each step once, in order, within the machine', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async (given) => {
        const { world, play } = await perform(given);
        strictEqual(new Set(play.executions).size, play.executions.length, 'twice');
        checkOrder(given, play);
        checkStates(given, world, play);
      }),
      { numRuns: 200 },
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

function checkStates({ pipeline, traits }: Scenario, world: World, play: Play): void {
  const steps = new Map(world.history.steps().map((step) => [step.stepId, step.status]));
  const { executionMode = 'continue-on-failure' } = pipeline;
  const isStopped = executionMode !== 'continue-on-failure' && play.lost.length > 0;
  for (const step of pipeline.steps) {
    const status = steps.get(step.id)!;
    ok(isStepDone(status));
    const isBlocked = dependenciesOf(step).some(
      (id) => steps.get(id) !== 'ran' && steps.get(id) !== 'cached',
    );
    if (isBlocked) strictEqual(status, 'skipped', step.id);
    else if (status === 'skipped' || status === 'cancelled') ok(isStopped, `${step.id} ${status}`);
    const { failures, retries } = traitOf(step.id, traits);
    if (status === 'ran') ok(failures <= retries, `${step.id} cannot have run`);
    if (status === 'failed') ok(failures > 0, `${step.id} cannot have failed`);
  }
  const end = [...world.history.runs.values()][0]?.status;
  strictEqual(end, play.lost.length > 0 ? 'failed' : 'finished');
}
