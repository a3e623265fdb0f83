// A person's way through the trash, and the changes after the fact: parameter, experiment, name.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { findRow, labels, notification, onlySession, rowsOf } from '../editor';
import { Script } from '../tracking';
import { ui, until } from '../ui';

/** Into an input box, or a list of choices. */
const type = async (text: string): Promise<void> => {
  await ui('fill', '.quick-input-widget input', text);
  await ui('press', 'Enter');
};

describe('after the fact', () => {
  it('a parameter is edited, and its row shows the new value', async () => {
    const { api, session } = await onlySession();
    const script = new Script(session);
    const { run_id } = await script.createRun(await script.createExperiment('edited'), 'one');
    await script.post('runs/log-parameter', { run_id, key: 'lr', value: '0.1' });
    await script.finish(run_id);
    const tree = api.trees.experiments;
    const experiment = await findRow(tree, undefined, 'edited');
    const run = await findRow(tree, experiment.node, 'one');
    const params = await findRow(tree, run.node, 'Parameters');
    const lr = await findRow(tree, params.node, 'lr');
    const edited = vscode.commands.executeCommand('runlens.editParam', lr.node);
    await type('0.25');
    await edited;
    await until(async () => {
      const [row] = await rowsOf(tree, params.node);
      return row?.description === '0.25';
    });
    const { items } = await session.call('GET /api/runs/:runId/edits', { runId: run_id });
    assert.deepEqual(
      items.map(({ key, before, after }) => [key, before, after]),
      [['lr', '0.1', '0.25']],
    );
  });

  it('a run moves to another experiment, which is then renamed', async () => {
    const { api, session } = await onlySession();
    const script = new Script(session);
    const { run_id } = await script.createRun(await script.createExperiment('from here'), 'mover');
    await script.finish(run_id);
    await script.createExperiment('to there');
    const tree = api.trees.experiments;
    const from = await findRow(tree, undefined, 'from here');
    const run = await findRow(tree, from.node, 'mover');
    await findRow(tree, undefined, 'to there');
    void vscode.commands.executeCommand('runlens.moveRun', run.node);
    await type('to there');
    await notification(/Moved mover to to there\./);
    const to = await findRow(tree, undefined, 'to there');
    await findRow(tree, to.node, 'mover');
    await until(async () => !labels(await rowsOf(tree, from.node)).includes('mover'));
    const renamed = vscode.commands.executeCommand('runlens.renameExperiment', to.node);
    await type('over there');
    await renamed;
    await findRow(tree, undefined, 'over there');
  });

  it('a deleted run is restored from the trash, and goes for good when that is emptied', async () => {
    const { api, session } = await onlySession();
    const script = new Script(session);
    const run = await script.createRun(await script.createExperiment('trashed'), 'gone soon');
    const runId = run.run_id;
    await script.upload(run, 'note.txt', 'x'.repeat(3000));
    await script.finish(runId);
    const tree = api.trees.experiments;
    const experiment = await findRow(tree, undefined, 'trashed');
    await findRow(tree, experiment.node, 'gone soon');
    await script.post('runs/delete', { run_id: runId });
    await until(async () => (await rowsOf(tree, experiment.node)).length === 0);
    const restored = vscode.commands.executeCommand('runlens.restoreFromTrash');
    await type('gone soon');
    await restored;
    await findRow(tree, experiment.node, 'gone soon');
    await script.post('runs/delete', { run_id: runId });
    // VS Code shows no modal dialog in tests: the question itself is out of reach here.
    const { asOf } = await until(async () => {
      const now = await session.call('GET /api/trash', {});
      return now.runs.items.some(({ id }) => id === runId) && now;
    });
    await session.call('POST /api/trash/empty', { asOf });
    await until(() => session.experiments.run(runId) === undefined);
    const trash = await session.call('GET /api/trash', {});
    assert.equal(trash.runs.total, 0);
    void vscode.commands.executeCommand('runlens.emptyTrash');
    await notification(/The trash is empty\./);
  });
});
