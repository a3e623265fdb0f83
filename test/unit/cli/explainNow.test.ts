// The real command line, server and SDK: what a step would do with today's source, before it runs.
import assert from 'node:assert/strict';
import { Project } from './support/project';

const HELPERS =
  'def clean(values):\n    """Doubles."""\n    return [value * 2 for value in values]\n';
const TRAIN = `from runlens import CachePolicy, pipeline, step
from helpers import clean


@step(cache_policy=CachePolicy(file_dependencies=["data/*.csv"]))
def load_data() -> list:
    return clean([1, 2, 3])


@step
def train_model(data: list, gamma: float = 0.001) -> float:
    return sum(data) * gamma


@pipeline
def training(gamma: float = 0.001):
    train_model(load_data(), gamma)
`;

interface Explained {
  readonly now: { readonly state: string; readonly text: string };
  readonly texts: Readonly<Record<string, { before: string; after: string }>>;
  readonly reasons: readonly { readonly text: string }[];
}

describe('runlens explain', function () {
  this.timeout(60_000);
  let project: Project;

  before(async () => {
    project = await Project.create();
    project.write('helpers.py', HELPERS);
    project.write('train.py', TRAIN);
    project.write('data/a.csv', '1');
    const { code, stderr } = await project.cli('run', 'train.py');
    assert.equal(code, 0, stderr);
  });
  after(async () => await project?.dispose());

  const now = (step: string) => project.json<Explained>('explain', step, '--now');

  it('says cached while nothing has changed', async () => {
    assert.equal((await now('load_data')).now.text, 'cached');
    const { stdout } = await project.cli('explain', 'train_model', '--now');
    assert.match(stdout, /^training \/ train_model: now cached\n {2}key [0-9a-f]{64}\n/);
    assert.match(stdout, /^ {4}gamma +0\.001$/m);
  });

  it('says what an edit does, with the lines that changed, and what waits', async () => {
    project.write('helpers.py', HELPERS.replace('* 2', '* 3'));
    const { stdout } = await project.cli('explain', 'load_data', '--now');
    assert.match(
      stdout,
      /^training \/ load_data: now stale\n {2}because: helper clean\(\) changed\n/,
    );
    assert.match(stdout, /^changed: helper:helpers\.clean$/m);
    assert.match(stdout, /^ {2}@@ -1,3 \+1,3 @@$/m);
    assert.match(stdout, /^ {2}- {4}return \[value \* 2 for value in values\]$/m);
    assert.match(stdout, /^ {2}\+ {4}return \[value \* 3 for value in values\]$/m);
    assert.deepEqual((await now('train_model')).now, {
      state: 'waits',
      text: 'waits for load_data',
    });
  });

  it('shows the same difference of a run that took place', async () => {
    await project.cli('run', 'train.py');
    const explained = await project.json<Explained>('explain', 'load_data');
    const { before, after } = explained.texts['helper:helpers.clean']!;
    assert.ok(before.includes('* 2') && after.includes('* 3'));
    assert.equal((await now('load_data')).now.state, 'cached');
  });

  it('looks at the files of a policy', async () => {
    project.write('data/a.csv', '2');
    assert.equal((await now('load_data')).now.text, 'file data/a.csv changed');
    project.write('data/a.csv', '1');
    project.write('data/b.csv', '1');
    assert.equal((await now('load_data')).now.text, 'file data/b.csv added');
  });

  it('says what cannot be known before it runs', async () => {
    project.write('train.py', TRAIN.replace('load_data(), gamma', 'load_data(), gamma * 2'));
    const { stdout } = await project.cli('explain', 'train_model', '--now');
    assert.match(stdout, /now undecided\n {2}gamma \* 2 is decided at run\n/);
  });
});
