// Assignments for each shell survive every character: the real shells read them back.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { exportLines } from '../../../src/cli/commands/env';

describe('exportLines', () => {
  it('writes each shell in its own way', () => {
    const variables = { A: "it's" };
    assert.deepEqual(exportLines(variables, 'sh'), ["export A='it'\\''s';"]);
    assert.deepEqual(exportLines(variables, 'fish'), ["set -gx A 'it\\'s';"]);
    assert.deepEqual(exportLines(variables, 'powershell'), ["$env:A = 'it''s';"]);
  });

  it('is read back by sh as it was', function () {
    if (process.platform === 'win32') this.skip();
    fc.assert(
      fc.property(fc.stringMatching(/^[ -~é→]{0,20}$/), (value) => {
        const script = `${exportLines({ RUNLENS_T: value }, 'sh').join('\n')}\nprintf %s "$RUNLENS_T"`;
        const result = spawnSync('sh', ['-c', script], { encoding: 'utf8' });
        assert.equal(result.stdout, value, result.stderr);
      }),
      { numRuns: 30 },
    );
  });
});
