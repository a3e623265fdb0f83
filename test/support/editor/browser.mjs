// Finds a Chromium for the tests:  CHROMIUM_PATH  ->  the one from npm in the cache  ->  one installed on the system.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';
import { npmInstall } from '../../../scripts/editor/npm.mjs';
import { CACHE } from '../../../scripts/lib/cache.mjs';

/** The npm package carries a headless Chromium (same major), brotli-packed, with the libraries it needs. Newest that accepts Node 20. x64 only. */
const PACKAGE = { name: '@sparticuz/chromium', version: '147.0.0' };
const SYSTEM_NAMES = [
  'chromium',
  'chromium-browser',
  'google-chrome-stable',
  'google-chrome',
  'microsoft-edge',
];

const HELP = `No Chromium found. One of these helps:
  npm test                                                    installs a headless one from npm (x64; no root needed)
  apt-get install -y --no-install-recommends chromium         (Debian; as root)
  CHROMIUM_PATH=/path/to/chromium                             any Chrome, Chromium or Edge`;

/** @returns {{executablePath: string, env: Record<string, string>, source: string}} for playwright's chromium.launch */
export function findBrowser(cache = CACHE) {
  const given = process.env.CHROMIUM_PATH;
  if (given) {
    if (!fs.existsSync(given)) throw new Error(`CHROMIUM_PATH=${given} does not exist.`);
    return { executablePath: given, env: {}, source: 'CHROMIUM_PATH' };
  }
  const bundled = bundledDir(cache);
  if (fs.existsSync(path.join(bundled, 'env.json'))) {
    return { executablePath: path.join(bundled, 'chromium'), env: readEnv(bundled), source: 'npm' };
  }
  const system = findSystemBrowser();
  if (system) return { executablePath: system, env: {}, source: 'system' };
  throw new Error(HELP);
}

function findSystemBrowser() {
  const dirs = (process.env.PATH ?? '').split(path.delimiter);
  for (const name of SYSTEM_NAMES)
    for (const dir of dirs) {
      const file = path.join(dir, name);
      if (dir && fs.existsSync(file) && runs(file)) return file; // Debian/Ubuntu may have a stub that only says "install the snap"
    }
  return undefined;
}

/** Unpacks the Chromium of the npm package into the cache. Idempotent. */
export function provisionBrowser(cache = CACHE) {
  const dir = bundledDir(cache);
  if (fs.existsSync(path.join(dir, 'env.json'))) return;
  if (process.arch !== 'x64') {
    console.log(`  ${PACKAGE.name} has no Chromium for ${process.arch}: the system's is used.`);
    return;
  }
  process.stdout.write(
    `  Chromium from ${PACKAGE.name} ${PACKAGE.version} (about 70 MB, 230 MB unpacked) ... `,
  );
  const start = Date.now();
  npmInstall(dir, [`${PACKAGE.name}@${PACKAGE.version}`]);
  const bin = path.join(dir, 'node_modules', PACKAGE.name, 'bin');
  const unpack = (file) => zlib.brotliDecompressSync(fs.readFileSync(path.join(bin, file)));
  fs.writeFileSync(path.join(dir, 'chromium'), unpack('chromium.br'), { mode: 0o755 });
  for (const part of ['swiftshader', 'al2023', 'fonts']) untar(unpack(`${part}.tar.br`), dir); // software GL, libnss3 and friends, one font
  fs.writeFileSync(path.join(dir, 'fonts.conf'), fontsConf(dir)); // the packaged one names fixed directories
  const env = chooseEnv(dir);
  fs.writeFileSync(path.join(dir, 'env.json'), JSON.stringify(env));
  fs.rmSync(path.join(dir, 'node_modules'), { recursive: true, force: true });
  console.log(`${((Date.now() - start) / 1000).toFixed(1)} s`);
}

const bundledDir = (cache) => path.resolve(cache, `chromium-${PACKAGE.version}`);

/** The system's own libraries and fonts when they are there, else those of the package. Paths are kept relative: the cache may be moved. */
function chooseEnv(dir) {
  const exe = path.join(dir, 'chromium');
  const choice = { libraries: !runs(exe), fonts: !systemHasFonts() };
  if (!runs(exe, toEnv(dir, choice))) {
    const r = spawnSync(exe, ['--version'], {
      encoding: 'utf8',
      env: { ...process.env, ...toEnv(dir, choice) },
    });
    throw new Error(
      `The Chromium from npm does not start here: ${(r.stderr || r.error?.message || '').trim()}\nMissing libraries: apt-get install -y --no-install-recommends libnss3 libexpat1`,
    );
  }
  return choice;
}
const readEnv = (dir) =>
  toEnv(dir, JSON.parse(fs.readFileSync(path.join(dir, 'env.json'), 'utf8')));
const toEnv = (dir, { libraries, fonts }) => ({
  ...(libraries && {
    LD_LIBRARY_PATH: [path.join(dir, 'lib'), process.env.LD_LIBRARY_PATH].filter(Boolean).join(':'),
  }),
  ...(fonts && { FONTCONFIG_FILE: path.join(dir, 'fonts.conf') }),
});
const fontsConf = (dir) => `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${path.join(dir, 'fonts')}</dir><cachedir>${path.join(dir, 'fonts-cache')}</cachedir></fontconfig>\n`;

function systemHasFonts() {
  const anyFile = (d) =>
    fs.existsSync(d) &&
    fs.readdirSync(d, { recursive: true }).some((f) => /\.(ttf|otf|ttc|pfb)$/i.test(String(f)));
  return (
    fs.existsSync('/etc/fonts/fonts.conf') &&
    ['/usr/share/fonts', '/usr/local/share/fonts'].some(anyFile)
  );
}

function runs(exe, env = {}) {
  const r = spawnSync(exe, ['--version'], {
    encoding: 'utf8',
    timeout: 20000,
    env: { ...process.env, ...env },
  });
  return r.status === 0 && /\d+\.\d+/.test(r.stdout ?? '');
}

function untar(buffer, dir) {
  const r = spawnSync('tar', ['-xf', '-', '-C', dir, '--no-same-owner'], {
    input: buffer,
    encoding: 'utf8',
  });
  if (r.status !== 0) throw new Error(`tar: ${r.stderr || r.error?.message}`);
}
