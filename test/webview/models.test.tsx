// The Models page as a person uses it: over a panel that answers from values.
/** @jsxRuntime automatic @jsxImportSource preact */
import assert from 'node:assert/strict';
import { render } from 'preact';
import { App } from '../../webview/models/app';
import { differenceOf } from '../../webview/models/difference';
import { overPoints } from '../../webview/models/over';
import { loadSnippet } from '../../webview/models/page';
import { changeText } from '../../webview/models/version';
import { INITIAL_MODELS_VIEW, MODELS_VIEW, type ModelsView } from '../../webview/models/view';
import { readKept } from '../../webview/shared/kept';
import type { Answering, AnsweringOptions, RouteAnswers } from '../gallery/answeringPanel';
import {
  HOSTILE_MODELS,
  MODEL_ANSWERS,
  modelsPanel,
  NO_MODELS,
  versionDetail,
  versionRow,
} from '../gallery/models';
import { openPage } from './dom';
import { giveSize } from './size';

describe('the Models page', () => {
  let page: ReturnType<typeof openPage>;
  let open: Answering<ModelsView>;
  beforeEach(() => {
    page = openPage();
    giveSize(page);
  });
  afterEach(async () => {
    render(null, page.root);
    open.panel.dispose();
    await page.close();
  });
  /** In rounds: on a machine that does much else, what was to come before comes in one of them. */
  const soon = async (ms = 60) => {
    for (let i = 0; i < 6; i += 1) await new Promise((resolve) => setTimeout(resolve, ms / 4));
  };
  /** Until it holds: how long that takes depends on the machine. */
  const until = async (holds: () => unknown) => {
    for (let i = 0; i < 150 && !holds(); i += 1) await soon(20);
  };
  const draw = async (
    view: Partial<ModelsView> = {},
    answers: RouteAnswers = MODEL_ANSWERS,
    more: Partial<AnsweringOptions<ModelsView>> = {},
  ) => {
    open = modelsPanel(answers, view, more);
    render(<App panel={open.panel} />, page.root);
    await until(() => page.root.querySelector('h1, .rl-empty, [role=alert]'));
    await soon();
    await until(() => !page.root.querySelector('.rl-loading'));
  };
  const text = () => page.root.textContent ?? '';
  const find = <E extends HTMLElement>(selector: string) => {
    const found = page.root.querySelector<E>(selector);
    assert.ok(found, `${selector} is not there: ${text().slice(0, 400)}`);
    return found;
  };
  const click = async (name: string) => {
    const buttons = () => [...page.root.querySelectorAll<HTMLElement>('button, vscode-button')];
    const named = () =>
      buttons().find(
        (each) =>
          each.textContent === name ||
          each.getAttribute('aria-label') === name ||
          each.getAttribute('title') === name,
      );
    await until(named);
    const [found, all] = [named(), buttons()];
    assert.ok(
      found,
      `no button ${name}: ${all.map((each) => each.textContent || each.getAttribute('aria-label')).join(' | ')}`,
    );
    found.click();
    await soon();
  };
  const write = async (selector: string, value: string) => {
    const field = find<HTMLInputElement>(selector);
    field.value = value;
    field.dispatchEvent(new page.window.Event('input', { bubbles: true }) as never);
    await soon();
  };
  const choose = async (index: number, value: string) => {
    const select = [...page.root.querySelectorAll<HTMLSelectElement>('select')][index];
    assert.ok(select);
    select.value = value;
    select.dispatchEvent(new page.window.Event('change', { bubbles: true }) as never);
    await soon();
  };

  it('shows the first model and its newest version', async () => {
    await draw();
    assert.equal(find('h1').textContent, 'classifier');
    for (const part of [
      'v3',
      'training-13',
      'scikit-learn==1.5.3',
      'weight',
      'float64?',
      'int64 (-1)',
      'digits',
    ]) {
      await until(() => text().includes(part));
      assert.ok(text().includes(part), part);
    }
  });

  it('shows what it was opened for, until another one is chosen', async () => {
    await draw({}, MODEL_ANSWERS, {
      subject: { kind: 'models', model: 'classifier', version: '2' },
    });
    assert.ok(find('article').getAttribute('aria-label')?.endsWith('v2'));
    const [, ranker] = page.root.querySelectorAll<HTMLElement>('.models-item');
    ranker?.click();
    await soon();
    assert.equal(find('h1').textContent, 'ranker');
    assert.equal((open.done.kept as { view: ModelsView }).view.model, 'ranker');
  });

  it('moves an alias that another version has, and back by undo', async () => {
    await draw();
    await click('Set Alias');
    await write('.models-line vscode-text-field', 'champion');
    await click('Move from v2');
    await click('Undo');
    assert.deepEqual(
      open.done.changes.map(({ request }) => request),
      [
        { name: 'classifier', alias: 'champion', version: '3' },
        { name: 'classifier', alias: 'champion', version: '2' },
      ],
    );
  });

  it('sets an alias that is named as every object’s constructor is', async () => {
    await draw();
    await click('Set Alias');
    await write('.models-line vscode-text-field', 'constructor');
    await click('Set');
    await click('Undo');
    assert.deepEqual(
      open.done.changes.map(({ request }) => request),
      [
        { name: 'classifier', alias: 'constructor', version: '3' },
        { name: 'classifier', alias: 'constructor', version: null },
      ],
    );
  });

  it('takes an alias away, and gives it back by undo', async () => {
    await draw({ version: '2' });
    await click('Take the alias champion from v2');
    await click('Undo');
    assert.deepEqual(
      open.done.changes.map(({ request }) => request),
      [
        { name: 'classifier', alias: 'champion', version: null },
        { name: 'classifier', alias: 'champion', version: '2' },
      ],
    );
  });

  it('promotes, archives the one before, and puts both back by undo', async () => {
    await draw();
    await choose(0, 'Production');
    await click('Promote');
    assert.ok(text().includes('v3 is in Production now; archived v2.'));
    await click('Undo');
    assert.deepEqual(
      open.done.changes.map(({ request }) => request),
      [
        { name: 'classifier', version: '3', stage: 'Production', archiveExisting: true },
        { name: 'classifier', version: '3', stage: 'None' },
        { name: 'classifier', version: '2', stage: 'Production' },
      ],
    );
  });

  it('says what the server refuses, and undoes nothing then', async () => {
    await draw({}, MODEL_ANSWERS, {
      change: () => {
        throw new Error('The alias v3 is reserved.');
      },
    });
    await click('Set Alias');
    await write('.models-line vscode-text-field', 'v3');
    await click('Set');
    assert.ok(text().includes('The alias v3 is reserved.'));
    assert.ok(
      ![...page.root.querySelectorAll('vscode-button')].some((each) => each.textContent === 'Undo'),
    );
    assert.ok(page.root.querySelector('.models-line vscode-text-field'), 'what was typed stays');
  });

  it('writes the description of a version and of the model apart', async () => {
    await draw();
    await click('Edit Description of v3');
    await write('textarea', 'Best so far');
    await click('Save');
    await click('Edit Description');
    await write('textarea', 'For digits');
    await click('Save');
    assert.deepEqual(
      open.done.changes.map(({ request }) => request),
      [
        { name: 'classifier', version: '3', description: 'Best so far' },
        { name: 'classifier', description: 'For digits' },
      ],
    );
  });

  it('changes nothing where it must not', async () => {
    const place = { id: 'p', name: 'x', source: undefined, canWrite: false, canRun: false };
    await draw({}, MODEL_ANSWERS, { start: { place } });
    for (const word of ['Promote', 'Set Alias', 'Edit']) {
      assert.ok(
        ![...page.root.querySelectorAll('button, vscode-button')].some(
          (each) => each.textContent === word,
        ),
        word,
      );
    }
  });

  it('compares two versions: differences only, then all', async () => {
    await draw({ tab: 'compare' });
    const rows = () =>
      [...page.root.querySelectorAll('.models-difference tbody th')].map(
        (each) => each.textContent,
      );
    assert.ok(rows().includes('lr'));
    assert.ok(!rows().includes('optimizer'));
    assert.match(text(), /equal rows hidden/);
    await click('Differences Only');
    assert.ok(rows().includes('optimizer'));
    await click('Swap');
    const heads = () =>
      [...page.root.querySelectorAll('.models-difference thead th')]
        .slice(1, 3)
        .map((each) => each.textContent);
    await until(() => heads()[0] === 'v3');
    assert.deepEqual(heads(), ['v3', 'v2']);
  });

  it('sets and takes away tags of the model and of the version, and back by undo', async () => {
    await draw();
    await click('Remove the tag validated');
    await click('Undo');
    await click('Remove the tag owner');
    await click('Change the tag validated: yes');
    await write('.rl-tag-form vscode-text-field', 'no');
    await click('Save');
    await until(() => open.done.changes.length === 4);
    const name = 'classifier';
    assert.deepEqual(
      open.done.changes,
      [
        { name, version: '3', key: 'validated', value: null },
        { name, version: '3', key: 'validated', value: 'yes' },
        { name, key: 'owner', value: null },
        { name, version: '3', key: 'validated', value: 'no' },
      ].map((request) => ({ route: 'POST /api/models/:name/tag', request })),
    );
  });

  it('searches in the server', async () => {
    await draw();
    await write('vscode-text-field', 'rank');
    await until(() => page.root.querySelectorAll('.models-item').length === 1);
    const lists = open.done.asks.filter(({ route }) => route === 'GET /api/models');
    assert.deepEqual(lists.at(-1)?.request, { limit: 200, text: 'rank' });
    assert.equal(page.root.querySelectorAll('.models-item').length, 1);
  });

  it('follows changes of its model', async () => {
    let stage: 'None' | 'Staging' = 'None';
    await draw(
      { version: '3' },
      {
        ...MODEL_ANSWERS,
        'GET /api/models/:name/versions/:version': () =>
          versionDetail(3, { stage, description: stage }),
      },
    );
    stage = 'Staging';
    await open.panel.page.events([{ type: 'model', name: 'classifier' }]);
    await soon(250);
    assert.ok(find('article').textContent?.includes('Staging'));
  });

  it('says how to register the first one', async () => {
    await draw({}, NO_MODELS);
    await click('Copy This Snippet');
    assert.match(open.done.copies[0] ?? '', /registered_model_name="classifier"/);
  });

  it('draws hostile data without running anything', async () => {
    for (const tab of ['versions', 'compare'] as const) {
      await draw({ tab, onlyDifferences: false }, HOSTILE_MODELS);
      assert.equal(
        page.root.querySelectorAll('img, script, iframe, a[href^="javascript"]').length,
        0,
      );
      assert.ok(text().includes('<img src=x'));
      render(null, page.root);
      open.panel.dispose();
    }
  });
});

