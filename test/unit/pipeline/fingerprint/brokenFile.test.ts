/** Fingerprints over files that do not parse: code is keyed by its text. */
import assert from 'node:assert/strict';
import { changes, ref, workspace } from './support/workspace';

const STEP = (imports: string, body: string) =>
  `from runlens import step\n${imports}\n\n@step\ndef work(x: int = 1):\n    """Doc."""\n    return ${body}\n`;
const HELPER = 'def clean(x):\n    return x + 1\n';

describe('CodeFingerprinter with a file that does not parse', () => {
  const broken = (text: string) => `${text}\ndef unfinished(:\n    pass\n`;

  it('keys the step by its text', async () => {
    const text = broken(STEP('from features import clean', 'clean(x)'));
    const { ws, code } = await workspace({ 'train.py': text, 'features.py': HELPER });
    const before = code.ofStep(ref('work'));
    assert.equal(before?.broken, true);
    ws.edit('train.py', '    return', '    # now it counts\n    return');
    const between = code.ofStep(ref('work'));
    ws.edit('features.py', 'x + 1', 'x - 1');
    const after = code.ofStep(ref('work'));
    assert.ok(before && between && after);
    assert.deepEqual(changes(before, between), ['code changed']);
    assert.deepEqual(changes(between, after), ['helper clean() changed']);
  });

  it('keys helpers by their text, to their very end', async () => {
    const helper =
      'def clean(x):\n    y = """\n@fake\n"""\n    return t(\n    $ = x\n    z = 1\n\ndef next(): pass\n';
    const { ws, code } = await workspace({
      'train.py': STEP('from features import clean', 'clean(x)'),
      'features.py': helper,
    });
    const before = code.ofStep(ref('work'));
    assert.equal(before?.broken, true);
    ws.edit('features.py', 'z = 1', 'z = 2');
    const after = code.ofStep(ref('work'));
    assert.ok(before && after);
    assert.deepEqual(changes(before, after), ['helper clean() changed']);
    ws.edit('features.py', 'def next(): pass', 'def next(): return 1');
    assert.deepEqual(changes(after, code.ofStep(ref('work'))!), []);
  });

  it('says so, and is whole again when the text is', async () => {
    const whole = STEP('', 'x');
    const { ws, code } = await workspace({ 'train.py': whole });
    const before = code.ofStep(ref('work'));
    ws.write('train.py', broken(whole));
    const between = code.ofStep(ref('work'));
    ws.write('train.py', whole);
    assert.deepEqual(code.ofStep(ref('work')), before);
    assert.equal(before?.broken, false);
    assert.match(between?.notTracked.join() ?? '', /train\.py does not parse/);
  });
});
