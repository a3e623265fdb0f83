// A page's questions: to its place, or to the places of the runs they name, none of which holds up the others.
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { RunlensError } from '../../../../src/base/errors';
import { SearchError } from '../../../../src/domain/search/error';
import { Asking } from '../../../../src/extension/panels/asking';
import type { FolderSession } from '../../../../src/extension/session/folderSession';
import type { ServerEvent } from '../../../../src/protocol/events';
import { runDetail } from '../rows';

const columns = (runId: string) => ({
  runId,
  key: 'loss',
  count: 1,
  steps: [4],
  timestamps: [0],
  values: [0.5],
});
const REMOTE = 'server-x:far';
const BOTH = {
  series: [
    { runId: 'near', key: 'loss' },
    { runId: REMOTE, key: 'loss' },
  ],
  buckets: 9,
};

function make() {
  const remote = { wait: 0, error: undefined as Error | undefined, calls: 0 };
  const answer = (route: string, request: Record<string, unknown>) => {
    if (route === 'POST /api/series') {
      const series = request['series'] as { runId: string }[];
      return { series: series.map(({ runId }) => columns(runId)) };
    }
    const runIds = (request['runIds'] as string[] | undefined) ?? [];
    const rows = [...runIds].reverse().map((runId) => runDetail(runId));
    return { rows, cells: [rows.map(({ runId }) => runId)], total: rows.length, until: 3, seq: 5 };
  };
  const session = (name: string, call: FolderSession['call']) =>
    ({ folder: { name, path: name, root: name }, call }) as unknown as FolderSession;
  const near = session('near', (async (route: string, request: Record<string, unknown>) =>
    answer(route, request)) as FolderSession['call']);
  const far = session('far', (async (route: string, request: Record<string, unknown>) => {
    remote.calls += 1;
    await delay(remote.wait);
    if (remote.error) throw remote.error;
    return answer(route, request);
  }) as FolderSession['call']);
  const late: ServerEvent[] = [];
  const log: string[] = [];
  const asking = new Asking({
    places: { ofRun: (runId) => (runId === REMOTE ? far : near) },
    place: () => near,
    onLate: (events) => late.push(...events),
    log: (message) => log.push(message),
  });
  const drawn = async () => {
    const asked = await asking.ask('POST /api/series', BOTH);
    assert.ok(asked.ok);
    return asked.value.series.map(({ runId }) => runId);
  };
  return { asking, remote, late, log, drawn, near };
}

describe('questions of a page', () => {
  it('about series of several places are answered by each of them', async () => {
    assert.deepEqual(await make().drawn(), ['near', REMOTE]);
  });

  it('do not wait for a slow place, which is told when it has answered and not asked again', async () => {
    const { drawn, remote, late } = make();
    remote.wait = 500;
    const started = Date.now();
    assert.deepEqual(await drawn(), ['near']);
    assert.ok(Date.now() - started < 450);
    assert.deepEqual(late, []);
    await delay(400);
    const [event] = late;
    assert.deepEqual(event, {
      ...{ type: 'points', runId: REMOTE, key: 'loss', count: 1 },
      ...{ lastStep: 4, lastValue: 0.5 },
    });
    assert.deepEqual(await drawn(), ['near', REMOTE]);
    assert.equal(remote.calls, 1);
  });

  it('go without a place that fails, which the log says', async () => {
    const { drawn, remote, log } = make();
    remote.error = new Error('the database is locked');
    assert.deepEqual(await drawn(), ['near']);
    assert.deepEqual(log, ['far: the database is locked']);
  });

  it('about runs of several places keep their order, with the cells of each', async () => {
    const { asking } = make();
    const runIds = ['b', REMOTE, 'a'];
    const asked = await asking.ask('POST /api/run-table', {
      runIds,
      columns: [{ on: 'param', key: 'lr' }],
    });
    assert.ok(asked.ok);
    assert.deepEqual(
      asked.value.rows.map(({ runId }) => runId),
      runIds,
    );
    assert.deepEqual(asked.value.cells, [runIds]);
    assert.equal(asked.value.total, 3);
  });

  it('about a file go to the place that has its run', async () => {
    const { asking, remote } = make();
    const page = { offset: 0, limit: 1 };
    await asking.ask('POST /api/file-table', { place: { runId: 'near', path: 'a.csv' }, ...page });
    assert.equal(remote.calls, 0);
    await asking.ask('POST /api/file-table', { place: { runId: REMOTE, path: 'a.csv' }, ...page });
    assert.equal(remote.calls, 1);
  });

  it('a refused filter is a value with its place; another failure is thrown', async () => {
    const { asking, near } = make();
    const refuse = (error: Error) => {
      near.call = async () => Promise.reject(error);
    };
    refuse(new SearchError('no such column', 4, ['loss']));
    assert.deepEqual(await asking.ask('POST /api/search', { filter: 'los > 1' }), {
      ok: false,
      refusal: {
        ...{ code: 'search.invalid', message: 'no such column' },
        ...{ text: 'los > 1', position: 4, valid: ['loss'] },
      },
    });
    refuse(new RunlensError('server.down', 'It does not answer.'));
    await assert.rejects(asking.ask('POST /api/search', {}), { code: 'server.down' });
  });
});
