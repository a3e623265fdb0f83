import assert from 'node:assert/strict';
import * as path from 'node:path';
import fc from 'fast-check';
import { localFile } from '../../../../src/client/mlflow/downloads';

const FOLDER = path.resolve('/cache/server');

describe('where an artifact of a server is kept', () => {
  it('is below the folder, by run and path', () => {
    assert.equal(localFile(FOLDER, 'r1', 'a/b.txt'), path.join(FOLDER, 'r1', 'a', 'b.txt'));
  });

  for (const file of [
    '../x',
    'a/../../x',
    '/etc/passwd',
    'a//b',
    '',
    '.',
    'a\\..\\x',
    'C:/x',
    'a\0',
  ]) {
    it(`refuses ${JSON.stringify(file)}`, () => {
      assert.throws(() => localFile(FOLDER, 'r1', file), { code: 'remote.refused' });
    });
  }

  it('never leaves the folder, whatever the server names', () => {
    const piece = fc.oneof(fc.constantFrom('..', '.', '', 'a', '\\', '/', ':'), fc.string());
    fc.assert(
      fc.property(fc.array(piece), fc.string(), (pieces, runId) => {
        let file: string;
        try {
          file = localFile(FOLDER, runId, pieces.join('/'));
        } catch {
          return; // refused: as good
        }
        assert.ok(file.startsWith(FOLDER + path.sep), file);
      }),
    );
  });
});
