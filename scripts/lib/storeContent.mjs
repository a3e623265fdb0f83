// What the fixture store of a schema version is made of, and what its queries tell, as plain JSON: used to make a
// fixture with the code of its version, and to check it with the code of today.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

const id = (n) => String(n).padStart(32, '0');
export const RUNS = [1, 2, 3, 4, 5, 6].map(id);
const [FIRST, PARENT, CHILD, DELETED, LATE, RUNNING] = RUNS;
export const PIPELINE_RUNS = [id(71), id(72)];
export const ARTIFACTS = [id(81), id(82)];

const FILES = {
  'artifacts/_/classifier/1/model.json': '{"depth": 3}',
  'artifacts/_/classifier/2/model.json': '{"depth": 4}',
};

/**
 * Everything that version 1 stored, except files: changes of three phases, with a snapshot after the first and the second.
 */
export const PHASES = [
  [
    experiment('1', 'churn', [
      ['mlflow.experiment.primaryMetric.name', 'loss'],
      ['team', 'ds'],
    ]),
    experiment('2', 'old name', []),
    run(FIRST, '1', 'ridge', 1000, [['mlflow.user', 'ada']]),
    log(FIRST, {
      metrics: series('loss', 4500),
      params: [
        ['gamma', '0.001'],
        ['long', 'x'.repeat(600)],
        ['Größe', 'ü€😀'],
      ],
      tags: [['note', 'first\nline']],
    }),
    log(FIRST, {
      metrics: [
        point('acc', 0.5, 0),
        point('acc', Number.NaN, 1),
        point('acc', Number.POSITIVE_INFINITY, 2),
      ],
    }),
    log(FIRST, { metrics: [point('single', -0.25, 7)] }),
    log(FIRST, {
      metrics: [
        point('late', 3, 30),
        point('late', 1, 10),
        point('late', 2, 20),
        point('late', 1, 10),
      ],
    }),
    { type: 'run.inputs', runId: FIRST, datasets: [dataset('train'), dataset('test')] },
    { type: 'run.update', runId: FIRST, status: 'FINISHED', endTime: 9000 },
  ],
  [
    { type: 'experiment.rename', experimentId: '2', name: 'renamed', time: 5000 },
    { type: 'experiment.tag', experimentId: '1', key: 'team', value: null, time: 5001 },
    run(PARENT, '1', 'search', 2000, []),
    run(CHILD, '1', 'trial', 2100, [['mlflow.parentRunId', PARENT]]),
    log(CHILD, { metrics: series('loss', 80), params: [['gamma', '0.01']] }),
    run(DELETED, '2', 'gone', 2200, []),
    log(DELETED, { metrics: series('loss', 3) }),
    { type: 'run.lifecycle', runId: DELETED, stage: 'deleted', time: 6000 },
    { type: 'run.tag.delete', runId: FIRST, key: 'note' },
    { type: 'artifact.create', artifact: artifact(ARTIFACTS[0], '1') },
    { type: 'pipeline.create', run: pipeline(PIPELINE_RUNS[0], 'running') },
    { type: 'step.put', step: step(id(91), PIPELINE_RUNS[0], 'ran', { classifier: ARTIFACTS[0] }) },
    { type: 'pipeline.update', pipelineRunId: PIPELINE_RUNS[0], status: 'finished', endedAt: 7000 },
  ],
  [
    experiment('3', 'thrown away', []),
    run(LATE, '3', 'late', 8000, []),
    { type: 'experiment.lifecycle', experimentId: '3', stage: 'deleted', time: 8500 },
    { type: 'run.update', runId: PARENT, name: 'grid search', status: 'FAILED', endTime: 9100 },
    log(FIRST, { metrics: series('loss', 60, 4500), params: [['added', 'later']] }),
    run(RUNNING, '1', 'still running', 8800, []),
    log(RUNNING, { metrics: [point('loss', 1e-300, 0)], tags: [['k', 'v']] }),
    { type: 'artifact.create', artifact: artifact(ARTIFACTS[1], '2') },
    { type: 'pipeline.create', run: pipeline(PIPELINE_RUNS[1], 'running') },
    { type: 'step.put', step: step(id(92), PIPELINE_RUNS[1], 'failed', {}) },
  ],
];

