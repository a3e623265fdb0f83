// Artifacts open in the editor's own viewers; what has none shows facts and is never loaded.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import type { RunlensApi } from '../../../src/extension/api';
import type { FolderSession } from '../../../src/extension/session/folderSession';
import { closeEditors, edit, findRow, folderPath, onlySession, rowsOf, runLens } from '../editor';
import { runByLens } from '../quick';
import { Script } from '../tracking';
import { ui, until } from '../ui';

/** One black pixel. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII=',
  'base64',
);

const SOURCE = `import pathlib
from typing import Annotated

from PIL import Image
from runlens import pipeline, step


class Trap:
    """Leaves a mark when it is unpickled."""

    def __reduce__(self):
        return (pathlib.Path.touch, (pathlib.Path(__file__).with_name("unpickled"),))


@step
def draw() -> Annotated[Image.Image, "picture"]:
    return Image.new("RGB", (40, 30), "navy")


@step
def set_trap() -> Annotated[Trap, "trap"]:
    return Trap()


@pipeline
def shapes():
    draw()
    set_trap()
`;

describe('artifacts', () => {
  let api: RunlensApi;
  let session: FolderSession;

  before(async () => {
    ({ api, session } = await onlySession());
  });
  afterEach(closeEditors);

  const activeInput = () => vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  const imageTab = () =>
    until(() => {
      const input = activeInput();
      return input instanceof vscode.TabInputCustom && input;
    });

  describe('of a run', () => {
    let files: Awaited<ReturnType<typeof rowsOf<unknown>>>;

    before(async () => {
      const script = new Script(session);
      const run = await script.createRun(await script.createExperiment('with files'), 'painter');
      await script.upload(run, 'plot.png', PNG);
      await script.upload(run, 'tables/scores.csv', 'digit,recall\n0,0.98\n');
      const tree = api.trees.experiments;
      const experiment = await findRow(tree, undefined, 'with files');
      const row = await findRow(tree, experiment.node, 'painter');
      const section = await findRow(tree, row.node, 'Artifacts');
      files = await rowsOf(tree, section.node);
      const folder = files.find(({ label }) => label === 'tables');
      files = [...files, ...(await rowsOf(tree, folder?.node as never))];
    });

    const openFile = async (label: string) => {
      const { item } = files.find((row) => row.label === label)!;
      await vscode.commands.executeCommand(item.command!.command, ...item.command!.arguments!);
    };

    it('open an image in the image viewer', async () => {
      await openFile('plot.png');
      const { viewType, uri } = await imageTab();
      assert.match(viewType, /imagePreview/);
      assert.equal(path.basename(uri.fsPath), 'plot.png');
    });

    it('open a table as text', async () => {
      await openFile('scores.csv');
      const document = await until(() => {
        const shown = vscode.window.activeTextEditor?.document;
        return shown?.fileName.endsWith('scores.csv') && shown;
      });
      assert.equal(document.getText(), 'digit,recall\n0,0.98\n');
    });
  });

  describe('of a pipeline', () => {
    let document: vscode.TextDocument;

    before(async () => {
      fs.writeFileSync(path.join(folderPath(), 'shapes.py'), SOURCE);
      document = await vscode.workspace.openTextDocument(path.join(folderPath(), 'shapes.py'));
      await vscode.window.showTextDocument(document);
      const run = await runByLens(session, { name: 'shapes', document, helpers: document });
      assert.equal(run.status, 'finished');
    });

    it('open an image from the line that made it', async () => {
      await vscode.window.showTextDocument(document);
      await runLens(document, 'draw', /^picture v1 ↗$/);
      assert.match((await imageTab()).viewType, /imagePreview/);
    });

    it('show the facts of a pickle without loading it', async () => {
      await vscode.window.showTextDocument(document);
      await runLens(document, 'set_trap', /^trap v1 ↗$/);
      const text = await until(() => {
        const shown = vscode.window.activeTextEditor?.document;
        return shown?.uri.scheme === 'runlens' && shown.getText();
      });
      assert.match(text, /^# trap v1/);
      assert.match(text, /## What loading would import/);
      assert.match(text, /- `pathlib\S*Path`|- `pathlib\S*PosixPath`/);
      assert.equal(fs.existsSync(path.join(folderPath(), 'unpickled')), false);
    });

    it('are compared with another version, chosen or selected', async () => {
      await vscode.window.showTextDocument(document);
      await edit(document, '"navy"', '"teal"');
      await document.save();
      await runByLens(session, { name: 'shapes', document, helpers: document });
      const tree = api.trees.artifacts;
      const name = await findRow(tree, undefined, 'picture');
      const versions = await until(async () => {
        const rows = await rowsOf(tree, name.node);
        return rows.length === 2 && rows;
      });
      const nodes = versions.map(({ node }) => node);
      await vscode.commands.executeCommand('runlens.compareArtifact', nodes[0], nodes);
      await until(async () => /version 1/.test(await ui<string>('webviewText', 'body')));
      const [panel] = api.panels.all;
      assert.equal(panel?.subject.kind, 'artifact');
    });

    it('offer the line of Python that loads them', async () => {
      const tree = api.trees.pipelines;
      const top = await findRow(tree, undefined, 'shapes');
      const [run] = await rowsOf(tree, top.node);
      const step = await findRow(tree, run?.node, 'draw');
      const [artifact] = await rowsOf(tree, step.node);
      await vscode.commands.executeCommand('runlens.copyLoadSnippet', artifact?.node);
      assert.match(await vscode.env.clipboard.readText(), /^picture = Client\(\)\..+\.load\(\)$/m);
    });
  });
});
