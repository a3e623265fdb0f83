// Builds every bundle into dist/ and checks what went into each, and how big it became.
//
//   node scripts/build.mjs [--dev]     --dev: not minified, with source maps
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import { workerText } from './lib/workerText.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const dist = path.join(root, 'dist');
const dev = process.argv.includes('--dev');

/** What a bundle may hold of src/ and webview/, and its limit in kilobytes when minified. */
const BUNDLES = [
  {
    entry: 'src/extension/main.ts',
    out: 'extension',
    never: ['server', 'store', 'tracking', 'api', 'cli', 'language'],
    limit: 700,
  },
  {
    entry: 'src/server/main.ts',
    out: 'server',
    never: ['extension', 'language', 'cli'],
    limit: 1200,
  },
  {
    entry: 'src/language/main.ts',
    out: 'language',
    never: ['extension', 'server', 'store', 'tracking', 'api', 'cli'],
    limit: 600,
  },
  {
    entry: 'src/cli/main.ts',
    out: 'cli',
    never: ['extension', 'server', 'store', 'tracking', 'api', 'language'],
    limit: 300,
  },
];
const PAGES = [
  {
    entry: 'webview/runs/main.tsx',
    out: 'webview/runs',
    never: ['extension', 'server', 'store'],
    limit: 400,
  },
  {
    entry: 'webview/artifact/main.tsx',
    out: 'webview/artifact',
    never: ['extension', 'server', 'store'],
    limit: 340,
  },
  {
    entry: 'webview/charts/main.tsx',
    out: 'webview/charts',
    never: ['extension', 'server', 'store'],
    limit: 480,
  },
  {
    entry: 'webview/pipeline/main.tsx',
    out: 'webview/pipeline',
    never: ['extension', 'server', 'store'],
    limit: 400,
  },
  {
    entry: 'webview/run/main.tsx',
    out: 'webview/run',
    never: ['extension', 'server', 'store'],
    limit: 520,
  },
  {
    entry: 'webview/models/main.tsx',
    out: 'webview/models',
    never: ['extension', 'server', 'store'],
    limit: 480,
  },
];

const common = {
  absWorkingDir: root,
  bundle: true,
  outdir: dist,
  minify: !dev,
  sourcemap: dev ? 'linked' : false,
  legalComments: 'none',
  logLevel: 'warning',
  metafile: true,
};
const node = {
  ...common,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  external: ['vscode'],
  define: { RUNLENS_VERSION: JSON.stringify(readVersion()) },
  // Bundled to CommonJS, the ESM file of web-tree-sitter cannot find itself.
  alias: { 'web-tree-sitter': path.join(root, 'node_modules/web-tree-sitter/web-tree-sitter.cjs') },
};
const page = {
  ...common,
  platform: 'browser',
  target: 'es2022',
  format: 'iife',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  plugins: [workerText()],
};

const WASM = {
  'sql-wasm.wasm': 'sql.js/dist/sql-wasm.wasm',
  'web-tree-sitter.wasm': 'web-tree-sitter/web-tree-sitter.wasm',
  'tree-sitter-python.wasm': 'tree-sitter-python/tree-sitter-python.wasm',
};

function readVersion() {
  return JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')).version;
}

async function bundle(options, { entry, out, never, limit }) {
  const result = await esbuild.build({ ...options, entryPoints: [{ in: entry, out }] });
  const foreign = Object.keys(result.metafile.inputs).filter((file) =>
    never.some((folder) => file.startsWith(`src/${folder}/`)),
  );
  if (foreign.length > 0) throw new Error(`dist/${out}.js must not hold ${foreign.join(', ')}`);
  const size = fs.statSync(path.join(dist, `${out}.js`)).size / 1024;
  if (!dev && size > limit)
    throw new Error(`dist/${out}.js has ${size.toFixed(0)} kB; its limit is ${limit} kB`);
  return `${out}.js ${size.toFixed(0)} kB`;
}

/** The SDK travels in the extension (dist/python) and the server in the Python package. */
function copyPython() {
  const sdk = path.join(root, 'python/src/runlens');
  fs.cpSync(sdk, path.join(dist, 'python/runlens'), {
    recursive: true,
    filter: (file) => !/(__pycache__|_server)$/.test(file),
  });
  writeMetadata();
  const bundled = path.join(sdk, '_server');
  fs.rmSync(bundled, { recursive: true, force: true });
  fs.mkdirSync(bundled, { recursive: true });
  for (const file of ['server.js', ...Object.keys(WASM)]) {
    fs.copyFileSync(path.join(dist, file), path.join(bundled, file));
  }
}

/** Beside the package, so that MLflow finds its entry points where the folder is on PYTHONPATH. */
function writeMetadata() {
  const project = fs.readFileSync(path.join(root, 'python/pyproject.toml'), 'utf8');
  const version = /^version = "(.+)"$/m.exec(project)[1];
  const groups = [...project.matchAll(/^\[project\.entry-points\."(.+)"\]\n((?:.+\n)+)/gm)];
  const entryPoints = groups.map(([, group, lines]) => `[${group}]\n${lines.replaceAll('"', '')}`);
  const info = path.join(dist, `python/runlens-${version}.dist-info`);
  fs.mkdirSync(info, { recursive: true });
  fs.writeFileSync(
    path.join(info, 'METADATA'),
    `Metadata-Version: 2.1\nName: runlens\nVersion: ${version}\n`,
  );
  fs.writeFileSync(path.join(info, 'entry_points.txt'), entryPoints.join('\n'));
}

const started = Date.now();
fs.rmSync(dist, { recursive: true, force: true });
fs.mkdirSync(dist, { recursive: true });
for (const [name, from] of Object.entries(WASM)) {
  fs.copyFileSync(path.join(root, 'node_modules', from), path.join(dist, name));
}
const built = await Promise.all([
  ...BUNDLES.map((b) => bundle(node, b)),
  ...PAGES.map((b) => bundle(page, b)),
]);
copyPython();
console.log(`built ${built.join(', ')} in ${((Date.now() - started) / 1000).toFixed(1)} s`);
