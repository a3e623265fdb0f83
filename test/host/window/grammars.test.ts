// MLproject and MLmodel files: the editor knows their languages and colours what has a meaning.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { EXTENSION, folderPath } from '../editor';

/** What the tests use of vscode-textmate, the editor's own grammar engine. */
interface Engine {
  readonly INITIAL: unknown;
  readonly Registry: new (
    options: object,
  ) => {
    loadGrammar(scope: string): Promise<{
      tokenizeLine(
        line: string,
        stack: unknown,
      ): {
        tokens: { startIndex: number; endIndex: number; scopes: string[] }[];
        ruleStack: unknown;
      };
    }>;
  };
}
interface Regexes {
  loadWASM(data: ArrayBufferLike): Promise<void>;
  readonly createOnigScanner: unknown;
  readonly createOnigString: unknown;
}

const modules = path.join(vscode.env.appRoot, 'node_modules');

/** Ours from the extension, YAML's from the editor. */
function grammarFile(scope: string): string {
  const [, name = ''] = scope.split('.');
  const extension = vscode.extensions.getExtension(EXTENSION);
  assert.ok(extension);
  if (scope.startsWith('source.ml')) {
    return path.join(extension.extensionPath, 'syntaxes', `${name}.tmLanguage.json`);
  }
  const folder = path.join(vscode.env.appRoot, 'extensions', 'yaml', 'syntaxes');
  const version = /^source\.yaml\.(1\.\d)$/.exec(scope)?.[1];
  return path.join(folder, version ? `yaml-${version}.tmLanguage.json` : `${name}.tmLanguage.json`);
}

/** The editor's engine with its regular expressions, which are loaded once in a process. */
async function engine() {
  const textmate = require(path.join(modules, 'vscode-textmate')) as Engine;
  const regexes = require(path.join(modules, 'vscode-oniguruma')) as Regexes;
  const wasm = fs.readFileSync(path.join(modules, 'vscode-oniguruma/release/onig.wasm'));
  await regexes.loadWASM(wasm.buffer);
  const { createOnigScanner, createOnigString } = regexes;
  const registry = new textmate.Registry({
    onigLib: Promise.resolve({ createOnigScanner, createOnigString }),
    loadGrammar: async (scope: string) => {
      const file = grammarFile(scope);
      return fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : null;
    },
  });
  return { registry, initial: textmate.INITIAL };
}

/** The innermost scope of the first piece of text that is each of these. */
async function scopes(language: string, text: string, pieces: readonly string[]) {
  loaded ??= engine();
  const { registry, initial } = await loaded;
  const grammar = await registry.loadGrammar(`source.${language}`);
  let stack = initial;
  const tokens = text.split('\n').flatMap((line) => {
    const { tokens: found, ruleStack } = grammar.tokenizeLine(line, stack);
    stack = ruleStack;
    return found.map((token) => ({
      text: line.slice(token.startIndex, token.endIndex),
      scope: token.scopes.at(-1),
    }));
  });
  return pieces.map((piece) => tokens.find((token) => token.text === piece)?.scope);
}
let loaded: ReturnType<typeof engine> | undefined;

/** The language that the editor gives to a file of this name. */
async function languageOf(file: string): Promise<string> {
  const folder = path.join(folderPath(), 'grammars');
  fs.mkdirSync(folder, { recursive: true });
  const uri = vscode.Uri.file(path.join(folder, file));
  fs.writeFileSync(uri.fsPath, '');
  const { languageId } = await vscode.workspace.openTextDocument(uri);
  fs.rmSync(folder, { recursive: true });
  return languageId;
}

const PROJECT = `name: digits
python_env: python_env.yaml
entry_points:
  main:
    parameters:
      lr: {type: float, default: 0.1}
      data: path
    command: "python train.py --lr {lr}"
  long:
    command: >
      python train.py
      --data {data}
`;

const MODEL = `artifact_path: model
flavors:
  sklearn:
    pickled_model: model.pkl
signature:
  inputs: '[{"type": "double", "name": "a", "required": true}]'
`;

describe('grammars', () => {
  it('belong to the files by their names', async () => {
    assert.equal(await languageOf('MLproject'), 'mlproject');
    assert.equal(await languageOf('mlproject'), 'mlproject');
    assert.equal(await languageOf('MLmodel'), 'mlmodel');
  });

  it('know the parts of an MLproject file', async () => {
    const pieces = ['entry_points', 'float', 'path', 'command', 'lr', 'data', 'python_env.yaml'];
    const found = await scopes('mlproject', PROJECT, pieces);
    assert.deepEqual(found, [
      'keyword.other.section.mlproject',
      'support.type.parameter.mlproject',
      'support.type.parameter.mlproject',
      'keyword.other.command.mlproject',
      'entity.name.tag.yaml',
      'entity.name.tag.yaml',
      'string.unquoted.plain.out.yaml',
    ]);
  });

  it('find the placeholders of commands, on one line and on several', async () => {
    const text = PROJECT.replaceAll('lr:', 'rate:').replaceAll('data:', 'file:');
    const found = await scopes('mlproject', text, ['lr', 'data']);
    assert.deepEqual(found, ['variable.parameter.mlproject', 'variable.parameter.mlproject']);
  });

  it('know the parts of an MLmodel file, the signature’s JSON among them', async () => {
    const pieces = ['flavors', 'sklearn', 'pickled_model', 'inputs', 'double', 'required'];
    const found = await scopes('mlmodel', MODEL, pieces);
    assert.deepEqual(found, [
      'keyword.other.section.mlmodel',
      'entity.name.type.flavor.mlmodel',
      'entity.name.tag.yaml',
      'keyword.other.signature.mlmodel',
      'support.type.column.mlmodel',
      'support.type.property-name.json.mlmodel',
    ]);
  });
});
