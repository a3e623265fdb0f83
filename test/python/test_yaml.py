"""Our reader of YAML against PyYAML: the same values or a clear error; what templates write."""

import math
import random

import pytest
from runlens._configuration.template import _flow, _text
from runlens._configuration.yaml import YamlError, parse

yaml = pytest.importorskip("yaml")

DOCUMENTS = [
    "",
    "# nothing\n",
    "---\na: 1\n",
    "enable_cache: False\nparameters:\n  dataset: best\n  rate: 0.01\n",
    "steps:\n  train:\n    parameters:\n      gamma: 1.0e-3\n    enable_cache: yes\n  load:\n",
    "a: [1, 'two', \"three\", null, true, [4, 5], {b: 6}]\nc: {d: 1, e: [x, y], f: {}}\ng: []\n",
    "tags:\n- a\n- b\nother:\n  - c\n  -\n    d: 1\n  - e: 2\n    f: 3\n  - - g\n    - h\n",
    "a: 'it''s'\nb: \"tab\\there \\u00e9 \\\"q\\\"\"\nc: 'a: b # no comment'\nd: x # comment\n",
    "url: http://localhost:80/x#y\nempty:\ntilde: ~\nquoted: ''\n",
    "n: [-1, +2, 0x1f, 1_000, .5, -.inf, 1.5e+3, 1e5, 007x]\n",
    "b: [yes, No, on, OFF, true, FALSE, y, n]\n",
    "'quoted key': 1\n\"other\": 2\n3: three\ntrue: yes\n",
    "a:\n    deep:\n        deeper: 1\n    back: 2\nb: 3\n",
    "- 1\n- two\n- [3]\n",
    "just text\n",
    "path: C:\\data\\x\nvariable: ${HOME}/x\n",
]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_reads_what_pyyaml_reads(document):
    assert repr(parse(document)) == repr(yaml.safe_load(document))


@pytest.mark.parametrize(
    ("document", "line", "problem"),
    [
        ("a: 1\n  b: 2\n", 2, "indentation"),
        ("a:\n  b: 1\n c: 2\n", 3, "indentation"),
        ("a: 1\na: 2\n", 2, "twice"),
        ("a:\n\tb: 1\n", 2, "not with tabs"),
        ("a: [1, 2\n", 1, "was expected|not closed"),
        ("a: {b: 1\n", 1, "was expected|not closed"),
        ("a: 'open\n", 1, "quote is not closed"),
        ("a: [1] 2\n", 1, "more after"),
        ("a: |\n  text\n", 1, "PyYAML"),
        ("a: &x 1\n", 1, "PyYAML"),
        ("a: !tag 1\n", 1, "PyYAML"),
        ("a: 1\njust text\n", 2, "was expected"),
        ("a: 1\n---\nb: 2\n", 2, "several documents"),
    ],
)
def test_says_what_it_does_not_read(document, line, problem):
    with pytest.raises(YamlError, match=f"line {line}: .*({problem})"):
        parse(document)


def some_value(random_: random.Random, depth: int = 0):
    kind = random_.randrange(9 if depth < 3 else 6)
    if kind == 0:
        return random_.choice([None, True, False])
    if kind == 1:
        return random_.randrange(-(10**6), 10**6)
    if kind == 2:
        return random_.choice([1.5, -0.001, 1e-12, 2.5e30, math.inf, -math.inf, 0.1])
    if kind < 6:
        signs = "ab1 _-.:#'\"\\[]{},&*!|>%@`~\n\té=?yesno0x"
        return "".join(random_.choice(signs) for _ in range(random_.randrange(8)))
    if kind == 6:
        return [some_value(random_, depth + 1) for _ in range(random_.randrange(4))]
    return {
        str(some_value(random_, 9)): some_value(random_, depth + 1)
        for _ in range(random_.randrange(4))
    }


@pytest.mark.parametrize("seed", range(300))
def test_values_that_the_template_writes_are_read_again_by_both(seed):
    value = some_value(random.Random(seed))
    line = f"{_text('k')}: {_flow(value)}\n"
    expected = {"k": value}
    assert yaml.safe_load(line) == expected, line
    assert parse(line) == expected, line


def block(value, indent: int = 0) -> str:
    """A value in block form; scalars as PyYAML writes them."""
    pad = " " * indent
    if isinstance(value, dict) and value:
        return "".join(f"{pad}{_text(str(k))}:{below(v, indent)}" for k, v in value.items())
    if isinstance(value, list) and value:
        return "".join(f"{pad}-{below(v, indent)}" for v in value)
    return f"{pad}{_flow(value)}\n"


def below(value, indent: int) -> str:
    if isinstance(value, (dict, list)) and value:
        return "\n" + block(value, indent + 2)
    return f" {_flow(value)}\n"


@pytest.mark.parametrize("seed", range(300))
def test_block_form_means_the_same_to_both(seed):
    document = block({"root": some_value(random.Random(seed * 7 + 1))})
    assert parse(document) == yaml.safe_load(document), document
