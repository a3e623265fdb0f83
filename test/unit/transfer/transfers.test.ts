// Imports and exports as the server runs them: followed, cancelled, and failing with a reason.
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { transferRoutes } from '../../../src/api/transfer';
import { RunlensError } from '../../../src/base/errors';
import type { TransferState } from '../../../src/protocol/control';
import type { Store } from '../../../src/store/store';
import { blobPathUnder } from '../../../src/tracking/artifactPath';
import { OpenedSources } from '../../../src/transfer/opened';
import { Transfers } from '../../../src/transfer/transfers';
import { callRoute } from '../../support/callRoute';
import { cleanUp, open, tempFolder } from '../store/support';
import { sqlite, writeExperiment, writeRun } from './support';

describe('transfers', () => {
  let store: Store;
  let transfers: Transfers;
  let mlruns: string;
  let announced: TransferState[];
  let whenOver: ((state: TransferState) => void) | undefined;

  beforeEach(async () => {
    store = await open(tempFolder());
    announced = [];
    let ids = 0;
    transfers = new Transfers({
      store,
      clock: Date,
      newId: () => `t${++ids}`,
      sqlite,
      runFolder: blobPathUnder,
      announce: (state) => {
        announced.push(state);
        if (state.state !== 'running') whenOver?.(state);
      },
    });
    mlruns = path.join(tempFolder(), 'mlruns');
    const experiment = writeExperiment(mlruns, '5');
    for (let i = 0; i < 300; i++) {
      const id = `${i}`.padStart(32, 'a');
      writeRun(experiment, { id, files: { 'metrics/m': '1 1 1\n', 'params/p': 'x' } });
    }
  });
  afterEach(async () => {
    await transfers.dispose();
    await cleanUp();
  });

  const over = (): Promise<TransferState> =>
    new Promise((resolve) => {
      whenOver = resolve;
    });

  it('go on while others have their turn, and end with counts', async () => {
    const end = over();
    const id = transfers.startImport({ path: mlruns });
    assert.equal(transfers.active, 1);
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    const last = await end;
    clearInterval(timer);
    assert.ok(turns > 3, `${turns} turns`);
    assert.deepEqual([last.id, last.state, last.totalRuns], [id, 'done', 300]);
    assert.deepEqual([last.counts.runs, last.counts.points], [300, 300]);
    assert.deepEqual(transfers.get(id, 'import'), last);
    assert.equal(transfers.get(id, 'export'), undefined);
    assert.equal(transfers.active, 0);
  });

  it('can be cancelled, and go on where they were', async () => {
    let end = over();
    const id = transfers.startImport({ path: mlruns });
    let batches = 0;
    const stop = store.onDidCommit(() => ++batches === 5 && transfers.cancel(id));
    const cancelled = await end;
    stop.dispose();
    assert.equal(cancelled.state, 'cancelled');
    assert.ok(cancelled.counts.runs > 0 && cancelled.counts.runs < 300, `${cancelled.counts.runs}`);
    end = over();
    transfers.startImport({ path: mlruns });
    const rest = await end;
    assert.equal(rest.counts.runs, 300 - cancelled.counts.runs);
  });

  it('fail with the reason, and leave nothing half', async () => {
    const target = path.join(tempFolder(), 'runs.csv');
    const end = over();
    transfers.startExport({ format: 'csv', path: target, filter: 'metrics.m >' });
    const last = await end;
    assert.equal(last.state, 'failed');
    assert.match(last.message ?? '', /metrics/);
    assert.deepEqual(fs.readdirSync(path.dirname(target)), []);
  });

  describe('over routes', () => {
    const routes = () => {
      const scratch = () => Promise.reject(new RunlensError('test', 'no scratch'));
      const sources = new OpenedSources({
        clock: Date,
        sqlite,
        openScratch: scratch,
        isWatched: () => false,
        announce: () => undefined,
        remember: () => undefined,
      });
      const isRefusal = (error: unknown): error is RunlensError =>
        error instanceof RunlensError && error.code.startsWith('import.');
      return transferRoutes({ transfers, sources, isRefusal });
    };
    const refused = async (route: string, body: object, text: RegExp) => {
      const answer = await callRoute<{ message: string }>(routes(), route, body);
      assert.ok(answer.status >= 400 && answer.status < 500, `${answer.status}`);
      assert.match(answer.body.message, text);
    };

    it('start, tell and cancel', async () => {
      const end = over();
      const request = { path: mlruns, experiments: ['none'] };
      const { body } = await callRoute<{ id: string }>(routes(), 'POST /api/imports', request);
      await end;
      const state = await callRoute<TransferState>(routes(), `GET /api/imports/${body.id}`);
      assert.equal(state.body.notes.length, 1);
      const cancelled = await callRoute(routes(), `POST /api/imports/${body.id}/cancel`);
      assert.deepEqual(cancelled, { status: 200, body: {} });
    });

    it('refuse what they are asked wrongly', async () => {
      await refused('POST /api/imports', { path: 'relative' }, /absolute/);
      await refused('POST /api/imports', { path: tempFolder() }, /holds no MLflow data/);
      await refused('POST /api/imports', { path: mlruns, experiments: 'x' }, /list of texts/);
      await refused('POST /api/exports', { path: mlruns, format: 'xls' }, /format must be one of/);
      await refused('POST /api/sources/none/close', {}, /no source/);
      await refused('GET /api/imports/none', {}, /no import/);
    });
  });
});
