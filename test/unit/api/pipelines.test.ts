// The routes of pipelines and workers over a real store.
import { deepStrictEqual, ok, strictEqual } from 'node:assert';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { pipelineRoutes } from '../../../src/api/pipelines';
import { explainRoutes } from '../../../src/api/pipelinesExplain';
import { workerRoutes } from '../../../src/api/worker';
import type { ControlError, ControlRoute, ReplyOf } from '../../../src/protocol/control';
import type { Route } from '../../../src/protocol/http';
import type {
  ExtendReply,
  NextReply,
  PreviewReply,
  RegisterReply,
} from '../../../src/protocol/worker';
import { readLog } from '../../../src/server/engineLogs';
import { callRoute } from '../../support/callRoute';
import { failed, from, graph, registration, step, value } from '../../support/pipelines';
import { openStored, type Stored, writeOutputs } from '../../support/storedEngine';

const pipeline = (gamma: number) =>
  graph([step('load'), step('train', { inputs: { data: from('load'), gamma: value(gamma) } })], {
    parameters: { gamma: { value: gamma, explicit: true } },
  });

let stored: Stored;
let routes: Route[];
const call = <T>(target: string, body?: unknown) => callRoute<T>(routes, target, body);
const get = async <R extends ControlRoute>(_: R, address: string) =>
  (await call<ReplyOf<R>>(`GET ${address}`)).body;

beforeEach(async () => {
  stored = await openStored();
  const { store, engine, data } = stored;
  const file = (log: { path: string }) => path.join(data, 'logs', log.path);
  routes = [
    ...workerRoutes(engine),
    ...pipelineRoutes({
      store,
      engine,
      readLog: (log, at) => ({ ...readLog(file(log), at), file: file(log) }),
    }),
    ...explainRoutes({
      store,
      code: stored.ports.code,
      root: stored.root,
      damage: (result) => engine.cache.damage(result),
    }),
  ];
});
afterEach(async () => {
  await stored.close();
});

/** Runs a pipeline over the routes; `train` fails on demand. */
async function run(gamma = 0.1, isFailing = false): Promise<RegisterReply> {
  const { body } = await call<RegisterReply>(
    'POST /api/worker/register',
    registration(pipeline(gamma)),
  );
  const { workerId, pipelineRunId } = body;
  for (let report: unknown; ; ) {
    const request = { workerId, pipelineRunId, noticesFrom: 0, report };
    const reply: NextReply = (await call<NextReply>('POST /api/worker/next', request)).body;
    report = undefined;
    if (reply.done) return body;
    const { task } = reply;
    if (!task) continue;
    const line = { time: 1, stream: 'stdout', text: `in ${task.stepId}` };
    await call('POST /api/worker/log', { id: task.stepRunId, lines: [line] });
    report = isFailing && task.stepId === 'train' ? failed(task) : writeOutputs(task, task.stepId);
  }
}

