"""Composing pipelines: parameters against artifacts, ids, order, and what is refused."""

import enum
import json
from pathlib import Path
from typing import Annotated, Any, Literal, Optional

import pytest
from runlens import StepInterfaceError, pipeline, step
from runlens._authoring.graph import graph_of

ROOT = str(Path(__file__).resolve().parent)


@step
def load() -> dict:
    return {"rows": 3}


@step
def train(data: dict, gamma: float = 0.001, epochs: int = 5) -> Annotated[float, "score"]:
    return gamma * epochs * len(data)


@step
def untyped():
    return 1


@step
def silent():
    print("done")


@step
def use(value: Any) -> int:
    return 1


@step
def both() -> tuple[int, Annotated[str, "text"]]:
    return 1, "one"


def graph(body, *args, **kwargs):
    made = pipeline(name="p")(body) if not hasattr(body, "compose") else body
    return graph_of(made.compose(args, kwargs), ROOT)


def steps_of(body, *args, **kwargs):
    return {one["id"]: one for one in graph(body, *args, **kwargs)["steps"]}


def test_outputs_are_inputs_and_other_values_are_parameters():
    def body():
        train(load(), 0.5)

    inputs = steps_of(body)["train"]["inputs"]
    assert inputs["data"] == {"kind": "step", "stepId": "load", "output": "output"}
    assert inputs["gamma"] == {"kind": "parameter", "value": 0.5}
    assert inputs["epochs"] == {"kind": "parameter", "value": 5, "isDefault": True}


def test_the_graph_is_json_and_names_its_sources():
    made = graph(lambda: train(load()))
    assert json.loads(json.dumps(made)) == made
    source = made["steps"][1]["source"]
    assert source["file"] == "test_composition.py"
    assert source["qualname"] == "train"
    line = Path(__file__).read_text().splitlines()[source["line"] - 1]
    assert line.startswith("def train(")


def test_a_step_called_twice_gets_numbered_ids():
    def body():
        data = load()
        train(data)
        train(data)
        train(data, id="mine")

    assert list(steps_of(body)) == ["load", "train", "train_2", "mine"]


def test_a_doubled_id_is_refused():
    def body():
        load(id="a")
        load(id="a")

    with pytest.raises(StepInterfaceError, match="Duplicate step ID 'a'"):
        graph(body)


@pytest.mark.parametrize("explicit", [{}, {"gamma": 0.25}])
def test_an_unchanged_pipeline_parameter_is_named(explicit):
    def body(gamma: float = 0.001):
        train(load(), gamma)
        train(load(), gamma * 1)
        train(load(), 0.001)

    made = graph(body, **explicit)
    entries = [one["inputs"]["gamma"] for one in made["steps"] if one["step"] == "train"]
    assert [entry.get("pipelineParameter") for entry in entries] == ["gamma", None, None]
    value = explicit.get("gamma", 0.001)
    assert made["parameters"] == {"gamma": {"value": value, "explicit": bool(explicit)}}


def test_small_integers_are_told_from_equal_constants():
    def same(count: int = 7):
        train(load(), epochs=count)

    def constant(count: int = 7):
        train(load(), epochs=7)

    def two(count: int = 7, other: int = 7):
        train(load(), epochs=count)

    def named(body):
        return steps_of(body)["train"]["inputs"]["epochs"].get("pipelineParameter")

    assert (named(same), named(constant), named(two)) == ("count", None, None)


def test_several_outputs_are_named_and_numbered():
    def body():
        _number, text = both()
        use(text)

    made = steps_of(body)
    assert [one["name"] for one in made["both"]["outputs"]] == ["output_0", "text"]
    assert made["use"]["inputs"]["value"]["output"] == "text"


def test_a_list_of_outputs_is_one_input():
    def body():
        use([load(), load()])

    assert steps_of(body)["use"]["inputs"]["value"] == {
        "kind": "steps",
        "items": [
            {"stepId": "load", "output": "output"},
            {"stepId": "load_2", "output": "output"},
        ],
    }


def test_after_takes_ids_outputs_and_lists():
    def body():
        first = load()
        second = silent()
        use(1, after=[first, "silent"])
        use(2, after=second)

    made = steps_of(body)
    assert made["use"]["after"] == ["load", "silent"]
    assert made["use_2"]["after"] == ["silent"]


def test_a_cycle_is_refused_with_its_path():
    def body():
        first = load(after="train")
        train(first)

    with pytest.raises(StepInterfaceError, match=r"cycle: (load → train → load|train → load → tr)"):
        graph(body)


