// A project folder with the real command line and server, bundled as they are shipped.
import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as esbuild from 'esbuild';
import { findServer } from '../../../../src/client/discovery';
import { ServerClient } from '../../../../src/client/http';
import type { Discovery } from '../../../../src/protocol/discovery';

const ROOT = path.join(__dirname, '../../../..');
const MODULES = path.join(ROOT, 'node_modules');
const WASM = [
  'sql.js/dist/sql-wasm.wasm',
  'web-tree-sitter/web-tree-sitter.wasm',
  'tree-sitter-python/tree-sitter-python.wasm',
];

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export class Project {
  readonly folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'runlens-project-')));
  /** The root that runs belong to. */
  readonly root = path.join(this.folder, 'project');
  readonly dist = path.join(this.folder, 'dist');
  readonly env: Readonly<Record<string, string>> = {
    RUNLENS_STATE_DIR: path.join(this.folder, 'state'),
    RUNLENS_SERVER: path.join(this.dist, 'server.js'),
    PYTHONPATH: path.join(this.dist, 'python'),
    PYTHONDONTWRITEBYTECODE: '1',
  };

  static async create(): Promise<Project> {
    const project = new Project();
    fs.mkdirSync(path.join(project.root, '.runlens'), { recursive: true });
    await project.bundle();
    return project;
  }

  write(file: string, text: string): string {
    const at = path.join(this.root, file);
    fs.mkdirSync(path.dirname(at), { recursive: true });
    fs.writeFileSync(at, text);
    return at;
  }

  cli(...args: string[]): Promise<Ended> {
    return this.run(process.execPath, [path.join(this.dist, 'cli.js'), ...args]);
  }

  /** What a command prints with `--json`; the caller knows its shape. */
  async json<T = Record<string, string>>(...args: string[]): Promise<T> {
    const { code, stdout, stderr } = await this.cli(...args, '--json');
    if (code !== 0) throw new Error(`runlens ${args.join(' ')} ended with ${code}: ${stderr}`);
    return JSON.parse(stdout) as T;
  }

  start(program: string, args: readonly string[], env: Record<string, string> = {}): ChildProcess {
    return spawn(program, args, {
      cwd: this.root,
      env: { ...process.env, ...this.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  run(program: string, args: readonly string[], env?: Record<string, string>): Promise<Ended> {
    return ended(this.start(program, args, env));
  }

  async discovery(): Promise<Discovery | undefined> {
    return await findServer(this.root, this.env);
  }

  /** Ends the server and removes everything. */
  async dispose(): Promise<void> {
    const discovery = await this.discovery();
    if (discovery) {
      const client = new ServerClient(discovery);
      await client.call('POST /api/shutdown', {});
      client.dispose();
      await gone(discovery.pid);
    }
    fs.rmSync(this.folder, { recursive: true, force: true });
  }

  private async bundle(): Promise<void> {
    await esbuild.build({
      absWorkingDir: ROOT,
      entryPoints: [
        { in: 'src/server/main.ts', out: 'server' },
        { in: 'src/cli/main.ts', out: 'cli' },
      ],
      outdir: this.dist,
      bundle: true,
      platform: 'node',
      target: 'node20',
      format: 'cjs',
      logLevel: 'error',
      external: ['sql.js/dist/sql-wasm.wasm'],
      define: { RUNLENS_VERSION: '"0.0.0"' },
      alias: { 'web-tree-sitter': path.join(MODULES, 'web-tree-sitter/web-tree-sitter.cjs') },
    });
    fs.cpSync(path.join(ROOT, 'python/src'), path.join(this.dist, 'python'), {
      recursive: true,
      filter: (file) => !/^(__pycache__|_server)$/.test(path.basename(file)),
    });
    for (const file of WASM) {
      fs.copyFileSync(path.join(MODULES, file), path.join(this.dist, path.basename(file)));
    }
  }
}

export function ended(child: ChildProcess): Promise<Ended> {
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (data) => {
    stdout += data;
  });
  child.stderr?.on('data', (data) => {
    stderr += data;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}

async function gone(pid: number): Promise<void> {
  for (let i = 0; i < 500; i++) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  process.kill(pid, 'SIGKILL');
}
