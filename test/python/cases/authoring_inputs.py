"""What an argument is, and which values fit which annotation."""

import datetime
import decimal
import uuid
from pathlib import Path
from types import SimpleNamespace
from typing import Annotated, Any

from runlens import (
    ExternalArtifact,
    step,
)

from . import authoring_steps as steps
from .authoring_steps import HINTS, Colour, Size, load, train, typed, use
from .authoring_support import (
    Raises,
    graph,
    nodes,
    row,
    value_of,
    with_count,
)

# --- inputs ---------------------------------------------------------------------------------------

row("input: an output is an artifact", {"kind": "step", "stepId": "load", "output": "output"})(
    lambda: nodes(lambda: use(load()))["use"]["inputs"]["value"]
)
row(
    "input: a list of outputs",
    {
        "kind": "steps",
        "items": [{"stepId": "load", "output": "output"}, {"stepId": "load_2", "output": "output"}],
    },
)(lambda: nodes(lambda: use([load(), load()]))["use"]["inputs"]["value"])
row("input: a tuple of outputs", "steps")(
    lambda: nodes(lambda: use((load(), load())))["use"]["inputs"]["value"]["kind"]
)
row("input: an empty list is a parameter", {"kind": "parameter", "value": [], "text": "[]"})(
    lambda: nodes(lambda: use([]))["use"]["inputs"]["value"]
)
VERSION = SimpleNamespace(artifact_version_id="ab" * 16)
row("input: a stored artifact", {"kind": "artifact", "artifactVersionId": "ab" * 16})(
    lambda: nodes(lambda: use(VERSION))["use"]["inputs"]["value"]
)
row("input: several stored artifacts", {"kind": "stored", "artifactVersionIds": ["ab" * 16] * 2})(
    lambda: nodes(lambda: use([VERSION, VERSION]))["use"]["inputs"]["value"]
)
row("input: external by id", {"kind": "artifact", "artifactVersionId": "cd" * 16})(
    lambda: nodes(lambda: use(ExternalArtifact(id="cd" * 16)))["use"]["inputs"]["value"]
)
row("input: external by a UUID", "12345678123456781234567812345678")(
    lambda: nodes(lambda: use(ExternalArtifact(id=uuid.UUID("12345678123456781234567812345678"))))[
        "use"
    ]["inputs"]["value"]["artifactVersionId"]
)
for given in ({"id": "a", "name": "b"}, {"value": 1, "id": "a"}, {"value": 1, "version": 2}):
    row(f"input: external by {given}", Raises(ValueError, "ExternalArtifact"))(
        lambda given=given: ExternalArtifact(**given)
    )
row("input: a mixed list", Raises(ValueError, "mixes step outputs with values of type int"))(
    lambda: graph(lambda: use([load(), 1]))
)
row("input: stored and made in one list", Raises(ValueError, "mixes step outputs with stored"))(
    lambda: graph(lambda: use([load(), VERSION]))
)
row(
    "input: anything else is a parameter",
    {"kind": "parameter", "value": {"a": [1, None]}, "text": "{'a': [1, None]}"},
)(lambda: nodes(lambda: use({"a": [1, None]}))["use"]["inputs"]["value"])
row("input: what is not serialisable", Raises(ValueError, "not JSON-serialisable"))(
    lambda: graph(lambda: use(object()))
)
row("input: the same output twice", ["load", "load"])(
    lambda: [
        one["stepId"]
        for one in nodes(lambda: (lambda data: steps.use_two(data, data))(load()))["use_two"][
            "inputs"
        ].values()
    ]
)
row("input: defaults come last", {"kind": "parameter", "value": 5, "isDefault": True})(
    lambda: nodes(lambda: train(load()))["train"]["inputs"]["epochs"]
)
row("input: a file by content", "path")(
    lambda: nodes(lambda: use(Path(__file__)))["use"]["inputs"]["value"]["kind"]
)
row("input: a text for a Path", "path")(
    lambda: nodes(lambda: typed(Path)(__file__))["taker"]["inputs"]["value"]["kind"]
)
row("input: a file that is not there", Raises(ValueError, "which is not there"))(
    lambda: graph(lambda: use(Path("no/such/file")))
)
row("input: keyword-only parameters", {"count": 3, "name": "n"})(
    lambda: {
        name: one["value"]
        for name, one in nodes(lambda: steps.keyword_only(count="3"))["keyword_only"][
            "inputs"
        ].items()
    }
)
row("input: keyword-only by position", Raises(TypeError, "takes 0 positional arguments"))(
    lambda: graph(lambda: steps.keyword_only(3))
)
row("input: unknown", Raises(TypeError, "no parameter 'gama'"))(
    lambda: graph(lambda: train(load(), gama=1))
)
row("input: missing", Raises(TypeError, "lacks a value for 'data'"))(lambda: graph(lambda: train()))
row("input: twice", Raises(TypeError, "two values for 'data'"))(
    lambda: graph(lambda: train(load(), data=load()))
)

