// The real language server process, spoken to as an editor does, while no runlens server runs.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { CONFIGURE } from '../../../src/protocol/lsp';
import { LanguageClient } from './support/client';
import { wasmFolder } from './support/wasm';

const TRAIN = `"""Digits."""
from runlens import step, pipeline


@step
def load_data() -> dict:
    return {}


@step
def train_model(data: dict, gamma: float = 0.001) -> dict:
    return {}


@pipeline
def training(gamma: float = 0.001):
    train_model(load_data(), gamma)


def helper():
    return 1
`;
const ALL = ['4 ▶ Run', '4 Debug', '9 ▶ Run', '9 Debug', '14 ▶ Run', '14 Run with…'];

describe('the language server process', () => {
  let folder: string;
  let root: string;
  let client: LanguageClient;

  before(async () => {
    folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'runlens-language-')));
    root = path.join(folder, 'project');
    fs.mkdirSync(root);
    client = await LanguageClient.start(
      { wasm: wasmFolder(folder), folders: [{ root }] },
      { RUNLENS_STATE_DIR: path.join(folder, 'state') },
    );
  });

  after(async () => {
    await client?.stop();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  const open = (name: string, text = TRAIN) => client.open(path.join(root, name), text);

  it('puts Run and Debug over steps and Run over pipelines, and claims no state', async () => {
    const uri = await open('train.py');
    assert.deepEqual(await client.titles(uri), ALL);
    const [run] = await client.lenses(uri);
    assert.deepEqual(run?.command, {
      title: '▶ Run',
      command: 'runlens.runStep',
      arguments: [{ uri, root, name: 'load_data', line: 4 }],
    });
  });

  it('follows edits', async () => {
    const uri = await open('edits.py');
    await client.replace(uri, '"""Digits."""', '"""Digits."""\n\n');
    assert.deepEqual(
      await client.titles(uri),
      ALL.map((title) => title.replace(/^\d+/, (line) => String(Number(line) + 2))),
    );
    await client.replace(uri, '@step\ndef load_data', 'def load_data');
    assert.deepEqual(await client.titles(uri), [
      '10 ▶ Run',
      '10 Debug',
      '15 ▶ Run',
      '15 Run with…',
    ]);
  });

  it('keeps the lenses of functions that a broken text hides', async () => {
    const uri = await open('broken.py');
    await client.replace(uri, '    return {}\n', '    return {"a": (\n    x = \n');
    const titles = (await client.titles(uri)).map((title) => title.replace(/^\d+ /, ''));
    assert.deepEqual(titles, ['▶ Run', 'Debug', '▶ Run', 'Debug', '▶ Run', 'Run with…']);
  });

  it('has no lens for names that are not the SDK’s', async () => {
    const uri = await open(
      'other.py',
      'from airflow import step, pipeline\n\n@step\ndef a(): ...\n\n@pipeline\ndef b(): ...\n',
    );
    assert.deepEqual(await client.titles(uri), []);
  });

  it('finds the SDK’s names under other names', async () => {
    const uri = await open(
      'alias.py',
      'import runlens as rl\nfrom runlens import step as s\n\n@rl.step\ndef a(): ...\n\n@s\ndef b(): ...\n',
    );
    assert.deepEqual(await client.titles(uri), ['3 ▶ Run', '3 Debug', '6 ▶ Run', '6 Debug']);
  });

  it('has no lens for files outside of the roots', async () => {
    const uri = await client.open(path.join(folder, 'elsewhere.py'), TRAIN);
    assert.deepEqual(await client.titles(uri), []);
  });

  it('obeys new settings, and takes new folders', async () => {
    const uri = await open('settings.py');
    const other = path.join(root, 'inner');
    fs.mkdirSync(other);
    const inner = await client.open(path.join(other, 'train.py'), TRAIN);
    const configure = (over: object) =>
      client.connection.sendNotification(CONFIGURE, {
        folders: [{ root }],
        lenses: { enabled: true, state: true, outputs: true },
        canDebug: true,
        isTrusted: true,
        ...over,
      });
    await configure({ canDebug: false });
    assert.ok(!(await client.titles(uri)).some((title) => /Debug/.test(title)));
    await configure({ isTrusted: false });
    assert.deepEqual(await client.titles(uri), []);
    await configure({ lenses: { enabled: false, state: true, outputs: true } });
    assert.deepEqual(await client.titles(uri), []);
    await configure({ folders: [{ root }, { root: other }] });
    const [run] = await client.lenses(inner);
    assert.equal(run?.command?.arguments?.[0]?.root, other);
  });

  it('forgets a closed document', async () => {
    const uri = await open('closed.py');
    await client.connection.sendNotification('textDocument/didClose', { textDocument: { uri } });
    assert.deepEqual(await client.titles(uri), []);
  });
});
