// The log of a step: its lines, filters and folds; reading on as it grows.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ServerEvent } from '../../src/protocol/events';
import {
  appended,
  LONGEST_LINE,
  type LogItem,
  logItems,
  logText,
  NO_LINES,
  shownLines,
} from '../../webview/shared/logs/logLines';
import { type LogPanel, LogTail } from '../../webview/shared/logs/logTail';

describe('the end of a log', () => {
  const NONE = { search: '', least: undefined } as const;
  const texts = (items: readonly LogItem[]) =>
    items.map((item) => (item.kind === 'line' ? item.line.text : `(${item.count})`));
  const LOG = [
    '12:00:00.000 begins',
    '12:00:01.000 [warning] careful',
    '12:00:02.000 [error] broken',
    'ValueError: at line 3',
    '12:00:03.000 [info] goes on',
    '',
  ].join('\n');

  it('reads the same in whatever parts it comes', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(LOG.length), { maxLength: 6 }), (cuts) => {
        const at = [0, ...cuts.sort((a, b) => a - b), LOG.length];
        const parts = at.slice(1).map((to, i) => LOG.slice(at[i], to));
        const state = parts.reduce((held, text) => appended(held, text), NO_LINES);
        assert.deepEqual(state, appended(NO_LINES, LOG));
      }),
    );
  });

  it('is filtered by level with the lines that belong to a record', () => {
    const state = appended(NO_LINES, LOG);
    const shown = (least: 'warning' | 'error') =>
      texts(logItems(state, { search: '', least }, new Set()));
    assert.deepEqual(shown('error'), ['broken', 'ValueError: at line 3']);
    assert.deepEqual(shown('warning'), ['careful', 'broken', 'ValueError: at line 3']);
  });

  it('is searched in any case, also in a line that is not ended', () => {
    const state = appended(NO_LINES, `${LOG}12:00:04.000 BROKEN again`);
    assert.deepEqual(texts(logItems(state, { search: 'broken', least: undefined }, new Set())), [
      'broken',
      'BROKEN again',
    ]);
  });

  it('folds progress bars but the last, until they are opened', () => {
    const bars = Array.from({ length: 5 }, (_, i) => ` ${i}0%|##   | ${i}/5`);
    const state = appended(NO_LINES, `${['before', ...bars, 'after', ''].join('\n')}`);
    const items = logItems(state, NONE, new Set());
    assert.deepEqual(texts(items), ['before', '(4)', bars[4], 'after']);
    const fold = items.find((item) => item.kind === 'fold');
    assert.equal(logItems(state, NONE, new Set([fold?.number ?? 0])).length, 7);
  });

  it('keeps the newest lines and counts the others', () => {
    const text = Array.from({ length: 30 }, (_, i) => `line ${i}\n`).join('');
    const state = appended(appended(NO_LINES, text, 10), 'last\n', 10);
    assert.equal(state.lines.length, 10);
    assert.equal(state.dropped, 21);
    assert.equal(state.lines.at(-1)?.number, 31);
  });

  it('keeps the beginning of a line that is too long, in whatever parts it comes', () => {
    const long = `12:00:00.000 [error] ${'x'.repeat(LONGEST_LINE)}`;
    const whole = appended(NO_LINES, `${long}\nnext\n`);
    const parts = [long.slice(0, 9000), long.slice(9000), 'more of it\nne', 'xt\n'];
    const state = parts.reduce((held, text) => appended(held, text), NO_LINES);
    assert.deepEqual(state, whole);
    assert.equal(state.lines[0]?.level, 'error');
    assert.ok((state.lines[0]?.text.length ?? 0) < LONGEST_LINE);
    assert.equal(state.lines[1]?.text, 'next');
  });

  it('leaves out the colours of a terminal', () => {
    const state = appended(NO_LINES, '12:00:00.000 \u001b[1;31mred\u001b[0m and plain [31m\n');
    assert.equal(state.lines[0]?.text, 'red and plain [31m');
  });

  it('is copied as it stands, only what is shown', () => {
    const state = appended(NO_LINES, `${LOG}not ended`);
    assert.equal(logText(shownLines(state, NONE)), `${LOG}not ended\n`);
    assert.equal(
      logText(shownLines(state, { search: '', least: 'error' })),
      '12:00:02.000 [error] broken\nValueError: at line 3\n',
    );
  });
});

describe('reading a log', () => {
  /** What the server has, told `step` characters at a time. */
  function logOf(text: string, step = 1000) {
    const log = { text, asks: 0, fails: false };
    let touches: (event: ServerEvent) => boolean = () => false;
    let touch = () => {};
    const panel = {
      host: {
        ask: async (_route: string, { from = 0 }: { from?: number }) => {
          log.asks += 1;
          if (log.fails) throw new Error('The server is down.');
          const part = log.text.slice(from, from + step);
          return {
            ok: true,
            value: { text: part, next: from + part.length, ended: false, file: 'x' },
          };
        },
      },
      follow: (live: { touch(): void }, wants: (event: ServerEvent) => boolean) => {
        touches = wants;
        touch = () => live.touch();
      },
    } as unknown as LogPanel;
    const tail = new LogTail(panel, 'step');
    const grow = (more: string, id = 'step') => {
      log.text += more;
      if (touches({ type: 'log', id } as ServerEvent)) touch();
    };
    return { log, tail, grow };
  }

  const read = ({ state }: LogTail) =>
    [...state.lines.map(({ text }) => text), state.rest].join('\n');
  async function until(isDone: () => boolean): Promise<void> {
    for (let i = 0; i < 200 && !isDone(); i += 1) await new Promise((done) => setTimeout(done, 10));
    assert.ok(isDone());
  }

  it('comes part by part, and on from there when it grows', async () => {
    const { log, tail, grow } = logOf('one\ntwo\nthree\n', 5);
    await until(() => read(tail) === log.text);
    grow('four\n');
    await until(() => read(tail) === log.text);
    tail.dispose();
  });

  it('asks nothing for the log of another step', async () => {
    const { log, tail, grow } = logOf('');
    await until(() => log.asks === 1);
    grow('x', 'another');
    await new Promise((done) => setTimeout(done, 150));
    assert.equal(log.asks, 1);
    tail.dispose();
  });

  it('says why it cannot be read, and forgets that when it can', async () => {
    const { log, tail, grow } = logOf('one\n');
    await until(() => read(tail) === log.text);
    log.fails = true;
    grow('two\n');
    await until(() => tail.live.state.problem !== undefined);
    assert.equal(tail.live.state.problem, 'The server is down.');
    assert.equal(read(tail), 'one\n');
    log.fails = false;
    tail.live.again();
    await until(() => read(tail) === log.text);
    assert.equal(tail.live.state.problem, undefined);
    tail.dispose();
  });
});
