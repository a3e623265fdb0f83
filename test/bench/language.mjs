// What a key costs in the language server: lenses, hover and completion in a file of 2,000 lines.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import protocol from 'vscode-languageserver-protocol/node.js';
import { median, printTable, temporary, timed } from './measure.mjs';

const KEYS = 60;
const LINES = 2000;

/** Steps with helpers, a pipeline every ten steps, and strings that name something in the store. */
function longFile() {
  const head = [
    'from typing import Annotated',
    'from runlens import load_artifact, pipeline, step',
    'import mlflow',
  ];
  const lines = [...head];
  for (let n = 0; lines.length < LINES; n++) {
    lines.push(
      '',
      '',
      '@step',
      `def step_${n}(data: dict, gamma: float = 0.1) -> Annotated[dict, "out_${n}"]:`,
    );
    for (let i = 0; i < 9; i++)
      lines.push(`    value_${i} = [x * ${i} for x in data["x"] if x > gamma]`);
    lines.push(`    mlflow.log_metric("loss_${n}", len(value_1))`);
    lines.push(`    return {"x": value_1, "before": load_artifact("out_${n}")}`);
    if (n % 10 !== 9) continue;
    lines.push(
      '',
      '',
      '@pipeline',
      `def pipeline_${n}(gamma: float = 0.1):`,
      '    data = step_0({})',
    );
    for (let i = n - 8; i <= n; i++) lines.push(`    data = step_${i}(data, gamma)`);
    lines.push('    step_1(data)');
  }
  return `${lines.join('\n')}\n`;
}

export async function benchLanguage({ dist }) {
  const folder = temporary('language');
  const root = path.join(folder, 'project');
  fs.mkdirSync(root);
  const server = spawn(process.execPath, [path.join(dist, 'language.js'), '--stdio'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, RUNLENS_STATE_DIR: path.join(folder, 'state') },
  });
  const connection = protocol.createProtocolConnection(
    new protocol.StreamMessageReader(server.stdout),
    new protocol.StreamMessageWriter(server.stdin),
  );
  connection.onRequest('workspace/codeLens/refresh', () => null);
  connection.listen();
  await initialize(connection, { dist, root });
  const measured = await typeInto(connection, root);
  await connection.sendRequest('shutdown');
  await connection.sendNotification('exit');
  connection.dispose();
  printTable(
    'language server',
    measured.map(([what, ms]) => ({ what, runlens: ms, unit: 'ms' })),
  );
}

async function initialize(connection, { dist, root }) {
  const lenses = { enabled: true, state: true, outputs: true, scripts: true, projects: true };
  await connection.sendRequest('initialize', {
    processId: process.pid,
    rootUri: null,
    capabilities: { workspace: { codeLens: { refreshSupport: true } } },
    initializationOptions: {
      wasm: dist,
      folders: [{ root }],
      lenses,
      canDebug: true,
      isTrusted: true,
    },
  });
  await connection.sendNotification('initialized', {});
}

async function typeInto(connection, root) {
  const text = longFile();
  const lines = text.split('\n');
  const uri = pathToFileURL(path.join(root, 'long.py')).href;
  const textDocument = { uri };
  await connection.sendNotification('textDocument/didOpen', {
    textDocument: { uri, languageId: 'python', version: 1, text },
  });
  const first = await timed(() =>
    connection.sendRequest('textDocument/codeLens', { textDocument }),
  );
  const line = lines.findIndex((one, at) => at > 1000 && one.includes('value_3 ='));
  const times = [];
  for (let key = 0; key < KEYS; key++) {
    const at = { line, character: 4 };
    await connection.sendNotification('textDocument/didChange', {
      textDocument: { uri, version: key + 2 },
      contentChanges: [{ range: { start: at, end: at }, text: 'a' }],
    });
    times.push(
      await timed(() => connection.sendRequest('textDocument/codeLens', { textDocument })),
    );
  }
  const ask = async (method, position) =>
    median(
      await repeated(20, () =>
        timed(() => connection.sendRequest(method, { textDocument, position })),
      ),
    );
  const call = lines.findIndex((one) => one.includes('data = step_5('));
  return [
    ['lenses of 2,000 lines: opened', first],
    ['after a key', median(times)],
    ['after a key, slowest of 60', Math.max(...times)],
    ['hover on a step', await ask('textDocument/hover', { line: call, character: 14 })],
    [
      'completion in a string',
      await ask('textDocument/completion', { line: line + 7, character: 24 }),
    ],
  ];
}

async function repeated(count, action) {
  const results = [];
  for (let i = 0; i < count; i++) results.push(await action());
  return results;
}