for hint, given, expected in [
    (int, "42", ("int", 42)),
    (int, "42.0", ("int", 42)),
    (int, 3.0, ("int", 3)),
    (int, True, ("int", 1)),
    (float, 3, ("float", 3.0)),
    (float, "1e-3", ("float", 0.001)),
    (bool, "off", ("bool", False)),
    (bool, 1, ("bool", True)),
    (str, "x", ("str", "x")),
    (HINTS["Optional[int]"], None, ("NoneType", None)),
    (HINTS["Optional[int]"], "7", ("int", 7)),
    (HINTS["Union[int, str]"], "42", ("str", "42")),
    (HINTS["Union[int, str]"], 42, ("int", 42)),
    (HINTS["Dict[str, int]"], {"a": "1"}, ("dict", {"a": 1})),
    (HINTS["List[float]"], (1, "2"), ("list", [1.0, 2.0])),
    (HINTS["Dict"], {"a": 1}, ("dict", {"a": 1})),
    (tuple[int, ...], ["1", 2.0], ("tuple", (1, 2))),
    (tuple[int, str], [1, "a"], ("tuple", (1, "a"))),
    (set[int], ["1", 1], ("set", {1})),
    (HINTS["Literal"], "a", ("str", "a")),
    (HINTS["NewType"], "5", ("int", 5)),
    (Colour, "red", ("Colour", Colour.RED)),
    (Size, {"width": "3", "height": 2}, ("Size", Size(3, 2.0))),
    (datetime.date, "2026-01-31", ("date", datetime.date(2026, 1, 31))),
    (datetime.timedelta, 90, ("timedelta", datetime.timedelta(seconds=90))),
    (
        uuid.UUID,
        "12345678123456781234567812345678",
        ("UUID", uuid.UUID("12345678123456781234567812345678")),
    ),
    (decimal.Decimal, "1.10", ("Decimal", decimal.Decimal("1.10"))),
    (Annotated[int, "seconds"], "7", ("int", 7)),
    ("int", "8", ("int", 8)),
    (Any, "x", ("str", "x")),
]:
    row(f"type: {given!r} for {hint}", expected)(
        lambda hint=hint, given=given: value_of(hint, given)
    )
for hint, given in [
    (int, "not an int"),
    (int, 2.5),
    (int, None),
    (int, "4_x"),
    (str, 3),
    (str, None),
    (bool, "perhaps"),
    (float, "fast"),
    (list[int], "12"),
    (tuple[int, int], [1]),
    (dict[str, int], {"a": "b"}),
    (HINTS["Literal"], "c"),
    (HINTS["Literal"], True),
    (HINTS["Optional[int]"], "x"),
    (Colour, "green"),
    (Size, {"width": "wide"}),
    (datetime.date, "tomorrow"),
    (uuid.UUID, "no"),
]:
    row(f"type refused: {given!r} for {hint}", Raises(ValueError, "Step taker .*'value'"))(
        lambda hint=hint, given=given: value_of(hint, given)
    )
row("type: an unknown field of a dataclass", Raises(ValueError, "no field 'depth'"))(
    lambda: value_of(Size, {"width": 1, "depth": 2})
)


@row("type: None as the default of another type is meant", [None, None])
def _():
    def taker(value: int = None, other: dict = None) -> int:  # noqa: RUF013
        return 1

    made = nodes(lambda: step(taker)(other=None))["taker"]["inputs"]
    return [made["value"]["value"], made["other"]["value"]]


row(
    "pipeline: a parameter of a wrong type", Raises(ValueError, "Pipeline p .*'count': 'x' is not")
)(lambda: graph(with_count, "x"))


row(
    "pipeline: a parameter is converted and named",
    {"kind": "parameter", "value": 300, "pipelineParameter": "count"},
)(lambda: nodes(with_count, "300")["use"]["inputs"]["value"])
row("pipeline: effective parameters", {"count": {"value": 3, "explicit": False}})(
    lambda: graph(with_count)["parameters"]
)
row("pipeline: a parameter that is no JSON", Raises(ValueError, "not JSON-serialisable"))(
    lambda: graph(lambda data=None: use(1), object())
)
