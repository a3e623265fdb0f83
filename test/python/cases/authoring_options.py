"""Options of steps and pipelines, and which of two places wins."""

import datetime
import warnings
from typing import Any

import runlens
from runlens import (
    CachePolicy,
    ExecutionMode,
    GroupInfo,
    Model,
    ResourceSettings,
    RetryConfig,
    StepType,
    Tag,
    pipeline,
    step,
)
from runlens.materializers import materializer_for

from . import authoring_steps as steps
from .authoring_steps import load, train
from .authoring_support import (
    IntOfMine,
    JsonOfMine,
    Raises,
    failure_hook,
    fingerprint,
    graph,
    hook,
    inherited,
    nodes,
    of_pipeline,
    options,
    row,
)

# --- options of @step -----------------------------------------------------------------------------

for given, expected in [
    ({"enable_cache": False}, {"enableCache": False}),
    ({"environment": {"A": 1}}, {"environment": {"A": "1"}}),
    ({"secrets": ["KEY", "TOKEN"]}, {"secrets": ["KEY", "TOKEN"]}),
    ({"retries": 2}, {"retries": 2}),
    ({"retry": 3}, {"retries": 3}),
    (
        {"retry": RetryConfig(max_retries=2, delay=1.5, backoff=2)},
        {"retries": 2, "retryDelayMs": 1500.0, "retryBackoff": 2},
    ),
    ({"retry": {"max_retries": 1, "delay": 10}}, {"retries": 1, "retryDelayMs": 10_000}),
    ({"timeout": 2.5}, {"timeoutMs": 2500.0}),
    (
        {"resources": ResourceSettings(cpu_count=2, gpu_count=1, memory="2GB")},
        {"resources": {"cpus": 2, "gpus": 1, "memory": 2_000_000_000}},
    ),
    (
        {"settings": {"resources": {"memory": "1GiB"}}},
        {"resources": {"memory": 1 << 30}},
    ),
    (
        {"settings": {"resources": {"cpu_count": 1}}, "resources": {"cpu_count": 0.5}},
        {"resources": {"cpus": 0.5}},
    ),
    ({"resources": ResourceSettings(accelerator_count=2)}, {"resources": {"gpus": 2}}),
    ({"tags": ["a", Tag("b"), "a"]}, {"tags": ["a", "b"]}),
    ({"model": Model("m", version=3)}, {"model": {"name": "m", "version": "3"}}),
    ({"model": "m"}, {"model": {"name": "m"}}),
    (
        {"model": Model("m_{date}", version="{k}"), "substitutions": {"date": "d", "k": "v"}},
        {"model": {"name": "m_d", "version": "v"}},
    ),
    ({"extra": {"note": [1, {"a": None}]}}, {"extra": {"note": [1, {"a": None}]}}),
    ({"group": "features"}, {"group": "features"}),
    ({"group": GroupInfo(name="features")}, {"group": "features"}),
    ({"step_type": StepType.LLM_CALL}, {"extra": {"step_type": "llm_call"}}),
    ({"cache_policy": "default"}, {}),
    ({"cache_policy": CachePolicy()}, {}),
    ({"on_success": hook}, {}),
]:
    row(f"step option: {given}", expected)(lambda given=given: options(**given))

for given, expected in [
    ({"include_step_code": False}, {"code": False}),
    ({"include_step_parameters": False}, {"parameters": False}),
    ({"include_artifact_values": False, "include_artifact_ids": False}, {"inputs": False}),
    ({"file_dependencies": ["data/*.csv", "./a/b.txt"]}, {"files": ["data/*.csv", "a/b.txt"]}),
    ({"source_dependencies": [fingerprint]}, {"sources": ["cases.authoring_support.fingerprint"]}),
    ({"source_dependencies": [steps]}, {"sources": ["cases.authoring_steps"]}),
    ({"source_dependencies": [load]}, {"sources": ["cases.authoring_steps.load"]}),
    ({"source_dependencies": ["a.b.c"]}, {"sources": ["a.b.c"]}),
    ({"cache_func": fingerprint}, {"custom": "v7"}),
    ({"cache_func": "cases.authoring_support.fingerprint"}, {"custom": "v7"}),
    ({"environment": ["RUNLENS_TEST_NOT_SET"]}, {"environment": {"RUNLENS_TEST_NOT_SET": None}}),
    ({"expires_after": 60}, {"expiresAfterMs": 60_000.0}),
    ({"expires_after": datetime.timedelta(hours=1)}, {"expiresAfterMs": 3_600_000.0}),
]:
    row(f"cache policy: {given}", {"cachePolicy": expected})(
        lambda given=given: options(cache_policy=CachePolicy(**given))
    )


