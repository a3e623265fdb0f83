// Names of artifacts, and folders that no two of them share.
import { ok, strictEqual } from 'node:assert';
import fc from 'fast-check';
import { artifactFolder, artifactName, nameProblem } from '../../../src/pipeline/names';

describe('names', () => {
  for (const { output, name } of [
    { output: 'output', name: 'training::load::output' },
    { output: 'output_1', name: 'training::load::output_1' },
    { output: 'classifier', name: 'classifier' },
    { output: 'outputs', name: 'outputs' },
  ]) {
    it(`calls the artifact of ${output} ${name}`, () => {
      strictEqual(artifactName('training', 'load', output), name);
    });
  }

  for (const { name, folder } of [
    { name: 'classifier', folder: /^classifier$/ },
    { name: 'training::load::output', folder: /^training--load--output$/ },
    { name: 'Classifier', folder: /^Classifier-[0-9a-f]{10}$/ },
    { name: 'a--b::c::d', folder: /^a--b--c--d-[0-9a-f]{10}$/ },
    { name: '../up', folder: /^[\w-]+-[0-9a-f]{10}$/ },
    { name: 'con', folder: /^con-[0-9a-f]{10}$/ },
    { name: 'größe', folder: /^gr__e-[0-9a-f]{10}$/ },
  ]) {
    it(`keeps ${name} in a folder that every system takes`, () => {
      ok(folder.test(artifactFolder(name)), artifactFolder(name));
    });
  }

  it('never gives two names one folder, also where case is ignored', () => {
    const part = fc.stringMatching(/^[abA.:_-]{0,6}$/);
    fc.assert(
      fc.property(part, part, (one, other) => {
        fc.pre(one !== other);
        ok(artifactFolder(one).toLowerCase() !== artifactFolder(other).toLowerCase());
      }),
      { numRuns: 2000 },
    );
  });

  it('finds what file names cannot be', () => {
    for (const bad of [
      '',
      '.',
      '..',
      'a/b',
      'a\\b',
      'a:b',
      'nul',
      'COM1.txt',
      'a ',
      'x'.repeat(300),
    ]) {
      ok(nameProblem(bad), bad);
    }
    for (const good of ['load', 'train_model_2', 'größe', 'a b', 'v1.2']) {
      strictEqual(nameProblem(good), undefined, good);
    }
  });
});
