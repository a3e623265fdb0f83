// The real command line: editing, moving, the trash, and the doctor with and without a server.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import type { Diagnosis } from '../../../src/domain/diagnosis';
import { Project } from './support/project';

describe('runlens, after the fact', function () {
  this.timeout(60_000);
  let project: Project;
  let runId: string;

  async function post<T>(route: string, body: object): Promise<T> {
    const env = await project.json('env');
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
  }
  const data = (...parts: string[]) => path.join(project.root, '.runlens', ...parts);

  before(async () => {
    project = await Project.create();
    const { run } = await post<{ run: { info: { run_id: string } } }>('runs/create', {
      experiment_id: '0',
      start_time: 1000,
      run_name: 'calm-ibis',
    });
    runId = run.info.run_id;
    await post('runs/log-parameter', { run_id: runId, key: 'gamma', value: '0.001' });
    await post('runs/log-metric', { run_id: runId, key: 'loss', value: 1, step: 0, timestamp: 1 });
    await post('experiments/create', { name: 'digits' });
  });
  after(async () => await project?.dispose());

  it('edits a run and shows what was before', async () => {
    const { stdout, stderr } = await project.cli(
      ...[
        'edit',
        runId.slice(0, 6),
        '--param',
        'gamma=0.01',
        '--tag',
        'note=a=b',
        '--name',
        'ibis',
      ],
    );
    assert.match(stdout, /has the history/, stderr);
    const shown = await project.cli('show', runId);
    assert.match(shown.stdout, /^run ibis$/m);
    assert.match(shown.stdout, /History\n.* UTC {2}param gamma: 0\.001 → 0\.01/);
    assert.match(shown.stdout, /tag note: not set → a=b/);
    const { edits } = await project.json<{ edits: object[] }>('show', runId);
    assert.equal(edits.length, 2);
  });

  it('refuses edits that make no sense', async () => {
    assert.equal((await project.cli('edit', runId)).code, 2);
    assert.equal((await project.cli('edit', runId, '--param', 'x')).code, 2);
    const { code, stderr } = await project.cli('edit', runId, '--delete-param', 'none');
    assert.equal(code, 1);
    assert.match(stderr, /There is no parameter "none"/);
  });

  it('moves a run and renames an experiment', async () => {
    assert.match((await project.cli('mv', runId, 'digits')).stdout, /Moved ibis to digits\./);
    await project.cli('mv', '--experiment', 'digits', 'figures');
    const rows = await project.json<{ name: string; runs: number }[]>('ls', 'experiments');
    assert.deepEqual(rows.map(({ name, runs }) => [name, runs]).sort(), [
      ['Default', 0],
      ['figures', 1],
    ]);
    assert.equal((await project.cli('mv', runId)).code, 2);
    assert.match((await project.cli('mv', runId, 'nowhere')).stderr, /no experiment nowhere/);
  });

  it('deletes a run, lists and restores it', async () => {
    assert.match((await project.cli('trash', runId)).stdout, /Deleted run ibis/);
    const { stdout } = await project.cli('trash');
    assert.match(stdout, /run +ibis/);
    assert.match(stdout, /trash --empty --yes frees it/);
    assert.match(
      (await project.cli('trash', '--restore', runId.slice(0, 8))).stdout,
      /Restored run ibis/,
    );
    assert.match((await project.cli('trash')).stdout, /the trash is empty/);
  });

  it('says what emptying the trash frees, and does it when told so', async () => {
    fs.mkdirSync(data('artifacts/0', runId), { recursive: true });
    fs.writeFileSync(data('artifacts/0', runId, 'a.txt'), 'x'.repeat(2048));
    await project.cli('trash', '--experiment', 'figures');
    const asked = await project.cli('trash', '--empty');
    assert.match(
      asked.stdout,
      /1 run, 1 experiment, 0 logged models, 0 artifact versions; about 2\.\d KB/,
    );
    assert.ok(fs.existsSync(data('artifacts/0', runId)));
    const done = await project.cli('trash', '--empty', '--yes');
    assert.match(done.stdout, /Gone for good: 1 run, 1 experiment/, done.stderr);
    assert.equal(fs.existsSync(data('artifacts/0', runId)), false);
    assert.match((await project.cli('show', runId)).stderr, /nothing has the id/);
  });

  it('takes one request at a time', async () => {
    assert.equal((await project.cli('trash', '--empty', '--restore', 'x')).code, 2);
    assert.equal((await project.cli('trash', '--yes')).code, 2);
  });

  describe('doctor', () => {
    const kinds = ({ findings }: Diagnosis) =>
      findings.filter(({ severity }) => severity !== 'info').map(({ kind }) => kind);

    it('asks the running server, and finds nothing', async () => {
      assert.ok(await project.discovery());
      const { code, stdout } = await project.cli('doctor');
      assert.match(stdout, /0 problems\. Nothing is wrong\./);
      assert.equal(code, 0);
    });

    it('looks at the store itself when no server runs', async () => {
      await project.cli('stop');
      const { code, stdout } = await project.cli('doctor');
      assert.match(stdout, /Nothing is wrong\./);
      assert.equal(code, 0);
      assert.equal(await project.discovery(), undefined);
    });

    it('diagnoses a damaged store, mends it, and the next server has everything', async () => {
      await project.cli('env');
      await post('experiments/create', { name: 'later' });
      await project.cli('stop');
      const snapshot = fs
        .readdirSync(data('store'))
        .filter((name) => name.endsWith('.sqlite'))
        .sort()
        .at(-1)!;
      const bytes = fs.readFileSync(data('store', snapshot));
      bytes[5000]! ^= 0xff;
      fs.writeFileSync(data('store', snapshot), bytes);
      const { code, stdout } = await project.cli('doctor');
      assert.equal(code, 1);
      assert.match(stdout, /warning {2}snapshot\.corrupt {2}.*\.sqlite/);
      assert.match(stdout, /1 problem\. Nothing is lost/);
      const mended = await project.json<Diagnosis>('doctor', '--repair');
      assert.deepEqual(
        mended.findings.filter(({ repaired }) => repaired).map(({ kind }) => kind),
        ['snapshot.corrupt'],
      );
      const rows = await project.json<{ name: string }[]>('ls', 'experiments');
      assert.ok(rows.some(({ name }) => name === 'later'));
    });

    it('ends the server before it mends', async () => {
      await project.cli('env');
      const { code, stdout, stderr } = await project.cli('doctor', '--repair');
      assert.match(stdout, /Nothing is wrong\./, stderr);
      assert.equal(code, 0);
      assert.equal(await project.discovery(), undefined);
    });

    it('diagnoses a store that does not open', async () => {
      await project.cli('stop');
      for (const name of fs.readdirSync(data('store'))) {
        if (name.endsWith('.sqlite')) fs.truncateSync(data('store', name), 100);
      }
      const diagnosis = JSON.parse((await project.cli('doctor', '--json')).stdout) as Diagnosis;
      assert.ok(kinds(diagnosis).includes('store.unreadable'), kinds(diagnosis).join());
      assert.ok(kinds(diagnosis).includes('snapshot.corrupt'));
    });

    it('says when there is no store', async () => {
      const empty = path.join(project.folder, 'empty');
      fs.mkdirSync(path.join(empty, '.git'), { recursive: true });
      const { code, stderr } = await project.cli('doctor', '--root', empty);
      assert.equal(code, 1);
      assert.match(stderr, /There is no store in/);
    });
  });
});
