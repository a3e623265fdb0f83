// A server that dies is back within seconds, and a restart is one command.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { FolderSession } from '../../../src/extension/session/folderSession';
import { findRow, onlySession, rowOf } from '../editor';
import { discoveryOf, Script } from '../tracking';
import { ui, until } from '../ui';

const STATUS = '#runlens\\.runlens\\.runlens\\.status';

/** Waits for a server of another process. */
async function successor(session: FolderSession, pid: number): Promise<void> {
  await until(() => session.state.kind === 'up' && session.state.discovery?.pid !== pid);
}

describe('the server', () => {
  it('that is killed is up again on the same port, with everything that was answered', async () => {
    const { api, session } = await onlySession();
    const before = discoveryOf(session);
    const script = new Script(session);
    const { run_id } = await script.createRun(await script.createExperiment('survivor'), 'kept');
    await script.logMetric(run_id, 'speed', 3.5, 0);
    const killedAt = Date.now();
    process.kill(before.pid, 'SIGKILL');
    await successor(session, before.pid);
    assert.ok(Date.now() - killedAt < 10_000, `${Date.now() - killedAt} ms`);
    const after = discoveryOf(session);
    assert.equal(after.port, before.port);
    assert.deepEqual(after.tokens, before.tokens);
    const tree = api.trees.experiments;
    const experiment = await findRow(tree, undefined, 'survivor');
    const run = await findRow(tree, experiment.node, 'kept');
    assert.match(run.description, /^speed 3\.5/);
    // The events go on too.
    await script.logMetric(run_id, 'speed', 4.5, 1);
    await until(() => rowOf(tree, run.node).description.startsWith('speed 4.5'));
  });

  it('restarts by command, and the trees answer', async () => {
    const { api, session } = await onlySession();
    // With runs running the command asks first, and dialogs are refused in tests.
    await new Script(session).finishAll();
    await until(() => session.experiments.running === 0);
    const { pid } = discoveryOf(session);
    await vscode.commands.executeCommand('runlens.restartServer');
    await successor(session, pid);
    await findRow(api.trees.experiments, undefined, 'survivor');
  });

  it('restarts as often as it is told, while calls are under way', async () => {
    const { session } = await onlySession();
    for (let restarts = 0; restarts < 5; restarts += 1) {
      const { pid } = discoveryOf(session);
      const restarted = session.restartServer();
      // Sent while the old server ends: answered by the new one.
      const calls = Array.from({ length: 5 }, () => session.call('GET /api/info', {}));
      await restarted;
      for (const info of await Promise.all(calls)) assert.notEqual(info.pid, pid);
    }
  });

  it('that dies twice within a minute is started each time', async () => {
    const { session } = await onlySession();
    await vscode.commands.executeCommand('runlens.restartServer');
    for (let deaths = 0; deaths < 2; deaths += 1) {
      const { pid } = discoveryOf(session);
      // Calls under way notice the death as well as the stream of events does: it is one death.
      const calls = Array.from({ length: 20 }, () => session.call('GET /api/experiments', {}));
      process.kill(pid, 'SIGKILL');
      await Promise.allSettled(calls);
      await successor(session, pid);
    }
    assert.equal(session.state.kind, 'up');
  });

  it('that dies again and again is left alone, which is said, until it is restarted', async () => {
    const { session } = await onlySession();
    const status = () => ui<string[]>('attributes', STATUS, 'aria-label');
    await vscode.commands.executeCommand('runlens.restartServer');
    for (let deaths = 0; deaths < 3; deaths += 1) {
      const { pid } = discoveryOf(session);
      process.kill(pid, 'SIGKILL');
      await until(
        () =>
          session.state.kind === 'down' ||
          (session.state.kind === 'up' && session.state.discovery?.pid !== pid),
      );
    }
    try {
      assert.equal(session.state.kind, 'down');
      assert.match(JSON.stringify(session.state), /ended 3 times within a minute/);
      await until(async () => /the server is not running/.test(String(await status())));
    } finally {
      await vscode.commands.executeCommand('runlens.restartServer');
    }
    await until(() => session.state.kind === 'up');
    await until(async () => !/not running/.test(String(await status())));
  });
});
