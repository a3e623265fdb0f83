// A window of two folders, and a user who has a tracking server of their own.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import {
  activated,
  findRow,
  folderPath,
  labels,
  rowOf,
  rowsOf,
  terminalEnvironment,
} from '../editor';
import { discoveryOf, Script } from '../tracking';
import { until } from '../ui';

async function ready() {
  const api = await activated();
  await api.ready();
  const [first, second, ...others] = api.sessions.all;
  assert.ok(first && second);
  assert.equal(others.length, 0);
  return { api, first, second };
}

describe('a window of two folders', () => {
  it('has one server for each folder', async () => {
    const { first, second } = await ready();
    const [one, other] = [discoveryOf(first), discoveryOf(second)];
    assert.notEqual(one.pid, other.pid);
    assert.notEqual(one.port, other.port);
    assert.equal(one.root, fs.realpathSync(folderPath(0)));
    assert.equal(other.root, fs.realpathSync(folderPath(1)));
  });

  it('groups both trees by folder, each with its own runs', async () => {
    const { api, first, second } = await ready();
    for (const [session, name] of [
      [first, 'of the first'],
      [second, 'of the second'],
    ] as const) {
      const script = new Script(session);
      await script.createRun(await script.createExperiment(name), 'run');
    }
    const tree = api.trees.experiments;
    const folders = await rowsOf(tree);
    assert.deepEqual(labels(folders), ['first', 'second']);
    await findRow(tree, folders[0]?.node, 'of the first');
    const there = await findRow(tree, folders[1]?.node, 'of the second');
    assert.ok(!labels(await rowsOf(tree, folders[0]?.node)).includes('of the second'));
    const parent = tree.getParent(there.node);
    assert.equal(parent && rowOf(tree, parent).label, 'second');
    assert.deepEqual(labels(await rowsOf(api.trees.pipelines)), ['first', 'second']);
  });

  it('leaves a user’s own tracking server in the environment of terminals', async () => {
    await ready();
    for (const folder of [0, 1]) {
      const env = await terminalEnvironment(folder);
      assert.equal(env.MLFLOW_TRACKING_URI, 'http://tracking.example:5000');
      assert.equal(env.MLFLOW_TRACKING_TOKEN, undefined);
      assert.match(env.SDK ?? '', /runlens[/\\]__init__\.py$/);
    }
  });

  it('goes on with one folder while the server of the other comes back', async () => {
    const { api, first, second } = await ready();
    const { pid } = discoveryOf(first);
    const other = discoveryOf(second).pid;
    process.kill(pid, 'SIGKILL');
    const tree = api.trees.experiments;
    const folders = await rowsOf(tree);
    await findRow(tree, folders[1]?.node, 'of the second');
    await until(() => first.state.kind === 'up' && first.state.discovery?.pid !== pid);
    assert.equal(discoveryOf(second).pid, other);
    const script = new Script(first);
    await script.createExperiment('after the restart');
    await findRow(tree, folders[0]?.node, 'after the restart');
    assert.ok(!labels(await rowsOf(tree, folders[1]?.node)).includes('after the restart'));
  });
});