describe('pipeline routes', () => {
  it('list pipelines, their runs newest first, and the steps of a run', async () => {
    await run();
    const second = await run();
    const pipelines = await get('GET /api/pipelines', '/api/pipelines');
    deepStrictEqual([pipelines.total, pipelines.items[0]?.lastRun?.id], [1, second.pipelineRunId]);
    const runs = await get(
      'GET /api/pipelines/:pipeline/runs',
      '/api/pipelines/training/runs?limit=1',
    );
    deepStrictEqual([runs.total, runs.items.length], [2, 1]);
    deepStrictEqual([runs.items[0]?.steps, runs.items[0]?.cached, runs.items[0]?.done], [2, 2, 2]);
    const detail = await get(
      'GET /api/pipeline-runs/:id',
      `/api/pipeline-runs/${second.pipelineRunId}`,
    );
    deepStrictEqual(detail.parameters, { gamma: 0.1 });
    deepStrictEqual(
      detail.stepRows.map((row) => [row.stepId, row.status, row.outputs[0]?.artifact.version]),
      [
        ['load', 'cached', '1'],
        ['train', 'cached', '1'],
      ],
    );
  });

  it('explain a step against the run before', async () => {
    await run(0.1);
    const { pipelineRunId } = await run(0.2);
    const train = stored.store.pipelines.run(pipelineRunId)?.steps[1];
    const explained = await get('GET /api/steps/:id/explain', `/api/steps/${train?.id}/explain`);
    deepStrictEqual(
      explained.reasons.map((reason) => reason.text),
      ['gamma 0.1 → 0.2'],
    );
    ok(explained.previous && explained.previous.step.pipelineRunId !== pipelineRunId);
    ok(explained.previous.fingerprint.key !== explained.fingerprint?.key);
  });

  it('find results by key as long as their files are there', async () => {
    const { pipelineRunId } = await run();
    const load = stored.store.pipelines.run(pipelineRunId)?.steps[0];
    const key = load?.fingerprint?.key ?? '';
    const look = async () =>
      (
        await call<ReplyOf<'POST /api/cache/lookup'>>('POST /api/cache/lookup', {
          keys: [key, 'x'],
        })
      ).body;
    const { hits } = await look();
    deepStrictEqual(Object.keys(hits), [key]);
    strictEqual(hits[key]?.stepRunId, load?.id);
    fs.rmSync(path.join(hits[key]?.outputs[0]?.artifact.folder ?? '', 'data.json'));
    const after = await look();
    deepStrictEqual(after.hits, {});
    ok(/data\.json/.test(after.damaged[key] ?? ''), JSON.stringify(after.damaged));
  });

  it('give the text of a log from an offset', async () => {
    const { pipelineRunId } = await run(0.1, true);
    const train = stored.store.pipelines.run(pipelineRunId)?.steps[1];
    const log = await get('GET /api/logs/:id', `/api/logs/${train?.id}`);
    ok(/in train\n.* Traceback…\n.* ValueError: no luck\n$/.test(log.text), log.text);
    strictEqual(log.ended, true);
    strictEqual(fs.readFileSync(log.file, 'utf8'), log.text);
    const rest = await get('GET /api/logs/:id', `/api/logs/${train?.id}?from=${log.next}`);
    deepStrictEqual([rest.text, rest.next], ['', log.next]);
    const unknown = await get('GET /api/logs/:id', `/api/logs/${'0'.repeat(32)}`);
    deepStrictEqual([unknown.text, unknown.ended], ['', true]);
  });

  it('give invocations by file, and artifacts by name and version', async () => {
    const { pipelineRunId } = await run();
    const { runs } = await get('GET /api/invocations', '/api/invocations?file=train.py');
    deepStrictEqual(
      runs.map(({ id }) => id),
      [pipelineRunId],
    );
    const name = encodeURIComponent('training::load::output');
    const artifact = await get('GET /api/artifact-versions', `/api/artifact-versions?name=${name}`);
    strictEqual(artifact.stepId, 'load');
    const same = await get('GET /api/artifacts/:id', `/api/artifacts/${artifact.id}`);
    deepStrictEqual(same, artifact);
    const { total } = await get('GET /api/artifacts', '/api/artifacts');
    strictEqual(total, 2);
    const missing = await call<ControlError>(`GET /api/artifact-versions?name=${name}&version=7`);
    strictEqual(missing.status, 404);
  });

  it('cancel a run', async () => {
    const { body } = await call<RegisterReply>(
      'POST /api/worker/register',
      registration(pipeline(1)),
    );
    await call(`POST /api/pipeline-runs/${body.pipelineRunId}/cancel`, {});
    strictEqual(stored.store.pipelines.run(body.pipelineRunId)?.status, 'cancelled');
  });
});

