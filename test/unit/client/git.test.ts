// What git says of real repositories.
import { strict as assert } from 'node:assert';
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { gitState } from '../../../src/client/git';

describe('gitState', () => {
  let folder: string;
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.c', ...args], {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  beforeEach(() => {
    folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'runlens-git-')));
  });
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  it('is undefined outside a repository', async () => {
    assert.equal(await gitState(folder), undefined);
  });

  it('follows a repository from empty to detached', async () => {
    git('init', '-q', '-b', 'main');
    assert.deepEqual(await gitState(folder), { commit: undefined, branch: 'main', isDirty: false });
    fs.writeFileSync(path.join(folder, 'a b.txt'), 'x');
    assert.equal((await gitState(folder))?.isDirty, true);
    git('add', '.');
    git('commit', '-q', '-m', 'first');
    const commit = git('rev-parse', 'HEAD');
    assert.deepEqual(await gitState(folder), { commit, branch: 'main', isDirty: false });
    git('checkout', '-q', '--detach');
    fs.appendFileSync(path.join(folder, 'a b.txt'), 'y');
    assert.deepEqual(await gitState(folder), { commit, branch: undefined, isDirty: true });
  });

  it('runs nothing that the repository’s configuration names', async () => {
    git('init', '-q', '-b', 'main');
    const mark = path.join(folder, 'ran');
    git('config', 'core.fsmonitor', `touch ${mark}`);
    await gitState(folder);
    assert.equal(fs.existsSync(mark), false);
  });
});
