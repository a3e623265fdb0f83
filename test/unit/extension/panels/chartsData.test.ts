// The Charts page draws runs of a folder at once, whatever a remote server does.
import assert from 'node:assert/strict';
import { Emitter } from '../../../../src/base/event';
import { ChartsData, type ChartsDataOptions } from '../../../../src/extension/panels/chartsData';
import type { FolderSession } from '../../../../src/extension/session/folderSession';
import type { SourcePort } from '../../../../src/extension/sources/sourcePort';
import { SourceSession } from '../../../../src/extension/sources/sourceSession';
import type { SeriesColumns } from '../../../../src/protocol/rows';
import { runDetail } from '../rows';

const columns = (runId: string): SeriesColumns => ({
  runId,
  key: 'loss',
  count: 1,
  steps: [0],
  timestamps: [0],
  values: [1],
});
const REMOTE = 'server-x:far';

function make() {
  const answer = { wait: 0, error: undefined as Error | undefined };
  const port = {
    info: { id: 'server-x', name: 'team', kind: 'server', place: 'http://h' },
    state: { kind: 'up', discovery: undefined } as FolderSession['state'],
    onDidChangeState: new Emitter().event,
    onEvent: new Emitter().event,
    onDetail: new Emitter().event,
    revisionOf: () => 7,
    call: async (route: string) => {
      await new Promise((resolve) => setTimeout(resolve, answer.wait));
      if (answer.error) throw answer.error;
      const metrics = [{ key: 'loss', last: { step: 0, timestamp: 0, value: 1 } }];
      return route === 'POST /api/series'
        ? { series: [columns(REMOTE)] }
        : { ...runDetail(REMOTE), metrics };
    },
    dispose: () => undefined,
  };
  const remote = new SourceSession(port as unknown as SourcePort, (error) =>
    assert.fail(String(error)),
  );
  const near = {
    state: { kind: 'up' },
    call: async () => ({ series: [columns('near')] }),
  } as unknown as FolderSession;
  const log: string[] = [];
  const data = new ChartsData({
    sessions: { all: [], ofRun: (id: string) => (id === 'near' ? near : undefined) },
    sources: { all: [remote], ofRun: (id: string) => (id === REMOTE ? remote : undefined) },
    shown: { runs: [{ row: runDetail(REMOTE), slot: 0 }] },
    log: (message: string) => log.push(message),
  } as unknown as ChartsDataOptions);
  return { data, answer, log, port, remote };
}
const BOTH = {
  series: [
    { runId: 'near', key: 'loss' },
    { runId: REMOTE, key: 'loss' },
  ],
  buckets: 9,
};
const drawn = async (data: ChartsData) =>
  (await data.series(BOTH)).series.map(({ runId }) => runId);
const countOf = async (data: ChartsData) => (await data.state()).runs[0]?.metrics[0]?.count;

describe('what the Charts page is told', () => {
  it('is the series of a folder and of a source that answers in time', async () => {
    assert.deepEqual(await drawn(make().data), ['near', REMOTE]);
  });

  it('does not wait for a slow source, and asks for its series again when they have come', async () => {
    const { data, answer, remote } = make();
    await remote.ensureDetail(REMOTE);
    answer.wait = 600;
    const before = await countOf(data);
    const started = Date.now();
    const arrived = new Promise<void>((resolve) => data.onDidArrive(resolve));
    assert.deepEqual(await drawn(data), ['near']);
    assert.ok(Date.now() - started < 500);
    await arrived;
    assert.ok((await countOf(data))! > before!, 'the page sees that there is more');
    answer.wait = 0;
    assert.deepEqual(await drawn(data), ['near', REMOTE]);
  });

  it('goes without a source that fails, and says why in the log', async () => {
    const { data, answer, log } = make();
    answer.error = new Error('the database is locked');
    assert.deepEqual(await drawn(data), ['near']);
    assert.deepEqual(log, ['team: the database is locked']);
  });

  it("shows a source's run before its values have come, and tells when they have", async () => {
    const { data } = make();
    const arrived = new Promise<void>((resolve) => data.onDidArrive(resolve));
    assert.deepEqual((await data.state()).runs[0]?.metrics, []);
    await arrived;
    assert.equal(await countOf(data), 7);
  });

  it('names a source that is down while its runs are shown', async () => {
    const { data, port } = make();
    port.state = { kind: 'down', message: 'it does not answer' };
    assert.equal((await data.state()).problem, 'team: it does not answer');
  });
});
