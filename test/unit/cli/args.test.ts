// Arguments of the command line: what is understood, and what is refused with which words.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { helpLines, parseCommandArgs, parseParameter } from '../../../src/cli/args';
import { COMMANDS } from '../../../src/cli/cli';
import { type Command, UsageError } from '../../../src/cli/command';

const command = (name: string): Command => COMMANDS.find((c) => c.name === name)!;

describe('command line arguments', () => {
  it('reads options and positionals in any order', () => {
    const args = parseCommandArgs(command('run'), [
      '--param',
      'a=1',
      'train.py',
      '--force',
      '--param=b=x',
      '--root',
      '/p',
      '--json',
    ]);
    assert.deepEqual(args.positionals, ['train.py']);
    assert.deepEqual(args.texts('param'), ['a=1', 'b=x']);
    assert.equal(args.flag('force'), true);
    assert.equal(args.flag('help'), false);
    assert.equal(args.text('root'), '/p');
    assert.equal(args.text('step'), undefined);
  });

  const refused: [string, string[], RegExp][] = [
    ['explain', [], /explain needs an argument/],
    ['run', ['a.py', 'b.py'], /run does not take "b.py"/],
    ['ls', ['--frobnicate'], /Unknown option '--frobnicate'/],
    ['env', ['--shell'], /argument missing/],
  ];
  for (const [name, argv, message] of refused) {
    it(`refuses ${name} ${argv.join(' ')}`, () => {
      assert.throws(
        () => parseCommandArgs(command(name), argv),
        (error: unknown) =>
          error instanceof UsageError && message.test(error.message) && !/\n/.test(error.message),
      );
    });
  }

  it('asks for nothing when help is wanted', () => {
    assert.equal(parseCommandArgs(command('run'), ['--help']).flag('help'), true);
  });

  describe('a parameter', () => {
    const cases: [string, string, unknown][] = [
      ['gamma=0.01', 'gamma', 0.01],
      ['n=3', 'n', 3],
      ['flag=true', 'flag', true],
      ['flag=True', 'flag', true],
      ['none=None', 'none', null],
      ['name=digits', 'name', 'digits'],
      ['text="3"', 'text', '3'],
      ['list=[1, 2]', 'list', [1, 2]],
      ['equation=a=b', 'equation', 'a=b'],
      ['empty=', 'empty', ''],
    ];
    for (const [text, name, value] of cases) {
      it(text, () => assert.deepEqual(parseParameter(text), { name, value }));
    }
    it('refuses one without a name or a value', () => {
      for (const text of ['gamma', '=3', '']) assert.throws(() => parseParameter(text), UsageError);
    });
    it('reads back every JSON value', () => {
      fc.assert(
        fc.property(fc.jsonValue(), (value) => {
          const parsed = parseParameter(`p=${JSON.stringify(value)}`).value;
          assert.equal(JSON.stringify(parsed), JSON.stringify(value));
        }),
      );
    });
  });

  it('helps with every option of every command', () => {
    for (const each of COMMANDS) {
      const help = helpLines(each).join('\n');
      for (const option of [...Object.keys(each.options), 'json', 'root', 'help']) {
        assert.ok(help.includes(`--${option}`), `${each.name} --${option}`);
      }
    }
  });
});
