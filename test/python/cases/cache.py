"""Cache sensitivity, a row each: what changes between two runs; whether and why a step runs."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, field

HIT = "cached"
ROWS: list[Row] = []

# SALT is another number in each row, so that none finds the results of another.
TRAIN = '''
from runlens import CachePolicy, pipeline, step
{top}

@step{options}
def work(x: int = 1{parameters}) -> int:
    """Works."""
    return {body}


@pipeline(name="flow_SALT")
def flow(x: int = 1):
    work(x)
'''
FOOTER = """

if __name__ == "__main__":
    import json
    import sys

    run = flow(**json.loads(sys.argv[1]))
    states = {name: [one.status, one.reasons] for name, one in run.steps.items()}
    print("STATES " + json.dumps(states))
"""
HELPER = "def clean(x):\n    return x + 1\n"


@dataclass
class Row:
    """`expected`: HIT, or the reasons for which `step` runs."""

    name: str
    expected: str | list[str]
    files: dict[str, str]
    edits: list[tuple[str, str, str]] = field(default_factory=list)
    arguments: tuple[dict, dict] = ({}, {})
    environment: tuple[dict, dict] = ({}, {})
    step: str = "work"
    # called with the workspace's folder and the row's between the runs
    between: object = None


def train(top="", body="x + SALT", options="", parameters="") -> str:
    return TRAIN.format(
        top=textwrap.dedent(top).strip(), body=body, options=options, parameters=parameters
    )


def row(name, expected, *, files=None, edit=None, edits=(), **more) -> None:
    """`files` without train.py takes the plain one."""
    files = {"train.py": train(), **(files or {})}
    changes = [edit] if edit else list(edits)
    ROWS.append(Row(name, expected, files, changes, **more))


def own(name, expected, old, new, **template) -> None:
    """An edit of train.py."""
    row(name, expected, files={"train.py": train(**template)}, edit=("train.py", old, new))


def helper(name, expected, old, new, *, text=HELPER, **template) -> None:
    """An edit of features.py, which train.py uses."""
    files = {"train.py": train(**template), "features.py": text}
    row(name, expected, files=files, edit=("features.py", old, new))


# Nothing, and what is nothing to a program.
row("nothing", HIT)
own("a comment", HIT, "    return x", "    # why\n    return x")
own("formatting", HIT, "return x + SALT", "return (x+SALT)")
own("the docstring", HIT, "Works.", "Works well.")
own("quotes", HIT, "'a'", '"a"', body="x + SALT + len('a')")
own("another function of the file", HIT, "return 2", "return 3", top="def other():\n    return 2")
own(
    "a local name that is also a global",
    HIT,
    "y = 1",
    "y = 2",
    top="y = 1",
    body="sum(y for y in [x, SALT])",
)
own("the decorator's layout", HIT, "@step\n", "@step(\n)\n")
own("an annotation's spaces", HIT, "x: int = 1", "x:  int  =  1")
row("the pipeline's own code", HIT, edit=("train.py", "    work(x)", "    y = x\n    work(y)"))
own(
    "an order of functions",
    HIT,
    "def a():\n    return 1\ndef b():\n    return 2",
    "def b():\n    return 2\ndef a():\n    return 1",
    top="def a():\n    return 1\ndef b():\n    return 2",
    body="a() + b() + SALT",
)
# What ZenML takes in and a person would not.
own(
    "tags, retries and what is shown only",
    HIT,
    "@step",
    "@step(tags=['a'], retries=2, extra={'a': 1}, group='g')",
)
own("a time-out and resources", HIT, "@step", "@step(timeout=60, resources={'cpu_count': 1})")
row(
    "a file of the workspace that nothing reads",
    HIT,
    files={"notes.txt": "a"},
    edit=("notes.txt", "a", "b"),
)

# The step itself.
own("its code", ["code changed"], "x + SALT", "x - SALT")
own("a constant in it", ["code changed"], "* 2", "* 3", body="x * 2 + SALT")
own("the text of a message", ["code changed"], "one", "two", body="x + SALT + len('one')")
own("its return annotation", ["code changed"], ") -> int:", ") -> float:")
own("its name", ["first run"], "work", "labour")
own(
    "a new parameter with a default",
    ["parameter y added", "code changed"],
    "x: int = 1)",
    "x: int = 1, y: int = 2)",
)
own(
    "the default of a parameter that is not given",
    ["y 2 → 3"],
    "y: int = 2",
    "y: int = 3",
    parameters=", y: int = 2",
)
own(
    "a decorator of one's own",
    ["code changed", "helper twice() added"],
    "@step",
    "@step\n@twice",
    top="def twice(f):\n    return f",
)
own(
    "the order of decorators",
    ["code changed"],
    "@one\n@two",
    "@two\n@one",
    top="def one(f):\n    return f\ndef two(f):\n    return f",
    options="\n@one\n@two",
)

# Parameters.
row("a parameter", ["x 1 → 2"], arguments=({}, {"x": 2}))
row("the same value given in words", HIT, arguments=({}, {"x": 1}))
row(
    "the default of the pipeline",
    ["x 1 → 5"],
    edit=("train.py", "def flow(x: int = 1)", "def flow(x: int = 5)"),
)
row("a literal argument", ["x 1 → 7"], edit=("train.py", "    work(x)", "    work(7)"))
row(
    "a parameter that is a dict, in another order",
    HIT,
    files={
        "train.py": train(parameters=", y: dict = {}").replace(
            "work(x)", "work(x, {'a': 1, 'b': 2})"
        )
    },
    edit=("train.py", "{'a': 1, 'b': 2}", "{'b': 2, 'a': 1}"),
)

# Helpers: ZenML sees none of these.
IMPORT = "from features import clean"
helper(
    "a helper in another module",
    ["helper clean() changed"],
    "x + 1",
    "x - 1",
    top=IMPORT,
    body="clean(x) + SALT",
)
helper(
    "an attribute of a module",
    ["helper clean() changed"],
    "x + 1",
    "x - 1",
    top="import features",
    body="features.clean(x) + SALT",
)
helper(
    "a star import",
    ["helper clean() changed"],
    "x + 1",
    "x - 1",
    top="from features import *",
    body="clean(x) + SALT",
)
helper(
    "a comment in a helper",
    HIT,
    "    return",
    "    # why\n    return",
    top=IMPORT,
    body="clean(x) + SALT",
)
helper(
    "another helper of that module",
    HIT,
    "return 5",
    "return 6",
    text=HELPER + "def other():\n    return 5\n",
    top=IMPORT,
    body="clean(x) + SALT",
)
helper(
    "a helper of a helper",
    ["helper deep() changed"],
    "return 5",
    "return 6",
    text="def clean(x):\n    return deep() + x\ndef deep():\n    return 5\n",
    top=IMPORT,
    body="clean(x) + SALT",
)
helper(
    "the default of a helper's parameter",
    ["helper clean() changed"],
    "y=1",
    "y=2",
    text="def clean(x, y=1):\n    return x + y\n",
    top=IMPORT,
    body="clean(x) + SALT",
)
helper(
    "a method of a class",
    ["helper Net changed"],
    "x + 1",
    "x - 1",
    text="class Net:\n    def run(self, x):\n        return x + 1\n",
    top="from features import Net",
    body="Net().run(x) + SALT",
)
helper(
    "a base class",
    ["helper Base changed"],
    "x + 1",
    "x - 1",
    text="class Base:\n    def run(self, x):\n        return x + 1\nclass Net(Base):\n    pass\n",
    top="from features import Net",
    body="Net().run(x) + SALT",
)
helper(
    "a re-export",
    ["helper clean() changed"],
    "x + 1",
    "x - 1",
    top="from pkg import tidy",
    body="tidy(x) + SALT",
)
ROWS[-1].files["pkg/__init__.py"] = "from features import clean as tidy\n"
own(
    "a helper in the same file",
    ["helper clean() changed"],
    "x + 1",
    "x - 1",
    top=HELPER,
    body="clean(x) + SALT",
)
own(
    "a global constant, with its values",
    ["RATE 2 → 3"],
    "RATE = 2",
    "RATE = 3",
    top="RATE = 2",
    body="x * RATE + SALT",
)
own(
    "a list that is changed at the top",
    ["helper RULES changed"],
    "append(1)",
    "append(2)",
    top="RULES = []\nRULES.append(1)",
    body="RULES[0] + SALT",
)
own(
    "an import inside the function",
    ["helper clean() changed"],
    "x + 1",
    "x - 1",
    top=HELPER,
    body="[f(x) for f in [clean]][0] + SALT",
)
own(
    "the seed of an imported module",
    ["set-up of random changed"],
    "seed(1)",
    "seed(2)",
    top="import random\nrandom.seed(1)",
    body="int(random.random() * 0) + x + SALT",
)
own(
    "another library behind a name",
    ["code changed"],
    "import math as m",
    "import cmath as m",
    top="import math as m",
    body="int(m.sqrt(4).real) + SALT",
)
row(
    "a closure's value",
    ["captured value scale changed"],
    files={
        "train.py": TRAIN.format(
            top="def make(scale):\n    @step\n    def work(x: int = 1) -> int:\n"
            "        return x * scale + SALT\n    return work\n",
            options="",
            parameters="",
            body="0",
        ).replace("    work(x)", "    make(3)(x)")
    },
    edit=("train.py", "make(3)", "make(4)"),
)

# Options that change a result.
own(
    "a variable of its environment",
    ["environment variable MODE added"],
    "@step",
    "@step(environment={'MODE': '1'})",
)
own(
    "the value of such a variable",
    ["environment variable MODE changed"],
    "'1'",
    "'2'",
    options="(environment={'MODE': '1'})",
)
own(
    "the name of a secret",
    ["secret KEY added"],
    "@step",
    "@step(secrets=['KEY'])",
)
row(
    "the value of a secret",
    HIT,
    files={"train.py": train(options="(secrets=['KEY'])")},
    environment=({"RUNLENS_SECRET_KEY": "one"}, {"RUNLENS_SECRET_KEY": "two"}),
)
ROWS[-2].environment = ({"RUNLENS_SECRET_KEY": "one"}, {"RUNLENS_SECRET_KEY": "one"})
own("the cache turned off", ["caching is off"], "@step", "@step(enable_cache=False)")
own(
    "the cache of the pipeline turned off",
    ["caching is off"],
    'name="flow_SALT"',
    'name="flow_SALT", enable_cache=False',
)

# Inputs.
TWO = (
    train()
    .replace("    work(x)", "    use(work(x))")
    .replace("@pipeline", "@step\ndef use(y: int) -> int:\n    return y + SALT\n\n\n@pipeline")
)
row(
    "an input of the same content",
    HIT,
    step="use",
    files={"train.py": TWO},
    edit=("train.py", "return x + SALT", "return SALT + x"),
)
row(
    "an input of other content",
    ["input y changed (flow_SALT::work::output v1 → v2)"],
    step="use",
    files={"train.py": TWO},
    edit=("train.py", "return x + SALT", "return x + SALT + 1"),
)
PATH = train(
    body="len(open(file).read()) + SALT",
    parameters=", file: Path = None",
    top="from pathlib import Path",
).replace("work(x)", "work(x, Path(__file__).with_name('data.txt'))")
row(
    "a file given as a Path",
    1,
    files={"train.py": PATH, "data.txt": "a"},
    edit=("data.txt", "a", "b"),
)
row(
    "that file with the same content written again",
    HIT,
    files={"train.py": PATH, "data.txt": "a"},
    edit=("data.txt", "a", "a"),
)


def delete_outputs(folder, made):
    for file in made:
        file.chmod(0o644)
        file.unlink()


def change_outputs(folder, made):
    for file in made:
        file.chmod(0o644)
        file.write_text("41")


row("its stored output deleted", 1, between=delete_outputs)
row("its stored output changed", 1, between=change_outputs)


# Policies.
def policy(name, expected, settings, **more) -> None:
    template = {key: more.pop(key) for key in ("top", "body", "parameters") if key in more}
    files = {"train.py": train(options=f"(cache_policy=CachePolicy({settings}))", **template)}
    row(name, expected, files={**files, **more.pop("files", {})}, **more)


policy(
    "code that does not count",
    HIT,
    "include_step_code=False",
    edit=("train.py", "x + SALT", "x - SALT"),
)
policy(
    "parameters that do not count", HIT, "include_step_parameters=False", arguments=({}, {"x": 2})
)
policy("an input that is ignored", HIT, "ignored_inputs=['x']", arguments=({}, {"x": 2}))
policy(
    "a file it depends on",
    ["file rowSALT/d/a.csv changed"],
    "file_dependencies=['here/d/*.csv']",
    files={"d/a.csv": "1"},
    edit=("d/a.csv", "1", "2"),
)
policy(
    "a file that is new",
    ["file rowSALT/d/b.csv added"],
    "file_dependencies=['here/d/**']",
    files={"d/a.csv": "1"},
    edit=("d/b.csv", "", "2"),
)
policy(
    "a file beside those",
    HIT,
    "file_dependencies=['here/d/*.csv']",
    files={"d/a.csv": "1", "d/a.txt": "1"},
    edit=("d/a.txt", "1", "2"),
)
policy(
    "a function it depends on",
    ["helper clean() changed"],
    "source_dependencies=['features.clean']",
    files={"features.py": HELPER},
    edit=("features.py", "x + 1", "x - 1"),
)
policy(
    "a variable of the worker",
    ["environment variable MODE changed"],
    "environment=['MODE']",
    environment=({"MODE": "1"}, {"MODE": "2"}),
)
policy(
    "a variable that is set",
    ["environment variable MODE changed"],
    "environment=['MODE']",
    environment=({}, {"MODE": ""}),
)
policy(
    "what its function answers",
    ["value of the cache policy 1 → 2"],
    "cache_func=lambda: __import__('os').environ['DAY']",
    environment=({"DAY": "1"}, {"DAY": "2"}),
)
policy("a result that is too old", 1, "expires_after=0.001")
policy("a result that is not too old", HIT, "expires_after=3600")
own(
    "a policy that is taken away",
    ["parameter x added"],
    "@step(cache_policy=CachePolicy(ignored_inputs=['x']))",
    "@step",
    options="(cache_policy=CachePolicy(ignored_inputs=['x']))",
)
