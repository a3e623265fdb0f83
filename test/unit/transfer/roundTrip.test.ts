// Export and import are each other's inverse; an import that is killed anywhere ends as one that is not.
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import fc from 'fast-check';
import type { Mutation } from '../../../src/store/mutation';
import type { Store } from '../../../src/store/store';
import { cleanUp, copyOf, open, tempFolder } from '../store/support';
import { counted, dump, exportFrom, importFrom } from './support';

const hex = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length });
/** One folder cannot hold `a` and `a/b`: keys are of one form. */
const key = fc
  .array(fc.stringMatching(/^[a-z][a-z0-9_. -]{0,6}[a-z0-9]$/), { minLength: 2, maxLength: 2 })
  .map((parts) => parts.join('/'));
const text = fc.string({ unit: 'grapheme', maxLength: 30 });
const pairs = fc.uniqueArray(fc.record({ key, value: text }), {
  selector: (pair) => pair.key,
  maxLength: 5,
});
const time = fc.integer({ min: 0, max: 2 ** 41 });
const point = fc.record({
  step: fc.integer({ min: -(2 ** 40), max: 2 ** 40 }),
  timestamp: time,
  value: fc.double(),
});
const run = fc.record({
  id: hex(32),
  experiment: fc.constantFrom('0', '3', '4'),
  name: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
  status: fc.constantFrom('RUNNING', 'FINISHED', 'FAILED', 'KILLED', 'SCHEDULED' as const),
  start: time,
  end: fc.option(time, { nil: undefined }),
  params: pairs,
  tags: pairs,
  metrics: fc.array(fc.record({ key, points: fc.array(point, { maxLength: 40 }) }), {
    maxLength: 4,
  }),
  dataset: fc.option(fc.record({ name: text, digest: hex(8), source: text, tags: pairs }), {
    nil: undefined,
  }),
  files: fc.dictionary(fc.stringMatching(/^[a-z]{1,6}(\/[a-z]{1,6})?$/), fc.uint8Array(), {
    maxKeys: 3,
  }),
  model: fc.option(
    fc.record({ id: hex(32), name: text, params: pairs, tags: pairs, created: time }),
    {
      nil: undefined,
    },
  ),
});
type RunModel = typeof run extends fc.Arbitrary<infer T> ? T : never;
const world = fc.uniqueArray(run, { selector: ({ id }) => id, minLength: 1, maxLength: 6 });

describe('export and import', function () {
  this.timeout(120_000);
  afterEach(cleanUp);

  it('give back what there was', async () => {
    await fc.assert(
      fc.asyncProperty(world, async (runs) => {
        const store = await open(tempFolder());
        await fill(store, runs);
        const folder = path.join(tempFolder(), 'out');
        const progress = await exportFrom(store, { format: 'mlruns', path: folder });
        assert.deepEqual(progress.notes, []);
        const other = await open(tempFolder());
        await importFrom(other, folder);
        assert.deepEqual(dump(other), dump(store));
        assert.deepEqual(Object.keys(counted(await importFrom(other, folder))), ['seen']);
        await cleanUp();
      }),
      { numRuns: 15 },
    );
  });

  it('end the same when the import is killed anywhere and run again', async () => {
    const [runs] = fc.sample(
      fc.uniqueArray(run, { selector: ({ id }) => id, minLength: 8, maxLength: 8 }),
      {
        numRuns: 1,
        seed: 4,
      },
    );
    const origin = await open(tempFolder());
    await fill(origin, runs ?? []);
    const folder = path.join(tempFolder(), 'out');
    await exportFrom(origin, { format: 'mlruns', path: folder });
    // A series longer than one batch, out of order.
    const [first] = runs ?? [];
    assert.ok(first);
    const metric = path.join(folder, first.experiment, first.id, 'metrics', 'long');
    const lines = Array.from({ length: 9000 }, (_, i) => `${i} ${i / 7} ${(i * 7919) % 9001}\n`);
    fs.writeFileSync(metric, lines.join(''));

    for (const each of (runs ?? []).slice(1, 4)) {
      const meta = path.join(folder, each.experiment, each.id, 'meta.yaml');
      const active = fs.readFileSync(meta, 'utf8');
      fs.writeFileSync(meta, active.replace(/lifecycle_stage: .*/, 'lifecycle_stage: deleted'));
    }

    const data = tempFolder();
    const whole = await open(data);
    const moments: string[] = [];
    let commits = 0;
    // What lies on the disk at each moment is what a killed process leaves behind.
    whole.onDidCommit(() => {
      if (commits++ % 2 === 0) moments.push(copyOf(data));
    });
    await importFrom(whole, folder);
    const expected = dump(whole);
    assert.ok(moments.length >= 8, `${moments.length} moments`);
    for (const [seed, left] of moments.entries()) {
      const store = await open(left);
      const progress = await importFrom(store, folder);
      assert.deepEqual(dump(store), expected, `killed at moment ${seed}`);
      if (seed === 0) assert.ok(progress.counts.runs > 0);
    }
  });

  it('end the same when the import is cancelled at any turn and run again', async () => {
    const runs = fc.sample(run, { numRuns: 5, seed: 11 });
    const origin = await open(tempFolder());
    await fill(origin, [...new Map(runs.map((each) => [each.id, each])).values()]);
    const folder = path.join(tempFolder(), 'out');
    await exportFrom(origin, { format: 'mlruns', path: folder });
    const expected = dump(origin);
    const store = await open(tempFolder());
    for (let turn = 1; turn < 40; turn += 3) {
      const signal = abortingAfter(turn);
      await importFrom(store, folder, { signal }).catch((error: Error) =>
        assert.match(error.message, /cancelled/),
      );
    }
    await importFrom(store, folder);
    assert.deepEqual(dump(store), expected);
  });
});

