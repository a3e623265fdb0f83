// A folder with the wasm files as the bundles have them.
import fs from 'node:fs';
import path from 'node:path';

const MODULES = path.join(__dirname, '../../../../node_modules');
export const WASM = {
  runtime: path.join(MODULES, 'web-tree-sitter/web-tree-sitter.wasm'),
  language: path.join(MODULES, 'tree-sitter-python/tree-sitter-python.wasm'),
};

export function wasmFolder(under: string): string {
  const folder = path.join(under, 'wasm');
  fs.mkdirSync(folder, { recursive: true });
  for (const file of Object.values(WASM)) {
    fs.copyFileSync(file, path.join(folder, path.basename(file)));
  }
  return folder;
}
