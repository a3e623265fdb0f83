// What is proposed where: `<|>` is the cursor. The text before it is all that counts.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { completions, type NameSource } from '../../../../src/language/features/completion';
import { stringAt } from '../../../../src/language/features/cursor';
import { moduleFacts } from '../../../../src/syntax/facts';
import { loadPythonParser, type PythonParser } from '../../../../src/syntax/parser';
import { WASM } from '../support/wasm';

const NAMES: NameSource = {
  artifacts: async () => [{ name: 'classifier', versions: 2, latest: '2' }],
  versions: async (artifact) =>
    artifact === 'classifier' ? [{ version: '2', type: 'dict', createdAt: 0 }] : [],
  models: async () => [
    { name: 'iris', versions: [3, 1], aliases: [{ alias: 'prod', version: 1 }] },
  ],
  metrics: async () => ['loss', 'val/acc'],
  experiments: async () => ['Default', 'digits'],
  runs: async () => [{ runId: 'a'.repeat(32), name: 'training-1' }],
};
const HEAD = `import mlflow
from mlflow import MlflowClient
from runlens import Client, load_artifact, pipeline, step

client = Client()

@step
def train() -> dict:
    return {}

@pipeline
def training():
    train()

`;

describe('completion', () => {
  let parser: PythonParser;
  before(async () => {
    parser = await loadPythonParser(WASM);
  });
  after(() => parser.dispose());

  /** Proposals for a text behind the head; each with what it replaces. */
  async function proposed(marked: string, head = HEAD): Promise<string[]> {
    const whole = head + marked;
    const offset = whole.indexOf('<|>');
    const text = whole.replace('<|>', '');
    const tree = parser.parse(head);
    const facts = moduleFacts(tree);
    tree.dispose();
    const found = await completions({ text, offset, facts, names: NAMES });
    return found.map(({ label, from }) => {
      const replaced = text.slice(from, offset);
      return replaced === '' ? label : `${replaced} → ${label}`;
    });
  }

  const cases: readonly (readonly [string, string, string[]])[] = [
    [
      'an artifact in a string that nobody closed',
      'Client().get_artifact_version("<|>',
      ['classifier'],
    ],
    ['an artifact in a closed string', 'client.get_artifact_version("cl<|>")', ['cl → classifier']],
    ['an artifact by name', "load_artifact(name='<|>')", ['classifier']],
    ['a version', 'load_artifact("classifier", "<|>")', ['2']],
    ['a version by name', 'load_artifact(\n    name="classifier",\n    version="<|>",\n)', ['2']],
    ['no version of what is not known', 'load_artifact(x, "<|>")', []],
    ['a metric', 'mlflow.log_metric("<|>', ['loss', 'val/acc']],
    ['a metric in a dictionary', 'mlflow.log_metrics({"a": 1, "<|>"', ['loss', 'val/acc']],
    ['nothing in a dictionary’s value', 'mlflow.log_metrics({"a": "<|>"', []],
    [
      'an order',
      'mlflow.search_runs(order_by=["metrics.l<|>"',
      ['metrics.l → metrics.loss', 'metrics.l → metrics.`val/acc`'],
    ],
    ['an experiment', 'mlflow.set_experiment("<|>', ['Default', 'digits']],
    ['a model', 'MlflowClient().get_model_version("<|>', ['iris']],
    ['a version of a model', 'MlflowClient().get_model_version("iris", "<|>', ['3', '1']],
    ['an alias', 'MlflowClient().get_model_version_by_alias("iris", "<|>', ['prod']],
    ['models', 'x = "models:/<|>', ['models:/ → models:/iris']],
    [
      'versions in a URI',
      'x = "models:/iris/<|>',
      [
        'models:/iris/ → models:/iris/latest',
        'models:/iris/ → models:/iris/3',
        'models:/iris/ → models:/iris/1',
      ],
    ],
    ['aliases in a URI', 'x = "models:/iris@<|>', ['models:/iris@ → models:/iris@prod']],
    ['runs', 'x = "runs:/<|>', [`runs:/ → runs:/${'a'.repeat(32)}/`]],
    ['nothing behind a run', `x = "runs:/${'a'.repeat(32)}/<|>`, []],
    ['steps after', 'train(after="<|>', ['train']],
    ['steps in a list', 'train(after=["a", "<|>', ['train']],
    ['steps of a run', 'run.steps["<|>', ['train']],
    ['nothing in an ordinary string', 'print("<|>', []],
    ['nothing outside of a string', 'load_artifact(<|>', []],
    ['nothing in a comment', '# load_artifact("<|>', []],
    ['nothing behind a string', 'load_artifact("a"<|>', []],
    ['nothing in a text over lines', '"""\nload_artifact(\\"<|>', []],
    ['behind an apostrophe in a comment', '# don\'t\nload_artifact("<|>', ['classifier']],
    ['behind a string that ended with its line', 'x = "abc\nload_artifact("<|>', ['classifier']],
    ['behind unicode', 'ä = "😀"; load_artifact("<|>', ['classifier']],
    ['with CRLF and tabs', 'if 1:\r\n\tload_artifact(\r\n\t\t"<|>', ['classifier']],
    ['in a call in a call', 'f(g("x"), load_artifact("<|>', ['classifier']],
  ];
  for (const [what, text, expected] of cases) {
    it(what, async () => assert.deepEqual(await proposed(text), expected));
  }

  it('nothing in a file without the packages', async () => {
    assert.deepEqual(await proposed('load_artifact("<|>', 'import os\n'), []);
  });

  it('nothing of a name that is something else', async () => {
    const head = 'import mlflow\ndef load_artifact(x): pass\n';
    assert.deepEqual(await proposed('load_artifact("<|>', head), []);
  });

  it('reads any text up to any place', () => {
    const sign = fc.constantFrom(
      '(',
      ')',
      '[',
      ']',
      '{',
      '}',
      '"',
      "'",
      '"""',
      '\\',
      '#',
      '\n',
      ',',
      '=',
      ':',
      'f',
      'a.b',
      ' ',
      'ä',
    );
    fc.assert(
      fc.property(fc.array(sign, { maxLength: 60 }), fc.nat(), (signs, at) => {
        const text = signs.join('');
        const offset = at % (text.length + 1);
        const place = stringAt(text, offset);
        if (place) assert.equal(text.slice(place.from, offset), place.typed);
      }),
    );
  });
});
