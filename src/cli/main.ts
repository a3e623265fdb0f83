#!/usr/bin/env node
/** The process of the command line: hands the world to `runCli` and ends with its exit code. */
import fs from 'node:fs';
import path from 'node:path';
import { toDisposable } from '../base/disposable';
import { findPython, probePython } from '../client/python';
import { findRoot } from '../client/root';
import type { Launcher } from '../protocol/discovery';
import { runCli, type Surroundings } from './cli';
import { type Context, UsageError } from './command';
import { createOutput, type Output } from './output';
import { openServer, type Server } from './server';

/** Put in by the build. */
declare const RUNLENS_VERSION: string | undefined;
const version = typeof RUNLENS_VERSION === 'string' ? RUNLENS_VERSION : '0.0.0-source';

/** Folder of the bundles. */
const DIST = __dirname;

async function main(): Promise<void> {
  // The reader of a pipe may leave: `runlens ls | head`.
  process.stdout.on('error', (error: NodeJS.ErrnoException) =>
    process.exit(error.code === 'EPIPE' ? 0 : 1),
  );
  const out = createOutput(process, process.env);
  let server: Promise<Server> | undefined;
  const world: Surroundings = {
    version,
    out,
    createContext: ({ root, json }) => {
      const where = workingFolder(root);
      return createContext({ where, json, out }, (found) => {
        server ??= openServer(found, launcher());
        return server;
      });
    },
  };
  process.exitCode = await runCli(process.argv.slice(2), world);
  // A server that could not be opened has been reported.
  (await server?.catch(() => undefined))?.dispose();
}

function createContext(
  { where, json, out }: { where: string; json: boolean; out: Output },
  open: (root: string) => Promise<Server>,
): Context {
  const root = findRoot(where);
  return {
    out,
    json,
    root,
    cwd: process.cwd(),
    env: process.env,
    dist: DIST,
    now: Date.now,
    launcher: launcher(),
    server: () => open(root),
    interpreter: (given) => interpreterOf(root, given),
    onInterrupt(listener) {
      process.on('SIGINT', listener);
      return toDisposable(() => void process.off('SIGINT', listener));
    },
  };
}

/** A path is relative to the working folder; a bare name is looked up as a shell does. */
async function interpreterOf(root: string, given: string | undefined): Promise<string> {
  if (given && !/[/\\]/.test(given)) return (await probePython(given)).executable;
  const setting = given && path.resolve(given);
  return (await findPython({ folder: root, ...(setting ? { setting } : {}) })).executable;
}

function workingFolder(given: string | undefined): string {
  const folder = path.resolve(given ?? '.');
  if (!fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UsageError(`there is no folder ${given}`);
  }
  return folder;
}

/** The server beside this bundle; RUNLENS_SERVER names another. */
function launcher(): Launcher {
  const server = process.env['RUNLENS_SERVER'] ?? path.join(DIST, 'server.js');
  return { runtime: process.execPath, env: {}, server, version };
}

void main();
