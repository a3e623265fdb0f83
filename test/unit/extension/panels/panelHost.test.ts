// One page and its panel over a real channel: what is refused does not happen, and the log has it.
import assert from 'node:assert/strict';
import type { Asking } from '../../../../src/extension/panels/asking';
import { panelHost } from '../../../../src/extension/panels/panelHost';
import { type Endpoint, openChannel } from '../../../../src/protocol/channel';
import type { PanelHost, PanelPage, PanelStart } from '../../../../src/protocol/webview/panel';

const START: PanelStart = {
  place: { id: '/p', name: 'p', source: undefined, canWrite: true, canRun: true },
  subject: { kind: 'runs' },
  status: { kind: 'starting' },
  shown: [],
  locale: 'en',
  texts: {},
};

function make() {
  const done: unknown[] = [];
  const log: string[] = [];
  const host = panelHost({
    begin: async () => START,
    asking: {
      ask: async (route: string, request: unknown) => {
        done.push([route, request]);
        return { ok: true, value: {} };
      },
    } as unknown as Asking,
    run: async ({ command, target }) => void done.push([command, target]),
    show: async (runIds, shown) => void done.push([runIds, shown]),
    editor: {
      copy: async (text) => void done.push(text),
      save: async (name, bytes) => {
        done.push([name, Buffer.from(bytes).toString('utf8')]);
        return true;
      },
    },
    log: (message) => log.push(message),
  });
  const [page, panel] = pair();
  const timers = {
    set: setTimeout,
    clear: (handle: unknown) => clearTimeout(handle as NodeJS.Timeout),
  };
  const server = openChannel<PanelPage, PanelHost>(panel, host, { timers });
  const { remote, dispose } = openChannel<PanelHost, PanelPage>(page, {} as PanelPage, { timers });
  const close = () => {
    dispose();
    server.dispose();
  };
  return { remote, done, log, close };
}

/** Two ends of one wire that copies, as the editor's does. */
function pair(): [Endpoint, Endpoint] {
  const listeners: ((message: unknown) => void)[][] = [[], []];
  const end = (own: number): Endpoint => ({
    post: (message) => {
      const copy: unknown = JSON.parse(JSON.stringify(message));
      queueMicrotask(() => {
        for (const listener of listeners[1 - own] ?? []) listener(copy);
      });
    },
    onMessage: (listener) => {
      listeners[own]?.push(listener);
      return { dispose: () => undefined };
    },
  });
  return [end(0), end(1)];
}

describe('a page and its panel', () => {
  let parts: ReturnType<typeof make>;
  beforeEach(() => {
    parts = make();
  });
  afterEach(() => parts.close());

  it('begin with what the panel is of', async () => {
    assert.deepEqual((await parts.remote.ready()).subject, START.subject);
  });

  it('pass on what the contract names', async () => {
    const { remote, done, log } = parts;
    await remote.ask('GET /api/models', { limit: 3 });
    await remote.run('runlens.openRun', { runIds: ['a'] });
    await remote.show(['a', 'b'], true);
    await remote.copy('text');
    const base64 = Buffer.from('a,b').toString('base64');
    assert.equal(await remote.save({ name: 'loss/acc.csv', base64 }), true);
    assert.deepEqual(done, [
      ['GET /api/models', { limit: 3 }],
      ['runlens.openRun', { runIds: ['a'] }],
      [['a', 'b'], true],
      'text',
      ['loss_acc.csv', 'a,b'],
    ]);
    assert.deepEqual(log, []);
  });

  it('do nothing that is refused, and log it', async () => {
    const { remote, done, log } = parts;
    const foreign = remote as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
    for (const [method, ...args] of [
      ['ask', 'POST /api/shutdown', {}],
      ['change', 'POST /api/trash/empty', { asOf: 1 }],
      ['run', 'workbench.action.quit', {}],
      ['show', 'a', true],
      ['copy', { text: 1 }],
      ['save', {}],
      ['report', 7],
    ] as const) {
      await assert.rejects(foreign[method]!(...args), /may not/, method);
    }
    assert.deepEqual(done, []);
    assert.equal(log.length, 7);
    await assert.rejects(foreign['constructor']!(), /No method/);
  });

  it('a question is given up in time; a command waits for the person', async () => {
    const limits: (() => void)[] = [];
    const timers = {
      set: (giveUp: () => void) => limits.push(giveUp),
      clear: () => undefined,
    };
    const [silent] = pair();
    const options = { timers, untimed: ['run'] };
    const page = openChannel<PanelHost, PanelPage>(silent, {} as PanelPage, options);
    const command = page.remote.run('runlens.deleteRun', { runIds: ['a'] });
    assert.equal(limits.length, 0);
    const question = page.remote.ask('GET /api/models', {});
    assert.equal(limits.length, 1);
    limits[0]!();
    await assert.rejects(question, /ask was not answered in time/);
    page.dispose();
    await assert.rejects(command, /closed/);
  });

  it('a message for the log is cut', async () => {
    await parts.remote.report('x'.repeat(5000));
    assert.deepEqual(
      parts.log.map(({ length }) => length),
      [2000],
    );
  });
});
