"""Which outputs a step declares: annotations, names, tuples, and what contradicts itself."""

from typing import Annotated, Any, Dict, List, Optional, Tuple, Union  # noqa: UP035

import pytest
from runlens import StepInterfaceError
from runlens._authoring.outputs import outputs_of


def declared(function):
    made = outputs_of(function, function.__name__)
    return [(one.name, one.annotation) for one in made.items], made.is_tuple


def nothing():
    print("x")


def nothing_but_return():
    return None


def untyped():
    return 1


def inner_return_does_not_count():
    def inner():
        return 1

    inner()


def none() -> None:
    pass


def plain() -> dict:
    return {}


def text_annotation() -> "dict":
    return {}


def named() -> Annotated[int, "count"]:
    return 1


def generic() -> Dict[str, List[int]]:  # noqa: UP006
    return {}


def optional() -> Optional[int]:  # noqa: UP045
    return None


def pair() -> Tuple[int, str]:  # noqa: UP006
    return 1, "a"


def pair_in_parentheses() -> tuple[int, str]:
    if plain():
        return (1, "a")
    return (2, "b")


def partly_named() -> tuple[int, Annotated[str, "text"], Any]:
    return 1, "a", None


def variable() -> tuple[int, str]:
    result = (1, "a")
    return result


def named_tuple() -> Annotated[tuple[int, str], "both"]:
    return 1, "a"


def union() -> Union[int, str]:  # noqa: UP007
    return 1


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (nothing, []),
        (nothing_but_return, []),
        (inner_return_does_not_count, []),
        (untyped, [("output", "")]),
        (none, []),
        (plain, [("output", "dict")]),
        (text_annotation, [("output", "dict")]),
        (named, [("count", "int")]),
        (generic, [("output", "Dict[str, List[int]]")]),
        (optional, [("output", "int | None")]),
        (union, [("output", "int | str")]),
        (variable, [("output", "tuple[int, str]")]),
        (named_tuple, [("both", "tuple[int, str]")]),
    ],
)
def test_single_outputs(function, expected):
    assert declared(function) == (expected, False)


@pytest.mark.parametrize(
    ("function", "names"),
    [
        (pair, ["output_0", "output_1"]),
        (pair_in_parentheses, ["output_0", "output_1"]),
        (partly_named, ["output_0", "text", "output_2"]),
    ],
)
def test_a_tuple_written_in_return_is_taken_apart(function, names):
    items, is_tuple = declared(function)
    assert is_tuple
    assert [name for name, _ in items] == names


def two_names() -> Annotated[int, "a", "b"]:
    return 1


def same_names() -> tuple[Annotated[int, "a"], Annotated[int, "a"]]:
    return 1, 2


def endless() -> tuple[int, ...]:
    return 1, 2


def wrong_count() -> tuple[int, int]:
    return 1, 2, 3


def path_name() -> Annotated[int, "../a"]:
    return 1


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (two_names, "two names, 'a' and 'b'"),
        (same_names, "two outputs are named 'a'"),
        (endless, "number of outputs"),
        (wrong_count, "names 2 outputs, but a return has 3"),
        (path_name, "cannot name an output"),
    ],
)
def test_contradictions_are_refused(function, message):
    with pytest.raises(StepInterfaceError, match=message):
        declared(function)
