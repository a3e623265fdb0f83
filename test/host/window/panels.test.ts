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
async function says(pattern: RegExp): Promise<void> {
  let seen = '';
  try {
    await until(async () => {
      seen = (await ui<string | null>('webviewText', 'body')) ?? '';
      return pattern.test(seen);
    });
  } catch (error) {
    throw new Error(`The page does not say ${pattern}, but: ${seen}`, { cause: error });
  }
}

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

  it('take a baseline from the tree, whether or not they are there, and keep it', async () => {
    const node = async (name: string) =>
      (await findRow(api.trees.experiments, await experiment(), name)).node;
    await vscode.commands.executeCommand('runlens.setBaseline', await node('second'));
    await until(() => titles().includes('paneled'));
    await says(/baseline\s+second/);
    await vscode.commands.executeCommand('runlens.setBaseline', await node('renamed'));
    await says(/baseline\s+renamed/);
    assert.deepEqual(titles(), ['paneled']);
    // And as they were left when another editor was in front, with what happened meanwhile.
    await vscode.window.showTextDocument(
      await vscode.workspace.openTextDocument({ content: 'in front' }),
    );
    await session.call('POST /api/runs/:runId/rename', { runId: runIds[0]!, name: 'meanwhile' });
    await vscode.commands.executeCommand('runlens.openRuns', await experiment());
    await says(/baseline\s+meanwhile/);
  });

  it('lead to the tree', async () => {
    const place = session.folder.root;
    await vscode.commands.executeCommand('runlens.openRun', { place, runIds: [runIds[1]] });
    await says(/paneled_loss/);
    await ui('webviewClickText', 'Reveal in Tree');
    await until(async () => {
      const [name] = await ui<(string | null)[]>(
        'attributes',
        '.pane-body .monaco-list-row.selected.focused',
        'aria-label',
      );
      return name?.startsWith('Run second');
    });
  });

  it('are not needed to copy runs as Markdown, and to write a note', async () => {
    const rows = await rowsOf(api.trees.experiments, await experiment());
    const nodes = rows.map(({ node }) => node).slice(0, 2);
    await vscode.commands.executeCommand('runlens.copyRunMarkdown', nodes[0], nodes);
    const text = await vscode.env.clipboard.readText();
    assert.match(text, /^\| run \| status \| paneled\\_loss \|\n/);
    assert.match(text, /\| second \| running \| 0\.2 \|/);
    const edited = vscode.commands.executeCommand('runlens.editNote', nodes[0]);
    await ui('fill', '.quick-input-widget input', 'the *second* try');
    await ui('press', 'Enter');
    await edited;
    const { tags } = await session.call('GET /api/runs/:runId', { runId: runIds[1]! });
    assert.deepEqual(
      tags.filter(({ key }) => key === 'mlflow.note.content').map(({ value }) => value),
      ['the *second* try'],
    );
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
