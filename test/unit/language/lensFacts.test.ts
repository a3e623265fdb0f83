// Where lenses stand: `<|>` marks the lines in Python text that get one.
import assert from 'node:assert/strict';
import { lensesOf } from '../../../src/language/features/codeLens';
import { factsForLenses } from '../../../src/language/lensFacts';
import { OpenDocuments } from '../../../src/language/openDocuments';
import { loadPythonParser, type PythonParser } from '../../../src/syntax/parser';
import { WASM } from './support/wasm';

const MARK = '<|>';
const IMPORT = 'from runlens import step, pipeline\n';

describe('the places of lenses', () => {
  let parser: PythonParser;
  before(async () => {
    parser = await loadPythonParser(WASM);
  });
  after(() => parser.dispose());

  /** Lines with a lens after each text in turn was the document's. */
  function linesAfter(...texts: string[]): { lines: number[]; titles: string[] } {
    const documents = new OpenDocuments(parser);
    const uri = 'file:///project/train.py';
    for (const [version, text] of texts.entries()) documents.set(uri, version, text);
    const document = documents.get(uri)!;
    const rows = lensesOf({
      uri,
      root: '/project',
      facts: factsForLenses(document),
      states: undefined,
      hasErrors: document.facts.hasErrors,
      settings: { enabled: true, state: true, outputs: true, scripts: true, projects: true },
      canDebug: false,
      isTrusted: true,
      now: 0,
    });
    documents.close(uri);
    return {
      lines: [...new Set(rows.map(({ line }) => line))],
      titles: rows.map(({ argument }) => (argument && 'name' in argument ? argument.name : '')),
    };
  }

  function marked(source: string): { text: string; lines: number[] } {
    const lines = source.split('\n').flatMap((line, i) => (line.includes(MARK) ? [i] : []));
    return { text: source.replaceAll(MARK, ''), lines };
  }

  function check(source: string): void {
    const { text, lines } = marked(source);
    assert.deepEqual(linesAfter(text).lines, lines);
  }

  const cases: [string, string][] = [
    ['a step', `${IMPORT}\n<|>@step\ndef a(): ...\n`],
    ['a step with options', `${IMPORT}\n<|>@step(enable_cache=False)\ndef a(): ...\n`],
    ['the first of several decorators', `${IMPORT}\n<|>@other\n@step\ndef a(): ...\n`],
    ['a pipeline', `${IMPORT}\n<|>@pipeline\ndef p():\n    pass\n`],
    ['an attribute of the module', 'import runlens\n\n<|>@runlens.step\ndef a(): ...\n'],
    ['an alias', 'from runlens import step as s\n\n<|>@s\ndef a(): ...\n'],
    ['nothing for another package', 'from prefect import step\n\n@step\ndef a(): ...\n'],
    ['nothing without an import', '@step\ndef a(): ...\n'],
    ['nothing when the name was bound anew', `${IMPORT}step = print\n\n@step\ndef a(): ...\n`],
    ['nothing in a string', `${IMPORT}\nx = """\n@step\ndef a(): ...\n"""\n`],
    ['nothing in a comment', `${IMPORT}\n# @step\n# def a(): ...\n`],
  ];
  for (const [name, source] of cases) it(name, () => check(source));

  it('takes the names from the decorator', () => {
    assert.deepEqual(linesAfter(`${IMPORT}@step(name="fit")\ndef train(): ...\n`).titles, ['fit']);
  });

  describe('while the text has errors', () => {
    const good = `${IMPORT}\n@step\ndef a():\n    return 1\n\n@step\ndef b():\n    return 2\n`;

    it('stand where the functions were, or moved with the lines above', () => {
      const broken = good.replace('    return 1\n', '    return (1,\n    x = [\n\n');
      const at = broken.split('\n').flatMap((line, i) => (line === '@step' ? [i] : []));
      assert.deepEqual(linesAfter(good, broken).lines, at);
    });

    it('are gone with the decorator', () => {
      const broken = good.replace('@step\ndef b', 'def b').replace('return 2', 'return (');
      assert.deepEqual(linesAfter(good, broken).lines, [2]);
    });

    it('come from the text alone when it was broken from the start', () => {
      assert.doesNotThrow(() => linesAfter(`${IMPORT}\n@step\ndef a(:\n`));
    });
  });
});
