/** Real modules for the fingerprint: what CPython says of their functions, and rewritten texts. */
import { runPython } from '../../../syntax/support/python';

/** A function at the top of a module, as CPython sees it. */
export interface CorpusFunction {
  readonly name: string;
  readonly line: number;
  /** Functions and classes of the module that its compiled code reaches by global names. */
  readonly reaches: readonly string[];
  /** What its own code calls that nobody can follow: `eval`, `exec` … */
  readonly dynamic: readonly string[];
}

export interface CorpusModule {
  /** Path relative to the folder of the library, with `/`. */
  readonly file: string;
  readonly text: string;
  /** With a comment at the end of each line that can have one. */
  readonly commented: string;
  /** As `black` writes it. */
  readonly formatted: string;
  readonly functions: readonly CorpusFunction[];
}

const SCRIPT = String.raw`
import ast, builtins, dis, io, json, os, random, sys, tokenize, types, warnings
import black
warnings.simplefilter("ignore")

def commented(text):
    ends = {}
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type in (tokenize.NEWLINE, tokenize.NL) and token.string:
            ends[token.start[0]] = token.start[1]
    lines = text.split("\n")
    for line, column in ends.items():
        content = lines[line - 1]
        if "#" not in content[column:]:
            lines[line - 1] = content[:column] + "  # (noise, " + content[column:]
    return "\n".join(lines)

def formatted(text):
    try:
        return black.format_str(text, mode=black.Mode())
    except black.InvalidInput:
        return None

def globals_of(code):
    names = {
        instruction.argval
        for instruction in dis.get_instructions(code)
        if instruction.opname in ("LOAD_GLOBAL", "LOAD_NAME")
    }
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            names |= globals_of(constant)
    return names

def described(text, tree):
    """Only names that are bound once, by one def or class: of those the code is certain."""
    code = compile(text, "module", "exec")
    bound = {}
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            bound[node.name] = bound.get(node.name, 0) + 1
        elif isinstance(node, ast.Name) and isinstance(node.ctx, (ast.Store, ast.Del)):
            bound[node.id] = bound.get(node.id, 0) + 1
        elif isinstance(node, ast.alias):
            name = (node.asname or node.name).split(".")[0]
            bound[name] = bound.get(name, 0) + 1
    top = {
        node.name: node
        for node in tree.body
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and bound[node.name] == 1
    }
    codes = {c.co_name: c for c in code.co_consts if isinstance(c, types.CodeType) and c.co_name in top}
    uses = {name: globals_of(c) & set(codes) for name, c in codes.items()}
    found = []
    for name, node in top.items():
        if isinstance(node, ast.ClassDef) or node.decorator_list or name not in codes:
            continue
        reached, pending = set(), [name]
        while pending:
            for use in uses[pending.pop()] - reached:
                reached.add(use)
                pending.append(use)
        calls = [
            n.func.id
            for n in ast.walk(node)
            if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)
            # A module that is asked for by its name is outside, and known.
            and not (n.func.id == "__import__" and n.args and isinstance(n.args[0], ast.Constant))
        ]
        dynamic = sorted(set(calls) & {"eval", "exec", "globals", "__import__"} & globals_of(codes[name]))
        found.append({"name": name, "line": node.lineno, "reaches": sorted(reached), "dynamic": dynamic})
    return found

def modules(folder, count, seed):
    files = []
    for base, folders, names in os.walk(folder):
        folders[:] = sorted(f for f in folders if f not in ("site-packages", "__pycache__", "test", "tests", "idle_test", "lib2to3"))
        files += [os.path.join(base, name) for name in sorted(names) if name.endswith(".py")]
    random.Random(seed).shuffle(files)
    result = []
    for file in files:
        if len(result) == count:
            break
        try:
            text = open(file, encoding="utf-8", newline="").read().replace("\r\n", "\n")
            if "\f" in text or not 200 < len(text) < limit:
                continue
            tree = ast.parse(text)
        except (SyntaxError, UnicodeDecodeError):
            continue
        functions = described(text, tree)
        pretty = formatted(text)
        if not functions or pretty is None:
            continue
        result.append({
            "file": os.path.relpath(file, folder).replace(os.sep, "/"),
            "text": text,
            "commented": commented(text),
            "formatted": pretty,
            "functions": functions,
        })
    return result

count, seed, limit = json.loads(sys.stdin.read())
print(json.dumps(modules(os.path.dirname(os.__file__), count, seed)))
`;

/**
 * Modules of the standard library of the interpreter at hand, drawn by a seed.
 * @param options.limit most characters of one.
 */
export function corpusModules(options: {
  count: number;
  seed: number;
  limit: number;
}): CorpusModule[] {
  const { count, seed, limit } = options;
  return JSON.parse(runPython(SCRIPT, JSON.stringify([count, seed, limit])));
}
