// The event stream over a real store: what is announced, how often, and that nothing is lost.
import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import type { EventQueue } from '../../../src/api/eventQueue';
import { EventHub } from '../../../src/api/events';
import { StreamParser } from '../../../src/client/eventStream';
import type { ServerEvent, Topic } from '../../../src/protocol/events';
import type { Mutation } from '../../../src/store/mutation';
import { point, StoreFixture } from './fixture';

const delay = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Reads a queue as a client does. */
class Client {
  readonly events: ServerEvent[] = [];
  id: string | undefined;
  readonly text: string[] = [];
  private readonly parser = new StreamParser(({ id, data }) => {
    this.id = id;
    if (data !== undefined) this.events.push(JSON.parse(data) as ServerEvent);
  });
  readonly done: Promise<void>;
  isOpen = true;

  constructor(readonly queue: EventQueue) {
    this.done = this.read().then(() => {
      this.isOpen = false;
    });
  }

  of<T extends ServerEvent['type']>(type: T): Extract<ServerEvent, { type: T }>[] {
    return this.events.filter((event) => event.type === type) as Extract<
      ServerEvent,
      { type: T }
    >[];
  }

  private async read(): Promise<void> {
    for await (const text of this.queue) {
      this.text.push(text);
      this.parser.feed(text);
    }
  }
}

