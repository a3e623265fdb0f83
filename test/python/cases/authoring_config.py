"""Configuration given beside the code, and what another process can run."""

import hashlib
import os
import warnings

from runlens import (
    CachePolicy,
    pipeline,
    step,
)

from .authoring_steps import Colour, Size, load, train, use
from .authoring_support import Raises, graph, hook, nodes, options, row, with_count

# --- configuration --------------------------------------------------------------------------------


def _config(steps_=None, **given):
    """The graph of a pipeline under a configuration given in code."""

    def body(gamma: float = 0.5):
        train(load(), gamma)
        use("fixed")

    made = pipeline(name="p")(body)
    if steps_ is not None:
        given["steps"] = steps_
    return {one["id"]: one for one in graph(made.with_options(**given))["steps"]}


row("config: a parameter of a step", {"kind": "parameter", "value": 9})(
    lambda: _config({"train": {"parameters": {"epochs": 9}}})["train"]["inputs"]["epochs"]
)
row("config: the same value is no conflict", "fixed")(
    lambda: _config({"use": {"parameters": {"value": "fixed"}}})["use"]["inputs"]["value"]["value"]
)
row(
    "config: another value of a step's parameter",
    Raises(
        RuntimeError,
        "Configured parameter for the step 'use' conflict with parameter passed in runt",
    ),
)(lambda: _config({"use": {"parameters": {"value": "other"}}}))
row(
    "config: another value of a pipeline's parameter",
    Raises(
        RuntimeError,
        "Configured parameter for the pipeline `p` conflict with parameter passed in r",
    ),
)(lambda: graph(pipeline(name="p")(with_count).with_options(parameters={"count": 1}), count=2))
row("config: a pipeline's parameter", {"count": {"value": 8, "explicit": True}})(
    lambda: graph(pipeline(with_count).with_options(parameters={"count": "8"}))["parameters"]
)
row("config: an unknown parameter of a step", Raises(ValueError, "no parameter 'epoch'"))(
    lambda: _config({"train": {"parameters": {"epoch": 9}}})
)
row("config: an unknown parameter of the pipeline", Raises(ValueError, "no parameter 'n'"))(
    lambda: graph(pipeline(with_count).with_options(parameters={"n": 1}))
)
row("config: an unknown step", Raises(ValueError, "Did you mean 'train'"))(
    lambda: _config({"trian": {"enable_cache": False}})
)
row("config: an unknown option of a step", Raises(ValueError, "did you mean 'enable_cache'"))(
    lambda: _config({"train": {"enablecache": False}})
)
row("config: caching of a step", [False, True])(
    lambda: [
        _config({"train": {"enable_cache": False}})[name]["options"]["enableCache"]
        for name in ("train", "load")
    ]
)
row("config: with_options of the run comes before a step's", True)(
    lambda: _config({"train": {"enable_cache": False}}, enable_cache=True)["train"]["options"][
        "enableCache"
    ]
)
row("config: resources, retry and extra of a step", [{"cpus": 2}, 3, {"k": 1}])(
    lambda: (lambda made: [made["resources"], made["retries"], made["extra"]])(
        _config(
            {
                "train": {
                    "settings": {"resources": {"cpu_count": 2}},
                    "retry": {"max_retries": 3},
                    "extra": {"k": 1},
                }
            }
        )["train"]["options"]
    )
)
row("config: the materializer of an output", "json")(
    lambda: _config({"load": {"outputs": {"output": {"materializer_source": "json"}}}})["load"][
        "outputs"
    ][0]["materializer"]
)
row("config: hooks by their sources", "cases.authoring_support.hook")(
    lambda: (
        pipeline(lambda: load())
        .with_options(steps={"load": {"success_hook_source": "cases.authoring_support.hook"}})
        .compose((), {})
        .invocations["load"]
        .step.options["on_success"]
    )
)


@row("config: an artifact beats a configured parameter, with a warning", ["step", True])
def _():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        made = _config({"train": {"parameters": {"data": {}}}})
    return [made["train"]["inputs"]["data"]["kind"], "passes an artifact" in str(caught[0].message)]


@row("config: with_options(parameters=) gives way to an argument", [2, 4])
def _():
    made = train.with_options(parameters={"epochs": 4})
    first = nodes(lambda: made(load(), epochs=2))["train"]["inputs"]["epochs"]["value"]
    return [first, nodes(lambda: made(load()))["train"]["inputs"]["epochs"]["value"]]


# --- what another process can run -----------------------------------------------------------------


def _importable(make, **kwargs) -> bool:
    return nodes(
        lambda: make(**kwargs),
    )[make.name]["importable"]


@step
def spread(size: Size, colour: Colour = Colour.RED, pair: tuple = (1, 2)) -> int:
    return 1


@step
def numeric(value: float) -> int:
    return 1


@step(on_success=hook)
def with_hook() -> int:
    return 1


for name, make, kwargs, expected in [
    ("a function of a module", load, {}, True),
    ("with_options that a task tells", load.with_options(enable_cache=False), {}, True),
    ("hooks of the decorator", with_hook, {}, True),
    ("hooks of with_options", load.with_options(on_success=hook), {}, False),
    ("secrets of with_options", load.with_options(secrets=["A"]), {}, False),
    ("a lambda", step(lambda: 1), {}, False),
    ("a dataclass as parameter", spread, {"size": Size(1)}, True),
    ("a tuple without annotation", use, {"value": (1, 2)}, False),
    ("a list without annotation", use, {"value": [1, 2]}, True),
    ("a set", use, {"value": {1}}, False),
    ("infinity without annotation", use, {"value": float("inf")}, False),
    ("infinity for a float", numeric, {"value": float("inf")}, True),
]:
    row(f"importable: {name}", expected)(
        lambda make=make, kwargs=kwargs: _importable(make, **kwargs)
    )


@row("importable: a local function or a closure", [False, False])
def _():
    size = 3

    @step
    def local() -> int:
        return 1

    @step
    def closed() -> int:
        return size

    return [_importable(local), _importable(closed)]


@row(
    "environment: of the worker for a policy, as a digest",
    hashlib.sha256(os.environ["PATH"].encode()).hexdigest(),
)
def _():
    made = options(cache_policy=CachePolicy(environment=["PATH"]))
    return made["cachePolicy"]["environment"]["PATH"]


row(
    "config: a dynamic pipeline's steps are those of depends_on", Raises(ValueError, "Did you mean")
)(
    lambda: (
        pipeline(dynamic=True, depends_on=[train])(lambda: None)
        .with_options(steps={"trian": {"enable_cache": False}})
        .compose((), {})
    )
)
row("config: a dynamic pipeline composes nothing yet", 0)(
    lambda: len(
        pipeline(dynamic=True, depends_on=[train])(lambda: None)
        .with_options(steps={"train": {"enable_cache": False}})
        .compose((), {})
        .invocations
    )
)
