/** What a step's code fingerprint reaches, and what changes it. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { CASES, HARMLESS, HELPER, STEP } from './support/reachCases';
import { changes, ref, workspace } from './support/workspace';

describe('CodeFingerprinter', () => {
  for (const { what, files, edit, expected } of CASES) {
    it(`follows ${what}`, async () => {
      const { ws, code } = await workspace(files);
      const before = code.ofStep(ref('work'));
      ws.edit(...edit);
      const after = code.ofStep(ref('work'));
      assert.ok(before && after);
      assert.deepEqual(changes(before, after), expected);
    });
  }
  for (const { what, files, edit } of HARMLESS) {
    it(`does not count ${what}`, async () => {
      const { ws, code } = await workspace(files);
      const before = code.ofStep(ref('work'));
      ws.edit(...edit);
      const after = code.ofStep(ref('work'));
      assert.ok(before && after);
      assert.deepEqual(changes(before, after), []);
    });
  }

  it('names components by file, once each', async () => {
    const { code } = await workspace({
      'src/pkg/steps.py': STEP(
        'from . import util\nfrom util import clean',
        'clean(util.clean(x))',
      ),
      'src/pkg/util.py': HELPER,
      'util.py': HELPER,
      'src/util.py': HELPER,
    });
    const found = code.ofStep(ref('work', 'src/pkg/steps.py', 'pkg.steps'));
    // `src` comes first: it is where `pkg` was imported from.
    assert.deepEqual(found?.components.map(({ name }) => name).sort(), [
      'code',
      'helper:pkg.util.clean',
      'helper:util.clean',
      'parser',
    ]);
    assert.deepEqual(found?.files.map(({ file }) => file).sort(), [
      'src/pkg/steps.py',
      'src/pkg/util.py',
      'src/util.py',
    ]);
  });

  it('keeps apart two files with one module name', async () => {
    const { code } = await workspace({
      'train.py': STEP('import util\nimport src.util', 'util.clean(src.util.clean(x))'),
      'util.py': HELPER,
      'src/util.py': HELPER,
    });
    const names = code.ofStep(ref('work'))?.components.map(({ name }) => name) ?? [];
    assert.equal(new Set(names).size, names.length);
    assert.equal(names.filter((name) => name.startsWith('helper:util.clean')).length, 2);
  });

  it('gives the SHA-256 of each file it read', async () => {
    const text = STEP('from features import clean', 'clean("ü😀")');
    const { code } = await workspace({ 'train.py': text, 'features.py': HELPER });
    const sha = (content: string) => createHash('sha256').update(content, 'utf8').digest('hex');
    assert.deepEqual(code.ofStep(ref('work'))?.files, [
      { file: 'train.py', digest: sha(text) },
      { file: 'features.py', digest: sha(HELPER) },
    ]);
  });

  it('lists what it saw and could not follow', async () => {
    const body = [
      'getattr(features, x)',
      'getattr(x, "a" + "b")',
      'getattr(numpy, x)',
      'eval("x")',
      'importlib.import_module(x)',
      'importlib.import_module("json")',
      'importlib.import_module("features")',
      'globals()["a"]',
      'x.method()',
      'use(features)',
    ].join(', ');
    const imports = 'import importlib, numpy\nimport features';
    const { code } = await workspace({ 'train.py': STEP(imports, body), 'features.py': HELPER });
    assert.deepEqual([...(code.ofStep(ref('work'))?.notTracked ?? [])].sort(), [
      'eval("x") in work, train.py:8',
      'getattr(features, x) in work, train.py:8',
      'globals() in work, train.py:8',
      'importlib.import_module("features") in work, train.py:8',
      'importlib.import_module(x) in work, train.py:8',
      'module features used as a value in work, train.py:8',
    ]);
  });

  it('lists methods of classes that only a value can tell', async () => {
    const body = 'x.fit(1), x.append(2), Known().save(), x.save()';
    const { code } = await workspace({
      'train.py': STEP('import models', `models.make(x), ${body}`),
      'models.py':
        'class Net:\n    def fit(self, x): return x\n    def save(self): return self.fit(1)\ndef make(x): return x\n',
    });
    assert.deepEqual(code.ofStep(ref('work'))?.notTracked, [
      'x.fit in work, train.py:7',
      'Known().save in work, train.py:7',
      'x.save in work, train.py:7',
    ]);
  });

  it('follows what a policy names, also without the code of the step', async () => {
    const { ws, code } = await workspace({
      'train.py': STEP('', 'x'),
      'features.py': `${HELPER}def other():\n    return 1\n`,
    });
    const of = (sources: string[], counts?: boolean) =>
      code.ofStep(ref('work'), { sources, ...(counts === false && { code: false }) });
    const names = (found = of([])) => found?.components.map(({ name }) => name);
    assert.deepEqual(names(of(['features.clean'])), ['code', 'helper:features.clean', 'parser']);
    assert.deepEqual(names(of(['features'], false)), [
      'helper:features.clean',
      'helper:features.other',
      'parser',
    ]);
    assert.deepEqual(names(of(['train.work'])), ['code', 'helper:train.work', 'parser']);
    assert.deepEqual(of(['numpy.mean'], false), {
      components: [],
      notTracked: ['numpy.mean of the cache policy is not in the workspace'],
      files: [],
      broken: false,
    });
    const before = of(['features.clean'], false);
    ws.edit('train.py', 'return x', 'return -x');
    assert.deepEqual(of(['features.clean'], false), before);
    ws.edit('features.py', 'x + 1', 'x - 1');
    assert.deepEqual(changes(before!, of(['features.clean'], false)!), ['helper clean() changed']);
  });

  it('follows functions and imports around a nested step', async () => {
    const text = [
      'from runlens import step',
      'def make(scale):',
      '    from features import clean',
      '    def inner(x):',
      '        return x * 2',
      '    @step',
      '    def work(x):',
      '        return inner(clean(x)) * scale',
      '    return work',
      '',
    ].join('\n');
    const { ws, code } = await workspace({ 'train.py': text, 'features.py': HELPER });
    const source = ref('make.<locals>.work');
    const before = code.ofStep(source);
    ws.edit('train.py', 'x * 2', 'x * 3');
    const between = code.ofStep(source);
    ws.edit('features.py', 'x + 1', 'x - 1');
    const after = code.ofStep(source);
    assert.ok(before && between && after);
    assert.deepEqual(changes(before, between), ['helper make.<locals>.inner() changed']);
    assert.deepEqual(changes(between, after), ['helper clean() changed']);
  });

  it('takes the function nearest to the line when there are two', async () => {
    const text = 'if a:\n    def work(): return 1\nelse:\n    def work(): return 2\n';
    const { code } = await workspace({ 'train.py': text });
    const at = (line: number) => code.ofStep({ ...ref('work'), line })?.components[0];
    assert.notEqual(at(2)?.digest, at(4)?.digest);
    assert.deepEqual([at(2)?.source?.line, at(4)?.source?.line], [2, 4]);
  });

  it('knows nothing of a function that is not there', async () => {
    const { ws, code } = await workspace({ 'train.py': 'x = 1\n' });
    assert.equal(code.ofStep(ref('work')), undefined);
    assert.equal(code.ofStep(ref('work', 'other.py')), undefined);
    ws.write('train.py', STEP('', 'x'));
    assert.ok(code.ofStep(ref('work')));
    ws.remove('train.py');
    assert.equal(code.ofStep(ref('work')), undefined);
  });

  it('sees a module that appears in the workspace later', async () => {
    const { ws, code } = await workspace({
      'train.py': STEP('from features import clean', 'clean(x)'),
    });
    const before = code.ofStep(ref('work'));
    ws.write('features.py', HELPER);
    const after = code.ofStep(ref('work'));
    assert.ok(before && after);
    assert.deepEqual(changes(before, after), ['code changed', 'helper clean() added']);
  });

  it('does not depend on the order of edits', async () => {
    const files = {
      'train.py': STEP('from features import clean', 'clean(x)'),
      'features.py': HELPER,
    };
    const { ws, code } = await workspace(files);
    const first = code.ofStep(ref('work'));
    ws.edit('features.py', 'x + 1', 'x - 1');
    code.ofStep(ref('work'));
    ws.edit('features.py', 'x - 1', 'x + 1');
    const fresh = (await workspace(files)).code.ofStep(ref('work'));
    assert.deepEqual(code.ofStep(ref('work')), first);
    assert.deepEqual(fresh, first);
  });

  it('is the same for the script and for the same file imported', async () => {
    const files = {
      'jobs/train.py': STEP('from features import clean\nRATE = 1', 'clean(RATE)'),
      'jobs/features.py': HELPER,
    };
    const { code } = await workspace(files, ['jobs', '', 'src']);
    const script = code.ofStep(ref('work', 'jobs/train.py', '__main__'));
    const module = code.ofStep(ref('work', 'jobs/train.py', 'train'));
    assert.ok(script && module);
    assert.deepEqual(changes(script, module), []);
    assert.equal(script.components.length, 4);
  });
});
