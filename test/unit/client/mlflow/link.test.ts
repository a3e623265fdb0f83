import assert from 'node:assert/strict';
import { RemoteError, type RemoteProblem } from '../../../../src/client/mlflow/errors';
import { Link, type LinkClock, type LinkStatus } from '../../../../src/client/mlflow/link';

/** Time that goes on when it is told to. */
class Clock implements LinkClock {
  time = 0;
  private timers: { at: number; callback: () => void }[] = [];
  now = () => this.time;
  random = () => 0;
  set = (callback: () => void, ms: number) => {
    const timer = { at: this.time + ms, callback };
    this.timers.push(timer);
    return timer;
  };
  clear = (timer: unknown) => {
    this.timers = this.timers.filter((each) => each !== timer);
  };
  get pending() {
    return this.timers.length;
  }
  async pass(ms: number): Promise<void> {
    const end = this.time + ms;
    for (;;) {
      await settled();
      const [next] = this.timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (!next) break;
      this.time = Math.max(this.time, next.at);
      this.clear(next);
      next.callback();
    }
    this.time = end;
  }
}
const settled = () => new Promise((resolve) => setImmediate(resolve));

function make() {
  const clock = new Clock();
  const server = {
    problem: undefined as RemoteProblem | undefined,
    news: false,
    asked: [] as number[],
  };
  const fail = () => {
    if (server.problem) throw new RemoteError(server.problem, `it is ${server.problem}`);
  };
  const tasks = {
    probe: async () => {
      fail();
      return '3.1';
    },
    poll: async () => {
      server.asked.push(clock.time);
      fail();
      return server.news;
    },
  };
  const link = new Link(tasks, clock);
  const states: LinkStatus['kind'][] = [];
  link.onDidChange(({ kind }) => states.push(kind));
  return { clock, server, link, states };
}
const gaps = (times: readonly number[]) =>
  times.slice(1).map((time, index) => Math.round(time - times[index]!));

describe('Link', () => {
  it('asks nothing until someone looks', async () => {
    const { clock, server, link } = make();
    await clock.pass(600_000);
    assert.deepEqual(server.asked, []);
    assert.equal(link.status.kind, 'idle');
  });

  it('asks while someone looks, and stops when nobody does', async () => {
    const { clock, server, link, states } = make();
    link.watch(true);
    await clock.pass(20_000);
    assert.deepEqual(states, ['connecting', 'up']);
    const before = server.asked.length;
    assert.ok(before >= 3, 'it was asked again and again');
    link.watch(false);
    await clock.pass(600_000);
    assert.equal(server.asked.length, before);
    assert.equal(clock.pending, 0);
  });

  it('asks at once when someone looks again after a while', async () => {
    const { clock, server, link } = make();
    link.watch(true);
    await clock.pass(1000);
    link.watch(false);
    await clock.pass(600_000);
    const before = server.asked.length;
    link.watch(true);
    await clock.pass(1);
    assert.equal(server.asked.length, before + 1);
  });

  it('does not ask after it was connected for a single question', async () => {
    const { clock, server, link } = make();
    await link.connect();
    assert.equal(link.status.kind, 'up');
    await clock.pass(600_000);
    assert.equal(server.asked.length, 1);
  });

  it('asks more and more seldom while nothing happens, and often again after a change', async () => {
    const { clock, server, link } = make();
    link.watch(true);
    await clock.pass(120_000);
    const quiet = gaps(server.asked);
    assert.ok(quiet.every((gap, index) => index === 0 || gap > quiet[index - 1]! || gap > 50_000));
    server.news = true;
    await clock.pass(120_000);
    assert.ok(gaps(server.asked).at(-1)! < 5000);
  });

  it('backs off while the server is down, says when it tries next, and recovers', async () => {
    const { clock, server, link, states } = make();
    link.watch(true);
    await clock.pass(1);
    server.problem = 'unreachable';
    await clock.pass(10_000);
    const { status } = link;
    assert.ok(status.kind === 'unreachable' && status.retryAt > clock.time, status.kind);
    server.asked.length = 0;
    await clock.pass(300_000);
    // Probes that fail do not look for news.
    assert.deepEqual(server.asked, []);
    assert.ok(states.filter((state) => state === 'unreachable').length < 12, 'it backs off');
    server.problem = undefined;
    await clock.pass(121_000);
    assert.equal(link.status.kind, 'up');
  });

  it('waits as long as the server asks for', async () => {
    const clock = new Clock();
    const busy = new RemoteError('unreachable', 'busy', { retryAfterMs: 90_000 });
    const tasks = { probe: () => Promise.reject(busy), poll: async () => false };
    const link = new Link(tasks, clock);
    link.watch(true);
    await settled();
    assert.deepEqual(link.status, { kind: 'unreachable', message: 'busy', retryAt: 90_000 });
  });

  for (const problem of ['unauthorised', 'notMlflow', 'tooOld'] as const) {
    it(`does not try again by itself when it is ${problem}, and does when told to`, async () => {
      const { clock, server, link } = make();
      server.problem = problem;
      link.watch(true);
      await clock.pass(600_000);
      assert.equal(link.status.kind, problem === 'unauthorised' ? 'unauthorised' : 'wrong');
      assert.equal(clock.pending, 0);
      server.problem = undefined;
      await link.retry();
      assert.equal(link.status.kind, 'up');
    });
  }

  it("follows the failure of a person's own call", async () => {
    const { clock, link } = make();
    await link.connect();
    link.note(new RemoteError('refused', 'no such run'));
    assert.equal(link.status.kind, 'up', 'a refusal says nothing of the server');
    link.note(new RemoteError('unreachable', 'gone'));
    assert.equal(link.status.kind, 'unreachable');
    assert.equal(clock.pending, 0, 'nobody looks');
  });

  it('shares one try among those who ask at the same time', async () => {
    const { server, link } = make();
    await Promise.all([link.connect(), link.connect(), link.connect()]);
    assert.equal(server.asked.length, 1);
  });
});
