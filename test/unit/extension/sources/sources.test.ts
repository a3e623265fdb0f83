// Opened MLflow folders beside a folder's own runs, through the real server that reads them in place.
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { Emitter } from '../../../../src/base/event';
import { FolderSession } from '../../../../src/extension/session/folderSession';
import { LinkedServer } from '../../../../src/extension/session/linkedServer';
import { Sessions } from '../../../../src/extension/session/sessions';
import { parseServers } from '../../../../src/extension/sources/remoteServers';
import type { SourcePort } from '../../../../src/extension/sources/sourcePort';
import { Sources } from '../../../../src/extension/sources/sources';
import { Harness, SOURCE_LAUNCHER } from '../../server/harness';
import { writeExperiment, writeRun } from '../../transfer/support';

const RUN = 'a'.repeat(32);

/** As MLflow's file store wrote it. */
function writeMlruns(folder: string): void {
  const files = {
    'metrics/loss': '1700000000000 3 0\n1700000001000 2 1\n1700000002000 1 2\n',
    'params/lr': '0.1',
    'artifacts/note.txt': 'kept',
  };
  const experiment = writeExperiment(folder, '1', { name: 'archive' });
  writeRun(experiment, { id: RUN, meta: { run_name: 'earlier' }, files });
}

describe('sources of runs', function () {
  this.timeout(60_000);
  const harness = new Harness();
  const closing: { dispose(): void }[] = [];
  afterEach(async () => {
    for (const each of closing.splice(0).reverse()) each.dispose();
    await harness.clean();
  });

  function open() {
    const { root, env } = harness.place();
    const failures: unknown[] = [];
    const report = (error: unknown) => failures.push(error);
    const sessions = new Sessions((folder) => {
      const options = { root: folder.root, env, launcher: SOURCE_LAUNCHER };
      const server = new LinkedServer(options, Promise.resolve());
      void server.start();
      return new FolderSession(folder, server, report);
    });
    const ports: FakePort[] = [];
    const createPort = (server: { id: string; name: string }) => {
      const port = new FakePort(server.id, server.name);
      ports.push(port);
      return port as unknown as SourcePort;
    };
    const sources = new Sources({ sessions, createPort, report });
    closing.push(sessions, sources);
    sessions.setFolders([{ name: 'project', path: root, root }]);
    const [session] = sessions.all;
    return { root, session: session!, sessions, sources, ports, failures };
  }

  it('shows an opened folder with its runs, under ids of their own', async () => {
    const { root, session, sources, failures } = open();
    const folder = path.join(root, 'mlruns');
    writeMlruns(folder);
    assert.equal((await session.ready()).kind, 'up');
    await session.call('POST /api/sources', { path: folder });
    await eventually(() => sources.all.length === 1);
    const [source] = sources.all;
    assert.equal((await source!.ready()).kind, 'up');
    await source!.loadExperiments();
    const archive = source!.experiments.experiments.find(({ name }) => name === 'archive')!;
    await source!.loadRuns({ experimentId: archive.experimentId });
    const { rows } = source!.experiments.list({ experimentId: archive.experimentId })!;
    const runId = `${source!.info.id}:${RUN}`;
    assert.deepEqual(
      rows.map((row) => [row.runId, row.name]),
      [[runId, 'earlier']],
    );
    assert.equal(sources.ofRun(runId), source);
    assert.deepEqual((await source!.ensureDetail(runId))!.params, [{ key: 'lr', value: '0.1' }]);
    const { series } = await source!.call('POST /api/series', { series: [{ runId, key: 'loss' }] });
    assert.deepEqual([series[0]!.runId, series[0]!.values], [runId, [3, 2, 1]]);
    const { items } = await source!.call('GET /api/runs/:runId/files', { runId });
    assert.equal(fs.readFileSync(items[0]!.file, 'utf8'), 'kept');
    const rename = source!.call('POST /api/runs/:runId/rename', { runId, name: 'x' });
    await assert.rejects(rename, { code: 'source.readOnly' });
    assert.deepEqual(failures, []);
  });

  it('reads a folder again when it has changed, and drops it when it is closed', async () => {
    const { root, session, sources } = open();
    const folder = path.join(root, 'mlruns');
    writeMlruns(folder);
    await session.ready();
    const row = await session.call('POST /api/sources', { path: folder });
    const source = sources.putFolder(session, row);
    await source.ready();
    const runId = `${source.info.id}:${RUN}`;
    await source.ensureDetail(runId);
    fs.appendFileSync(path.join(folder, '1', RUN, 'metrics/loss'), '1700000003000 0.5 3\n');
    await eventually(async () => {
      const detail = await source.ensureDetail(runId).catch(() => undefined);
      return detail?.metrics[0]?.last.value === 0.5;
    });
    await session.call('POST /api/sources/:id/close', { id: row.id });
    await eventually(() => sources.all.length === 0);
  });

  it('drops what a closed workspace folder had open', async () => {
    const { root, session, sessions, sources } = open();
    writeMlruns(path.join(root, 'mlruns'));
    await session.ready();
    const row = await session.call('POST /api/sources', { path: path.join(root, 'mlruns') });
    sources.putFolder(session, row);
    sessions.setFolders([]);
    assert.deepEqual(sources.all, []);
  });

  it('keeps servers in the order of the setting, and those whose entry did not change', () => {
    const { sources, ports } = open();
    const set = (...urls: string[]) =>
      sources.setServers(
        parseServers(
          urls.map((url) => ({ url })),
          true,
        ).servers,
      );
    set('http://a', 'http://b');
    const [a] = sources.all;
    set('http://c', 'http://a');
    assert.deepEqual(
      sources.all.map(({ info }) => info.name),
      ['c', 'a'],
    );
    assert.equal(sources.all[1], a, 'the same session as before');
    assert.deepEqual(
      ports.map(({ isDisposed }) => isDisposed),
      [false, true, false],
    );
  });

  it('watches a source while at least one view looks at it', () => {
    const { sources, ports } = open();
    sources.setServers(parseServers([{ url: 'http://a' }], true).servers);
    const [source] = sources.all;
    source!.watch('tree', true);
    source!.watch('charts', true);
    source!.watch('tree', false);
    assert.equal(ports[0]!.isWatched, true);
    source!.watch('charts', false);
    assert.equal(ports[0]!.isWatched, false);
  });
});

/** Only its life and whether it is watched are looked at. */
class FakePort {
  readonly state = { kind: 'starting' };
  readonly onDidChangeState = new Emitter().event;
  readonly onEvent = new Emitter().event;
  readonly onDetail = new Emitter().event;
  readonly info: object;
  isDisposed = false;
  isWatched = false;

  constructor(id: string, name: string) {
    this.info = { id, name, kind: 'server', place: '' };
  }
  watch(isWatched: boolean) {
    this.isWatched = isWatched;
  }
  dispose() {
    this.isDisposed = true;
  }
}

async function eventually(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 20_000;
  while (!(await isTrue())) {
    assert.ok(Date.now() < end, 'it did not come true');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
