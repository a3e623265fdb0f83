// Which discovery files are trusted.
import { strict as assert } from 'node:assert';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { checkProtocol, findServer, readDiscovery } from '../../../src/client/discovery';
import { discoveryFile, stateFolder, writePrivateFile } from '../../../src/client/state';
import { type Discovery, PROTOCOL } from '../../../src/protocol/discovery';

describe('the discovery file', () => {
  let state: string;
  const root = '/some/root';
  const env = () => ({ RUNLENS_STATE_DIR: state });
  const discovery = (): Discovery => ({
    protocol: PROTOCOL,
    version: '1.2.3',
    root,
    data: `${root}/.runlens`,
    port: 1,
    pid: 1,
    host: { hostname: 'h', bootId: '', pidNamespace: '' },
    tokens: { tracking: 't', control: 'c' },
    challengeKey: '00',
    startedAt: 1,
  });
  const write = (value: unknown, mode = 0o600) => {
    const file = discoveryFile(root, env());
    fs.writeFileSync(file, typeof value === 'string' ? value : JSON.stringify(value));
    fs.chmodSync(file, mode);
  };
  beforeEach(() => {
    state = fs.mkdtempSync(path.join(os.tmpdir(), 'runlens-state-'));
  });
  afterEach(() => fs.rmSync(state, { recursive: true }));

  it('has a name made of the root', () => {
    // sha256("/some/root"), first 32 digits: the Python SDK computes the same.
    assert.equal(
      path.basename(discoveryFile(root, env())),
      '3325d90fa9a891f783f6b1aa6567f4df.json',
    );
  });

  it('is read when it is ours alone', () => {
    write(discovery());
    assert.deepEqual(readDiscovery(root, env()), discovery());
  });

  for (const mode of [0o640, 0o604, 0o620, 0o666]) {
    it(`with mode ${mode.toString(8)} is refused`, () => {
      write(discovery(), mode);
      assert.throws(() => readDiscovery(root, env()), { code: 'discovery.foreign' });
    });
  }

  it('of another user is refused', function () {
    // Only root can give a file away.
    if (process.getuid?.() !== 0) this.skip();
    write(discovery());
    fs.chownSync(discoveryFile(root, env()), 12345, 12345);
    assert.throws(() => readDiscovery(root, env()), {
      code: 'discovery.foreign',
      message: /12345/,
    });
  });

  it('that is missing, damaged, of another root or incomplete counts as none', () => {
    assert.equal(readDiscovery(root, env()), undefined);
    const { tokens, ...without } = discovery();
    for (const value of ['', '{"port', '[]', 'null', { ...discovery(), root: '/other' }, without]) {
      write(value);
      assert.equal(readDiscovery(root, env()), undefined, JSON.stringify(value));
    }
    assert.ok(tokens);
  });

  it('of a server that does not answer finds none', async () => {
    write(discovery());
    assert.equal(await findServer(root, env()), undefined);
  });

  it('another major version is an error that names both', () => {
    checkProtocol({ ...discovery(), protocol: { major: PROTOCOL.major, minor: 99 } }, '9.9.9');
    const other = { ...discovery(), protocol: { major: PROTOCOL.major + 1, minor: 0 } };
    assert.throws(() => checkProtocol(other, '9.9.9'), {
      code: 'server.version',
      message: /1\.2\.3.*9\.9\.9/,
    });
  });

  it('private files are whole and private, also over an open one', () => {
    const file = path.join(state, 'x.json');
    fs.writeFileSync(file, 'old', { mode: 0o644 });
    writePrivateFile(file, 'new');
    assert.equal(fs.readFileSync(file, 'utf8'), 'new');
    assert.equal(fs.statSync(file).mode & 0o777, 0o600);
    assert.deepEqual(fs.readdirSync(state), ['x.json']);
  });

  it('lies in the state folder of the platform', () => {
    assert.equal(stateFolder({ RUNLENS_STATE_DIR: '/x' }), '/x');
    if (process.platform !== 'linux') return;
    assert.equal(stateFolder({ XDG_STATE_HOME: '/s' }), '/s/runlens');
    assert.equal(stateFolder({}), path.join(os.homedir(), '.local/state/runlens'));
  });
});
