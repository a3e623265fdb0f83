"""Outputs, ids, order, composition and names."""

import os
import re
from types import SimpleNamespace
from typing import Annotated, Any

from runlens import (
    ArtifactConfig,
    Model,
    get_pipeline_context,
    pipeline,
    step,
)

from . import authoring_steps as steps
from .authoring_steps import load, returning, train, use
from .authoring_support import Raises, graph, nodes, outputs, row

# --- outputs --------------------------------------------------------------------------------------

for made, expected in [
    (steps.silent, []),
    (steps.untyped, [("output", "")]),
    (load, [("output", "dict")]),
    (train, [("score", "float")]),
    (steps.pair, [("output_0", "int"), ("output_1", "str")]),
    (steps.pair_variable, [("output", "Tuple[int, str]")]),
    (steps.partly_named, [("output_0", "int"), ("text", "str"), ("output_2", "dict")]),
    (steps.whole_tuple, [("both", "Tuple[int, str]")]),
    (steps.configured, [("report", "dict")]),
    (steps.configured_nameless, [("output", "dict")]),
    (steps.named_and_configured, [("report", "dict")]),
    (steps.configured_pair, [("count", "int"), ("text", "str")]),
]:
    row(f"outputs of {made.name}", expected)(
        lambda made=made: [(one.name, one.annotation) for one in made.outputs().items]
    )

row(
    "output: ArtifactConfig",
    {
        "name": "report",
        "annotation": "dict",
        "artifactVersion": "v1",
        "metadata": {"rows": 3},
        "artifactType": "statistics",
        "tags": ["daily", "kept"],
    },
)(lambda: outputs(steps.configured)[0])
row("output: ArtifactConfig in a tuple", "7")(
    lambda: outputs(steps.configured_pair)[0]["artifactVersion"]
)
for hint, error in [
    (Annotated[int, "a", "b"], Raises(ValueError, "two names, 'a' and 'b'")),
    (Annotated[int, ArtifactConfig(), ArtifactConfig()], Raises(ValueError, "two ArtifactConfigs")),
    (Annotated[int, 5], Raises(ValueError, "neither a name nor an ArtifactConfig")),
    (
        Annotated[int, "a", ArtifactConfig(name="b")],
        Raises(ValueError, "two names, 'a' and 'b'"),
    ),
    (Annotated[int, "a/b"], Raises(ValueError, "cannot name an output")),
    (tuple[int, ...], Raises(RuntimeError, "number of outputs")),
    (
        tuple[Annotated[int, "a"], Annotated[int, "a"]],
        Raises(RuntimeError, "two outputs are named 'a'"),
    ),
    (tuple[int, int, int], Raises(RuntimeError, "names 3 outputs, but a return has 2")),
]:
    row(f"output refused: {hint}", error)(lambda hint=hint: returning(hint).outputs())
row("output: an empty name", Raises(ValueError, "takes a text"))(lambda: ArtifactConfig(name=" "))


@row("output: {date} and {time} are filled in, the name stays", [True, "report_{date}_{time}"])
def _():
    made = outputs(steps.dated)[0]
    pattern = r"report_\d{4}_\d\d_\d\d_\d\d_\d\d_\d\d_\d{6}"
    return [bool(re.fullmatch(pattern, made["artifactName"])), made["name"]]


row("output: one moment for a whole pipeline", 1)(
    lambda: len(
        {
            one["outputs"][0]["artifactName"]
            for one in graph(lambda: [steps.dated() for _ in range(3)])["steps"]
        }
    )
)
row(
    "output: a missing placeholder",
    Raises(
        KeyError,
        r"^Could not format the name template `report_\{funny_name\}`. Missing key: 'funny",
    ),
)(lambda: graph(lambda: steps.funny.with_options(substitutions={"x": "y"})()))
row("output: an unbalanced brace", Raises(ValueError, "Could not format the name template"))(
    lambda: graph(lambda: steps.broken_template())
)
row("output: nothing left of the name", Raises(ValueError, "leaves an empty name"))(
    lambda: graph(lambda: steps.empty_template.with_options(substitutions={"nothing": ""})())
)
row("output: without a type it cannot be used", Raises(ValueError, "no type on its output"))(
    lambda: graph(lambda: use(steps.untyped()))
)
row("output: of a step without one", Raises(ValueError, "returns nothing"))(
    lambda: graph(lambda: use(steps.silent()))
)
row("output: one cannot be unpacked", Raises(ValueError, "cannot be unpacked"))(
    lambda: graph(lambda: [*load()])
)
for how, misuse in {"condition": bool, "length": len, "index": lambda one: one[0]}.items():
    row(f"output: no {how} while composing", Raises(ValueError, "it has no value yet"))(
        lambda misuse=misuse: graph(lambda: misuse(load()))
    )


# --- invocations and order ------------------------------------------------------------------------

row("ids: numbered, or given", ["load", "load_2", "mine", "load_3"])(
    lambda: list(nodes(lambda: (load(), load(), load(id="mine"), load())))
)
row("ids: doubled", Raises(RuntimeError, "Duplicate step ID 'a'"))(
    lambda: graph(lambda: (load(id="a"), load(id="a")))
)
row(
    "ids: a given one that was taken by number", Raises(RuntimeError, "Duplicate step ID 'load_2'")
)(lambda: graph(lambda: (load(), load(), load(id="load_2"))))