describe('what differs between two versions', () => {
  const parts = differenceOf(versionDetail(2), versionDetail(3));
  const row = (part: string, name: string) =>
    parts.find((each) => each.part === part)?.rows.find((each) => each.name === name);

  it('is told by part and name', () => {
    assert.deepEqual(row('params', 'lr'), {
      name: 'lr',
      left: '0.1',
      right: '0.01',
      differs: true,
    });
    assert.equal(row('params', 'optimizer')?.differs, false);
    assert.deepEqual(row('inputs', 'weight'), {
      name: 'weight',
      left: undefined,
      right: 'float64?',
      differs: true,
    });
    assert.deepEqual(row('requirements', 'scikit-learn'), {
      name: 'scikit-learn',
      left: '==1.5.2',
      right: '==1.5.3',
      differs: true,
    });
    assert.equal(row('outputs', '#1')?.left, 'int64 (-1)');
  });
  it('has the difference of metrics that both have', () => {
    assert.ok(Math.abs((row('metrics', 'val/accuracy')?.delta ?? 0) - 0.01) < 1e-12);
    const nan = differenceOf(
      versionDetail(2, { metrics: { loss: 'NaN' } }),
      versionDetail(3, { metrics: { loss: 1 } }),
    );
    const loss = nan.find(({ part }) => part === 'metrics')?.rows[0];
    assert.deepEqual(loss, { name: 'loss', left: 'NaN', right: '1', differs: true });
  });
  it('is nothing for the same version', () => {
    const same = differenceOf(versionDetail(3), versionDetail(3));
    assert.equal(same.flatMap(({ rows }) => rows).filter(({ differs }) => differs).length, 0);
  });
  it('takes names of packages as pip does, and lines that are none as they are', () => {
    const files = (requirements: string[]) => ({
      files: { ...versionDetail(3).files!, requirements },
    });
    const [left, right] = [
      files(['Scikit_Learn==1', './local']),
      files(['scikit-learn==1', '# x', '']),
    ];
    const rows = differenceOf(versionDetail(3, left), versionDetail(3, right)).find(
      ({ part }) => part === 'requirements',
    )?.rows;
    assert.deepEqual(
      rows?.map(({ name, differs }) => [name, differs]),
      [
        ['./local', true],
        ['scikit-learn', false],
      ],
    );
  });
});

