// A page and its panel: over a real channel, with what the editor keeps.
import assert from 'node:assert/strict';
import { type Channel, openChannel } from '../../src/protocol/channel';
import type { ServerEvent } from '../../src/protocol/events';
import type { PanelHost, PanelPage, PanelStart, PanelWish } from '../../src/protocol/webview/panel';
import type { KeptView } from '../../webview/shared/kept';
import { readKept } from '../../webview/shared/kept';
import { openPanel, type Panel } from '../../webview/shared/panel';
import { t } from '../../webview/shared/texts';
import { openPage } from './dom';

interface View {
  readonly filter: string;
}
const VIEW: KeptView<View> = {
  version: 2,
  parse: (raw) => {
    const { filter } = raw as { filter: unknown };
    return typeof filter === 'string' ? { filter } : undefined;
  },
  initial: { filter: '' },
};
const START: PanelStart = {
  subject: { kind: 'runs' },
  place: { id: 'p', name: 'digits', source: undefined, canWrite: true, canRun: true },
  status: { kind: 'up', storeBytes: 12 },
  shown: [{ runId: 'a', slot: 3 }],
  locale: 'de',
  texts: { 'Show {0}': 'Zeige {0}' },
};

describe('kept view state', () => {
  for (const [why, raw] of [
    ['nothing was kept', undefined],
    ['it is no object', 'x'],
    ['it is of another version', { version: 1, view: { filter: 'a' } }],
    ['it is broken', { version: 2, view: { filter: 7 } }],
    ['reading it throws', { version: 2, view: null }],
  ] as const) {
    it(`is the default when ${why}`, () => {
      assert.deepEqual(readKept(raw, VIEW), { filter: '' });
    });
  }
  it('is what was kept else', () => {
    assert.deepEqual(readKept({ version: 2, view: { filter: 'a' } }, VIEW), { filter: 'a' });
  });
});

