/** What a step's code fingerprint reaches, and what changes it. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { changes, ref, workspace } from './support/workspace';

const STEP = (imports: string, body: string) =>
  `from runlens import step\n${imports}\n\n@step\ndef work(x: int = 1):\n    """Doc."""\n    return ${body}\n`;

interface Case {
  readonly what: string;
  readonly files: Readonly<Record<string, string>>;
  readonly edit: readonly [file: string, find: string, replace: string];
  readonly expected: readonly string[];
}

const HELPER = 'def clean(x):\n    return x + 1\n';
const CASES: readonly Case[] = [
  {
    what: 'a function imported by name',
    files: { 'train.py': STEP('from features import clean', 'clean(x)'), 'features.py': HELPER },
    edit: ['features.py', 'x + 1', 'x - 1'],
    expected: ['helper clean() changed'],
  },
  {
    what: 'an attribute of a module',
    files: { 'train.py': STEP('import features as f', 'f.clean(x)'), 'features.py': HELPER },
    edit: ['features.py', 'x + 1', 'x - 1'],
    expected: ['helper clean() changed'],
  },
  {
    what: 'an attribute of a module in a package',
    files: {
      'train.py': STEP('import a.b.features', 'a.b.features.clean(x)'),
      'a/b/features.py': HELPER,
    },
    edit: ['a/b/features.py', 'x + 1', 'x - 1'],
    expected: ['helper clean() changed'],
  },
  {
    what: 'a star import',
    files: { 'train.py': STEP('from features import *', 'clean(x)'), 'features.py': HELPER },
    edit: ['features.py', 'x + 1', 'x - 1'],
    expected: ['helper clean() changed'],
  },
  {
    what: 'a star import of a star import',
    files: {
      'train.py': STEP('from features import *', 'clean(x)'),
      'features.py': 'from more import *\nfrom train import *\n',
      'more.py': `from features import *\n${HELPER}`,
    },
    edit: ['more.py', 'x + 1', 'x - 1'],
    expected: ['helper clean() changed'],
  },
  {
    what: 'a re-export with another name',
    files: {
      'train.py': STEP('from pkg import tidy', 'tidy(x)'),
      'pkg/__init__.py': 'from .inner import clean as tidy\n',
      'pkg/inner.py': HELPER,
    },
    edit: ['pkg/inner.py', 'x + 1', 'x - 1'],
    expected: ['helper clean() changed'],
  },
  {
    what: 'a relative import two folders up',
    files: {
      'train.py': STEP('from pkg.sub.deep import run', 'run(x)'),
      'pkg/__init__.py': '',
      'pkg/sub/__init__.py': '',
      'pkg/sub/deep.py':
        'from ..tools import clean\nfrom . import near\ndef run(x): return clean(near.go(x))\n',
      'pkg/sub/near.py': 'def go(x): return x\n',
      'pkg/tools.py': HELPER,
    },
    edit: ['pkg/tools.py', 'x + 1', 'x - 1'],
    expected: ['helper clean() changed'],
  },
  {
    what: 'a module imported relatively',
    files: {
      'train.py': STEP('from pkg.sub.deep import run', 'run(x)'),
      'pkg/sub/deep.py': 'from . import near\ndef run(x): return near.go(x)\n',
      'pkg/sub/near.py': 'def go(x): return x\n',
    },
    edit: ['pkg/sub/near.py', 'return x', 'return -x'],
    expected: ['helper go() changed'],
  },
  {
    what: 'a helper of a helper',
    files: {
      'train.py': STEP('from features import run', 'run(x)'),
      'features.py': `def run(x): return clean(x)\n${HELPER}`,
    },
    edit: ['features.py', 'x + 1', 'x - 1'],
    expected: ['helper clean() changed'],
  },
  {
    what: 'functions that call each other and the step',
    files: {
      'train.py': STEP('from features import a', 'a(x)'),
      'features.py': 'import train\ndef a(x): return b(x)\ndef b(x): return a(x) + train.work(x)\n',
    },
    edit: ['features.py', 'return a(x) +', 'return a(x) -'],
    expected: ['helper b() changed'],
  },
  {
    what: 'a base class in another module',
    files: {
      'train.py': STEP('from models import Net', 'Net().fit(x)'),
      'models.py': 'from base import Base\nclass Net(Base):\n    pass\n',
      'base.py': 'class Base:\n    def fit(self, x):\n        return x + 1\n',
    },
    edit: ['base.py', 'x + 1', 'x - 1'],
    expected: ['helper Base changed'],
  },
  {
    what: 'a method of a constructed class',
    files: {
      'train.py': STEP('from models import Net', 'Net().fit(x)'),
      'models.py': 'class Net:\n    def fit(self, x):\n        return x + 1\n',
    },
    edit: ['models.py', 'x + 1', 'x - 1'],
    expected: ['helper Net changed'],
  },
  {
    what: 'what a method calls',
    files: {
      'train.py': STEP('from models import Net', 'Net().fit(x)'),
      'models.py': `class Net:\n    def fit(self, x):\n        return clean(x)\n${HELPER}`,
    },
    edit: ['models.py', 'x + 1', 'x - 1'],
    expected: ['helper clean() changed'],
  },
  {
    what: 'the class of a parameter',
    files: {
      'train.py': STEP('from models import Net', 'x.fit()').replace('x: int', 'x: "Net"'),
      'models.py': 'class Net:\n    def fit(self):\n        return 1\n',
    },
    edit: ['models.py', 'return 1', 'return 2'],
    expected: ['helper Net changed'],
  },
  {
    what: 'a constant, with its values',
    files: { 'train.py': STEP('RATE = 0.5', 'x * RATE') },
    edit: ['train.py', 'RATE = 0.5', 'RATE = 0.7'],
    expected: ['RATE 0.5 → 0.7'],
  },
  {
    what: 'what a constant is made of',
    files: {
      'train.py': STEP('from features import clean\nRATE = clean(1)', 'x * RATE'),
      'features.py': HELPER,
    },
    edit: ['features.py', 'x + 1', 'x - 1'],
    expected: ['helper clean() changed'],
  },
  {
    what: 'a constant that is changed in place',
    files: { 'train.py': STEP('NAMES = ["a"]\nNAMES.append("b")', 'NAMES[x]') },
    edit: ['train.py', 'append("b")', 'append("c")'],
    expected: ['helper NAMES changed'],
  },
  {
    what: 'the condition under which a constant is bound',
    files: {
      'train.py': STEP('import os\nif os.name == "nt":\n    A = 1\nelse:\n    A = 2', 'x + A'),
    },
    edit: ['train.py', '"nt"', '"posix"'],
    expected: ['helper A changed'],
  },
  {
    what: 'functions in a registry',
    files: {
      'train.py': STEP('from reg import RULES', 'RULES.run(x)'),
      'reg.py': `from lib import Registry\nRULES = Registry()\n@RULES.add\n${HELPER}`,
    },
    edit: ['reg.py', 'x + 1', 'x - 1'],
    expected: ['helper RULES changed'],
  },
  {
    what: 'a decorator that is not the SDK’s',
    files: {
      'train.py': STEP('from features import twice', 'x').replace('@step', '@step\n@twice'),
      'features.py': 'def twice(f):\n    return f\n',
    },
    edit: ['features.py', 'return f', 'return f and f'],
    expected: ['helper twice() changed'],
  },
  {
    what: 'an import inside the function',
    files: {
      'train.py': STEP('', '[clean(x) for clean in [1]]').replace(
        'return',
        'from features import clean as c\n    return c(x),',
      ),
      'features.py': HELPER,
    },
    edit: ['features.py', 'x + 1', 'x - 1'],
    expected: ['helper clean() changed'],
  },
  {
    what: 'getattr with a literal name',
    files: {
      'train.py': STEP('import features', 'getattr(features, "clean")(x)'),
      'features.py': HELPER,
    },
    edit: ['features.py', 'x + 1', 'x - 1'],
    expected: ['helper clean() changed'],
  },
  {
    what: 'a function that sets a global',
    files: {
      'train.py': STEP('import state', 'state.A'),
      'state.py': 'from features import clean\ndef setup():\n    global A\n    A = clean(0)\n',
      'features.py': HELPER,
    },
    edit: ['features.py', 'x + 1', 'x - 1'],
    expected: ['helper clean() changed'],
  },
  {
    what: 'a docstring that another function reads',
    files: {
      'train.py': STEP('import features', 'features.clean.__doc__'),
      'features.py': 'def clean(x):\n    "One."\n    return x\n',
    },
    edit: ['features.py', 'One', 'Two'],
    expected: ['helper clean.__doc__ changed'],
  },
  {
    what: 'a name that a module makes up',
    files: {
      'train.py': STEP('import lazy', 'lazy.thing(x)'),
      'lazy.py': 'def __getattr__(name):\n    return 1\n',
    },
    edit: ['lazy.py', 'return 1', 'return 2'],
    expected: ['helper __getattr__() changed'],
  },
  {
    what: 'another library behind the same name',
    files: { 'train.py': STEP('import numpy as np', 'np.mean(x)') },
    edit: ['train.py', 'import numpy', 'import cupy'],
    expected: ['code changed'],
  },
  {
    what: 'the code of the step',
    files: { 'train.py': STEP('', 'x + 1') },
    edit: ['train.py', 'x + 1', 'x + 2'],
    expected: ['code changed'],
  },
  {
    what: 'a helper that is there no more',
    files: { 'train.py': STEP('from features import *', 'clean(x)'), 'features.py': HELPER },
    edit: ['features.py', 'def clean', 'def cleaner'],
    expected: ['helper clean() removed'],
  },
];

/** Edits that must not matter. */
const HARMLESS: readonly Omit<Case, 'expected'>[] = [
  {
    what: 'a comment in a helper',
    files: { 'train.py': STEP('from features import clean', 'clean(x)'), 'features.py': HELPER },
    edit: ['features.py', '    return', '    # why\n    return'],
  },
  {
    what: 'a docstring and formatting of a helper',
    files: { 'train.py': STEP('from features import clean', 'clean(x)'), 'features.py': HELPER },
    edit: ['features.py', '    return x + 1', '    "Doc."\n\n    return (x+1)'],
  },
  {
    what: 'a function that is not reached',
    files: {
      'train.py': STEP('from features import clean', 'clean(x)'),
      'features.py': `${HELPER}def other():\n    return 1\n`,
    },
    edit: ['features.py', 'return 1', 'return 2'],
  },
  {
    what: 'a constant with the name of a local',
    files: { 'train.py': STEP('y = 1', '[y for y in x]') },
    edit: ['train.py', 'y = 1', 'y = 2'],
  },
  {
    what: 'the docstring, the decorator and a default of the step',
    files: { 'train.py': STEP('', 'x') },
    edit: [
      'train.py',
      '@step\ndef work(x: int = 1):\n    """Doc."""',
      '@step(name="w")\ndef work(x: int = 2):\n    """Other."""',
    ],
  },
  {
    what: 'a name in a keyword argument or attribute',
    files: { 'train.py': STEP('clean = 1', 'dict(clean=x).clean') },
    edit: ['train.py', 'clean = 1', 'clean = 2'],
  },
];

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
