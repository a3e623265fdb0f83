// What a file says to the store: names bound by imports alone, strings with a meaning, calls of MLflow.
import assert from 'node:assert/strict';
import { type ModuleFacts, moduleFacts } from '../../../src/syntax/facts';
import { pythonParser } from './support/python';

async function factsOf(text: string): Promise<ModuleFacts> {
  const tree = (await pythonParser()).parse(text);
  const facts = moduleFacts(tree);
  tree.dispose();
  return facts;
}

const PATHS: readonly (readonly [string, string, string, string | undefined])[] = [
  ['a module', 'import mlflow', 'mlflow', 'mlflow'],
  ['a module under another name', 'import mlflow as m', 'm', 'mlflow'],
  ['a submodule binds the package', 'import mlflow.sklearn', 'mlflow', 'mlflow'],
  ['a name', 'from mlflow import start_run as s', 's', 'mlflow.start_run'],
  ['a local import', 'def f():\n  import mlflow', 'mlflow', 'mlflow'],
  ['a value of a call', 'from runlens import Client\nc = Client()', 'c', 'runlens.Client()'],
  [
    'a chain of values',
    'from runlens import Client\nc = Client()\nr = c.get_pipeline_run("x")',
    'r',
    'runlens.Client().get_pipeline_run()',
  ],
  ['a with', 'import mlflow\nwith mlflow.start_run() as run: pass', 'run', 'mlflow.start_run()'],
  ['bound twice to the same', 'import mlflow\ndef f():\n  import mlflow', 'mlflow', 'mlflow'],
  ['nothing of a relative import', 'from .mlflow import x', 'x', undefined],
  ['nothing that is assigned', 'mlflow = 1', 'mlflow', undefined],
  ['nothing that is also assigned', 'import mlflow\nmlflow = None', 'mlflow', undefined],
  [
    'nothing that is a parameter somewhere',
    'import mlflow\ndef f(mlflow): pass',
    'mlflow',
    undefined,
  ],
  ['nothing that a loop binds', 'import mlflow\nfor mlflow in x: pass', 'mlflow', undefined],
  [
    'nothing that a comprehension binds',
    'import mlflow\n[mlflow for mlflow in x]',
    'mlflow',
    undefined,
  ],
  ['nothing that a lambda takes', 'import mlflow\nf = lambda mlflow: 1', 'mlflow', undefined],
  ['nothing that a walrus binds', 'import mlflow\nif (mlflow := 1): pass', 'mlflow', undefined],
  [
    'nothing that a pattern binds',
    'import mlflow\nmatch x:\n  case mlflow: pass',
    'mlflow',
    undefined,
  ],
  ['nothing that is deleted', 'import mlflow\ndel mlflow', 'mlflow', undefined],
  ['nothing that is made of itself', 'c = c()', 'c', undefined],
  [
    'nothing of two packages',
    'try:\n  import mlflow as m\nexcept E:\n  import other as m',
    'm',
    undefined,
  ],
];

const RL =
  'from runlens import Client, load_artifact\nimport mlflow\nfrom mlflow import MlflowClient\n';
const STRINGS: readonly (readonly [string, string, string[]])[] = [
  ['an artifact', 'Client().get_artifact_version("a")', ['artifact a']],
  [
    'an artifact with its version',
    'load_artifact("a", "3")',
    ['artifact a', 'artifactVersion 3 of a'],
  ],
  ['by name', 'load_artifact(name="a", version="3")', ['artifact a', 'artifactVersion 3 of a']],
  ['through a variable', 'c = Client()\nc.get_artifact_version("a")', ['artifact a']],
  ['with parentheses', 'load_artifact(("a"))', ['artifact a']],
  ['joined text', 'load_artifact("a" "b")', ['artifact ab']],
  ['a metric', 'mlflow.log_metric("loss", 1)', ['metric loss']],
  ['keys of metrics', 'mlflow.log_metrics({"a": 1, "b": x["no"]})', ['metric a', 'metric b']],
  ['a metric by the client', 'MlflowClient().log_metric("r", "loss", 1)', ['metric loss']],
  ['an order', 'mlflow.search_runs(order_by=["metrics.a DESC"])', ['order metrics.a DESC']],
  ['an experiment', 'mlflow.set_experiment("e")', ['experiment e']],
  [
    'a model and its alias',
    'MlflowClient().get_model_version_by_alias("m", "prod")',
    ['model m', 'modelAlias prod of m'],
  ],
  ['a registered name', 'mlflow.sklearn.log_model(m, registered_model_name="n")', ['model n']],
  [
    'a URI wherever it stands',
    'x = "models:/m/1"\ny = ["runs:/a"]',
    ['uri models:/m/1', 'uri runs:/a'],
  ],
  [
    'a step',
    'run.steps["train"]\nf(after="a")\nf(after=["b"])',
    ['step train', 'step a', 'step b'],
  ],
  ['no f-string', 'load_artifact(f"{x}")', []],
  ['no bytes', 'load_artifact(b"a")', []],
  [
    'nothing of a function that is called alike',
    'def load_artifact2(x): pass\nload_artifact2("a")',
    [],
  ],
  ['nothing of another object', 'other.get_artifact_version("a")', []],
];

