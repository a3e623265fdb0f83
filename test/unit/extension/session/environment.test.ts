import assert from 'node:assert/strict';
import * as path from 'node:path';
import { terminalVariables } from '../../../../src/extension/session/environment';
import type { Discovery } from '../../../../src/protocol/discovery';

const discovery: Discovery = {
  protocol: { major: 1, minor: 0 },
  version: '0.1.0',
  root: '/r',
  data: '/r/.runlens',
  port: 4711,
  pid: 1,
  host: { hostname: 'h', bootId: '', pidNamespace: '' },
  tokens: { tracking: 'tracking-token', control: 'control-token' },
  challengeKey: '00',
  startedAt: 0,
};
const valuesOf = (user: Record<string, string>) =>
  Object.fromEntries(
    terminalVariables(discovery, '/sdk', user).map((each) => [each.name, each.value]),
  );

describe('terminalVariables', () => {
  it('points MLflow at the server, with the tracking token alone', () => {
    const values = valuesOf({});
    assert.deepEqual(values, {
      MLFLOW_TRACKING_URI: 'http://127.0.0.1:4711',
      MLFLOW_TRACKING_TOKEN: 'tracking-token',
      MLFLOW_TRACKING_USERNAME: 'runlens',
      MLFLOW_TRACKING_PASSWORD: 'tracking-token',
      PYTHONPATH: '/sdk',
    });
    assert.ok(!JSON.stringify(values).includes('control-token'));
  });

  it('never replaces an address of the user, but gives the SDK', () => {
    assert.deepEqual(valuesOf({ MLFLOW_TRACKING_URI: 'https://mlflow.company' }), {
      PYTHONPATH: '/sdk',
    });
  });

  it('replaces its own address of an editor started from one of its terminals', () => {
    const inherited = {
      MLFLOW_TRACKING_URI: 'http://127.0.0.1:1',
      MLFLOW_TRACKING_USERNAME: 'runlens',
    };
    assert.equal(valuesOf(inherited)['MLFLOW_TRACKING_URI'], 'http://127.0.0.1:4711');
  });

  it('adds a separator to a path only when there is one', () => {
    assert.equal(valuesOf({ PYTHONPATH: '/own' })['PYTHONPATH'], `${path.delimiter}/sdk`);
  });
});
