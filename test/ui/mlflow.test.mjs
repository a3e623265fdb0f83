// An unmodified MLflow script in the integrated terminal: its run appears, and its points arrive in an open chart.
import assert from 'node:assert/strict';
import { python, until, usePerson } from './person.mjs';

describe('an MLflow script that knows nothing of Runlens', () => {
  let person;
  usePerson((opened) => {
    person = opened;
  });

  it('appears in the tree when it is started in a terminal', async () => {
    await person.openRunlens();
    await until(() => person.discovery(), 'the server');
    await person.runCommand('Runlens: Open Charts');
    await person.openTerminal();
    await person.type(`${python} mlflow_script/train.py --pause 0.3 --epochs 40`);
    await person.waitForRow(/^Experiment digits with mlflow/, 60_000);
    await person.waitForRow(/^Run .*running/);
  });

  it('draws each point within a second, without a refresh', async () => {
    const run = await until(async () => {
      const { items } = await person.api('GET', '/api/experiments/1/runs');
      return items[0];
    }, 'the run');
    const logged = new Map();
    const drawn = new Map();
    await until(
      async () => {
        const now = Date.now();
        const { series } = await person.api('POST', '/api/series', {
          series: [{ runId: run.runId, key: 'loss' }],
        });
        const count = series[0]?.count ?? 0;
        for (let n = 1; n <= count; n++) if (!logged.has(n)) logged.set(n, now);
        const { points } = await person.chart('loss');
        for (let n = 1; n <= points; n++) if (!drawn.has(n)) drawn.set(n, Date.now());
        return points === 40;
      },
      'all points in the chart',
      60_000,
    );
    // The first ones are there before the chart is made.
    const lags = [...drawn].filter(([n]) => n > 3).map(([n, at]) => at - (logged.get(n) ?? at));
    assert.ok(lags.length > 20, 'points were seen one by one');
    assert.ok(Math.max(...lags) < 1000, `the slowest point took ${Math.max(...lags)} ms`);
    assert.ok(new Set(drawn.values()).size > 15, 'they came one after another, not all at the end');
    await person.screenshot('mlflow-charts-dark');
  });

  it('reveals the run when the address that it prints is clicked', async () => {
    await person.waitForRow(/^Run .*finished/);
    const address = /127\.0\.0\.1:\d+\/#\/experiments\/\d+\/runs\//;
    await until(async () => address.test(await person.terminalText()), 'the address');
    await person.runCommand('View: Show Explorer');
    const row = person.page
      .locator('.terminal-wrapper.active .xterm-rows > div', { hasText: '/runs/' })
      .first();
    const box = await row.boundingBox();
    // Behind `🏃 View run <name> at: `; hovering first lets the editor find the link.
    const x = box.x + Math.min(420, box.width / 2);
    await until(async () => {
      await person.page.mouse.move(x + Math.random() * 4, box.y + box.height / 2);
      await person.page.keyboard.down('Control');
      await person.page.waitForTimeout(400);
      await person.page.mouse.click(x, box.y + box.height / 2);
      await person.page.keyboard.up('Control');
      const selected = person.page.locator('[role=treeitem][aria-selected=true]');
      const names = await selected.evaluateAll((rows) =>
        rows.map((r) => r.getAttribute('aria-label')),
      );
      return names.some((name) => /^Run .*finished/.test(name ?? ''));
    }, 'the run is selected in the tree');
    await person.screenshot('mlflow-revealed-dark');
  });

  it('keeps its artifacts', async () => {
    const { items } = await person.api('GET', '/api/experiments/1/runs');
    const { items: files } = await person.api('GET', `/api/runs/${items[0].runId}/files`);
    assert.ok(files.length > 0);
  });
});
