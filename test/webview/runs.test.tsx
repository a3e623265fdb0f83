// The page of runs as a person uses it, over a real store.
/** @jsxRuntime automatic @jsxImportSource preact */
import assert from 'node:assert/strict';
import { render } from 'preact';
import type { RunsHost } from '../../src/protocol/webview/views';
import { App } from '../../webview/runs/app';
import { rowMenu } from '../../webview/runs/menus';
import { RunsModel } from '../../webview/runs/model';
import type { PageView } from '../../webview/runs/pageView';
import type { Panel } from '../../webview/shared/panel';
import { Toaster } from '../../webview/shared/ui/toast';
import { point, StoreFixture } from '../unit/api/fixture';
import { openPage } from './dom';
import { RunsFixture, runEvent } from './runsHost';

describe('the page of runs', () => {
  let store: StoreFixture;
  let page: ReturnType<typeof openPage>;
  let fixture: RunsFixture;
  let panel: Panel<PageView, RunsHost>;
  let model: RunsModel;
  let runs: string[];

  beforeEach(async () => {
    page = openPage();
    for (const [name, value] of [
      ['offsetWidth', 1600],
      ['offsetHeight', 600],
      ['clientWidth', 1600],
      ['clientHeight', 600],
    ] as const) {
      Object.defineProperty(page.window.HTMLElement.prototype, name, {
        configurable: true,
        get: () => value,
      });
    }
    const globals = globalThis as Record<string, unknown>;
    globals['ResizeObserver'] = page.window.ResizeObserver;
    globals['HTMLInputElement'] = page.window.HTMLInputElement;
    // Names of its runs count from 1.
    store = new StoreFixture();
    await store.open();
    runs = [];
    for (const [lr, loss] of [
      ['0.1', 3],
      ['0.01', 1],
      ['0.1', 2],
    ] as const) {
      const runId = await store.createRun({ team: 'a' });
      runs.push(runId);
      await store.store.commit({
        type: 'run.log',
        runId,
        metrics: [point('loss', 0, 9), point('loss', 1, loss)],
        params: [
          { key: 'lr', value: lr },
          { key: 'model', value: 'svm' },
        ],
        tags: [],
      });
      await store.store.commit({ type: 'run.update', runId, status: 'FINISHED', endTime: 100 });
    }
    fixture = new RunsFixture(store);
  });
  afterEach(async () => {
    render(null, page.root);
    model.dispose();
    panel.dispose();
    await soon();
    await page.close();
    await store.close();
  });

  const soon = (ms = 60) => new Promise((resolve) => setTimeout(resolve, ms));
  /** Until nothing is asked any more and what came is drawn, however busy the machine is. */
  const settled = async () => {
    let asked = -1;
    for (let quiet = 0; quiet < 4; ) {
      await soon(40);
      quiet = fixture.pending === 0 && fixture.asks.length === asked ? quiet + 1 : 0;
      asked = fixture.asks.length;
    }
  };
  const open = async () => {
    panel = fixture.open();
    model = new RunsModel(panel);
    render(<App model={model} toaster={new Toaster()} />, page.root);
    await settled();
  };
  const all = (selector: string) => [...page.root.querySelectorAll<HTMLElement>(selector)];
  const names = () => all('.rl-body [data-column=name]').map((cell) => cell.textContent ?? '');
  const column = (id: string) =>
    all('.rl-body [role=gridcell]')
      .filter((cell) => cell.dataset['column'] === id)
      .map((cell) => cell.textContent ?? '');
  const heads = () => all('[role=columnheader]').map((head) => head.dataset['column']);
  const click = async (element: HTMLElement | undefined, init: MouseEventInit = {}) => {
    assert.ok(element, 'there is nothing to click');
    const event = new page.window.MouseEvent('click', { bubbles: true, ...(init as object) });
    element.dispatchEvent(event as unknown as Event);
    await settled();
  };
  const press = async (target: HTMLElement, key: string, init: KeyboardEventInit = {}) => {
    const { KeyboardEvent } = page.window;
    const event = new KeyboardEvent('keydown', {
      key,
      bubbles: true,
      cancelable: true,
      ...(init as object),
    });
    target.dispatchEvent(event as unknown as Event);
    await settled();
  };
  const button = (text: string) =>
    all('vscode-button, button').find(
      (each) => each.textContent === text || each.getAttribute('aria-label') === text,
    );
  const view = (change: Partial<RunsModel['view']>) => {
    model.setView({ ...model.view, ...change });
    return settled();
  };
  const tell = async (...events: Parameters<typeof panel.page.events>[0]) => {
    await panel.page.events(events);
    await settled();
  };

  it('shows runs, newest first, with what differs and the best value', async () => {
    await open();
    assert.deepEqual(names(), ['run 3', 'run 2', 'run 1']);
    assert.ok(heads().includes('params.lr') && !heads().includes('params.model'));
    assert.deepEqual(column('metrics.loss'), ['2', '1', '3']);
    const best = all('.rl-best').map((cell) => cell.textContent);
    assert.deepEqual(best, ['1']);
    assert.match(page.root.textContent ?? '', /3 runs · 0 shown.*read just now.*store 12 MB/);
  });

  it('puts running runs on top while nobody sorts', async () => {
    await store.store.commit({ type: 'run.update', runId: runs[0]!, status: 'RUNNING' });
    await open();
    assert.deepEqual(names(), ['run 1', 'run 3', 'run 2']);
    await view({ sort: [{ id: 'metrics.loss', desc: false }] });
    assert.deepEqual(names(), ['run 2', 'run 3', 'run 1']);
  });

  it('filters, and keeps the last rows when the server refuses', async () => {
    await open();
    await view({ filter: 'loss < 2.5' });
    assert.deepEqual(names(), ['run 3', 'run 2']);
    await view({ filter: 'nonsense.name = 1' });
    assert.deepEqual(names(), ['run 3', 'run 2']);
    assert.match(page.root.querySelector('.rl-filter-problem')?.textContent ?? '', /nonsense/);
    await view({ filter: 'loss > 100' });
    assert.match(page.root.textContent ?? '', /No run is found/);
  });

  it('keeps rows in sight until the first answer to a filter or a grouping is here', async () => {
    await open();
    const seen: number[] = [];
    const subscription = model.feed.onDidChange(() => seen.push(model.feed.rows?.count ?? -1));
    await view({ filter: 'loss < 2.5' });
    await view({ filter: '' });
    await view({ groupBy: [{ on: 'param', key: 'lr' }] });
    subscription.dispose();
    assert.ok(seen.length > 0 && !seen.includes(-1), seen.join());
    assert.equal(names().length, 2);
  });

  it('compares with a baseline that stays on top', async () => {
    await open();
    await view({ baseline: runs[0] });
    const pinned = all('.rl-head .rl-row').at(-1);
    assert.match(pinned?.textContent ?? '', /baseline.*run 1/);
    const deltas = all('.rl-body .rl-delta').map((each) => each.textContent);
    assert.deepEqual(deltas, ['−1better', '−2better']);
    await view({ directions: { loss: 'max' } });
    assert.deepEqual(
      all('.rl-body .rl-delta').map((each) => each.textContent),
      ['−1worse', '−2worse'],
    );
  });

  it('shows the value of a metric that was chosen', async () => {
    await open();
    await view({ values: { loss: 'first' } });
    assert.deepEqual(column('metrics.loss'), ['9', '9', '9']);
    await view({ values: { loss: 'max' } });
    assert.deepEqual(column('metrics.loss'), ['9', '9', '9']);
  });

  it('groups with mean and deviation, and unfolds to the members', async () => {
    await open();
    await view({ groupBy: [{ on: 'param', key: 'lr' }] });
    assert.deepEqual(names(), ['lr = 0.01 (1 run)', 'lr = 0.1 (2 runs)']);
    assert.deepEqual(column('metrics.loss'), ['1 (n = 1)', '2.5 ± 0.71 (n = 2)']);
    await click(all('[data-act=expand]')[1]);
    await settled();
    assert.deepEqual(names(), ['lr = 0.01 (1 run)', 'lr = 0.1 (2 runs)', 'run 3', 'run 1']);
    await click(all('[data-act=expand]')[1]);
    assert.equal(names().length, 2);
  });

  it('does not leave members of one grouping under groups of another', async () => {
    await open();
    await view({ groupBy: [{ on: 'param', key: 'lr' }] });
    await click(all('[data-act=expand]')[1]);
    await settled();
    assert.equal(names().length, 4);
    await view({ groupBy: [{ on: 'attribute', key: 'run_name' }] });
    assert.deepEqual(
      names(),
      [1, 2, 3].map((n) => `run_name = run ${n} (1 run)`),
    );
    await view({ groupBy: [{ on: 'param', key: 'lr' }] });
    await settled();
    assert.deepEqual(names(), ['lr = 0.01 (1 run)', 'lr = 0.1 (2 runs)', 'run 3', 'run 1']);
  });

  it('selects all runs of a group beside what is selected, and takes them out again', async () => {
    await open();
    await view({ groupBy: [{ on: 'param', key: 'lr' }] });
    model.setSelection({ kind: 'some', ids: [runs[1]!] });
    const { RunActs } = await import('../../webview/runs/acts');
    const acts = new RunActs(model, new Toaster());
    const column = { id: 'name', name: 'Name', cell: () => ({ is: 'missing' as const }) };
    const row = model.feed.rows!.at(1)!;
    const choose = async (index: number) => {
      const entry = rowMenu({ row, column, isSelected: false }, { model, acts })[index];
      assert.ok(entry && entry !== 'separator');
      entry.onSelect();
      await settled();
    };
    await choose(0);
    assert.match(page.root.querySelector('.runs-bulk')?.textContent ?? '', /3 selected/);
    await choose(1);
    assert.deepEqual(model.state.view.selection, { kind: 'some', ids: [runs[1]!] });
  });

  it('nests runs, keeps them unfolded over a reload, and finds nested ones by a filter', async () => {
    const child = await store.createRun({ 'mlflow.parentRunId': runs[1]! });
    await store.store.commit({ type: 'run.update', runId: child, status: 'FINISHED', endTime: 9 });
    await open();
    assert.deepEqual(names(), ['run 3', 'run 2', 'run 1']);
    await click(all('[data-act=expand]')[0]);
    await settled();
    assert.deepEqual(names(), ['run 3', 'run 2', 'run 4', 'run 1']);
    render(null, page.root);
    model.dispose();
    panel.dispose();
    await open();
    await settled();
    assert.deepEqual(names(), ['run 3', 'run 2', 'run 4', 'run 1']);
    await view({ filter: "run_name = 'run 4'" });
    assert.deepEqual(names(), ['run 4']);
  });

  it('deletes what is selected, even what is not here, and puts it back', async () => {
    await open();
    const cell = page.root.querySelector<HTMLElement>('.rl-body [data-column=status]')!;
    cell.focus();
    await press(cell, 'a', { ctrlKey: true });
    assert.match(page.root.querySelector('.runs-bulk')?.textContent ?? '', /3 selected/);
    model.setSelection({ kind: 'all', except: [runs[1]!] });
    await soon();
    await click(button('Delete'));
    await soon();
    assert.deepEqual(
      runs.map((id) => store.store.runs.get(id)?.info.lifecycleStage),
      ['deleted', 'active', 'deleted'],
    );
    assert.match(page.root.querySelector('.rl-toast')?.textContent ?? '', /2 runs deleted/);
    await click(button('Undo'));
    assert.deepEqual(
      runs.map((id) => store.store.runs.get(id)?.info.lifecycleStage),
      ['active', 'active', 'active'],
    );
  });

  it('deletes one that is not selected and keeps the selection', async () => {
    await open();
    model.setSelection({ kind: 'some', ids: [runs[0]!, runs[1]!] });
    await soon();
    const { RunActs } = await import('../../webview/runs/acts');
    const acts = new RunActs(model, new Toaster());
    acts.remove([runs[2]!]);
    await settled();
    assert.deepEqual(model.state.view.selection, { kind: 'some', ids: [runs[0]!, runs[1]!] });
    acts.remove([runs[0]!]);
    await settled();
    assert.deepEqual(model.state.view.selection, { kind: 'some', ids: [runs[1]!] });
  });

  it('does not count runs as selected that were deleted elsewhere', async () => {
    await open();
    model.setSelection({ kind: 'some', ids: [runs[0]!, runs[1]!] });
    const event = runEvent(runs[0]!);
    assert.ok(event.type === 'run');
    await tell(
      { type: 'run', run: { ...event.run, lifecycleStage: 'deleted' } },
      { type: 'gone', what: 'run', id: 'x' },
    );
    assert.deepEqual(model.state.view.selection, { kind: 'some', ids: [runs[1]!] });
    model.setSelection({ kind: 'all', except: [runs[0]!, runs[1]!] });
    await tell({ type: 'gone', what: 'run', id: runs[1]! });
    assert.deepEqual(model.state.view.selection, { kind: 'all', except: [runs[0]!] });
  });

  it('drops the runs of an experiment that was deleted', async () => {
    const experimentId = await store.createExperiment('other');
    await store.createRun({}, experimentId);
    await open();
    assert.equal(names().length, 4);
    await store.store.commit({
      type: 'experiment.lifecycle',
      experimentId,
      stage: 'deleted',
      time: 1,
    });
    const experiment = {
      experimentId,
      name: 'other',
      lifecycleStage: 'deleted' as const,
      lastUpdateTime: 1,
      runs: 1,
      running: 0,
    };
    await tell({ type: 'experiment', experiment });
    assert.equal(names().length, 3);
  });

  it('tags what is selected and takes the tags back as they were', async () => {
    await open();
    model.setSelection({ kind: 'some', ids: [runs[0]!] });
    await soon();
    const { RunActs } = await import('../../webview/runs/acts');
    const toaster = new Toaster();
    const acts = new RunActs(model, toaster);
    acts.tag(acts.selected(), 'team', 'b');
    await settled();
    const team = () =>
      store.store.runs.get(runs[0]!)?.tags.find(({ key }) => key === 'team')?.value;
    assert.equal(team(), 'b');
    toaster.toasts[0]?.action?.run();
    await settled();
    assert.equal(team(), 'a');
  });

  it('renames in place: Enter takes it, Escape does not, and updates do not disturb', async () => {
    await open();
    const cell = () => page.root.querySelector<HTMLElement>('.rl-body [data-column=name]')!;
    cell().focus();
    await press(cell(), 'F2');
    const field = page.root.querySelector<HTMLInputElement>('.runs-edit')!;
    assert.equal(field.value, 'run 3');
    field.value = 'better';
    field.dispatchEvent(new page.window.Event('input', { bubbles: true }) as unknown as Event);
    await store.createRun();
    await tell(runEvent('x'));
    assert.equal(page.root.querySelector<HTMLInputElement>('.runs-edit'), field);
    assert.equal(field.value, 'better');
    await press(field, 'Enter');
    await soon();
    assert.equal(store.store.runs.get(runs[2]!)?.info.runName, 'better');
    await press(cell(), 'F2');
    await press(page.root.querySelector<HTMLInputElement>('.runs-edit')!, 'Escape');
    assert.equal(page.root.querySelector('.runs-edit'), null);
  });

  it('renames a run that is seen twice: in the row where that was begun', async () => {
    await open();
    await view({ baseline: runs[2] });
    const cells = all('[data-column=name]').filter((cell) => /run 3/.test(cell.textContent ?? ''));
    assert.equal(cells.length, 2);
    for (const [i, cell] of cells.entries()) {
      cell.focus();
      await soon();
      await press(cell, 'F2');
      const fields = [...page.root.querySelectorAll<HTMLInputElement>('.runs-edit')];
      assert.equal(fields.length, 1);
      assert.ok(cell.contains(fields[0]!), `the field is in row ${i}`);
      await press(fields[0]!, 'Escape');
    }
  });

  it('deletes by the menu what the key deletes: all that is selected', async () => {
    await open();
    model.setSelection({ kind: 'some', ids: [runs[0]!, runs[2]!] });
    await soon();
    const { RunActs } = await import('../../webview/runs/acts');
    const acts = new RunActs(model, new Toaster());
    const column = { id: 'name', name: 'Name', cell: () => ({ is: 'missing' as const }) };
    const labels = (index: number, isSelected: boolean) => {
      const row = model.feed.rows!.at(index)!;
      return rowMenu({ row, column, isSelected }, { model, acts }).flatMap((entry) =>
        entry === 'separator' ? [] : [entry],
      );
    };
    assert.equal(labels(1, false).at(-1)?.label, 'Delete');
    const last = labels(0, true).at(-1);
    assert.equal(last?.label, 'Delete 2 Selected Runs');
    last?.onSelect();
    await settled();
    assert.deepEqual(
      runs.map((id) => store.store.runs.get(id)?.info.lifecycleStage),
      ['deleted', 'active', 'deleted'],
    );
  });

  it('ends a selection of all with the filter that it was of', async () => {
    await open();
    await view({ filter: 'loss < 2.5' });
    model.setSelection({ kind: 'all', except: [] });
    await view({ sort: [{ id: 'metrics.loss', desc: false }] });
    assert.match(page.root.querySelector('.runs-bulk')?.textContent ?? '', /2 selected/);
    await view({ filter: '' });
    assert.equal(page.root.querySelector('.runs-bulk'), null);
    model.setSelection({ kind: 'some', ids: [runs[1]!] });
    await view({ filter: 'loss < 2.5' });
    assert.match(page.root.querySelector('.runs-bulk')?.textContent ?? '', /1 selected/);
  });

  it('copies columns as they are seen, and chosen runs in the order of the table', async () => {
    await open();
    await view({
      sort: [{ id: 'metrics.loss', desc: false }],
      columns: {
        ...model.view.columns,
        pinned: ['name'],
        order: ['params.lr', 'metrics.loss'],
        hidden: ['status', 'started', 'duration', 'experiment'],
      },
    });
    model.setSelection({ kind: 'some', ids: [runs[0]!, runs[2]!, runs[1]!] });
    await soon();
    await click(button('Copy and Save'));
    await click(all('[role=menuitem]').find((item) => /as CSV$/.test(item.textContent ?? '')));
    await soon();
    const text = 'Name,lr,loss\nrun 2,0.01,1\nrun 3,0.1,2\nrun 1,0.1,3\n';
    assert.deepEqual(fixture.copies, [text]);
  });

  it('copies by key what is selected, even what the filter does not let through', async () => {
    await open();
    model.setSelection({ kind: 'some', ids: [runs[0]!, runs[1]!] });
    await view({ filter: 'loss < 1.5' });
    assert.deepEqual(names(), ['run 2']);
    const cell = page.root.querySelector<HTMLElement>('.rl-body [data-column=name]')!;
    cell.focus();
    await press(cell, 'c', { ctrlKey: true });
    const lines = (fixture.copies[0] ?? '').trimEnd().split('\n');
    assert.deepEqual(
      lines.slice(1).map((line) => line.split('\t')[0]),
      ['run 2', 'run 1'],
    );
  });

  it('copies groups with mean, deviation and number', async () => {
    await open();
    await view({ groupBy: [{ on: 'param', key: 'lr' }] });
    for (const kind of ['CSV', 'Markdown']) {
      await click(button('Copy and Save'));
      await click(all('[role=menuitem]').find((item) => item.textContent?.endsWith(`as ${kind}`)));
      await soon();
    }
    const [csv = '', markdown = ''] = fixture.copies;
    assert.match(csv, /,loss,loss sd,loss n,/);
    assert.match(csv, /lr = 0\.1 \(2 runs\),.*,2\.5,0\.70710\d*,2,/);
    assert.match(csv, /lr = 0\.01 \(1 run\),.*,1,,1,/);
    assert.match(markdown, /2\.5 ± 0\.71 \(n = 2\)/);
  });

  it('takes metrics of any name', async () => {
    const names = [
      'constructor',
      '__proto__',
      'toString',
      '<b>x</b>',
      'קול 🦉',
      'a\nb',
      'x'.repeat(250),
    ];
    const metrics = names.map((name) => point(name, 0, 1));
    await store.log(runs[0]!, metrics);
    await open();
    await view({
      columns: { ...model.view.columns, added: names.map((name) => `metrics.${name}`) },
      values: { ['__proto__']: 'best' },
      sort: [{ id: 'metrics.constructor', desc: true }],
    });
    assert.equal(
      names.every((name) => heads().includes(`metrics.${name}`)),
      true,
      heads().join(),
    );
    assert.deepEqual(column('metrics.constructor'), ['1', '–', '–']);
    assert.match(all('[data-column="metrics.constructor"]')[0]?.title ?? '', /^constructor$/);
    assert.equal(page.root.querySelectorAll('b').length, 0);
  });

  it('follows events without moving what is selected', async () => {
    await open();
    model.setSelection({ kind: 'some', ids: [runs[1]!] });
    await store.createRun();
    await tell(runEvent('x'));
    assert.deepEqual(names(), ['run 4', 'run 3', 'run 2', 'run 1']);
    const selected = all('.rl-body [aria-selected=true]').map((row) => row.textContent ?? '');
    assert.equal(selected.length, 1);
    assert.match(selected[0] ?? '', /run 2/);
  });

  it('keeps rows and says what is wrong while the server is gone', async () => {
    await open();
    fixture.down = 'The server does not answer.';
    await tell(runEvent('x'));
    assert.equal(names().length, 3);
    assert.match(page.root.querySelector('[role=alert]')?.textContent ?? '', /does not answer/);
    fixture.down = undefined;
    await store.createRun();
    await click(button('Try Again'));
    await settled();
    assert.equal(names().length, 4);
    assert.equal(page.root.querySelector('[role=alert]'), null);
  });

  it('saves a view with the columns that are seen, and takes it again', async () => {
    await open();
    await view({ filter: 'loss < 2.5', groupBy: [{ on: 'param', key: 'lr' }] });
    await click(button('Views'));
    await soon();
    const field = page.root.querySelector<HTMLElement>('.runs-form vscode-text-field')!;
    Object.assign(field, { value: 'Best' });
    field.dispatchEvent(new page.window.Event('input', { bubbles: true }) as unknown as Event);
    await soon();
    await click(button('Save View'));
    assert.deepEqual(
      fixture.views.map(({ name }) => name),
      ['Best'],
    );
    assert.ok(fixture.views[0]?.view.columns.added.includes('params.lr'));
    assert.ok(button('Best'), 'the button is called as the view that was saved');
    await view({ filter: '', groupBy: [] });
    await click(button('Best (changed)'));
    await settled();
    await click(page.root.querySelector<HTMLElement>('.runs-views button')!);
    assert.equal(model.view.filter, 'loss < 2.5');
    assert.equal(model.state.view.viewName, 'Best');
    assert.ok(button('Best'), 'it is as it was saved');
  });

  it('says how to begin where there is nothing', async () => {
    for (const runId of runs) {
      await store.store.commit({ type: 'run.lifecycle', runId, stage: 'deleted', time: 1 });
    }
    await open();
    assert.match(page.root.querySelector('.rl-empty pre')?.textContent ?? '', /log_metric/);
    await click(button('Create Sample Project'));
    assert.equal(fixture.commands[0]?.command, 'runlens.createSample');
  });

  it('does not say that programs of this folder log into a source', async () => {
    for (const runId of runs) {
      await store.store.commit({ type: 'run.lifecycle', runId, stage: 'deleted', time: 1 });
    }
    const { place } = fixture.start;
    fixture.start = { ...fixture.start, place: { ...place, source: 's', canWrite: false } };
    await open();
    assert.equal(page.root.querySelector('.rl-empty pre'), null);
    assert.match(page.root.querySelector('.rl-empty')?.textContent ?? '', /no runs in digits/);
  });

  it('changes nothing where a place can only be read', async () => {
    const { place } = fixture.start;
    fixture.start = { ...fixture.start, place: { ...place, canWrite: false } };
    await open();
    const cell = page.root.querySelector<HTMLElement>('.rl-body [data-column=name]')!;
    cell.focus();
    await press(cell, 'Delete');
    await press(cell, 'F2');
    assert.equal(page.root.querySelector('.runs-edit'), null);
    assert.ok(!fixture.asks.some(({ route }) => route === 'POST /api/run-changes'));
  });

  it('begins with the filter that it was opened for, once', async () => {
    fixture.start = { ...fixture.start, subject: { kind: 'runs', filter: 'loss < 2.5' } };
    await open();
    assert.equal(names().length, 2);
    await view({ filter: '' });
    render(null, page.root);
    model.dispose();
    panel.dispose();
    await open();
    assert.equal(names().length, 3);
  });
});
