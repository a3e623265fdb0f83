// Log files that rotate, read by offsets that count from the beginning of the log.
import { deepStrictEqual, match, ok, strictEqual } from 'node:assert';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import fc from 'fast-check';
import { logText } from '../../../src/pipeline/logs';
import { isAtLeast, parseLogLine } from '../../../src/protocol/logText';
import { LOG_LEVELS } from '../../../src/protocol/worker';
import { engineLogs, logFile, readLog } from '../../../src/server/engineLogs';

const LOG = { id: 'a'.repeat(32), path: 'run/train.log' };

describe('log files', () => {
  let data: string;
  beforeEach(() => {
    data = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'runlens-logs-')));
  });
  afterEach(() => fs.rmSync(data, { recursive: true, force: true }));

  function open(partBytes: number, parts: number) {
    const grown: number[] = [];
    const warnings: string[] = [];
    const logs = engineLogs({
      data,
      rotation: { partBytes, parts },
      onGrown: (_, bytes) => grown.push(bytes),
      warn: (message) => warnings.push(message),
    });
    return { logs, grown, warnings };
  }

  /** Reads on from an offset until nothing comes. */
  function readOn(from: number): { text: string; next: number } {
    let text = '';
    for (let at = from; ; ) {
      const part = readLog(logFile(data, LOG), at);
      text += part.text;
      if (part.next === at) return { text, next: at };
      at = part.next;
    }
  }

  it('are read on over rotations', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }), { maxLength: 40 }),
        fc.integer({ min: 1, max: 100 }),
        (texts, partBytes) => {
          fs.rmSync(path.join(data, 'logs'), { recursive: true, force: true });
          const { logs, grown } = open(partBytes, 1000);
          let from = 0;
          let read = '';
          for (const text of texts) {
            logs.append(LOG, text);
            const part = readOn(from);
            read += part.text;
            from = part.next;
          }
          strictEqual(read, texts.join(''));
          strictEqual(readOn(0).text, texts.join(''));
          strictEqual(grown.at(-1) ?? 0, Buffer.byteLength(texts.join('')));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('keep the newest parts and say how much is gone', () => {
    const { logs, grown } = open(10, 3);
    for (let at = 0; at < 9; at += 1) logs.append(LOG, `${at}23456789\n`);
    deepStrictEqual(fs.readdirSync(path.join(data, 'logs', 'run')).sort(), [
      'train.log.70',
      'train.log.80',
    ]);
    deepStrictEqual(readOn(0), {
      text: '… 70 bytes of earlier output are not kept\n723456789\n823456789\n',
      next: 90,
    });
    match(readLog(logFile(data, LOG), 35).text, /^\n… 35 bytes of earlier output/);
    strictEqual(readOn(80).text, '823456789\n');
    strictEqual(grown.at(-1), 90);
  });

  it('go on where an earlier server has stopped', () => {
    open(10, 5).logs.append(LOG, 'first part\n');
    const { logs, grown } = open(10, 5);
    logs.append(LOG, 'more\n');
    deepStrictEqual(grown, [16]);
    strictEqual(readOn(0).text, 'first part\nmore\n');
    strictEqual(readOn(11).text, 'more\n');
  });

  it('warn and go on when a file cannot be written', () => {
    const { logs, warnings } = open(10, 5);
    fs.writeFileSync(path.join(data, 'logs'), 'in the way');
    logs.append(LOG, 'lost');
    strictEqual(warnings.length, 1);
    fs.rmSync(path.join(data, 'logs'));
    logs.append(LOG, 'kept');
    strictEqual(readOn(0).text, 'kept');
  });
});

describe('lines of a log', () => {
  it('give their level back', () => {
    for (const level of [undefined, ...LOG_LEVELS]) {
      const line = logText([
        { time: 0, stream: 'stderr', text: 'a [b] c', ...(level && { level }) },
      ]);
      const parsed = parseLogLine(line.slice(0, -1));
      match(parsed.clock, /^\d\d:\d\d:00\.000$/);
      deepStrictEqual({ ...parsed, clock: '' }, { clock: '', level, text: 'a [b] c' });
    }
    deepStrictEqual(parseLogLine('  further'), {
      clock: '',
      level: undefined,
      text: '  further',
    });
  });

  it('are compared by how grave they are', () => {
    ok(isAtLeast('error', 'warning') && isAtLeast('warning', 'warning'));
    ok(!isAtLeast('info', 'warning') && !isAtLeast(undefined, 'debug'));
  });
});
