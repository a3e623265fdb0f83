// Artifacts over the routes of MLflow's proxy, and the paths they map to.
import assert from 'node:assert/strict';
import fs from 'node:fs/promises';
import path from 'node:path';
import { blobPathOf, blobPathUnder, runArtifactUri } from '../../../src/tracking/artifactPath';
import { mediaTypeOf } from '../../../src/tracking/mediaType';
import { Tracking } from './harness';

const RUN = 'a'.repeat(32);
const PROXY = '/api/2.0/mlflow-artifacts/artifacts';

describe('the path of an artifact', () => {
  it('drops MLflow’s folder inside a run', () => {
    assert.equal(blobPathOf(`1/${RUN}/artifacts/a/b.txt`), `artifacts/1/${RUN}/a/b.txt`);
    assert.equal(blobPathOf(`1/${RUN}/artifacts`), `artifacts/1/${RUN}`);
    assert.equal(blobPathOf(`1/${RUN}/artifacts/artifacts/x`), `artifacts/1/${RUN}/artifacts/x`);
    assert.equal(blobPathOf('team/x/file'), 'artifacts/team/x/file');
    assert.equal(blobPathOf(''), 'artifacts');
    const uri = runArtifactUri('mlflow-artifacts:/1', RUN);
    assert.equal(blobPathUnder(uri, 'a.txt'), `artifacts/1/${RUN}/a.txt`);
    assert.equal(blobPathUnder('s3://b/x', 'a.txt'), undefined);
  });

  const bad = [
    '../x',
    'a/../../x',
    '/etc/passwd',
    'a\\b',
    'C:/x',
    '%2e%2e/x',
    '%252e%252e/x',
    '%2Fetc/passwd',
    'a%5Cb',
    'file:///etc/passwd',
    'a#b',
    'a\0b',
    '_/model/1/x',
    '.staging/x',
    `1/${RUN}/other/x`,
  ];
  for (const text of bad) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.throws(() => blobPathOf(text), /^MlflowError: Invalid path$/);
    });
  }

  it('does not let a path leave its run', () => {
    const uri = runArtifactUri('mlflow-artifacts:/1', RUN);
    for (const text of ['../../2', '/x', '..%2f..']) {
      assert.throws(() => blobPathUnder(uri, text), /Invalid path/);
    }
  });
});

describe('the media type of an artifact', () => {
  it('goes by the ending', () => {
    assert.equal(mediaTypeOf('a/b.PNG'), 'image/png');
    assert.equal(mediaTypeOf('model/MLmodel'), 'text/plain');
    // MLflow sends these as text, so that no browser runs or renders them.
    assert.equal(mediaTypeOf('x.json'), 'text/plain');
    assert.equal(mediaTypeOf('x.js'), 'text/plain');
    assert.equal(mediaTypeOf('a.d/model'), 'application/octet-stream');
  });
});

describe('artifact routes', () => {
  let tracking: Tracking;
  let run_id: string;
  let base: string;
  beforeEach(async () => {
    tracking = await Tracking.open();
    run_id = await tracking.newRun();
    base = `${PROXY}/0/${run_id}/artifacts`;
  });
  afterEach(() => tracking.close());

  const put = (name: string, text: string) => tracking.send('PUT', `${base}/${name}`, { text });

  it('stores a file where a person finds it, and sends it back', async () => {
    assert.deepEqual((await put('plots/a%20b.txt', 'hello, artifact')).json, {});
    const file = path.join(
      tracking.store.blobs.folder,
      'artifacts',
      '0',
      run_id,
      'plots',
      'a b.txt',
    );
    assert.equal(await fs.readFile(file, 'utf8'), 'hello, artifact');
    const answer = await tracking.send('GET', `${base}/plots/a%20b.txt`, {});
    assert.equal(answer.text, 'hello, artifact');
    assert.equal(answer.headers['content-type'], 'text/plain');
    assert.equal(answer.headers['content-length'], '15');
    assert.match(answer.headers['content-disposition'] ?? '', /^attachment; filename="a b.txt"/);
  });

  it('lists one level, by the proxy and by the run', async () => {
    await put('b.txt', 'bb');
    await put('a/deep/c.txt', '');
    const list = async (at: string) =>
      (await tracking.send('GET', `${PROXY}?path=0/${run_id}/artifacts${at}`, {})).json;
    assert.deepEqual(await list(''), {
      files: [
        { path: 'a', is_dir: true },
        { path: 'b.txt', is_dir: false, file_size: 2 },
      ],
    });
    assert.deepEqual(await list('/a/deep'), {
      files: [{ path: 'c.txt', is_dir: false, file_size: 0 }],
    });
    assert.deepEqual(await list('/b.txt'), {});
    assert.deepEqual(await list('/nothing'), {});
    const byRun = await tracking.get(`artifacts/list?run_id=${run_id}&path=a`);
    assert.deepEqual(byRun.json, {
      root_uri: `mlflow-artifacts:/0/${run_id}/artifacts`,
      files: [{ path: 'a/deep', is_dir: true }],
    });
  });

  it('deletes, and says what is not there', async () => {
    await put('a.txt', 'x');
    assert.equal((await tracking.send('DELETE', `${base}/a.txt`, {})).status, 200);
    const gone = await tracking.send('GET', `${base}/a.txt`, {});
    assert.equal(gone.status, 404);
    assert.match(gone.json.message, /^No such artifact/);
    assert.equal((await tracking.send('DELETE', `${PROXY}/.`, {})).json.message, 'Invalid path');
  });

  it('refuses a file in place of a folder, and a folder as a file', async () => {
    await put('a/b.txt', 'x');
    assert.equal((await put('a', 'y')).status, 400);
    assert.equal((await tracking.send('GET', `${base}/a`, {})).status, 400);
  });

  it('refuses paths that escape', async () => {
    for (const name of ['..%2f..%2fx', '%252e%252e/x', '..%5Cx']) {
      const answer = await put(name, 'x');
      assert.equal(answer.status, 400, name);
      assert.equal(answer.json.message, 'Invalid path');
    }
    const list = await tracking.get(`artifacts/list?run_id=${run_id}&path=../x`);
    assert.equal(list.json.message, 'Invalid path');
  });

  it('answers 501 for uploads in parts, so that clients send the whole', async () => {
    const path = `/0/${run_id}/artifacts/x`;
    const headers = { 'content-type': 'application/json' };
    const text = JSON.stringify({ path: 'x', num_parts: 2, upload_id: 'u', parts: [{}] });
    for (const call of [`create${path}`, `complete${path}`, `abort${path}`, 'create']) {
      const url = `/api/2.0/mlflow-artifacts/mpu/${call}`;
      const answer = await tracking.send('POST', url, { text, headers });
      assert.equal(answer.status, 501);
      assert.equal(answer.json.error_code, 'NOT_IMPLEMENTED');
      const empty = await tracking.send('POST', url, { text: '{}', headers });
      assert.match(empty.json.message, /^Missing value for required parameter 'path'/);
    }
  });
});
