/**
 * Copies the server and the SDK once per version to the extension's global storage and runs them
 * from there, so that an update never pulls the files from under a running server.
 */
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import type { Launcher } from '../../protocol/discovery';

const FILES = [
  'server.js',
  'sql-wasm.wasm',
  'web-tree-sitter.wasm',
  'tree-sitter-python.wasm',
] as const;

export interface Runtime {
  /** Folder that holds the Python package `runlens`. */
  readonly sdk: string;
  readonly launcher: Launcher;
}

/** Where the parts of a version lie, whether they have been copied yet or not. */
export function runtimeOf(storage: string, version: string): Runtime {
  const folder = path.join(storage, version);
  return {
    sdk: path.join(folder, 'python'),
    launcher: {
      runtime: process.execPath,
      // Electron runs plain JavaScript only when told so; Node ignores it.
      env: process.versions['electron'] === undefined ? {} : { ELECTRON_RUN_AS_NODE: '1' },
      server: path.join(folder, 'server.js'),
      version,
    },
  };
}

/**
 * Copies what is missing. In development (`always`) the same version changes from build to build, so
 * that files that differ are replaced.
 */
export async function installRuntime(
  dist: string,
  runtime: Runtime,
  { always }: { always: boolean },
): Promise<void> {
  const target = path.dirname(runtime.launcher.server);
  if (!always && (await exists(path.join(target, 'complete')))) return;
  await fs.mkdir(target, { recursive: true });
  for (const file of FILES) await copyWhole(path.join(dist, file), path.join(target, file));
  await copyFolder(path.join(dist, 'python'), runtime.sdk);
  await fs.writeFile(path.join(target, 'complete'), '');
}

async function copyFolder(from: string, to: string): Promise<void> {
  await fs.mkdir(to, { recursive: true });
  for (const entry of await fs.readdir(from, { withFileTypes: true })) {
    if (entry.name === '__pycache__') continue;
    const [source, copy] = [path.join(from, entry.name), path.join(to, entry.name)];
    if (entry.isDirectory()) await copyFolder(source, copy);
    else await copyWhole(source, copy);
  }
}

/** Through a temporary name: two windows may copy at once, and a server may be reading. */
async function copyWhole(from: string, to: string): Promise<void> {
  const content = await fs.readFile(from);
  const held = await fs.readFile(to).catch(() => undefined);
  if (held?.equals(content)) return;
  const temporary = `${to}.${process.pid}.tmp`;
  await fs.writeFile(temporary, content);
  await fs.rename(temporary, to);
}

const exists = (file: string): Promise<boolean> =>
  fs.access(file).then(
    () => true,
    () => false,
  );
