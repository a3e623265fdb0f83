// Routes of files over a real store and real files, as panels ask them.
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { FileFacts, FileTable, TextPage } from '../../../src/protocol/files';
import type { Mutation } from '../../../src/store/mutation';
import { artifact, id, PanelFixture } from './panelFixture';

const fixture = new PanelFixture();
let runId: string;

beforeEach(async () => {
  await fixture.open();
  runId = fixture.runId;
});
afterEach(() => fixture.close());

describe('routes of files', () => {
  it('read files of runs, of artifacts and of opened folders', async () => {
    fixture.write(`artifacts/0/${runId}/sub/a.csv`, 'a,b\n1,2\n3,4\n');
    const place = { runId, path: 'sub/a.csv' };
    const { body: facts } = await fixture.call<FileFacts>('POST /api/file-facts', place);
    assert.deepEqual(facts.view, { kind: 'table', format: 'csv' });
    const page = { place, offset: 1, limit: 5, orderBy: { column: 0, descending: true } };
    assert.deepEqual((await fixture.call<FileTable>('POST /api/file-table', page)).body.rows, [
      [1, 2],
    ]);
    const part = { place, from: 4, bytes: 100 };
    assert.equal(
      (await fixture.call<TextPage>('POST /api/file-text', part)).body.text,
      '1,2\n3,4\n',
    );

    await fixture.store.commit(artifact('table', '1'));
    fixture.write('artifacts/_/table/1/x.json', '[{"a":1}]');
    const ofArtifact = { place: { artifactId: id('a1'), path: 'x.json' }, offset: 0, limit: 1 };
    assert.deepEqual(
      (await fixture.call<FileTable>('POST /api/file-table', ofArtifact)).body.rows,
      [[1]],
    );

    const folder = fs.mkdtempSync(path.join(fixture.store.blobs.folder, 'elsewhere-'));
    fs.writeFileSync(path.join(folder, 'a.txt'), 'opened');
    const artifactUri = pathToFileURL(folder).href;
    await fixture.opened.store.commit({
      ...{ type: 'run.create', runId: 'r', experimentId: '0', name: 'r', userId: '' },
      ...{ startTime: 1, artifactUri, tags: [] },
    } as Mutation);
    const ofSource = { place: { runId: 'r', path: 'a.txt', source: 'opened' }, from: 0, bytes: 10 };
    assert.equal(
      (await fixture.call<TextPage>('POST /api/file-text', ofSource)).body.text,
      'opened',
    );
  });

  it('refuse what lies elsewhere, with what to do', async () => {
    fixture.write('artifacts/0/other/secret.txt', 'secret');
    await fixture.store.commit({
      ...{ type: 'run.create', runId: id('f'), experimentId: '0', name: 'far', userId: '' },
      ...{ startTime: 1, artifactUri: 's3://bucket/f', tags: [] },
    } as Mutation);
    const cases: [object, number, string][] = [
      [{ runId, path: '../other/secret.txt' }, 400, 'path.invalid'],
      [{ runId, path: 'nothing' }, 404, 'file.notFound'],
      [{ runId: id('9'), path: 'a' }, 404, 'run.notFound'],
      [{ artifactId: id('9'), path: 'a' }, 404, 'artifact.notFound'],
      [{ runId, path: 'a', source: 'https://far' }, 404, 'source.notFound'],
      [{ runId: id('f'), path: 'a' }, 409, 'file.elsewhere'],
      [{ path: 'a' }, 400, 'request.invalid'],
    ];
    for (const [place, status, code] of cases) {
      const answer = await fixture.post('/api/file-facts', place);
      assert.deepEqual([answer.status, answer.body.code], [status, code], JSON.stringify(place));
    }
    const remote = await fixture.post('/api/file-facts', {
      runId,
      path: 'a',
      source: 'https://far',
    });
    assert.match(remote.body.message, /remote server.*download the file first/);
    for (const page of [
      { offset: -1, limit: 1 },
      { offset: 0, limit: 1001 },
      { offset: 0.5, limit: 1 },
    ]) {
      const answer = await fixture.post('/api/file-table', {
        place: { runId, path: 'a' },
        ...page,
      });
      assert.equal(answer.body.code, 'request.invalid');
    }
  });
});
