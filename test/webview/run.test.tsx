// The Run page as a person uses it: over a panel that answers from values.
/** @jsxRuntime automatic @jsxImportSource preact */
import assert from 'node:assert/strict';
import { render } from 'preact';
import type { ServerEvent } from '../../src/protocol/events';
import type { RunDetail } from '../../src/protocol/rows';
import { App } from '../../webview/run/app';
import type { RunView } from '../../webview/run/view';
import type { Answering, RouteAnswers } from '../gallery/answeringPanel';
import {
  BARE_ANSWERS,
  FAILED_ANSWERS,
  HOSTILE_ANSWERS,
  LONG_VALUE,
  PATCH_TEXT,
  RUN,
  RUN_ANSWERS,
  RUN_ID,
  runPanel,
} from '../gallery/oneRun';
import { openPage } from './dom';
import { giveSize } from './size';

describe('the Run page', () => {
  let page: ReturnType<typeof openPage>;
  let open: Answering<RunView>;
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
  const draw = async (view: Partial<RunView> = {}, answers: RouteAnswers = RUN_ANSWERS) => {
    open = runPanel(answers, view);
    render(<App panel={open.panel} />, page.root);
    await until(() => page.root.querySelector('h1, .rl-empty, [role=alert]'));
    await soon();
    await until(() => !page.root.querySelector('.rl-loading'));
  };
  const text = () => page.root.textContent ?? '';
  const find = (selector: string) => {
    const found = page.root.querySelector<HTMLElement>(selector);
    assert.ok(found, `${selector} is not there: ${text().slice(0, 400)}`);
    return found;
  };
  const button = (name: string) => {
    const all = [...page.root.querySelectorAll<HTMLElement>('button, vscode-button')];
    const found = all.find(
      (each) => each.textContent === name || each.getAttribute('aria-label') === name,
    );
    assert.ok(
      found,
      `no button ${name}: ${all.map((each) => each.textContent || each.getAttribute('aria-label')).join(' | ')}`,
    );
    return found;
  };
  const has = (name: string) =>
    [...page.root.querySelectorAll('button, vscode-button')].some(
      (each) => each.textContent === name || each.getAttribute('aria-label') === name,
    );
  const click = async (name: string) => {
    await until(() => has(name));
    button(name).click();
    await soon();
  };
  const write = async (selector: string, value: string) => {
    const field = find(selector) as HTMLInputElement;
    field.value = value;
    field.dispatchEvent(new page.window.Event('input', { bubbles: true }) as never);
    await soon();
  };
  const press = async (selector: string, key: string) => {
    const { KeyboardEvent } = page.window;
    find(selector).dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }) as never);
    await soon();
  };
  const tab = async (label: string) => {
    const tabs = [...page.root.querySelectorAll('vscode-panel-tab')];
    const found = tabs.find((each) => each.textContent?.startsWith(label));
    const panels = find('vscode-panels');
    Reflect.set(panels, 'activeid', found?.id);
    panels.dispatchEvent(new page.window.Event('change') as never);
    await soon();
  };
  const send = async (...events: ServerEvent[]) => {
    await open.panel.page.events(events);
    await soon(200);
  };

  it('shows what the run is, and where it belongs', async () => {
    await draw();
    assert.equal(find('h1').textContent, 'classifier-17');
    for (const part of [
      'digits',
      'ada',
      RUN_ID,
      'smaller-lr',
      'training · training-12 · train',
      'team: vision',
      'Python',
    ]) {
      await until(() => text().includes(part));
      assert.ok(text().includes(part), part);
    }
    assert.ok(!text().includes('mlflow.user'), 'tags of programs are not among a person’s');
  });

  it('does what its buttons say', async () => {
    await draw();
    for (const name of ['Open in Charts', 'Compare With…', 'Reveal in Tree', 'Delete…'])
      await click(name);
    assert.deepEqual(
      open.done.commands,
      ['openCharts', 'compareRuns', 'revealRun', 'deleteRun'].map((command) => ({
        command: `runlens.${command}`,
        target: { runIds: [RUN_ID] },
      })),
    );
    assert.ok(!text().includes('Stop'), 'a run that is over cannot be stopped');
  });

  it('renames in place, and back by undo', async () => {
    await draw();
    await click('Rename');
    await write('vscode-text-field', 'better');
    await press('vscode-text-field', 'Enter');
    await click('Undo');
    assert.deepEqual(open.done.changes, [
      { route: 'POST /api/runs/:runId/rename', request: { runId: RUN_ID, name: 'better' } },
      { route: 'POST /api/runs/:runId/rename', request: { runId: RUN_ID, name: 'classifier-17' } },
    ]);
  });

  it('leaves the name alone by Escape', async () => {
    await draw();
    await click('Rename');
    await write('vscode-text-field', 'better');
    await press('vscode-text-field', 'Escape');
    assert.deepEqual(open.done.changes, []);
    assert.equal(find('h1').textContent, 'classifier-17');
  });

  it('keeps a description that is being written, saves it, and takes it back', async () => {
    await draw();
    await click('Edit');
    await write('textarea', 'It *works*');
    assert.deepEqual((open.done.kept as { view: RunView }).view.draft?.text, 'It *works*');
    await click('Save');
    const note = RUN.tags.find(({ key }) => key === 'mlflow.note.content')?.value;
    const edit = { runId: RUN_ID, what: 'tag', key: 'mlflow.note.content' };
    assert.deepEqual(open.done.changes.at(-1)?.request, { ...edit, value: 'It *works*' });
    assert.equal(page.root.querySelector('textarea'), null);
    await click('Undo');
    assert.deepEqual(open.done.changes.at(-1)?.request, { ...edit, value: note });
  });

  it('does not lose what is written when the run changes elsewhere', async () => {
    let run: RunDetail = RUN;
    await draw({}, { ...RUN_ANSWERS, 'GET /api/runs/:runId': () => run });
    await click('Edit');
    await write('textarea', 'mine');
    run = { ...RUN, tags: [{ key: 'mlflow.note.content', value: 'theirs' }] };
    await send({ type: 'edited', runId: RUN_ID });
    assert.equal((find('textarea') as HTMLTextAreaElement).value, 'mine');
    assert.ok(text().includes('It was changed elsewhere meanwhile'));
    await click('Take the Stored Text');
    assert.equal((find('textarea') as HTMLTextAreaElement).value, 'theirs');
  });

  it('adds, changes and removes tags; those of programs are refused', async () => {
    await draw();
    await click('Remove the tag team');
    await click('Undo');
    await click('Add Tag');
    await write('vscode-text-field', 'mlflow.x');
    assert.ok(text().includes('are set by programs'));
    await write('vscode-text-field', 'stage');
    await click('Save');
    assert.deepEqual(
      open.done.changes.map(({ request }) => request),
      [
        { runId: RUN_ID, what: 'tag', key: 'team', value: null },
        { runId: RUN_ID, what: 'tag', key: 'team', value: 'vision' },
        { runId: RUN_ID, what: 'tag', key: 'stage', value: '' },
      ],
    );
  });

  it('changes nothing where it must not', async () => {
    open = runPanel();
    await open.panel.begin();
    render(<App panel={open.panel} />, page.root);
    await soon();
    assert.ok(text().includes('Delete…'));
    render(null, page.root);
    const place = { id: 's', name: 'mlruns', source: 'mlruns-1', canWrite: false, canRun: false };
    const host = open.panel.host as { ready: () => Promise<unknown> };
    const start = await open.panel.host.ready();
    host.ready = async () => ({ ...start, place });
    await open.panel.begin();
    render(<App panel={open.panel} />, page.root);
    await soon();
    for (const word of ['Delete…', 'Add Tag', 'Edit']) {
      assert.ok(
        ![...page.root.querySelectorAll('button, vscode-button')].some(
          (each) => each.textContent === word,
        ),
        word,
      );
    }
    const asked = open.done.asks.filter(({ route }) => route === 'GET /api/runs/:runId');
    assert.deepEqual(asked.at(-1)?.request, { runId: RUN_ID, source: 'mlruns-1' });
  });

  it('shows a long value whole, and copies it', async () => {
    await draw({ tab: 'parameters' });
    const cells = [...page.root.querySelectorAll<HTMLElement>('[data-act="open"]')];
    cells.find((each) => each.textContent?.startsWith('{"layers"'))?.click();
    await soon();
    assert.equal(find('.run-value pre').textContent, LONG_VALUE);
    await click('Copy the value');
    assert.deepEqual(open.done.copies, [LONG_VALUE]);
  });

  it('searches parameters, and keeps the search', async () => {
    await draw({ tab: 'parameters' });
    await write('vscode-text-field', 'adam');
    assert.ok(text().includes('1 of 6'));
    assert.equal((open.done.kept as { view: RunView }).view.search.parameters, 'adam');
  });

  it('opens a changed file in the editor’s diff', async () => {
    await draw({ tab: 'code' });
    const cells = [...page.root.querySelectorAll<HTMLElement>('[data-act="open"]')];
    cells.find((each) => each.textContent === 'train.py')?.click();
    await soon();
    const { command, target } = open.done.commands.at(-1)!;
    assert.equal(command, 'runlens.compareTexts');
    assert.match(target.texts?.left ?? '', /model = fit\(lr\)/);
    assert.match(target.texts?.right ?? '', /check\(model\)/);
    await click('Copy Patch');
    assert.deepEqual(open.done.copies, [PATCH_TEXT]);
  });

  it('says what to do to run it again', async () => {
    await draw();
    await click('Recreate');
    assert.ok(text().includes("python train.py --lr 0.01 --note 'two words' --token '***'"));
    await click('Recreate in a Folder…');
    assert.equal(open.done.commands.at(-1)?.command, 'runlens.recreateRun');
    await click('Save requirements.txt…');
    assert.deepEqual(
      open.done.saves.map(({ name, base64 }) => [name, atob(base64).split('\n')[1]]),
      [['requirements.txt', 'numpy==2.1.0']],
    );
  });

  it('reads folders when they are opened', async () => {
    await draw({ tab: 'artifacts' });
    await until(() => text().includes('confusion.png'));
    assert.ok(text().includes('confusion.png'));
    assert.ok(!text().includes('model.pkl'));
    const cells = [...page.root.querySelectorAll<HTMLElement>('[data-act="open"]')];
    cells.find((each) => each.textContent === 'model')?.click();
    await soon();
    await until(() => text().includes('model.pkl'));
    assert.ok(text().includes('model.pkl'));
    assert.deepEqual((open.done.kept as { view: RunView }).view.open, ['model']);
    const files = [...page.root.querySelectorAll<HTMLElement>('[data-act="open"]')];
    files.find((each) => each.textContent === 'model.pkl')?.click();
    await soon();
    assert.deepEqual(open.done.commands.at(-1), {
      command: 'runlens.openRunFile',
      target: { runIds: [RUN_ID], path: 'model/model.pkl' },
    });
  });

  it('shows the log of its step, with a search', async () => {
    await draw({ tab: 'logs' });
    await until(() => page.root.querySelector('.rl-log-line'));
    const lines = () =>
      [...page.root.querySelectorAll('.rl-log-line')].map((line) => line.textContent);
    assert.ok(lines().some((line) => line === '10:00:00.044 epoch 0 loss 2.31'));
    assert.ok(lines().some((line) => line === '8 progress lines'));
    await click('8 progress lines');
    assert.ok(lines().some((line) => line?.includes('3/10')));
    await write('vscode-text-field', 'SAVED');
    assert.deepEqual(lines(), ['10:00:03.117 saved model.pkl']);
    await click('Copy');
    assert.deepEqual(open.done.copies, ['10:00:03.117 saved model.pkl\n']);
    await write('vscode-text-field', '');
    const level = find('select[aria-label="Least level"]') as HTMLSelectElement;
    level.value = 'error';
    level.dispatchEvent(new page.window.Event('change', { bubbles: true }) as never);
    await soon();
    assert.equal(lines().length, 4);
    assert.ok(text().includes('4 lines'));
  });

  it('says why its step failed', async () => {
    await draw({}, FAILED_ANSWERS);
    await until(() => text().includes('Why it failed'));
    assert.ok(text().includes('ValueError: <b>lr</b> must be positive'));
    await click('Show Traceback');
    assert.deepEqual(open.done.commands.at(-1), {
      command: 'runlens.showTraceback',
      target: { stepRunId: 'd'.repeat(32) },
    });
  });

  it('follows what happens to the run, and to no other', async () => {
    let run: RunDetail = RUN;
    await draw({}, { ...RUN_ANSWERS, 'GET /api/runs/:runId': () => run });
    const asks = () =>
      open.done.asks.filter(({ route }) => route === 'GET /api/runs/:runId').length;
    const before = asks();
    await send({ type: 'run', run: { ...RUN, runId: 'other' } });
    assert.equal(asks(), before);
    run = { ...RUN, name: 'renamed' };
    await send({ type: 'run', run });
    assert.equal(find('h1').textContent, 'renamed');
  });

  it('reads points once a second, and not for each', async () => {
    await draw();
    const asks = () =>
      open.done.asks.filter(({ route }) => route === 'GET /api/runs/:runId').length;
    const before = asks();
    const point: ServerEvent = {
      type: 'points',
      runId: RUN_ID,
      key: 'loss',
      count: 9,
      lastStep: 9,
      lastValue: 1,
    };
    for (let i = 0; i < 5; i += 1) await open.panel.page.events([point]);
    await soon(400);
    assert.equal(asks(), before);
    await soon(900);
    assert.equal(asks(), before + 1);
  });

  it('can be restored while it is deleted', async () => {
    const deleted: RunDetail = { ...RUN, lifecycleStage: 'deleted' };
    await draw({}, { ...RUN_ANSWERS, 'GET /api/runs/:runId': () => deleted });
    await click('Restore');
    assert.deepEqual(open.done.changes.at(-1)?.request, {
      runs: [RUN_ID],
      change: { do: 'restore' },
    });
  });

  it('keeps what it shows when the server is gone', async () => {
    await draw();
    await open.panel.page.status({ kind: 'down', message: 'The server does not answer.' });
    await until(() => text().includes('The server does not answer.'));
    assert.ok(text().includes('The server does not answer.'));
    assert.equal(find('h1').textContent, 'classifier-17');
  });

  for (const label of [
    'Parameters',
    'Metrics',
    'System Metrics',
    'Artifacts',
    'Models',
    'Datasets',
    'Code',
    'Logs',
    'Child Runs',
    'Edits',
    'Recreate',
  ]) {
    it(`says in ${label} that a bare run has none, and draws a hostile one without running anything`, async () => {
      await draw({}, BARE_ANSWERS);
      await tab(label);
      assert.ok(page.root.querySelector('.rl-empty'), text());
      render(null, page.root);
      open.panel.dispose();
      // Without points: there is no canvas here.
      await draw({}, { ...HOSTILE_ANSWERS, 'POST /api/series': () => ({ series: [] }) });
      await tab(label);
      assert.ok(find('.run-tab').textContent !== '');
      assert.equal(
        page.root.querySelectorAll('img, script, iframe, a[href^="javascript"]').length,
        0,
      );
    });
  }
});
