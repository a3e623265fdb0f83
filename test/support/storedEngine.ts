// An engine over a real store in a temporary folder; its workspace code comes from a map of texts.
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { Engine } from '../../src/pipeline/engine';
import type { EnginePorts } from '../../src/pipeline/enginePorts';
import type { ReportedOutput, StepReport, StepTask } from '../../src/protocol/worker';
import { enginePorts } from '../../src/server/enginePorts';
import { openStore } from '../../src/store/openStore';
import type { Store } from '../../src/store/store';
import { codeOf, sha } from './enginePorts';

export interface Stored {
  readonly root: string;
  readonly data: string;
  readonly store: Store;
  readonly engine: Engine;
  readonly ports: EnginePorts;
  readonly files: Map<string, string>;
  readonly grown: string[];
  /** Ends the server as a crash does: nothing is written any more. Then opens it again. */
  restart(): Promise<Stored>;
  close(): Promise<void>;
}

const SDK = path.resolve(__dirname, '../../python/src');
const wasm = (name: string) => require.resolve(name);

export async function openStored(
  given: { root?: string; files?: Map<string, string> } = {},
): Promise<Stored> {
  const root = given.root ?? fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'runlens-')));
  const data = path.join(root, '.runlens');
  const files = given.files ?? new Map([['train.py', 'code']]);
  const store = await openStore({ folder: data, wasm: wasm('sql.js/dist/sql-wasm.wasm') });
  const grown: string[] = [];
  const ports: EnginePorts = {
    ...enginePorts({
      store,
      root,
      data,
      parser: {
        runtime: wasm('web-tree-sitter/web-tree-sitter.wasm'),
        language: wasm('tree-sitter-python/tree-sitter-python.wasm'),
      },
      sdk: SDK,
      address: () => ({ url: 'http://127.0.0.1:1', token: 'control' }),
      onLogGrown: (id, bytes) => grown.push(`${id} ${bytes}`),
      warn: (message) => {
        throw new Error(message);
      },
    }),
    code: {
      open: async () => ({
        ofStep: (source) => codeOf(files, source),
        factsOf: () => undefined,
        digestOf: () => undefined,
      }),
      source: {
        read: (file) => {
          const text = files.get(file);
          return text === undefined ? undefined : { text, version: sha(text) };
        },
      },
      files: { match: async () => [] },
    },
  };
  const engine = new Engine(ports);
  return {
    root,
    data,
    store,
    engine,
    ports,
    files,
    grown,
    restart: async () => {
      engine.dispose();
      await store.close();
      return openStored({ root, files });
    },
    close: async () => {
      engine.dispose();
      await store.close();
      makeWritable(root);
      fs.rmSync(root, { recursive: true, force: true });
    },
  };
}

/** Outputs are read-only; on Windows such files cannot be deleted. */
function makeWritable(folder: string): void {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) makeWritable(file);
    else fs.chmodSync(file, 0o644);
  }
}

/** Writes what a worker writes: each output as a JSON file. */
export function writeOutputs(task: StepTask, content: unknown, names = ['output']): StepReport {
  return {
    stepRunId: task.stepRunId,
    attempt: task.attempt,
    modules: [],
    durationMs: 1,
    status: 'ran',
    outputs: names.map((name) => writeOutput(task, name, content)),
  };
}

function writeOutput(task: StepTask, name: string, content: unknown): ReportedOutput {
  const text = JSON.stringify(content);
  const folder = path.join(task.staging, name);
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, 'data.json'), text);
  return {
    name,
    type: 'dict',
    materializer: 'json',
    files: [{ path: 'data.json', size: Buffer.byteLength(text), sha256: sha(text) }],
    contentDigest: sha(text),
    metadata: {},
  };
}