@row("cache policy: values of artifacts alone are enough to count", {})
def _():
    return options(cache_policy=CachePolicy(include_artifact_values=False))


@row("cache policy: ignored inputs", {"ignored": ["gamma"]})
def _():
    kept = train.with_options(cache_policy=CachePolicy(ignored_inputs=["gamma"]))
    return nodes(lambda: kept(load()))["train"]["options"]["cachePolicy"]


@row("cache policy: an ignored input must exist", Raises(ValueError, "ignores the input 'g'"))
def _():
    return options(cache_policy=CachePolicy(ignored_inputs=["g"]))


@row("cache policy: packages by name", {"packages": True, "python": True, "none": "not installed"})
def _():
    made = options(cache_policy=CachePolicy(packages=["no-such-package"]))["cachePolicy"]
    versions = made["versions"]
    return {
        "packages": made["packages"],
        "python": "python" in versions,
        "none": versions["no-such-package"],
    }


@row("cache policy: of the pipeline, for steps without one", [False, True])
def _():
    own = load.with_options(name="own", cache_policy=CachePolicy(include_step_parameters=False))

    def body():
        load()
        own()

    made = nodes(pipeline(cache_policy=CachePolicy(include_step_code=False))(body))
    return [
        made["load"]["options"]["cachePolicy"]["code"],
        "code" not in made["own"]["options"]["cachePolicy"],
    ]


@row("cache policy: a YAML file's dict", {"cachePolicy": {"code": False}})
def _():
    return options(cache_policy={"include_step_code": False})


for given, error in [
    ({"include_code": True}, Raises(TypeError, "did you mean 'include_step_code'")),
    ({"file_dependencies": ["/etc/passwd"]}, Raises(ValueError, "below the root")),
    ({"file_dependencies": ["../a"]}, Raises(ValueError, "below the root")),
    ({"file_dependencies": "a.txt"}, Raises(TypeError, "takes a list")),
    ({"expires_after": 0}, Raises(ValueError, "above 0")),
    ({"cache_func": 3}, Raises(TypeError, "takes a function")),
]:
    row(f"cache policy refused: {given}", error)(lambda given=given: CachePolicy(**given))

row("cache policy: another name", Raises(ValueError, "only name is 'default'"))(
    lambda: load.with_options(cache_policy="strict")
)


@row("cache policy: a failing cache_func is told", Raises(ValueError, "cache_func failed: KeyErr"))
def _():
    return options(cache_policy=CachePolicy(cache_func=lambda: {}["x"]))


for given, error in [
    ({"cache": False}, Raises(TypeError, "no option 'cache'")),
    ({"enabel_cache": False}, Raises(TypeError, "did you mean 'enable_cache'")),
    ({"output_materialisers": None}, Raises(TypeError, "did you mean 'output_materializers'")),
    ({"enable_cache": "yes"}, Raises(TypeError, "enable_cache= takes bool")),
    ({"environment": ["A"]}, Raises(TypeError, "environment= takes a dict")),
    ({"secrets": "KEY"}, Raises(TypeError, "secrets= takes a list")),
    ({"timeout": 0}, Raises(ValueError, "timeout= takes seconds above 0")),
    ({"retries": -1}, Raises(ValueError, "retries= takes a number from 0")),
    ({"retry": {"max_retries": -1}}, Raises(ValueError, "max_retries")),
    ({"retry": {"backoff": 0.5}}, Raises(ValueError, "backoff")),
    ({"retry": "often"}, Raises(TypeError, "retry= takes a RetryConfig")),
    ({"on_failure": 3}, Raises(TypeError, "takes a function or its path")),
    ({"on_failure": "alone"}, Raises(TypeError, "takes a function or its path")),
    ({"on_success": failure_hook}, Raises(TypeError, "with no argument, but it needs more")),
    ({"on_failure": lambda a, b: None}, Raises(TypeError, "the exception only")),
    ({"tags": "one"}, Raises(TypeError, "tags= takes a list")),
]:
    row(f"step option refused: {given}", error)(
        lambda given=given: step(**given)(lambda: 1) and None
    )
    row(f"with_options refuses: {given}", error)(lambda given=given: load.with_options(**given))

