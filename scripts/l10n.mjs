// Writes l10n/bundle.l10n.json: every text that `t(…)` names in the extension and the pages.
//
//   node scripts/l10n.mjs [--check] [--pseudo DIR]
//     --check: only say whether it is up to date     --pseudo: the pseudo language into DIR, for tests of looks
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleOf, pseudo, tablesUsed, textsIn, textsOfTable, unknownIn } from './lib/l10n.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const BUNDLE = path.join(root, 'l10n/bundle.l10n.json');
const FOLDERS = ['src/extension', 'webview'];

const filesIn = (folder) =>
  fs
    .readdirSync(path.join(root, folder), { recursive: true })
    .filter((file) => /\.tsx?$/.test(file))
    .map((file) => path.join(root, folder, file));
const sourcesIn = (folder) => filesIn(folder).map((file) => fs.readFileSync(file, 'utf8'));

function fail(message) {
  console.error(message);
  process.exitCode = 1;
}

/** Of the file itself, else of the first that has such a table. */
function tableTexts(file, source, used) {
  const others = sources.map((each) => each.source);
  for (const each of [source, ...others, ...shared]) {
    const found = textsOfTable(each, used);
    if (found) return found;
  }
  fail(`${file}: there is no table ${used.table}`);
  return [];
}

const files = FOLDERS.flatMap(filesIn);
const sources = files.map((file) => ({ file, source: fs.readFileSync(file, 'utf8') }));
const shared = ['src/domain', 'src/protocol'].flatMap((folder) => sourcesIn(folder));
const texts = sources.flatMap(({ file, source }) => [
  ...textsIn(source),
  ...tablesUsed(source).flatMap((used) => tableTexts(file, source, used)),
]);
for (const { file, source } of sources) {
  for (const call of unknownIn(source)) fail(`${file}: nobody can translate ${call}`);
}
const json = (value) => `${JSON.stringify(value, null, 2)}\n`;
const wanted = json(bundleOf(texts));

const at = process.argv.indexOf('--pseudo');
if (at > 0) {
  const target = path.resolve(process.argv[at + 1]);
  fs.mkdirSync(path.join(target, 'l10n'), { recursive: true });
  const manifest = JSON.parse(fs.readFileSync(path.join(root, 'package.nls.json'), 'utf8'));
  const said = Object.entries(manifest).map(([key, text]) => [key, pseudo(text)]);
  const name = 'l10n/bundle.l10n.qps-ploc.json';
  fs.writeFileSync(path.join(target, name), json(bundleOf(texts, pseudo)));
  fs.writeFileSync(path.join(target, 'package.nls.qps-ploc.json'), json(Object.fromEntries(said)));
} else if (!process.argv.includes('--check')) {
  fs.mkdirSync(path.dirname(BUNDLE), { recursive: true });
  fs.writeFileSync(BUNDLE, wanted);
} else if (!fs.existsSync(BUNDLE) || fs.readFileSync(BUNDLE, 'utf8') !== wanted) {
  console.error('l10n/bundle.l10n.json is not what the source says: node scripts/l10n.mjs');
  process.exitCode = 1;
}
