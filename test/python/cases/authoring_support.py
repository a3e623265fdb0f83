"""What the authoring cases share: the table, graphs of small pipelines, hooks and materializers."""

import re
from pathlib import Path
from typing import Any

import runlens
from runlens import (
    pipeline,
)
from runlens._authoring.graph import graph_of

from .authoring_steps import load, typed, use

HERE = str(Path(__file__).resolve().parents[1])
ROWS: list = []


class Raises:
    """What a row expects that raises."""

    def __init__(self, kind: type, text: str):
        self.kind = kind
        self.text = text


def row(name: str, expected: Any):
    """A row of the table: the decorated function's value, or what it raises."""

    def add(make):
        # without addresses, so that another process has the same names
        ROWS.append((re.sub(r" at 0x[0-9a-f]+", "", name), make, expected))
        return make

    return add


def check(make, expected) -> None:
    """Fails when a row is not as expected."""
    if not isinstance(expected, Raises):
        value = make()
        assert value == expected, f"{value!r} is not {expected!r}"
        return
    try:
        value = make()
    except Exception as error:
        assert isinstance(error, expected.kind), f"{type(error)}: {error}"
        assert re.search(expected.text, str(error)), str(error)
        return
    raise AssertionError(f"nothing raised; value {value!r}")


def graph(body, *args, **kwargs):
    made = body if isinstance(body, runlens.Pipeline) else pipeline(name="p")(body)
    return graph_of(made.compose(args, kwargs), HERE)


def nodes(body, *args, **kwargs) -> dict:
    return {one["id"]: one for one in graph(body, *args, **kwargs)["steps"]}


def options(**given) -> dict:
    """Options of a step in the graph, without those that are always there."""
    changed = load.with_options(**given)
    made = nodes(lambda: changed(id="load"))["load"]["options"]
    assert {"enableCache", "environment", "retries"} <= set(made)
    always = {"enableCache": True, "environment": {}, "retries": 0}
    return {name: value for name, value in made.items() if always.get(name) != value}


def of_pipeline(**given) -> dict:
    """What options of a pipeline add to its graph."""
    made = graph(pipeline(name="p", **given)(lambda: load()))
    base = graph(pipeline(name="p")(lambda: load()))
    return {name: value for name, value in made.items() if name not in base}


def inherited(**given) -> dict:
    """Options of a step that its pipeline gives."""
    made = nodes(pipeline(name="p", **given)(lambda: load()))["load"]["options"]
    always = {"enableCache": True, "environment": {}, "retries": 0}
    return {name: value for name, value in made.items() if always.get(name) != value}


def outputs(made, **kwargs) -> list:
    return nodes(lambda: made(**kwargs))[made.name]["outputs"]


def value_of(hint, given) -> Any:
    made = pipeline(name="p")(lambda: typed(hint)(given)).compose((), {})
    value = made.invocations["taker"].values["value"]
    return type(value).__name__, value


def hook():
    pass


def failure_hook(exception):
    pass


def fingerprint() -> str:
    return "v7"


class JsonOfMine(runlens.Materializer):
    types = (dict,)


class IntOfMine(runlens.Materializer):
    types = (int,)


def with_count(count: int = 3):
    """A pipeline's function whose parameter goes to a step unchanged."""
    use(count)
