// Artifact versions that are deleted, restored and purged, over a real store with real files.
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { Changes } from '../../../src/api/eventChanges';
import type { ArtifactVersion } from '../../../src/domain/artifact';
import type { EmptiedTrash, Trash } from '../../../src/protocol/trash';
import { lifecycleCaller, StoreFixture } from './fixture';

const fixture = new StoreFixture();
let now = 1000;
const call = lifecycleCaller(fixture, () => ++now);

const idOf = (version: string): string => version.padStart(32, 'a');

/** A version with a file of ten bytes. */
async function create(version: string, folder = version, digest = version): Promise<string> {
  const at = `artifacts/_/classifier/${folder}`;
  fs.mkdirSync(path.join(fixture.store.blobs.folder, at), { recursive: true });
  fs.writeFileSync(path.join(fixture.store.blobs.folder, at, 'model.json'), '0123456789');
  const artifact: ArtifactVersion = {
    id: idOf(version),
    name: 'classifier',
    version,
    type: 'builtins.dict',
    materializer: 'json',
    path: at,
    files: [{ path: 'model.json', size: 10, sha256: 'ab', mtimeMs: 1, ino: 1 }],
    contentDigest: digest,
    metadata: {},
    createdAt: 1,
    producer: undefined,
  };
  await fixture.store.commit({ type: 'artifact.create', artifact });
  return artifact.id;
}

const isThere = (folder: string): boolean =>
  fs.existsSync(
    path.join(fixture.store.blobs.folder, `artifacts/_/classifier/${folder}/model.json`),
  );
const listed = () =>
  fixture.store.pipelines.artifactVersions('classifier').map(({ version }) => version);
const remove = (version: string) => call(`POST /api/artifacts/${idOf(version)}/delete`);
const restore = (version: string) => call(`POST /api/artifacts/${idOf(version)}/restore`);
const showTrash = async () => (await call<Trash>('GET /api/trash')).body;
const empty = async (asOf = now + 10) =>
  (await call<EmptiedTrash>('POST /api/trash/empty', { asOf })).body;

describe('a deleted artifact version', () => {
  beforeEach(async () => {
    now = 1000;
    await fixture.open();
  });
  afterEach(() => fixture.close());

  it('is in no list and shares its files with none, but is known by its id', async () => {
    await create('1', '1', 'same');
    await create('2', '1', 'same');
    assert.equal((await remove('2')).status, 200);
    const check = () => {
      const { pipelines } = fixture.store;
      assert.deepEqual(listed(), ['1']);
      assert.deepEqual(pipelines.artifactNames(), [
        { name: 'classifier', versions: 1, latest: '1' },
      ]);
      assert.deepEqual(
        pipelines.listedArtifacts({ artifact: 'classifier' }).map(({ id }) => id),
        [idOf('1')],
      );
      assert.equal(pipelines.sameContent('classifier', 'same')?.version, '1');
      assert.equal(pipelines.withContent('classifier', 'same').length, 1);
      assert.equal(pipelines.artifact(idOf('2'))?.deletedAt, 1001);
      assert.equal(pipelines.nextVersion('classifier'), '3');
    };
    check();
    await fixture.reopen();
    check();
    await remove('1');
    assert.deepEqual(fixture.store.pipelines.artifactNames(), []);
    assert.deepEqual(fixture.store.pipelines.listedArtifacts({}), []);
  });

  it('is told to views as what it is, and comes back as it was', async () => {
    await create('1');
    const before = fixture.store.pipelines.artifact(idOf('1'));
    const changes = new Changes(fixture.store);
    const subscription = fixture.store.onDidCommit((batch) => {
      for (const { mutation } of batch) changes.add(mutation);
    });
    await remove('1');
    const [event] = changes.take();
    assert.ok(event?.type === 'artifact' && event.artifact.deletedAt === 1001);
    assert.equal((await remove('1')).status, 200);
    await restore('1');
    const [back] = changes.take();
    subscription.dispose();
    assert.ok(back?.type === 'artifact' && back.artifact.deletedAt === undefined);
    assert.deepEqual(fixture.store.pipelines.artifact(idOf('1')), before);
    assert.deepEqual((await showTrash()).artifacts, []);
    const unknown = await call(`POST /api/artifacts/${idOf('9')}/delete`);
    assert.equal(unknown.status, 404);
  });

  it('lies in the trash with what it takes, and goes for good with its files', async () => {
    await create('1');
    await create('2');
    await remove('2');
    const trash = await showTrash();
    assert.deepEqual(trash.artifacts, [
      { id: idOf('2'), name: 'classifier', version: '2', deletedTime: 1001 },
    ]);
    assert.equal(trash.bytes.artifacts, 10);
    const emptied = await empty();
    assert.deepEqual([emptied.artifacts, emptied.bytes.artifacts], [1, 10]);
    assert.deepEqual([isThere('1'), isThere('2')], [true, false]);
    await fixture.reopen();
    assert.equal(fixture.store.pipelines.artifact(idOf('2')), undefined);
    assert.deepEqual(fixture.store.trash.removals(), []);
    // Its number, and with it its folder, is never another's.
    assert.equal(fixture.store.pipelines.nextVersion('classifier'), '3');
  });

  it('leaves files that an identical version has, until that goes, too', async () => {
    await create('1', '1', 'same');
    await create('2', '1', 'same');
    await remove('1');
    assert.equal((await showTrash()).bytes.artifacts, 0);
    await empty();
    assert.ok(isThere('1'));
    assert.deepEqual(listed(), ['2']);
    await remove('2');
    await empty();
    assert.equal(isThere('1'), false);
  });

  it('stays when it was deleted after the trash was shown, or restored meanwhile', async () => {
    await create('1');
    await create('2');
    await remove('1');
    const { asOf } = await showTrash();
    await remove('2');
    assert.equal((await empty(asOf)).artifacts, 1);
    assert.equal(fixture.store.pipelines.artifact(idOf('2'))?.deletedAt, 1003);
    await restore('2');
    assert.equal((await empty()).artifacts, 0);
    assert.ok(isThere('2'));
    await assert.rejects(
      fixture.store.commit({
        type: 'artifact.purge',
        artifactIds: [idOf('2')],
        folders: [],
        time: 9,
      }),
      { code: 'store.invalid', message: /is not deleted/ },
    );
  });

  it('keeps its name and version while it can be restored', async () => {
    await create('1');
    await remove('1');
    await assert.rejects(create('1'), {
      code: 'store.invalid',
      message: /classifier 1 is in the trash/,
    });
  });

  it('does not take files with it that were put into its folder later', async () => {
    await create('beta');
    await remove('beta');
    const folder = 'artifacts/_/classifier/beta';
    const artifactIds = [idOf('beta')];
    await fixture.store.commit({ type: 'artifact.purge', artifactIds, folders: [folder], time: 9 });
    assert.deepEqual(fixture.store.trash.removals(), [folder]);
    await create('beta');
    assert.deepEqual(fixture.store.trash.removals(), []);
  });
});
