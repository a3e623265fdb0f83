// Commands that start something: the sample project, the logging snippet, stopping a run.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import {
  closeEditors,
  findRow,
  folderPath,
  inTerminal,
  lensAbove,
  notification,
  onlySession,
  rowOf,
  rowsOf,
  runLens,
  testPython,
} from '../editor';
import { runByLens } from '../quick';
import { Script } from '../tracking';
import { ui, until } from '../ui';

const SLOW = `import pathlib
import time

from runlens import pipeline, step


@step
def wait_long() -> int:
    beats = pathlib.Path(__file__).with_name("slow.beats")
    for beat in range(3000):
        beats.write_text(str(beat))
        time.sleep(0.1)
    return 1


@pipeline
def slow():
    wait_long()
`;

describe('commands', () => {
  afterEach(closeEditors);

  it('create a sample project that runs as it is', async () => {
    const { session } = await onlySession();
    await vscode.commands.executeCommand('runlens.createSample');
    const document = vscode.window.activeTextEditor?.document;
    assert.ok(document);
    assert.equal(path.basename(document.fileName), 'runlens_sample.py');
    const sample = { name: 'line_fit', document, helpers: document };
    assert.equal((await runByLens(session, sample)).status, 'finished');
    await lensAbove(document, 'judge', /^report v1 ↗$/);
  });

  it('copy a logging snippet that logs to the folder', async () => {
    const { api } = await onlySession();
    void vscode.commands.executeCommand('runlens.copyLoggingSnippet');
    const snippet = await until(async () => {
      const text = await vscode.env.clipboard.readText();
      return text.includes('runlens.connect()') && text;
    });
    fs.writeFileSync(path.join(folderPath(), 'snippet.py'), snippet);
    // As outside of our terminals: without the variables that lead MLflow here.
    await inTerminal(
      (file) =>
        `env -u MLFLOW_TRACKING_URI -u MLFLOW_TRACKING_TOKEN -u MLFLOW_TRACKING_USERNAME ` +
        `-u MLFLOW_TRACKING_PASSWORD "${testPython()}" snippet.py > ${file} 2>&1`,
    );
    const tree = api.trees.experiments;
    const experiment = await findRow(tree, undefined, 'Default');
    await until(async () => {
      const [run] = await rowsOf(tree, experiment.node);
      return run?.description.startsWith('loss 0.5') && run.item.contextValue === 'run';
    });
  });

  it('stop a pipeline and the step that it runs', async () => {
    const { api, session } = await onlySession();
    const file = path.join(folderPath(), 'slow.py');
    fs.writeFileSync(file, SLOW);
    const document = await vscode.workspace.openTextDocument(file);
    await vscode.window.showTextDocument(document);
    await runLens(document, 'slow', /▶ Run/);
    await lensAbove(document, 'wait_long', /^running /);
    const beats = () => fs.readFileSync(path.join(folderPath(), 'slow.beats'), 'utf8');
    await until(() => fs.existsSync(path.join(folderPath(), 'slow.beats')) && Number(beats()) > 1);
    const tree = api.trees.pipelines;
    const top = await until(async () => {
      const rows = await rowsOf(tree);
      return rows.find(({ label, item }) => label === 'slow' && item.contextValue === 'pipeline');
    });
    const [run] = await rowsOf(tree, top.node);
    assert.equal(run?.item.contextValue, 'pipelineRun.running');
    await until(() => session.experiments.running > 0);
    await vscode.commands.executeCommand('runlens.stop', run.node);
    await until(() => rowOf(tree, run.node).item.contextValue === 'pipelineRun.failed');
    // The process may wait for other work, but the step in it goes on no more.
    const last = beats();
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.equal(beats(), last);
  });

  it('say what is missing when there is no debugger and no Python', async () => {
    await onlySession();
    const uri = vscode.Uri.file(path.join(folderPath(), 'train.py')).toString();
    const root = fs.realpathSync(folderPath());
    void vscode.commands.executeCommand('runlens.debugStep', { uri, root, name: 'split', line: 0 });
    await notification(/needs the Python Debugger extension/);
    const settings = vscode.workspace.getConfiguration('runlens');
    const { Workspace } = vscode.ConfigurationTarget;
    await settings.update('interpreter', '/no/such/python', Workspace);
    try {
      const target = { uri, root, name: 'training', line: 0 };
      void vscode.commands.executeCommand('runlens.runPipeline', target);
      await notification(/runlens\.interpreter names no usable Python .+: \/no\/such\/python$/);
    } finally {
      await settings.update('interpreter', testPython(), Workspace);
    }
  });

  it('are not needed to see how many runs run: the status item counts them', async () => {
    const { session } = await onlySession();
    const status = async () => {
      const texts = await ui<string[]>('texts', '#runlens\\.runlens\\.runlens\\.status');
      return texts.join('').trim();
    };
    const script = new Script(session);
    await script.finishAll();
    await until(async () => (await status()) === 'Runlens');
    const { run_id } = await script.createRun(await script.createExperiment('counted'), 'one');
    await until(async () => (await status()) === 'Runlens: 1 running');
    await script.finish(run_id);
    await until(async () => (await status()) === 'Runlens');
  });
});
