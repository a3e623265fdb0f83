import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { installRuntime, runtimeOf } from '../../../../src/extension/session/runtime';

describe('installRuntime', () => {
  let folder: string;
  let dist: string;
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'runlens-runtime-'));
    dist = path.join(folder, 'dist');
    fs.mkdirSync(path.join(dist, 'python/runlens/__pycache__'), { recursive: true });
    for (const file of [
      'server.js',
      'sql-wasm.wasm',
      'web-tree-sitter.wasm',
      'tree-sitter-python.wasm',
    ]) {
      fs.writeFileSync(path.join(dist, file), `first ${file}`);
    }
    fs.writeFileSync(path.join(dist, 'python/runlens/__init__.py'), '');
    fs.writeFileSync(path.join(dist, 'python/runlens/__pycache__/x.pyc'), '');
  });
  afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

  const runtime = () => runtimeOf(path.join(folder, 'storage'), '1.2.3');
  const server = () => fs.readFileSync(runtime().launcher.server, 'utf8');

  it('copies server and SDK to a folder of the version, without compiled files', async () => {
    await installRuntime(dist, runtime(), { always: false });
    assert.equal(server(), 'first server.js');
    assert.ok(runtime().launcher.server.includes('1.2.3'));
    assert.deepEqual(fs.readdirSync(path.join(runtime().sdk, 'runlens')), ['__init__.py']);
    const left = fs.readdirSync(path.join(folder, 'storage/1.2.3'));
    assert.ok(!left.some((file) => file.endsWith('.tmp')));
  });

  it('leaves a version that is there alone, so that a running server keeps its files', async () => {
    await installRuntime(dist, runtime(), { always: false });
    fs.writeFileSync(path.join(dist, 'server.js'), 'second');
    await installRuntime(dist, runtime(), { always: false });
    assert.equal(server(), 'first server.js');
    await installRuntime(dist, runtime(), { always: true });
    assert.equal(server(), 'second');
  });

  it('finishes a copy that was cut short', async () => {
    await installRuntime(dist, runtime(), { always: false });
    fs.rmSync(path.join(folder, 'storage/1.2.3/complete'));
    fs.rmSync(runtime().launcher.server);
    await installRuntime(dist, runtime(), { always: false });
    assert.equal(server(), 'first server.js');
  });
});
