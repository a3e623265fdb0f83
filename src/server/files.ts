// Where the files are that the server needs beside its code: in a bundle they lie next to it (dist/,
// or the Python package's copy of it), from source among the packages and in the repository.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { RunlensError } from '../base/errors';

export const sqliteWasm = (): string => find('sql-wasm.wasm', 'sql.js/dist/sql-wasm.wasm');

export const parserWasm = (): { runtime: string; language: string } => ({
  runtime: find('web-tree-sitter.wasm', 'web-tree-sitter/web-tree-sitter.wasm'),
  language: find('tree-sitter-python.wasm', 'tree-sitter-python/tree-sitter-python.wasm'),
});

/** The folder that holds the Python package `runlens`. */
export function sdkFolder(): string {
  const candidates = ['python', '../..', '../python/src', '../../python/src'];
  const folder = candidates
    .map((candidate) => path.join(__dirname, candidate))
    .find((candidate) => fs.existsSync(path.join(candidate, 'runlens', '__init__.py')));
  if (folder) return folder;
  throw new RunlensError(
    'server.sdk',
    `The Python package runlens is not beside ${__dirname}. Install Runlens again.`,
  );
}

function find(name: string, inPackages: string): string {
  const beside = path.join(__dirname, name);
  if (fs.existsSync(beside)) return beside;
  const source = path.join(__dirname, '../../node_modules', inPackages);
  if (fs.existsSync(source)) return source;
  throw new RunlensError('server.files', `${beside} is missing. Install Runlens again.`);
}
