// Each bug of test/mutants can still be planted: its snippet is once in its file, and its tests are there.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';

interface Mutant {
  readonly name: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  readonly tests: string;
}

const root = path.resolve(__dirname, '../../..');
const folder = path.join(root, 'test/mutants');
const mutants = fs
  .readdirSync(folder)
  .flatMap((file) => JSON.parse(fs.readFileSync(path.join(folder, file), 'utf8')) as Mutant[]);

const readIfThere = (file: string): string =>
  fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';

describe('the planted bugs', () => {
  it('each have a name of their own', () => {
    assert.equal(new Set(mutants.map((mutant) => mutant.name)).size, mutants.length);
  });

  it('find their snippet once, change it, and name tests that are there', () => {
    const stale = mutants.filter(({ file, find, replace, tests }) => {
      const text = readIfThere(path.join(root, file));
      const isThere = fs.existsSync(path.join(root, tests.replace(/\/\*.*$/, '')));
      return text.split(find).length !== 2 || find === replace || !isThere;
    });
    assert.deepEqual(
      stale.map((mutant) => mutant.name),
      [],
    );
  });
});
