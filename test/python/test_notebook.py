"""Notebooks: as text, launched from the editor, and in a real Jupyter kernel."""

import json

import jupyter_client
import pytest
from runlens._source.cells import pipelines_with, reached_cells
from runlens._source.notebook import joined

from conftest import REPOSITORY
from test_worker import launch, statuses

FIXTURES = REPOSITORY / "test" / "fixtures" / "notebooks"
JOINED = json.loads((FIXTURES / "joined.json").read_text(encoding="utf-8"))["cases"]


@pytest.mark.parametrize("case", JOINED, ids=[case["name"] for case in JOINED])
def test_the_text_of_a_notebook(case):
    made = joined(case["notebook"])
    assert made.text == case["text"]
    assert [line for line, _ in made.cells] == case["lines"]


def cells(*texts):
    return {"cells": [{"cell_type": "code", "source": text} for text in texts]}


def lines_reached(notebook, *names):
    found = reached_cells(joined(notebook), names)
    return [line for line, tree in found if tree.body]


NOTEBOOK = cells(
    "import os\nimport numpy as np",
    "from runlens import pipeline as pipe, step",
    "SCALE = 2\nunused = open('/nowhere')",
    "LIMITS = {}",
    "LIMITS['low'] = 1",
    "def helper(x):\n    return x * SCALE",
    "raise RuntimeError('not reached')",
    "@step\ndef load() -> 'Model':\n    return helper(LIMITS['low'])",
    "class Model:\n    pass",
    "@pipe\ndef training():\n    load()",
    "run = training()\nprint(run)",
    "fast = training.with_options(name='fast')\nfast()",
    "def broken(:",
)


def test_only_the_cells_are_reached_that_a_pipeline_needs():
    # by their first lines: the step's imports, SCALE, LIMITS and its change, helper, load, Model …
    assert lines_reached(NOTEBOOK, "training") == [2, 3, 5, 6, 7, 10, 13, 15]
    assert lines_reached(NOTEBOOK, "helper") == [3, 7]
    with pytest.raises(SyntaxError):
        lines_reached(NOTEBOOK, "broken")


def test_runs_at_top_level_are_left_out_with_what_uses_them():
    notebook = cells(
        "from runlens import pipeline, step\n@step\ndef a() -> int:\n    return 1\n"
        "@pipeline\ndef p():\n    a()\nrun = p()\nx = run.steps\ny = 1\nfast = p.with_options()"
    )
    ((_, tree),) = reached_cells(joined(notebook), ["p"])
    assert [type(one).__name__ for one in tree.body] == [
        "ImportFrom",
        "FunctionDef",
        "FunctionDef",
        "Assign",
        "Assign",
    ]


def test_which_pipelines_a_launch_needs():
    notebook = joined(
        cells(
            "from runlens import pipeline, step",
            "@step\ndef a(): ...\n@step\ndef b(): ...",
            "@pipeline\ndef p():\n    a()\n@pipeline\ndef q():\n    b()",
        )
    )
    assert pipelines_with(notebook, "q", None) == ["q"]
    assert pipelines_with(notebook, None, "a") == ["p"]
    assert pipelines_with(notebook, None, None) == ["p", "q"]
    assert pipelines_with(notebook, "named otherwise", None) == ["p", "q"]


