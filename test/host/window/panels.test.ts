// Panels: one per subject, named after it, fed by the server, and what trees and pages open.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { RunlensApi } from '../../../src/extension/api';
import type { FolderSession } from '../../../src/extension/session/folderSession';
import { closeEditors, findRow, onlySession, rowsOf } from '../editor';
import { Script } from '../tracking';
import { ui, until } from '../ui';

const tabs = () => vscode.window.tabGroups.all.flatMap((group) => group.tabs);
const titles = () =>
  tabs()
    .filter(({ input }) => input instanceof vscode.TabInputWebview)
    .map(({ label }) => label);
const says = (pattern: RegExp) =>
  until(async () => pattern.test((await ui<string | null>('webviewText', 'body')) ?? ''), 20_000);

describe('panels', () => {
  let api: RunlensApi;
  let session: FolderSession;
  let experimentId: string;
  const runIds: string[] = [];

  before(async () => {
    ({ api, session } = await onlySession());
    await closeEditors();
    const script = new Script(session);
    experimentId = await script.createExperiment('paneled');
    for (const name of ['first', 'second']) {
      const { run_id } = await script.createRun(experimentId, name);
      await script.logPoints(run_id, 'paneled_loss', 0, 5);
      runIds.push(run_id);
    }
  });
  afterEach(closeEditors);

  const experiment = async () => (await findRow(api.trees.experiments, undefined, 'paneled')).node;

  it('show the runs of an experiment, in one panel however often it is opened', async () => {
    await vscode.commands.executeCommand('runlens.openRuns', await experiment());
    await until(() => titles().includes('paneled'));
    await vscode.commands.executeCommand('runlens.openRuns', await experiment());
    assert.deepEqual(titles(), ['paneled']);
    await says(/second/);
  });

  it('show a run under its name, and follow it when it gets another', async () => {
    const [runId] = runIds;
    const place = session.folder.root;
    await vscode.commands.executeCommand('runlens.openRun', { place, runIds: [runId] });
    await until(() => titles().includes('first'));
    await says(/paneled_loss/);
    await session.call('POST /api/runs/:runId/rename', { runId: runId!, name: 'renamed' });
    await until(() => titles().includes('renamed'));
  });

  it('compare the selected runs', async () => {
    const rows = await rowsOf(api.trees.experiments, await experiment());
    const nodes = rows.map(({ node }) => node).slice(0, 2);
    await vscode.commands.executeCommand('runlens.compareRuns', nodes[0], nodes);
    await until(() => titles().includes('Compare 2 Runs'));
  });

  it('are of the folder when nothing else is said', async () => {
    await vscode.commands.executeCommand('runlens.openModel');
    const [panel] = await until(() => api.panels.all.length > 0 && api.panels.all);
    assert.equal(panel?.subject.kind, 'models');
    assert.equal(panel?.place, session.folder.root);
  });

  it('filter the tree by the language of filters', async () => {
    const tree = api.trees.experiments;
    tree.setFilter("run_name = 'second'");
    try {
      const labels = (await rowsOf(tree, await experiment())).map(({ label }) => label);
      assert.deepEqual(labels, ['second']);
    } finally {
      tree.setFilter('');
    }
    assert.equal((await rowsOf(tree, await experiment())).length, 2);
  });
});
