// MLproject files: what is read of them, what is wrong in them and where, and the commands they give.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { parse } from 'yaml';
import { shellQuoted } from '../../../src/base/shell';
import { commandOf, placeholdersOf, readProject } from '../../../src/domain/mlproject';

const problemsOf = (text: string) =>
  readProject(parse(text)).problems.map(
    ({ path, severity, message }) => `${severity} ${path.join('.')}: ${message}`,
  );

describe('readProject', () => {
  it('reads entry points with their parameters in both forms', () => {
    const { project, problems } = readProject(
      parse(`
name: digits
python_env: env.yaml
entry_points:
  main:
    parameters:
      lr: float
      data: {type: path, default: data.csv}
      note: {default: 3}
    command: python train.py {lr} {data} {note}
`),
    );
    assert.deepEqual(problems, []);
    assert.equal(project.name, 'digits');
    assert.deepEqual(project.environment, { kind: 'python', file: 'env.yaml' });
    assert.deepEqual(project.entryPoints[0]?.parameters, [
      { name: 'lr', type: 'float', default: undefined },
      { name: 'data', type: 'path', default: 'data.csv' },
      { name: 'note', type: 'string', default: '3' },
    ]);
  });

  const WRONG: readonly [name: string, text: string, problem: RegExp][] = [
    ['a list at the top', '- a', /^error : An MLproject file is a mapping/],
    ['an unknown key', 'entry_point: {}', /^warning entry_point: MLflow knows no key/],
    [
      'two environments',
      'python_env: a\nconda_env: b',
      /^error conda_env: .*names `python_env` too/,
    ],
    [
      'an environment that is no file',
      'conda_env: {}',
      /^error conda_env: `conda_env` names a file/,
    ],
    ['docker without image', 'docker_env: {}', /^error docker_env: .*needs an `image`/],
    ['no command', 'entry_points: {main: {}}', /^error entry_points.main: .*no `command`/],
    ['entry points in a list', 'entry_points: [a]', /^error entry_points: /],
    [
      'a placeholder without parameter',
      'entry_points: {main: {command: "x {lr}"}}',
      /^error entry_points.main.command: .*`\{lr\}`/,
    ],
    [
      'a parameter that is not used',
      'entry_points: {main: {parameters: {lr: float}, command: x}}',
      /^warning entry_points.main.parameters.lr: .*does not use/,
    ],
    [
      'a type that MLflow does not know',
      'entry_points: {main: {parameters: {n: {type: int}}, command: "{n}"}}',
      /^warning entry_points.main.parameters.n.type: .*`int`/,
    ],
    [
      'a float default that is none',
      'entry_points: {main: {parameters: {n: {type: float, default: x}}, command: "{n}"}}',
      /^error entry_points.main.parameters.n.default: /,
    ],
    ['a key of an entry point', 'entry_points: {main: {command: x, cmd: y}}', /^warning .*`cmd`/],
  ];
  for (const [name, text, problem] of WRONG) {
    it(`names ${name} with its place`, () => {
      const found = problemsOf(text);
      assert.equal(found.filter((one) => problem.test(one)).length, 1, found.join('\n'));
    });
  }

  it('never throws, whatever the file holds', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const top = { entry_points: value, docker_env: value, name: value };
        for (const each of [value, top, { entry_points: { main: value } }]) readProject(each);
      }),
    );
  });
});

describe('commandOf', () => {
  const point = (command: string, ...names: string[]) => ({
    name: 'main',
    command,
    parameters: names.map((name) => ({ name, type: 'string', default: undefined })),
  });

  it('hands each value to the program as it is, whatever the shell makes of its signs', function () {
    if (process.platform === 'win32') this.skip();
    const text = fc.stringMatching(/^[ -~é→]{0,12}$/);
    fc.assert(
      fc.property(text, text, (a, b) => {
        const command = commandOf(
          point("printf '%s\\n' {a} '{{}}' {b}", 'a', 'b'),
          { a, b },
          shellQuoted,
        );
        const { stdout } = spawnSync('sh', ['-c', command], { encoding: 'utf8' });
        assert.equal(stdout, `${a}\n{}\n${b}\n`);
      }),
      { numRuns: 40 },
    );
  });

  it('checks numbers and addresses before anything runs', () => {
    const typed = (type: string) => ({
      name: 'main',
      command: '{x}',
      parameters: [{ name: 'x', type, default: undefined }],
    });
    assert.throws(() => commandOf(typed('float'), { x: 'fast' }, shellQuoted), /takes a number/);
    assert.throws(() => commandOf(typed('uri'), { x: 'here' }, shellQuoted), /takes an address/);
    assert.equal(commandOf(typed('float'), { x: '1e-3' }, shellQuoted), '1e-3');
    assert.throws(() => commandOf(typed('string'), {}, shellQuoted), /needs a value for `x`/);
  });

  it('finds the names in braces', () => {
    assert.deepEqual(placeholdersOf('a {b} {{c}} {d-e} {b}'), ['b', 'd-e', 'b']);
  });
});
