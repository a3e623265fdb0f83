/** Real and generated modules: what must not change a step's key, and what must. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { CodeFingerprint } from '../../../../src/pipeline/fingerprint/codeFingerprint';
import { keyOf } from '../../../../src/pipeline/fingerprint/fingerprint';
import type { Statement, SyntaxNode } from '../../../../src/syntax/nodes';
import type { PythonParser } from '../../../../src/syntax/parser';
import { pythonParser } from '../../syntax/support/python';
import { type CorpusModule, corpusModules } from './support/corpus';
import { generatedWorkspace } from './support/generated';
import { ref, workspace } from './support/workspace';

/** A nightly run takes bigger modules and more of them. */
const MODULES = Number(process.env['RUNLENS_TEST_MODULES'] ?? 200);
const LIMIT = Number(process.env['RUNLENS_TEST_MODULE_CHARS'] ?? 12_000);
const SEED = Number(process.env['RUNLENS_TEST_SEED'] ?? 20260101);
/** In ms; `black` and the parser take as long as the text is. */
const TIMEOUT = 90_000 + MODULES * LIMIT * 0.05;
/** Functions of a module that are taken for steps, and edits of what each reaches. */
const STEPS = 3;
const EDITS = 4;

const moduleOf = (file: string): string =>
  file.replace(/(\/__init__)?\.py$/, '').replaceAll('/', '.');
const keyText = (code: CodeFingerprint | undefined): string =>
  code ? keyOf(code.components) : 'not there';

/** The other order for each run of plain functions, whose order means nothing. */
function reordered(parser: PythonParser, text: string): string {
  const tree = parser.parse(text);
  const names = tree.statements.map(({ root }) => root.child('name')?.text);
  const isFree = ({ root }: Statement, index: number) =>
    root.type === 'function_definition' &&
    !root.source.includes('global ') &&
    names.indexOf(names[index]) === names.lastIndexOf(names[index]);
  const runs: Statement[][] = [[]];
  tree.statements.forEach((statement, index) => {
    if (isFree(statement, index)) runs.at(-1)?.push(statement);
    else runs.push([]);
  });
  let result = text;
  for (const run of runs.reverse().filter(({ length }) => length > 1)) {
    const sources = run.map(({ root }) => root.source);
    run.reverse().forEach((statement, index) => {
      const { start, root } = statement;
      const end = start + root.source.length;
      result = result.slice(0, start) + sources[index] + result.slice(end);
    });
  }
  tree.dispose();
  return result;
}

/** The text with one leaf of a definition changed; undefined when it has none that must count. */
function edited(
  parser: PythonParser,
  text: string,
  { name, pick }: { name: string; pick: number },
): string | undefined {
  const tree = parser.parse(text);
  try {
    const found = tree.statements.find(({ root }) => nameOf(root) === name);
    const body = found && bodyOf(found.root);
    if (!found || !body) return undefined;
    const leaves = leavesOf(body);
    const leaf = leaves[pick % Math.max(1, leaves.length)];
    if (!leaf) return undefined;
    const at = found.start + leaf.start;
    const changed = leaf.type === 'identifier' ? `${leaf.text}_x` : `${Number(leaf.text) + 1}`;
    return text.slice(0, at) + changed + text.slice(at + leaf.text.length);
  } finally {
    tree.dispose();
  }
}

const definitionIn = (root: SyntaxNode) => root.child('definition') ?? root;
const nameOf = (root: SyntaxNode): string | undefined => definitionIn(root).child('name')?.text;
const bodyOf = (root: SyntaxNode): SyntaxNode | undefined => definitionIn(root).child('body');

/** Names and numbers; a number is anything but what an edit would make a float of. */
function leavesOf(node: SyntaxNode): SyntaxNode[] {
  if (node.type === 'string') return [];
  if (node.children.length > 0) return node.children.flatMap(leavesOf);
  const counts = node.type === 'identifier' || (node.type === 'integer' && /^\d+$/.test(node.text));
  return counts ? [node] : [];
}

