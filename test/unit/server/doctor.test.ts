// What the doctor finds around a store: locks and discovery files that processes left, and a disk.
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { hostIdentity } from '../../../src/client/identity';
import { discoveryFile } from '../../../src/client/state';
import { diagnose, diagnoseLive, folderOf } from '../../../src/server/doctor';
import { openStore } from '../../../src/store/openStore';

const WASM = require.resolve('sql.js/dist/sql-wasm.wasm');

describe('the doctor around a store', () => {
  let folder: string;
  let root: string;
  const state = process.env['RUNLENS_STATE_DIR'];

  beforeEach(async () => {
    folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'runlens-doctor-')));
    root = path.join(folder, 'project');
    fs.mkdirSync(path.join(root, '.runlens'), { recursive: true });
    process.env['RUNLENS_STATE_DIR'] = path.join(folder, 'state');
    const store = await openStore({ folder: path.join(root, '.runlens'), wasm: WASM });
    await store.close();
  });
  afterEach(() => {
    if (state === undefined) delete process.env['RUNLENS_STATE_DIR'];
    else process.env['RUNLENS_STATE_DIR'] = state;
    fs.rmSync(folder, { recursive: true, force: true });
  });

  const check = () => diagnose(root, { repair: false });
  const lock = (name: string, owner: object) =>
    fs.writeFileSync(path.join(root, '.runlens', name), JSON.stringify(owner));
  const dead = { pid: 2 ** 22 - 3, host: hostIdentity() };

  it('finds nothing in a store that a server left well', async () => {
    lock('lock.3.released', dead);
    assert.deepEqual((await check()).findings, []);
  });

  it('names the lock of a process that died: lock.left', async () => {
    lock('lock.7', dead);
    const { findings } = await check();
    assert.deepEqual(
      findings.map(({ kind, severity }) => [kind, severity]),
      [['lock.left', 'info']],
    );
    assert.match(findings[0]!.what, new RegExp(`process ${dead.pid}`));
    assert.match(findings[0]!.where, /lock\.7$/);
  });

  it('takes such a lock over to mend, and gives it up again', async () => {
    lock('lock.7', dead);
    await diagnose(root, { repair: true });
    const names = fs.readdirSync(path.join(root, '.runlens')).filter((name) => /^lock/.test(name));
    assert.deepEqual(names, ['lock.8.released']);
  });

  it('mends nothing while another process has the store', async () => {
    lock('lock.7', { pid: process.ppid, host: hostIdentity() });
    await assert.rejects(diagnose(root, { repair: true }), { code: 'lock.owned' });
    assert.deepEqual((await check()).findings, []);
  });

  it('names a discovery file that is no such thing, or is open to others: discovery.left', async () => {
    const file = discoveryFile(root);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, '{"half', { mode: 0o600 });
    const damaged = await check();
    assert.deepEqual(
      damaged.findings.map(({ kind }) => kind),
      ['discovery.left'],
    );
    fs.chmodSync(file, 0o644);
    const [finding] = (await check()).findings;
    assert.match(finding!.what, /open to other users/);
  });

  it('looks at the store of a running server, too', async () => {
    fs.appendFileSync(
      path.join(root, '.runlens/store', 'snapshot-000000000099.sqlite'),
      'no manifest',
    );
    const { findings } = await diagnoseLive(root);
    assert.deepEqual(
      findings.map(({ kind }) => kind),
      ['snapshot.orphan'],
    );
  });

  it('finds the folder of a run, an experiment and a logged model', () => {
    const run = 'a'.repeat(32);
    assert.equal(folderOf(`mlflow-artifacts:/3/${run}/artifacts`), `artifacts/3/${run}`);
    assert.equal(folderOf('mlflow-artifacts:/3'), 'artifacts/3');
    assert.equal(folderOf('mlflow-artifacts:/3/models/m-1/artifacts'), 'artifacts/3/models/m-1');
    assert.equal(folderOf('s3://bucket/x'), undefined);
    assert.equal(folderOf('mlflow-artifacts:/../x'), undefined);
  });
});
