/** What the lens says while somebody types is what the engine finds in the same text. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ref, workspace } from './support/workspace';

const FILES: Readonly<Record<string, string>> = {
  'train.py': [
    'from runlens import step',
    'from features import clean, RATE',
    'import more as m',
    '',
    '@step',
    'def work(x: int = 1):',
    '    """Doc."""',
    '    if x:',
    '        return clean(x) * RATE',
    '    return m.Net().fit(x)',
    '',
  ].join('\n'),
  'features.py':
    'from more import *\nRATE = 0.5\n\ndef clean(x):\n    return [helper(y) for y in x]\n',
  'more.py':
    'class Net:\n    def fit(self, x):\n        return helper(x)\n\ndef helper(x):\n    return x + 1\n',
};
const INSERTS = [
  '',
  '',
  ' ',
  '\n',
  '    ',
  '# c',
  '(',
  ')',
  '"',
  '"""',
  'x',
  '1',
  ' + 1',
  ':',
  'def f():\n    pass\n',
  '@step\n',
];

interface Edit {
  readonly file: string;
  readonly at: number;
  readonly remove: number;
  readonly insert: string;
}

const edit: fc.Arbitrary<Edit> = fc.record({
  file: fc.constantFrom(...Object.keys(FILES)),
  at: fc.nat(),
  remove: fc.nat({ max: 6 }),
  insert: fc.constantFrom(...INSERTS),
});

describe('a fingerprint taken while typing', () => {
  it('is that of a fresh look at the same text', async function () {
    this.timeout(120_000);
    const edits = fc.array(edit, { minLength: 1, maxLength: 8 });
    await fc.assert(fc.asyncProperty(edits, typeAndCompare), { numRuns: 150 });
  });
});

async function typeAndCompare(edits: readonly Edit[]): Promise<void> {
  const { ws, code } = await workspace(FILES);
  const texts = { ...FILES };
  for (const { file, at, remove, insert } of edits) {
    const text = texts[file] ?? '';
    const start = at % (text.length + 1);
    texts[file] = text.slice(0, start) + insert + text.slice(start + remove);
    ws.write(file, texts[file]);
    const fresh = await workspace(texts);
    assert.deepEqual(code.ofStep(ref('work')), fresh.code.ofStep(ref('work')));
    fresh.code.dispose();
  }
  code.dispose();
}
