// The real language server over a real runlens server and SDK: what the lenses say as a person edits.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { ServerClient } from '../../../src/client/http';
import type { Discovery } from '../../../src/protocol/discovery';
import { SERVER_STATE } from '../../../src/protocol/lsp';
import { Project } from '../cli/support/project';
import { LanguageClient } from './support/client';

const HELPERS = `def clean(values):
    return [value * 2 for value in values]
`;
const TRAIN = `from typing import Annotated
from runlens import pipeline, step
from helpers import clean


@step
def load_data() -> dict:
    return {"x": clean([1, 2, 3])}


@step
def train_model(data: dict, gamma: float = 0.001) -> Annotated[dict, "classifier"]:
    if gamma < 0:
        raise ValueError("gamma must not be negative")
    return {"w": gamma}


@step
def evaluate(model: dict) -> float:
    return model["w"]


@step
def unused() -> int:
    return 1


@pipeline
def training(gamma: float = 0.001):
    evaluate(train_model(load_data(), gamma))
`;
const LINES = { load_data: 5, train_model: 10, evaluate: 17, unused: 22, training: 27 } as const;
type Name = keyof typeof LINES;
const ACTIONS = new Set(['▶ Run', 'Debug', 'Run with…', 'Graph', 'Run from here', '■ Stop']);

