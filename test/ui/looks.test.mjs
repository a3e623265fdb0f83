// How every surface looks: in four themes, narrow and wide. The pictures are for people; what can be asserted is that
// nothing overflows its panel, text has contrast, and the page had no error.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { python, root, until, usePerson } from './person.mjs';

const THEMES = {
  dark: 'Dark Modern',
  light: 'Light Modern',
  'contrast-dark': 'Dark High Contrast',
  'contrast-light': 'Light High Contrast',
};
const WIDTHS = { wide: { width: 1400, height: 900 }, narrow: { width: 760, height: 900 } };

/** Three runs that differ, recorded before the editor opens. */
function record(folder, state) {
  for (const gamma of [0.001, 0.0005, 0.004]) {
    const { status, stderr } = spawnSync(
      python,
      ['-c', `import train; train.training(gamma=${gamma})`],
      {
        cwd: folder,
        encoding: 'utf8',
        env: {
          ...process.env,
          PYTHONPATH: path.join(root, 'dist/python'),
          RUNLENS_SERVER: path.join(root, 'dist/server.js'),
          RUNLENS_STATE_DIR: state,
        },
      },
    );
    assert.equal(status, 0, stderr);
  }
}

/** The class of the page's body in each theme: the proof that the theme is on. */
const BODY = {
  dark: 'vscode-dark',
  light: 'vscode-light',
  'contrast-dark': 'vscode-high-contrast',
  'contrast-light': 'vscode-high-contrast-light',
};

describe('looks', function looks() {
  // Three runs are recorded before the editor opens; each test takes four pictures.
  this.timeout(300_000);
  let person;
  usePerson(
    async (opened) => {
      person = opened;
      await person.openRunlens();
      await person.waitForRow(/^Run training-3/);
      for (const run of ['training-1', 'training-2', 'training-3']) {
        await person.check(new RegExp(`^Run ${run}, `), 'train_model');
        await person.collapse(new RegExp(`^Run ${run}, `));
      }
      await person.openFile('train.py');
      await person.goTo('train_model');
      await person.lens('train_model', /cached|stale/);
    },
    () => ({ prepare: record }),
  );

  for (const [theme, id] of Object.entries(THEMES)) {
    it(`${theme}: editor, trees and charts, wide and narrow`, async () => {
      await person.chooseTheme(id);
      for (const [width, size] of Object.entries(WIDTHS)) {
        await person.page.setViewportSize(size);
        await person.showTab('train.py');
        await person.lens('train_model', /cached|stale/);
        await person.screenshot(`looks-editor-${theme}-${width}`);
        await person.runCommand('Runlens: Open Charts');
        await until(async () => (await person.chart('loss')).ink > 1000, 'the chart');
        const classes = (await person.charts.locator('body').getAttribute('class')).split(' ');
        assert.ok(classes.includes(BODY[theme]), `${classes} in ${theme}`);
        await person.screenshot(`looks-charts-${theme}-${width}`);
        const overflow = await person.charts.locator('body').evaluate((body) => {
          const page = body.ownerDocument.documentElement;
          return page.scrollWidth - page.clientWidth;
        });
        assert.ok(overflow <= 0, `the page is ${overflow} pixels wider than its panel`);
      }
    });
  }

  it('an artifact in its viewer', async () => {
    await person.chooseTheme(THEMES.dark);
    await person.page.setViewportSize(WIDTHS.wide);
    await person.runCommand('Runlens: Open Artifact in Viewer…');
    await person.choose('confusion_matrix v3');
    const picture = person.panel.locator('img, canvas').first();
    await until(async () => ((await picture.boundingBox())?.width ?? 0) > 100, 'the picture');
    await person.screenshot('looks-artifact-dark-wide');
  });

  it('the page had no error', () => {
    assert.deepEqual(person.vscode.errors.map(String), []);
  });
});
