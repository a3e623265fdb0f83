// What is found wrong in steps and pipelines, where, and how it is mended; and that nothing else is.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { editDistance, type Finding, nearNames } from '../../../../src/language/features/finding';
import { findCircle, pipelineFindings } from '../../../../src/language/features/pipelineFindings';
import { moduleFacts } from '../../../../src/syntax/facts';
import { loadPythonParser, type PythonParser } from '../../../../src/syntax/parser';
import { WASM } from '../support/wasm';

let parser: PythonParser;

function findingsOf(text: string): Finding[] {
  const tree = parser.parse(text);
  try {
    const facts = moduleFacts(tree);
    return pipelineFindings(facts, text, ({ step }) => {
      const fact = facts.steps.find(({ name }) => name === step);
      return fact && { fact, paths: facts.names.paths };
    });
  } finally {
    tree.dispose();
  }
}

/** The text after a fix. */
function mended(text: string, finding: Finding, title: RegExp): string {
  const fix = finding.fixes?.find((one) => title.test(one.title));
  assert.ok(fix, `no fix ${title} among ${finding.fixes?.map((one) => one.title)}`);
  const lines = text.split('\n');
  const offset = ({ line, character }: { line: number; character: number }) =>
    lines.slice(0, line).reduce((sum, one) => sum + one.length + 1, 0) + character;
  const edits = [...fix.edits].sort((a, b) => offset(b.range.start) - offset(a.range.start));
  return edits.reduce(
    (result, { range, text: put }) =>
      result.slice(0, offset(range.start)) + put + result.slice(offset(range.end)),
    text,
  );
}

const HEAD = `from typing import Annotated, Any, Optional, Tuple
from runlens import pipeline, step
import functools
import numpy as np
import pandas as pd


@step
def load() -> Annotated[dict, "data"]:
    return {}


@step
def train(data: dict, gamma: float = 0.1) -> list:
    return []


@step
def split(data: dict) -> Tuple[dict, list]:
    return data, []


@step
def anything(x): ...


@pipeline
def training(gamma: float = 0.1):
`;
const body = (text: string) => `${HEAD}    ${text.replaceAll('\n', '\n    ')}\n`;
const found = (text: string) =>
  findingsOf(text).map(({ code, range }) => {
    const line = text.split('\n')[range.start.line] ?? '';
    return `${code} ${line.slice(range.start.character, range.end.character)}`;
  });