describe('a panel', () => {
  let page: ReturnType<typeof openPage>;
  let panel: Panel<View>;
  let extension: Channel<PanelPage>;
  let kept: unknown;
  let asks: { route: string; request: unknown }[];
  let isDown: boolean;
  /** When questions are to be answered later. */
  let hold: ((value: unknown) => Promise<unknown>) | undefined;
  let wish: PanelWish | undefined;

  beforeEach(() => {
    page = openPage();
    asks = [];
    isDown = false;
    wish = undefined;
    hold = undefined;
    kept = { version: 2, view: { filter: 'lr > 1' } };
    let toExtension: ((message: unknown) => void) | undefined;
    const globals = globalThis as Record<string, unknown>;
    globals['acquireVsCodeApi'] = () => ({
      postMessage: (message: unknown) =>
        queueMicrotask(() => toExtension?.(structuredClone(message))),
      getState: () => kept,
      setState: (state: unknown) => {
        kept = state;
      },
    });
    const host = {
      ready: async () => {
        if (isDown) throw new Error('not yet');
        return wish ? { ...START, wish } : START;
      },
      ask: async (route: string, request: unknown) => {
        asks.push({ route, request });
        const value = { experiments: asks.length };
        return hold ? hold(value) : { ok: true, value };
      },
    } as unknown as PanelHost;
    extension = openChannel<PanelPage, PanelHost>(
      {
        post: (data) =>
          queueMicrotask(() => {
            const { MessageEvent } = page.window;
            page.window.dispatchEvent(new MessageEvent('message', { data }));
          }),
        onMessage(listener) {
          toExtension = listener;
          return { dispose: () => undefined };
        },
      },
      host,
      { timers: { set: setTimeout, clear: (handle) => clearTimeout(handle as NodeJS.Timeout) } },
    );
  });
  afterEach(async () => {
    panel.dispose();
    extension.dispose();
    await page.close();
  });
  const soon = (ms = 20) => new Promise((resolve) => setTimeout(resolve, ms));
  /** What follows is asserted by the caller; a busy machine takes its time. */
  async function until(is: () => unknown): Promise<void> {
    for (let waited = 0; waited < 3000 && !is(); waited += 10) await soon(10);
  }
  const begun = () => until(() => panel.state.start);
  const model = (name: string): ServerEvent => ({ type: 'model', name });
  const live = () =>
    panel.live({
      route: 'GET /api/models',
      request: {},
      touches: (event) => event.type === 'model' && event.name === 'mine',
    });

  it('begins with what the panel says and what was kept', async () => {
    panel = openPanel({ view: VIEW });
    assert.deepEqual(panel.state.view, { filter: 'lr > 1' });
    await begun();
    assert.equal(panel.state.start?.place.name, 'digits');
    assert.deepEqual(panel.state.shown, [{ runId: 'a', slot: 3 }]);
    assert.equal(t('Show {0}', 'x'), 'Zeige x');
    panel.setView({ filter: 'new' });
    assert.deepEqual(kept, {
      version: 2,
      view: { filter: 'new' },
      panel: { place: 'p', subject: { kind: 'runs' } },
    });
  });

  it('ends its queries when it is disposed', async () => {
    panel = openPanel({ view: VIEW });
    await begun();
    const query = live();
    let isEnded = false;
    query.onDispose(() => {
      isEnded = true;
    });
    panel.dispose();
    assert.ok(isEnded);
  });

  it('asks a panel that does not answer until it does', async () => {
    isDown = true;
    panel = openPanel({ view: VIEW, retryMs: 10 });
    await until(() => panel.state.problem);
    assert.match(panel.state.problem ?? '', /not yet/);
    isDown = false;
    await begun();
    assert.equal(panel.state.problem, undefined);
    assert.equal(panel.state.status.kind, 'up');
  });

  it('asks again for what an event touches, and nothing else', async () => {
    panel = openPanel({ view: VIEW });
    const query = live();
    await begun();
    await until(() => asks.length > 0);
    assert.equal(asks.length, 1);
    await extension.remote.events([model('other')]);
    await soon(150);
    assert.equal(asks.length, 1);
    await extension.remote.events([model('other'), model('mine')]);
    await until(() => asks.length >= 2);
    assert.equal(asks.length, 2);
    await extension.remote.events([{ type: 'reset', reason: 'gap' }]);
    await until(() => asks.length >= 3);
    assert.equal(asks.length, 3);
    query.dispose();
    await extension.remote.events([model('mine')]);
    await soon(150);
    assert.equal(asks.length, 3);
  });

  it('does what was asked of it from outside, before it was there and after, and keeps that', async () => {
    const onWish = (_view: View, asked: PanelWish): View => ({
      filter: asked.kind === 'baseline' ? asked.runId : '',
    });
    wish = { kind: 'baseline', runId: 'a' };
    panel = openPanel({ view: VIEW, onWish });
    await begun();
    assert.deepEqual(panel.state.view, { filter: 'a' });
    await extension.remote.wish({ kind: 'baseline', runId: 'b' });
    assert.deepEqual(panel.state.view, { filter: 'b' });
    assert.deepEqual((kept as { view: unknown }).view, { filter: 'b' });
  });

  it('leaves what it has no thing for', async () => {
    panel = openPanel({ view: VIEW });
    await begun();
    await extension.remote.wish({ kind: 'compare', artifactId: 'x' });
    assert.deepEqual(panel.state.view, { filter: 'lr > 1' });
  });

  it('does not take an answer to the page before it for its own', async () => {
    let answers: (() => void)[] = [];
    hold = (value) =>
      new Promise((resolve) => {
        answers.push(() => resolve({ ok: true, value }));
      });
    panel = openPanel({ view: VIEW });
    live();
    await soon();
    panel.dispose();
    panel = openPanel({ view: VIEW });
    const query = live();
    await soon();
    const [old, own] = answers;
    answers = [];
    old?.();
    await soon();
    assert.equal(query.state.value, undefined);
    own?.();
    await soon();
    assert.deepEqual(query.state.value, { experiments: 2 });
  });

  it('asks everything again when the server is back', async () => {
    panel = openPanel({ view: VIEW });
    live();
    await begun();
    await until(() => asks.length > 0);
    await extension.remote.status({ kind: 'down', message: 'gone' });
    await soon(150);
    assert.equal(asks.length, 1);
    assert.equal(panel.state.status.kind, 'down');
    await extension.remote.status({ kind: 'up', storeBytes: 1 });
    await until(() => asks.length >= 2);
    assert.equal(asks.length, 2);
  });
});
