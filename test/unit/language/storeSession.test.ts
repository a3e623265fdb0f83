// What a session asks of the store, what it keeps, and when it says that something changed.
import assert from 'node:assert/strict';
import { Emitter } from '../../../src/base/event';
import type { PipelineRun } from '../../../src/domain/pipeline';
import type { StoreLink } from '../../../src/language/storeLink';
import { StoreSession } from '../../../src/language/storeSession';
import type { ServerEvent } from '../../../src/protocol/events';

const RESET: ServerEvent = { type: 'reset', reason: 'gap' };

/** A link whose answers are given by hand. */
class HandLink {
  readonly asked: {
    route: string;
    request: unknown;
    answer(value: unknown): void;
    fail(): void;
  }[] = [];
  disposed = 0;
  private readonly events = new Emitter<ServerEvent>();
  private readonly ended = new Emitter<Error>();
  readonly link: StoreLink = {
    call: ((route: string, request: unknown) =>
      new Promise((resolve, reject) => {
        this.asked.push({
          route,
          request,
          answer: resolve,
          fail: () => reject(new Error('connection refused')),
        });
      })) as StoreLink['call'],
    onEvent: this.events.event,
    onDidEnd: this.ended.event,
    dispose: () => {
      this.disposed += 1;
      this.events.dispose();
      this.ended.dispose();
    },
  };
  say(event: ServerEvent): void {
    this.events.fire(event);
  }
  end(): void {
    this.ended.fire(new Error('gone'));
  }
}

const run = (id: string) => ({ id }) as unknown as PipelineRun;
const pause = (ms = 0) => new Promise((resolve) => setTimeout(resolve, ms));

interface Opened {
  session: StoreSession;
  hand: HandLink;
  changes: () => number;
  warnings: string[];
}
async function opened(): Promise<Opened> {
  const hand = new HandLink();
  const warnings: string[] = [];
  const session = new StoreSession(
    '/p',
    async () => hand.link,
    (text) => warnings.push(text),
  );
  let changes = 0;
  session.onChange(() => {
    changes += 1;
  });
  session.setServer(true);
  await session.settled();
  return { session, hand, changes: () => changes, warnings };
}

