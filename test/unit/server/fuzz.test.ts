// Requests of any shape to every route: each is answered in the form of its API, and nothing breaks.
import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Discovery } from '../../../src/protocol/discovery';
import type { Method } from '../../../src/protocol/http';
import type { Store } from '../../../src/store/store';
import { trackingRoutes } from '../../../src/tracking/routes';
import { randomOf } from '../store/crashDisk';
import { type Answer, ask, Harness, type Place } from './harness';

const ROUNDS = Number(process.env['RUNLENS_SEEDS'] ?? 12);

type Random = () => number;
const pick = <T>(random: Random, from: readonly T[]): T =>
  from[Math.floor(random() * from.length)]!;

interface Target {
  readonly method: Method;
  readonly path: string;
  readonly token: 'tracking' | 'control';
}

/** Only paths and methods are read: nothing is called. The handlers are mounted four times. */
const tracking = trackingRoutes({ store: {} as Store, clock: Date, newId: () => '' })
  .filter(({ path: at }) => !/^\/(api\/3\.0|ajax-api)\//.test(at))
  .map(({ method, path: at }): Target => ({ method, path: at, token: 'tracking' }));

/** These do what they are told, to the machine: start programs, write files, end the server. */
const OBEYING = ['POST /api/launches', 'POST /api/exports', 'POST /api/shutdown'];

/** The routes of the control and the worker protocol, from the files that declare them. */
const control = ['src/protocol/control.ts', 'src/protocol/worker.ts'].flatMap((file) =>
  [...fs.readFileSync(file, 'utf8').matchAll(/(GET|POST) (\/api\/[\w/:-]+)(?:'|\s+→)/g)]
    .filter(([, method, at]) => !OBEYING.includes(`${method} ${at}`))
    .map(([, method, at]) => ({ method, path: at, token: 'control' }) as Target),
);

const targets: readonly Target[] = [...tracking, ...control];

const FIELDS = [
  'run_id run_uuid experiment_id experiment_ids key value timestamp step metrics params tags name',
  'filter order_by max_results page_token run_ids metric_key path model_id version alias stage',
  'status end_time run_name new_name source datasets models status_message artifact_file_path',
  'runId runIds series buckets fromStep file plan parameters keys what asOf limit offset topics',
  'workerId graph steps result runToken lines text experimentId name userId',
]
  .join(' ')
  .split(' ');

const deep = (depth: number): string => `${'{"a":['.repeat(depth)}1${']}'.repeat(depth)}`;

const TEXTS = [
  '',
  '0',
  '-1',
  '9'.repeat(400),
  'ключ',
  '\u0000',
  '../../../etc/passwd',
  '%2e%2e%2f%2e%2e%2f',
  '..\\..\\windows',
  '/etc/passwd',
  "metrics.a > 1 AND (params.b = 'x'",
  "' OR 1=1 --",
  'x'.repeat(20_000),
  '\ud800',
  'NaN',
  'null',
  'models:/m-x/../../y',
];

function anyValue(random: Random, depth = 0): unknown {
  const kind = Math.floor(random() * (depth > 3 ? 6 : 8));
  if (kind === 0) return null;
  if (kind === 1) return pick(random, [0, -1, 1.5, 2 ** 53, 1e308, -0, 1e-320, 2 ** 63]);
  if (kind === 2) return random() < 0.5;
  if (kind < 6) return pick(random, TEXTS);
  if (kind === 6) return Array.from({ length: random() * 4 }, () => anyValue(random, depth + 1));
  return anyObject(random, depth + 1);
}

function anyObject(random: Random, depth = 0): Record<string, unknown> {
  const names = Array.from({ length: 1 + random() * 8 }, () => pick(random, [...FIELDS, ...TEXTS]));
  return Object.fromEntries(names.map((name) => [name, anyValue(random, depth)]));
}

function anyBody(random: Random): Buffer {
  const kind = random();
  if (kind < 0.6) return Buffer.from(JSON.stringify(anyObject(random)));
  if (kind < 0.7) return Buffer.from(deep(pick(random, [10, 1000, 100_000])));
  if (kind < 0.8) return Buffer.from(JSON.stringify(JSON.stringify(anyObject(random))));
  if (kind < 0.9) return Buffer.from(JSON.stringify(anyObject(random)).slice(0, -3));
  return Buffer.from(Array.from({ length: 200 }, () => Math.floor(random() * 256)));
}

const MEDIA = [
  'application/json',
  'application/json; charset=utf-16',
  'text/plain',
  'multipart/form-data; boundary=x',
  '',
];

/** A request for a route, with its parameters filled in by anything. */
function anyRequest(random: Random, { method, path: pattern }: Target) {
  const filled = pattern.replace(/:\w+|\*/g, () => encode(pick(random, TEXTS).slice(0, 300)));
  const query = Array.from(
    { length: random() * 5 },
    () => `${pick(random, FIELDS)}=${encode(pick(random, TEXTS))}`,
  );
  const body = method !== 'GET' && random() < 0.9 ? anyBody(random) : undefined;
  const length = { 'content-length': String(body?.length) };
  return {
    method,
    path: `${filled}?${query.join('&')}`.slice(0, 12_000),
    headers: body ? { ...length, 'content-type': pick(random, MEDIA) } : {},
    body,
  };
}

/** Of a lone surrogate nothing can be encoded; as bytes it is not UTF-8. */
function encode(text: string): string {
  return text === '\ud800' ? '%ED%A0%80' : encodeURIComponent(text);
}

describe('requests of any shape', function () {
  this.timeout(120_000);
  const harness = new Harness();
  let place: Place;
  let discovery: Discovery;
  let outside: string;

  before(async () => {
    place = harness.place();
    outside = path.join(path.dirname(place.root), 'outside.txt');
    fs.writeFileSync(outside, 'untouched');
    discovery = await harness.start(place);
  });
  after(() => harness.clean());

  it('there are routes to ask', () =>
    assert.ok(tracking.length > 60 && control.length > 30, `${tracking.length} ${control.length}`));

  for (const [index, target] of targets.entries()) {
    it(`${target.method} ${target.path}`, async () => {
      for (let round = 0; round < ROUNDS; round++) {
        const request = anyRequest(randomOf(index * 1000 + round), target);
        const answer = await send(request, target);
        expectAnswer(answer, `seed ${index * 1000 + round}: ${request.method} ${request.path}`);
      }
    });
  }

  it('left the server as it was: it logs, and no file is outside of its place', async () => {
    const runId = await harness.createRun(discovery);
    await harness.track(discovery, 'runs/log-metric', {
      run_id: runId,
      key: 'a',
      value: 1,
      timestamp: 1,
    });
    assert.equal(fs.readFileSync(outside, 'utf8'), 'untouched');
    assert.deepEqual(fs.readdirSync(place.root), ['.runlens']);
    assert.deepEqual(fs.readdirSync(path.dirname(place.root)).sort(), [
      'outside.txt',
      'root',
      'state',
    ]);
    const log = fs.readFileSync(path.join(place.data, 'logs/server.log'), 'utf8');
    assert.doesNotMatch(log, /TypeError|RangeError|at .*\.ts:\d+/);
  });

  function send(request: ReturnType<typeof anyRequest>, { token: kind }: Target): Promise<Answer> {
    const token = discovery.tokens[kind];
    const headers = { ...request.headers, authorization: `Bearer ${token}` };
    return ask(discovery.port, {
      ...request,
      headers: headers as Record<string, string>,
      body: request.body as Buffer,
    });
  }
});

/** Never a fault of the server; a refusal has MLflow's form. */
function expectAnswer({ status, text }: Answer, what: string): void {
  assert.ok(status < 500 || status === 501, `${what}: ${status} ${text.slice(0, 300)}`);
  if (status < 400) return;
  assert.ok(text, `${what}: ${status} without a word`);
  const body = JSON.parse(text) as { error_code?: string; code?: string; message?: string };
  assert.ok(body.error_code ?? body.code, `${what}: ${text.slice(0, 300)}`);
  assert.ok(body.message, `${what}: ${text.slice(0, 300)}`);
}
