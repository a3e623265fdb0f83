// Names that the store does not have, said only when that is certain; errors where they belong.
import assert from 'node:assert/strict';
import type { DocumentStates } from '../../../../src/language/features/codeLens';
import type { FailureText } from '../../../../src/language/features/stepState';
import {
  failureFindings,
  type KnownNames,
  nameFindings,
} from '../../../../src/language/features/storeFindings';
import { type ModuleFacts, moduleFacts } from '../../../../src/syntax/facts';
import { loadPythonParser, type PythonParser } from '../../../../src/syntax/parser';
import { WASM } from '../support/wasm';

const RUN = '0'.repeat(32);
const KNOWN: KnownNames = {
  artifacts: () => [{ name: 'data', versions: 1, latest: '1' }],
  versions: () => [{ version: '1', type: 'dict', createdAt: 0 }],
  models: () => [{ name: 'iris', versions: [2], aliases: [{ alias: 'prod', version: 2 }] }],
  resolve: (uri) => (uri === 'models:/iris/2' ? undefined : { kind: 'none', message: `no ${uri}` }),
};

describe('findings of the store', () => {
  let parser: PythonParser;
  before(async () => {
    parser = await loadPythonParser(WASM);
  });
  after(() => parser.dispose());

  function factsOf(text: string): ModuleFacts {
    const tree = parser.parse(`from runlens import load_artifact, step\n${text}\n`);
    const facts = moduleFacts(tree);
    tree.dispose();
    return facts;
  }
  const found = (text: string, names: Partial<KnownNames> = {}) =>
    nameFindings(factsOf(text), { ...KNOWN, ...names }).map(({ code, fixes }) =>
      `${code} ${(fixes ?? []).map(({ title }) => title).join()}`.trim(),
    );

  const cases: readonly (readonly [string, string, string[]])[] = [
    ['a wrong name', 'load_artifact("dada")', ['unknown-artifact Change to "data"']],
    ['nothing for a right name', 'load_artifact("data", "1")', []],
    ['a wrong version', 'load_artifact("data", "2")', ['unknown-artifact Change to "1"']],
    ['nothing for the latest', 'load_artifact("data", "latest")', []],
    ['nothing for an id', `load_artifact("${RUN}")`, []],
    [
      'nothing for what a step here makes',
      'load_artifact("new")\n@step\ndef a() -> Annotated[dict, "new"]:\n    return {}',
      [],
    ],
    ['a wrong model', 'x = "models:/iri/2"', ['unknown-model Change to "models:/iris/2"']],
    [
      'a wrong version of one',
      'x = "models:/iris/7"',
      ['unknown-model Change to "models:/iris/2"'],
    ],
    ['a wrong alias', 'x = "models:/iris@prd"', ['unknown-model Change to "models:/iris@prod"']],
    ['nothing while it is not known', 'x = "models:/iris/2"', []],
    ['nothing for half an address', 'x = "models:/"\ny = "runs:/abc/x"', []],
    ['an unknown run', `x = "runs:/${RUN}/model"`, ['unknown-run']],
  ];
  for (const [what, text, expected] of cases) {
    it(what, () => assert.deepEqual(found(text), expected));
  }

  it('says nothing of models where none are kept', () => {
    assert.deepEqual(found('x = "models:/iri/2"', { models: () => [] }), []);
    assert.deepEqual(found('x = "models:/iri/2"', { models: () => undefined }), []);
  });

  describe('of a failed step', () => {
    const TEXT = '@step\ndef a() -> int:\n\traise ValueError("ä")\n';
    const failure = (over: Partial<FailureText>, file = 'a.py') => {
      const text = `from runlens import load_artifact, step\n${TEXT}`;
      const error: FailureText = {
        type: 'ValueError',
        message: 'ä',
        recordedLine: 13,
        source: { file: 'a.py', line: 14 },
        ...over,
      };
      const state = { kind: 'failed', stepRunId: 's', error } as const;
      const invocations = [{ pipeline: 'p', stepId: 'a', state }];
      const states: DocumentStates = { steps: new Map([['a', invocations]]), pipelines: new Map() };
      const relative = (path: string) => (path.startsWith('/p/') ? path.slice(3) : undefined);
      const context = { file, lines: text.split('\n'), relative };
      return failureFindings(factsOf(TEXT).steps, states, context)[0]!;
    };

    it('stands on its line, however far the step has moved', () => {
      const { range } = failure({});
      assert.deepEqual(range, {
        start: { line: 3, character: 1 },
        end: { line: 3, character: 22 },
      });
    });

    it('stands on the name when it was raised elsewhere, or its line is gone', () => {
      const name = { line: 2, character: 4 };
      assert.deepEqual(failure({ source: { file: 'b.py', line: 14 } }).range.start, name);
      assert.deepEqual(failure({ source: { file: 'a.py', line: 90 } }).range.start, name);
      assert.deepEqual(failure({}, 'b.py').range.start, name);
    });

    it('lists the frames that lie in the workspace', () => {
      const traceback = [
        'Traceback (most recent call last):',
        '  File "/usr/lib/python3/x.py", line 3, in run',
        '  File "/p/a.py", line 14, in a',
        '    raise ValueError("ä")',
        '  File "/p/b/c.py", line 2, in <module>',
        'ValueError: ä',
      ].join('\n');
      assert.deepEqual(failure({ traceback }).related, [
        { file: 'a.py', line: 14, message: 'in a' },
        { file: 'b/c.py', line: 2, message: 'in <module>' },
      ]);
    });
  });
});
