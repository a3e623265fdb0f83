// The panels as a person uses them on a sweep of 200 runs: once by mouse, once by keyboard alone.
import assert from 'node:assert/strict';
import { formatMetric } from '../../src/domain/display.ts';
import { SOON_MS } from './hand.mjs';
import { Keyboard } from './keyboard.mjs';
import { Mouse } from './mouse.mjs';
import { makeProject, until, usePerson } from './person.mjs';
import { BEST, changeHelper, confusion, FOUND, MODEL, recordSweep, SPIKE } from './sweep.mjs';

const FILTER = "lr > 0.001 and not status = 'failed'";
/** Runs that are compared. */
const CHOSEN = FOUND.slice(0, 3);
/** Shown in charts: those, beside the newest ten, which show by themselves. */
const SHOWN = CHOSEN.length + 10;

for (const [way, Hand] of Object.entries({ mouse: Mouse, keyboard: Keyboard })) {
  describe(`panels, by ${way}`, function panels() {
    this.timeout(900_000);
    suite(way, Hand);
  });
}

/** `step 617,283` in what a tooltip says. */
const stepOf = (text) => Number(/step\s*([\d,]+)/i.exec(text)?.[1]?.replaceAll(',', ''));

function suite(way, Hand) {
  let person;
  let hand;
  usePerson(
    (opened) => {
      person = opened;
      hand = new Hand(opened);
      person.page.setDefaultTimeout(30_000);
    },
    () => ({ folder: makeProject(), prepare: recordSweep }),
  );

  // Each act goes on where the one before ended.
  let hasFailed = false;
  beforeEach(function skip() {
    if (hasFailed) this.skip();
  });
  afterEach(function note() {
    hasFailed ||= this.currentTest.state === 'failed';
  });

  const panel = () => person.panel;
  const soon = (ask, what) => until(ask, what, SOON_MS);
  const seen = (name) => person.screenshot(`panels-${way}-${name}`);
  const cellsOf = (column) => panel().locator(`[role=gridcell][data-column="${column}"]`);
  const head = (column) => panel().locator(`[role=columnheader][data-column="${column}"]`);
  const rowAt = (index) => panel().locator(`.rl-body [role=row][data-row="${index}"]`);
  const texts = async (locator) => (await locator.allInnerTexts()).map((each) => each.trim());
  const footer = (pattern) =>
    soon(
      async () => pattern.test((await texts(panel().locator('.rl-footer'))).join()),
      `the footer says ${pattern}`,
    );
  /** Texts of a column's cells in the order in which their rows stand. */
  const column = async (id) => {
    const rows = await panel()
      .locator('.rl-body [role=row]')
      .evaluateAll(
        (all, of) =>
          all.map((row) => ({
            top: row.offsetTop,
            text: row.querySelector(`[data-column="${of}"]`)?.innerText.trim() ?? '',
          })),
        id,
      );
    return rows.sort((x, y) => x.top - y.top).map(({ text }) => text);
  };
  const names = () => column('name');
  const first = (name) =>
    soon(async () => (await names())[0]?.startsWith(name), `${name} is the first row`);
  /** A run's row, wherever it stands. */
  const rowOf = ({ name }) =>
    panel()
      .locator('[role=row]', { has: person.page.getByRole('button', { name, exact: true }) })
      .first();
  const dialog = () => panel().getByRole('dialog', { name: 'Group by' });

  it('finds the best of 200 runs', async () => {
    await hand.openTree();
    await person.waitForRow(/^Experiment digits sweep/);
    await hand.pickOfRow(/^Experiment digits sweep/, 'Open Runs');
    await footer(/^200 runs/);
    await seen('runs');
    await hand.pressCell(head('metrics.accuracy'));
    await first(BEST.name);
    assert.equal(await head('metrics.accuracy').getAttribute('aria-sort'), 'descending');
    const [best] = await texts(rowAt(1).locator('[data-column="metrics.accuracy"]'));
    assert.match(best, new RegExp(`${formatMetric(BEST.accuracy)}$`));
    const mark = rowAt(1).locator('[data-column="metrics.accuracy"]').getByLabel('best');
    assert.equal(await mark.count(), 1, 'and it is marked as the best');
    await seen('best');
  });

  it('filters by a parameter and by what has not failed', async () => {
    await hand.write(panel().getByRole('combobox', { name: 'Filter runs' }), FILTER);
    await footer(new RegExp(`^${FOUND.length} runs`));
    await first(FOUND[0].name);
    await seen('filtered');
  });

  it('groups by seed, with mean and spread', async () => {
    await hand.press(panel().getByRole('button', { name: /^Group by/ }));
    await hand.choose(dialog().locator('select').first(), 'seed (parameter)');
    await soon(
      async () => (await names()).filter((name) => /^seed = \d/.test(name)).length === 5,
      'a group per seed',
    );
    await hand.keyboard.press('Escape');
    await dialog().waitFor({ state: 'detached' });
    const seeds = (await names()).map((name) => Number(/seed\D*(\d)/.exec(name)?.[1]));
    assert.deepEqual([...seeds].sort(), [0, 1, 2, 3, 4]);
    const shown = await column('metrics.accuracy');
    for (const [i, seed] of seeds.entries()) {
      const own = FOUND.filter((run) => run.seed === seed).map(({ accuracy }) => accuracy);
      const mean = own.reduce((sum, each) => sum + each, 0) / own.length;
      const sd = Math.sqrt(own.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (own.length - 1));
      const [, spread] = /± ([\d.]+)/.exec(shown[i]) ?? [];
      assert.equal(shown[i], `${formatMetric(mean)} ± ${spread} (n = ${own.length})`);
      assert.ok(Math.abs(Number(spread) - sd) < sd / 50, `${spread} stands for ${sd}`);
    }
    await seen('groups');
    await hand.press(panel().getByRole('button', { name: /^Group by/ }));
    await hand.press(dialog().getByRole('button', { name: 'Do Not Group' }));
    await dialog().getByRole('button', { name: 'Do Not Group' }).waitFor({ state: 'detached' });
    await hand.keyboard.press('Escape');
    await dialog().waitFor({ state: 'detached' });
    await first(FOUND[0].name);
  });

  it('sets a baseline, and sees how much the others differ', async () => {
    await hand.pickOfCell(rowAt(1).locator('[data-column=name]'), panel(), 'Baseline');
    const delta = formatMetric(FOUND[0].accuracy - FOUND[1].accuracy);
    await soon(
      async () => (await texts(cellsOf('metrics.accuracy'))).some((t) => t.includes(`−${delta}`)),
      'the difference to the baseline',
    );
    await seen('baseline');
  });

  it('compares three, and sees which parameters differ', async () => {
    for (const run of CHOSEN) await hand.check(rowOf(run));
    await panel().getByRole('toolbar', { name: 'Selected runs' }).getByText('3 selected').waitFor();
    await seen('selected');
    await hand.press(panel().getByRole('button', { name: 'Show in Charts' }));
    await footer(new RegExp(` · ${SHOWN} shown`));
    await hand.press(panel().getByRole('button', { name: 'Compare', exact: true }));
    const heads = panel().locator('.charts-compare thead th');
    await soon(async () => {
      const runs = (await texts(heads)).slice(1);
      return CHOSEN.length === runs.length && CHOSEN.every(({ name }, i) => runs[i].includes(name));
    }, 'the comparison, the baseline first');
    const rows = panel()
      .locator('.charts-compare tbody', { hasText: 'Parameters' })
      .locator('tr.charts-differs');
    const differing = ['batch', 'lr', 'seed'].filter(
      (key) => new Set(CHOSEN.map((run) => run[key])).size > 1,
    );
    const expected = differing.map((key) => (key === 'batch' ? 'batch_size' : key)).join();
    // While one of the runs is read, all of its parameters differ.
    await soon(
      async () => (await texts(rows.locator('th'))).sort().join() === expected,
      `only ${expected} differs`,
    );
    await seen('compare');
  });

  it('opens the confusion matrices side by side', async () => {
    const matrices = panel().getByRole('region', { name: 'confusion_matrix.csv' });
    const canvases = matrices.locator('canvas');
    await hand.show(matrices);
    await soon(async () => {
      if ((await canvases.count()) === CHOSEN.length) return true;
      await hand.scrollOn(matrices.locator('[data-lazy]').last());
      return false;
    }, 'three matrices');
    await hand.show(canvases.first());
    for (const [place, { name }] of CHOSEN.entries()) {
      const table = matrices.getByRole('table', { name: `${name}, table` });
      const shown = await texts(table.locator('td'));
      assert.deepEqual(shown.map(Number), confusion(place).flat());
    }
    const boxes = await Promise.all((await canvases.all()).map((each) => each.boundingBox()));
    assert.ok(
      boxes.every((box) => Math.abs(box.y - boxes[0].y) < 4),
      'they stand side by side',
    );
    await seen('matrices');
  });

  it('zooms into one point in a million and reads its exact value', async () => {
    await hand.openTab(panel().getByRole('tab', { name: /^Charts/ }));
    const canvas = panel().locator('canvas[data-metric=grad_norm]');
    await hand.show(canvas);
    await soon(async () => Number(await canvas.getAttribute('data-points')) > 100, 'its points');
    await seen('spike-far');
    const read = await hand.readHighest(canvas);
    assert.ok(read.includes(String(SPIKE.value)), `all digits of the value, not ${read}`);
    assert.equal(stepOf(read), SPIKE.step);
    await seen('spike-near');
    await soon(async () => {
      const next = stepOf(await hand.readNext(canvas));
      return next > SPIKE.step && next <= SPIKE.step + 3;
    }, 'its neighbours are there');
  });

  it('finds why the last run ran a step again, and runs from there', async () => {
    await hand.run('Runlens: Open Pipeline…');
    await hand.choosePick('flow');
    const fit = panel().locator('button[data-step=fit]');
    await soon(async () => /ran/.test((await texts(fit)).join()), 'the step in the graph');
    await seen('graph');
    await hand.pressNode(fit);
    const side = panel().getByRole('region', { name: 'Step fit' });
    await side
      .getByText(/helper scaled\(\) changed/)
      .first()
      .waitFor();
    await seen('why');
    const runs = panel().getByRole('navigation', { name: 'Runs' }).getByRole('listitem');
    assert.equal(await runs.count(), 2);
    // Somebody goes on with the helper, so that there is something to be run.
    changeHelper(person.folder, 3);
    await hand.press(side.getByRole('button', { name: 'Run From Here' }));
    await soon(async () => (await runs.count()) === 3, 'a third run');
    await soon(async () => /finished/.test(await runs.first().innerText()), 'it has finished');
    await soon(async () => /ran/.test((await texts(fit)).join()), 'the step has run');
    const { items } = await person.api('GET', '/api/pipelines/flow/runs');
    const { stepRows } = await person.api('GET', `/api/pipeline-runs/${items[0].id}`);
    const ran = stepRows.filter(({ status }) => status === 'ran').map(({ step }) => step);
    assert.deepEqual(ran.sort(), ['fit', 'judge']);
    await seen('from-here');
  });

  it('promotes a model', async () => {
    await hand.run('Runlens: Open Models');
    const version = panel().getByRole('article', { name: `${MODEL} v2` });
    await version.waitFor();
    await seen('models');
    await hand.choose(version.getByRole('combobox', { name: 'Stage' }), 'Production');
    await hand.press(version.getByRole('button', { name: 'Promote' }));
    await version.getByText('Stage None → Production').waitFor();
    await seen('promoted');
    const { stage } = await person.api('GET', `/api/models/${MODEL}/versions/2`);
    assert.equal(stage, 'Production');
  });

  it('finds everything as it was left, after a reload of the window', async () => {
    await Promise.all([
      person.page.waitForEvent('load', { timeout: SOON_MS }),
      hand.run('Developer: Reload Window'),
    ]);
    await person.page.locator('.monaco-workbench').waitFor({ timeout: SOON_MS });
    const version = panel().getByRole('article', { name: `${MODEL} v2` });
    await version.waitFor({ timeout: SOON_MS });
    await seen('models-again');
    await hand.showPanel('flow');
    await panel().getByRole('region', { name: 'Step fit' }).waitFor();
    await seen('graph-again');
    await hand.showPanel('Compare 3 Runs');
    await panel().locator('canvas[data-metric=grad_norm]').waitFor({ state: 'attached' });
    const isZoomed = panel().getByRole('button', { name: 'Reset the zoom of grad_norm' });
    await isZoomed.waitFor({ state: 'attached' });
    await seen('charts-again');
    await hand.showPanel('digits sweep');
    await footer(new RegExp(`^${FOUND.length} runs · ${SHOWN} shown`));
    assert.equal(await panel().getByRole('combobox', { name: 'Filter runs' }).inputValue(), FILTER);
    assert.equal(await head('metrics.accuracy').getAttribute('aria-sort'), 'descending');
    await panel().getByText('3 selected').waitFor();
    await soon(
      async () => (await texts(cellsOf('metrics.accuracy'))).some((text) => text.includes('−')),
      'the differences to the baseline',
    );
    await seen('runs-again');
  });

  it('had no error on the page', () => {
    assert.deepEqual(person.vscode.errors.map(String), []);
  });
}
