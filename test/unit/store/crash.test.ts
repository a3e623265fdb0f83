// The power goes at any call, also while recovering: what was acknowledged is there, nothing in part.
import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { RunlensError } from '../../../src/base/errors';
import type { Mutation } from '../../../src/store/mutation';
import type { Store } from '../../../src/store/store';
import { CrashDisk, PowerCut, randomOf } from './crashDisk';
import { cleanUp, createExperiment, createRun, dump, log, metric, open } from './support';

const SEEDS = Number(process.env['RUNLENS_SEEDS'] ?? 200);
const FOLDER = '/data';
const COMMITS = 30;

type Random = () => number;
const below = (random: Random, end: number) => Math.floor(random() * end);

/** Commits in order, and how many of them were acknowledged. */
interface Journal {
  readonly commits: (readonly Mutation[])[];
  acknowledged: number;
}

const openOn = (disk: CrashDisk): Promise<Store> =>
  open(FOLDER, { files: disk.layer, probeMs: 1e6, idleMs: 1e6 });

/** Compacting is a change of its own, and so not for those who count changes. */
interface Work {
  readonly compacts: boolean;
}

/** Some work of a store: runs, points, models, purges, checkpoints. Ends early with the power. */
async function work(
  store: Store,
  random: Random,
  journal: Journal,
  { compacts }: Work,
): Promise<void> {
  for (let i = 0; i < COMMITS; i++) {
    const answers = Array.from({ length: 1 + below(random, 3) }, async () => {
      const commit = nextCommit(random, journal);
      journal.commits.push(commit);
      await store.commit(...commit);
      journal.acknowledged++;
    });
    for (const answer of await Promise.allSettled(answers)) {
      if (answer.status === 'rejected') throw answer.reason;
    }
    if (random() < 0.15) await store.checkpoint();
    if (compacts && random() < 0.1) await store.compact();
  }
}

function nextCommit(random: Random, { commits }: Journal): Mutation[] {
  const runs = runsIn(commits.flat());
  const kind = random();
  const name = `${commits.length}`;
  const runId = runs[below(random, runs.length)];
  if (runId === undefined || kind < 0.1) return [createRun(`run${name}`)];
  if (kind < 0.15) return [createExperiment(String(commits.length + 1))];
  if (kind < 0.2) return registerModel(name, runId);
  if (kind < 0.25) return purge(runId);
  const points = Array.from({ length: 1 + below(random, 40) }, (_, i) =>
    metric(`m${below(random, 3)}`, random(), commits.length * 50 + i),
  );
  return [log(runId, { metrics: points, params: { [name]: 'p' }, tags: { t: name } })];
}

function runsIn(mutations: readonly Mutation[]): string[] {
  const gone = new Set(mutations.flatMap((each) => (each.type === 'run.purge' ? each.runIds : [])));
  return mutations.flatMap((each) =>
    each.type === 'run.create' && !gone.has(each.runId) ? [each.runId] : [],
  );
}

function registerModel(name: string, sourceRunId: string): Mutation[] {
  const [time, tags] = [3000, [{ key: 'of', value: name }]];
  const [source, modelId] = [`models:/m-${name}`, `m-${name}`];
  const none = { description: undefined, runLink: undefined, userId: undefined };
  return [
    {
      type: 'model.create',
      modelId,
      experimentId: '0',
      name,
      modelType: undefined,
      sourceRunId,
      artifactUri: `mlflow-artifacts:/0/models/m-${name}/artifacts`,
      params: [],
      tags,
      time,
    },
    { type: 'registry.create', name, description: undefined, tags, time },
    {
      type: 'version.create',
      name,
      version: 1,
      source,
      storageLocation: undefined,
      runId: undefined,
      modelId,
      status: 'READY',
      tags,
      time,
      ...none,
    },
    { type: 'registry.alias', name, alias: 'best', version: 1, time },
  ];
}

const purge = (runId: string): Mutation[] => [
  { type: 'run.lifecycle', runId, stage: 'deleted', time: 4000 },
  { type: 'run.purge', runIds: [runId], folders: [], time: 4001 },
];

/** A power cut makes the store refuse or the work throw; anything else is a defect. */
function expectPowerCut(error: unknown): void {
  const told =
    error instanceof Error ? `${error.name} ${error.message} ${String(error.cause)}` : '';
  assert.ok(
    error instanceof PowerCut || /power is gone|store\.unavailable|cannot be written/.test(told),
    told,
  );
}

/** The state after the first commits, made without any trouble. */
async function stateAfter(commits: readonly (readonly Mutation[])[]): Promise<string> {
  const store = await openOn(new CrashDisk());
  for (const commit of commits) await store.commit(...commit);
  return dump(store);
}

/** Finds how many whole commits a recovered store holds. */
function commitsIn(store: Store, { commits }: Journal): number {
  // The first mutation made the default experiment.
  let seq = 1;
  let count = 0;
  for (const commit of commits) {
    if (seq + commit.length > store.status.seq) break;
    seq += commit.length;
    count++;
  }
  assert.equal(seq, store.status.seq, 'a commit is there in part');
  return count;
}

async function callsOf(seed: number): Promise<number> {
  const disk = new CrashDisk();
  const store = await openOn(disk);
  await work(store, randomOf(seed), { commits: [], acknowledged: 0 }, { compacts: true });
  await store.close();
  return disk.calls;
}