describe('EventHub', () => {
  const fixture = new StoreFixture();
  let hub: EventHub;
  const INTERVAL = 60;
  const times = { interval: INTERVAL, keepAlive: 10_000, remember: 60_000 };
  let clients: Client[] = [];
  const listen = (topics?: Topic[], after?: string) => {
    const client = new Client(hub.open(topics, after));
    clients.push(client);
    return client;
  };
  /** Longer than a batch takes to come, and until every client has what is durable. */
  const settle = async () => {
    await delay(INTERVAL * 2 + 20);
    const seq = String(fixture.store.status.seq);
    const isBehind = (client: Client) => client.isOpen && client.id?.split('.')[0] !== seq;
    for (let wait = 0; wait < 200 && clients.some(isBehind); wait++) await delay(20);
  };

  beforeEach(async () => {
    clients = [];
    await fixture.open();
    hub = new EventHub(fixture.store, 'i', times);
  });
  afterEach(async () => {
    hub.dispose();
    await fixture.close();
  });

  it('announces a run with its experiment’s counts, once it is durable', async () => {
    const client = listen();
    const runId = await fixture.createRun();
    await settle();
    assert.deepEqual(
      client.of('run').map(({ run }) => [run.runId, run.status, run.name]),
      [[runId, 'RUNNING', 'run 1']],
    );
    const { experiment } = client.of('experiment').at(-1)!;
    assert.deepEqual([experiment.experimentId, experiment.runs, experiment.running], ['0', 1, 1]);
    assert.equal(client.id, String(fixture.store.status.seq));
  });

  it('announces the end of a run, its new name, and its deletion', async () => {
    const runId = await fixture.createRun();
    const client = listen();
    await fixture.store.commit({ type: 'run.update', runId, status: 'FINISHED', endTime: 9 });
    await settle();
    assert.equal(client.of('run').at(-1)!.run.status, 'FINISHED');
    assert.equal(client.of('experiment').at(-1)!.experiment.running, 0);
    await fixture.store.commit({ type: 'run.update', runId, name: 'better' });
    await settle();
    assert.equal(client.of('run').at(-1)!.run.name, 'better');
    await fixture.store.commit({ type: 'run.lifecycle', runId, stage: 'deleted', time: 10 });
    await settle();
    assert.equal(client.of('run').at(-1)!.run.lifecycleStage, 'deleted');
    assert.equal(client.of('experiment').at(-1)!.experiment.runs, 0);
  });

  it('a logged model announces the run that made it', async () => {
    const runId = await fixture.createRun();
    const client = listen();
    const modelId = 'm-1';
    const time = 7;
    await fixture.store.commit({
      type: 'model.create',
      modelId,
      experimentId: '0',
      name: 'm',
      modelType: undefined,
      sourceRunId: runId,
      artifactUri: 'mlflow-artifacts:/0/models/m-1/artifacts',
      params: [],
      tags: [],
      time,
    });
    const changes: Mutation[] = [
      {
        type: 'model.update',
        modelId,
        status: 'LOGGED_MODEL_READY',
        statusMessage: undefined,
        time,
      },
      { type: 'model.tag', modelId, key: 'a', value: '1', time },
      { type: 'model.params', modelId, params: [{ key: 'p', value: '1' }], time },
      { type: 'model.delete', modelId, time },
      { type: 'run.outputs', runId, models: [{ modelId, step: 0 }] },
    ];
    await settle();
    for (const [i, change] of changes.entries()) {
      assert.equal(client.of('run').length, i + 1, change.type);
      await fixture.store.commit(change);
      await settle();
    }
    assert.deepEqual(new Set(client.of('run').map(({ run }) => run.runId)), new Set([runId]));
    assert.equal(client.of('run').length, changes.length + 1);
  });

  it('a new child announces its parent with the number of children', async () => {
    const parent = await fixture.createRun();
    const client = listen();
    const child = await fixture.createRun({ 'mlflow.parentRunId': parent });
    await settle();
    const rows = new Map(client.of('run').map(({ run }) => [run.runId, run]));
    assert.equal(rows.get(parent)?.children, 1);
    assert.equal(rows.get(child)?.parentRunId, parent);
  });

  it('a run names the primary metric of its experiment, else its first', async () => {
    const tags = { 'mlflow.experiment.primaryMetric.name': 'f1' };
    const experimentId = await fixture.createExperiment('with primary', tags);
    const chosen = await fixture.createRun({}, experimentId);
    const plain = await fixture.createRun();
    const client = listen();
    for (const runId of [chosen, plain]) {
      await fixture.log(runId, [point('accuracy', 1, 0.5), point('f1', 1, Number.NaN)]);
    }
    await settle();
    const rows = new Map(client.of('run').map(({ run }) => [run.runId, run.primaryMetric]));
    assert.deepEqual(rows.get(chosen), { key: 'f1', value: 'NaN' });
    assert.deepEqual(rows.get(plain), { key: 'accuracy', value: 0.5 });
  });

  it('a series is announced at most once in an interval, and with its last state', async () => {
    const runId = await fixture.createRun();
    const client = listen(['points']);
    const started = performance.now();
    let step = 0;
    while (performance.now() - started < 10 * INTERVAL) {
      await fixture.log(runId, [point('loss', step, 1 / (step + 1))]);
      step++;
      await delay(1);
    }
    await settle();
    const points = client.of('points');
    const most = Math.ceil((performance.now() - started) / INTERVAL) + 1;
    assert.ok(step > 3 * most, 'far more was logged than may be announced');
    assert.ok(points.length <= most, `${points.length} announcements in ${most} intervals`);
    assert.ok(points.length >= 3);
    const last = points.at(-1)!;
    assert.deepEqual(
      [last.runId, last.key, last.count, last.lastStep],
      [runId, 'loss', step, step - 1],
    );
  });

  it('the first change after a pause is announced without waiting', async () => {
    const client = listen();
    await delay(2 * INTERVAL);
    await fixture.createRun();
    await delay(INTERVAL / 3);
    assert.equal(client.of('run').length, 1);
  });

  it('sends only the topics asked for, but the position always', async () => {
    const client = listen(['points']);
    const runId = await fixture.createRun();
    await settle();
    assert.equal(client.events.length, 0);
    assert.equal(client.id, String(fixture.store.status.seq));
    await fixture.log(runId, [point('loss', 0, Infinity)]);
    await settle();
    assert.deepEqual(
      client.events.map((event) => event.type),
      ['points'],
    );
    assert.equal(client.of('points')[0]!.lastValue, 'Infinity');
  });

  it('launches come each and in order, log sizes as the newest', async () => {
    const client = listen();
    hub.push({ type: 'launch', launchId: 'a', status: 'starting' });
    await settle();
    for (const bytes of [10, 20, 30]) hub.push({ type: 'log', id: 'l', bytes });
    hub.push({ type: 'launch', launchId: 'a', status: 'running' });
    hub.push({ type: 'launch', launchId: 'a', status: 'ended' });
    await settle();
    assert.deepEqual(
      client.of('launch').map(({ status }) => status),
      ['starting', 'running', 'ended'],
    );
    // The first of a burst may go at once; what follows is one.
    assert.ok(client.of('log').length <= 2);
    assert.equal(client.of('log').at(-1)!.bytes, 30);
  });

  it('goes on after the last event seen, without a reset and without a loss', async () => {
    const first = listen();
    await fixture.createRun();
    await settle();
    hub.close(first.queue);
    await first.done;
    const missed = await fixture.createRun();
    await settle();
    hub.push({ type: 'launch', launchId: 'b', status: 'running' });
    await settle();
    const second = listen(undefined, first.id);
    await settle();
    assert.deepEqual(second.of('reset'), []);
    assert.deepEqual(
      second.of('run').map(({ run }) => run.runId),
      [missed],
    );
    assert.equal(second.of('launch').length, 1);
    const third = listen(undefined, second.id);
    await settle();
    assert.deepEqual(third.events, []);
  });

  it('cut anywhere and resumed any number of times, a client ends with the state of the store', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(400), { maxLength: 6 }), async (cuts) => {
        const known = new Map<string, number>();
        const runId = await fixture.createRun();
        let position: string | undefined = String(fixture.store.status.seq);
        const take = (client: Client, upTo: number) => {
          // The connection breaks after so many characters, mid-line or not.
          const parser = new StreamParser(({ id, data }) => {
            position = id;
            if (data === undefined) return;
            const event = JSON.parse(data) as ServerEvent;
            assert.notEqual(event.type, 'reset');
            if (event.type === 'points') known.set(event.key, event.count);
          }, position);
          parser.feed(client.text.join('').slice(0, upTo));
        };
        for (const [index, cut] of [...cuts, Number.POSITIVE_INFINITY].entries()) {
          const client = listen(['points'], position);
          await fixture.log(runId, [point(`m${index % 3}`, index, index)]);
          await delay(2);
          await fixture.log(runId, [point('always', index, index)]);
          await settle();
          take(client, cut);
          hub.close(client.queue);
        }
        for (const metric of fixture.store.runs.get(runId)!.metrics) {
          assert.equal(known.get(metric.key), metric.count, metric.key);
        }
      }),
      { numRuns: 8 },
    );
  }).timeout(60_000);

  it('an unknown position gives a reset', async () => {
    await fixture.createRun();
    for (const id of ['999999', 'nonsense', '']) {
      const client = listen(undefined, id);
      await settle();
      assert.deepEqual(
        client.events.map((event) => event.type),
        ['reset'],
        id,
      );
      assert.equal(client.id, String(fixture.store.status.seq));
    }
  });

  it('after a restart the same position goes on, an older one and one with launches reset', async () => {
    const client = listen();
    await fixture.createRun();
    await settle();
    const older = client.id;
    await fixture.createRun();
    await settle();
    const current = client.id;
    hub.push({ type: 'log', id: 'l', bytes: 1 });
    await settle();
    const withLog = client.id;
    hub.dispose();
    await fixture.reopen();
    hub = new EventHub(fixture.store, 'j', times);
    const resumed = listen(undefined, current);
    const late = listen(undefined, older);
    const other = listen(undefined, withLog);
    hub.push({ type: 'log', id: 'l', bytes: 2 });
    const alike = listen(undefined, withLog);
    await settle();
    assert.deepEqual(resumed.of('reset'), []);
    for (const lost of [late, other, alike]) assert.equal(lost.of('reset').length, 1);
  });

  it('a client that does not read gets a reset instead of a growing heap', async () => {
    const runId = await fixture.createRun();
    // Nobody reads this queue.
    const queue = hub.open(undefined, undefined);
    const keys = Array.from({ length: 900 }, (_, index) => `metric/${'x'.repeat(200)}/${index}`);
    const reader = listen();
    const sent = () => reader.text.reduce((sum, text) => sum + text.length, 0);
    for (let round = 0; sent() < 6 * 1024 * 1024; round++) {
      await fixture.log(
        runId,
        keys.map((key) => point(key, round, round)),
      );
      await delay(INTERVAL / 2);
    }
    assert.equal(reader.of('reset').length, 0);
    const client = new Client(queue);
    await settle();
    assert.ok(client.text[0]!.length < 5 * 1024 * 1024);
    assert.equal(client.of('reset').length, 1);
    const runId2 = await fixture.createRun();
    await settle();
    assert.equal(client.of('run').at(-1)!.run.runId, runId2);
  }).timeout(60_000);

  it('keeps silent connections alive', async () => {
    hub.dispose();
    hub = new EventHub(fixture.store, 'i', { ...times, keepAlive: 20 });
    const client = listen();
    await delay(100);
    assert.ok(client.text.filter((text) => text.startsWith(':')).length >= 2);
    assert.deepEqual(client.events, []);
  });

  it('counts its clients and ends their streams at the end', async () => {
    const [one, two] = [listen(), listen()];
    assert.equal(hub.clientCount, 2);
    hub.close(one.queue);
    assert.equal(hub.clientCount, 1);
    await one.done;
    hub.dispose();
    await two.done;
  });
});