def test_a_chain_of_thousands_is_no_cycle():
    def body():
        last = None
        for _ in range(3000):
            last = use(1, after=last)

    assert len(steps_of(body)) == 3000


def test_after_an_unknown_step_is_refused():
    with pytest.raises(StepInterfaceError, match="after 'nothing', which is no step"):
        graph(lambda: load(after="nothing"))


def test_an_untyped_output_cannot_be_used():
    with pytest.raises(StepInterfaceError, match=r"untyped .*no type on its output.*use uses it"):
        graph(lambda: use(untyped()))


def test_an_untyped_output_that_nobody_uses_is_fine():
    assert steps_of(lambda: untyped())["untyped"]["outputs"] == [
        {"name": "output", "annotation": ""}
    ]


def test_the_output_of_a_step_without_one_cannot_be_used():
    with pytest.raises(StepInterfaceError, match=r"silent .*returns nothing"):
        graph(lambda: use(silent()))


def test_a_single_output_cannot_be_unpacked():
    def body():
        _first, _second = load()

    with pytest.raises(StepInterfaceError, match=r"one output.*cannot be unpacked.*Tuple\[A, B\]"):
        graph(body)


@pytest.mark.parametrize("misuse", [bool, len, lambda one: one["x"], lambda one: one.load()])
def test_an_output_has_no_value_in_the_pipeline(misuse):
    with pytest.raises(StepInterfaceError, match="it has no value yet"):
        graph(lambda: misuse(load()))


def test_a_parameter_that_is_not_serialisable_is_refused():
    class Thing:
        pass

    with pytest.raises(StepInterfaceError) as caught:
        graph(lambda: use(Thing()))
    for part in ("Step use", "'value'", "Thing", "not JSON-serialisable", "output of a step"):
        assert part in str(caught.value)


def test_the_culprit_inside_a_parameter_is_named():
    with pytest.raises(StepInterfaceError, match="it holds a object"):
        graph(lambda: use({"a": [object()]}))


@pytest.mark.parametrize(
    ("value", "encoded", "shown"),
    [
        (2**60, str(2**60), None),
        (float("inf"), "inf", None),
        (0.5, 0.5, None),
        (2.0, 2.0, "2.0"),
        (1e-7, 1e-7, "1e-07"),
        ((1, (2,)), [1, [2]], "(1, (2,))"),
        ({3, 1, 2}, [1, 2, 3], "{1, 2, 3}"),
        ({"a": None, 1: True}, {"a": None, "1": True}, "{'a': None, 1: True}"),
        (enum.Enum("Colour", {"RED": "red"}).RED, "red", "Colour.RED"),
    ],
)
def test_how_parameters_are_written(value, encoded, shown):
    """`shown` is how `mlflow.log_param` writes it, where the server would write it otherwise."""
    entry = steps_of(lambda: use(value))["use"]["inputs"]["value"]
    text = {} if shown is None else {"text": shown}
    assert entry == {"kind": "parameter", "value": encoded, **text}


def typed(hint):
    def taker(value) -> int:
        return 1

    taker.__annotations__["value"] = hint
    return step(name="taker")(taker)


@pytest.mark.parametrize(
    ("hint", "given", "taken"),
    [
        (int, 3.0, 3),
        (int, "42", 42),
        (float, 3, 3.0),
        (bool, "true", True),
        (Optional[int], None, None),  # noqa: UP045
        (int | str, "42", "42"),
        (list[int], ("1", 2.0), [1, 2]),
        (dict[str, float], {"a": 1}, {"a": 1.0}),
        (tuple[int, ...], ["1", 2], (1, 2)),
        (Literal["a", "b"], "a", "a"),
        (Annotated[int, "note"], "7", 7),
        ("int", "8", 8),
        (Any, "x", "x"),
    ],
)
def test_parameters_are_converted_to_their_annotation(hint, given, taken):
    composition = pipeline(name="p")(lambda: typed(hint)(given)).compose((), {})
    value = composition.invocations["taker"].values["value"]
    assert value == taken
    assert type(value) is type(taken)


@pytest.mark.parametrize(
    ("hint", "given"),
    [
        (int, "not an int"),
        (int, 2.5),
        (int, None),
        (str, 3),
        (bool, "perhaps"),
        (list[int], "12"),
        (tuple[int, int], [1]),
        (Literal["a", "b"], "c"),
        (int | None, "x"),
    ],
)
def test_parameters_that_do_not_fit_are_refused(hint, given):
    with pytest.raises(StepInterfaceError, match=r"Step taker .*parameter 'value': .* is not "):
        graph(lambda: typed(hint)(given))


