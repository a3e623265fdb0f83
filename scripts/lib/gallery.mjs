// Serves the gallery: each case of test/gallery/cases in each of VS Code's four themes, under the panels' own policy.
import crypto from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import { workerText } from './workerText.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const folder = path.join(root, 'test/gallery');

export const THEMES = JSON.parse(fs.readFileSync(path.join(folder, 'themes.json'), 'utf8'));
export const HOST = '127.0.0.1';

/** The policy of a panel's page, read from where it is made: there is one. */
export function policy({ source, nonce, page = '' }) {
  const code = fs.readFileSync(path.join(root, 'src/extension/panels/pageHtml.ts'), 'utf8');
  const list = /const policy = \[([\s\S]*?)\]\.join\('; '\)/.exec(code)?.[1];
  const lines = [...(list ?? '').matchAll(/["`](.*)["`],?\s*$/gm)].map(([, line]) => line);
  if (lines.length === 0)
    throw new Error('The policy was not found in src/extension/panels/pageHtml.ts: has it moved?');
  const pages = /const WITH_WORKERS = \[(.*)\]/.exec(code)?.[1] ?? '';
  const workers = pages.includes(`'${page}'`) ? ['worker-src blob:'] : [];
  return [...lines, ...workers]
    .join('; ')
    .replaceAll(/\$\{webview\.cspSource\}/g, source)
    .replaceAll(/\$\{nonce\}/g, nonce);
}

/** One bundle of the stage and all cases (or of `entry`), built as the panels' pages are. */
export async function bundle({ minify = false, entry } = {}) {
  return build(entry ? `import '${entry}';` : allCases(), minify);
}

function allCases() {
  const cases = fs
    .readdirSync(path.join(folder, 'cases'))
    .filter((file) => file.endsWith('.tsx'))
    .sort();
  return [
    `import { stage } from './stage';`,
    ...cases.map((file, i) => `import { cases as c${i} } from './cases/${file}';`),
    `stage([${cases.map((_, i) => `c${i}`).join(', ')}]);`,
  ].join('\n');
}

async function build(contents, minify) {
  const result = await esbuild.build({
    stdin: { contents, resolveDir: folder, loader: 'tsx' },
    absWorkingDir: root,
    bundle: true,
    write: false,
    minify,
    outfile: 'gallery.js',
    platform: 'browser',
    target: 'es2022',
    format: 'iife',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    plugins: [workerText()],
    logLevel: 'warning',
    loader: { '.png': 'dataurl' },
  });
  const text = (end) => result.outputFiles.find(({ path: file }) => file.endsWith(end))?.text ?? '';
  return { js: text('.js'), css: text('.css') };
}

/** @returns {Promise<{url: string, stop(): Promise<void>}>} built anew at each visit unless `isFixed` */
export async function serveGallery({ port = 0, isFixed = false, entry } = {}) {
  const built = isFixed ? await bundle({ entry, minify: entry !== undefined }) : undefined;
  const server = http.createServer((request, response) => {
    answer(request, isFixed ? built : undefined).then(
      ({ type, body }) => {
        const kept = isFixed && type !== HTML ? 'max-age=3600' : 'no-store';
        response.writeHead(200, { 'content-type': type, 'cache-control': kept });
        response.end(body);
      },
      (error) => {
        response.writeHead(error.code === 'not.found' ? 404 : 500, {
          'content-type': 'text/plain',
        });
        response.end(String(error.message));
      },
    );
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, HOST, resolve);
  });
  return {
    url: `http://${HOST}:${server.address().port}`,
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}

async function answer(request, built) {
  const { pathname, searchParams } = new URL(request.url ?? '/', `http://${HOST}`);
  if (pathname === '/' || pathname === '/case') return { type: HTML, body: page(searchParams) };
  if (pathname === '/gallery.js') {
    const { js } = built ?? (await bundle());
    return { type: 'text/javascript; charset=utf-8', body: js };
  }
  if (pathname === '/gallery.css') {
    const { css } = built ?? (await bundle());
    return { type: CSS, body: css };
  }
  const theme = /^\/theme-([a-z-]+)\.css$/.exec(pathname)?.[1];
  if (theme !== undefined && THEMES[theme]) return { type: CSS, body: themeCss(THEMES[theme]) };
  throw Object.assign(new Error(`There is no ${pathname}.`), { code: 'not.found' });
}

const HTML = 'text/html; charset=utf-8';
const CSS = 'text/css; charset=utf-8';

export function themeCss({ variables }) {
  const lines = Object.entries(variables).map(
    ([name, value]) => `  ${name.replaceAll('.', '\\.')}: ${value};`,
  );
  return `:root {\n${lines.join('\n')}\n}\n${fs.readFileSync(path.join(folder, 'editorStyles.css'), 'utf8')}`;
}

/** As `pageHtml` makes it, with what the editor puts into every webview. */
function page(search) {
  const id = search.get('theme') ?? 'dark';
  const theme = THEMES[id];
  if (!theme) throw Object.assign(new Error(`There is no theme ${id}.`), { code: 'not.found' });
  const nonce = crypto.randomBytes(16).toString('base64');
  const { body, kind } = theme;
  // Cases of a page are named after it: `pipeline: …`.
  const surface = search.get('case')?.split(':')[0];
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy({ source: `'self'`, nonce, page: surface })}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/theme-${id}.css">
<link rel="stylesheet" href="/gallery.css">
<title>Runlens</title>
</head>
<body class="${body}" data-vscode-theme-kind="${kind}">
<main id="app"></main>
<script nonce="${nonce}" src="/gallery.js"></script>
</body>
</html>`;
}