/** A signal that is aborted when it has been looked at so often. */
function abortingAfter(looks: number): AbortSignal {
  let seen = 0;
  return {
    get aborted() {
      return ++seen > looks;
    },
  } as unknown as AbortSignal;
}

async function fill(store: Store, runs: readonly RunModel[]): Promise<void> {
  for (const id of ['3', '4']) {
    await store.commit({
      type: 'experiment.create',
      experimentId: id,
      name: `exp: "${id}" #ü`,
      artifactLocation: `mlflow-artifacts:/${id}`,
      time: Number(id),
      tags: [{ key: 'a/b', value: 'line\nline' }],
    });
  }
  const names = new Set<string>();
  for (const each of runs) {
    await store.commit(...runMutations(each));
    await writeFiles(store, `artifacts/${each.experiment}/${each.id}`, each.files);
    if (each.model && !names.has(each.model.id)) {
      names.add(each.model.id);
      await store.commit(...modelMutations(each, each.model));
    }
  }
  await store.commit(...registryMutations(runs));
}

async function writeFiles(store: Store, folder: string, files: Record<string, Uint8Array>) {
  const names = Object.keys(files);
  for (const name of names) {
    // `a` and `a/b` cannot both be files.
    if (names.some((other) => other.startsWith(`${name}/`))) continue;
    await store.blobs.write(`${folder}/${name}`, one(files[name] ?? new Uint8Array()));
  }
}

async function* one(bytes: Uint8Array) {
  yield bytes;
}

function runMutations(each: RunModel): Mutation[] {
  const { id: runId, experiment: experimentId, name, params, tags, metrics, dataset } = each;
  const artifactUri = `mlflow-artifacts:/${experimentId}/${runId}/artifacts`;
  const created = {
    runId,
    experimentId,
    name,
    userId: 'ü',
    startTime: each.start,
    artifactUri,
    tags,
  };
  const points = metrics.flatMap(({ key: of, points: some }) =>
    some.map((one) => ({ key: of, ...one })),
  );
  return [
    { type: 'run.create', ...created },
    { type: 'run.log', runId, metrics: points, params, tags: [] },
    {
      type: 'run.update',
      runId,
      status: each.status,
      ...(each.end === undefined ? {} : { endTime: each.end }),
    },
    ...(dataset
      ? [
          {
            type: 'run.inputs' as const,
            runId,
            datasets: [
              { ...dataset, sourceType: 'local', schema: undefined, profile: dataset.source },
            ],
            models: [],
          },
        ]
      : []),
  ];
}

function modelMutations(each: RunModel, model: NonNullable<RunModel['model']>): Mutation[] {
  const modelId = `m-${model.id}`;
  const { experiment: experimentId, id: runId } = each;
  const artifactUri = `mlflow-artifacts:/${experimentId}/models/${modelId}/artifacts`;
  const { name, params, tags, created: time } = model;
  const made = { modelId, experimentId, name, artifactUri, params, tags, time };
  return [
    { type: 'model.create', ...made, modelType: 'nn', sourceRunId: runId },
    {
      type: 'model.update',
      modelId,
      status: 'LOGGED_MODEL_READY',
      statusMessage: undefined,
      time: time + 1,
    },
    { type: 'run.outputs', runId, models: [{ modelId, step: 3 }] },
    { type: 'run.inputs', runId, datasets: [], models: [modelId] },
    {
      type: 'run.log',
      runId,
      metrics: [{ key: 'of/model', step: 1, timestamp: 2, value: 0.5, modelId }],
      params: [],
      tags: [],
    },
  ];
}

function registryMutations(runs: readonly RunModel[]): Mutation[] {
  const name = 'wine: red'.replace(':', '');
  const versions = runs.slice(0, 3).map(
    (each, i): Mutation => ({
      type: 'version.create',
      name,
      version: i + 1,
      source: `mlflow-artifacts:/${each.experiment}/${each.id}/artifacts/model`,
      storageLocation: `mlflow-artifacts:/${each.experiment}/${each.id}/artifacts/model`,
      runId: each.id,
      runLink: undefined,
      modelId: undefined,
      description: i === 0 ? undefined : 'yes: no',
      userId: 'ada',
      status: 'READY',
      tags: each.tags.map((tag) => ({ ...tag, value: 'x' })),
      time: 100 + i,
    }),
  );
  return [
    {
      type: 'registry.create',
      name,
      description: 'it\'s "good"',
      tags: [{ key: 'k', value: '#' }],
      time: 50,
    },
    ...versions,
    { type: 'version.update', name, version: 1, stage: 'Production', time: 500 },
    { type: 'registry.alias', name, alias: 'best', version: 1, time: 600 },
  ];
}
