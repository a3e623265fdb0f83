import assert from 'node:assert/strict';
import { type SeriesId, SeriesStore } from '../../webview/shared/charts/seriesStore';

const columns = (id: SeriesId, count: number) => ({
  ...id,
  count,
  steps: [0],
  timestamps: [0],
  values: [1],
});
const loss = (runId: string): SeriesId => ({ runId, key: 'loss' });

function open(options: { fails?: number } = {}) {
  const asked: string[][] = [];
  let fails = options.fails ?? 0;
  const fetch = async (series: readonly SeriesId[]) => {
    asked.push(series.map((each) => each.runId));
    await new Promise((resolve) => setTimeout(resolve, 1));
    if (fails-- > 0) throw new Error('server is down');
    return { series: series.map((each) => columns(each, 1)) };
  };
  return { store: new SeriesStore(fetch, async () => undefined), asked };
}
async function quiet(store: SeriesStore) {
  for (let i = 0; i < 20; i += 1) {
    await store.settled();
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

describe('SeriesStore', () => {
  it('fetches what is in view in one request, and not again', async () => {
    const { store, asked } = open();
    store.want([loss('a')]);
    store.want([loss('a'), loss('b')]);
    await quiet(store);
    assert.deepEqual(asked, [['a', 'b']]);
    store.want([loss('b')]);
    await quiet(store);
    assert.equal(asked.length, 1);
    assert.equal(store.get(loss('a'))!.count, 1);
  });

  it('fetches only those that have grown, and only while in view', async () => {
    const { store, asked } = open();
    store.want([loss('a'), loss('b')]);
    await quiet(store);
    store.setCount(loss('b'), 7);
    store.setCount(loss('hidden'), 7);
    await quiet(store);
    assert.deepEqual(asked.slice(1), [['b']]);
  });

  it('does not lose growth that comes while it fetches', async () => {
    const { store, asked } = open();
    store.want([loss('a')]);
    await new Promise((resolve) => setTimeout(resolve, 0));
    store.setCount(loss('a'), 2);
    await quiet(store);
    assert.deepEqual(asked, [['a'], ['a']]);
  });

  it('does not take an answer that was read before an event for newer than it', async () => {
    const { store, asked } = open();
    store.setCount(loss('a'), 9);
    store.want([loss('a')]);
    await new Promise((resolve) => setTimeout(resolve, 0));
    // The tenth point comes while nine are fetched, then the details of the run that were read before it.
    store.setCount(loss('a'), 10);
    store.setCount(loss('a'), 9);
    await quiet(store);
    assert.deepEqual(asked, [['a'], ['a']]);
    assert.equal(store.countOf(loss('a')), 10);
  });

  it('takes a metric that is called like a part of another one for itself', async () => {
    const { store } = open();
    const part = { ...loss('a'), window: { by: 'step' as const, from: 3, to: 5 } };
    store.want([part]);
    await quiet(store);
    assert.ok(store.get(part));
    assert.equal(store.get({ runId: 'a', key: 'loss step 3 5' }), undefined);
  });

  it('says why it failed and tries again', async () => {
    const { store, asked } = open({ fails: 2 });
    const problems: (string | undefined)[] = [];
    store.onDidChange(() => problems.push(store.problem));
    store.want([loss('a')]);
    await quiet(store);
    assert.deepEqual(problems, ['server is down', 'server is down', undefined]);
    assert.equal(asked.length, 3);
    assert.ok(store.get(loss('a')));
  });

  it('keeps a part apart from the whole, and forgets it when it is not wanted any more', async () => {
    const { store, asked } = open();
    const part = { ...loss('a'), window: { by: 'step' as const, from: 3, to: 5 } };
    store.want([loss('a'), part]);
    await quiet(store);
    assert.ok(store.get(part) && store.get(loss('a')));
    store.want([loss('a')]);
    assert.equal(store.get(part), undefined);
    assert.ok(store.get(loss('a')));
    store.want([loss('a'), part]);
    await quiet(store);
    assert.deepEqual(asked, [['a', 'a'], ['a']]);
  });

  it('asks for a part again when its series has grown', async () => {
    const { store, asked } = open();
    const part = { ...loss('a'), window: { by: 'step' as const, from: 3, to: 5 } };
    store.want([part]);
    await quiet(store);
    store.setCount(loss('a'), 9);
    await quiet(store);
    assert.equal(asked.length, 2);
    assert.equal(store.countOf(part), 9);
  });

  it('fetches what comes first before the rest', async () => {
    const { store, asked } = open();
    const all = Array.from({ length: 130 }, (_, i) => loss(`r${i}`));
    store.want(all);
    await quiet(store);
    assert.ok(asked.length > 1);
    assert.deepEqual(
      asked.flat(),
      all.map(({ runId }) => runId),
    );
  });

  it('forgets what was seen longest ago when it holds too much, and fetches it again', async () => {
    const asked: string[] = [];
    const fetch = async (series: readonly SeriesId[]) => {
      asked.push(...series.map(({ runId }) => runId));
      return { series: series.map((each) => columns(each, 1)) };
    };
    const store = new SeriesStore(fetch, async () => undefined, 2);
    for (const runId of ['a', 'b', 'c']) {
      store.want([loss(runId)]);
      await quiet(store);
    }
    assert.equal(store.get(loss('a')), undefined);
    assert.ok(store.get(loss('b')));
    store.want([loss('a'), loss('b'), loss('c')]);
    await quiet(store);
    assert.deepEqual(asked, ['a', 'b', 'c', 'a']);
    // What is wanted is never forgotten.
    assert.ok(['a', 'b', 'c'].every((runId) => store.get(loss(runId))));
  });
});