export const LOGGED_MODELS = ['m-1', 'm-2'].map(
  (name) => `${name.slice(0, 2)}${id(name.slice(2))}`,
);

/** What version 2 knew besides: logged models, the registry, edits. */
const SECOND = [
  [
    loggedModel(LOGGED_MODELS[0], 'ridge'),
    {
      type: 'run.outputs',
      runId: FIRST,
      models: [{ modelId: LOGGED_MODELS[0], step: 3 }],
    },
    registered('churn', [['team', 'ds']]),
    version('churn', 1, { modelId: LOGGED_MODELS[0], runId: FIRST, description: 'the first' }),
    version('churn', 2, { runId: FIRST, tags: [['checked', 'yes']] }),
    { type: 'registry.alias', name: 'churn', alias: 'champion', version: 1, time: 4000 },
    { type: 'version.update', name: 'churn', version: 1, stage: 'Production', time: 4001 },
  ],
  [
    registered('old name of a model', []),
    { type: 'registry.rename', name: 'old name of a model', newName: 'renamed', time: 4100 },
    version('churn', 3, { source: 's3://bucket/x', description: undefined }),
    { type: 'version.update', name: 'churn', version: 2, description: 'better', time: 4101 },
    { type: 'version.delete', name: 'churn', version: 3, time: 4102 },
    edit(FIRST, 'param', 'gamma', '0.002'),
  ],
  [
    loggedModel(LOGGED_MODELS[1], 'lasso'),
    {
      type: 'version.update',
      name: 'churn',
      version: 2,
      stage: 'Production',
      archived: [1],
      time: 4200,
    },
    { type: 'registry.alias', name: 'churn', alias: 'champion', version: 2, time: 4201 },
    edit(FIRST, 'tag', 'note', 'again'),
  ],
];

/** The three phases as a schema version knew them. */
export function phasesOf(version) {
  return version === 1 ? PHASES : PHASES.map((phase, i) => [...phase, ...SECOND[i]]);
}

/** What a crash leaves behind the last whole record. */
export const TORN = Uint8Array.from([200, 0, 0, 0, 1, 2, 3, 4, 5, 6]);

export function writeFiles(folder) {
  for (const [file, text] of Object.entries(FILES)) {
    fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    fs.writeFileSync(path.join(folder, file), text);
  }
}

/** What the queries tell of all that a schema version knew; numbers that JSON does not know become texts. */
export function contentOf(store, version = 1) {
  const runs = RUNS.map((runId) => store.runs.get(runId));
  const content = {
    seq: store.status.seq,
    experiments: store.experiments.list({ stage: 'all', limit: 100, offset: 0 }),
    runs,
    histories: runs.flatMap((each) =>
      each.metrics.map(({ key }) => ({
        runId: each.info.runId,
        key,
        points: store.series
          .history(each.info.runId, key, { offset: 0, limit: 1_000_000 })
          .map(({ step: at, timestamp, value }) => [at, timestamp, value]),
      })),
    ),
    children: Object.fromEntries(store.runs.childCounts(RUNS)),
    pipelines: PIPELINE_RUNS.map((each) => store.pipelines.run(each)),
    artifacts: ARTIFACTS.map((each) => store.pipelines.artifact(each)),
    cached: store.pipelines.cached('k')?.id,
    ...(version > 1 && secondContentOf(store)),
  };
  return JSON.parse(
    JSON.stringify(content, (_, value) =>
      typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
    ),
  );
}

function secondContentOf(store) {
  return {
    loggedModels: LOGGED_MODELS.map((each) => store.models.get(each)),
    registered: store.registry.names().map((name) => store.registry.get(name)),
    versions: store.registry.versions('churn').map((each) => store.registry.version('churn', each)),
    nextVersion: store.registry.nextVersion('churn'),
    edits: store.edits.ofRun(FIRST),
  };
}

function loggedModel(modelId, name) {
  return {
    type: 'model.create',
    modelId,
    experimentId: '1',
    name,
    modelType: 'sklearn',
    sourceRunId: FIRST,
    artifactUri: `mlflow-artifacts:/1/models/${modelId}/artifacts`,
    params: pairs([['alpha', '1']]),
    tags: pairs([['kind', 'linear']]),
    time: 3900,
  };
}

