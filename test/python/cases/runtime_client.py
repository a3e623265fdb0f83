"""`Client()` with its responses and filters; replay, resume and plans from the SDK."""

from __future__ import annotations

from runtime_dynamic import Row

TRAIN = """
@step
def load(count: int = 3) -> list:
    print("loads")
    return list(range(ROW, ROW + count))

@step
def train(data: list, gamma: float = 0.5) -> Annotated[float, "score_ROW"]:
    log_metadata({"accuracy": gamma})
    log_metric("loss", 1 - gamma)
    return sum(data) * gamma

@step
def report(score: float) -> str:
    return f"score {score}"

@pipeline
def p_ROW(gamma: float = 0.5, count: int = 3):
    report(train(load(count), gamma))

def states(run):
    return ",".join(f"{name} {one.status}" for name, one in run.steps.items())
"""


def main(body: str) -> str:
    lines = "\n".join(f"    {line}" for line in body.strip("\n").splitlines())
    return f'{TRAIN}\nif __name__ == "__main__":\n{lines}\n'


ROWS = [
    Row(
        "a run by id, name and the start of its id",
        main(
            """
run = p_ROW()
client = Client()
import uuid
for name in (run.id, run.name, run.id[:10], str(uuid.UUID(run.id))):
    found = client.get_pipeline_run(name)
    show(found.id == run.id, found.status, found.name, found.pipeline)
"""
        ),
        ["True finished p_ROW-1 p_ROW"] * 4,
    ),
    Row(
        "a run's steps, outputs, metrics, config and parameters",
        main(
            """
run = Client().get_pipeline_run(p_ROW(0.25).id)
step = run.steps["train"]
show(list(run.steps), step.outputs["score_ROW"][0].load() == sum(range(ROW, ROW + 3)) * 0.25)
show(step.output.name, step.metrics, step.status, sorted(step.inputs))
show(run.parameters, run.config["pipeline"], step.config["step"], step.run_metadata)
"""
        ),
        [
            "['load', 'train', 'report'] True",
            "score_ROW {'loss': 0.75} ran ['data']",
            "{'gamma': 0.25, 'count': 3} p_ROW train {'accuracy': 0.25}",
        ],
    ),
    Row(
        "a run that is not there: near names",
        main(
            """
run = p_ROW()
try:
    Client().get_pipeline_run(run.name.replace("-1", "-2"))
except ServerError as error:
    show(str(error).partition(",")[0].rstrip("."))
"""
        ),
        ['There is no pipeline run "p_ROW-2". Near to it: "p_ROW-1"'],
    ),
    Row(
        "an artifact version by name, version, id and the start of its id",
        main(
            """
first = p_ROW(0.5).steps["train"].output
second = p_ROW(0.25).steps["train"].output
client = Client()
show([client.get_artifact_version(*key).version for key in (
    ("score_ROW",), ("score_ROW", 1), ("score_ROW", "2"), (first.id,), (second.id[:12],))])
made = client.get_artifact_version("score_ROW")
show(made.load() == second.load(), made.type, made.step_name, made.size > 0, made.tags)
try:
    client.get_artifact_version("score_ROW", 9)
except ServerError as error:
    show(error)
try:
    client.get_artifact_version("scor_ROW")
except ServerError as error:
    show(str(error).partition(",")[0].rstrip("."))
"""
        ),
        [
            "['2', '1', '2', '1', '2']",
            "True float train True []",
            'The artifact "score_ROW" has no version 9; it has 2, 1.',
            'There is no artifact version "scor_ROW". Near to it: "score_ROW"',
        ],
    ),
    Row(
        "an artifact's files are written to a zip",
        main(
            """
import os, zipfile
made = p_ROW().steps["load"].output
path = os.path.join(os.path.dirname(__file__), "files.zip")
made.download_files(path)
show(len(zipfile.ZipFile(path).namelist()) > 0)
try:
    made.download_files(path)
except FileExistsError:
    show("exists")
made.download_files(path, overwrite=True)
"""
        ),
        ["True", "exists"],
    ),
    Row(
        "lists of runs: filters, order and pages",
        main(
            """
for gamma in (0.25, 0.5, 0.75):
    p_ROW(gamma)
client = Client()
def names(**filters):
    found = client.list_pipeline_runs("p_ROW", **filters)
    return "".join(run.name[-1] for run in found) or "none"
show(names(), names(sort_by="created"), names(sort_by="desc:created"))
show(names(run_metadata="train::accuracy:gt:0.3"), names(run_metadata="train::accuracy:0.5"))
show(names(run_metadata=["train::accuracy:gt:0.3", "train::accuracy:lt:0.6"]))
show(names(status="finished"), names(status="oneof:failed,cancelled"), names(name="endswith:-2"))
page = client.list_pipeline_runs("p_ROW", size=2, page=2)
show(len(page), page.total, page.total_pages, page.items[0].name)
show(states(page[0]))
"""
        ),
        [
            "321 123 321",
            "32 2",
            "2",
            "321 none 2",
            "1 3 2 p_ROW-1",
            "load ran,train ran,report ran",
        ],
    ),
    Row(
        "a filter that does not exist is named",
        main(
            """
p_ROW()
for filters in ({"state": "finished"}, {"run_metadata": "accuracy"}, {"sort_by": "up:created"}):
    try:
        Client().list_pipeline_runs(**filters)
    except ServerError as error:
        show(error.status, str(error)[:40])
"""
        ),
        [
            '400 filter: there is no field "state". Known',
            '400 run_metadata="accuracy" names no key: wr',
            '400 sort_by="up:created": write "created", "',
        ],
    ),
    Row(
        "lists of steps and artifact versions",
        main(
            """
first, second = p_ROW(0.25), p_ROW(0.75)
client = Client()
steps = client.list_run_steps(pipeline_run=second.id, sort_by="name")
show([(step.name, step.status) for step in steps])
show([step.name for step in client.list_run_steps(pipeline="p_ROW", status="cached")])
key = client.list_run_steps(pipeline_run=first.id, name="load")[0]
good = client.list_run_steps(run_metadata="accuracy:gt:0.7", pipeline="p_ROW")
show(key.detail()["stepId"], len(good))
versions = client.list_artifact_versions("score_ROW", sort_by="version_number")
show([one.version for one in versions], versions[0].load() < versions[1].load())
show([one.version for one in client.list_artifacts(name="score_ROW")])
"""
        ),
        [
            "[('load', 'cached'), ('report', 'ran'), ('train', 'ran')]",
            "['load']",
            "load 1",
            "['1', '2'] True",
            "['2']",
        ],
    ),
    Row(
        "a pipeline by name, with its runs",
        main(
            """
p_ROW()
client = Client()
found = client.get_pipeline("p_ROW")
show(found.name, found.last_run.name, len(found.runs), found.last_successful_run.name)
show("p_ROW" in [one.name for one in client.list_pipelines()])
try:
    client.get_pipeline("p__ROW")
except RunlensError as error:
    show(str(error).partition(".")[0])
"""
        ),
        ["p_ROW p_ROW-1 1 p_ROW-1", "True", "No pipeline 'p__ROW' has run"],
    ),
    Row(
        "one step only, with the newest results as inputs",
        main(
            """
p_ROW()
run = p_ROW.run_step("train", force=True)
show(run.steps["train"].status, "report" in run.steps)
run = p_ROW.run_step(train, gamma=0.75)
show(run.steps["train"].output.load() == sum(range(ROW, ROW + 3)) * 0.75)
"""
        ),
        ["ran False", "True"],
    ),
    Row(
        "one step only makes what was never made",
        main('show(p_ROW.run_step("train").steps["train"].status)'),
        ["ran"],
        says=("loads",),
    ),
    Row(
        "from a step, and up to a step",
        main(
            """
p_ROW()
run = p_ROW.run_from("train", gamma=0.25)
show(run.steps["train"].status, run.steps["report"].status)
run = p_ROW.run_up_to("train", gamma=0.125)
show(run.steps["train"].status, "report" in run.steps)
"""
        ),
        ["ran ran", "ran False"],
    ),
    Row(
        "a step that the pipeline does not have",
        main('p_ROW.run_step("trian")'),
        error="has no step 'trian'; its steps are: load, train, report",
    ),
    Row(
        "a plan says what would run and why, and runs nothing",
        main(
            """
show({name: step.decision for name, step in p_ROW.plan().steps.items()})
p_ROW()
show({name: step.decision for name, step in p_ROW.plan().steps.items()})
plan = p_ROW.plan(gamma=0.75)
show({name: step.decision for name, step in plan.steps.items()})
show(plan.steps["train"].why, "|", plan.steps["report"].why)
show(plan.steps["train"].last_duration is not None, repr(plan))
show(str(plan).splitlines()[0].split())
show(list(p_ROW.plan(step="train").steps), len(Client().list_pipeline_runs("p_ROW")))
"""
        ),
        [
            "{'load': 'runs', 'train': 'depends', 'report': 'depends'}",
            "{'load': 'cached', 'train': 'cached', 'report': 'cached'}",
            "{'load': 'cached', 'train': 'runs', 'report': 'depends'}",
            "gamma 0.5 → 0.75 | waits for train",
            "True <plan of p_ROW: 2 of 3 steps would or may run>",
            "['step', 'decision', 'why', 'last', 'took']",
            "['load', 'train'] 1",
        ],
    ),
    Row(
        "a dynamic pipeline has no plan and no single steps",
        """
@step
def one() -> int:
    return ROW

@pipeline(dynamic=True)
def p_ROW():
    one()

if __name__ == "__main__":
    for call in (lambda: p_ROW.plan(), lambda: p_ROW.run_step("one")):
        try:
            call()
        except StepInterfaceError as error:
            show(error.code)
""",
        ["dynamic_plan", "dynamic_target"],
    ),
    Row(
        "replay: the run's parameters, with overrides",
        main(
            """
first = p_ROW(0.25, count=2)
again = p_ROW.replay(first.id)
show(states(again), again.parameters)
other = p_ROW.replay(pipeline_run=first.name, input_overrides={"gamma": 0.75})
show(states(other), other.parameters)
"""
        ),
        [
            "load cached,train cached,report cached {'gamma': 0.25, 'count': 2}",
            "load cached,train ran,report ran {'gamma': 0.75, 'count': 2}",
        ],
    ),
    Row(
        "replay: skipped steps are taken as they were, whatever their code is now",
        main(
            """
import sys
if len(Client().list_pipeline_runs("p_ROW")) == 0:
    p_ROW()
run = p_ROW.replay(skip={"load"})
show(run.steps["train"].status)
show(run.steps["report"].output.load() == f"score {(3 * ROW + 3) * 0.5}")
"""
        ),
        ["cached", "True"],
        then=(
            (("list(range(ROW, ROW + count))", "[0] * count"),),
            ["cached", "True"],
        ),
    ),
    Row(
        "replay: another input of one step",
        main(
            """
first = p_ROW()
run = p_ROW.replay(first, step_input_overrides={"report": {"score": 42.0}})
show(run.steps["report"].output.load(), run.steps["train"].status)
made = first.steps["train"].output
run = p_ROW.replay(first, step_input_overrides={"train": {"gamma": 0.0}, "report": {"score": made}})
show(run.steps["report"].output.load() == first.steps["report"].output.load())
show(run.steps["train"].output.load(), run.parameters["gamma"])
"""
        ),
        ["score 42.0 cached", "True", "0.0 0.5"],
    ),
    Row(
        "replay of a dynamic pipeline: skipped steps and other inputs",
        """
@step(enable_cache=False)
def load() -> int:
    print("loads")
    return ROW

@step
def double(value: int) -> int:
    return value * 2

@pipeline(dynamic=True)
def p_ROW(times: int = 1):
    value = load()
    for _ in range(times):
        value = double(value)

if __name__ == "__main__":
    first = p_ROW()
    run = p_ROW.replay(first, skip=["load"], input_overrides={"times": 2})
    show([step.status for step in run.steps.values()])
    run = p_ROW.replay(first, skip=["load"], step_input_overrides={"double": {"value": 5}})
    show(run.steps["double"].output.load(), run.steps["load"].status)
""",
        ["['cached', 'cached', 'ran']", "10 cached"],
    ),
    Row(
        "replay: steps and inputs that are not there",
        main(
            """
p_ROW()
for changes in (
    {"skip": ["lod"]},
    {"step_input_overrides": {"train": {"gama": 1}}},
    {"step_input_overrides": {"train": {"gamma": "high"}}},
    {"input_overrides": {"alpha": 1}},
):
    try:
        p_ROW.replay(**changes)
    except (StepInterfaceError, TypeError) as error:
        show(str(error).partition(";")[0])
"""
        ),
        [
            "Pipeline p_ROW has no step 'lod'",
            "Step train has no input 'gama'",
            "Step train (main_ROW.py:15): parameter 'gamma': 'high' is not float. Pass a value of "
            "the annotated type, or change the annotation.",
            "Pipeline p_ROW has no parameter 'alpha'",
        ],
    ),
    Row(
        "replay as a dry run",
        main(
            """
p_ROW(0.25)
plan = p_ROW.replay(skip=["load"], input_overrides={"gamma": 0.75}, dry_run=True)
show({name: step.decision for name, step in plan.steps.items()})
"""
        ),
        ["{'load': 'taken', 'train': 'runs', 'report': 'depends'}"],
    ),
    Row(
        "replay of another pipeline's run",
        main(
            """
@pipeline
def other_ROW():
    load()

run = other_ROW()
p_ROW.replay(run)
"""
        ),
        error="is one of pipeline other_ROW, not of p_ROW",
    ),
    Row(
        "the client replays a run by its source",
        main(
            """
first = p_ROW(0.25)
run = Client().replay_pipeline_run(first.name, input_overrides={"gamma": 0.125})
show(states(run), run.pipeline)
"""
        ),
        ["load cached,train ran,report ran p_ROW"],
    ),
    Row(
        "resume runs what failed and takes the rest, also where caching is off",
        """
import os
BROKEN = os.path.join(os.path.dirname(__file__), "broken")

@step(enable_cache=False)
def load() -> int:
    return ROW

@step(enable_cache=False)
def train(value: int) -> int:
    if os.path.exists(BROKEN):
        raise ValueError("broken ROW")
    return value + 1

@pipeline
def p_ROW():
    train(load())

if __name__ == "__main__":
    open(BROKEN, "w").close()
    try:
        p_ROW()
    except ValueError as error:
        show("failed", error)
    os.remove(BROKEN)
    run = Client().resume_pipeline_run("p_ROW-1")
    show([step.status for step in run.steps.values()], run.steps["train"].output.load() - ROW)
""",
        ["failed broken ROW", "['cached', 'ran'] 1"],
    ),
]