describe('what a file says to the store', () => {
  describe('knows a name as', () => {
    for (const [what, text, name, path] of PATHS) {
      it(what, async () => assert.equal((await factsOf(text)).names.paths.get(name), path));
    }
  });

  describe('finds', () => {
    for (const [what, text, expected] of STRINGS) {
      it(what, async () => {
        const { store } = await factsOf(RL + text);
        const shown = store.strings.map(({ role, value }) =>
          'of' in role ? `${role.kind} ${value} of ${role.of}` : `${role.kind} ${value}`,
        );
        assert.deepEqual(shown, expected);
      });
    }
  });

  it('finds nothing in a file that imports none of the packages', async () => {
    const { store, names } = await factsOf('load_artifact("a")\nx = "models:/m/1"\nf(after="b")');
    assert.deepEqual([store.strings, store.tracking, names.uses.size], [[], [], 0]);
  });

  it('follows edits of other lines: what a name means, and where a line is', async () => {
    const parser = await pythonParser();
    const call = 'x = 1\nload_artifact("a")\n';
    const first = parser.parse(`from runlens import load_artifact\n${call}`);
    assert.equal(moduleFacts(first).store.strings[0]?.range.start.line, 2);
    const moved = parser.parse(`\n\nfrom runlens import load_artifact\n${call}`, first);
    assert.equal(moduleFacts(moved).store.strings[0]?.range.start.line, 4);
    const other = parser.parse(`import runlens\nfrom other import load_artifact\n${call}`, moved);
    assert.deepEqual(moduleFacts(other).store.strings, []);
    for (const tree of [first, moved, other]) tree.dispose();
  });

  it('counts positions in UTF-16, also behind signs beyond the first plane and after tabs', async () => {
    const text = 'from runlens import load_artifact\r\nif 1:\r\n\tx = "😀", load_artifact("a")\r\n';
    const [use] = (await factsOf(text)).store.strings;
    const line = text.split('\r\n')[2]!;
    assert.deepEqual(use?.range.start, { line: 2, character: line.indexOf('"a"') });
    assert.equal(line.slice(use!.range.start.character, use!.range.end.character), '"a"');
  });

  describe('calls of MLflow', () => {
    const calls = async (text: string) =>
      (await factsOf(text)).store.tracking.map(({ kind, line, experiment, inDefinition }) =>
        `${line} ${kind} ${experiment} ${inDefinition ? 'in a step' : ''}`.trim(),
      );

    it('are found by what is imported', async () => {
      const text =
        'import mlflow\nmlflow.set_experiment("e")\ndef main():\n  with mlflow.start_run():\n    pass\n';
      assert.deepEqual(await calls(text), ['1 set_experiment e', '3 start_run undefined']);
      const named =
        'from mlflow import set_experiment, start_run as go\nset_experiment(experiment_name="e")\ngo()\n';
      assert.deepEqual(await calls(named), ['1 set_experiment e', '2 start_run undefined']);
    });

    it('are none on a name that is not MLflow for certain', async () => {
      assert.deepEqual(await calls('mlflow.start_run()'), []);
      assert.deepEqual(await calls('import mlflow\nmlflow = Fake()\nmlflow.start_run()'), []);
      assert.deepEqual(await calls('from runlens import step\nstart_run()'), []);
    });

    it('know the steps that they are part of', async () => {
      const text =
        'import mlflow\nfrom runlens import step\n@step\ndef a():\n  mlflow.start_run()\n';
      assert.deepEqual(await calls(text), ['4 start_run undefined in a step']);
    });

    it('say when the server is another one', async () => {
      const text = 'import mlflow\nmlflow.set_tracking_uri("http://x")\nmlflow.start_run()\n';
      assert.equal((await factsOf(text)).store.setsServer, true);
    });
  });

  describe('returns without annotation', () => {
    const type = async (body: string) => {
      const text = `from runlens import step\n@step\ndef f(x):\n${body}\n`;
      const [step] = (await factsOf(text)).steps;
      return step?.unannotated && (step.unannotated.type ?? 'unknown');
    };
    const cases: readonly (readonly [string, string | undefined])[] = [
      ['  return {"a": 1}', 'dict'],
      ['  return [i for i in x]', 'list'],
      ['  return f"{x}"', 'str'],
      ['  return 1.5', 'float'],
      ['  return x', 'unknown'],
      ['  if x: return {}\n  return []', 'unknown'],
      ['  if x: return None\n  return {}', 'unknown'],
      ['  return b"x"', 'unknown'],
      ['  pass', undefined],
      ['  return', undefined],
      ['  return None', undefined],
      ['  yield 1\n  return 2', undefined],
      ['  def g(): return 1\n  g()', undefined],
    ];
    for (const [body, expected] of cases) {
      it(JSON.stringify(body), async () => assert.equal(await type(body), expected));
    }
  });
});
