// The pseudo language (scripts/l10n.mjs --pseudo): what is still English in trees, commands and pages cannot be translated.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { RunlensApi } from '../../../src/extension/api';
import type { PanelSubject } from '../../../src/protocol/webview/panel';
import { closeEditors, EXTENSION, findRow, onlySession, rowsOf } from '../editor';
import { runByLens, writePipeline } from '../quick';
import { Script } from '../tracking';
import { ui, until } from '../ui';

/** Said in the pseudo language: in brackets, longer than the English text. */
const SAID = /^(\$\([\w~-]+\) )?\[.*·+\]/s;
/** States and ages, which the server and the language server tell, too, are English everywhere. */
const STATES =
  /\b(just now|ago|running|finished|failed|stopped|cached|ran|waiting|skipped|no earlier run|first run)\b/g;
/** Python, to be copied; and names of what was recorded. */
const DATA =
  /^(import|with|from|model =|mlflow\.)\b|load_numbers|multiply|total|numbers|product|factor|spoken/;

/** Lines that an English reader could read: the pseudo language has hardly a plain letter. */
const english = (text: string): readonly string[] =>
  text
    .split('\n')
    .map((line) => line.replaceAll(STATES, '').trim())
    .filter((line) => /(?<![\w.])[A-Za-z]{4,}/.test(line) && !DATA.test(line));

/** The editor keeps the English text beside the other one. */
type Text = string | { readonly value: string };

describe('in another language', () => {
  let api: RunlensApi;
  let place: string;
  let experimentId: string;
  let runId: string;

  before(async () => {
    const found = await onlySession();
    ({ api } = found);
    place = found.session.folder.root;
    const script = new Script(found.session);
    experimentId = await script.createExperiment('e1');
    runId = (await script.createRun(experimentId, 'r1')).run_id;
    await script.post('runs/log-parameter', { run_id: runId, key: 'p1', value: '1' });
    await script.logPoints(runId, 'm1', 0, 5);
    await script.createRun(experimentId, 'r2');
    await runByLens(found.session, await writePipeline('spoken', 3));
    await closeEditors();
  });
  afterEach(closeEditors);

  it('are the titles of all commands, views and settings', () => {
    assert.equal(vscode.env.language, 'qps-ploc');
    const { contributes } = vscode.extensions.getExtension(EXTENSION)?.packageJSON ?? {};
    const titles: Text[] = contributes.commands.map((each: { title: Text }) => each.title);
    assert.ok(titles.length > 70);
    const views: Text[] = contributes.views.runlens.map((each: { name: Text }) => each.name);
    const settings = Object.values<{ markdownDescription: Text }>(
      contributes.configuration.properties,
    ).map(({ markdownDescription }) => markdownDescription);
    for (const text of [...titles, ...views, ...settings]) {
      assert.match(typeof text === 'string' ? text : text.value, SAID);
    }
  });

  it('are the rows of the tree that are not data', async () => {
    const tree = api.trees.experiments;
    const experiment = await findRow(tree, undefined, 'e1');
    const run = await findRow(tree, experiment.node, 'r1');
    const sections = await until(async () => {
      const rows = await rowsOf(tree, run.node);
      return rows.length === 3 && rows;
    });
    for (const { label } of sections) assert.match(label, SAID);
    assert.match(run.item.accessibilityInformation?.label ?? '', SAID);
  });

  for (const [name, subjectOf] of [
    ['of runs', () => ({ kind: 'runs', experimentIds: [experimentId] })],
    ['of charts', () => ({ kind: 'charts' })],
    ['of a run', () => ({ kind: 'run', runId })],
    ['of a pipeline', () => ({ kind: 'pipeline', pipeline: 'spoken' })],
    ['of models', () => ({ kind: 'models' })],
  ] as readonly (readonly [string, () => PanelSubject])[]) {
    it(`is the page ${name}`, async () => {
      api.panels.show(place, subjectOf());
      let left: readonly string[] = [];
      const body = () => ui<string>('webviewText', 'body').catch(() => '');
      await until(async () => /·\]/.test(await body())).catch(async () => {
        throw new Error(`nothing is said in the language: ${await body()}`);
      });
      // What is read first comes a moment later.
      await new Promise((resolve) => setTimeout(resolve, 1000));
      left = english(await body());
      assert.deepEqual(left, []);
    });
  }
});