def test_pydantic_checks_what_only_it_knows():
    pydantic = pytest.importorskip("pydantic")

    class Settings(pydantic.BaseModel):
        depth: int

    entry = steps_of(lambda: typed(Settings)({"depth": "3"}))["taker"]["inputs"]["value"]
    assert entry["value"] == {"depth": 3}
    with pytest.raises(StepInterfaceError, match="parameter 'value'"):
        graph(lambda: typed(Settings)({"depth": "deep"}))


def test_a_path_is_keyed_by_content(tmp_path):
    file = tmp_path / "data.csv"
    file.write_text("a,b\n")
    first = steps_of(lambda: use(file))["use"]["inputs"]["value"]
    file.write_text("a,c\n")
    second = steps_of(lambda: use(file))["use"]["inputs"]["value"]
    file.write_text("a,b\n")
    third = steps_of(lambda: use(file))["use"]["inputs"]["value"]
    assert first["kind"] == "path"
    assert first["path"] == str(file)
    assert first == third
    assert first["digest"] != second["digest"]


def test_a_folder_is_keyed_by_names_and_content(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a").write_text("1")
    first = steps_of(lambda: use(tmp_path))["use"]["inputs"]["value"]["digest"]
    (tmp_path / "sub" / "a").rename(tmp_path / "sub" / "b")
    assert steps_of(lambda: use(tmp_path))["use"]["inputs"]["value"]["digest"] != first


def test_a_missing_path_is_refused(tmp_path):
    with pytest.raises(StepInterfaceError, match="which is not there"):
        graph(lambda: use(tmp_path / "nothing"))


@pytest.mark.parametrize("signature", ["*args", "**kwargs", "after", "id"])
def test_signatures_that_no_step_can_have(signature):
    names: dict = {}
    exec(f"def odd({signature}): pass", names)
    with pytest.raises(StepInterfaceError):
        step(names["odd"])


def test_wrong_arguments_name_the_step_and_its_parameters():
    with pytest.raises(TypeError, match=r"Step train has no parameter 'gama'.*gamma"):
        graph(lambda: train(load(), gama=1))
    with pytest.raises(TypeError, match="Step train lacks a value for 'data'"):
        graph(lambda: train())


def test_a_pipeline_without_steps_is_refused():
    with pytest.raises(StepInterfaceError, match="has no steps"):
        graph(lambda: None)


def test_a_pipeline_inside_a_pipeline_is_inlined():
    @pipeline
    def inner(gamma: float):
        return train(load(), gamma)

    made = steps_of(lambda: use(inner(0.5)))
    assert list(made) == ["load", "train", "use"]
    assert made["use"]["inputs"]["value"]["stepId"] == "train"


def test_who_decides_about_the_cache():
    never = load.with_options(enable_cache=False, name="never")
    always = load.with_options(enable_cache=True, name="always")

    def body():
        load()
        never()
        always()

    def caches(made):
        return [one["options"]["enableCache"] for one in graph(made)["steps"]]

    assert caches(pipeline(body)) == [True, False, True]
    assert caches(pipeline(enable_cache=False)(body)) == [False, False, True]
    assert caches(pipeline(body).with_options(enable_cache=False)) == [False, False, False]
    assert caches(pipeline(body).with_options(enable_cache=True)) == [True, True, True]


def test_options_reach_the_graph():
    odd = load.with_options(
        name="odd", environment={"A": 1}, retries=2, output_materializers="json"
    )
    made = steps_of(lambda: odd())["odd"]
    assert made["options"] == {"enableCache": True, "environment": {"A": "1"}, "retries": 2}
    assert made["outputs"][0]["materializer"] == "json"
    with pytest.raises(TypeError, match="no option 'cache'"):
        load.with_options(cache=False)


def test_captured_values_are_digested():
    def make(value):
        @step
        def closed() -> int:
            return len(value)

        return steps_of(lambda: closed())["closed"]["captured"]

    assert make([1, 2]) == make([1, 2])
    assert make([1, 2]) != make([1, 3])
    assert make({"b": 1, "a": {2, 1}}) == make({"a": {1, 2}, "b": 1})
    lock = __import__("threading").Lock()
    assert make(lock) == {"value": None}


def test_a_decorated_function_keeps_its_signature():
    import functools

    def twice(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            return function(*args, **kwargs) * 2

        return wrapper

    @step
    @twice
    def number(value: int = 2) -> int:
        return value

    made = steps_of(lambda: number("3"))["number"]
    assert made["inputs"]["value"]["value"] == 3
    assert number.entrypoint(4) == 8
