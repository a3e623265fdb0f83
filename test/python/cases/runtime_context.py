"""What a running step knows of itself; metadata and tags, inside and outside of steps."""

from __future__ import annotations

from runtime_dynamic import Row

LOAD = """
@step
def load() -> list:
    return [1, 2, ROW]
"""


def in_step(body: str, call: str = "", returns: str = "int", value: str = "ROW") -> str:
    lines = "\n".join(f"    {line}" for line in body.strip("\n").splitlines())
    after = "\n".join(f"    {line}" for line in call.strip("\n").splitlines())
    return f"""
@step
def work() -> {returns}:
{lines}
    return {value}

@pipeline
def p_ROW():
    work()

if __name__ == "__main__":
    run = p_ROW()
{after}
"""


ROWS = [
    Row(
        "outside of a step there is no context",
        """
try:
    get_step_context()
except RuntimeError as error:
    show(type(error).__name__, error.code)
""",
        ["ContextError no_step"],
    ),
    Row(
        "the context names pipeline, run, step and attempt",
        in_step(
            """
context = get_step_context()
show(context.pipeline.name, context.pipeline_run.name, context.step_name, context.attempt)
show(context.step_run.name, context.step_run.id == context.step_run_id, context.pipeline_run.status)
""",
            "show(run.name)",
        ),
        ["p_ROW p_ROW-1 work 1", "work True running", "p_ROW-1"],
    ),
    Row(
        "the context tells the inputs' artifacts and their metadata",
        LOAD
        + """
@step
def use(data: list, factor: int = 2) -> int:
    context = get_step_context()
    show(sorted(context.inputs), context.inputs["data"].load())
    show(context.inputs["data"].run_metadata["length"], context.inputs["data"].version)
    return len(data)

@pipeline
def p_ROW():
    use(load())

if __name__ == "__main__":
    p_ROW()
""",
        ["['data'] [1, 2, ROW]", "3 1"],
    ),
    Row(
        "an item's input is the artifact that it is of",
        LOAD
        + """
@step
def use(value: int) -> int:
    show(value, get_step_context().inputs["value"].type)
    return value

@pipeline(dynamic=True)
def p_ROW():
    use(load().chunk(1))

if __name__ == "__main__":
    p_ROW()
""",
        ["2 list"],
    ),
    Row(
        "the model of the step, else of the pipeline",
        """
@step
def one() -> str:
    return get_step_context().model.name + str(ROW * 0)

@step(model=Model(name="own"))
def other() -> str:
    return get_step_context().model.name + str(ROW * 0)

@pipeline(model=Model(name="shared", version="3"))
def p_ROW():
    one()
    other()

if __name__ == "__main__":
    run = p_ROW()
    show(run.steps["one"].output.load(), run.steps["other"].output.load())
""",
        ["shared0 own0"],
    ),
    Row(
        "no model is an error",
        in_step("get_step_context().model"),
        error="Neither step work nor pipeline p_ROW names a model",
    ),
    Row(
        "output metadata and tags are the artifact's",
        in_step(
            """
context = get_step_context()
context.add_output_metadata({"rows": 3, "kind": "a"})
context.add_output_metadata({"rows": 4})
context.add_output_tags(["good", "bad"])
context.remove_output_tags(["bad"])
show(context.get_output_metadata(), context.get_output_tags())
""",
            """
made = Client().get_artifact_version(run.steps["work"].output.id)
show(made.run_metadata["rows"], made.metadata["kind"], made.tags)
""",
        ),
        ["{'rows': 4, 'kind': 'a'} ['good']", "4 a ['good']"],
    ),
    Row(
        "with several outputs the name is needed",
        in_step(
            """
context = get_step_context()
context.add_output_metadata({"a": 1}, output_name="output_1")
try:
    context.add_output_tags(["x"])
except ContextError as error:
    show(error.code)
try:
    context.get_output_tags("model")
except RuntimeError as error:
    show(error)
""",
            """
first, second = (run.steps["work"].outputs[f"output_{at}"][0] for at in (0, 1))
show("a" in first.run_metadata, second.run_metadata["a"])
""",
            "Tuple[int, int]",
            "1, ROW",
        ),
        [
            "which_output",
            "Step work has no output 'model'; its outputs are: 'output_0', 'output_1'.",
            "False 1",
        ],
    ),
    Row(
        "files in an output's folder are kept with it",
        in_step(
            """
import os
with open(os.path.join(get_step_context().get_output_artifact_uri(), "notes.txt"), "w") as file:
    file.write("seen ROW")
""",
            """
import os
show(open(os.path.join(run.steps["work"].output.uri, "notes.txt")).read())
""",
        ),
        ["seen ROW"],
    ),
    Row(
        "log_metadata in a step goes to the step, the latest value wins",
        in_step(
            'log_metadata({"accuracy": 0.5, "name": "x"})\nlog_metadata({"accuracy": 0.75})',
            """
show(run.steps["work"].run_metadata)
show(run.run_metadata)
""",
        ),
        [
            "{'accuracy': 0.75, 'name': 'x'}",
            "{'work::accuracy': 0.75, 'work::name': 'x'}",
        ],
    ),
    Row(
        "log_metadata in a step to its run is keyed by the step",
        in_step(
            'log_metadata({"a": 1}, run_id_name_or_prefix=get_step_context().pipeline_run_id)',
            "show(run.run_metadata, run.steps['work'].run_metadata)",
        ),
        ["{'work::a': 1} {}"],
    ),
    Row(
        "log_metadata in a step to its artifact",
        in_step(
            'log_metadata({"a": 1}, infer_artifact=True)\n'
            'log_metadata({"b": 2}, artifact_name="result")',
            """
made = run.steps["work"].outputs["result"][0].run_metadata
show(made["a"], made["b"])
""",
            'Annotated[int, "result"]',
        ).replace("_ROW", "_rROW"),
        ["1 2"],
    ),
    Row(
        "log_metadata outside needs a target",
        """
try:
    log_metadata({"a": 1})
except RuntimeError as error:
    show(error.code)
""",
        ["no_step"],
    ),
    Row(
        "log_metadata outside to run, step and artifact",
        in_step(
            "pass",
            """
log_metadata({"a": 1}, run_id_name_or_prefix=run.name)
log_metadata({"a": 2}, run_id_name_or_prefix=run.id[:8])
log_metadata({"b": 3}, run_id_name_or_prefix=run.id, step_name="work")
log_metadata({"b": 4}, step_id=Client().get_pipeline_run(run.id).steps["work"].id)
log_metadata({"c": 5}, artifact_name="answer_ROW")
log_metadata({"c": 6}, artifact_name="answer_ROW", artifact_version="1")
made = Client().get_artifact_version("answer_ROW", 1)
log_metadata({"d": 7}, artifact_version_id=made.id)
show(run.run_metadata, run.steps["work"].run_metadata)
made = Client().get_artifact_version("answer_ROW")
show(made.run_metadata["c"], made.run_metadata["d"])
""",
            'Annotated[int, "answer_ROW"]',
        ),
        ["{'a': 2, 'work::b': 4} {'b': 4}", "6 7"],
    ),
    Row(
        "log_metadata of a run that is not there tells near names",
        in_step(
            "pass",
            """
try:
    log_metadata({"a": 1}, run_id_name_or_prefix=run.name + "x")
except ServerError as error:
    show(str(error).partition(",")[0].rstrip("."))
try:
    log_metadata({"a": 1}, run_id_name_or_prefix=run.name, step_name="train")
except RunlensError as error:
    show(error)
""",
        ),
        [
            'There is no pipeline run "p_ROW-1x". Near to it: "p_ROW-1"',
            "The run p_ROW-1 has no step 'train'; its steps are: work.",
        ],
    ),
    Row(
        "log_metadata takes one target",
        """
try:
    log_metadata({"a": 1}, artifact_name="a", model_name="b")
except ValueError as error:
    show(error)
""",
        ["log_metadata() attaches to one target; it was given several. Call it once for each."],
    ),
    Row(
        "the types of metadata",
        in_step(
            """
from pathlib import Path
log_metadata({
    "int": 1, "float": 0.5, "bool": True, "none": None, "text": "x",
    "list": [1, "a"], "tuple": (1, 2), "set": {2, 1}, "dict": {"a": {"b": 1}},
    "path": Path("data/x.csv"), "uri": Uri("s3://b/k"), "dtype": DType("float64"),
    "size": StorageSize(1024), "nan": float("nan"),
})
""",
            "show(run.steps['work'].run_metadata)",
        ),
        [
            "{'int': 1, 'float': 0.5, 'bool': True, 'none': None, 'text': 'x', 'list': [1, 'a'], "
            "'tuple': [1, 2], 'set': [1, 2], 'dict': {'a': {'b': 1}}, 'path': 'data/x.csv', "
            "'uri': 's3://b/k', 'dtype': 'float64', 'size': 1024, 'nan': 'nan'}"
        ],
    ),
    Row(
        "a value of another type is refused by name",
        """
for bad in ({"a": [object()]}, {1: 2}, ["a"]):
    try:
        log_metadata(bad, run_id_name_or_prefix="x")
    except TypeError as error:
        show(str(error).partition(".")[0])
""",
        [
            "Metadata 'a[0]' is a object",
            "The name of metadata is a text that is not empty, not 1",
            "metadata is a dict of names and values, not list",
        ],
    ),
    Row(
        "bulk_log_metadata: all targets or none",
        in_step(
            "pass",
            """
bulk_log_metadata(
    {"a": 1}, pipeline_runs=[run], step_runs=[run.steps["work"]],
    artifact_versions=[run.steps["work"].output],
)
show(run.run_metadata, run.steps["work"].output.run_metadata["a"])
try:
    bulk_log_metadata({"a": 2}, pipeline_runs=[run], step_runs=["0" * 32])
except ServerError:
    show(run.run_metadata)
""",
        ),
        ["{'a': 1, 'work::a': 1} 1", "{'a': 1, 'work::a': 1}"],
    ),
    Row(
        "metadata of a model version is in the registry",
        in_step(
            "pass",
            """
from runlens._connection.server import connect_server
def rest(path, body):
    return connect_server().call("POST", f"/api/2.0/mlflow/{path}", body, tracking=True)
rest("registered-models/create", {"name": "m_ROW"})
for _ in range(2):
    rest("model-versions/create", {"name": "m_ROW", "source": "s3://bucket/x"})
log_metadata({"accuracy": 0.5}, model_name="m_ROW", model_version=1)
log_metadata({"accuracy": 0.75}, model_name="m_ROW")
found = rest("registered-models/get-latest-versions", {"name": "m_ROW"})["model_versions"]
show([(one["version"], one["tags"]) for one in found])
""",
        ),
        ["[('2', [{'key': 'metadata.accuracy', 'value': '0.75'}])]"],
    ),
    Row(
        "tags of a run: declared, added and removed",
        """
@step
def one() -> int:
    return ROW

@pipeline(tags=["nightly", "old"])
def p_ROW():
    one()

if __name__ == "__main__":
    run = p_ROW()
    add_tags(["good", "old"], run=run)
    remove_tags(["nightly"], run=run.name)
    show(run.tags)
    show([found.name for found in Client().list_pipeline_runs(tags="good", pipeline="p_ROW")])
""",
        ["['old', 'good']", "['p_ROW-1']"],
    ),
    Row(
        "add_tags in a step: its run, or its output",
        in_step(
            'add_tags(["from step"])\nadd_tags(["out"], infer_artifact=True)',
            'show(run.tags, run.steps["work"].output.tags)',
        ),
        ["['from step'] ['out']"],
    ),
    Row(
        "an exclusive tag has one run of the pipeline",
        """
@step
def one() -> int:
    return ROW

@pipeline(tags=[Tag("prod", exclusive=True)])
def p_ROW():
    one()

if __name__ == "__main__":
    first, second = p_ROW(), p_ROW()
    show(first.tags, second.tags)
    add_tags([Tag("prod", exclusive=True)], run=first)
    show(first.tags, second.tags)
""",
        ["[] ['prod']", "['prod'] []"],
    ),
    Row(
        "an exclusive tag has one version of the artifact",
        """
@step(enable_cache=False)
def one() -> Annotated[int, "one_ROW"]:
    return ROW

@pipeline
def p_ROW():
    one()

if __name__ == "__main__":
    for _ in range(2):
        made = p_ROW().steps["one"].outputs["one_ROW"][0]
        add_tags([Tag("best", exclusive=True)], artifact=made)
    show([found.version for found in Client().list_artifact_versions("one_ROW", tags="best")])
""",
        ["['2']"],
    ),
    Row(
        "a cascading tag is on all that the run makes",
        """
@step
def one() -> int:
    return ROW

@step
def two(value: int) -> int:
    return value + 1

@pipeline(tags=[Tag("audit", cascade=True)])
def p_ROW():
    two(one())

if __name__ == "__main__":
    run = p_ROW()
    show([step.output.tags for step in run.steps.values()], run.tags)
""",
        ["[['audit'], ['audit']] ['audit']"],
    ),
    Row(
        "tags have one target",
        """
try:
    add_tags(["a"], run="x", artifact="y")
except ValueError as error:
    show("one target" in str(error))
try:
    add_tags(["a"])
except RuntimeError as error:
    show(error.code)
""",
        ["True", "no_step"],
    ),
]
