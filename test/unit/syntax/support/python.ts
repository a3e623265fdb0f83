/** The parser, real Python code and CPython's own opinion, for tests of the syntax. */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { canonicalForm } from '../../../../src/syntax/canonical';
import type { SyntaxNode } from '../../../../src/syntax/nodes';
import { loadPythonParser, type PythonParser } from '../../../../src/syntax/parser';

const modules = path.resolve(__dirname, '../../../../node_modules');
let loaded: Promise<PythonParser> | undefined;

export function pythonParser(): Promise<PythonParser> {
  loaded ??= loadPythonParser({
    runtime: path.join(modules, 'web-tree-sitter/web-tree-sitter.wasm'),
    language: path.join(modules, 'tree-sitter-python/tree-sitter-python.wasm'),
  });
  return loaded;
}

/** Canonical form of a whole text; undefined when it does not parse. */
export function formOf(parser: PythonParser, text: string): string | undefined {
  const tree = parser.parse(text);
  try {
    if (tree.hasErrors) return undefined;
    return tree.statements.map(({ root }) => canonicalForm(root)).join('\n');
  } finally {
    tree.dispose();
  }
}

const python = process.env['RUNLENS_TEST_PYTHON'] ?? 'python3';

export function runPython(script: string, input = '', args: readonly string[] = []): string {
  const options = { input, encoding: 'utf8', maxBuffer: 1 << 28 } as const;
  return execFileSync(python, ['-c', script, ...args], options);
}

const FILES = [
  'argparse.py',
  'ast.py',
  'dataclasses.py',
  'functools.py',
  'inspect.py',
  'statistics.py',
  'typing.py',
  'zipfile.py',
  'zipfile/__init__.py',
  'asyncio/base_events.py',
  'asyncio/tasks.py',
  'json/decoder.py',
  'concurrent/futures/_base.py',
  'contextlib.py',
  'textwrap.py',
  'pprint.py',
];

/** Files of the test interpreter's standard library. */
export function standardLibrary(): { file: string; text: string }[] {
  const folder = runPython('import os; print(os.path.dirname(os.__file__), end="")');
  return FILES.map((file) => path.join(folder, file))
    .filter((file) => fs.existsSync(file))
    .map((file) => ({ file, text: fs.readFileSync(file, 'utf8').replaceAll('\r\n', '\n') }));
}

/** Top-level functions and classes of the standard library that a person would call short. */
export function realFunctions(parser: PythonParser): string[] {
  return standardLibrary().flatMap(({ text }) => {
    const tree = parser.parse(text);
    const found = tree.statements
      .filter(({ root }) => /definition/.test(root.type))
      .map(({ root }) => root.source)
      .filter((source) => source.length < 2500);
    tree.dispose();
    return found;
  });
}

/** The tokens of a statement in order. */
export function tokensOf(node: SyntaxNode): SyntaxNode[] {
  const isWhole = node.children.length === 0 || node.type === 'string';
  return isWhole ? [node] : node.children.flatMap(tokensOf);
}

const ORACLE = `
import ast, inspect, json, re, sys, warnings
warnings.simplefilter("ignore")

class Plain(ast.NodeTransformer):
    """What does not count: plain docstrings, the u of a string, parentheses in del."""
    def __init__(self, reads_docs):
        self.reads_docs = reads_docs
    def strip(self, node):
        self.generic_visit(node)
        body = node.body
        first = body[0] if body else None
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
            bases = isinstance(node, ast.ClassDef) and (node.bases or node.keywords)
            if node.decorator_list or bases or self.reads_docs:
                # A formatter indents it anew, which is no other program.
                lines = inspect.cleandoc(first.value.value).split("\\n")
                first.value.value = "\\n".join(line.rstrip() for line in lines)
            else:
                node.body = body[1:]
        return node
    visit_FunctionDef = visit_AsyncFunctionDef = visit_ClassDef = strip
    def visit_Constant(self, node):
        node.kind = None
        return node
    def visit_Delete(self, node):
        self.generic_visit(node)
        node.targets = [t for target in node.targets for t in (target.elts if isinstance(target, ast.Tuple) else [target])]
        return node

def dump(text, memo={}):
    if text not in memo:
        try:
            memo[text] = ast.dump(Plain(re.search('__doc__|getdoc', text) is not None).visit(ast.parse(text)))
        except (SyntaxError, ValueError):
            memo[text] = None
    return memo[text]

result = {"same": 0, "invalid": 0, "different": []}
for before, after in json.load(sys.stdin):
    a, b = dump(before), dump(after)
    if a is None or b is None: result["invalid"] += 1
    elif a == b: result["same"] += 1
    else: result["different"].append([before, after])
print(json.dumps(result))
`;

/** CPython's \`ast\` on pairs of texts: how many are the same program, and which are not. */
export function compareWithCPython(pairs: readonly (readonly [string, string])[]): {
  same: number;
  invalid: number;
  different: [string, string][];
} {
  return JSON.parse(runPython(ORACLE, JSON.stringify(pairs)));
}

const VALID = `
import ast, json, sys, warnings
warnings.simplefilter("ignore")
def is_valid(text):
    try:
        ast.parse(text)
    except (SyntaxError, ValueError):
        return False
    return True
print(sum(map(is_valid, json.load(sys.stdin))))
`;

/** How many texts CPython can parse. */
export const countValid = (texts: readonly string[]): number =>
  Number(runPython(VALID, JSON.stringify(texts)));