def _after(make) -> list:
    def body():
        first = load()
        pair = steps.pair()
        silent = steps.silent()
        use(1, after=make(SimpleNamespace(first=first, pair=pair, silent=silent)))

    return nodes(body)["use"]["after"]


for how, make, expected in [
    ("an id", lambda made: "load", ["load"]),
    ("an output", lambda made: made.first, ["load"]),
    ("a step without outputs", lambda made: made.silent, ["silent"]),
    ("the outputs of a step", lambda made: made.pair, ["pair"]),
    ("a list of both", lambda made: [made.first, "pair", made.pair[1]], ["load", "pair"]),
    ("a future", lambda made: SimpleNamespace(invocation_id="load"), ["load"]),
    ("nothing", lambda made: None, []),
    ("an unknown id", lambda made: "x", Raises(ValueError, "after 'x', which is no step")),
    ("something else", lambda made: 3, Raises(ValueError, "takes step ids, outputs of steps")),
]:
    row(f"after: {how}", expected)(lambda make=make: _after(make))
row("after: a later step", ["train"])(
    lambda: nodes(lambda: (steps.silent(after="train"), train(load())))["silent"]["after"]
)
row("after: a cycle", Raises(ValueError, "wait for each other in a cycle"))(
    lambda: graph(lambda: train(load(after="train")))
)

for name in ("after", "id"):
    row(f"reserved: a parameter named {name}", Raises(ValueError, f"parameter name '{name}' is"))(
        lambda name=name: step(eval(f"lambda {name}: 1"))
    )
row("*args in a step", Raises(ValueError, r"cannot have \*args"))(lambda: step(lambda *args: 1))
row("**kwargs in a step", Raises(ValueError, r"cannot have \*args"))(lambda: step(lambda **kw: 1))
row("*args in a pipeline", Raises(ValueError, r"cannot have \*args"))(
    lambda: pipeline(lambda *args: 1)
)
row("a class is no step's function", Raises(ValueError, "written in Python|decorates functions"))(
    lambda: step(int)
)
row("a pipeline without steps", Raises(ValueError, "has no steps"))(lambda: graph(lambda: None))


@pipeline
def inner(gamma: float = 0.5):
    return train(load(), gamma)


row("composition: a pipeline in a pipeline is inlined", ["load", "train", "use"])(
    lambda: list(nodes(lambda: use(inner())))
)
row("composition: what it returns can be used", "train")(
    lambda: nodes(lambda: use(inner()))["use"]["inputs"]["value"]["stepId"]
)
row("composition: twice", ["load", "train", "load_2", "train_2"])(
    lambda: list(nodes(lambda: (inner(), inner(0.25))))
)
row("composition: what a pipeline returns is kept", ("train", "score"))(
    lambda: (lambda made: (made.step_id, made.output))(inner.compose((), {}).returned)
)


@row("composition: an equal constant of the inner pipeline is no parameter", None)
def _():
    @pipeline
    def part():
        use(7)

    def body(count: int = 7):
        part()

    return nodes(body)["use"]["inputs"]["value"].get("pipelineParameter")


@row("a step's function itself", 4)
def _():
    return step(lambda x: x * 2).entrypoint(2)


@row("pipeline context: facts while composing", ["p", {"k": 1}, "m", ["t"], 3])
def _():
    seen = []

    def body(count: int = 3):
        context = get_pipeline_context()
        seen.extend(
            [
                context.name,
                context.extra,
                context.model.name,
                context.tags,
                context.parameters["count"],
            ]
        )
        load()

    graph(pipeline(name="p", extra={"k": 1}, model=Model("m"), tags=["t"])(body))
    return seen


row("pipeline context: elsewhere", Raises(RuntimeError, "outside of a pipeline's function"))(
    lambda: get_pipeline_context()
)
row("run names: filled in", True)(
    lambda: bool(
        re.fullmatch(
            r"nightly-\d{4}_\d\d_\d\d",
            graph(pipeline(lambda: load()).with_options(run_name="nightly-{date}"))["runName"],
        )
    )
)
row("run names: a missing placeholder", Raises(KeyError, "Missing key: 'who'"))(
    lambda: graph(pipeline(lambda: load()).with_options(run_name="{who}"))
)


def _without_recording(make) -> Any:
    os.environ["ZENML_RUN_SINGLE_STEPS_WITHOUT_STACK"] = "true"
    try:
        return make()
    finally:
        del os.environ["ZENML_RUN_SINGLE_STEPS_WITHOUT_STACK"]


row("a single step: as a plain call, with checked parameters", 1.5)(
    lambda: _without_recording(lambda: train({"a": 1}, gamma="0.5", epochs=3))
)
row("a single step: a plain call refuses what does not fit", Raises(ValueError, "'gamma': 'x' is"))(
    lambda: _without_recording(lambda: train({}, gamma="x"))
)


@row("a step in a running step is a plain function", [4.0, {"rows": 3}])
def _():
    from runlens._process import context_state

    with context_state.entered(SimpleNamespace()):
        return [train({"a": 1, "b": 2}, 1.0, 2), load()]


row("a pipeline in a running step", Raises(ValueError, "called inside a running step"))(
    lambda: _in_a_step(inner)
)


def _in_a_step(make) -> Any:
    from runlens._process import context_state

    with context_state.entered(SimpleNamespace()):
        return make()