describe('worker and pipeline routes, bad input', () => {
  const register = (change: object) => ({ ...registration(pipeline(1)), ...change });
  const REFUSED: readonly {
    name: string;
    target: string;
    body?: unknown;
    status: number;
    says: RegExp;
  }[] = [
    {
      name: 'no JSON',
      target: 'POST /api/worker/next',
      body: '{',
      status: 400,
      says: /not valid JSON/,
    },
    {
      name: 'a graph without steps',
      target: 'POST /api/worker/register',
      body: register({ graph: graph([]) }),
      status: 400,
      says: /has no steps/,
    },
    {
      name: 'a number for a name',
      target: 'POST /api/worker/register',
      body: register({ graph: { ...graph([]), pipeline: 7 } }),
      status: 400,
      says: /^graph\.pipeline: /,
    },
    {
      name: 'an output file that escapes',
      target: 'POST /api/worker/next',
      body: {
        workerId: '0'.repeat(32),
        pipelineRunId: '0'.repeat(32),
        noticesFrom: 0,
        report: {
          stepRunId: '0'.repeat(32),
          modules: [],
          durationMs: 1,
          status: 'ran',
          outputs: [
            {
              name: 'output',
              type: 'dict',
              materializer: 'json',
              files: [{ path: '../../x', size: 1, sha256: '0'.repeat(64) }],
              contentDigest: '',
              metadata: {},
            },
          ],
        },
      },
      status: 400,
      says: /report\.outputs\.0\.files\.0\.path: must be relative/,
    },
    {
      name: 'an unknown run',
      target: 'POST /api/worker/next',
      body: { workerId: '0'.repeat(32), pipelineRunId: '0'.repeat(32), noticesFrom: 0 },
      status: 404,
      says: /no pipeline run/,
    },
    {
      name: 'a relative interpreter',
      target: 'POST /api/launches',
      body: { file: '/train.py', plan: { target: 'all' }, interpreter: 'python' },
      status: 400,
      says: /interpreter: must be an absolute path/,
    },
    {
      name: 'an unknown step',
      target: 'GET /api/steps/x/explain',
      status: 404,
      says: /no step "x"/,
    },
    { name: 'a log that escapes', target: 'GET /api/logs/..%2Fx', status: 404, says: /no log/ },
  ];

  for (const { name, target, body, status, says } of REFUSED) {
    it(`refuse ${name}`, async () => {
      const reply = await call<ControlError>(target, body);
      strictEqual(reply.status, status);
      ok(says.test(reply.body.message), reply.body.message);
      deepStrictEqual(stored.store.pipelines.runs({ limit: 1, offset: 0 }), []);
    });
  }

  it('need the control token', () => {
    deepStrictEqual(new Set(routes.map((route) => route.access)), new Set(['control']));
  });
});

describe('routes of stops, previews and growing graphs', () => {
  it('cancel one step, and the run goes on', async () => {
    const { body } = await call<RegisterReply>(
      'POST /api/worker/register',
      registration(graph([step('a'), step('b')])),
    );
    const detail = await get(
      'GET /api/pipeline-runs/:id',
      `/api/pipeline-runs/${body.pipelineRunId}`,
    );
    const [a] = detail.stepRows;
    strictEqual((await call(`POST /api/steps/${a?.id}/cancel`, {})).status, 200);
    strictEqual((await call(`POST /api/steps/${'f'.repeat(32)}/cancel`, {})).status, 404);
    const now = await get('GET /api/pipeline-runs/:id', `/api/pipeline-runs/${body.pipelineRunId}`);
    deepStrictEqual(
      [now.status, now.stepRows.map(({ status }) => status)],
      ['running', ['cancelled', 'pending']],
    );
  });

  it('say what would run, and refuse a graph that cannot', async () => {
    const { body } = await call<PreviewReply>(
      'POST /api/worker/preview',
      registration(pipeline(0.1)),
    );
    deepStrictEqual(
      body.steps.map(({ stepId, decision }) => `${stepId} ${decision}`),
      ['load runs', 'train depends'],
    );
    const refused = registration(graph([step('a', { after: ['b'] })]));
    strictEqual((await call('POST /api/worker/preview', refused)).status, 400);
    strictEqual((await call(`GET /api/launches/${'f'.repeat(32)}/preview`)).status, 404);
    strictEqual(stored.store.pipelines.names().length, 0);
  });

  it('grow a graph, and send a warm worker of an earlier server home', async () => {
    const given = registration(graph([], { dynamic: true }));
    const { body } = await call<RegisterReply>('POST /api/worker/register', given);
    const { workerId, pipelineRunId } = body;
    const request = { workerId, pipelineRunId, steps: [step('a')] };
    const added = await call<ExtendReply>('POST /api/worker/extend', request);
    deepStrictEqual(Object.keys(added.body.stepRunIds), ['a']);
    const wrong = { ...request, steps: [step('b', { after: ['z'] })] };
    strictEqual((await call('POST /api/worker/extend', wrong)).status, 400);
    const waiting = await call('POST /api/worker/wait', { poolId: 'f'.repeat(32) });
    deepStrictEqual(waiting.body, { exit: true });
  });
});
