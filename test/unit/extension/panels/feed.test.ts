// What a page is told: gathered, the newest of each thing, to the page that listens now.
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import { Feed } from '../../../../src/extension/panels/feed';
import type { ServerEvent } from '../../../../src/protocol/events';
import type { PlaceStatus } from '../../../../src/protocol/webview/panel';
import { runDetail } from '../rows';

const points = (key: string, count: number): ServerEvent => ({
  type: 'points',
  runId: 'a',
  key,
  count,
  lastStep: count,
  lastValue: 0,
});
const GATHERED = 150;

function make(status: () => Promise<PlaceStatus> = async () => ({ kind: 'starting' })) {
  const told: unknown[] = [];
  const log: string[] = [];
  const page = {
    events: async (events: readonly ServerEvent[]) => void told.push(events),
    status: async (now: PlaceStatus) => void told.push(now),
    shown: async (shown: unknown) => void told.push(shown),
    wish: async () => undefined,
  };
  const feed = new Feed({
    page,
    topics: ['experiments', 'points', 'status'],
    status,
    shown: () => [{ runId: 'a', slot: 1 }],
    log: (message) => log.push(message),
  });
  return { feed, told, log, page };
}

describe('what a page is told', () => {
  it('is gathered, the newest of each series once, in the order of the last', async () => {
    const { feed, told } = make();
    feed.begin();
    for (const event of [points('loss', 1), points('acc', 1), points('loss', 2)]) feed.event(event);
    assert.deepEqual(told, []);
    await delay(GATHERED);
    assert.deepEqual(told, [[points('acc', 1), points('loss', 2)]]);
    feed.dispose();
  });

  it('is of the topics of its surface only, and a reset always', async () => {
    const { feed, told } = make();
    feed.begin();
    feed.event({ type: 'model', name: 'm' });
    feed.event({ type: 'log', id: 's', bytes: 3 });
    await delay(GATHERED);
    assert.deepEqual(told, []);
    feed.event(points('loss', 1));
    const reset: ServerEvent = { type: 'reset', reason: 'gap' };
    feed.event(reset);
    feed.event(points('loss', 2));
    await delay(GATHERED);
    assert.deepEqual(told, [[reset, points('loss', 2)]]);
    feed.dispose();
  });

  it('is nothing before it listens and after it has gone', async () => {
    const { feed, told } = make();
    feed.event(points('loss', 1));
    feed.begin();
    feed.event(points('acc', 2));
    feed.end();
    await delay(GATHERED);
    assert.deepEqual(told, []);
    feed.begin();
    feed.event(points('loss', 3));
    await delay(GATHERED);
    assert.deepEqual(told, [[points('loss', 3)]]);
    feed.dispose();
  });

  it('is the status and the shown runs as they are then', async () => {
    let now: PlaceStatus = { kind: 'starting' };
    const { feed, told } = make(async () => now);
    feed.begin();
    feed.statusChanged();
    feed.shownChanged();
    feed.statusChanged();
    now = { kind: 'down', message: 'gone' };
    await delay(GATHERED);
    assert.deepEqual(told, [[{ runId: 'a', slot: 1 }], now]);
    feed.dispose();
  });

  it('is not the status of a page that has gone meanwhile', async () => {
    const waiting: ((status: PlaceStatus) => void)[] = [];
    const { feed, told } = make(() => new Promise((resolve) => waiting.push(resolve)));
    feed.begin();
    feed.statusChanged();
    await delay(GATHERED);
    feed.begin();
    waiting[0]!({ kind: 'starting' });
    await delay(10);
    assert.deepEqual(told, []);
    feed.dispose();
  });

  it('a page that was hidden need not take it; one that is there and does not is logged', async () => {
    const { feed, log, page } = make();
    page.events = async () => Promise.reject(new Error('no answer'));
    feed.begin();
    feed.event(points('loss', 1));
    await delay(GATHERED);
    assert.deepEqual(log, ['no answer']);
    feed.dispose();
  });

  it('is the last state of every run, whatever came between and however it was gathered', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.nat(9), fc.boolean()), {
          maxLength: 12,
        }),
        async (changes) => {
          const { feed, told } = make();
          feed.begin();
          const last = new Map<string, number>();
          for (const [runId, endTime, isPause] of changes) {
            feed.event({ type: 'run', run: { ...runDetail(runId), endTime } });
            last.set(runId, endTime);
            if (isPause) await delay(90);
          }
          await delay(GATHERED);
          const seen = new Map<string, number | undefined>();
          for (const event of (told as ServerEvent[][]).flat()) {
            if (event.type === 'run') seen.set(event.run.runId, event.run.endTime);
          }
          assert.deepEqual([...seen].sort(), [...last].sort());
          feed.dispose();
        },
      ),
      { numRuns: 8 },
    );
  });
});
