// Pipelines from the editor: forms, plans, stops, hovers, fixes, notebooks, projects and the debugger.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { Mouse } from './mouse.mjs';
import { makeProject, root, until, usePerson } from './person.mjs';

/** The digits example with some small files beside it, which run in a moment. */
function flowProject() {
  const folder = makeProject();
  fs.cpSync(path.join(root, 'test/ui/flow'), folder, { recursive: true });
  return folder;
}

describe('pipelines', () => {
  let person;
  usePerson(
    async (opened) => {
      person = opened;
      await person.openRunlens();
    },
    () => ({
      folder: flowProject(),
      extensions: [path.join(root, 'test/support/editor/debugpy')],
    }),
  );

  const lastRun = async (pipeline) => {
    const { items } = await person.api('GET', `/api/pipelines/${pipeline}/runs`);
    return person.api('GET', `/api/pipeline-runs/${items[0].id}`);
  };
  const statuses = async (pipeline) =>
    Object.fromEntries((await lastRun(pipeline)).stepRows.map((row) => [row.stepId, row.status]));
  const ended = (pipeline, count) =>
    until(async () => {
      const { items } = await person.api('GET', `/api/pipelines/${pipeline}/runs`);
      return items.length >= count && items[0].status !== 'running' && items[0].status;
    }, `run ${count} of ${pipeline}`);

  it('previews what would run, before anything has', async () => {
    await person.openFile('flow.py');
    await person.goTo('flow');
    await person.runCommand('Runlens: Preview Pipeline…');
    await person.choose('flow');
    await person.option(/Run, flow/);
    await person.screenshot('preview-dark');
    const options = await person.options();
    assert.match(options.join('\n'), /load_numbers.*runs/);
    await person.page.keyboard.press('Escape');
    assert.equal((await person.api('GET', '/api/pipelines')).items.length, 0, 'nothing was run');
  });

  it('asks for parameters, shows all of them and runs with them', async () => {
    await person.goTo('flow');
    await person.clickLens('flow', 'Run with…');
    await person.choose('gamma');
    await person.answer('gamma: float', 'a lot');
    await person.page.locator('.quick-input-message', { hasText: 'A number is needed' }).waitFor();
    await person.answer('gamma: float', '0.25');
    await person.choose('solver');
    await person.choose('sgd');
    await person.option(/Run with gamma=0.25, solver=sgd/);
    await person.screenshot('run-with-dark');
    await person.page.keyboard.press('Enter');
    await person.waitForRow(/^Step judge, ran /);
    const { parameters } = await lastRun('flow');
    assert.deepEqual(parameters, { gamma: 0.25, epochs: 3, solver: 'sgd' });
  });

  it('keeps the values for the next time', async () => {
    await person.goTo('flow');
    await person.clickLens('flow', 'Run with…');
    await person.option(/Run with gamma=0.25, solver=sgd/);
    await person.page.keyboard.press('Escape');
  });

  it('goes from the lens to the artifact', async () => {
    await person.goTo('load_numbers');
    await person.clickLens('load_numbers', 'numbers v1');
    await until(async () => /\[\s*0,\s*1,/.test(await person.editorText()), 'the numbers');
    await person.screenshot('artifact-dark');
    await person.showTab('flow.py');
  });

  it('says in a hover what a step made', async () => {
    await person.goTo('fit');
    const text = await person.hover('fit');
    assert.match(text, /step fit/);
    assert.match(text, /line v1/);
    await person.screenshot('hover-dark');
  });

  it('runs from a stale step on what follows it, and takes what is before it', async () => {
    await person.openFile('flow_helpers.py');
    await person.edit('return value * factor', 'return value * factor + 1');
    await person.showTab('flow.py');
    await person.goTo('fit');
    assert.match(await person.lens('fit', /stale/), /stale: helper scaled\(\) changed/);
    await person.goTo('judge');
    await person.lens('judge', /waits for fit/);
    await person.screenshot('waits-dark');
    await person.goTo('fit');
    await person.clickLens('fit', 'Run from here');
    await ended('flow', 2);
    const { load_numbers, fit, judge } = await statuses('flow');
    assert.deepEqual([fit, judge], ['ran', 'ran']);
    assert.notEqual(load_numbers, 'ran');
    await person.goTo('fit');
    await person.lens('fit', /cached/);
    await person.screenshot('from-here-dark');
  });

  it('deletes a version of an artifact after asking, and takes that back', async () => {
    const { page } = person;
    const version = /^line version 2, /;
    const remove = async () => {
      await new Mouse(person).pickOfRow(version, 'Delete Version');
      const question = page.getByRole('dialog').filter({ hasText: 'Delete line v2?' });
      await question.getByRole('button', { name: 'Delete', exact: true }).click();
      await person.row(version).waitFor({ state: 'detached' });
    };
    await person.expand(/^Artifact line, v2/);
    await remove();
    const told = page.locator('.notification-toast', { hasText: 'Deleted line v2.' });
    await told.getByRole('button', { name: 'Undo' }).click();
    await person.row(version).waitFor();
    await remove();
    await person.goTo('fit');
    await person.lens('fit', /stale: line v2 was deleted/);
    await person.runCommand('Runlens: Restore from Trash…');
    await person.choose('line v2');
    await person.row(version).waitFor();
    await person.lens('fit', /cached/);
  });

  it('shows how far a step is, and stops it from its lens', async () => {
    await person.openFile('slow.py');
    await person.goTo('wait_long');
    await person.clickLens('wait_long', 'Run');
    await person.waitForRow(/^Step wait_long, running/);
    await person.lens('wait_long', /■ Stop/);
    await until(async () => /running/.test(await person.status()), 'the status item');
    await person.screenshot('stop-dark');
    await person.clickLens('wait_long', 'Stop');
    await person.waitForRow(/^Step wait_long, stopped/);
    await until(async () => (await person.status()) === 'Runlens', 'nothing runs any more');
  });

  it('marks what could be better, with a fix', async () => {
    await person.openFile('unnamed.py');
    await person.goTo('count_words');
    await person.page
      .locator('.squiggly-info, .squiggly-hint, .squiggly-warning')
      .first()
      .waitFor();
    await person.find('def count_words');
    await person.page.keyboard.press('Control+.');
    const fix = person.page.locator('.action-widget .monaco-list-row', {
      hasText: 'Name the output',
    });
    await fix.first().waitFor();
    await person.screenshot('diagnostic-fix-dark');
    await person.page.keyboard.press('ArrowDown');
    await person.page.keyboard.press('Enter');
    await until(
      async () => /Annotated\[dict, "count_words"\]/.test(await person.editorText()),
      'the fixed text',
    );
  });

  it('runs a step of a notebook’s cell in a worker, after saving it', async () => {
    await person.openFile('explore.ipynb');
    await person.clickCellLens('draw_points', '▶ Run');
    await person.waitForRow(/^Step draw_points, ran /);
    await person.cellLens('draw_points', /cached/);
    await person.screenshot('notebook-dark');
    assert.equal((await statuses('exploring')).draw_points, 'ran');
  });

  it('runs a script, and shows what it logged', async () => {
    await person.openFile('script.py');
    await person.clickLineLens('mlflow.set_experiment', '▶ Run');
    await person.waitForRow(/^Experiment by script/, 60_000);
    await person.clickLineLens('mlflow.set_experiment', '1 run');
    await person.waitForRow(/^Run from the lens, finished/);
    await person.screenshot('script-dark');
  });

  it('runs an entry point of an MLproject with its parameters', async () => {
    await person.openFile('MLproject');
    await person.clickLineLens('main:', '▶ Run');
    await person.answer('label: string', 'hand');
    await person.option(/Run with label=hand/);
    await person.page.keyboard.press('Enter');
    await until(async () => /studied hand/.test(await person.terminalText()), 'the output', 60_000);
    await person.screenshot('mlproject-dark');
  });

  it('stops at a breakpoint in a step, shows its variables and goes on', async () => {
    await person.showTab('flow.py');
    await person.goTo('judge');
    await person.find('return score');
    await person.page.keyboard.press('F9');
    await person.goTo('judge');
    await person.clickLens('judge', 'Debug');
    await person.page.locator('.debug-toolbar').waitFor({ timeout: 60_000 });
    await person.page.locator('.debug-top-stack-frame-line').first().waitFor({ timeout: 60_000 });
    const variables = person.page.locator('.debug-variables');
    await until(
      async () => /score\s*=\s*0\.\d/.test(await variables.innerText()),
      'the local variable',
    );
    await person.screenshot('debug-dark');
    await person.page.keyboard.press('F5');
    await ended('flow', 3);
    assert.equal((await statuses('flow')).judge, 'ran');
  });

  it('had no error on the page', () => {
    assert.deepEqual(person.vscode.errors.map(String), []);
  });
});
