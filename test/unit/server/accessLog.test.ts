// Lines of the access log: who and what, nothing that is secret, nothing that forges a line.
import { strict as assert } from 'node:assert';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import fc from 'fast-check';
import {
  type AccessEntry,
  accessLine,
  openAccessLog,
  shownTarget,
} from '../../../src/server/accessLog';

const entry = (change: Partial<AccessEntry> = {}): AccessEntry => ({
  time: Date.UTC(2026, 10, 21, 5, 0, 0, 5),
  remote: '10.0.0.7',
  forwardedFor: undefined,
  caller: 'anna',
  method: 'GET',
  target: '/api/2.0/mlflow/runs/get?run_id=ab12',
  status: 200,
  bytes: 321,
  milliseconds: 1.25,
  ...change,
});

describe('accessLine', () => {
  it('tells time, address, name, request, status, bytes and duration', () => {
    assert.equal(
      accessLine(entry()),
      '2026-11-21T05:00:00.005Z 10.0.0.7 anna "GET /api/2.0/mlflow/runs/get?run_id=ab12" 200 321 1.3ms',
    );
  });

  it('marks what is not known, and tells whom a proxy asks for', () => {
    const line = accessLine(entry({ caller: undefined, status: 0, forwardedFor: '192.0.2.9' }));
    assert.match(line, / 10\.0\.0\.7,192\.0\.2\.9 - "GET /);
    assert.match(line, /" - 321 /);
  });

  it('is one line of fixed parts, whatever is asked', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (target, forwardedFor) => {
        const line = accessLine(entry({ target, forwardedFor }));
        // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
        assert.doesNotMatch(line, /[\u0000-\u001f\u007f\u2028\u2029]/);
        assert.equal(line.split('"').length, 3);
      }),
    );
  });
});

describe('shownTarget', () => {
  const cases: [string, string][] = [
    ['/health', '/health'],
    ['/x?run_id=ab&token=hunter2', '/x?run_id=ab&token=…'],
    ['/x?TOKEN=hunter2&max_results=5', '/x?TOKEN=…&max_results=5'],
    ['/x?hunter2', '/x?…'],
    ['/x?filter=tags.key%3D%27hunter2%27', '/x?filter=…'],
    ['/x?run_id=a=b', '/x?run_id=a=b'],
    ['/x?', '/x'],
  ];
  for (const [given, shown] of cases) {
    it(`${given} → ${shown}`, () => assert.equal(shownTarget(given), shown));
  }
  it('is bounded', () => assert.ok(shownTarget(`/${'x'.repeat(100_000)}`).length < 600));
});

describe('the file', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'runlens-access-'));
  after(() => fs.rmSync(folder, { recursive: true, force: true }));

  it('is appended to, closed to others', async () => {
    const file = path.join(folder, 'access.log');
    fs.writeFileSync(file, 'before\n', { mode: 0o600 });
    const log = openAccessLog(file, assert.fail);
    log.write(entry());
    log.write(entry({ caller: 'ci' }));
    log.dispose();
    const lines = fs.readFileSync(file, 'utf8').trim().split('\n');
    assert.deepEqual(
      lines.map((line) => line.split(' ')[2]),
      [undefined, 'anna', 'ci'],
    );
    const made = path.join(folder, 'made.log');
    openAccessLog(made, assert.fail).dispose();
    assert.equal(fs.statSync(made).mode & 0o007, 0);
  });

  it('says which file cannot be opened', () => {
    assert.throws(() => openAccessLog(path.join(folder, 'no', 'such'), assert.fail), {
      code: 'server.accessLog',
    });
  });
});
