"""Which of two places wins: with_options, decorators, pipelines and steps."""

from runlens import (
    pipeline,
    step,
)

from . import authoring_steps as steps
from .authoring_steps import load
from .authoring_support import (
    graph,
    nodes,
    row,
)

# --- with_options, configure, precedence ----------------------------------------------------------


@row("with_options is a copy", [True, None])
def _():
    copy = load.with_options(enable_cache=True)
    return [copy.enable_cache, load.enable_cache]


@row("configure changes in place and answers itself", [True, True])
def _():
    mine = step(lambda: 1)
    return [mine.configure(enable_cache=True) is mine, mine.enable_cache]


@row("merge: dicts merge, lists join", [{"a": 1, "b": 2}, ["x", "y"]])
def _():
    mine = load.with_options(extra={"a": 1}, tags=["x"]).with_options(extra={"b": 2}, tags=["y"])
    made = nodes(lambda: mine())["load"]["options"]
    return [made["extra"], made["tags"]]


@row("merge=False replaces", [{"b": 2}, ["y"]])
def _():
    mine = step(extra={"a": 1}, tags=["x"])(load.entrypoint)
    mine = mine.with_options(extra={"b": 2}, tags=["y"], merge=False)
    made = nodes(lambda: mine())["load"]["options"]
    return [made["extra"], made["tags"]]


@row("pipeline.configure is as the decorator", [False, True])
def _():
    own = load.with_options(name="own", enable_cache=True)

    def body():
        load()
        own()

    made = pipeline(body)
    made.configure(enable_cache=False)
    return [one["options"]["enableCache"] for one in graph(made)["steps"]]


@row(
    "cache: run over step over pipeline over yes",
    [[True, False, True], [False, False, True], [False] * 3, [True] * 3],
)
def _():
    never = load.with_options(enable_cache=False, name="never")
    always = load.with_options(enable_cache=True, name="always")

    def body():
        load()
        never()
        always()

    def caches(made):
        return [one["options"]["enableCache"] for one in graph(made)["steps"]]

    return [
        caches(pipeline(body)),
        caches(pipeline(enable_cache=False)(body)),
        caches(pipeline(body).with_options(enable_cache=False)),
        caches(pipeline(body).with_options(enable_cache=True)),
    ]


def _funny(made, **decorator) -> str:
    body = pipeline(**decorator)(lambda: made())
    return body, lambda p=body: graph(p)["steps"][0]["outputs"][0]["artifactName"]


for name, call, expected in [
    (
        "step with_options",
        lambda: _funny(
            steps.funny_itself.with_options(substitutions={"funny_name": "s_wo"}),
            substitutions={"funny_name": "p_deco"},
        )[1](),
        "report_s_wo",
    ),
    (
        "step decorator",
        lambda: _funny(steps.funny_itself, substitutions={"funny_name": "p_deco"})[1](),
        "report_step_deco",
    ),
    (
        "step decorator over pipeline with_options",
        lambda: (lambda made: made[1](made[0].with_options(substitutions={"funny_name": "p_wo"})))(
            _funny(steps.funny_itself)
        ),
        "report_step_deco",
    ),
    (
        "pipeline with_options",
        lambda: (lambda made: made[1](made[0].with_options(substitutions={"funny_name": "p_wo"})))(
            _funny(steps.funny, substitutions={"funny_name": "p_deco"})
        ),
        "report_p_wo",
    ),
    (
        "pipeline decorator",
        lambda: _funny(steps.funny, substitutions={"funny_name": "p_deco"})[1](),
        "report_p_deco",
    ),
    (
        "the older name",
        lambda: _funny(steps.funny.with_options(name_subs={"funny_name": "old"}))[1](),
        "report_old",
    ),
]:
    row(f"substitutions: {name}", expected)(call)


@row("a step's decorator comes before its pipeline", [{"A": "s", "B": "p"}, 1, {"code": False}])
def _():
    own = step(environment={"A": "s"}, retry=1, cache_policy={"include_step_code": False})
    made = nodes(
        pipeline(
            environment={"A": "p", "B": "p"},
            retry=5,
            cache_policy={"include_step_parameters": False},
        )(lambda: own(load.entrypoint)())
    )["load"]["options"]
    return [made["environment"], made["retries"], made["cachePolicy"]]
