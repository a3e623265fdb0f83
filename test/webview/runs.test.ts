// The page of runs as a person reads it: filters, groups, nests, compares, follows.
import assert from 'node:assert/strict';
import { render } from 'preact';
import { point } from '../unit/api/fixture';
import { runEvent } from './runsHost';
import { eachRunsPage } from './runsPage';

describe('the page of runs', () => {
  const at = eachRunsPage();
  const { all, button, click, column, heads, names, open, settled, tell, view } = at;

  it('shows runs, newest first, with what differs and the best value', async () => {
    await open();
    assert.deepEqual(names(), ['run 3', 'run 2', 'run 1']);
    assert.ok(heads().includes('params.lr') && !heads().includes('params.model'));
    assert.deepEqual(column('metrics.loss'), ['2', '1', '3']);
    const best = all('.rl-best').map((cell) => cell.textContent);
    assert.deepEqual(best, ['1']);
    assert.match(at.page.root.textContent ?? '', /3 runs · 0 shown.*read just now.*store 12 MB/);
  });

  it('asks for what takes long after the first rows', async () => {
    await open();
    const asked = at.fixture.asks.map(({ route, request }) =>
      route === 'POST /api/run-columns' ? ['newest' in (request as object), route] : [route],
    );
    const place = (...what: unknown[]) =>
      asked.findIndex((each) => JSON.stringify(each) === JSON.stringify(what));
    const rows = place('POST /api/run-table');
    for (const quick of [[true, 'POST /api/run-columns'], ['GET /api/experiments']]) {
      assert.ok(place(...quick) < rows, String(quick));
    }
    for (const slow of [[false, 'POST /api/run-columns'], ['POST /api/run-groups']]) {
      assert.ok(place(...slow) > rows, String(slow));
    }
  });

  it('puts running runs on top while nobody sorts', async () => {
    await at.store.store.commit({ type: 'run.update', runId: at.runs[0]!, status: 'RUNNING' });
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
    assert.match(at.page.root.querySelector('.rl-filter-problem')?.textContent ?? '', /nonsense/);
    await view({ filter: 'loss > 100' });
    assert.match(at.page.root.textContent ?? '', /No run is found/);
  });

  it('keeps rows in sight until the first answer to a filter or a grouping is here', async () => {
    await open();
    const seen: number[] = [];
    const subscription = at.model.feed.onDidChange(() =>
      seen.push(at.model.feed.rows?.count ?? -1),
    );
    await view({ filter: 'loss < 2.5' });
    await view({ filter: '' });
    await view({ groupBy: [{ on: 'param', key: 'lr' }] });
    subscription.dispose();
    assert.ok(seen.length > 0 && !seen.includes(-1), seen.join());
    assert.equal(names().length, 2);
  });

  it('compares with a baseline that stays on top', async () => {
    await open();
    await view({ baseline: at.runs[0] });
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

  it('nests runs, keeps them unfolded over a reload, and finds nested ones by a filter', async () => {
    const child = await at.store.createRun({ 'mlflow.parentRunId': at.runs[1]! });
    await at.store.store.commit({
      type: 'run.update',
      runId: child,
      status: 'FINISHED',
      endTime: 9,
    });
    await open();
    assert.deepEqual(names(), ['run 3', 'run 2', 'run 1']);
    await click(all('[data-act=expand]')[0]);
    await settled();
    assert.deepEqual(names(), ['run 3', 'run 2', 'run 4', 'run 1']);
    render(null, at.page.root);
    at.model.dispose();
    at.panel.dispose();
    await open();
    await settled();
    assert.deepEqual(names(), ['run 3', 'run 2', 'run 4', 'run 1']);
    await view({ filter: "run_name = 'run 4'" });
    assert.deepEqual(names(), ['run 4']);
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
    await at.store.log(at.runs[0]!, metrics);
    await open();
    await view({
      columns: { ...at.model.view.columns, added: names.map((name) => `metrics.${name}`) },
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
    assert.equal(at.page.root.querySelectorAll('b').length, 0);
  });

  it('follows events without moving what is selected', async () => {
    await open();
    at.model.setSelection({ kind: 'some', ids: [at.runs[1]!] });
    await at.store.createRun();
    await tell(runEvent('x'));
    assert.deepEqual(names(), ['run 4', 'run 3', 'run 2', 'run 1']);
    const selected = all('.rl-body [aria-selected=true]').map((row) => row.textContent ?? '');
    assert.equal(selected.length, 1);
    assert.match(selected[0] ?? '', /run 2/);
  });

  it('keeps rows and says what is wrong while the server is gone', async () => {
    await open();
    at.fixture.down = 'The server does not answer.';
    await tell(runEvent('x'));
    assert.equal(names().length, 3);
    assert.match(at.page.root.querySelector('[role=alert]')?.textContent ?? '', /does not answer/);
    at.fixture.down = undefined;
    await at.store.createRun();
    await click(button('Try Again'));
    await settled();
    assert.equal(names().length, 4);
    assert.equal(at.page.root.querySelector('[role=alert]'), null);
  });

  it('says how to begin where there is nothing', async () => {
    for (const runId of at.runs) {
      await at.store.store.commit({ type: 'run.lifecycle', runId, stage: 'deleted', time: 1 });
    }
    await open();
    assert.match(at.page.root.querySelector('.rl-empty pre')?.textContent ?? '', /log_metric/);
    await click(button('Create Sample Project'));
    assert.equal(at.fixture.commands[0]?.command, 'runlens.createSample');
  });

  it('does not say that programs of this folder log into a source', async () => {
    for (const runId of at.runs) {
      await at.store.store.commit({ type: 'run.lifecycle', runId, stage: 'deleted', time: 1 });
    }
    const { place } = at.fixture.start;
    at.fixture.start = { ...at.fixture.start, place: { ...place, source: 's', canWrite: false } };
    await open();
    assert.equal(at.page.root.querySelector('.rl-empty pre'), null);
    assert.match(at.page.root.querySelector('.rl-empty')?.textContent ?? '', /no runs in digits/);
  });

  it('begins with the filter that it was opened for, once', async () => {
    at.fixture.start = { ...at.fixture.start, subject: { kind: 'runs', filter: 'loss < 2.5' } };
    await open();
    assert.equal(names().length, 2);
    await view({ filter: '' });
    render(null, at.page.root);
    at.model.dispose();
    at.panel.dispose();
    await open();
    assert.equal(names().length, 3);
  });
});