describe('StoreSession', () => {
  it('knows nothing and asks nothing while no server runs', async () => {
    const session = new StoreSession('/p', async () => undefined, assert.fail);
    session.setServer(true);
    await session.settled();
    assert.equal(session.isUp, false);
    assert.equal(session.runsOf('a.py'), undefined);
    assert.equal(session.hit('k'), undefined);
    assert.equal(session.isLoading, false);
  });

  it('asks once for a file and keeps the answer', async () => {
    const { session, hand } = await opened();
    assert.equal(session.runsOf('a.py'), undefined);
    assert.equal(session.runsOf('a.py'), undefined);
    assert.equal(hand.asked.length, 1);
    hand.asked[0]!.answer({ runs: [run('r1')] });
    await session.settled();
    assert.deepEqual(session.runsOf('a.py'), [run('r1')]);
    assert.equal(hand.asked.length, 1);
    session.dispose();
  });

  it('asks for all keys of one moment in one call and remembers misses', async () => {
    const { session, hand } = await opened();
    for (const key of ['k1', 'k2', 'k1', 'k3']) assert.equal(session.hit(key), undefined);
    await pause();
    assert.deepEqual(
      hand.asked.map(({ request }) => request),
      [{ keys: ['k1', 'k2', 'k3'] }],
    );
    const damaged = { k3: 'line v2 was deleted' };
    hand.asked[0]!.answer({ hits: { k1: { stepRunId: 's' } }, damaged });
    await session.settled();
    assert.deepEqual([session.hit('k1'), session.hit('k2')], [{ stepRunId: 's' }, 'none']);
    assert.deepEqual(session.hit('k3'), { damage: 'line v2 was deleted' });
    assert.equal(session.isLoading, false);
    session.dispose();
  });

  it('renews after a burst of events once, and shows the old answer meanwhile', async () => {
    const { session, hand, changes } = await opened();
    session.runsOf('a.py');
    hand.asked[0]!.answer({ runs: [run('r1')] });
    await session.settled();
    const before = changes();
    for (let i = 0; i < 5; i++) hand.say(RESET);
    await pause(150);
    assert.equal(changes(), before + 1);
    assert.deepEqual(session.runsOf('a.py'), [run('r1')]);
    assert.equal(hand.asked.length, 2);
    hand.asked[1]!.answer({ runs: [run('r2')] });
    await session.settled();
    assert.deepEqual(session.runsOf('a.py'), [run('r2')]);
    session.dispose();
  });

  it('asks again when something happened while an answer was on its way', async () => {
    const { session, hand } = await opened();
    session.runsOf('a.py');
    hand.say(RESET);
    await pause(150);
    hand.asked[0]!.answer({ runs: [run('before')] });
    await session.settled();
    session.runsOf('a.py');
    assert.equal(hand.asked.length, 2);
    session.dispose();
  });

  it('reports a failed call and does not repeat it by itself', async () => {
    const { session, hand, warnings } = await opened();
    session.runsOf('a.py');
    hand.asked[0]!.fail();
    await session.settled();
    assert.equal(session.runsOf('a.py'), undefined);
    assert.equal(hand.asked.length, 1);
    assert.deepEqual(warnings, ['/p: connection refused']);
    session.dispose();
  });

  it('forgets everything when the server is down, and drops answers of before', async () => {
    const { session, hand, changes, warnings } = await opened();
    session.runsOf('a.py');
    const before = changes();
    session.setServer(false);
    assert.equal(changes(), before + 1);
    assert.equal(hand.disposed, 1);
    hand.asked[0]!.fail();
    await session.settled();
    assert.equal(session.runsOf('a.py'), undefined);
    assert.deepEqual(warnings, []);
  });

  it('connects again by itself when the server is back soon', async () => {
    const hands = [new HandLink(), new HandLink()];
    const answers = [hands[0]!.link, undefined, hands[1]!.link];
    const session = new StoreSession('/p', async () => answers.shift(), assert.fail);
    session.setServer(true);
    await session.settled();
    hands[0]!.end();
    assert.equal(session.isUp, false);
    const back = new Promise<void>((resolve) => session.onChange(resolve));
    await back;
    assert.equal(session.isUp, true);
    session.runsOf('a.py');
    assert.equal(hands[1]!.asked.length, 1);
    session.dispose();
  });

  it('keeps only the last of two connections that are made at once', async () => {
    const hands = [new HandLink(), new HandLink()];
    const made: ((link: StoreLink) => void)[] = [];
    const session = new StoreSession(
      '/p',
      () => new Promise((resolve) => made.push(resolve)),
      assert.fail,
    );
    session.setServer(true);
    session.setServer(true);
    made[1]!(hands[1]!.link);
    made[0]!(hands[0]!.link);
    await session.settled();
    assert.deepEqual([hands[0]!.disposed, hands[1]!.disposed], [1, 0]);
    session.dispose();
  });

  describe('answers by name', () => {
    it('are asked for once, and again after what changes them', async () => {
      const { session, hand, changes } = await opened();
      assert.equal(session.known('GET /api/names/artifacts', {}), undefined);
      assert.equal(session.known('GET /api/names/artifacts', {}), undefined);
      assert.equal(hand.asked.length, 1);
      hand.asked[0]!.answer({ items: [] });
      await session.settled();
      assert.deepEqual(session.known('GET /api/names/artifacts', {}), { items: [] });
      const before = changes();
      hand.say(RESET);
      await pause(150);
      assert.equal(changes(), before + 1);
      assert.deepEqual(session.known('GET /api/names/artifacts', {}), { items: [] });
      assert.equal(hand.asked.length, 2);
      session.dispose();
    });

    it('of runs are renewed when a run changes, and artifacts are not', async () => {
      const { session, hand } = await opened();
      const names = () => session.known('GET /api/names/artifacts', {});
      const runs = () => session.known('GET /api/experiments', { limit: 1000 });
      names();
      runs();
      for (const { answer } of hand.asked) answer({ items: [] });
      await session.settled();
      hand.say({ type: 'gone', what: 'run', id: 'x' });
      await pause(1100);
      names();
      runs();
      assert.deepEqual(
        hand.asked.slice(2).map(({ route }) => route),
        ['GET /api/experiments'],
      );
      session.dispose();
    });

    it('can be waited for, but not for long', async () => {
      const { session, hand } = await opened();
      const asked = session.ask('GET /api/names/metrics', {}, 1000);
      hand.asked[0]!.answer({ items: ['loss'] });
      assert.deepEqual(await asked, { items: ['loss'] });
      assert.equal(await session.ask('GET /api/names/models', {}, 10), undefined);
      session.dispose();
    });
  });

  it('knows how far a step is until it is over', async () => {
    const { session, hand, changes } = await opened();
    const before = changes();
    const progress = { done: 1, total: 4 };
    const ids = { pipelineRunId: 'p', stepRunId: 's', stepId: 'train' };
    hand.say({ type: 'progress', ...ids, progress });
    hand.say({ type: 'progress', ...ids, progress: { ...progress, done: 2 } });
    assert.deepEqual(session.progressOf('s'), { done: 2, total: 4 });
    assert.equal(changes(), before);
    await pause(450);
    assert.equal(changes(), before + 1);
    const step = { id: 's', status: 'ran' } as Extract<ServerEvent, { type: 'step' }>['step'];
    hand.say({ type: 'step', pipelineRunId: 'p', step });
    assert.equal(session.progressOf('s'), undefined);
    session.dispose();
  });
});
