import assert from 'node:assert/strict';
import { Emitter } from '../../../../src/base/event';
import { FolderSession } from '../../../../src/extension/session/folderSession';
import type { ServerPort, ServerState } from '../../../../src/extension/session/serverPort';
import type { ServerEvent } from '../../../../src/protocol/events';
import type { RunRow } from '../../../../src/protocol/rows';
import { experimentRow, runDetail, runRow } from '../rows';

const UP = { kind: 'up', discovery: {} } as unknown as ServerState;

/** A server with an experiment, whose calls are counted. */
class FakeServer implements ServerPort {
  state: ServerState = { kind: 'starting' };
  readonly states = new Emitter<ServerState>();
  readonly events = new Emitter<ServerEvent>();
  readonly onDidChangeState = this.states.event;
  readonly onEvent = this.events.event;
  readonly calls: string[] = [];
  runs: RunRow[] = [runRow('a')];
  info: { reason?: string; reports: string[] } = { reports: [] };

  set(state: ServerState): void {
    this.state = state;
    this.states.fire(state);
  }
  // biome-ignore lint/suspicious/noExplicitAny: one stand-in for all routes
  async call(route: string, request: any): Promise<any> {
    this.calls.push(route);
    if (route === 'GET /api/info') return this.info;
    if (route === 'GET /api/experiments') return { items: [experimentRow('1')], total: 1 };
    if (route === 'GET /api/runs/:runId') {
      return runDetail(
        request.runId,
        request.runId === 'child' ? { parentRunId: 'old' } : { startTime: 1 },
      );
    }
    const rows = this.runs.filter((row) => row.parentRunId === request.parent);
    return { items: rows.slice(request.offset, request.offset + request.limit), total: 200 };
  }
  async start() {}
  async restart() {}
  dispose() {}
}

function open() {
  const server = new FakeServer();
  const failures: unknown[] = [];
  const folder = { name: 'f', path: '/f', root: '/f' };
  const session = new FolderSession(folder, server, (error) => failures.push(error));
  return { server, session, failures };
}
const settled = () => new Promise((resolve) => setTimeout(resolve, 10));

describe('FolderSession', () => {
  it('reads the first pages when the server is up', async () => {
    const { server, session, failures } = open();
    server.set(UP);
    await settled();
    assert.equal(session.isWarm, true);
    assert.deepEqual(
      session.experiments.list({ experimentId: '1' })!.rows.map((row) => row.runId),
      ['a'],
    );
    assert.deepEqual(failures, []);
  });

  it('reads nothing again when the server comes back and events go on', async () => {
    const { server } = open();
    server.set(UP);
    await settled();
    const before = server.calls.length;
    server.set({ kind: 'starting' });
    server.set(UP);
    await settled();
    assert.equal(server.calls.length, before);
  });

  it('reads again after a gap', async () => {
    const { server, session } = open();
    server.set(UP);
    await settled();
    server.runs = [runRow('b')];
    server.events.fire({ type: 'reset', reason: 'gap' });
    assert.equal(session.isWarm, false);
    await settled();
    assert.deepEqual(
      session.experiments.list({ experimentId: '1' })!.rows.map((row) => row.runId),
      ['b'],
    );
  });

  it('asks once for what several ask for at the same time', async () => {
    const { server, session } = open();
    server.state = UP;
    await Promise.all([
      session.ensureDetail('a'),
      session.ensureDetail('a'),
      session.ensureDetail('a'),
    ]);
    assert.equal(server.calls.filter((route) => route === 'GET /api/runs/:runId').length, 1);
  });

  it('locates a nested run that no page has, with the run around it', async () => {
    const { server, session } = open();
    server.set(UP);
    await settled();
    await session.locate('child');
    const listed = session.experiments.list({ experimentId: '1' })!.rows.map((row) => row.runId);
    assert.ok(listed.includes('old'), 'the outer run is listed');
    const inner = session.experiments.list({ experimentId: '1', parent: 'old' })!;
    assert.deepEqual(
      inner.rows.map((row) => row.runId),
      ['child'],
    );
  });

  it('knows why the store is only read, and reports once what was mended in it', async () => {
    const { server, session, failures } = open();
    server.info = { reason: 'the disk is read-only', reports: ['a snapshot was corrupt'] };
    server.set(UP);
    await settled();
    assert.equal(session.readOnlyReason, 'the disk is read-only');
    server.events.fire({ type: 'reset', reason: 'gap' });
    await settled();
    assert.deepEqual(failures, ['a snapshot was corrupt']);
    server.events.fire({ type: 'status', mode: 'writable' });
    assert.equal(session.readOnlyReason, undefined);
  });

  it('waits for the server to be up or known not to come', async () => {
    const { server, session } = open();
    const ready = session.ready();
    server.set({ kind: 'down', message: 'no disk' });
    assert.deepEqual(await ready, { kind: 'down', message: 'no disk' });
  });
});
