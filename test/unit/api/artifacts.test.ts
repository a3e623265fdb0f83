// The routes that save artifacts, over a real store and its folders.
import { deepStrictEqual, match, notStrictEqual, ok, strictEqual } from 'node:assert';
import { createHash, randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { artifactRoutes } from '../../../src/api/artifacts';
import type {
  ControlError,
  SaveArtifactRequest,
  StagedArtifact,
} from '../../../src/protocol/control';
import type { Route } from '../../../src/protocol/http';
import type { ArtifactRow } from '../../../src/protocol/rows';
import { EngineArtifacts } from '../../../src/server/engineArtifacts';
import { callRoute } from '../../support/callRoute';
import { StoreFixture } from './fixture';

const newId = () => randomBytes(16).toString('hex');
const sha = (text: string) => createHash('sha256').update(text).digest('hex');

describe('saving artifacts', () => {
  const fixture = new StoreFixture();
  let routes: Route[];

  const open = () => {
    const { store } = fixture;
    const artifacts = new EngineArtifacts(store, newId);
    routes = artifactRoutes({ store, artifacts, now: () => 5, newId });
  };
  beforeEach(async () => {
    await fixture.open();
    open();
  });
  afterEach(() => fixture.close());

  const call = <T>(target: string, body: unknown) => callRoute<T>(routes, target, body);
  const stage = async (text = '7'): Promise<StagedArtifact> => {
    const { body } = await call<StagedArtifact>('POST /api/artifacts/stage', {});
    fs.mkdirSync(path.join(body.folder, 'data'));
    fs.writeFileSync(path.join(body.folder, 'data', 'data.json'), text);
    return body;
  };
  const request = (
    { stagingId }: StagedArtifact,
    more: Partial<SaveArtifactRequest> = {},
    text = '7',
  ): SaveArtifactRequest => ({
    stagingId,
    name: 'answer',
    type: 'int',
    materializer: 'json',
    files: [{ path: 'data.json', size: text.length, sha256: sha(text) }],
    contentDigest: sha(text),
    metadata: { preview: text },
    ...more,
  });
  const save = async (more: Partial<SaveArtifactRequest> = {}, text = '7') =>
    await call<ArtifactRow & ControlError>(
      'POST /api/artifacts',
      request(await stage(text), more, text),
    );
  const staging = () => fs.readdirSync(path.join(fixture.store.blobs.folder, 'artifacts/.staging'));

  it('keeps the staged files as the next version, with tags and type', async () => {
    const first = (await save({ tags: ['daily'], artifactType: 'statistics' })).body;
    deepStrictEqual(
      [first.version, first.tags, first.artifactType],
      ['1', ['daily'], 'statistics'],
    );
    strictEqual(fs.readFileSync(path.join(first.folder, 'data.json'), 'utf8'), '7');
    strictEqual(first.pipeline, undefined);
    const second = (await save({}, '8')).body;
    strictEqual(second.version, '2');
    notStrictEqual(second.folder, first.folder);
    deepStrictEqual(staging(), []);
  });

  it('shares the files of equal content', async () => {
    const { body: first } = await save();
    const { body: second } = await save();
    deepStrictEqual([second.version, second.folder], ['2', first.folder]);
  });

  it('is the same version when the request comes again, also after a restart', async () => {
    const body = request(await stage());
    const { body: first } = await call<ArtifactRow>('POST /api/artifacts', body);
    const { body: again } = await call<ArtifactRow>('POST /api/artifacts', body);
    await fixture.reopen();
    open();
    const { body: later } = await call<ArtifactRow>('POST /api/artifacts', body);
    deepStrictEqual([again.id, later.id, later.version], [first.id, first.id, '1']);
    strictEqual(fixture.store.pipelines.artifactVersions('answer').length, 1);
  });

  it('keeps what was staged before a restart', async () => {
    const body = request(await stage());
    await fixture.reopen();
    open();
    const { status, body: row } = await call<ArtifactRow>('POST /api/artifacts', body);
    strictEqual(status, 200);
    strictEqual(fs.readFileSync(path.join(row.folder, 'data.json'), 'utf8'), '7');
  });

  it('takes a version of the user’s own once, and counts on', async () => {
    strictEqual((await save({ version: 'May 2024' })).body.version, 'May 2024');
    const again = await save({ version: 'May 2024' }, '8');
    deepStrictEqual([again.status, again.body.code], [409, 'artifact.conflict']);
    match(again.body.message, /has a version May 2024 already/);
    strictEqual((await save({ version: '7' }, '8')).body.version, '7');
    strictEqual((await save({}, '9')).body.version, '8');
    const versions = fixture.store.pipelines.artifactVersions('answer');
    deepStrictEqual(
      versions.map(({ version }) => version),
      ['8', '7', 'May 2024'],
    );
  });

  it('finds another folder when one without a record is in the way', async () => {
    const folder = path.join(fixture.store.blobs.folder, 'artifacts/_/answer/mine');
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(path.join(folder, 'data.json'), 'of a crash');
    const { body } = await save({ version: 'mine' });
    strictEqual(fs.readFileSync(path.join(body.folder, 'data.json'), 'utf8'), '7');
  });

  it('refuses names that are no file names, files that were not reported, nothing staged', async () => {
    deepStrictEqual((await save({ name: '../x' })).status, 400);
    deepStrictEqual((await save({ version: 'a/b' })).status, 400);
    const other = await save({ files: [{ path: 'data.json', size: 99, sha256: sha('x') }] });
    deepStrictEqual([other.status, other.body.code], [400, 'output.invalid']);
    const missing = { stagingId: newId(), folder: '' };
    const nothing = await call<ControlError>('POST /api/artifacts', request(missing));
    deepStrictEqual([nothing.status, nothing.body.code], [400, 'artifact.invalid']);
    strictEqual(fixture.store.pipelines.artifactVersions('answer').length, 0);
  });

  it('says that the step is not known', async () => {
    const reply = await save({ stepRunId: newId() });
    deepStrictEqual([reply.status, reply.body.code], [404, 'step.notFound']);
  });

  it('forgets what is discarded, however often', async () => {
    const { stagingId, folder } = await stage();
    for (const _ of [1, 2]) {
      strictEqual((await call('POST /api/artifacts/discard', { stagingId })).status, 200);
    }
    ok(!fs.existsSync(folder));
  });
});
