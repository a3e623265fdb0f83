// Lenses above steps and pipelines: what they claim before and after a run, and of unsaved changes.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import {
  closeEditors,
  edit,
  folderPath,
  lensAbove,
  lensesOf,
  notification,
  onlySession,
  runLens,
  titles,
} from '../editor';
import { type QuickPipeline, runByLens, writePipeline } from '../quick';
import { ui, until } from '../ui';

const openFile = (name: string) => vscode.workspace.openTextDocument(path.join(folderPath(), name));

describe('code lenses', () => {
  let quick: QuickPipeline;

  before(async () => {
    await onlySession();
    quick = await writePipeline('lensed', 4);
  });
  afterEach(closeEditors);

  it('stand above each step and the pipeline of the example', async () => {
    const document = await openFile('train.py');
    for (const name of ['load_data', 'split', 'train_model', 'evaluate', 'training']) {
      const shown = await lensAbove(document, name, /^not run yet$/);
      // There is no debugger in this editor, so that nothing offers to debug.
      const isPipeline = name === 'training';
      assert.deepEqual(shown, ['▶ Run', ...(isPipeline ? ['Run with…'] : []), 'not run yet']);
    }
    assert.equal((await lensesOf(document)).size, 5);
  });

  it('are not shown where step and pipeline are somebody else’s decorators', async () => {
    const document = await openFile('train.py');
    await lensAbove(document, 'training', /▶ Run/);
    fs.writeFileSync(
      path.join(folderPath(), 'lookalike.py'),
      'from walking import step\n\n\ndef pipeline(f):\n    return f\n\n\n' +
        '@step\ndef left():\n    return 1\n\n\n@pipeline\ndef walk():\n    left()\n',
    );
    assert.equal((await lensesOf(await openFile('lookalike.py'))).size, 0);
  });

  it('can be clicked above the text', async () => {
    await vscode.window.showTextDocument(quick.document);
    await lensAbove(quick.document, 'lensed', /^not run yet$/);
    const shown = await until(async () => {
      const texts = await ui<string[]>('texts', '.monaco-editor .codelens-decoration');
      return texts.filter((text) => text.includes('Run')).length >= 4 && texts;
    });
    assert.ok(shown.some((text) => text.includes('not run yet')));
  });

  describe('after a run', () => {
    before(async () => {
      const { session } = await onlySession();
      await vscode.window.showTextDocument(quick.document);
      assert.equal((await runByLens(session, quick)).status, 'finished');
    });

    it('say cached, how long ago and which output', async () => {
      const { document } = quick;
      await vscode.window.showTextDocument(document);
      const shown = await lensAbove(document, 'load_numbers', /^cached /);
      assert.match(shown.join(' | '), /^▶ Run \| cached .+, .+ \| numbers v\d+ ↗$/);
      await lensAbove(document, 'multiply', /^products v\d+ ↗$/);
      await lensAbove(document, 'total', /^sum v\d+ ↗$/);
      await lensAbove(document, 'lensed', /^last run .+, 0 of 3 cached$/);
    });

    it('say both values when the unsaved default of a pipeline’s parameter differs', async () => {
      const { document } = quick;
      await vscode.window.showTextDocument(document);
      await edit(document, 'def lensed(factor: float = 1.5)', 'def lensed(factor: float = 2.5)');
      assert.ok(document.isDirty);
      await lensAbove(document, 'multiply', /^stale: factor 1\.5 → 2\.5$/);
      await lensAbove(document, 'total', /^waits for multiply$/);
      await lensAbove(document, 'load_numbers', /^cached /);
      void runLens(document, 'multiply', /^stale: /);
      assert.equal(await notification(/^multiply: /), 'multiply: factor 1.5 → 2.5');
    });

    it('name the helper in another file that changed, before it is saved', async () => {
      const { document, helpers } = quick;
      await vscode.window.showTextDocument(document);
      await lensAbove(document, 'multiply', /^cached /);
      await edit(helpers, 'value * factor', 'factor * value + 0');
      assert.ok(helpers.isDirty);
      await lensAbove(document, 'multiply', /^stale: helper scale\(\) changed$/);
      await lensAbove(document, 'load_numbers', /^cached /);
    });

    it('stay cached when only a comment and the formatting change', async () => {
      const { document, helpers } = quick;
      await vscode.window.showTextDocument(document);
      await lensAbove(document, 'multiply', /^cached /);
      await edit(helpers, 'return [value * factor', '# as before\n    return [(value *  factor)');
      await edit(document, '    products = scale(', '    # scaled\n    products = scale(');
      await lensAbove(document, 'multiply', /^cached /);
      // The states follow a moment after the text, so that being right at once says little.
      await new Promise((resolve) => setTimeout(resolve, 1000));
      assert.match(titles((await lensesOf(document)).get('multiply')).join(), /cached /);
    });

    it('save what is changed and run only what depends on it', async () => {
      const { session } = await onlySession();
      const { document } = quick;
      await vscode.window.showTextDocument(document);
      await edit(document, 'def lensed(factor: float = 1.5)', 'def lensed(factor: float = 3.0)');
      const run = await runByLens(session, quick);
      assert.ok(!document.isDirty);
      const { stepRows } = await session.call('GET /api/pipeline-runs/:id', { id: run.id });
      assert.deepEqual(
        stepRows.map(({ stepId, status }) => `${stepId} ${status}`),
        ['load_numbers cached', 'multiply ran', 'total ran'],
      );
      await lensAbove(document, 'multiply', /^cached /);
      await lensAbove(document, 'lensed', /1 of 3 cached$/);
    });

    it('go and come back with their setting', async () => {
      const { document } = quick;
      await vscode.window.showTextDocument(document);
      const settings = vscode.workspace.getConfiguration('runlens');
      const { Workspace } = vscode.ConfigurationTarget;
      await settings.update('codeLens.enabled', false, Workspace);
      try {
        await until(async () => (await lensesOf(document)).size === 0);
      } finally {
        await settings.update('codeLens.enabled', undefined, Workspace);
      }
      await lensAbove(document, 'multiply', /^cached /);
    });

    it('lead from a failed step to its traceback', async () => {
      const { session } = await onlySession();
      const { document } = quick;
      await vscode.window.showTextDocument(document);
      await edit(document, 'float(sum(products))', 'float("a" + str(sum(products)))');
      assert.equal((await runByLens(session, quick, 'total')).status, 'failed');
      await runLens(document, 'total', /^failed: ValueError$/);
      const text = await until(() => {
        const shown = vscode.window.activeTextEditor?.document;
        return shown?.uri.scheme === 'runlens' && shown.getText();
      });
      assert.match(text, /return float\("a" \+ str\(sum\(products\)\)\)/);
      assert.match(text, /ValueError: could not convert string to float/);
    });
  });
});