def test_a_launch_of_a_notebook(workspace):
    file = workspace.folder / "work.ipynb"
    notebook = cells(
        "%matplotlib inline\nfrom runlens import pipeline, step",
        "raise RuntimeError('a cell that nobody needs')",
        "FACTOR = 3",
        "@step\ndef load() -> int:\n    print('factor', FACTOR)\n    return FACTOR",
        "@step\ndef fail(value: int) -> int:\n    return value / 0",
        "@pipeline\ndef p():\n    fail(load())",
        "p()",
    )
    file.write_text(json.dumps(notebook), encoding="utf-8")
    text, detail = launch(workspace, file, {"target": {"step": "load"}}, pipeline="p")
    assert statuses(detail) == {"load": "ran"}, text
    assert "factor 3" in text and "nobody needs" not in text
    # an output beside a cell is no change of the code; a constant is
    notebook["cells"][2]["outputs"] = [{"text": "3"}]
    file.write_text(json.dumps(notebook, indent=1), encoding="utf-8")
    text, detail = launch(workspace, file, {"target": {"step": "load"}}, pipeline="p")
    assert statuses(detail) == {"load": "cached"}, text
    notebook["cells"][2]["source"] = "FACTOR = 4"
    file.write_text(json.dumps(notebook), encoding="utf-8")
    text, detail = launch(workspace, file, {"target": "all"}, pipeline="p")
    assert statuses(detail) == {"load": "ran", "fail": "failed"}, text
    (row,) = [row for row in detail["stepRows"] if row["stepId"] == "fail"]
    assert row["error"]["source"] == {"file": "work.ipynb", "line": 11}
    assert "return value / 0" in row["error"]["traceback"]


class Kernel:
    def __init__(self, folder, env):
        self._manager = jupyter_client.KernelManager(kernel_name="python3")
        self._manager.start_kernel(cwd=str(folder), env=env)
        self._client = self._manager.client()
        self._client.start_channels()
        self._client.wait_for_ready(timeout=60)

    def run(self, code):
        text = []

        def hook(message):
            content = message["content"]
            if message["msg_type"] == "stream":
                text.append(content["text"])
            if message["msg_type"] == "error":
                text.append("\n".join(content["traceback"]))

        reply = self._client.execute_interactive(code, timeout=60, output_hook=hook)
        assert reply["content"]["status"] == "ok", "".join(text)
        return "".join(text)

    def close(self):
        self._client.stop_channels()
        self._manager.shutdown_kernel(now=True)


@pytest.fixture
def kernel(workspace):
    made = Kernel(workspace.folder, workspace.env)
    yield made
    made.close()


def test_mlflow_logs_through_connect(kernel):
    kernel.run("import runlens; server = runlens.connect()")
    text = kernel.run(
        """
import mlflow
mlflow.set_experiment("notebook")
with mlflow.start_run() as run:
    for at in range(5):
        mlflow.log_metric("loss", 1 / (at + 1), step=at)
client = mlflow.MlflowClient()
print([point.value for point in client.get_metric_history(run.info.run_id, "loss")])
print(mlflow.get_tracking_uri() == server.url)
"""
    )
    assert text.splitlines()[-2:] == ["[1.0, 0.5, 0.3333333333333333, 0.25, 0.2]", "True"]


def test_a_pipeline_in_a_cell(kernel):
    text = kernel.run(
        """
from runlens import pipeline, step

@step
def load() -> list:
    return [1, 2]

@step
def total(values: list) -> int:
    print("summing")
    return sum(values)

@pipeline
def p():
    total(load())

run = p()
print("value:", run.steps["total"].output.load())
"""
    )
    assert "summing" in text
    assert "value: 3" in text


def test_a_pipeline_of_a_kernel_is_that_of_the_saved_notebook(workspace, kernel):
    file = workspace.folder / "kernel.ipynb"
    source = (
        "from runlens import pipeline, step\n\n@step\ndef load() -> int:\n    return 1\n\n"
        "@pipeline\ndef p():\n    load()"
    )
    file.write_text(json.dumps(cells("x = 1", source)), encoding="utf-8")
    kernel.run(f"__vsc_ipynb_file__ = {str(file)!r}")
    kernel.run(source)
    ask = (
        "from runlens._connection.server import connect_server\n"
        "run = p()\n"
        "server = connect_server()\n"
        "runs = server.call('GET', '/api/invocations?file=kernel.ipynb')['runs']\n"
        "graph = next(one['graph'] for one in runs if one['id'] == run.id)\n"
        "print('PLACE', graph['steps'][0]['source'], run.steps['load'].status)"
    )
    place = "{'file': 'kernel.ipynb', 'module': '__main__', 'qualname': 'load', 'line': %d} ran"
    assert f"PLACE {place % 5}" in kernel.run(ask)
    # what the kernel's other cells were run with is not known: never from the cache
    assert f"PLACE {place % 5}" in kernel.run(ask)
