// The real command line against a real server: environment, lists and runs of plain tracking.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { Project } from './support/project';

describe('runlens, without pipelines', () => {
  let project: Project;
  let runId: string;

  before(async function () {
    this.timeout(60_000);
    project = await Project.create();
    const env = await project.json('env');
    const post = async <T = unknown>(route: string, body: object): Promise<T> => {
      const response = await fetch(`${env['MLFLOW_TRACKING_URI']}/api/2.0/mlflow/${route}`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${env['MLFLOW_TRACKING_TOKEN']}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify(body),
      });
      assert.equal(response.status, 200, await response.clone().text());
      return (await response.json()) as T;
    };
    const { experiment_id } = await post<{ experiment_id: string }>('experiments/create', {
      name: 'digits',
    });
    const start_time = Date.now() - 90_000;
    const { run } = await post<{ run: { info: { run_id: string } } }>('runs/create', {
      experiment_id,
      start_time,
      run_name: 'calm-ibis',
    });
    runId = run.info.run_id;
    await post('runs/log-parameter', { run_id: runId, key: 'gamma', value: '0.001' });
    for (const [step, value] of [0.5, 0.25, 0.75].entries()) {
      await post('runs/log-metric', { run_id: runId, key: 'loss', value, step, timestamp: step });
    }
    await post('runs/update', { run_id: runId, status: 'FINISHED', end_time: start_time + 5000 });
  });

  after(async () => await project?.dispose());

  it('prints an environment that eval understands', async () => {
    const script = 'eval $(node "$0" env); printf "%s|%s" "$MLFLOW_TRACKING_URI" "$PYTHONPATH"';
    const args = ['-c', script, path.join(project.dist, 'cli.js')];
    const { stdout } = await project.run('sh', args, { PYTHONPATH: '' });
    const [uri, pythonPath = ''] = stdout.split('|');
    assert.match(uri ?? '', /^http:\/\/127\.0\.0\.1:\d+$/);
    assert.equal(pythonPath, path.join(project.dist, 'python'));
  });

  it('never puts the control token into the environment', async () => {
    const { stdout } = await project.cli('env');
    assert.ok(!stdout.includes((await project.discovery())!.tokens.control));
  });

  it('lists experiments and runs', async () => {
    const { stdout } = await project.cli('ls', 'experiments');
    assert.match(stdout, /^ID +NAME +RUNS +CHANGED\n/);
    assert.match(stdout, /\n\d+ +digits +1 +/);
    const runs = await project.cli('ls', 'runs');
    assert.match(runs.stdout, /calm-ibis +digits +FINISHED +1 m ago +5\.0 s +loss 0\.75/);
    assert.equal((await project.json<object[]>('ls')).length, 1);
    assert.deepEqual(await project.json('ls', 'runs', '--experiment', 'Default'), []);
  });

  it('searches and orders runs', async () => {
    const ids = async (...args: string[]) =>
      (await project.json<{ runId: string }[]>('ls', ...args)).map((run) => run.runId);
    const search = ['--filter', "max(loss) < 1 AND status = 'finished' OR gamma > 1"];
    assert.deepEqual(await ids(...search, '--order-by', 'loss DESC'), [runId]);
    assert.deepEqual(await ids('-f', 'loss > 1', '--experiment', 'digits'), []);
    const refused = await project.cli('ls', '-f', "bad.x = '1'");
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /^runlens: Invalid entity type 'bad'\. Valid values are/);
    assert.match(refused.stderr, /\n {2}bad\.x = '1'\n {2}\^\n$/);
  });

  const misspelt: [args: string[], place: string][] = [
    [['-f', 'loss < 1 AND losss > 2'], '  loss < 1 AND losss > 2\n               ^\n'],
    [['-f', 'loss <'], '  loss <\n       ^\n'],
    [['--order-by', 'gamma', '--order-by', 'max(bad.x)'], '  max(bad.x)\n      ^\n'],
    [['-f', 'loss < 1', '--order-by', 'loss', '--order-by', 'los DESC'], '  los DESC\n  ^\n'],
  ];
  for (const [args, place] of misspelt) {
    it(`shows the place of what is wrong: ${args.join(' ')}`, async () => {
      const { code, stderr } = await project.cli('ls', ...args);
      assert.equal(code, 1);
      assert.ok(stderr.startsWith('runlens: '), stderr);
      assert.ok(stderr.endsWith(place), stderr);
    });
  }

  it('shows a run by the first digits of its id', async () => {
    const { stdout } = await project.cli('show', runId.slice(0, 6));
    assert.match(stdout, /^run calm-ibis\n/);
    assert.match(stdout, /Parameters\n {2}gamma {2}0\.001\n/);
    assert.match(stdout, /loss +0\.75 +0\.25 +0\.75 +3\n/);
    assert.equal((await project.json('show', runId))['runId'], runId);
  });

  const wrong: [string[], number, RegExp][] = [
    [[], 2, /^$/],
    [['frobnicate'], 2, /^runlens: there is no command "frobnicate"; see runlens --help\n$/],
    [['ls', 'cats'], 2, /^runlens: ls takes experiments, runs, .*not "cats"\n$/],
    [['ls', '-n', '0'], 2, /^runlens: --limit takes/],
    [['ls', '--experiment', 'none'], 1, /^runlens: no experiment is called "none"\n$/],
    [['env', '--shell', 'tcsh'], 2, /^runlens: --shell takes sh, fish, powershell, not "tcsh"\n$/],
    [['show', 'ffffffff'], 1, /^runlens: nothing has the id ffffffff; see runlens ls\n$/],
    [['show', 'f'.repeat(32)], 1, /^runlens: nothing has the id/],
    [['explain', 'nothing'], 1, /^runlens: no step "nothing"/],
    [['run', 'missing.py'], 2, /^runlens: there is no file missing.py\n$/],
    [['ls', '--root', '/does/not/exist'], 2, /^runlens: there is no folder/],
  ];
  for (const [args, code, message] of wrong) {
    it(`says what is wrong with: runlens ${args.join(' ')}`, async () => {
      const result = await project.cli(...args);
      assert.equal(result.code, code, result.stderr);
      assert.match(result.stderr, message);
    });
  }

  it('helps for each command without touching a server', async () => {
    for (const command of ['env', 'run', 'ls', 'show', 'explain', 'logs']) {
      const { code, stdout } = await project.cli(command, '--help', '--root', '/');
      assert.equal(code, 0);
      assert.match(stdout, new RegExp(`^runlens ${command} `));
    }
    const overview = await project.cli('--help');
    assert.equal(overview.code, 0);
    assert.match(overview.stdout, /explain/);
  });

  it('prints no colour into a pipe', async () => {
    const { stdout } = await project.cli('ls');
    assert.ok(!stdout.includes('\u001b'));
  });

  it('works from a folder inside the root', async () => {
    fs.mkdirSync(path.join(project.root, 'deep/er'), { recursive: true });
    const runs = await project.json<object[]>(
      'ls',
      'runs',
      '--root',
      path.join(project.root, 'deep/er'),
    );
    assert.equal(runs.length, 1);
  });

  // The last test: the ones above need the server.
  it('stop ends the server, and says when there is none', async () => {
    assert.match((await project.cli('stop')).stdout, /^The server of .* has ended\.\n$/);
    assert.match((await project.cli('stop')).stdout, /^No server runs for /);
    assert.deepEqual(await project.json('stop'), { stopped: false });
  });
});
