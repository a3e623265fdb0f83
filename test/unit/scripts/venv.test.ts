// `npm start` on machines that lack something: each says what to do.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const MODULE = pathToFileURL(path.resolve(__dirname, '../../../scripts/lib/venv.mjs')).href;

describe('the virtual environment of the example', () => {
  let folder: string;
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'runlens-venv-'));
  });
  afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

  /** What ensureVenv says in an environment of its own. */
  function ensure(env: Record<string, string>, requirements = ''): string {
    const file = path.join(folder, 'requirements.txt');
    fs.writeFileSync(file, requirements);
    const code = `import(${JSON.stringify(MODULE)}).then((m) => m.ensureVenv({ name: 'x', requirements: ${JSON.stringify(file)} }), String).then(console.log, (e) => console.log(e.message))`;
    const { stdout } = spawnSync(process.execPath, ['-e', code], {
      encoding: 'utf8',
      env: {
        ...process.env,
        XDG_CACHE_HOME: path.join(folder, 'cache'),
        RUNLENS_PYTHON: '',
        ...env,
      },
    });
    return stdout;
  }

  /** A program that answers like a Python of some version, whose `-m venv` fails as Debian's does. */
  function python(version: string): string {
    const file = path.join(folder, 'python3');
    fs.writeFileSync(
      file,
      `#!/bin/sh
case "$1" in
  -c) echo "${file}|${version.replace('.', '|')}" ;;
  *) echo "The virtual environment was not created successfully because ensurepip is not available."; exit 1 ;;
esac
`,
      { mode: 0o755 },
    );
    return file;
  }

  it('says that Python is missing, and how to get one', () => {
    const said = ensure({ PATH: folder });
    assert.match(said, /Python 3\.10 or newer is needed\. None was found\./);
    assert.match(said, /apt install python3 python3-venv.*brew install python/);
  });

  it('says which Python is too old', () => {
    const said = ensure({
      PATH: `${path.dirname(python('3.8'))}:/usr/bin:/bin`,
      RUNLENS_PYTHON: python('3.8'),
    });
    assert.match(said, /python3 is Python 3\.8, which is too old\./);
    assert.match(said, /RUNLENS_PYTHON/);
  });

  it('says which package brings the module venv', () => {
    const said = ensure({ RUNLENS_PYTHON: python('3.11') });
    assert.match(said, /ensurepip is not available/);
    assert.match(
      said,
      /cannot make virtual environments\. On Debian or Ubuntu: apt install python3-venv/,
    );
  });

  it('says what pip said when an install fails, and leaves nothing that looks ready', () => {
    const said = ensure({ PIP_NO_INDEX: '1', PIP_FIND_LINKS: folder }, 'no-such-package==9.9\n');
    assert.match(said, /No matching distribution found for no-such-package/);
    assert.match(said, /PIP_INDEX_URL or HTTPS_PROXY/);
    const [made] = fs.readdirSync(path.join(folder, 'cache/runlens-dev'));
    assert.ok(made);
    assert.ok(!fs.existsSync(path.join(folder, 'cache/runlens-dev', made, 'runlens-ready')));
  }).timeout(60_000);
});
