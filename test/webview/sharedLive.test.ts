// Queries that follow events: no update is lost, one question at a time, the last good answer stays.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Live, type LiveAnswer } from '../../webview/shared/live';

interface Question {
  readonly query: string;
  answer(answer: LiveAnswer<string>): void;
  fail(message: string): void;
}

class World {
  readonly asked: Question[] = [];
  now = 0;
  private timers: { at: number; run: () => void }[] = [];

  readonly ports = {
    ask: (query: string) =>
      new Promise<LiveAnswer<string>>((resolve, reject) => {
        this.asked.push({ query, answer: resolve, fail: (message) => reject(new Error(message)) });
      }),
    now: () => this.now,
    after: (milliseconds: number, run: () => void) => {
      const timer = { at: this.now + milliseconds, run };
      this.timers.push(timer);
      return () => {
        this.timers = this.timers.filter((each) => each !== timer);
      };
    },
  };

  async pass(milliseconds: number): Promise<void> {
    this.now += milliseconds;
    const due = this.timers.filter(({ at }) => at <= this.now);
    this.timers = this.timers.filter(({ at }) => at > this.now);
    for (const { run } of due) run();
    await settled();
  }

  get waits(): number {
    return this.timers.length;
  }
}

const settled = async () => {
  for (let i = 0; i < 10; i += 1) await Promise.resolve();
};
const good = (value: string): LiveAnswer<string> => ({ ok: true, value });
const refused: LiveAnswer<string> = {
  ok: false,
  refusal: {
    code: 'search.invalid',
    message: 'no such name',
    text: 'los',
    position: 3,
    valid: ['loss'],
  },
};

describe('a live query', () => {
  let world: World;
  let live: Live<string, string>;
  beforeEach(() => {
    world = new World();
    live = new Live(world.ports);
  });
  const answer = async (value: LiveAnswer<string>) => {
    world.asked.at(-1)!.answer(value);
    await settled();
  };

  it('gathers what comes together, and asks once more after the last event', async () => {
    live.ask('q');
    await answer(good('one'));
    for (let i = 0; i < 50; i += 1) live.touch();
    assert.equal(world.asked.length, 1);
    await world.pass(100);
    assert.equal(world.asked.length, 2);
    live.touch();
    await world.pass(1000);
    assert.equal(world.asked.length, 2, 'one in flight');
    await answer(good('two'));
    await world.pass(100);
    assert.equal(world.asked.length, 3, 'what came during the question is asked for');
    await answer(good('three'));
    await world.pass(100_000);
    assert.equal(world.asked.length, 3);
    assert.equal(live.state.value, 'three');
    assert.equal(live.state.isAsking, false);
  });

  it('waits for nothing when nothing is asked any more', async () => {
    live.ask('q');
    await settled();
    assert.equal(live.state.isAsking, true);
    live.ask(undefined);
    await answer(good('late'));
    assert.deepEqual([live.state.isAsking, live.state.value], [false, undefined]);
  });

  it('shows a failure, keeps the last answer and asks again with growing pauses', async () => {
    live.ask('q');
    await answer(good('one'));
    live.touch();
    await world.pass(100);
    for (const pause of [1000, 2000, 4000]) {
      world.asked.at(-1)!.fail('no server');
      await settled();
      assert.deepEqual([live.state.value, live.state.problem], ['one', 'no server']);
      const before = world.asked.length;
      live.touch();
      await world.pass(pause - 1);
      assert.equal(world.asked.length, before, 'events do not shorten the pause');
      await world.pass(1);
      assert.equal(world.asked.length, before + 1);
    }
    await answer(good('two'));
    assert.deepEqual([live.state.value, live.state.problem], ['two', undefined]);
  });

  it('never waits longer than half a minute', async () => {
    live.ask('q');
    for (let i = 0; i < 12; i += 1) {
      world.asked.at(-1)!.fail('no server');
      await settled();
      await world.pass(30_000);
    }
    assert.equal(world.asked.length, 13);
  });

  it('keeps the last good rows when the filter is refused', async () => {
    live.ask('good');
    await answer(good('one'));
    live.ask('bad');
    await answer(refused);
    assert.equal(live.state.value, 'one');
    assert.equal(live.state.refusal?.position, 3);
    live.ask('better');
    await answer(good('two'));
    assert.deepEqual([live.state.value, live.state.refusal], ['two', undefined]);
  });

  it('drops the answer to what was asked before', async () => {
    live.ask('old');
    live.ask('new');
    assert.equal(world.asked.length, 1);
    await answer(good('old rows'));
    assert.equal(live.state.value, undefined);
    assert.equal(world.asked.at(-1)!.query, 'new');
    await answer(good('new rows'));
    assert.equal(live.state.value, 'new rows');
  });

  it('asks at once when the server is back', async () => {
    live.ask('q');
    world.asked[0]!.fail('down');
    await settled();
    live.again();
    assert.equal(world.asked.length, 2);
  });

  it('is silent once disposed', async () => {
    live.ask('q');
    live.dispose();
    await answer(good('late'));
    assert.equal(live.state.value, undefined);
    assert.equal(world.waits, 0);
  });

  it('ends with the newest state whatever the order of events, answers and failures', async () => {
    const steps = fc.array(fc.constantFrom('change', 'answer', 'fail', 'pass', 'again'), {
      maxLength: 60,
    });
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const own = new World();
        const query = new Live<string, string>(own.ports);
        let server = 0;
        const read: number[] = [];
        const ports = own.ports.ask;
        own.ports.ask = (q) => {
          read.push(server);
          return ports(q);
        };
        query.ask('q');
        let settledCount = 0;
        const settle = async (isFailing: boolean) => {
          const question = own.asked[settledCount];
          if (!question) return;
          if (isFailing) question.fail('no');
          else question.answer(good(String(read[settledCount])));
          settledCount += 1;
          await settled();
        };
        for (const step of all) {
          if (step === 'change') {
            server += 1;
            query.touch();
          } else if (step === 'again') query.again();
          else if (step === 'pass') await own.pass(150);
          else await settle(step === 'fail');
        }
        for (let i = 0; i < 12; i += 1) {
          await settle(false);
          await own.pass(40_000);
        }
        assert.equal(query.state.value, String(server));
        assert.ok(own.asked.length - settledCount <= 1, 'one in flight');
      }),
      { numRuns: 200 },
    );
  });
});
