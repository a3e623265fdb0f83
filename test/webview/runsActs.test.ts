// What is done to runs on their page: select, delete, tag, rename, copy, save.
import assert from 'node:assert/strict';
import { rowMenu } from '../../webview/runs/menus';
import { Toaster } from '../../webview/shared/ui/toast';
import { runEvent } from './runsHost';
import { eachRunsPage, soon } from './runsPage';

describe('what is done to runs on their page', () => {
  const at = eachRunsPage();
  const { all, button, click, names, open, press, settled, tell, view } = at;

  it('selects all runs of a group beside what is selected, and takes them out again', async () => {
    await open();
    await view({ groupBy: [{ on: 'param', key: 'lr' }] });
    at.model.setSelection({ kind: 'some', ids: [at.runs[1]!] });
    const { RunActs } = await import('../../webview/runs/acts');
    const acts = new RunActs(at.model, new Toaster());
    const column = { id: 'name', name: 'Name', cell: () => ({ is: 'missing' as const }) };
    const row = at.model.feed.rows!.at(1)!;
    const choose = async (index: number) => {
      const entry = rowMenu({ row, column, isSelected: false }, { model: at.model, acts })[index];
      assert.ok(entry && entry !== 'separator');
      entry.onSelect();
      await settled();
    };
    await choose(0);
    assert.match(at.page.root.querySelector('.runs-bulk')?.textContent ?? '', /3 selected/);
    await choose(1);
    assert.deepEqual(at.model.state.view.selection, { kind: 'some', ids: [at.runs[1]!] });
  });

  it('deletes what is selected, even what is not here, and puts it back', async () => {
    await open();
    const cell = at.page.root.querySelector<HTMLElement>('.rl-body [data-column=status]')!;
    cell.focus();
    await press(cell, 'a', { ctrlKey: true });
    assert.match(at.page.root.querySelector('.runs-bulk')?.textContent ?? '', /3 selected/);
    at.model.setSelection({ kind: 'all', except: [at.runs[1]!] });
    await soon();
    await click(button('Delete'));
    await soon();
    assert.deepEqual(
      at.runs.map((id) => at.store.store.runs.get(id)?.info.lifecycleStage),
      ['deleted', 'active', 'deleted'],
    );
    assert.match(at.page.root.querySelector('.rl-toast')?.textContent ?? '', /2 runs deleted/);
    await click(button('Undo'));
    assert.deepEqual(
      at.runs.map((id) => at.store.store.runs.get(id)?.info.lifecycleStage),
      ['active', 'active', 'active'],
    );
  });

  it('deletes one that is not selected and keeps the selection', async () => {
    await open();
    at.model.setSelection({ kind: 'some', ids: [at.runs[0]!, at.runs[1]!] });
    await soon();
    const { RunActs } = await import('../../webview/runs/acts');
    const acts = new RunActs(at.model, new Toaster());
    acts.remove([at.runs[2]!]);
    await settled();
    assert.deepEqual(at.model.state.view.selection, {
      kind: 'some',
      ids: [at.runs[0]!, at.runs[1]!],
    });
    acts.remove([at.runs[0]!]);
    await settled();
    assert.deepEqual(at.model.state.view.selection, { kind: 'some', ids: [at.runs[1]!] });
  });

  it('does not count runs as selected that were deleted elsewhere', async () => {
    await open();
    at.model.setSelection({ kind: 'some', ids: [at.runs[0]!, at.runs[1]!] });
    const event = runEvent(at.runs[0]!);
    assert.ok(event.type === 'run');
    await tell(
      { type: 'run', run: { ...event.run, lifecycleStage: 'deleted' } },
      { type: 'gone', what: 'run', id: 'x' },
    );
    assert.deepEqual(at.model.state.view.selection, { kind: 'some', ids: [at.runs[1]!] });
    at.model.setSelection({ kind: 'all', except: [at.runs[0]!, at.runs[1]!] });
    await tell({ type: 'gone', what: 'run', id: at.runs[1]! });
    assert.deepEqual(at.model.state.view.selection, { kind: 'all', except: [at.runs[0]!] });
  });

  it('drops the runs of an experiment that was deleted', async () => {
    const experimentId = await at.store.createExperiment('other');
    await at.store.createRun({}, experimentId);
    await open();
    assert.equal(names().length, 4);
    await at.store.store.commit({
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
    at.model.setSelection({ kind: 'some', ids: [at.runs[0]!] });
    await soon();
    const { RunActs } = await import('../../webview/runs/acts');
    const toaster = new Toaster();
    const acts = new RunActs(at.model, toaster);
    acts.tag(acts.selected(), 'team', 'b');
    await settled();
    const team = () =>
      at.store.store.runs.get(at.runs[0]!)?.tags.find(({ key }) => key === 'team')?.value;
    assert.equal(team(), 'b');
    toaster.toasts[0]?.action?.run();
    await settled();
    assert.equal(team(), 'a');
  });

  it('renames in place: Enter takes it, Escape does not, and updates do not disturb', async () => {
    await open();
    const cell = () => at.page.root.querySelector<HTMLElement>('.rl-body [data-column=name]')!;
    cell().focus();
    await press(cell(), 'F2');
    const field = at.page.root.querySelector<HTMLInputElement>('.runs-edit')!;
    assert.equal(field.value, 'run 3');
    field.value = 'better';
    field.dispatchEvent(new at.page.window.Event('input', { bubbles: true }) as unknown as Event);
    await at.store.createRun();
    await tell(runEvent('x'));
    assert.equal(at.page.root.querySelector<HTMLInputElement>('.runs-edit'), field);
    assert.equal(field.value, 'better');
    await press(field, 'Enter');
    await soon();
    assert.equal(at.store.store.runs.get(at.runs[2]!)?.info.runName, 'better');
    await press(cell(), 'F2');
    await press(at.page.root.querySelector<HTMLInputElement>('.runs-edit')!, 'Escape');
    assert.equal(at.page.root.querySelector('.runs-edit'), null);
  });

  it('renames a run that is seen twice: in the row where that was begun', async () => {
    await open();
    await view({ baseline: at.runs[2] });
    const cells = all('[data-column=name]').filter((cell) => /run 3/.test(cell.textContent ?? ''));
    assert.equal(cells.length, 2);
    for (const [i, cell] of cells.entries()) {
      cell.focus();
      await soon();
      await press(cell, 'F2');
      const fields = [...at.page.root.querySelectorAll<HTMLInputElement>('.runs-edit')];
      assert.equal(fields.length, 1);
      assert.ok(cell.contains(fields[0]!), `the field is in row ${i}`);
      await press(fields[0]!, 'Escape');
    }
  });

  it('deletes by the menu what the key deletes: all that is selected', async () => {
    await open();
    at.model.setSelection({ kind: 'some', ids: [at.runs[0]!, at.runs[2]!] });
    await soon();
    const { RunActs } = await import('../../webview/runs/acts');
    const acts = new RunActs(at.model, new Toaster());
    const column = { id: 'name', name: 'Name', cell: () => ({ is: 'missing' as const }) };
    const labels = (index: number, isSelected: boolean) => {
      const row = at.model.feed.rows!.at(index)!;
      return rowMenu({ row, column, isSelected }, { model: at.model, acts }).flatMap((entry) =>
        entry === 'separator' ? [] : [entry],
      );
    };
    assert.equal(labels(1, false).at(-1)?.label, 'Delete');
    const last = labels(0, true).at(-1);
    assert.equal(last?.label, 'Delete 2 Selected Runs');
    last?.onSelect();
    await settled();
    assert.deepEqual(
      at.runs.map((id) => at.store.store.runs.get(id)?.info.lifecycleStage),
      ['deleted', 'active', 'deleted'],
    );
  });

  it('ends a selection of all with the filter that it was of', async () => {
    await open();
    await view({ filter: 'loss < 2.5' });
    at.model.setSelection({ kind: 'all', except: [] });
    await view({ sort: [{ id: 'metrics.loss', desc: false }] });
    assert.match(at.page.root.querySelector('.runs-bulk')?.textContent ?? '', /2 selected/);
    await view({ filter: '' });
    assert.equal(at.page.root.querySelector('.runs-bulk'), null);
    at.model.setSelection({ kind: 'some', ids: [at.runs[1]!] });
    await view({ filter: 'loss < 2.5' });
    assert.match(at.page.root.querySelector('.runs-bulk')?.textContent ?? '', /1 selected/);
  });

  it('copies columns as they are seen, and chosen runs in the order of the table', async () => {
    await open();
    await view({
      sort: [{ id: 'metrics.loss', desc: false }],
      columns: {
        ...at.model.view.columns,
        pinned: ['name'],
        order: ['params.lr', 'metrics.loss'],
        hidden: ['status', 'started', 'duration', 'experiment'],
      },
    });
    at.model.setSelection({ kind: 'some', ids: [at.runs[0]!, at.runs[2]!, at.runs[1]!] });
    await soon();
    await click(button('Copy and Save'));
    await click(all('[role=menuitem]').find((item) => /as CSV$/.test(item.textContent ?? '')));
    await soon();
    const text = 'Name,lr,loss\nrun 2,0.01,1\nrun 3,0.1,2\nrun 1,0.1,3\n';
    assert.deepEqual(at.fixture.copies, [text]);
  });

  it('copies by key what is selected, even what the filter does not let through', async () => {
    await open();
    at.model.setSelection({ kind: 'some', ids: [at.runs[0]!, at.runs[1]!] });
    await view({ filter: 'loss < 1.5' });
    assert.deepEqual(names(), ['run 2']);
    const cell = at.page.root.querySelector<HTMLElement>('.rl-body [data-column=name]')!;
    cell.focus();
    await press(cell, 'c', { ctrlKey: true });
    const lines = (at.fixture.copies[0] ?? '').trimEnd().split('\n');
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
    const [csv = '', markdown = ''] = at.fixture.copies;
    assert.match(csv, /,loss,loss sd,loss n,/);
    assert.match(csv, /lr = 0\.1 \(2 runs\),.*,2\.5,0\.70710\d*,2,/);
    assert.match(csv, /lr = 0\.01 \(1 run\),.*,1,,1,/);
    assert.match(markdown, /2\.5 ± 0\.71 \(n = 2\)/);
  });

  it('saves a view with the columns that are seen, and takes it again', async () => {
    await open();
    await view({ filter: 'loss < 2.5', groupBy: [{ on: 'param', key: 'lr' }] });
    await click(button('Views'));
    await soon();
    const field = at.page.root.querySelector<HTMLElement>('.runs-form vscode-text-field')!;
    Object.assign(field, { value: 'Best' });
    field.dispatchEvent(new at.page.window.Event('input', { bubbles: true }) as unknown as Event);
    await soon();
    await click(button('Save View'));
    assert.deepEqual(
      at.fixture.views.map(({ name }) => name),
      ['Best'],
    );
    assert.ok(at.fixture.views[0]?.view.columns.added.includes('params.lr'));
    assert.ok(button('Best'), 'the button is called as the view that was saved');
    await view({ filter: '', groupBy: [] });
    await click(button('Best (changed)'));
    await settled();
    await click(at.page.root.querySelector<HTMLElement>('.runs-views button')!);
    assert.equal(at.model.view.filter, 'loss < 2.5');
    assert.equal(at.model.state.view.viewName, 'Best');
    assert.ok(button('Best'), 'it is as it was saved');
  });

  it('changes nothing where a place can only be read', async () => {
    const { place } = at.fixture.start;
    at.fixture.start = { ...at.fixture.start, place: { ...place, canWrite: false } };
    await open();
    const cell = at.page.root.querySelector<HTMLElement>('.rl-body [data-column=name]')!;
    cell.focus();
    await press(cell, 'Delete');
    await press(cell, 'F2');
    assert.equal(at.page.root.querySelector('.runs-edit'), null);
    assert.ok(!at.fixture.asks.some(({ route }) => route === 'POST /api/run-changes'));
  });
});
