// The real language server over a real runlens server: hovers, proposals and findings from the store.
import assert from 'node:assert/strict';
import path from 'node:path';
import type { Discovery } from '../../../src/protocol/discovery';
import { SERVER_STATE } from '../../../src/protocol/lsp';
import { Project } from '../cli/support/project';
import { LanguageClient } from './support/client';

const TRAIN = `from typing import Annotated
from runlens import log_metric, pipeline, step


@step
def load_data() -> dict:
    """Loads the data."""
    return {"x": [1, 2, 3]}


@step
def train_model(data: dict, gamma: float = 0.001) -> Annotated[dict, "classifier"]:
    log_metric("loss", 0.25)
    if gamma < 0:
        raise ValueError("gamma must not be negative")
    return {"w": gamma}


@pipeline
def training(gamma: float = 0.001):
    train_model(load_data(), gamma)
`;

describe('the editor over a store', function () {
  this.timeout(60_000);
  let project: Project;
  let client: LanguageClient;
  let uri: string;

  before(async () => {
    project = await Project.create();
    project.write('train.py', TRAIN);
    client = await LanguageClient.start(
      { wasm: project.dist, folders: [{ root: project.root }] },
      project.env,
    );
    const ended = await project.cli('run', 'train.py');
    assert.equal(ended.code, 0, ended.stderr);
    await register();
    await client.connection.sendNotification(SERVER_STATE, { root: project.root, up: true });
    uri = await client.open(path.join(project.root, 'train.py'), TRAIN);
    await client.until(uri, (titles) => titles.some((title) => /classifier v1/.test(title)));
  });
  after(async () => {
    await client?.stop();
    await project?.dispose();
  });

  /** A registered model with two versions and an alias, and a run of the experiment `digits`. */
  async function register(): Promise<void> {
    const discovery = (await project.discovery())!;
    const experiment = await rest(discovery, 'experiments/create', { name: 'digits' });
    const started = await rest<{ run: { info: { run_id: string } } }>(discovery, 'runs/create', {
      experiment_id: experiment['experiment_id'],
      start_time: 1,
    });
    const runId = started.run.info.run_id;
    const point = { run_id: runId, key: 'acc', value: 0.9, timestamp: 1, step: 0 };
    await rest(discovery, 'runs/log-metric', point);
    await rest(discovery, 'registered-models/create', { name: 'iris' });
    for (let version = 1; version <= 2; version++) {
      const source = `runs:/${runId}/model`;
      await rest(discovery, 'model-versions/create', { name: 'iris', source, run_id: runId });
    }
    const alias = { name: 'iris', alias: 'prod', version: '1' };
    await rest(discovery, 'registered-models/alias', alias);
  }

  const script = async (text: string) => {
    const file = `script_${Math.random().toString(36).slice(2)}.py`;
    const whole = `import mlflow\nfrom runlens import Client, load_artifact\n${text}\n`;
    return await client.open(project.write(file, whole), whole);
  };

  it('tells of a step what it did, made and logged', async () => {
    const text = (await client.hover(uri, client.at(uri, 'train_model('))) ?? '';
    assert.match(text, /^\*\*step\*\* `train_model` — cached just now/);
    assert.match(text, /`classifier v1`: `dict`/);
    assert.match(text, /\| loss \| 0\\\.25 \|/);
    const call = (await client.hover(uri, client.at(uri, 'train_model(load_data'))) ?? '';
    assert.equal(call, text);
    const other = (await client.hover(uri, client.at(uri, 'load_data(), gamma'))) ?? '';
    assert.match(other, /Loads the data/);
    const pipeline = await client.hover(uri, client.at(uri, 'training('));
    assert.match(pipeline ?? '', /^\*\*pipeline\*\* `training` — last run/);
    assert.equal(await client.hover(uri, client.at(uri, 'ValueError')), undefined);
  });

  it('tells of an artifact, a model and a run', async () => {
    const text = 'load_artifact("classifier")\nx = "models:/iris@prod"\ny = "models:/iris/9"';
    const file = await script(text);
    const hover = async (search: string) =>
      (await client.hover(file, client.at(file, search, 2))) ?? '';
    assert.match(
      await hover('"classifier"'),
      /^`classifier v1`: `dict`[\s\S]*made just now by training/,
    );
    assert.match(await hover('"models:/iris@prod"'), /^\*\*model\*\* `iris` version 1, `@prod`/);
    assert.match(await hover('"models:/iris@prod"'), /\| acc \| 0\\\.9 \|/);
    assert.match(await hover('"models:/iris/9"'), /iris has no version 9/);
  });

  it('proposes what there is', async () => {
    const file = await script(
      'load_artifact("")\nx = "models:/iris/"\nmlflow.log_metric("", 1)\nmlflow.set_experiment("")\nload_artifact("classifier", "")',
    );
    const labels = async (search: string, more: number) =>
      (await client.completions(file, client.at(file, search, more))).map(({ label }) => label);
    const artifacts = await labels('load_artifact("")', 15);
    assert.ok(artifacts.includes('classifier'), artifacts.join());
    assert.deepEqual(await labels('"models:/iris/"', 14), [
      'models:/iris/latest',
      'models:/iris/2',
      'models:/iris/1',
    ]);
    assert.deepEqual((await labels('log_metric("', 12)).sort(), ['acc', 'loss']);
    const experiments = await labels('set_experiment("', 16);
    assert.ok(experiments.includes('digits'), experiments.join());
    assert.deepEqual(await labels('"classifier", "', 15), ['1']);
  });

  it('finds names that are not there, mends them, and hears of new ones', async () => {
    const file = await script(
      'load_artifact("clasifier")\nload_artifact("classifier", "7")\nx = "models:/irs/1"\ny = f("models:/iris/1")',
    );
    const found = await client.diagnosed(file, (codes) => codes.length === 3);
    assert.deepEqual(
      found.map(({ code, message }) => `${code}: ${message}`),
      [
        'unknown-artifact: No artifact is named clasifier so far.',
        'unknown-artifact: classifier has no version 7; its newest is 1.',
        'unknown-model: There is no registered model irs.',
      ],
    );
    const [action] = await client.actions(file, client.at(file, 'clasifier'));
    assert.equal(action?.title, 'Change to "classifier"');
    assert.equal(action?.edit?.changes?.[file]?.[0]?.newText, '"classifier"');
    const titles = (await client.actions(file, client.at(file, 'models:/irs'))).map((a) => a.title);
    assert.deepEqual(titles, ['Change to "models:/iris/1"']);
  });

  it('says nothing of models that are kept on another server', async () => {
    const file = await script('mlflow.set_tracking_uri("http://x")\nx = "models:/nothing/1"');
    const artifact = await script('load_artifact("nothing")');
    await client.diagnosed(artifact, (codes) => codes.length === 1);
    await new Promise((resolve) => setTimeout(resolve, 400));
    assert.equal(client.diagnostics.get(file), undefined);
  });

  it('counts the runs of a script’s experiments as they are made', async () => {
    const text = 'import mlflow\nmlflow.set_experiment("digits")\nmlflow.start_run()\n';
    const file = await client.open(project.write('log.py', text), text);
    await client.until(file, (titles) => titles.join() === '1 ▶ Run,1 1 run,1 Charts');
    const discovery = (await project.discovery())!;
    const found = await rest<{ experiment: { experiment_id: string } }>(
      discovery,
      'experiments/get-by-name?experiment_name=digits',
    );
    const { experiment_id } = found.experiment;
    await rest(discovery, 'runs/create', { experiment_id, start_time: 2 });
    await client.until(file, (titles) => titles.includes('1 2 runs'));
    const named = await client.open(project.write('no.py', text), text.replace('digits', 'none'));
    await client.until(named, (titles) => titles.join() === '1 ▶ Run,1 no runs yet');
  });

  it('shows the error of a failed step on its line until its code changes', async () => {
    assert.equal((await project.cli('run', 'train.py', '--param', 'gamma=-1')).code, 1);
    const [found] = await client.diagnosed(uri, (codes) => codes.includes('step-failed'));
    assert.equal(found?.message, 'train_model failed: ValueError: gamma must not be negative');
    const line = TRAIN.split('\n').findIndex((one) => one.includes('raise ValueError'));
    assert.deepEqual(found?.range.start, { line, character: 8 });
    const frames = found?.relatedInformation?.map(({ location }) => location);
    assert.ok(frames?.some((one) => one.uri === uri && one.range.start.line === line));
    await client.replace(uri, '@step\ndef load_data', '\n\n@step\ndef load_data');
    const moved = await client.diagnosed(uri, () => {
      const [now] = client.diagnostics.get(uri) ?? [];
      return now?.range.start.line === line + 2;
    });
    assert.equal(moved[0]?.code, 'step-failed');
    await client.replace(uri, 'if gamma < 0:', 'if gamma < -2:');
    await client.diagnosed(uri, (codes) => !codes.includes('step-failed'));
    await client.replace(uri, 'if gamma < -2:', 'if gamma < 0:');
    await client.diagnosed(uri, (codes) => codes.includes('step-failed'));
    assert.equal((await project.cli('run', 'train.py')).code, 0);
    await client.diagnosed(uri, (codes) => !codes.includes('step-failed'));
  });

  it('offers to run from a stale step on, and to stop one that runs', async () => {
    const text = [
      'import time',
      'from runlens import pipeline, step',
      '@step',
      'def wait(n: int = 1) -> int:',
      '    time.sleep(2)',
      '    return n',
      '@step',
      'def after(n: int) -> int:',
      '    return n',
      '@pipeline',
      'def slow():',
      '    after(wait())',
      '',
    ].join('\n');
    const slow = await client.open(project.write('slow.py', text), text);
    const ended = project.cli('run', 'slow.py');
    await client.until(slow, (titles) => titles.includes('2 ■ Stop'));
    const stop = (await client.lenses(slow)).find(({ command }) => command?.title === '■ Stop');
    assert.match(stop?.command?.arguments?.[0].stepRunIds[0], /^[0-9a-f]{32}$/);
    assert.equal((await ended).code, 0);
    await client.until(slow, (titles) => titles.some((title) => /^2 cached/.test(title)));
    await client.replace(slow, 'return n\n@step', 'return n + 1\n@step');
    const titles = await client.until(slow, (all) => all.includes('2 stale: code changed'));
    assert.ok(titles.includes('2 Run from here'), titles.join(' | '));
    assert.ok(!titles.includes('6 Run from here'), titles.join(' | '));
  });
});

async function rest<T = Record<string, string>>(
  { port, tokens }: Discovery,
  route: string,
  body?: object,
): Promise<T> {
  const reply = await fetch(`http://127.0.0.1:${port}/api/2.0/mlflow/${route}`, {
    method: body ? 'POST' : 'GET',
    headers: { Authorization: `Bearer ${tokens.tracking}`, 'Content-Type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await reply.text();
  if (!reply.ok) throw new Error(`${route}: ${reply.status} ${text}`);
  return JSON.parse(text) as T;
}