row("pipeline option refused", Raises(TypeError, "did you mean 'enable_cache'"))(
    lambda: pipeline(enablecache=True)(lambda: 1)
)
row("memory without a unit", Raises(ValueError, "number with a unit"))(
    lambda: ResourceSettings(memory="2")
)
row("resources: unknown setting", Raises(TypeError, "did you mean 'cpu_count'"))(
    lambda: ResourceSettings(cpucount=2)
)
row("resources: memory in a unit", 2000.0)(lambda: ResourceSettings(memory="2GB").get_memory("MB"))
row("model: unknown setting", Raises(TypeError, "did you mean 'version'"))(
    lambda: Model("m", versoin=1)
)


@row("name: default the function's, else the option's", ["load", "other", "other_2"])
def _():
    other = load.with_options(name="other")

    def body():
        load()
        other()
        other()

    return list(nodes(body))


def _materializers(made: Any) -> list:
    return [one.get("materializer") for one in made["outputs"]]


for given, expected in [
    ("json", ["json"]),
    (JsonOfMine, ["cases.authoring_support:JsonOfMine"]),
    ("cases.authoring_support.JsonOfMine", ["cases.authoring_support:JsonOfMine"]),
    ([IntOfMine, JsonOfMine], ["cases.authoring_support:JsonOfMine"]),
    ({"output": "json"}, ["json"]),
    (
        {"output": [IntOfMine, "cases.authoring_support.JsonOfMine"]},
        ["cases.authoring_support:JsonOfMine"],
    ),
]:
    row(f"output_materializers: {given}", expected)(
        lambda given=given: _materializers(
            nodes(lambda: load.with_options(output_materializers=given)())["load"]
        )
    )


@row("output_materializers: one for several outputs", ["json", "json"])
def _():
    return _materializers(
        nodes(lambda: steps.pair.with_options(output_materializers="json")())["pair"]
    )


@row("output_materializers: the source of an own one counts", True)
def _():
    made = nodes(lambda: load.with_options(output_materializers=JsonOfMine)())["load"]
    return len(made["outputs"][0]["materializerDigest"]) == 64


@row("output_materializers: that of one step is no other step's", "json")
def _():
    graph(lambda: load.with_options(output_materializers=JsonOfMine)())
    return materializer_for({})[0]


row("output_materializers: an output that is not there", Raises(ValueError, "names 'outptu'"))(
    lambda: graph(lambda: load.with_options(output_materializers={"outptu": "json"})())
)
row("output_materializers: no such class", Raises(ValueError, "cannot be imported"))(
    lambda: graph(lambda: load.with_options(output_materializers="nowhere.Thing")())
)


# --- options without effect -----------------------------------------------------------------------


def _warned(make) -> list[str]:
    from runlens._authoring import options as _options

    _options._told.clear()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        make()
        make()
    return [str(one.message) for one in caught]


@row("options without effect are named once, together", [1, True])
def _():
    remote = load.with_options(step_operator="k8s", experiment_tracker="wandb")
    body = pipeline(settings={"docker": {"parent_image": "x"}})(lambda: remote())
    told = _warned(lambda: graph(body))
    names = ("step_operator (load)", "experiment_tracker (load)", "settings.docker")
    return [len(told), all(name in told[0] for name in names)]


@row("what is on or off here anyway is not told", [])
def _():
    same = load.with_options(enable_step_logs=True, step_operator=False)
    return _warned(lambda: graph(lambda: same()))