describe('lenses over recorded runs', function () {
  this.timeout(60_000);
  let project: Project;
  let client: LanguageClient;
  let uri: string;

  before(async () => {
    project = await Project.create();
    project.write('helpers.py', HELPERS);
    project.write('train.py', TRAIN);
    client = await LanguageClient.start(
      { wasm: project.dist, folders: [{ root: project.root }] },
      project.env,
    );
    uri = await client.open(path.join(project.root, 'train.py'), TRAIN);
  });
  after(async () => {
    await client?.stop();
    await project?.dispose();
  });

  const run = async (...args: string[]) => await project.cli('run', 'train.py', ...args);
  /** What stands behind the actions over a function, as one text. */
  const over = (name: Name, titles: readonly string[]) =>
    titles
      .filter((title) => title.startsWith(`${LINES[name]} `))
      .map((title) => title.slice(title.indexOf(' ') + 1))
      .filter((title) => !ACTIONS.has(title))
      .join(' · ');
  const becomes = (name: Name, pattern: RegExp) =>
    client.until(uri, (titles) => pattern.test(over(name, titles)));

  it('says nothing of the store before there is a server', async () => {
    assert.equal(over('train_model', await client.titles(uri)), '');
  });

  it('says not run yet when the server is up', async () => {
    await project.cli('ls');
    await client.connection.sendNotification(SERVER_STATE, { root: project.root, up: true });
    const titles = await becomes('train_model', /^not run yet$/);
    assert.equal(over('training', titles), 'not run yet');
  });

  it('turns to cached by itself after a run from the command line', async () => {
    assert.equal((await run()).code, 0);
    const titles = await becomes('evaluate', /^cached just now, \d+ ms · evaluate v1 ↗$/);
    assert.match(over('train_model', titles), /^cached just now, \d+ ms · classifier v1 ↗$/);
    assert.equal(over('unused', titles), 'not run yet');
    assert.equal(over('training', titles), 'last run just now, 0 of 3 cached');
    const lenses = await client.lenses(uri);
    const output = lenses.find(({ command }) => command?.title.startsWith('classifier'));
    const id: string = output?.command?.arguments?.[0].artifactId;
    assert.equal((await project.json('show', id))['name'], 'classifier');
  });

  it('says what an unsaved edit of a pipeline parameter changes, before it is run', async () => {
    await client.replace(
      uri,
      'def training(gamma: float = 0.001)',
      'def training(gamma: float = 0.002)',
    );
    const titles = await becomes('train_model', /^stale: gamma 0\.001 → 0\.002$/);
    assert.match(over('load_data', titles), /^cached/);
    assert.equal(over('evaluate', titles), 'waits for train_model');
    const reason = (await client.lenses(uri)).find(({ command }) =>
      command?.title.startsWith('stale'),
    );
    assert.equal(reason?.command?.command, 'runlens.showReason');
    assert.deepEqual(reason?.command?.arguments?.[0].reasons, ['gamma 0.001 → 0.002']);
  });

  it('knows the result of the saved and run edit, and of the value before it', async () => {
    const file = path.join(project.root, 'train.py');
    const edited = TRAIN.replace(
      'training(gamma: float = 0.001)',
      'training(gamma: float = 0.002)',
    );
    fs.writeFileSync(file, edited);
    assert.equal((await run()).code, 0);
    let titles = await becomes('train_model', /^cached .* classifier v2 ↗$/);
    assert.match(over('evaluate', titles), /^cached/);
    await client.replace(uri, 'training(gamma: float = 0.002)', 'training(gamma: float = 0.001)');
    titles = await becomes('train_model', /^cached .* classifier v1 ↗$/);
    assert.match(over('evaluate', titles), /^cached .* evaluate v1 ↗$/);
    fs.writeFileSync(file, TRAIN);
    assert.equal((await run()).code, 0);
    await client.until(uri, (all) => /3 of 3 cached/.test(over('training', all)));
  });

  it('says which helper changed when it is edited in another file', async () => {
    const helpers = await client.open(path.join(project.root, 'helpers.py'), HELPERS);
    await client.replace(helpers, '* 2', '* 3');
    const titles = await becomes('load_data', /^stale: helper clean\(\) changed$/);
    assert.equal(over('train_model', titles), 'waits for load_data');
    await client.replace(helpers, '* 3', '* 2');
    await becomes('load_data', /^cached/);
  });

  it('keeps and marks the state while the buffer does not parse', async () => {
    await client.replace(uri, '    return {"w": gamma}', '    return {"w": (gamma}');
    const titles = await client.titles(uri);
    assert.match(
      over('train_model', titles),
      /^cached .* \(buffer has errors\) · classifier v1 ↗$/,
    );
    await client.replace(uri, '(gamma}', 'gamma}');
    assert.match(over('train_model', await client.titles(uri)), /^cached [^(]*classifier v1 ↗$/);
  });

  it('does not count a comment, and counts code', async () => {
    await client.replace(uri, '    return {"w": gamma}', '    # why\n    return {"w": gamma}');
    assert.match(over('train_model', await client.titles(uri)), /^cached/);
    await client.replace(uri, '    # why\n    return {"w": gamma}', '    return {"w": gamma + 1}');
    await becomes('train_model', /^stale: code changed$/);
    await client.replace(uri, 'gamma + 1', 'gamma');
  });

  it('shows a failure with its kind until the cause is changed', async () => {
    assert.equal((await run('--param', 'gamma=-1')).code, 1);
    // The parameter was given for that run: the lens speaks for the latest invocation.
    const titles = await becomes('train_model', /^failed: ValueError$/);
    assert.equal(over('training', titles), 'last run just now, failed');
    assert.equal(over('evaluate', titles), 'waits for train_model');
    const failed = (await client.lenses(uri)).find(({ command }) =>
      command?.title.startsWith('failed'),
    );
    assert.equal(failed?.command?.command, 'runlens.showTraceback');
    assert.deepEqual(failed?.command?.arguments?.[0].reasons, [
      'ValueError: gamma must not be negative',
    ]);
    await client.replace(uri, 'if gamma < 0:', 'if gamma < -2:');
    await becomes('train_model', /^stale: code changed$/);
    await client.replace(uri, 'if gamma < -2:', 'if gamma < 0:');
    await becomes('train_model', /^failed: ValueError$/);
    assert.equal((await run()).code, 0);
    await becomes('train_model', /^cached .* classifier v1 ↗$/);
  });

  it('shows what runs, counts its seconds, and then its result', async () => {
    const text = [
      'import time',
      'from runlens import pipeline, step',
      '@step',
      'def wait() -> int:',
      '    time.sleep(2.2)',
      '    return 1',
      '@pipeline',
      'def slow():',
      '    wait()',
      '',
    ].join('\n');
    const slow = await client.open(project.write('slow.py', text), text);
    const ended = project.cli('run', 'slow.py');
    const says = (pattern: RegExp) =>
      client.until(slow, (titles) => titles.some((title) => pattern.test(title)));
    await says(/^2 running 0 s$/);
    assert.ok((await client.titles(slow)).some((title) => /^6 running \d s, 0 of 1$/.test(title)));
    await says(/^2 running 1 s$/);
    assert.equal((await ended).code, 0);
    await says(/^2 cached just now, 2\.\d s$/);
    await says(/^6 last run just now, 0 of 1 cached$/);
  });

  it('shows no state while the server is down, and finds it again when it is back', async () => {
    const discovery = (await project.discovery())!;
    await untilIdle(discovery);
    process.kill(discovery.pid, 'SIGKILL');
    await client.until(uri, (titles) => over('train_model', titles) === '', 15_000);
    await project.cli('ls');
    await client.connection.sendNotification(SERVER_STATE, { root: project.root, up: true });
    await becomes('train_model', /^cached/);
  });
});

/** A worker that still reports would start the server again. */
async function untilIdle(discovery: Discovery): Promise<void> {
  const server = new ServerClient(discovery);
  for (;;) {
    const { activeRuns } = await server.call('GET /api/info', {});
    if (activeRuns === 0) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  server.dispose();
}
