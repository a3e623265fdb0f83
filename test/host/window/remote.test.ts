// A team's MLflow server, the real one from PyPI, beside the folder's own runs.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { RunlensApi } from '../../../src/extension/api';
import type { MlflowServer } from '../../support/mlflowServer.mjs';
import { closeEditors, findRow, labels, onlySession, rowsOf, testPython } from '../editor';
import { Script } from '../tracking';
import { ui, until } from '../ui';

const chart = () => ui<{ points: number; ink: number } | null>('webviewChart', 'shared_loss');
const { Global } = vscode.ConfigurationTarget;

describe('a remote MLflow server', function () {
  this.timeout(120_000);
  let api: RunlensApi;
  let mlflow: MlflowServer;
  let ours: string;
  let theirs: string;

  before(async () => {
    const { startMlflow } = await import('../../support/mlflowServer.mjs');
    const found = await onlySession();
    ({ api } = found);
    await closeEditors();
    await vscode.commands.executeCommand('runlens.experiments.focus');
    mlflow = await startMlflow(testPython());
    const experiment = await mlflow.experiment('vision');
    theirs = await mlflow.run(experiment, 'resnet', {
      metrics: { shared_loss: [3, 2, 1, 0.5, 0.4] },
      params: { lr: '0.1' },
    });
    await mlflow.artifact(theirs, 'notes/summary.txt', 'written elsewhere');
    const script = new Script(found.session);
    const run = await script.createRun(await script.createExperiment('own'), 'mine');
    ours = run.run_id;
    await script.logPoints(ours, 'shared_loss', 0, 7);
    await script.finish(ours);
    await api.remotes.write(Global, [{ name: 'team', url: mlflow.url }]);
    await until(() => api.sources.all.length === 1);
  });
  after(async () => {
    await closeEditors();
    await api.remotes.write(Global, []);
    await mlflow.dispose();
  });

  const tree = () => api.trees.experiments;
  const source = () => api.sources.all[0]!;

  it('is not asked before its row is unfolded', async () => {
    const rows = await rowsOf(tree());
    assert.equal(labels(rows).at(-1), 'team', "below the folder's own experiments");
    assert.ok(labels(rows).includes('own'));
    assert.equal(source().port.status.kind, 'idle');
  });

  it('shows its experiments and runs with their values', async () => {
    const team = await findRow(tree(), undefined, 'team');
    const vision = await findRow(tree(), team.node, 'vision');
    const run = await findRow(tree(), vision.node, 'resnet');
    assert.match(run.description, /shared_loss 0\.4/);
    assert.equal(run.item.contextValue, 'run.remote');
    const metrics = await findRow(tree(), run.node, 'Metrics');
    const [metric] = await rowsOf(tree(), metrics.node);
    assert.deepEqual([metric!.label, metric!.description], ['shared_loss', '0.4']);
    const params = await findRow(tree(), run.node, 'Parameters');
    assert.equal((await rowsOf(tree(), params.node))[0]!.description, '0.1');
  });

  it('copies the id by which its own server knows a run', async () => {
    const node = tree().runNodeOf(source(), `${source().info.id}:${theirs}`);
    await vscode.commands.executeCommand('runlens.copyRunId', node);
    assert.equal(await vscode.env.clipboard.readText(), theirs);
  });

  it('is drawn together with runs of the folder, in one chart', async () => {
    // Other tests have left newer runs, of which only some are drawn by themselves.
    await api.shown.choose(ours, true);
    await vscode.commands.executeCommand('runlens.openCharts');
    await until(async () => (await chart())?.points === 7);
    await api.shown.choose(`${source().info.id}:${theirs}`, true);
    await until(async () => (await chart())?.points === 12);
    const slots = api.shown.runs.map(({ slot }) => slot);
    assert.equal(new Set(slots).size, slots.length, 'each run has a colour of its own');
    assert.match(await ui<string>('webviewText', 'body'), /resnet/);
  });

  it('draws points that are logged there while the page is open', async () => {
    const point = {
      run_id: theirs,
      key: 'shared_loss',
      value: 0.3,
      step: 5,
      timestamp: Date.now(),
    };
    await mlflow.api('runs/log-metric', point);
    await until(async () => (await chart())?.points === 13, 60_000);
  });

  it('opens an artifact in the editor', async () => {
    const node = tree().runNodeOf(source(), `${source().info.id}:${theirs}`);
    const artifacts = await findRow(tree(), node, 'Artifacts');
    const folder = await findRow(tree(), artifacts.node, 'notes');
    const file = await findRow(tree(), folder.node, 'summary.txt');
    await vscode.commands.executeCommand('runlens.openRunFile', file.node);
    const text = await until(() => vscode.window.activeTextEditor?.document.getText());
    assert.equal(text, 'written elsewhere');
  });

  it('takes a new name, and shows one that was given elsewhere', async () => {
    const runId = `${source().info.id}:${theirs}`;
    await source().call('POST /api/runs/:runId/rename', { runId, name: 'resnet 18' });
    const { run } = await mlflow.api(`runs/get?run_id=${theirs}`);
    assert.equal(run.info.run_name, 'resnet 18');
    const team = await findRow(tree(), undefined, 'team');
    const vision = await findRow(tree(), team.node, 'vision');
    await findRow(tree(), vision.node, 'resnet 18');
    await mlflow.api('runs/update', { run_id: theirs, run_name: 'resnet 50' });
    await vscode.commands.executeCommand('runlens.refresh');
    await findRow(tree(), vision.node, 'resnet 50');
  });

  it('says that it is down, keeps what was read, and comes back by itself', async () => {
    await mlflow.stop();
    await vscode.commands.executeCommand('runlens.refresh');
    const down = await until(async () => {
      const row = (await rowsOf(tree())).find(({ label }) => label === 'team');
      return row && /unreachable, next try \d/.test(row.description) && row;
    });
    assert.equal(down.item.contextValue, 'source.server.down');
    await mlflow.start();
    await until(() => source().port.status.kind === 'up', 60_000);
    const up = await findRow(tree(), undefined, 'team');
    assert.equal(up.description, '');
    const vision = await findRow(tree(), up.node, 'vision');
    await findRow(tree(), vision.node, 'resnet 50');
  });

  it('keeps a sign-in apart from the settings and for its origin only', async () => {
    const { origin } = new URL(mlflow.url);
    await api.remotes.secrets.store(origin, { kind: 'token', token: 'very-secret' });
    await api.remotes.write(Global, [{ name: 'team', url: mlflow.url, auth: 'token' }]);
    await until(() => api.remotes.servers[0]?.auth === 'token');
    const settings = JSON.stringify(
      vscode.workspace.getConfiguration('runlens').inspect('remote.servers'),
    );
    assert.doesNotMatch(settings, /very-secret/);
    assert.equal((await source().ready()).kind, 'up');
    // Settles when its notification is closed.
    void vscode.commands.executeCommand('runlens.signOutRemote', { session: source() });
    await until(async () => (await source().ready()).kind === 'down');
    const team = await findRow(tree(), undefined, 'team');
    const [row] = await rowsOf(tree(), team.node);
    assert.equal(row!.label, 'Sign in to team…');
    assert.equal(row!.item.command?.command, 'runlens.signInRemote');
  });

  it('is gone when it is removed', async () => {
    await vscode.commands.executeCommand('runlens.removeRemoteServer', { session: source() });
    await until(() => api.sources.all.length === 0);
    assert.deepEqual(api.remotes.entries(Global), []);
    assert.ok(!labels(await rowsOf(tree())).includes('team'));
  });
});
