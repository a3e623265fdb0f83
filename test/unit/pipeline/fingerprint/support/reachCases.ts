/** Edits of what a step reaches with what is said of them, and edits that must not matter. */

/** A file with a step `work`. */
export const STEP = (imports: string, body: string): string =>
  `from runlens import step\n${imports}\n\n@step\ndef work(x: int = 1):\n    """Doc."""\n    return ${body}\n`;

export interface Case {
  readonly what: string;
  readonly files: Readonly<Record<string, string>>;
  readonly edit: readonly [file: string, find: string, replace: string];
  readonly expected: readonly string[];
}

export const HELPER = 'def clean(x):\n    return x + 1\n';
export const CASES: readonly Case[] = [
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
    what: 'what a file sets on a module that it imports',
    files: {
      'train.py': STEP('import features\nfeatures.RATE = 2', 'features.clean(x)'),
      'features.py': HELPER,
    },
    edit: ['train.py', 'RATE = 2', 'RATE = 3'],
    expected: ['set-up of features changed'],
  },
  {
    what: 'the condition under which something is imported',
    files: {
      'train.py': STEP(
        'import os\nif os.name == "nt":\n    import a as m\nelse:\n    import b as m',
        'm.f(x)',
      ),
    },
    edit: ['train.py', '"nt"', '"posix"'],
    expected: ['set-up of m changed'],
  },
  {
    what: 'the later of two star imports that have the name',
    files: {
      'train.py': STEP('from one import *\nfrom two import *', 'clean(x)'),
      'one.py': HELPER,
      'two.py': HELPER,
    },
    edit: ['two.py', 'x + 1', 'x - 1'],
    expected: ['helper clean() changed'],
  },
  {
    what: 'a star import that hides a definition before it',
    files: {
      'train.py': STEP('def clean(x):\n    return x\nfrom features import *', 'clean(x)'),
      'features.py': HELPER,
    },
    edit: ['features.py', 'x + 1', 'x - 1'],
    expected: ['helper clean() changed'],
  },
  {
    what: 'another library behind a star import',
    files: { 'train.py': STEP('from numpy import *', 'sin(x)') },
    edit: ['train.py', 'from numpy', 'from cupy'],
    expected: ['code changed'],
  },
  {
    what: 'a module that a package imports from itself',
    files: {
      'train.py': STEP('import pkg', 'pkg.tools.clean(x)'),
      'pkg/__init__.py': 'from . import tools\n',
      'pkg/tools.py': HELPER,
    },
    edit: ['pkg/tools.py', 'x + 1', 'x - 1'],
    expected: ['helper clean() changed'],
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
export const HARMLESS: readonly Omit<Case, 'expected'>[] = [
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
    what: 'what is done only when the file is run as a script',
    files: {
      'train.py': STEP(
        'import random\nif __name__ == "__main__":\n    random.seed(1)',
        'random.random()',
      ),
    },
    edit: ['train.py', 'seed(1)', 'seed(2)'],
  },
  {
    what: 'the layout of a docstring that counts',
    files: {
      'train.py': STEP('from models import Net', 'Net().fit(x)'),
      'models.py':
        'class Net(object):\n    """ Doc.\n\n      More. """\n    def fit(self, x):\n        return x\n',
    },
    edit: ['models.py', '""" Doc.\n\n      More. """', '"""Doc.\n\n    More.\n    """'],
  },
  {
    what: 'a name in a keyword argument or attribute',
    files: { 'train.py': STEP('clean = 1', 'dict(clean=x).clean') },
    edit: ['train.py', 'clean = 1', 'clean = 2'],
  },
];
