import assert from 'node:assert/strict';
import { findRunAddresses, runOfPath } from '../../../../src/extension/links/runAddress';

describe('findRunAddresses', () => {
  it('finds the address that the MLflow client prints', () => {
    const line = '🏃 View run gentle-owl at: http://127.0.0.1:4711/#/experiments/0/runs/0af3 done';
    const [found, ...others] = findRunAddresses(line);
    assert.deepEqual(others, []);
    assert.deepEqual([found!.port, found!.runId], [4711, '0af3']);
    assert.equal(
      line.slice(found!.start, found!.start + found!.length),
      'http://127.0.0.1:4711/#/experiments/0/runs/0af3',
    );
  });

  it('ignores experiments, other hosts and other paths', () => {
    for (const line of [
      'http://127.0.0.1:4711/#/experiments/0',
      'http://example.com:80/#/experiments/0/runs/a',
      'http://127.0.0.1:4711/experiments/0/runs/a',
    ]) {
      assert.deepEqual(findRunAddresses(line), []);
    }
  });
});

describe('runOfPath', () => {
  it('reads the run of an address of the editor', () => {
    assert.equal(runOfPath('/run/0af3'), '0af3');
    for (const path of ['/run/', '/run/a/b', '/other/a', ''])
      assert.equal(runOfPath(path), undefined);
  });
});
