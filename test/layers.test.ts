// The import table of docs/architecture.md, held against every import of the project.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';

const root = path.resolve(__dirname, '..');

/** Folder → folders and packages it may import. Everything may import itself. */
const TABLE: Record<string, { layers: string[]; packages: (string | RegExp)[] }> = {
  base: { layers: [], packages: [] },
  domain: { layers: ['base'], packages: [] },
  protocol: { layers: ['base', 'domain'], packages: [] },
  syntax: { layers: ['base', 'domain'], packages: ['web-tree-sitter', /^@noble\/hashes/] },
  store: { layers: ['base', 'domain'], packages: ['node', 'sql.js', /^msgpackr/] },
  tracking: { layers: ['base', 'domain', 'protocol', 'store'], packages: ['zod', 'node'] },
  transfer: {
    layers: ['base', 'domain', 'protocol', 'store'],
    packages: ['node', 'sql.js', 'yaml'],
  },
  pipeline: { layers: ['base', 'domain', 'protocol', 'syntax'], packages: [/^@noble\/hashes/] },
  preview: {
    layers: ['base', 'domain', 'protocol'],
    packages: ['node', 'papaparse', 'yaml', 'fzstd', /^hyparquet/],
  },
  api: { layers: ['base', 'domain', 'protocol', 'pipeline', 'store'], packages: ['zod', 'node'] },
  language: {
    layers: ['base', 'domain', 'protocol', 'client', 'syntax', 'pipeline'],
    packages: ['node', 'yaml', /^vscode-languageserver/],
  },
  // By bare name VS Code's proxy and certificates apply, see client/mlflow/transport.ts.
  client: { layers: ['base', 'domain', 'protocol'], packages: ['node', 'http', 'https'] },
  server: {
    layers: [
      'base',
      'domain',
      'protocol',
      'syntax',
      'store',
      'tracking',
      'transfer',
      'pipeline',
      'preview',
      'api',
      'client',
    ],
    packages: ['node', 'find-my-way'],
  },
  extension: {
    layers: ['base', 'domain', 'protocol', 'client'],
    packages: ['node', 'vscode', /^vscode-languageclient/],
  },
  cli: { layers: ['base', 'domain', 'protocol', 'client'], packages: ['node', 'yaml'] },
  'webview/shared': {
    layers: ['base', 'domain', 'protocol'],
    packages: [
      /^preact/,
      /^chart/,
      '@sgratzl/chartjs-chart-boxplot',
      /^@tanstack\//,
      '@vscode/webview-ui-toolkit',
    ],
  },
  'webview/artifact': {
    layers: ['base', 'domain', 'protocol', 'webview/shared'],
    packages: [/^preact/],
  },
  'webview/runs': {
    layers: ['base', 'domain', 'protocol', 'webview/shared'],
    packages: [/^preact/],
  },
  'webview/charts': {
    layers: ['base', 'domain', 'protocol', 'webview/shared'],
    packages: [/^preact/],
  },
  'webview/pipeline': {
    layers: ['base', 'domain', 'protocol', 'webview/shared'],
    packages: [/^preact/, '@dagrejs/dagre'],
  },
  'webview/models': {
    layers: ['base', 'domain', 'protocol', 'webview/shared'],
    packages: [/^preact/],
  },
  'webview/run': {
    layers: ['base', 'domain', 'protocol', 'webview/shared'],
    packages: [/^preact/],
  },
};

/** Narrower than the table: which files of a folder another folder may import. */
const DOORS: { from: string; to: string; only: RegExp }[] = [
  { from: 'tracking', to: 'store', only: /^src\/store\/(store|mutation)$/ },
  { from: 'transfer', to: 'store', only: /^src\/store\/(store|mutation)$/ },
  { from: 'api', to: 'store', only: /^src\/store\/(store|mutation)$/ },
  { from: 'language', to: 'pipeline', only: /^src\/pipeline\/(fingerprint\/|ports$)/ },
];

