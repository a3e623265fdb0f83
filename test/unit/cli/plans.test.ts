// `runlens run` with parts of a pipeline: only, from, replay, resume, dry run; the real server and SDK.
import assert from 'node:assert/strict';
import { Project } from './support/project';

const TRAIN = `from typing import Annotated
from runlens import pipeline, step


@step
def load_data(size: int = 3) -> Annotated[list, "numbers"]:
    return list(range(size))


@step
def total(data: list) -> Annotated[int, "total"]:
    return sum(data)


@step
def report(value: int, fail: bool = False) -> str:
    if fail:
        raise ValueError("no report today")
    return f"total {value}"


@pipeline
def training(size: int = 3, fail: bool = False):
    report(total(load_data(size)), fail)
`;

interface RunJson {
  readonly id: string;
  readonly name: string;
  readonly stepRows: readonly { readonly stepId: string; readonly status: string }[];
}
interface PreviewJson {
  readonly steps: readonly { readonly stepId: string; readonly decision: string }[];
}

describe('runlens run, with plans', function () {
  this.timeout(60_000);
  let project: Project;

  before(async () => {
    project = await Project.create();
    project.write('train.py', TRAIN);
  });
  after(async () => await project?.dispose());

  const statuses = ({ stepRows }: RunJson) =>
    Object.fromEntries(stepRows.map(({ stepId, status }) => [stepId, status]));
  const decisions = ({ steps }: PreviewJson) =>
    Object.fromEntries(steps.map(({ stepId, decision }) => [stepId, decision]));

  it('says before the first run that all would run, and runs nothing', async () => {
    const { code, stdout, stderr } = await project.cli('run', 'train.py', '--dry-run');
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^load_data +runs +first run$/m);
    const listed = await project.cli('ls', 'pipelines');
    assert.doesNotMatch(listed.stdout, /training/);
  });

  it('says what a change makes run, and what depends on that', async () => {
    assert.equal((await project.cli('run', 'train.py')).code, 0);
    const changed = ['run', 'train.py', '--param', 'size=4', '--dry-run'];
    const preview = await project.json<PreviewJson>(...changed);
    assert.deepEqual(decisions(preview), {
      load_data: 'runs',
      total: 'depends',
      report: 'depends',
    });
    const { stdout } = await project.cli(...changed);
    assert.match(stdout, /^load_data +runs +\S+ m?s +size 3 → 4$/m);
    assert.match(stdout, /1 step would run, 2 steps depending on those/);
  });

  it('runs one step alone on the newest results before it', async () => {
    // With other parameters: the data are the newest there are, not made anew.
    const only = ['run', 'train.py', '--only', 'total', '--force', '--param', 'size=9'];
    const run = await project.json<RunJson>(...only);
    assert.deepEqual(statuses(run), { load_data: 'cached', total: 'ran' });
  });

  it('runs from a step on', async () => {
    const run = await project.json<RunJson>('run', 'train.py', '--from', 'total', '--force');
    assert.deepEqual(statuses(run), { load_data: 'cached', total: 'ran', report: 'cached' });
  });

  it('replays a run with one input replaced by an artifact or a value', async () => {
    const first = await project.json<RunJson>('run', 'train.py', '--param', 'size=5');
    const replayed = await project.json<RunJson>(
      ...['run', '--replay', first.name, '--skip', 'load_data'],
      ...['--input', 'total.data=numbers:1', '--set', 'report.fail=false'],
    );
    assert.equal(statuses(replayed)['load_data'], 'cached');
    // The report of 0 + 1 + 2, which was made before, and not that of five numbers.
    const shown = await project.cli('show', replayed.id);
    assert.match(shown.stdout, /report v1/);
  });

  it('resumes a failed run where it failed', async () => {
    // What is not cached is not done twice either.
    const text = TRAIN.replace('@step\ndef total', '@step(enable_cache=False)\ndef total');
    project.write('resumed.py', text);
    const failed = await project.cli('run', 'resumed.py', '--param', 'fail=true', '--json');
    assert.equal(failed.code, 1);
    const run = JSON.parse(failed.stdout) as RunJson;
    assert.equal(statuses(run)['report'], 'failed');
    project.write(
      'resumed.py',
      text.replace('raise ValueError("no report today")', 'return "none"'),
    );
    const resumed = await project.json<RunJson>('run', '--resume', run.name);
    assert.deepEqual(statuses(resumed), { load_data: 'cached', total: 'cached', report: 'ran' });
  });

  const WRONG: readonly [args: string[], message: RegExp][] = [
    [['run'], /run needs a FILE, or --replay or --resume/],
    [
      ['run', 'train.py', '--only', 'total', '--from', 'total'],
      /--only and --from do not go together/,
    ],
    [['run', 'train.py', '--skip', 'total'], /--skip needs --replay/],
    [['run', 'train.py', '--input', 'total=numbers'], /--input takes STEP\.INPUT=/],
    [['run', '--replay', 'nothing-7'], /nothing has the id nothing-7/],
    [['run', 'train.py', '--only', 'nothing'], /has no step `nothing`/],
  ];
  for (const [args, message] of WRONG) {
    it(`refuses ${args.join(' ')}`, async () => {
      const { code, stderr } = await project.cli(...args);
      assert.notEqual(code, 0);
      assert.match(stderr, message);
    });
  }
});