describe('words of the Models page', () => {
  it('load a version by its own flavor, with its name as a string of Python', () => {
    assert.match(
      loadSnippet({ name: 'a"b', version: '3' }, versionDetail(3).files),
      /mlflow\.sklearn\.load_model\("models:\/a\\"b\/3"\)/,
    );
    const files = { ...versionDetail(3).files!, flavors: ['python_function', 'x; import os'] };
    assert.match(loadSnippet({ name: 'a', version: '3' }, files), /mlflow\.pyfunc\.load_model/);
  });
  it('say what happened to a version', () => {
    const change = { time: 0, user: '' };
    assert.equal(
      changeText({ ...change, what: 'stage', before: 'None', after: 'Staging' }),
      'Stage None → Staging',
    );
    assert.equal(
      changeText({ ...change, what: 'alias', before: 'champion', after: null }),
      'Lost the alias champion',
    );
  });
  it('place versions without the metric nowhere', () => {
    const points = ['v1', 'v3'].map((label) => ({
      label,
      time: 0,
      runId: undefined,
      pipelineRunId: undefined,
      measured: [],
    }));
    const over = overPoints({ points, metrics: { loss: [null, 0.5] } }, 'loss');
    assert.deepEqual(
      over.map(({ id, x, y }) => [id, x, y]),
      [
        ['1', 0, Number.NaN],
        ['3', 1, 0.5],
      ],
    );
  });
  it('are kept as far as they fit', () => {
    const raw = {
      model: 'x',
      tab: 'nowhere',
      draft: { text: 'a', base: 'b', model: 'x' },
      onlyDifferences: 'no',
    };
    assert.deepEqual(readKept({ version: 1, view: raw }, MODELS_VIEW), {
      ...INITIAL_MODELS_VIEW,
      model: 'x',
      draft: { text: 'a', base: 'b', model: 'x', version: undefined },
    });
    assert.equal(versionRow(1).version, '1');
  });
});