async function runUntilCut(disk: CrashDisk, seed: number, journal: Journal): Promise<void> {
  try {
    const store = await openOn(disk);
    if (store.status.mode === 'readonly') return;
    await work(store, randomOf(seed), journal, { compacts: true });
    await store.close();
  } catch (error) {
    expectPowerCut(error);
  }
}

/** An image of a store that was closed, or left as it was, after the seed's work. */
async function imageOf(seed: number, journal: Journal): Promise<Map<string, Buffer>> {
  const disk = new CrashDisk();
  const store = await openOn(disk);
  await work(store, randomOf(seed), journal, { compacts: false });
  if (seed % 2 === 0) await store.close();
  return disk.image();
}

/** Flips a bit of one file, or cuts off its end. */
function damage(image: Map<string, Buffer>, random: Random): string {
  const files = [...image].filter(([name, bytes]) => bytes.length > 0 && !name.includes('.git'));
  const [name, bytes] = files[below(random, files.length)] ?? ['', Buffer.alloc(1)];
  const at = below(random, bytes.length);
  if (random() < 0.3) image.set(name, bytes.subarray(0, at));
  else bytes[at] = (bytes[at] ?? 0) ^ (1 << below(random, 8));
  return `${name} at ${at} of ${bytes.length}`;
}

const isDamageTold = (error: unknown): boolean =>
  error instanceof RunlensError && error.code === 'store.damaged';

describe('a byte that is not what was written', () => {
  afterEach(cleanUp);

  it(`in any file of ${SEEDS} seeds is mended or told, and never read as something else`, async () => {
    for (let seed = 1; seed <= SEEDS; seed++) await checkDamage(seed);
  }).timeout(180_000);
});

async function checkDamage(seed: number): Promise<void> {
  const random = randomOf(seed * 104_729);
  const journal: Journal = { commits: [], acknowledged: 0 };
  const image = await imageOf(seed, journal);
  const where = `seed ${seed}: ${damage(image, random)}`;
  try {
    const store = await openOn(CrashDisk.of(image));
    const count = commitsIn(store, journal);
    const shown = dump(store);
    assert.equal(shown, await stateAfter(journal.commits.slice(0, count)), where);
    const isTold = store.status.reports.length > 0;
    assert.ok(count === journal.commits.length || isTold, `${where}: nothing was said`);
  } catch (error) {
    if (!isDamageTold(error)) throw error;
  }
  await cleanUp();
}

describe('a power cut', () => {
  afterEach(cleanUp);

  it(`at any call of ${SEEDS} seeds loses nothing that was acknowledged`, async () => {
    for (let seed = 1; seed <= SEEDS; seed++) await check(seed);
  }).timeout(180_000);
});

/** What is there is the state after all that was acknowledged, and perhaps some commits more. */
async function expectAcknowledged(found: string, journal: Journal, where: string): Promise<void> {
  const { commits, acknowledged } = journal;
  for (let count = acknowledged; count <= commits.length; count++) {
    if (found === (await stateAfter(commits.slice(0, count)))) return;
  }
  assert.equal(found, await stateAfter(commits.slice(0, acknowledged)), where);
}

async function check(seed: number): Promise<void> {
  const random = randomOf(seed * 7919);
  const journal: Journal = { commits: [], acknowledged: 0 };
  let disk = new CrashDisk();
  disk.cutAt = 1 + below(random, await callsOf(seed));
  await runUntilCut(disk, seed, journal);
  // Sometimes the power goes again while the store is opened.
  for (let again = below(random, 3); again > 0; again--) {
    disk = CrashDisk.of(disk.afterPowerCut(random));
    disk.cutAt = 1 + below(random, 12);
    await openOn(disk).catch(expectPowerCut);
  }
  const survivor = CrashDisk.of(disk.afterPowerCut(random));
  const store = await openOn(survivor);
  assert.equal(store.status.mode, 'writable', `seed ${seed}: ${store.status.reason}`);
  await expectAcknowledged(dump(store), journal, `seed ${seed}`);
  await store.commit(createRun('after'));
  assert.ok(store.runs.info('after'), `seed ${seed}`);
  await cleanUp().catch(expectPowerCut);
}

/** The files of a store that version 1 left behind in a crash, as they lie on the disk in memory. */
function oldStore(): Map<string, Buffer> {
  const from = path.resolve('test/fixtures/stores/v1/data');
  const entries = fs.readdirSync(from, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return new Map(
    files.map((entry) => {
      const file = path.join(entry.parentPath, entry.name);
      const place = path.relative(from, file).replaceAll('\\', '/');
      return [`${FOLDER}/${place}`, fs.readFileSync(file)];
    }),
  );
}

describe('a power cut while an older store is migrated', () => {
  afterEach(cleanUp);

  it('at any call loses nothing, and the next start migrates it', async () => {
    const whole = CrashDisk.of(oldStore());
    const store = await openOn(whole);
    const expected = dump(store);
    await store.close();
    assert.ok(whole.calls > 5);
    for (let at = 1; at <= whole.calls; at++) {
      const random = randomOf(at);
      const disk = CrashDisk.of(oldStore());
      disk.cutAt = at;
      await openAndClose(disk).catch(expectPowerCut);
      const again = await openOn(CrashDisk.of(disk.afterPowerCut(random)));
      assert.equal(dump(again), expected, `call ${at}`);
      assert.equal(again.status.mode, 'writable', `call ${at}`);
      await cleanUp().catch(expectPowerCut);
    }
  });
});

async function openAndClose(disk: CrashDisk): Promise<void> {
  const store = await openOn(disk);
  await store.checkpoint();
  await store.close();
}
