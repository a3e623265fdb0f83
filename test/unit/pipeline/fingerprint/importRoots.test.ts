// Which folders of the workspace imports are looked for in.
import { deepStrictEqual } from 'node:assert';
import { importRoots } from '../../../../src/pipeline/fingerprint/importRoots';

describe('import roots', () => {
  for (const { name, root, script, sysPath, folders } of [
    {
      name: 'the script’s folder first',
      root: '/p',
      script: 'jobs/train.py',
      sysPath: [],
      folders: ['jobs', '', 'src'],
    },
    {
      name: 'a script in the root',
      root: '/p',
      script: 'train.py',
      sysPath: ['/p'],
      folders: ['', 'src'],
    },
    {
      name: 'the worker’s path, as far as it is in the root',
      root: '/p',
      script: 'train.py',
      sysPath: ['/p/lib', '/usr/lib/python3', '/project', '/p/lib/'],
      folders: ['', 'lib', 'src'],
    },
    {
      name: 'no installed packages',
      root: '/p',
      script: 'train.py',
      sysPath: ['/p/.venv/lib/python3.12/site-packages', '/p/env/lib/site-packages'],
      folders: ['', 'src'],
    },
    {
      name: 'Windows paths',
      root: 'C:\\p',
      script: 'train.py',
      sysPath: ['C:\\p\\lib\\a'],
      folders: ['', 'lib/a', 'src'],
    },
  ]) {
    it(`are ${name}`, () => {
      deepStrictEqual(importRoots(root, script, { sysPath }), { folders });
    });
  }

  it('are also where modules were imported from in another way', () => {
    const modules = [
      { module: 'pkg.steps', file: 'lib/py/pkg/steps.py', digest: null },
      { module: 'tools', file: 'extra/tools/__init__.py', digest: null },
      { module: 'other', file: 'jobs/train.py', digest: null },
      { module: 'numpy', file: '.venv/lib/site-packages/numpy/__init__.py', digest: null },
    ];
    deepStrictEqual(importRoots('/p', 'train.py', { modules }), {
      folders: ['', 'src', 'lib/py', 'extra'],
    });
  });
});
