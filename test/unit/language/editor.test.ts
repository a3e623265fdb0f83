// What an editor gets without any runlens server: navigation, findings with fixes, notebooks, projects.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { DocumentSymbol } from 'vscode-languageserver-protocol/node';
import { CONFIGURE, SIGNATURE, type SignatureReply } from '../../../src/protocol/lsp';
import { LanguageClient } from './support/client';
import { wasmFolder } from './support/wasm';

const STEPS = `from runlens import step


@step
def load() -> dict:
    return {}


@step
def train(data: dict) -> list:
    return []
`;
const MAIN = `from runlens import pipeline
from pkg import fit, load
import lib.steps as s


@pipeline
def training():
    data = load()
    fit(data)
    s.train(data)
`;
const PROJECT = `name: demo

entry_points:
  main:
    parameters:
      epochs: {type: float, default: 3}
      data: path
    command: "python train.py --epochs {epochs} --data {data}"
  test:
    command: "pytest {missing}"
`;

describe('the editor without a runlens server', () => {
  let folder: string;
  let root: string;
  let client: LanguageClient;

  before(async () => {
    folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'runlens-editor-')));
    root = path.join(folder, 'project');
    write('lib/steps.py', STEPS);
    write('pkg/__init__.py', 'from .names import *\nfrom lib.steps import train as fit\n');
    write('pkg/names.py', 'from lib.steps import load\n');
    write('main.py', MAIN);
    write('other.py', 'from lib import steps\n\nsteps.train({})\ntrain = 1\n');
    write('.venv/lib/x.py', 'from lib.steps import train\n');
    client = await LanguageClient.start(
      { wasm: wasmFolder(folder), folders: [{ root }] },
      { RUNLENS_STATE_DIR: path.join(folder, 'state') },
    );
  });
  after(async () => {
    await client?.stop();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  function write(file: string, text: string): string {
    const at = path.join(root, file);
    fs.mkdirSync(path.dirname(at), { recursive: true });
    fs.writeFileSync(at, text);
    return at;
  }
  const open = (file: string, text: string) => client.open(write(file, text), text);

  describe('goes to definitions', () => {
    let uri: string;
    before(async () => {
      uri = await client.open(path.join(root, 'main.py'), MAIN);
    });

    const cases: readonly (readonly [string, string, number, string | undefined])[] = [
      ['through a star and a re-export', 'load()', 1, 'steps.py 4:4'],
      ['under another name', 'fit(data)', 1, 'steps.py 9:4'],
      ['of an attribute of a module', 's.train', 3, 'steps.py 9:4'],
      ['from an import', 'import fit, load', 8, 'steps.py 9:4'],
      ['nowhere from the definition itself', 'training', 1, undefined],
      ['nowhere from a variable', 'data =', 1, undefined],
    ];
    for (const [what, text, more, expected] of cases) {
      it(what, async () => {
        assert.equal(await client.definition(uri, client.at(uri, text, more)), expected);
      });
    }

    it('in a buffer that was not saved, at its lines there', async () => {
      const steps = await client.open(path.join(root, 'lib/steps.py'), STEPS);
      await client.replace(steps, '@step\ndef load', '# new\n@step\ndef load');
      assert.equal(await client.definition(uri, client.at(uri, 'load()', 1)), 'steps.py 5:4');
      await client.connection.sendNotification('textDocument/didClose', {
        textDocument: { uri: steps },
      });
      assert.equal(await client.definition(uri, client.at(uri, 'load()', 1)), 'steps.py 4:4');
    });
  });

  it('finds all uses of a step, under all its names and in no other place', async () => {
    const uri = await client.open(path.join(root, 'main.py'), MAIN);
    const found = await client.references(uri, client.at(uri, 'fit(data)'), true);
    assert.deepEqual(found, [
      '__init__.py 1:22',
      'main.py 1:16',
      'main.py 8:4',
      'main.py 9:6',
      'other.py 2:6',
      'steps.py 9:4',
    ]);
    const loads = await client.references(uri, client.at(uri, 'load()'), false);
    assert.deepEqual(loads, ['main.py 1:21', 'main.py 7:11', 'names.py 0:22']);
    assert.deepEqual(await client.references(uri, client.at(uri, 'data ='), true), []);
  });

  it('finds uses in files that are new', async () => {
    const uri = await client.open(path.join(root, 'main.py'), MAIN);
    write('new.py', 'from lib.steps import load\n');
    const changes = [{ uri: pathToFileURL(path.join(root, 'new.py')).href, type: 1 }];
    await client.connection.sendNotification('workspace/didChangeWatchedFiles', { changes });
    const found = await client.references(uri, client.at(uri, 'load()'), false);
    assert.ok(found.includes('new.py 0:22'), found.join());
    fs.rmSync(path.join(root, 'new.py'));
  });

  it('lists steps and pipelines with their calls as symbols', async () => {
    const uri = await client.open(path.join(root, 'main.py'), MAIN);
    const params = { textDocument: { uri } };
    const symbols = await client.connection.sendRequest<DocumentSymbol[]>(
      'textDocument/documentSymbol',
      params,
    );
    const [pipeline] = symbols;
    assert.deepEqual(
      [pipeline?.name, pipeline?.detail, pipeline?.children?.map(({ name }) => name)],
      ['training', 'pipeline', ['load', 'fit', 'train']],
    );
    assert.deepEqual(pipeline?.selectionRange.start, { line: 6, character: 4 });
  });

  describe('findings', () => {
    const TEXT =
      'from runlens import step, pipeline\n\n@step\ndef ä(x):\n    return {}\n\n@pipeline\ndef p():\n    y = ä(lambda: 1)\n';

    it('come by themselves with a code and a page, and are mended by an action', async () => {
      const uri = await open('wrong.py', TEXT);
      const found = await client.diagnosed(uri, (codes) => codes.length === 3);
      assert.deepEqual(found.map(({ code }) => code).sort(), [
        'output-without-annotation',
        'parameter-not-serialisable',
        'unused-result',
      ]);
      const [first] = found;
      assert.equal(first?.source, 'runlens');
      assert.match(
        first?.codeDescription?.href ?? '',
        /docs\/pipelines\.md#output-without-annotation$/,
      );
      const actions = await client.actions(uri, client.at(uri, 'ä(x)'));
      assert.equal(actions[0]?.title, 'Add "-> dict"');
      const [edit] = actions[0]?.edit?.changes?.[uri] ?? [];
      assert.deepEqual(edit, {
        range: { start: { line: 3, character: 8 }, end: { line: 3, character: 8 } },
        newText: ' -> dict',
      });
      await client.replace(uri, 'def ä(x):', 'def ä(x) -> dict:');
      await client.diagnosed(uri, (codes) => !codes.includes('output-without-annotation'));
    });

    it('stay while the text does not parse, and go with the document', async () => {
      const uri = await open('broken.py', TEXT);
      await client.diagnosed(uri, (codes) => codes.length === 3);
      await client.replace(uri, 'return {}', 'return {');
      await new Promise((resolve) => setTimeout(resolve, 600));
      assert.equal(client.diagnostics.get(uri)?.length, 3);
      const textDocument = { uri };
      await client.connection.sendNotification('textDocument/didClose', { textDocument });
      await client.diagnosed(uri, (codes) => codes.length === 0);
    });

    it('say that a step of another file gives the wrong type', async () => {
      const text = MAIN.replace('fit(data)', 'fit(fit(data))');
      const uri = await open('types.py', text);
      const [found] = await client.diagnosed(uri, (codes) => codes.includes('type-mismatch'));
      assert.equal(found?.message, 'fit gives list, but `data` of fit is dict.');
    });
  });

  it('says nothing of names that only the store knows', async () => {
    const text = 'from runlens import load_artifact\nload_artifact("x")\ny = "models:/x/1"\n';
    const uri = await open('names.py', text);
    const other = await open(
      'asks.py',
      'from runlens import step\n@step\ndef a(x):\n    return {}\n',
    );
    await client.diagnosed(other, (codes) => codes.length === 1);
    assert.equal(client.diagnostics.get(uri), undefined);
    assert.equal(await client.hover(uri, client.at(uri, '"x"', 1)), undefined);
    assert.deepEqual(await client.completions(uri, client.at(uri, '"x"', 1)), []);
  });

  it('keeps hovers, symbols and proposals while the text does not parse', async () => {
    const uri = await client.open(path.join(root, 'main.py'), MAIN);
    await client.replace(uri, 's.train(data)', 's.train(data, after="');
    const labels = (await client.completions(uri, client.at(uri, 'after="', 7))).map(
      (c) => c.label,
    );
    assert.deepEqual(labels, ['load', 'fit', 'train']);
    assert.match((await client.hover(uri, client.at(uri, 'fit(data)'))) ?? '', /`train`/);
    await client.replace(uri, 's.train(data, after="', 's.train(data)');
  });

  describe('scripts', () => {
    const SCRIPT =
      'import mlflow\n\nmlflow.set_experiment("digits")\nwith mlflow.start_run():\n    mlflow.log_metric("a", 1)\n';

    it('that call MLflow can be run, from their first call', async () => {
      const uri = await open('script.py', SCRIPT);
      assert.deepEqual(await client.titles(uri), ['2 ▶ Run']);
      const [lens] = await client.lenses(uri);
      assert.equal(lens?.command?.command, 'runlens.runScript');
      const target = lens?.command?.arguments?.[0];
      assert.deepEqual(target, { uri, root, name: 'script.py', line: 2, experiments: ['digits'] });
    });

    it('have no lens without MLflow, inside steps, when turned off or not trusted', async () => {
      const fake = await open('fake.py', SCRIPT.replace('import mlflow', 'mlflow = Fake()'));
      assert.deepEqual(await client.titles(fake), []);
      const text =
        'import mlflow\nfrom runlens import step\n@step\ndef a() -> int:\n    mlflow.start_run()\n';
      const inside = await open('inside.py', text);
      assert.deepEqual(await client.titles(inside), ['2 ▶ Run', '2 Debug']);
      const uri = await open('script.py', SCRIPT);
      const lenses = { enabled: true, state: true, outputs: true, scripts: false, projects: false };
      const options = { folders: [{ root }], lenses, canDebug: true, isTrusted: true };
      await client.connection.sendNotification(CONFIGURE, options);
      assert.deepEqual(await client.titles(uri), []);
      const all = { ...lenses, scripts: true, projects: true };
      await client.connection.sendNotification(CONFIGURE, {
        ...options,
        lenses: all,
        isTrusted: false,
      });
      assert.deepEqual(await client.titles(uri), []);
      await client.connection.sendNotification(CONFIGURE, { ...options, lenses: all });
      assert.deepEqual(await client.titles(uri), ['2 ▶ Run']);
    });
  });

  describe('notebooks', () => {
    const cells = () => [
      { text: '# Title', kind: 1 as const },
      { text: '%matplotlib inline\nfrom runlens import step, pipeline' },
      { text: 'select 1', language: 'sql' },
      { text: '@step\ndef ä(x):\n    return {}' },
      { text: '@pipeline\ndef p():\n    ä(1)' },
    ];

    it('have lenses, findings, definitions and symbols in their cells', async () => {
      const uris = await client.openNotebook(path.join(root, 'a.ipynb'), cells());
      assert.deepEqual(await client.titles(uris[3]!), ['0 ▶ Run', '0 Debug']);
      assert.deepEqual(await client.titles(uris[4]!), ['0 ▶ Run', '0 Run with…']);
      assert.deepEqual(await client.titles(uris[1]!), []);
      const [lens] = await client.lenses(uris[4]!);
      assert.deepEqual(lens?.command?.arguments?.[0], { uri: uris[4]!, root, name: 'p', line: 0 });
      const [found] = await client.diagnosed(uris[3]!, (codes) => codes.length === 1);
      assert.deepEqual(found?.range.start, { line: 1, character: 4 });
      const [action] = await client.actions(uris[3]!, { line: 1, character: 4 });
      assert.equal(action?.edit?.changes?.[uris[3]!]?.[0]?.range.start.line, 1);
      assert.match(
        (await client.definition(uris[4]!, { line: 2, character: 4 })) ?? '',
        /#c3 1:4$/,
      );
      assert.match(
        (await client.hover(uris[4]!, { line: 2, character: 4 })) ?? '',
        /^\*\*step\*\* `ä`/,
      );
    });

    it('follow edits in a cell and cells that come in front', async () => {
      const file = path.join(root, 'b.ipynb');
      const uris = await client.openNotebook(file, cells());
      await client.replaceInCell(uris[3]!, '@step', '# first\n@step');
      assert.deepEqual(await client.titles(uris[3]!), ['1 ▶ Run', '1 Debug']);
      const notebook = pathToFileURL(file).href;
      const added = await client.insertCell(notebook, 9, 'x = 1\ny = 2');
      assert.deepEqual(await client.titles(uris[3]!), ['1 ▶ Run', '1 Debug']);
      assert.deepEqual(await client.titles(added), []);
      await client.replaceInCell(uris[1]!, 'import step, pipeline', 'import pipeline');
      assert.deepEqual(await client.titles(uris[3]!), []);
    });
  });

  describe('MLproject files', () => {
    it('have a lens for each entry point', async () => {
      const uri = await open('MLproject', PROJECT);
      assert.deepEqual(await client.titles(uri), ['3 ▶ Run', '8 ▶ Run']);
      const [lens] = await client.lenses(uri);
      assert.equal(lens?.command?.command, 'runlens.runEntryPoint');
      assert.deepEqual(lens?.command?.arguments?.[0], { uri, root, name: 'main', line: 3 });
    });

    it('say what is wrong, where it is', async () => {
      const text = `${PROJECT}nmae: x\n`.replace('      data: path', '      data: file');
      const uri = await open('sub/MLproject', text);
      const found = await client.diagnosed(uri, (codes) => codes.length > 0);
      const shown = found.map(
        ({ range, message }) => `${range.start.line}:${range.start.character} ${message}`,
      );
      assert.ok(
        shown.some((one) => /^10:0 MLflow knows no key `nmae`/.test(one)),
        shown.join('\n'),
      );
      assert.ok(
        shown.some((one) => /^6:6 MLflow takes the type `file`/.test(one)),
        shown.join('\n'),
      );
      assert.ok(
        shown.some((one) => /^9:4 The command uses `\{missing\}`/.test(one)),
        shown.join('\n'),
      );
    });

    it('say where they do not parse', async () => {
      const uri = await open('bad/MLproject', 'entry_points:\n  main: [\n');
      const [found] = await client.diagnosed(uri, (codes) => codes.length > 0);
      assert.equal(found?.code, 'project');
      assert.ok((found?.range.start.line ?? 0) >= 1);
    });

    it('propose keys and types, and explain them', async () => {
      const uri = await open('keys/MLproject', 'name: x\nentry_points:\n  main:\n    \n');
      const labels = async (line: number, character: number) =>
        (await client.completions(uri, { line, character })).map(({ label }) => label);
      assert.deepEqual(await labels(3, 4), ['parameters', 'command']);
      assert.ok((await labels(4, 0)).includes('python_env'));
      await client.replace(uri, '    \n', '    parameters:\n      a: \n');
      assert.deepEqual(await labels(4, 9), ['string', 'float', 'path', 'uri']);
      assert.match((await client.hover(uri, { line: 1, character: 3 })) ?? '', /`entry_points`/);
      const project = await open('MLproject', PROJECT);
      const text = await client.hover(project, { line: 3, character: 3 });
      assert.match(text ?? '', /\*\*entry point\*\* `main`[\s\S]*`epochs`: float, default `3`/);
    });

    it('check MLmodel files', async () => {
      const text =
        'flavors:\n  python_function:\n    env: x\nrun_id: abc\nsignature:\n  inputs: "nope"\n';
      const uri = await open('model/MLmodel', text);
      const found = await client.diagnosed(uri, (codes) => codes.length === 3);
      assert.deepEqual(found.map(({ range }) => range.start.line).sort(), [1, 3, 5]);
      const good = await open('good/MLmodel', 'flavors:\n  sklearn:\n    pickled_model: m.pkl\n');
      await new Promise((resolve) => setTimeout(resolve, 500));
      assert.equal(client.diagnostics.get(good), undefined);
    });
  });

  describe('signatures for forms', () => {
    const ask = (uri: string, kind: string, name: string) =>
      client.connection.sendRequest<SignatureReply | null>(SIGNATURE, { uri, kind, name });

    it('tell what a pipeline takes', async () => {
      const text = [
        'from pathlib import Path',
        'from typing import Literal, Optional',
        'from runlens import pipeline',
        '@pipeline',
        'def p(a: int, b: float = 0.5, c: Literal["x", "y"] = "x", d: Path = None,',
        '      e: Optional[str] = None, f: dict = {}, g=1.0, *, h: bool = True): ...',
        '',
      ].join('\n');
      const uri = await open('form.py', text);
      const reply = await ask(uri, 'pipeline', 'p');
      assert.deepEqual(
        reply?.parameters.map(({ name, type, default: given }) => [name, type, given]),
        [
          ['a', 'int', undefined],
          ['b', 'float', 0.5],
          ['c', 'choice', 'x'],
          ['d', 'path', null],
          ['e', 'str', null],
          ['f', 'json', {}],
          ['g', 'float', 1],
          ['h', 'bool', true],
        ],
      );
      assert.deepEqual(reply?.parameters[2]?.choices, ['x', 'y']);
      assert.equal(await ask(uri, 'pipeline', 'q'), null);
      assert.equal(await ask(uri, 'step', 'p'), null);
    });

    it('tell what an entry point takes', async () => {
      const uri = await open('MLproject', PROJECT);
      assert.deepEqual((await ask(uri, 'entryPoint', 'main'))?.parameters, [
        { name: 'epochs', type: 'float', annotation: 'float', default: 3 },
        { name: 'data', type: 'path', annotation: 'path' },
      ]);
    });
  });
});
