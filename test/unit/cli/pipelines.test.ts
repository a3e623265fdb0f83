// The real command line, server and SDK: a pipeline is run, cached, explained, fails and is cancelled.
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { ended, Project } from './support/project';

const HELPERS = 'def clean(values):\n    return [value * 2 for value in values]\n';
const TRAIN = `from typing import Annotated
from runlens import log_metric, pipeline, step
from helpers import clean


@step
def load_data() -> dict:
    print("loading 3 values")
    return {"x": clean([1, 2, 3])}


@step
def train_model(data: dict, gamma: float = 0.001) -> Annotated[dict, "classifier"]:
    if gamma < 0:
        raise ValueError("gamma must not be negative")
    log_metric("accuracy", gamma * 10)
    return {"w": gamma}


@pipeline
def training(gamma: float = 0.001):
    train_model(load_data(), gamma)
`;
const SLOW = `import time
from runlens import pipeline, step


@step
def wait() -> int:
    for i in range(600):
        print("waiting", i, flush=True)
        time.sleep(0.1)
    return 1


@pipeline
def slow():
    wait()
`;

interface StepJson {
  readonly id: string;
  readonly stepId: string;
  readonly status: string;
  readonly metrics: readonly { readonly key: string }[];
}
interface RunJson {
  readonly id: string;
  readonly status: string;
  readonly stepRows: readonly StepJson[];
}