describe('the key of a step over real modules', () => {
  let modules: CorpusModule[] = [];
  before(function () {
    this.timeout(TIMEOUT);
    modules = corpusModules({ count: MODULES, seed: SEED, limit: LIMIT });
  });

  it('has enough of them', () => {
    assert.ok(modules.length >= Math.min(MODULES, 200), `only ${modules.length} modules`);
  });

  const stepsOf = ({ file, functions }: CorpusModule) =>
    functions.slice(0, STEPS).map((found) => ({
      ...found,
      ref: { ...ref(found.name, file, moduleOf(file)), line: found.line },
    }));

  for (const [what, rewrite] of [
    ['black', ({ formatted }) => formatted],
    ['comments', ({ commented }) => commented],
  ] as const satisfies readonly (readonly [string, (module: CorpusModule) => string])[]) {
    it(`is not changed by ${what}`, async function () {
      this.timeout(TIMEOUT);
      const different: string[] = [];
      for (const module of modules) {
        const { ws, code } = await workspace({ [module.file]: module.text });
        const before = stepsOf(module).map((step) => keyText(code.ofStep(step.ref)));
        ws.write(module.file, rewrite(module));
        const after = stepsOf(module).map((step) => keyText(code.ofStep(step.ref)));
        stepsOf(module).forEach(({ name }, index) => {
          if (before[index] !== after[index]) different.push(`${module.file} ${name}`);
        });
        code.dispose();
      }
      assert.deepEqual(different, []);
    });
  }

  it('is not changed by the order of functions', async function () {
    this.timeout(TIMEOUT);
    const parser = await pythonParser();
    const different: string[] = [];
    let moved = 0;
    for (const module of modules) {
      const text = reordered(parser, module.text);
      if (text !== module.text) moved += 1;
      const { ws, code } = await workspace({ [module.file]: module.text });
      const keys = () => stepsOf(module).map((step) => keyText(code.ofStep(step.ref)));
      const before = keys();
      ws.write(module.file, text);
      const after = keys();
      if (String(before) !== String(after)) different.push(module.file);
      code.dispose();
    }
    assert.deepEqual(different, []);
    assert.ok(moved > modules.length / 5, `only ${moved} modules have functions to move`);
  });

  it('is changed by each edit of what compiled code reaches', async function () {
    this.timeout(TIMEOUT);
    const parser = await pythonParser();
    const missed: string[] = [];
    let edits = 0;
    for (const module of modules) {
      const { ws, code } = await workspace({ [module.file]: module.text });
      for (const step of stepsOf(module)) {
        const before = keyText(code.ofStep(step.ref));
        for (const [index, name] of [step.name, ...step.reaches].slice(0, EDITS).entries()) {
          const pick = edits * 7 + index;
          const text = edited(parser, module.text, { name, pick });
          if (text === undefined) continue;
          edits += 1;
          ws.write(module.file, text);
          if (keyText(code.ofStep(step.ref)) === before)
            missed.push(`${module.file} ${step.name} → ${name}`);
          ws.write(module.file, module.text);
        }
      }
      code.dispose();
    }
    assert.deepEqual(missed, []);
    assert.ok(edits > modules.length, `only ${edits} edits`);
  });

  it('lists every call of eval, exec and the like', async function () {
    this.timeout(TIMEOUT);
    const silent: string[] = [];
    let seen = 0;
    for (const module of modules) {
      const { code } = await workspace({ [module.file]: module.text });
      for (const { name, line, dynamic } of module.functions) {
        const found = code.ofStep({ ...ref(name, module.file, moduleOf(module.file)), line });
        for (const call of dynamic) {
          seen += 1;
          const isListed = found?.notTracked.some((text) => /^\w+/.exec(text)?.[0] === call);
          if (!isListed) silent.push(`${module.file} ${name}: ${call}`);
        }
      }
      code.dispose();
    }
    assert.deepEqual(silent, []);
    assert.ok(seen > 0);
  });
});

describe('the key of a step over generated workspaces', () => {
  it('changes with each edit of what it reaches, and with no other', async function () {
    this.timeout(60_000);
    const seeds = fc.sample(fc.nat(), { numRuns: 60, seed: SEED });
    for (const seed of seeds) {
      const made = generatedWorkspace(seed);
      const { ws, code } = await workspace(made.files);
      const key = () => keyText(code.ofStep(made.step));
      const before = key();
      for (const { file, find, replace, isReached, what } of made.edits) {
        ws.edit(file, find, replace);
        assert.equal(
          key() !== before,
          isReached,
          `seed ${seed}: ${what}\n${JSON.stringify(made.files, null, 1)}`,
        );
        ws.edit(file, replace, find);
      }
      assert.equal(key(), before);
      code.dispose();
    }
  });
});
