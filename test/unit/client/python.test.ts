// Finding and asking real interpreters.
import { strict as assert } from 'node:assert';
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { candidates, findPython, isSupported, probePython } from '../../../src/client/python';

describe('Python interpreters', () => {
  let folder: string;
  before(() => {
    folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'runlens-python-')));
    execFileSync('python3', ['-m', 'venv', '--without-pip', path.join(folder, '.venv')]);
  });
  after(() => fs.rmSync(folder, { recursive: true }));

  const inVenv = () =>
    process.platform === 'win32'
      ? path.join(folder, '.venv', 'Scripts', 'python.exe')
      : path.join(folder, '.venv', 'bin', 'python');

  it('tells version and modules without importing them', async () => {
    const found = await probePython('python3', [
      'json',
      'no_such_module',
      'no.such.module',
      'this',
    ]);
    assert.match(found.version, /^3\.\d+\.\d+$/);
    assert.deepEqual(found.modules, {
      json: true,
      no_such_module: false,
      'no.such.module': false,
      this: true,
    });
  });

  it('imports nothing from the working folder', async () => {
    const planted = path.join(folder, 'json.py');
    fs.writeFileSync(planted, 'raise SystemExit("planted")');
    const before = process.cwd();
    process.chdir(folder);
    try {
      await probePython('python3');
    } finally {
      process.chdir(before);
      fs.rmSync(planted);
    }
  });

  it('takes the folder’s own environment first, and keeps its path', async () => {
    const found = await findPython({ folder });
    assert.equal(found.executable, inVenv());
  });

  it('takes the active environment when the folder has none', async () => {
    const other = path.join(folder, 'src');
    fs.mkdirSync(other);
    const env = { ...process.env, VIRTUAL_ENV: path.join(folder, '.venv') };
    assert.equal((await findPython({ folder: other, env })).executable, inVenv());
  });

  it('falls back to the PATH', () => {
    const bare = path.join(folder, 'bare');
    fs.mkdirSync(bare);
    const names = candidates({ folder: bare, env: { CONDA_PREFIX: '/no/such/env' } });
    assert.ok(names.every((name) => !path.isAbsolute(name)));
    assert.ok(names.includes('python3'));
  });

  it('passes over a broken environment', async () => {
    const broken = path.join(folder, 'broken');
    fs.mkdirSync(path.join(broken, '.venv/bin'), { recursive: true });
    fs.writeFileSync(path.join(broken, '.venv/bin/python'), '#!/bin/sh\nexit 3\n', { mode: 0o755 });
    const found = await findPython({ folder: broken, env: {} });
    assert.ok(!found.executable.startsWith(broken));
  });

  it('the setting is used or said to be wrong, never passed over', async () => {
    assert.equal((await findPython({ folder, setting: inVenv() })).executable, inVenv());
    assert.equal((await findPython({ folder, setting: '.venv/bin/python' })).executable, inVenv());
    await assert.rejects(findPython({ folder, setting: '/no/such/python' }), {
      code: 'python.broken',
      message: /\/no\/such\/python/,
    });
    const old = path.join(folder, 'old');
    const answer = '{"executable": "/x", "version": "3.8.1", "modules": {}}';
    fs.writeFileSync(old, `#!/bin/sh\necho '${answer}'\n`, { mode: 0o755 });
    await assert.rejects(findPython({ folder, setting: old }), {
      code: 'python.old',
      message: /3\.8\.1.*3\.10/,
    });
  });

  for (const [version, expected] of [
    ['3.9.18', false],
    ['3.10.0', true],
    ['3.14.1', true],
    ['2.7.18', false],
    ['4.0.0', true],
  ] as const) {
    it(`${version} is ${expected ? 'new enough' : 'too old'}`, () => {
      assert.equal(isSupported({ version }), expected);
    });
  }
});