describe('runlens, with pipelines', function () {
  this.timeout(60_000);
  let project: Project;

  before(async () => {
    project = await Project.create();
    project.write('helpers.py', HELPERS);
    project.write('train.py', TRAIN);
    project.write('slow.py', SLOW);
  });
  after(async () => await project?.dispose());

  const statuses = ({ stepRows }: RunJson) =>
    stepRows.map(({ stepId, status }) => `${stepId} ${status}`);

  it('runs a pipeline, prints each step and a table', async () => {
    const { code, stdout, stderr } = await project.cli('run', 'train.py');
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^load_data (started|finished in .*) ?\(first run\)$/m);
    assert.match(stdout, /^train_model finished in .* m?s: classifier v1/m);
    assert.match(stdout, /^STEP +STATUS +TIME +WHY +METRICS +OUTPUTS +ID$/m);
    assert.match(stdout, /^train_model +ran +.* first run +accuracy 0\.01 +classifier v1 /m);
    assert.match(stdout, /^training-\S+ finished in [\d.]+ m?s$/m);
  });

  it('finds everything cached the second time', async () => {
    const run = await project.json<RunJson>('run', 'train.py');
    assert.deepEqual(statuses(run), ['load_data cached', 'train_model cached']);
    assert.deepEqual(
      run.stepRows[1]?.metrics.map(({ key }) => key),
      ['accuracy'],
    );
  });

  it('takes a parameter and says what it changed', async () => {
    const { stdout } = await project.cli('run', 'train.py', '--param', 'gamma=0.002');
    assert.match(stdout, /^load_data +cached +from .* +load_data v1 /m);
    assert.match(
      stdout,
      /^train_model +ran +.* gamma 0\.001 → 0\.002 +accuracy 0\.02 +classifier v2 /m,
    );
    assert.match(stdout, /1 of 2 steps cached$/m);
    const explained = await project.cli('explain', 'train_model');
    assert.match(
      explained.stdout,
      /^training \/ train_model: ran\n {2}because: gamma 0\.001 → 0\.002\n/,
    );
    assert.match(explained.stdout, /^ {2}~ gamma +0\.001 → 0\.002$/m);
  });

  it('runs one step with what it needs, and forces it', async () => {
    const run = await project.json<RunJson>('run', 'train.py', '--step', 'load_data', '--force');
    assert.deepEqual(statuses(run), ['load_data ran']);
  });

  it('notices a helper in another file', async () => {
    project.write('helpers.py', HELPERS.replace('* 2', '* 3'));
    const { stdout } = await project.cli('run', 'train.py');
    assert.match(stdout, /^load_data +ran +.* helper clean\(\) changed/m);
    project.write('helpers.py', HELPERS);
  });

  it('lists pipelines, artifacts, and shows each thing by its id', async () => {
    const { stdout } = await project.cli('ls', 'pipelines');
    assert.match(stdout, /^training +training-\S+ +finished .* train\.py:\d+ /m);
    const artifacts = await project.json<{ id: string; name: string }[]>('ls', 'artifacts');
    const classifier = artifacts.find(({ name }) => name === 'classifier')!;
    const shown = await project.cli('show', classifier.id.slice(0, 10));
    assert.match(shown.stdout, /^artifact classifier v\d+\n/);
    const [{ lastRun }] = (await project.json<{ lastRun: { id: string } }[]>(
      'ls',
      'pipelines',
    )) as [{ lastRun: { id: string } }];
    assert.match((await project.cli('show', lastRun.id)).stdout, /^pipeline run training-/);
    const { stepRows } = await project.json<RunJson>('show', lastRun.id);
    assert.match((await project.cli('show', stepRows[0]!.id)).stdout, /^step load_data\n/);
  });

  it('deletes a version of an artifact, runs its step again, and restores it', async () => {
    const deleted = await project.cli('trash', '--artifact', 'classifier:1');
    const [, id = ''] = /^Deleted artifact classifier v1 \((\w+)\)\.$/m.exec(deleted.stdout) ?? [];
    assert.notEqual(id, '', deleted.stderr);
    assert.match((await project.cli('trash')).stdout, /^artifact +classifier v1 /m);
    const { stderr } = await project.cli('artifacts', 'pull', 'classifier:1', 'pulled');
    assert.match(stderr, /there is no artifact classifier:1/);
    const again = await project.cli('run', 'train.py');
    assert.match(again.stdout, /^train_model +ran +.* classifier v1 was deleted .*classifier v\d/m);
    assert.match(
      (await project.cli('trash', '--restore', id)).stdout,
      /artifact classifier v1\.$/m,
    );
    assert.match((await project.cli('trash')).stdout, /the trash is empty/);
    assert.equal((await project.cli('artifacts', 'pull', 'classifier:1', 'pulled')).code, 0);
  });

  it('prints what a step printed', async () => {
    assert.match((await project.cli('logs', 'load_data')).stdout, /^[\d:.]+ loading 3 values\n$/);
    const [log] = await project.json<{ text: string }[]>('logs', 'load_data');
    assert.match(log!.text, /loading 3 values/);
  });

  it('ends with 1 and the traceback when a step fails', async () => {
    const { code, stdout, stderr } = await project.cli('run', 'train.py', '--param', 'gamma=-1');
    assert.equal(code, 1);
    assert.match(stderr, /ValueError: gamma must not be negative/);
    assert.match(stdout, /^train_model +failed .*ValueError: gamma must not be negative/m);
  });

  it('ends with 1 and one clear message when the file has no such pipeline', async () => {
    const { code, stderr } = await project.cli('run', 'train.py', '--pipeline', 'missing');
    assert.equal(code, 1);
    assert.match(stderr, /^runlens: .*missing/);
  });

  it('follows a log, and Ctrl-C cancels a run', async () => {
    const cli = `${project.dist}/cli.js`;
    const child = project.start(process.execPath, [cli, 'run', 'slow.py']);
    const result = ended(child);
    await firstOutput(child);
    const follower = project.start(process.execPath, [cli, 'logs', 'wait', '--follow']);
    const followed = ended(follower);
    assert.match(await firstOutput(follower), /^[\d:.]+ waiting 0\n/);
    child.kill('SIGINT');
    const { code, stdout, stderr } = await result;
    assert.equal(code, 130, stderr);
    assert.match(stdout, /^wait +cancelled/m);
    const log = await followed;
    assert.equal(log.code, 0, log.stderr);
    assert.match(log.stdout, /waiting 1\n/);
  });
});

function firstOutput(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.stdout!.once('data', (data) => resolve(String(data)));
    child.once('exit', () => reject(new Error('it ended without a word')));
  });
}
