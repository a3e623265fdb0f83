// Makes test/fixtures/stores/v<N>: a store and a crash journal of the schema version of a source tree, and what that
// tree's own queries tell of it. Once per released schema, from its release: git worktree add ../old <commit>
//
//   node --import tsx scripts/store-fixture.mjs TREE
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { contentOf, phasesOf, TORN, writeFiles } from './lib/storeContent.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const tree = path.resolve(process.argv[2] ?? root);
const load = (file) => import(pathToFileURL(path.join(tree, file)).href);
const { openStore } = await load('src/store/openStore.ts');
const { SCHEMA_VERSION } = await load('src/store/migrations/migrate.ts');
const wasm = path.join(root, 'node_modules/sql.js/dist/sql-wasm.wasm');

const work = fs.mkdtempSync(path.join(os.tmpdir(), 'runlens-fixture-'));
const store = await openStore({ folder: work, wasm, clock: { now: () => 42 } });
writeFiles(work);
const phases = phasesOf(SCHEMA_VERSION);
for (const [i, mutations] of phases.entries()) {
  for (const mutation of mutations) await store.commit(mutation);
  if (i < phases.length - 1) await store.checkpoint();
}
const expected = contentOf(store, SCHEMA_VERSION);

// As a killed process leaves it: the last phase is in the journal alone, whose end is torn.
const target = path.join(root, `test/fixtures/stores/v${SCHEMA_VERSION}`);
fs.rmSync(target, { recursive: true, force: true });
fs.cpSync(work, path.join(target, 'data'), { recursive: true });
await store.close();
fs.rmSync(work, { recursive: true });
// It would keep the fixture out of git.
fs.rmSync(path.join(target, 'data/.gitignore'), { force: true });
const journals = fs
  .readdirSync(path.join(target, 'data/store'))
  .filter((name) => name.endsWith('.log'))
  .sort();
fs.appendFileSync(path.join(target, 'data/store', journals.at(-1)), TORN);
fs.writeFileSync(path.join(target, 'expected.json'), `${JSON.stringify(expected)}\n`);
console.log(`made ${path.relative(root, target)} with the code of ${tree}`);
