// The root rule, by the table that the Python SDK's tests read too.
import { strict as assert } from 'node:assert';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { findRoot } from '../../../src/client/root';
import cases from '../../fixtures/root-cases.json';

/** `a/` is a folder, `a -> b` a link, anything else a file. */
function plant(top: string, entry: string): void {
  const [name = '', target] = entry.split(' -> ');
  const place = path.join(top, name);
  fs.mkdirSync(path.dirname(place), { recursive: true });
  if (target !== undefined) fs.symlinkSync(target, place, 'junction');
  else if (name.endsWith('/')) fs.mkdirSync(place, { recursive: true });
  else fs.writeFileSync(place, '');
}

describe('findRoot', () => {
  let top: string;
  beforeEach(() => {
    top = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'runlens-root-')));
  });
  afterEach(() => fs.rmSync(top, { recursive: true }));

  for (const { name, tree, env, start, expect } of cases) {
    it(name, () => {
      for (const entry of tree) plant(top, entry);
      assert.equal(findRoot(path.join(top, start), env), path.join(top, expect));
    });
  }
});
