import assert from 'node:assert/strict';
import { entryPointArguments } from '../../../../src/extension/models/entryPoint';

describe('the command line of an entry point', () => {
  it('names folder, entry point and each value as it was typed', () => {
    assert.deepEqual(
      entryPointArguments({
        folder: '/p',
        name: 'main',
        python: '/py',
        values: { alpha: 0.5, name: 'a b', none: null },
      }),
      [
        'project',
        'run',
        '/p',
        '-e',
        'main',
        '--python',
        '/py',
        '-P',
        'alpha=0.5',
        '-P',
        'name=a b',
        '-P',
        'none=None',
      ],
    );
  });
});
