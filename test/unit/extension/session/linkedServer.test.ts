// A session over a real server whose folder lies on a disk that cannot be written.
import assert from 'node:assert/strict';
import { FolderSession } from '../../../../src/extension/session/folderSession';
import { LinkedServer } from '../../../../src/extension/session/linkedServer';
import type { Launcher } from '../../../../src/protocol/discovery';
import { onReadOnlyDisk } from '../../../support/readOnlyDisk';
import { exitOf, Harness, type Place, SOURCE_LAUNCHER } from '../../server/harness';

const WHY = /\.runlens cannot be written \(the disk is read-only\)\. .*RUNLENS_DIR/;

/** Starts servers that see the folder on a read-only disk. */
function launcherOn(place: Place): Launcher {
  const [runtime = '', ...args] = onReadOnlyDisk(place.root);
  const { runtime: node, args: load = [] } = SOURCE_LAUNCHER;
  return { ...SOURCE_LAUNCHER, runtime, args: [...args, node, ...load] };
}

describe('a session on a read-only disk', function () {
  this.timeout(60_000);
  const harness = new Harness();
  const sessions: FolderSession[] = [];
  before(function () {
    // Namespaces are Linux's.
    if (process.platform !== 'linux') this.skip();
  });
  afterEach(async () => {
    for (const session of sessions.splice(0)) session.dispose();
    await harness.clean();
  });

  function open(place: Place) {
    const { root, env } = place;
    const options = { root, env, launcher: launcherOn(place) };
    const server = new LinkedServer(options, Promise.resolve());
    const failures: unknown[] = [];
    const folder = { name: 'f', path: root, root };
    const session = new FolderSession(folder, server, (error) => failures.push(error));
    sessions.push(session);
    void server.start();
    return { session, failures };
  }

  it('is down with the reason where nothing is stored yet', async () => {
    const { session, failures } = open(harness.place());
    const state = await session.ready();
    assert.ok(state.kind === 'down', state.kind);
    assert.match(state.message, /^Runs cannot be stored: /);
    assert.match(state.message, WHY);
    await assert.rejects(session.call('GET /api/info', {}), { message: state.message });
    assert.deepEqual(failures, []);
  });

  it('shows what is stored, and knows why it is only read', async () => {
    const place = harness.place();
    const runId = await harness.createRun(await harness.start(place), 'kept');
    harness.children.at(-1)?.kill('SIGTERM');
    await exitOf(harness.children.at(-1)!);
    const { session } = open(place);
    assert.equal((await session.ready()).kind, 'up');
    assert.equal((await session.locate(runId))?.name, 'kept');
    for (let wait = 0; session.readOnlyReason === undefined && wait < 100; wait++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assert.match(session.readOnlyReason ?? '', WHY);
    await assert.rejects(session.call('POST /api/runs/:runId/delete', { runId }), {
      message: WHY,
    });
  });
});
