// Plans from commands: this step, up to it, with other parameters, a replay, what a failed run left to do.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import type { RunlensApi } from '../../../src/extension/api';
import type { FolderSession } from '../../../src/extension/session/folderSession';
import {
  closeEditors,
  edit,
  findRow,
  folderPath,
  lensAbove,
  notification,
  onlySession,
  rowsOf,
} from '../editor';
import { type QuickPipeline, runByLens, writePipeline } from '../quick';
import { answer, choose, press } from '../quickInput';
import { until } from '../ui';

let api: RunlensApi;
let session: FolderSession;
let quick: QuickPipeline;

/** What a lens hands to its command. */
const target = (name: string) => ({
  uri: quick.document.uri.toString(),
  root: session.folder.root,
  name,
  line: 0,
});

async function newestRun() {
  const request = { pipeline: quick.name };
  const { items, total } = await session.call('GET /api/pipelines/:pipeline/runs', request);
  return { run: items[0], total };
}

/** Does something and answers the steps of the run that comes of it, with their states. */
async function ran(act: () => Thenable<unknown>): Promise<string[]> {
  const { total } = await newestRun();
  await act();
  const run = await until(async () => {
    const newest = await newestRun();
    return newest.total > total && newest.run?.status !== 'running' && newest.run;
  }, 40_000);
  const { stepRows } = await session.call('GET /api/pipeline-runs/:id', { id: run.id });
  return stepRows.map(({ stepId, status, reasons }) => {
    const isTaken = reasons.some(({ kind }) => kind === 'taken');
    return `${stepId} ${isTaken ? 'taken' : status}`;
  });
}

const newestRow = async () => {
  const top = await findRow(api.trees.pipelines, undefined, quick.name);
  return until(async () => (await rowsOf(api.trees.pipelines, top.node))[0]);
};

describe('plans', () => {
  before(async () => {
    ({ api, session } = await onlySession());
    quick = await writePipeline('planned', 3);
    await runByLens(session, quick);
  });
  after(closeEditors);
  beforeEach(() => vscode.window.showTextDocument(quick.document));

  it('run only the step, on what was made before, and say when that is stale', async () => {
    await edit(quick.helpers, 'value * factor', 'value * factor + 1');
    const command = vscode.commands.executeCommand;
    const states = await ran(() => command('runlens.runStep', target('total')));
    assert.deepEqual(states, ['multiply taken', 'total cached']);
    const said = await notification(/^total ran with what was made before/);
    assert.match(said, /multiply \(stale: helper scale\(\) changed\)/);
  });

  it('run up to the step', async () => {
    const states = await ran(() =>
      vscode.commands.executeCommand('runlens.runUpToStep', target('multiply')),
    );
    assert.deepEqual(states, ['load_numbers cached', 'multiply ran']);
  });

  it('take the step that the cursor is in when they are called from the palette', async () => {
    await lensAbove(quick.document, 'load_numbers', /cached/);
    const editor = await vscode.window.showTextDocument(quick.document);
    const at = quick.document.positionAt(quick.document.getText().indexOf('list(range'));
    editor.selection = new vscode.Selection(at, at);
    const states = await ran(() => vscode.commands.executeCommand('runlens.runUpToStep'));
    assert.deepEqual(states, ['load_numbers cached']);
    await notification(/^load_numbers: cached/);
  });

  it('run one step with other parameters, from its row', async () => {
    const top = await findRow(api.trees.pipelines, undefined, quick.name);
    const runs = await rowsOf(api.trees.pipelines, top.node);
    const step = await findRow(api.trees.pipelines, runs.at(-1)?.node, 'multiply');
    const states = await ran(async () => {
      void vscode.commands.executeCommand('runlens.runPipelineWith', step.node);
      await choose('factor');
      await answer('4.5');
      await choose('Run with factor=4.5');
    });
    const { run } = await newestRun();
    assert.deepEqual(states, ['load_numbers taken', 'multiply ran']);
    const { plan } = await session.call('GET /api/facts/pipeline-runs/:id', { id: run!.id });
    assert.deepEqual(plan.inputs, { multiply: { factor: { kind: 'parameter', value: 4.5 } } });
  });

  it('replay a run with a changed parameter, and take what that does not concern', async () => {
    await ran(() => vscode.commands.executeCommand('runlens.runPipeline', target('planned')));
    const row = await newestRow();
    const states = await ran(async () => {
      void vscode.commands.executeCommand('runlens.replayRun', row.node);
      await choose('factor');
      await answer('9');
      await choose('Replay with factor=9: multiply, total run again');
    });
    assert.deepEqual(states, ['load_numbers taken', 'multiply ran', 'total ran']);
  });

  it('resume a failed run where it failed', async () => {
    const { document } = quick;
    await edit(document, 'float(sum(products))', 'float(sum(products)) / 0');
    const pipeline = () => vscode.commands.executeCommand('runlens.runPipeline', target('planned'));
    assert.deepEqual(await ran(pipeline), [
      'load_numbers cached',
      'multiply cached',
      'total failed',
    ]);
    await notification(/^total failed: ZeroDivisionError/);
    const row = await newestRow();
    await until(async () => (await newestRow()).item.contextValue === 'pipelineRun.failed');
    await edit(document, ' / 0', '');
    const states = await ran(() => vscode.commands.executeCommand('runlens.resumeRun', row.node));
    assert.match(
      states.join(),
      /^load_numbers (cached|taken),multiply (cached|taken),total (ran|cached)$/,
    );
    void vscode.commands.executeCommand('runlens.resumeRun', (await newestRow()).node);
    await notification(/only a run that failed or was stopped can be resumed/);
  });

  it('preview without running, and lead to a step', async () => {
    const { total } = await newestRun();
    void vscode.commands.executeCommand('runlens.previewPipeline', target('planned'));
    await choose('multiply');
    const editor = await until(() => {
      const shown = vscode.window.activeTextEditor;
      const at = shown?.selection.active.line ?? 0;
      const lines = [at, at + 1].map((line) => shown?.document.lineAt(line).text ?? '');
      return lines.some((line) => line.startsWith('def multiply')) && shown;
    });
    assert.equal(editor.document, quick.document);
    assert.equal((await newestRun()).total, total);
  });

  it('can be given up', async () => {
    const { total } = await newestRun();
    const asked = vscode.commands.executeCommand('runlens.runPipelineWith', target('planned'));
    await choose('factor');
    await press('Escape');
    await choose('Run with');
    await press('Escape').catch(() => undefined);
    await asked;
    assert.ok((await newestRun()).total - total <= 1);
  });
});

