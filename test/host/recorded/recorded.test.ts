// Restricted Mode in a folder with recorded runs: they can be looked at, by a server that writes nothing.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { findRow, notification, onlySession, rowsOf } from '../editor';
import { discoveryOf, Script } from '../tracking';

describe('in Restricted Mode, a store that exists', () => {
  it('is served read-only', async () => {
    const { session } = await onlySession();
    const info = await session.call('GET /api/info', {});
    assert.equal(vscode.workspace.isTrusted, false);
    assert.equal(info.mode, 'readonly');
    assert.equal(info.port, discoveryOf(session).port);
  });

  it('can be looked at in the trees', async () => {
    const { api } = await onlySession();
    const tree = api.trees.experiments;
    const experiment = await findRow(tree, undefined, 'earlier');
    const run = await findRow(tree, experiment.node, 'kept');
    assert.match(run.description, /^speed 2/);
    const metrics = await findRow(tree, run.node, 'Metrics');
    assert.equal((await rowsOf(tree, metrics.node)).length, 1);
  });

  it('cannot be changed, and the message says why', async () => {
    const { api, session } = await onlySession();
    const experiment = await findRow(api.trees.experiments, undefined, 'earlier');
    const { node } = await findRow(api.trees.experiments, experiment.node, 'kept');
    assert.ok('runId' in node);
    await assert.rejects(new Script(session).logMetric(node.runId, 'speed', 9, 1), /read-only/i);
    void vscode.commands.executeCommand('runlens.restoreRun', node.runId);
    await notification(/read-only/i);
  });
});
