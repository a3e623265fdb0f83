// Every tracking route is in the table of what it does, and reads are reads.
import { strict as assert } from 'node:assert';
import { objectRoutes } from '../../../src/api/objects';
import type { Route } from '../../../src/protocol/http';
import { effectKey, effectOf, ROUTE_EFFECTS } from '../../../src/server/accessRoutes';
import type { Store } from '../../../src/store/store';
import { trackingRoutes } from '../../../src/tracking/routes';

/** Mounting asks nothing of the store. */
const store = {} as Store;
const routes: Route[] = [
  ...trackingRoutes({ store, clock: { now: () => 0 }, newId: () => '' }),
  ...objectRoutes(store),
].filter((route) => route.access === 'tracking');

describe('the table of effects', () => {
  it('names every route that a tracking token opens', () => {
    const keys = new Set(routes.map(({ method, path }) => effectKey(method, path)));
    const unknown = [...keys].filter((key) => !Object.hasOwn(ROUTE_EFFECTS, key));
    assert.deepEqual(unknown, [], 'say in src/server/accessRoutes.ts whether these read or write');
    assert.ok(keys.size > 30);
  });

  it('calls no route reading that changes something by its name', () => {
    const CHANGES =
      /\/(create|update|delete|restore|rename|transition-stage|log-|set-|outputs|finali)/;
    const wrong = routes.filter(
      ({ method, path }) => CHANGES.test(path) && effectOf(method, path) === 'read',
    );
    assert.deepEqual(
      wrong.map(({ method, path }) => `${method} ${path}`),
      [],
    );
  });

  it('calls only searches reading among what is not asked with GET', () => {
    const reading = routes.filter(
      ({ method, path }) => method !== 'GET' && effectOf(method, path) === 'read',
    );
    // The last is the answer to a call that does not exist.
    const others = reading.filter(
      ({ path }) =>
        !/(search|search-datasets|get-latest-versions|presigned-download-url|\/\*)$/.test(path),
    );
    assert.deepEqual(
      others.map(({ method, path }) => `${method} ${path}`),
      [],
    );
  });

  it('closes what it does not know', () => {
    assert.equal(effectOf('GET', '/api/2.0/mlflow/brand-new'), 'write');
    assert.equal(effectOf('POST', '/constructor'), 'write');
  });

  it('is the same under each prefix', () => {
    for (const prefix of ['/api/2.0', '/api/3.0', '/ajax-api/2.0', '/ajax-api/3.0']) {
      assert.equal(effectOf('POST', `${prefix}/mlflow/runs/create`), 'write');
      assert.equal(effectOf('POST', `${prefix}/mlflow/runs/search`), 'read');
    }
  });
});
