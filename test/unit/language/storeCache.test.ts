// A bounded table of answers: which are old, and which are forgotten.
import assert from 'node:assert/strict';
import { StoreCache } from '../../../src/language/storeCache';

describe('StoreCache', () => {
  let now = 0;
  const fresh = (cache: StoreCache<'a' | 'b', number>, route: 'a' | 'b', request: string) => {
    const entry = cache.entry(route, request);
    entry.value = 1;
    entry.state = 'fresh';
    return entry;
  };

  it('keeps the same entry for the same question', () => {
    const cache = new StoreCache<'a' | 'b', number>();
    assert.equal(cache.entry('a', 'x'), cache.entry('a', 'x'));
    assert.notEqual(cache.entry('a', 'x'), cache.entry('b', 'x'));
  });

  it('makes answers of a route old', () => {
    const cache = new StoreCache<'a' | 'b', number>();
    fresh(cache, 'a', 'x');
    fresh(cache, 'b', 'x');
    cache.age((route) => route === 'a');
    assert.equal(cache.entry('a', 'x').state, 'old');
    assert.equal(cache.entry('b', 'x').state, 'fresh');
  });

  it('asks again after a while for what no event tells of', () => {
    now = 1000;
    const cache = new StoreCache<'a' | 'b', number>(() => now);
    cache.expire(fresh(cache, 'a', 'x'));
    now += 5000;
    assert.equal(cache.entry('a', 'x').state, 'fresh');
    now += 1;
    assert.equal(cache.entry('a', 'x').state, 'old');
    assert.equal(cache.entry('a', 'x').value, 1);
  });

  it('forgets what was not asked for the longest', () => {
    const cache = new StoreCache<'a' | 'b', number>();
    const kept = fresh(cache, 'a', 'kept');
    const gone = fresh(cache, 'a', 'gone');
    cache.entry('a', 'kept');
    for (let n = 0; n < 499; n++) cache.entry('b', String(n));
    assert.equal(cache.entry('a', 'kept'), kept);
    assert.notEqual(cache.entry('a', 'gone'), gone);
  });
});