function registered(name, tags) {
  return {
    type: 'registry.create',
    name,
    description: 'of a fixture',
    tags: pairs(tags),
    time: 3950,
  };
}

function version(name, number, { tags = [], ...more }) {
  return {
    type: 'version.create',
    name,
    version: number,
    source: `runs:/${FIRST}/model`,
    storageLocation: undefined,
    runId: undefined,
    runLink: undefined,
    modelId: undefined,
    description: '',
    userId: undefined,
    status: 'READY',
    tags: pairs(tags),
    time: 3960 + number,
    ...more,
  };
}

function edit(runId, what, key, value) {
  return { type: 'run.edit', runId, what, key, value, userId: 'ada', time: 4300 };
}

function pairs(list = []) {
  return list.map(([key, value]) => ({ key, value }));
}

function experiment(experimentId, name, tags) {
  const artifactLocation = `mlflow-artifacts:/${experimentId}`;
  return {
    type: 'experiment.create',
    experimentId,
    name,
    artifactLocation,
    time: 100 + Number(experimentId),
    tags: pairs(tags),
  };
}

function run(runId, experimentId, name, startTime, tags) {
  const artifactUri = `mlflow-artifacts:/${experimentId}/${runId}/artifacts`;
  return {
    type: 'run.create',
    runId,
    experimentId,
    name,
    userId: 'ada',
    startTime,
    artifactUri,
    tags: pairs(tags),
  };
}

function log(runId, { metrics = [], params, tags }) {
  return { type: 'run.log', runId, metrics, params: pairs(params), tags: pairs(tags) };
}

function point(key, value, at) {
  return { key, value, step: at, timestamp: 1_700_000_000_000 + at };
}

function series(key, count, from = 0) {
  return Array.from({ length: count }, (_, i) => point(key, 1 / (from + i + 1), from + i));
}

function dataset(name) {
  return {
    name,
    digest: `digest of ${name}`,
    sourceType: 'local',
    source: `{"uri": "${name}.csv"}`,
    schema: '{"columns": []}',
    profile: undefined,
    tags: pairs([['mlflow.data.context', name]]),
  };
}

function artifact(artifactId, version) {
  const text = FILES[`artifacts/_/classifier/${version}/model.json`];
  const sha256 = createHash('sha256').update(text).digest('hex');
  return {
    id: artifactId,
    name: 'classifier',
    version,
    type: 'builtins.dict',
    materializer: 'json',
    path: `artifacts/_/classifier/${version}`,
    files: [{ path: 'model.json', size: text.length, sha256, mtimeMs: 1.5, ino: 7 }],
    contentDigest: sha256,
    metadata: { length: 1 },
    createdAt: 6500,
    producer: {
      pipelineRunId: PIPELINE_RUNS[0],
      pipeline: 'training',
      stepId: 'fit',
      stepRunId: id(91),
      output: 'classifier',
    },
  };
}

function pipeline(runId, status) {
  const source = { file: 'train.py', module: 'train', qualname: 'training', line: 9 };
  return {
    id: runId,
    name: 'training-1',
    status,
    startedAt: 6100,
    endedAt: undefined,
    experimentId: '1',
    trackingRunId: FIRST,
    graph: {
      pipeline: 'training',
      source,
      parameters: { gamma: 0.1 },
      enableCache: true,
      steps: [],
    },
    plan: { target: 'all' },
    modules: [],
    environment: { python: '3.11' },
    launchId: undefined,
    steps: [],
  };
}

function step(stepRunId, pipelineRunId, status, outputs) {
  return {
    id: stepRunId,
    pipelineRunId,
    stepId: 'fit',
    step: 'fit',
    status,
    startedAt: 6200,
    endedAt: 6300,
    fingerprint: { key: 'k', components: [], notTracked: [] },
    reasons: [],
    outputs,
    trackingRunId: undefined,
    cachedFrom: undefined,
    error: undefined,
    reusable: true,
    notReusableReason: undefined,
  };
}