describe('findings of pipelines', () => {
  before(async () => {
    parser = await loadPythonParser(WASM);
  });
  after(() => parser.dispose());

  const cases: readonly (readonly [string, string, string[]])[] = [
    ['nothing in a good pipeline', 'train(load(), gamma)', []],
    [
      'a result that nothing uses',
      'data = load()\nmodel = train(data)',
      ['unused-result model = '],
    ],
    ['nothing for _', '_ = load()', []],
    ['nothing for a result used in a branch', 'd = load()\nif gamma:\n    train(d)', []],
    ['several results that nothing uses', 'a, b = split(load())', ['unused-result a, b = ']],
    ['nothing when one of several is used', 'a, b = split(load())\nanything(a)', []],
    ['a lambda', 'train(load(), lambda x: x)', ['parameter-not-serialisable lambda x: x']],
    ['an array', 'anything(np.array([1]))', ['parameter-not-serialisable np.array([1])']],
    [
      'a table by name',
      'anything(x=pd.DataFrame())',
      ['parameter-not-serialisable pd.DataFrame()'],
    ],
    ['a step that is not called', 'train(load)', ['parameter-not-serialisable load']],
    ['a module', 'anything(np)', ['parameter-not-serialisable np']],
    ['bytes', 'anything(b"x")', ['parameter-not-serialisable b"x"']],
    ['nothing for what may be JSON', 'anything([1, {"a": (2,)}])\nanything(open("x").read())', []],
    ['nothing for functions that are no steps', 'functools.reduce(anything, [np], after="x")', []],
    ['a wrong type', 'train(train(load()))', ['type-mismatch train(load())']],
    ['a wrong type by name', 'x = train(load())\ntrain(data=x)', ['type-mismatch x']],
    ['a wrong item of a tuple', 'a, b = split(load())\ntrain(b)\nanything(a)', ['type-mismatch b']],
    ['nothing for a tuple as a whole', 'train(split(load()))', []],
    ['nothing for the right item', 'a, b = split(load())\ntrain(a)\nanything(b)', []],
    ['nothing for what has no annotation', 'anything(train(load()))', []],
    ['a step that after does not find', 'load()\nanything(1, after="lod")', ['unknown-step "lod"']],
    ['nothing for ids', 'load(id="first")\nanything(1, after="first")', []],
    ['nothing for ids in a loop', 'for i in range(3):\n    load()\nanything(1, after="x")', []],
    ['a circle', 'load(after="anything")\nanything(1, after=["load"])', ['cycle "anything"']],
    ['a step after itself', 'load(after="load")', ['cycle "load"']],
    ['a circle through data', 'd = load(after="train")\ntrain(d)', ['cycle "train"']],
  ];
  for (const [what, text, expected] of cases) {
    it(what, () => assert.deepEqual(found(body(text)), expected));
  }

  it('a default that JSON does not carry, and a return without annotation', () => {
    const text = `from runlens import step\n@step\ndef f(g=lambda x: x):\n    return {}\n`;
    assert.deepEqual(found(text), ['output-without-annotation f', 'parameter-not-serialisable f']);
  });

  describe('mends', () => {
    it('a missing annotation, and names the output', () => {
      const text = 'from runlens import step\n@step\ndef f(x):\n    return {}\n';
      const [finding] = findingsOf(text);
      assert.match(mended(text, finding!, /^Add/), /def f\(x\) -> dict:/);
      const named = mended(text, finding!, /^Name/);
      assert.equal(
        named,
        'from typing import Annotated\nfrom runlens import step\n@step\ndef f(x) -> Annotated[dict, "f"]:\n    return {}\n',
      );
      assert.deepEqual(findingsOf(named), []);
    });

    it('behind __future__, with CRLF and tabs', () => {
      const text =
        '"""Doc."""\r\nfrom __future__ import annotations\r\nimport runlens\r\nif 1:\r\n\t@runlens.step\r\n\tdef ä(x):\r\n\t\treturn []\r\n';
      const named = mended(text, findingsOf(text)[0]!, /^Name/);
      assert.match(named, /annotations\r\nfrom typing import Annotated\r\nimport runlens\r\n/);
      assert.match(named, /\tdef ä\(x\) -> Annotated\[list, "ä"\]:\r\n/);
      assert.deepEqual(findingsOf(named), []);
    });

    it('an unused result, a missing call, a wrong name', () => {
      const unused = body('data = load()\nmodel = train(data)');
      assert.match(mended(unused, findingsOf(unused)[0]!, /Remove/), /\n {4}train\(data\)\n$/);
      const call = body('train(load)');
      assert.match(mended(call, findingsOf(call)[0]!, /Call load/), /train\(load\(\)\)/);
      const after = body('load()\nanything(1, after="lod")');
      assert.match(mended(after, findingsOf(after)[0]!, /"load"/), /after="load"\)/);
    });

    it('an array by a step of its own, unless it needs what the pipeline knows', () => {
      const text = body('anything(np.array([1]))');
      const wrapped = mended(text, findingsOf(text)[0]!, /Wrap/);
      assert.match(
        wrapped,
        /@step\ndef make_value\(\):\n {4}return np\.array\(\[1\]\)\n\n\n@pipeline\n/,
      );
      assert.match(wrapped, /anything\(make_value\(\)\)/);
      assert.deepEqual(findingsOf(body('anything(np.array([gamma]))'))[0]?.fixes, []);
    });
  });

  describe('no false alarm', () => {
    it('in the modules of the standard library', function () {
      this.timeout(60_000);
      const python = 'import sysconfig; print(sysconfig.get_paths()["stdlib"])';
      const folder = execFileSync('python3', ['-c', python], { encoding: 'utf8' }).trim();
      const files = fs.readdirSync(folder).filter((file) => file.endsWith('.py'));
      assert.ok(files.length >= 100, `only ${files.length} modules in ${folder}`);
      for (const file of files) {
        const text = fs.readFileSync(path.join(folder, file), 'utf8');
        assert.deepEqual(findingsOf(text), [], file);
        // As it is with names of the SDK bound, but none of them used.
        assert.deepEqual(findingsOf(`import runlens\nimport mlflow\n${text}`), [], file);
      }
    });
  });

  describe('near names', () => {
    it('are those that need few changes', () => {
      assert.deepEqual(nearNames('clasifier', ['classifier', 'data', 'classifiers']), [
        'classifier',
        'classifiers',
      ]);
      assert.deepEqual(nearNames('x', ['something']), []);
    });

    it('are measured by a metric', () => {
      const word = fc.string({ maxLength: 8 });
      fc.assert(
        fc.property(word, word, word, (a, b, c) => {
          assert.equal(editDistance(a, b), editDistance(b, a));
          assert.equal(editDistance(a, a), 0);
          assert.ok(editDistance(a, c) <= editDistance(a, b) + editDistance(b, c));
        }),
      );
    });
  });

  it('find a circle exactly where there is one', () => {
    const graph = fc
      .integer({ min: 1, max: 7 })
      .chain((n) =>
        fc.array(fc.array(fc.nat(n - 1), { maxLength: 3 }), { minLength: n, maxLength: n }),
      );
    fc.assert(
      fc.property(graph, (edges) => {
        const circle = findCircle(edges);
        circle?.forEach((node, index) => {
          const next = circle[(index + 1) % circle.length]!;
          assert.ok(edges[node]?.includes(next));
        });
        assert.equal(circle !== undefined, !hasOrder(edges));
      }),
    );
  });
});

/** Whether nodes can be taken away one after the other, each when nothing is left that it needs. */
function hasOrder(edges: readonly (readonly number[])[]): boolean {
  const left = new Set(edges.keys());
  for (;;) {
    const free = [...left].find((node) => !edges[node]!.some((next) => left.has(next)));
    if (free === undefined) return left.size === 0;
    left.delete(free);
  }
}
