// The main job: from a lens click on real training to charts in the editor.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { until, usePerson } from './person.mjs';

const THEMES = { dark: 'Default Dark Modern', light: 'Default Light Modern' };

for (const [theme, id] of Object.entries(THEMES)) {
  describe(`training the digits example, ${theme}`, () => suite(theme, id));
}

function suite(theme, id) {
  let person;
  usePerson(
    (opened) => {
      person = opened;
    },
    () => ({ settings: { 'workbench.colorTheme': id } }),
  );

  it('offers Run above a step that never ran', async () => {
    await person.openRunlens();
    await person.openFile('train.py');
    await person.goTo('train_model');
    assert.equal(await person.lens('train_model', /not run yet/), '▶ Run | not run yet');
    await person.screenshot(`lens-not-run-${theme}`);
  });

  it('runs the step on a click, and shows it running and ran', async () => {
    await person.clickLens('train_model', 'Run');
    await person.waitForRow(/^Step train_model, running/);
    await person.lens('train_model', /running \d+ s/);
    await person.screenshot(`running-${theme}`);
    const row = await person.waitForRow(/^Step train_model, ran /, 90_000);
    assert.match(row, /ran [\d.]+ (ms|s|min)/);
  });

  it('turns the lens to cached, with the output', async () => {
    const text = await person.lens('train_model', /cached/);
    assert.match(text, /▶ Run \| cached .*, [\d.]+ s \| classifier v1 ↗/);
    await person.screenshot(`cached-${theme}`);
  });

  it('runs the whole pipeline with what is cached', async () => {
    await person.goTo('training');
    await person.clickLens('training', 'Run');
    await person.waitForRow(/^Step evaluate, ran /, 60_000);
    await person.waitForRow(/^Step train_model, cached/);
    await person.lens('training', /last run .*, 3 of 4 cached/);
  });

  it('says with both values that a changed default of a pipeline parameter makes it stale', async () => {
    await person.edit('def training(gamma: float = 0.001', 'def training(gamma: float = 0.002');
    await person.goTo('train_model');
    const text = await person.lens('train_model', /stale/);
    assert.match(text, /stale: gamma 0\.001 → 0\.002/);
    await person.screenshot(`stale-${theme}`);
    await person.goTo('evaluate');
    await person.lens('evaluate', /waits for train_model/);
    const onDisk = fs.readFileSync(path.join(person.folder, 'train.py'), 'utf8');
    assert.match(onDisk, /def training\(gamma: float = 0\.001/, 'nothing was saved');
    await person.edit('def training(gamma: float = 0.002', 'def training(gamma: float = 0.001');
    await person.goTo('train_model');
    await person.lens('train_model', /cached/);
  });

  it('says which helper in another file changed, before it is saved', async () => {
    await person.openFile('features.py');
    await person.edit('np.clip(pixels, 0', 'np.clip(pixels, 1');
    await person.showTab('train.py');
    await person.goTo('train_model');
    const text = await person.lens('train_model', /stale/);
    assert.match(text, /stale: helper clean\(\) changed/);
    await person.screenshot(`helper-changed-${theme}`);
  });

  it('shows the run in the Experiments tree', async () => {
    await person.waitForRow(/^Experiment training/);
    await person.waitForRow(/^Run training.*finished/);
  });

  it('paints the loss curve of the checked run', async () => {
    const run = await until(async () => {
      const { items } = await person.api('GET', '/api/experiments/1/runs');
      const parents = await Promise.all(
        items.map((r) => person.api('GET', `/api/experiments/1/runs?parent=${r.runId}`)),
      );
      return parents.flatMap((p) => p.items).find((r) => r.stepId === 'train_model');
    }, 'the run of train_model');
    const { series } = await person.api('POST', '/api/series', {
      series: [{ runId: run.runId, key: 'loss' }],
    });
    assert.ok(series[0].steps.length >= 30, 'a loss per epoch');
    assert.ok(series[0].values[0] > series[0].values.at(-1), 'the loss falls');
    await person.check(/^Run training-1, finished/, 'train_model');
    await person.runCommand('Runlens: Open Charts');
    const chart = await until(async () => {
      const now = await person.chart('loss');
      return now.points === series[0].steps.length && now.ink > 1000 && now;
    }, 'the loss curve');
    assert.equal(chart.points, series[0].count);
    await person.screenshot(`charts-${theme}`);
  });

  it('opens the confusion matrix as an image', async () => {
    await person.expand(/^Step evaluate/);
    await person.row(/^Artifact confusion_matrix v1/).click();
    await until(async () => {
      for (const frame of person.page.frames()) {
        const width = await frame
          .evaluate(() => document.querySelector('img')?.naturalWidth ?? 0)
          .catch(() => 0);
        if (width > 100) return true;
      }
      return false;
    }, 'an image that is drawn');
    await person.screenshot(`confusion-matrix-${theme}`);
  });

  it('had no error on the page', () => {
    assert.deepEqual(person.vscode.errors.map(String), []);
  });
}