@row("a step log that cannot be turned off is told", 1)
def _():
    quiet = load.with_options(enable_step_logs=False)
    return len(_warned(lambda: graph(lambda: quiet())))


for name in ("runtime", "heartbeat_healthy_threshold", "enable_artifact_visualization"):
    row(f"step: {name} is accepted", 1)(
        lambda name=name: len(
            _warned(
                lambda: graph(
                    lambda: load.with_options(**{name: False if "enable" in name else 1})()
                )
            )
        )
    )
for name in ("schedule", "build", "on_init", "on_cleanup", "on_pause", "on_resume"):
    row(f"pipeline: {name} is accepted", 1)(
        lambda name=name: len(_warned(lambda: graph(pipeline(**{name: "x.y"})(lambda: load()))))
    )


# --- options of @pipeline -------------------------------------------------------------------------

for given, expected in [
    ({"tags": ["a", Tag("b", cascade=True)]}, {"tags": ["a", "b"]}),
    ({"extra": {"k": 1}}, {"extra": {"k": 1}}),
    (
        {"model": Model("m", version="{date}"), "substitutions": {"date": "d"}},
        {"model": {"name": "m", "version": "d"}},
    ),
    ({"execution_mode": "FAIL_FAST"}, {"executionMode": "fail-fast"}),
    ({"execution_mode": "stop_on_failure"}, {"executionMode": "stop-on-failure"}),
    ({"execution_mode": "continue-on-failure"}, {"executionMode": "continue-on-failure"}),
    ({"execution_mode": ExecutionMode.FAIL_FAST}, {"executionMode": "fail-fast"}),
    ({"run_name": "mine"}, {"runName": "mine"}),
    ({"run_name": "mine_{k}", "substitutions": {"k": "v"}}, {"runName": "mine_v"}),
]:
    row(f"pipeline option: {given}", expected)(lambda given=given: of_pipeline(**given))

row("pipeline: an unknown execution mode", Raises(ValueError, "there are: continue-on-failure"))(
    lambda: pipeline(execution_mode="panic")(lambda: 1)
)

for given, expected in [
    ({"environment": {"A": "1"}}, {"environment": {"A": "1"}}),
    ({"secrets": ["KEY"]}, {"secrets": ["KEY"]}),
    ({"retry": RetryConfig(2, 1)}, {"retries": 2, "retryDelayMs": 1000}),
    ({"settings": {"resources": {"cpu_count": 2}}}, {"resources": {"cpus": 2}}),
    ({"model": Model("m")}, {"model": {"name": "m"}}),
    ({"tags": ["a"]}, {}),
    ({"extra": {"k": 1}}, {}),
]:
    row(f"steps inherit from the pipeline: {given}", expected)(
        lambda given=given: inherited(**given)
    )


@row(
    "a step's options come before its pipeline's; dicts merge",
    [{"A": "s", "B": "p"}, 1, {"cpus": 2, "memory": 10**9}],
)
def _():
    own = load.with_options(
        environment={"A": "s"}, retry=1, settings={"resources": {"memory": "1GB"}}
    )
    made = nodes(
        pipeline(
            environment={"A": "p", "B": "p"},
            retry=5,
            settings={"resources": ResourceSettings(cpu_count=2, memory="4GB")},
        )(lambda: own())
    )["load"]["options"]
    return [made["environment"], made["retries"], made["resources"]]


@row("tags that cascade are on every output", [["b"], ["daily", "kept", "b"]])
def _():
    def body():
        load()
        steps.configured()

    made = nodes(pipeline(tags=["a", Tag("b", cascade=True)])(body))
    return [made["load"]["outputs"][0]["tags"], made["configured"]["outputs"][0]["tags"]]


@row("hooks of a static pipeline are defaults of its steps", [hook, failure_hook, True])
def _():
    own = load.with_options(name="own", on_failure=failure_hook)

    def body():
        load()
        own()

    made = pipeline(on_failure=hook, on_start=hook)(body).compose((), {})
    of = [runlens._authoring.hooks.hooks_of(one.step) for one in made.invocations.values()]
    return [of[0].failure, of[1].failure, of[1].start is hook]
