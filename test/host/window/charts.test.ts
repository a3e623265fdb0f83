// The Charts panel: paints the shown runs and follows what is logged, without being asked.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { RunlensApi } from '../../../src/extension/api';
import { closeEditors, onlySession } from '../editor';
import { Script } from '../tracking';
import { ui, until } from '../ui';

interface Chart {
  readonly points: number;
  readonly ink: number;
}
const chart = () => ui<Chart | null>('webviewChart', 'charted_loss');

describe('the Charts panel', () => {
  let api: RunlensApi;
  let script: Script;
  let runId: string;

  before(async () => {
    const found = await onlySession();
    ({ api } = found);
    script = new Script(found.session);
    await closeEditors();
    const run = await script.createRun(await script.createExperiment('charted'), 'falling');
    runId = run.run_id;
    await script.logPoints(runId, 'charted_loss', 0, 20);
    await vscode.commands.executeCommand('runlens.openCharts');
  });
  after(closeEditors);

  it('paints the points of a run that has only just been logged', async () => {
    const shown = await until(async () => {
      const found = await chart();
      return found?.points === 20 && found.ink > 200 && found;
    });
    assert.ok(shown);
    assert.match(await ui<string>('webviewText', 'body'), /falling/);
  });

  it('paints new points as they are logged', async () => {
    await script.logPoints(runId, 'charted_loss', 20, 50);
    await until(async () => (await chart())?.points === 50);
  });

  it('adds a run that starts while it is open', async () => {
    const experimentId = await script.createExperiment('charted too');
    const { run_id } = await script.createRun(experimentId, 'second');
    await script.logPoints(run_id, 'charted_loss', 0, 5);
    await until(async () => (await chart())?.points === 55);
    await api.shown.choose(run_id, false);
    await until(async () => (await chart())?.points === 50);
  });

  it('is one panel, brought back with its content after it was hidden', async () => {
    await vscode.window.showTextDocument(
      await vscode.workspace.openTextDocument({ content: 'in front' }),
    );
    await script.logPoints(runId, 'charted_loss', 50, 60);
    await vscode.commands.executeCommand('runlens.openCharts');
    await until(async () => (await chart())?.points === 60);
    const panels = vscode.window.tabGroups.all
      .flatMap((group) => group.tabs)
      .filter((tab) => tab.input instanceof vscode.TabInputWebview);
    assert.equal(panels.length, 1);
  });
});