/** What only the named files may import or say. */
const OWNERS: { what: string; pattern: RegExp; folders: RegExp; owners: RegExp }[] = [
  {
    what: 'imports the webview toolkit',
    pattern: /from '@vscode\/webview-ui-toolkit'/,
    folders: /^webview\//,
    owners: /^webview\/shared\/ui\/register\.ts$/,
  },
  {
    what: 'opens files of the store',
    pattern: /from 'node:fs(\/promises)?'/,
    folders: /^src\/store\//,
    owners: /^src\/store\/files\.ts$/,
  },
  {
    what: 'listens on HTTP',
    pattern: /\bcreateServer\(/,
    folders: /^src\//,
    owners: /^src\/server\/http\.ts$/,
  },
  {
    what: 'starts processes',
    pattern: /from 'node:child_process'/,
    folders: /^src\//,
    owners: /^src\/(client\/(launch|python|git)|pipeline\/workers\/)/,
  },
  {
    what: 'uses node in the engine',
    pattern: /from 'node:/,
    folders: /^src\/pipeline\//,
    owners: /^src\/pipeline\/workers\//,
  },
];

interface Import {
  readonly from: string;
  /** `src/…` without extension, or a package name. */
  readonly to: string;
}

const files = [...sourcesIn('src'), ...sourcesIn('webview')];
const imports = files.flatMap(importsOf);

describe('layers', () => {
  it('import only what the table allows', () => {
    const found = imports.filter((i) => !isAllowed(i)).map(({ from, to }) => `${from} → ${to}`);
    assert.deepEqual(found, []);
  });

  it('go through the doors of a folder', () => {
    const found = imports.filter((i) =>
      DOORS.some(
        (d) =>
          layerOf(i.from) === d.from &&
          isInternal(i.to) &&
          layerOf(i.to) === d.to &&
          !d.only.test(i.to),
      ),
    );
    assert.deepEqual(found, []);
  });

  for (const { what, pattern, folders, owners } of OWNERS) {
    it(`only its owner ${what}`, () => {
      const found = files.filter(
        (f) => folders.test(f) && !owners.test(f) && pattern.test(read(f)),
      );
      assert.deepEqual(found, []);
    });
  }

  it('form no cycle between files', () => {
    assert.deepEqual(findCycle(), []);
  });

  it('are made of files of at most 500 lines', () => {
    const all = [
      ...files,
      ...sourcesIn('test'),
      ...sourcesIn('scripts'),
      ...sourcesIn('python/src'),
    ];
    const long = all.filter((f) => read(f).split('\n').length > 500);
    assert.deepEqual(long, []);
  });
});

function sourcesIn(folder: string): string[] {
  const at = path.join(root, folder);
  if (!fs.existsSync(at)) return [];
  return fs
    .readdirSync(at, { recursive: true, encoding: 'utf8' })
    .map((f) => `${folder}/${f.replaceAll('\\', '/')}`)
    .filter((f) => /\.(ts|tsx|mjs|cjs|py)$/.test(f) && !f.includes('/_server/'));
}

function read(file: string): string {
  return fs.readFileSync(path.join(root, file), 'utf8');
}

function importsOf(file: string): Import[] {
  const pattern = /(?:\bfrom\s+|\bimport\s*\(\s*|^import\s+|\brequire\(\s*)['"]([^'"]+)['"]/gm;
  return [...read(file).matchAll(pattern)].map(([, specifier = '']) => ({
    from: file,
    to: specifier.startsWith('.')
      ? path.posix.normalize(path.posix.join(path.posix.dirname(file), specifier))
      : specifier,
  }));
}

const isInternal = (to: string) => to.startsWith('src/') || to.startsWith('webview/');

function layerOf(file: string): string {
  const [top = '', second = ''] = file.split('/');
  return top === 'webview' ? `webview/${second}` : second;
}

function isAllowed({ from, to }: Import): boolean {
  const layer = layerOf(from);
  const rule = TABLE[layer];
  if (!rule) return false;
  if (isInternal(to)) return layerOf(to) === layer || rule.layers.includes(layerOf(to));
  const inWorkers = from.startsWith('src/pipeline/workers/');
  const name = to.startsWith('node:') ? 'node' : to;
  return (
    rule.packages.some((p) => (typeof p === 'string' ? p === name : p.test(name))) ||
    (inWorkers && name === 'node')
  );
}

/** The first cycle among the imports, as a path, or nothing. */
function findCycle(): string[] {
  const next = new Map<string, string[]>();
  for (const file of files) {
    const targets = imports.filter((i) => i.from === file && isInternal(i.to));
    next.set(
      stem(file),
      targets.map((i) => i.to.replace(/\.tsx?$/, '')),
    );
  }
  const done = new Set<string>();
  const visit = (node: string, trail: string[]): string[] => {
    if (trail.includes(node)) return [...trail.slice(trail.indexOf(node)), node];
    if (done.has(node)) return [];
    for (const target of next.get(node) ?? []) {
      const cycle = visit(target, [...trail, node]);
      if (cycle.length > 0) return cycle;
    }
    done.add(node);
    return [];
  };
  for (const node of next.keys()) {
    const cycle = visit(node, []);
    if (cycle.length > 0) return cycle;
  }
  return [];
}

const stem = (file: string) => file.replace(/\.tsx?$/, '');
