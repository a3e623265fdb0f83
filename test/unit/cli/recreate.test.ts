/** The files of a recreated run: command, requirements, explanation; and what a record may not do. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import fc from 'fast-check';
import { shellQuoted } from '../../../src/base/shell';
import { checkInside } from '../../../src/client/recreate/code';
import { commandIn, recreatedFiles } from '../../../src/client/recreate/texts';
import {
  parseEnvironment,
  type RunEnvironment,
  requirementLines,
} from '../../../src/domain/environment';
import type { RunDetail } from '../../../src/protocol/rows';

const environment: RunEnvironment = {
  version: 1,
  entry: {
    kind: 'script',
    arguments: ['train.py', '--lr', '0.1'],
    hidden: 0,
    folder: '/w/repo/sub',
  },
  base: '/w/repo',
  git: { commit: 'c'.repeat(40), branch: 'main', dirty: false },
  files: [],
  filesLeftOut: 0,
  python: { version: '3.11.7', implementation: 'cpython', executable: '/usr/bin/python3' },
  packages: [{ name: 'numpy', version: '2.0.0' }],
  system: { os: 'Debian', machine: 'x86_64', cpu: 'a cpu', cpus: 2, memory: 0, gpus: ['a gpu'] },
  variables: [],
};
const run = {
  runId: 'a'.repeat(32),
  name: 'quick\nrun',
  params: [{ key: 'lr', value: '0.1' }],
} as unknown as RunDetail;
const entry = (change: Partial<RunEnvironment['entry']>): RunEnvironment => ({
  ...environment,
  entry: { ...environment.entry, ...change },
});
const filesOf = (of: RunEnvironment, notes: string[] = []) =>
  recreatedFiles({ run, environment: of, target: '/t', datasets: [], notes });

describe('the command of a recreated run', () => {
  const check = (
    change: Partial<RunEnvironment['entry']>,
    expected: { program?: string; arguments?: string[]; folder?: string } | undefined,
  ) => {
    const command = commandIn({ environment: entry(change), target: '/t' });
    if (expected === undefined) assert.equal(command, undefined);
    else {
      const { program, folder } = command!;
      assert.deepEqual(
        { program, folder, arguments: [...command!.arguments] },
        {
          program: 'python',
          folder: 'code/sub',
          arguments: ['train.py', '--lr', '0.1'],
          ...expected,
        },
      );
    }
  };

  it('runs in the same folder of the code', () => check({}, {}));
  it('runs at the top', () => check({ folder: '/w/repo' }, { folder: 'code' }));
  it('takes absolute paths of the workspace from the code', () =>
    check(
      { arguments: ['/w/repo/sub/train.py', '--data=/w/repo'] },
      { arguments: ['train.py', '--data=/w/repo'] },
    ));
  it('leaves paths beside the workspace alone', () =>
    check(
      { arguments: ['train.py', '/w/repository/x', '/data'] },
      { arguments: ['train.py', '/w/repository/x', '/data'] },
    ));
  it('stays in a working folder elsewhere', () =>
    check(
      { folder: '/home/anna', arguments: ['/w/repo/train.py'] },
      { folder: '/home/anna', arguments: ['../../t/code/train.py'] },
    ));
  it('is that of runlens for a launch', () =>
    check(
      { kind: 'launch', arguments: ['/w/repo/sub/train.py'] },
      { program: 'runlens', arguments: ['run', 'train.py'] },
    ));
  it('is not known of a notebook', () => check({ kind: 'notebook' }, undefined));
});

describe('the files of a recreated run', () => {
  it('are these', () => {
    const files = filesOf(environment, ['one thing is missing']);
    assert.deepEqual(Object.keys(files).sort(), [
      'README.md',
      'environment.json',
      'params.json',
      'requirements.txt',
      'run.sh',
    ]);
    assert.equal(files['requirements.txt'], '# Python 3.11.7\nnumpy==2.0.0\n');
    assert.deepEqual(JSON.parse(files['params.json'] ?? ''), { lr: '0.1' });
    assert.deepEqual(parseEnvironment(files['environment.json'] ?? ''), environment);
    assert.match(files['README.md'] ?? '', /## To be known\n\n\* one thing is missing/);
    assert.match(files['run.sh'] ?? '', /^# .* quick run \(a+\)\.$/m);
    assert.match(files['run.sh'] ?? '', /^cd "\$\(dirname "\$0"\)"\/code\/sub$/m);
    assert.match(
      files['run.sh'] ?? '',
      /^exec "\$\{PYTHON:-python3\}" train\.py --lr 0\.1 "\$@"$/m,
    );
  });

  it('have no script for a notebook', () => {
    const files = filesOf(entry({ kind: 'notebook' }));
    assert.ok(!('run.sh' in files));
    assert.match(files['README.md'] ?? '', /in a notebook/);
  });

  it('give every argument to the program as it was', () => {
    const argument = fc
      .string({ unit: 'grapheme', minLength: 1 })
      .filter((text) => !text.includes('\0'));
    fc.assert(
      fc.property(fc.array(argument, { maxLength: 5 }), (args) => {
        const line = `printf '%s\\0' x ${args.map(shellQuoted).join(' ')}`;
        const said = execFileSync('sh', ['-c', line], { encoding: 'utf8' });
        assert.deepEqual(said.split('\0').slice(1, -1), args);
      }),
      { numRuns: 60, examples: [[["it's", "a'; echo b '"]], [['$(echo c)', '`d`', '"e', 'f\ng']]] },
    );
  });

  it('require exact versions, and name what pip cannot fetch', () => {
    assert.deepEqual(
      requirementLines([
        { name: 'a', version: '1.0' },
        { name: 'runlens', version: '0.1.0' },
        { name: 'b', version: '2.0', url: 'git+https://x/y.git@abc' },
        { name: 'c', version: '3.0', local: '/home/c' },
      ]),
      ['a==1.0', 'b @ git+https://x/y.git@abc', '# c==3.0 was installed from /home/c'],
    );
  });
});

describe('a record that somebody else wrote', () => {
  for (const file of [
    '../x',
    'a/../../x',
    '/etc/passwd',
    'C:\\x',
    '..\\x',
    '.git/hooks/x',
    '.GIT/config',
    '',
  ]) {
    it(`may not write ${JSON.stringify(file)}`, () => {
      assert.throws(() => checkInside(file), { code: 'recreate.path' });
    });
  }
  it('never leads out of the folder', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('..', '.', 'a', '/', '\\', 'b c'), { maxLength: 8 }),
        (parts) => {
          const name = parts.join('');
          try {
            checkInside(name);
          } catch {
            return;
          }
          const at = path.resolve('/t/code', name);
          assert.ok(at === '/t/code' || at.startsWith('/t/code/'), name);
        },
      ),
    );
  });
  for (const text of ['{}', '[]', '{"version":2}', '{"version":1,"entry":{},"files":[]}']) {
    it(`is refused when it is ${text}`, () => assert.throws(() => parseEnvironment(text)));
  }
});
