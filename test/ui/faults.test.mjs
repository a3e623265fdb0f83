// What goes wrong while people work: a reload in the middle of training, a killed server, a step that raises.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { makeProject, until, usePerson } from './person.mjs';

const RAISING = `from runlens import pipeline, step


@step
def numbers() -> list:
    return [1, 2, 3]


@step
def summed(values: list) -> int:
    print("about to fail")
    raise ValueError("values are out of range")


@pipeline
def sums():
    summed(numbers())
`;

/** The example, training long enough to reload a window meanwhile. */
function slowProject() {
  const folder = makeProject();
  const file = path.join(folder, 'train.py');
  fs.writeFileSync(
    file,
    fs.readFileSync(file, 'utf8').replaceAll('epochs: int = 60', 'epochs: int = 260'),
  );
  fs.writeFileSync(path.join(folder, 'raising.py'), RAISING);
  return folder;
}

describe('when something goes wrong', () => {
  let person;
  usePerson(
    async (opened) => {
      person = opened;
      await person.openRunlens();
    },
    () => ({ folder: slowProject() }),
  );

  it('training goes on while the window reloads, and tree and chart catch up', async () => {
    await person.openFile('train.py');
    await person.goTo('train_model');
    await person.clickLens('train_model', 'Run');
    await person.waitForRow(/^Step train_model, running/);
    await person.check(/^Run training-1, running/, 'train_model');
    await person.runCommand('Runlens: Open Charts');
    await until(async () => (await person.chart('loss')).points > 5, 'the first points');
    await person.runCommand('Developer: Reload Window');
    await person.page.locator('.monaco-workbench').waitFor();
    const early = await until(async () => {
      const { points } = await person.chart('loss');
      return points > 5 && points;
    }, 'the chart after the reload');
    await person.waitForRow(/^Step train_model, running/);
    await person.waitForRow(/^Step train_model, ran /, 90_000);
    assert.ok(early < 260, 'the window was back before training ended');
    await until(async () => (await person.chart('loss')).points === 260, 'the whole curve');
    await person.screenshot('reloaded-dark');
  });

  it('a killed server is back at once, and the tree shows what was there', async () => {
    const { pid, port } = person.discovery();
    process.kill(pid, 'SIGKILL');
    await until(() => person.discovery().pid !== pid, 'another server');
    assert.equal(person.discovery().port, port, 'the port stays, and with it the terminals');
    await until(
      () =>
        person.api('GET', '/api/pipelines').then(
          (r) => r.items.length === 1,
          () => false,
        ),
      'the server answers',
    );
    await person.waitForRow(/^Step train_model, ran /);
  });

  it('a step that raises shows the error in lens, tree, traceback and log', async () => {
    await person.openFile('raising.py');
    await person.goTo('summed');
    await person.clickLens('summed', 'Run');
    await person.waitForRow(/^Step summed, failed/, 60_000);
    await person.lens('summed', /failed: ValueError/);
    await person.screenshot('failed-step-dark');
    await person.clickLens('summed', 'failed: ValueError');
    await until(
      async () => /ValueError: values are out of range$/.test(await person.editorText()),
      'the traceback',
    );
    await person.screenshot('traceback-dark');
    const runs = await person.api('GET', '/api/pipelines/sums/runs');
    const { stepRows } = await person.api('GET', `/api/pipeline-runs/${runs.items[0].id}`);
    const failed = stepRows.find((row) => row.stepId === 'summed');
    assert.deepEqual(
      [failed.error.type, failed.error.message],
      ['ValueError', 'values are out of range'],
    );
    const log = await person.api('GET', `/api/logs/${failed.id}`);
    assert.match(log.text, /about to fail/);
    assert.match(log.text, /ValueError: values are out of range/);
  });
});