describe('a log that grows', () => {
  const SLOW = `import sys
import time

from runlens import pipeline, step


@step
def talk() -> int:
    for number in range(200):
        print("line", number, 'File "THIS", line 8', flush=True)
        time.sleep(0.1)
    return 1


@pipeline
def talking():
    talk()
`;

  after(closeEditors);

  it('is followed at its end, left alone above it, and links to the source', async () => {
    ({ api, session } = await onlySession());
    const file = path.join(folderPath(), 'talking.py');
    fs.writeFileSync(file, SLOW.replace('THIS', file));
    const uri = vscode.Uri.file(file).toString();
    const { root } = session.folder;
    await vscode.commands.executeCommand('runlens.runPipeline', {
      uri,
      root,
      name: 'talking',
      line: 0,
    });
    const { pipelines } = api.trees;
    const top = await until(async () => {
      const rows = await rowsOf(pipelines);
      return rows.find(
        ({ label, item }) => label === 'talking' && item.contextValue === 'pipeline',
      );
    });
    const [run] = await until(async () => {
      const rows = await rowsOf(pipelines, top.node);
      return rows.length > 0 && rows;
    });
    const step = await findRow(pipelines, run?.node, 'talk');
    await until(async () => {
      const [row] = await rowsOf(pipelines, run?.node);
      return row?.item.contextValue === 'step.running';
    });
    await vscode.commands.executeCommand('runlens.openLog', step.node);
    const editor = vscode.window.activeTextEditor!;
    const length = () => editor.document.lineCount;
    const isAtEnd = () => editor.selection.active.line === length() - 1;
    const before = await until(() => length() > 3 && length());
    await until(() => length() > before + 3 && isAtEnd());
    const links = await vscode.commands.executeCommand<vscode.DocumentLink[]>(
      'vscode.executeLinkProvider',
      editor.document.uri,
    );
    assert.equal(links[0]?.target?.fragment, 'L8');
    assert.equal(links[0]?.target?.fsPath, file);
    await vscode.commands.executeCommand('cursorTop');
    const seen = length();
    await until(() => length() > seen + 3);
    assert.equal(editor.selection.active.line, 0);
    await vscode.commands.executeCommand('runlens.stopStep', step.node);
    await until(async () => {
      const [row] = await rowsOf(pipelines, run?.node);
      return row?.description.startsWith('stopped');
    });
  });
});
