"""Rows of the materializers: a value as code, what stores it, its file, and what is shown of it.

The code is run in fresh interpreters, too: its digest must be the same there.
"""

from __future__ import annotations

from typing import NamedTuple

SETUP = """
import collections, datetime, decimal, fractions, json, random, uuid, zoneinfo
from runlens.types import CSVString, HTMLString, JSONString, MarkdownString
from materializer_types import *
"""


class Row(NamedTuple):
    """One behaviour.

    Attributes:
        name: What it is about.
        code: An expression that makes the value, with the names of SETUP.
        materializer: Name of the one that is chosen.
        file: A file that is written.
        preview: Kind of the preview; None: the file itself can be read.
        metadata: What is among the metadata.
        imports: Modules that the code needs; a row is for whoever has them.
        equal: How the loaded one is compared: an expression of `a` and `b`.
        rebuilt: Other code for an equal value, which must have the same digest.
        other: Code for a value that must have another digest.
        content: Text of the file.
    """

    name: str
    code: str
    materializer: str
    file: str
    preview: str | None = None
    metadata: dict | None = None
    imports: str = ""
    equal: str = "a == b"
    rebuilt: str | None = None
    other: str | None = None
    content: str | None = None


JSON = ("json", "data.json")
PLAIN = [
    Row("int", "7", *JSON, content="7", other="7.0"),
    Row("float", "0.1", *JSON, content="0.1", other="0.2"),
    Row("NaN", "float('nan')", *JSON, equal="repr(a) == repr(b)", rebuilt="-float('nan')"),
    Row("bool", "True", *JSON, content="true", other="1"),
    Row("None", "None", *JSON, content="null", other="False"),
    Row("str", "'ünï\\r\\n'", "text", "data.txt", content="ünï\r\n", metadata={"lines": 2}),
    Row("bytes", "b'\\x00\\xff'", "bytes", "data.bin", "text", {"length": 2}),
    Row("list", "[1, [2, None]]", *JSON, content="[1,[2,null]]", other="[1, (2, None)]"),
    Row(
        "dict",
        "{'a': 1, 'b': [True]}",
        *JSON,
        metadata={"keys": ["a", "b"], "length": 2},
        rebuilt="{'b': [True], 'a': 1}",
        other="{'a': 1, 'b': [1]}",
    ),
    Row(
        "dict whose keys are no text",
        "{1: 'a', (2, 3): 'b'}",
        *JSON,
        rebuilt="{(2, 3): 'b', 1: 'a'}",
    ),
    Row("tuple", "(1, 'a')", *JSON, other="[1, 'a']"),
    Row(
        "set of text",
        "{str(i) for i in range(99)}",
        *JSON,
        rebuilt="set(random.sample([str(i) for i in range(99)], 99))",
        other="{str(i) for i in range(98)}",
    ),
    Row("frozenset in a set", "{frozenset({'a', 'b'}), frozenset({'c'})}", *JSON),
    Row("complex", "complex(1, 2)", *JSON),
    Row("range", "range(1, 9, 2)", *JSON),
    Row("OrderedDict", "collections.OrderedDict(b=1, a=2)", *JSON, equal="list(a) == list(b)"),
    Row("date", "datetime.date(2024, 2, 29)", *JSON),
    Row(
        "datetime",
        "datetime.datetime(2024, 2, 29, 1, 2, 3, 4)",
        *JSON,
        other="datetime.datetime(2024, 2, 29, 1, 2, 3, 4, datetime.timezone.utc)",
    ),
    Row(
        "datetime of a fixed zone",
        "datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone(datetime.timedelta(hours=2)))",
        *JSON,
        equal="a == b and a.tzinfo == b.tzinfo",
    ),
    Row(
        "datetime of a named zone",
        "datetime.datetime(2024, 10, 27, 2, 30, tzinfo=zoneinfo.ZoneInfo('Europe/Berlin'), fold=1)",
        *JSON,
        equal="a == b and a.tzinfo.key == b.tzinfo.key and a.fold == b.fold",
    ),
    Row("time", "datetime.time(1, 2, tzinfo=datetime.timezone.utc)", *JSON),
    Row("timedelta", "datetime.timedelta(days=-1, microseconds=1)", *JSON),
    Row("UUID", "uuid.UUID(int=5)", *JSON, other="uuid.UUID(int=6)"),
    Row("Decimal", "decimal.Decimal('1.10')", *JSON, other="decimal.Decimal('1.1')"),
    Row("Fraction", "fractions.Fraction(1, 3)", *JSON),
    Row("enum member", "Colour.RED", *JSON, equal="a is b", other="Colour.BLUE"),
    Row("flags", "Access.READ | Access.WRITE", *JSON),
    Row("IntEnum in a list", "[Level.LOW, 1]", *JSON, other="[1, 1]"),
    Row(
        "dataclass",
        "Settings('a', Colour.RED, [1, 2])",
        *JSON,
        metadata={"class": "materializer_types.Settings"},
        other="Settings('a', Colour.BLUE, [1, 2])",
    ),
    Row("frozen dataclass with slots", "Frozen(1, 'b')", *JSON),
    Row("dataclasses in a list", "[Frozen(i, str(i)) for i in range(3)]", *JSON),
    Row("dataclass that holds itself", "looped()", "pickle", "data.pkl", equal="a.next is a"),
    Row("named tuple", "Pair(1, [2])", *JSON, equal="a == b and type(a) is type(b)"),
    Row("path inside a list", "[a_file('x.txt', 'hi')]", *JSON, equal="a[0].read_text() == 'hi'"),
    Row("file", "a_file('x.txt', 'hi')", "path", "content/x.txt", equal="a.read_text() == 'hi'"),
    Row(
        "file of another name",
        "a_file('x.txt', 'hi')",
        "path",
        "content/x.txt",
        equal="a.name == b.name",
        other="a_file('y.txt', 'hi')",
    ),
    Row(
        "folder",
        "a_folder()",
        "path",
        "content/given/sub/b.txt",
        metadata={"files": 2},
        equal="sorted(p.name for p in a.rglob('*')) == sorted(p.name for p in b.rglob('*'))",
    ),
    Row(
        "HTMLString",
        "HTMLString('<b>x</b>')",
        "structured-text",
        "data.html",
        content="<b>x</b>",
        equal="a == b and type(a) is HTMLString",
        metadata={"format": "html"},
    ),
    Row("MarkdownString", "MarkdownString('# x')", "structured-text", "data.md", content="# x"),
    Row("CSVString", "CSVString('a,b\\n1,2')", "structured-text", "data.csv", content="a,b\n1,2"),
    Row("JSONString", "JSONString('{ }')", "structured-text", "data.json", content="{ }"),
    Row(
        "object of a class of the user",
        "Plain(3)",
        "pickle",
        "data.pkl",
        metadata={"pickled": True, "class": "materializer_types.Plain"},
        other="Plain(4)",
    ),
    Row(
        "object that holds sets and dicts",
        "Plain({str(i): {'a', 'b', str(i)} for i in range(50)})",
        "pickle",
        "data.pkl",
        rebuilt="Plain({str(i): {str(i), 'b', 'a'} for i in reversed(range(50))})",
    ),
    Row("object that holds itself", "Plain.looped()", "pickle", "data.pkl", equal="a.x is a"),
    Row(
        "equal texts that are one object or two",
        "Plain(['abc' * 9, 'abc' * 9])",
        "pickle",
        "data.pkl",
        rebuilt="(lambda t: Plain([t, t]))('abc' * 9)",
    ),
    Row("function", "a_function", "pickle", "data.pkl", equal="a is b"),
]
