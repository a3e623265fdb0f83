"""`python -m runlens.worker`: what the editor's launches start."""

import json
import socket
import subprocess
import sys
import time

import pytest
from runlens import RunlensError
from runlens.worker import choose, import_script, pipelines_in

from conftest import SDK

SCRIPT = """
    from dataclasses import dataclass
    from runlens import pipeline, step

    @dataclass
    class Model:
        gamma: float

    @step
    def load() -> int:
        return 3

    @step
    def train(rows: int, gamma: float) -> Model:
        print("training with", gamma)
        return Model(gamma * rows)

    @step
    def evaluate(model: Model) -> float:
        return model.gamma

    @pipeline
    def training(gamma: float = 0.5):
        evaluate(train(load(), gamma))

    @pipeline
    def short():
        load()

    {tail}
"""


@pytest.fixture
def script(workspace):
    return workspace.write("train.py", SCRIPT.format(tail=""))


@pytest.fixture
def imported(script, monkeypatch):
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "argv", list(sys.argv))
    module = import_script(str(script))
    yield pipelines_in(module)
    del sys.modules["train"]


def test_which_pipeline_is_meant(imported, script):
    def steps(pipeline=None, step=None):
        return list(choose(imported, pipeline, step, str(script), {}).invocations)

    assert steps("short") == ["load"]
    assert steps(step="train") == ["load", "train", "evaluate"]
    with pytest.raises(RunlensError, match="several pipelines: training, short"):
        steps()
    with pytest.raises(RunlensError, match="no pipeline 'other'; it has: training, short"):
        steps("other")
    with pytest.raises(RunlensError, match=r"No pipeline of train\.py uses the step 'nothing'"):
        steps(step="nothing")


def test_parameters_are_handed_in(imported, script):
    made = choose(imported, "training", None, str(script), {"gamma": 2})
    assert made.parameters == {"gamma": 2.0}
    assert made.explicit == {"gamma"}


LAUNCH = """
import json, sys, time
from runlens._connection.server import connect_server
server = connect_server()
request = json.loads(sys.argv[1])
launch = server.call("POST", "/api/launches", request)["launchId"]
deadline = time.time() + 40
while time.time() < deadline:
    log = server.call("GET", f"/api/logs/{launch}")
    if log["ended"]:
        break
    time.sleep(0.1)
print(log["text"])
names = [row["name"] for row in server.call("GET", "/api/pipelines")["items"]]
runs = [
    run
    for name in names
    for run in server.call("GET", f"/api/pipelines/{name}/runs")["items"]
]
detail = server.call("GET", f"/api/pipeline-runs/{runs[0]['id']}") if runs else None
print("DETAIL", json.dumps(detail))
"""


def launch(workspace, script, plan, **request):

    workspace.write("launch.py", LAUNCH)
    body = {"file": str(script), "plan": plan, "interpreter": sys.executable, **request}
    text = workspace.run("launch.py", json.dumps(body))
    return text, json.loads(text.rpartition("DETAIL ")[2].splitlines()[0])


def statuses(detail):
    return {row["stepId"]: row["status"] for row in detail["stepRows"]}


def test_a_launch_runs_a_step_and_what_it_needs(workspace, script):
    text, detail = launch(workspace, script, {"target": {"step": "train"}}, pipeline="training")
    assert detail["status"] == "finished", text
    assert statuses(detail) == {"load": "ran", "train": "ran"}
    assert "training with 0.5" in text


def test_a_launch_and_the_script_share_the_cache_also_for_classes_of_the_script(workspace, script):
    script.write_text(script.read_text() + "\nif __name__ == '__main__':\n    training()\n")
    assert set(workspace.states("train.py").values()) == {"ran"}
    text, detail = launch(workspace, script, {"target": "all"}, pipeline="training")
    assert set(statuses(detail).values()) == {"cached"}, text
    text, detail = launch(workspace, script, {"target": "all", "force": "all"}, pipeline="training")
    assert set(statuses(detail).values()) == {"ran"}, text
    assert set(workspace.states("train.py").values()) == {"cached"}


def test_parameters_of_a_launch(workspace, script):
    text, detail = launch(
        workspace, script, {"target": "all"}, pipeline="training", parameters={"gamma": 2}
    )
    assert "training with 2.0" in text
    assert detail["parameters"]["gamma"] == 2


def test_a_pipeline_call_at_top_level_is_not_executed(workspace):
    script = workspace.write("train.py", SCRIPT.format(tail="training()"))
    text, detail = launch(workspace, script, {"target": "all"}, pipeline="short")
    assert "calls training at top level; the call was not executed" in text
    assert statuses(detail) == {"load": "ran"}


def test_a_file_that_cannot_be_imported(workspace):
    script = workspace.write("train.py", "import runlens\nraise ValueError('no data')\n")
    text, detail = launch(workspace, script, {"target": "all"})
    assert "ValueError: no data" in text
    assert detail is None


def test_the_worker_needs_nothing_but_the_package():
    printed = subprocess.run(
        [sys.executable, "-m", "runlens.worker"],
        input="",
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(SDK)},
    )
    assert printed.returncode == 1
    assert "JSONDecodeError" in printed.stderr


SLOW = """
    import time
    from pathlib import Path
    from runlens import pipeline, step

    @step
    def slow() -> int:
        Path("started").write_text("")
        time.sleep(30)
        return 1

    @pipeline
    def p():
        slow()
"""

CANCEL = """
import sys, time, json
from pathlib import Path
from runlens._connection.server import connect_server
server = connect_server()
launch = server.call("POST", "/api/launches", json.loads(sys.argv[1]))["launchId"]
while not Path("started").exists():
    time.sleep(0.05)
server.call("POST", f"/api/launches/{launch}/cancel", {})
while True:
    run = server.call("GET", "/api/pipelines/p/runs")["items"][0]
    if run["status"] != "running":
        break
    time.sleep(0.05)
print("STATUS", run["status"])
"""


def test_a_launch_is_cancelled_in_its_step(workspace):

    script = workspace.write("train.py", SLOW)
    workspace.write("cancel.py", CANCEL)
    body = {"file": str(script), "plan": {"target": "all"}, "interpreter": sys.executable}
    assert "STATUS cancelled" in workspace.run("cancel.py", json.dumps(body))


class DebugClient:
    """As much of the Debug Adapter Protocol as an editor needs to attach and let go."""

    def __init__(self, port):
        deadline = time.monotonic() + 30
        while True:
            try:
                self._wire = socket.create_connection(("127.0.0.1", port), 1)
                break
            except OSError:
                assert time.monotonic() < deadline
                time.sleep(0.1)
        self._wire.settimeout(30)
        self._file = self._wire.makefile("rb")
        self._seq = 0

    def send(self, command, arguments):
        self._seq += 1
        message = {"seq": self._seq, "type": "request", "command": command, "arguments": arguments}
        data = json.dumps(message).encode()
        self._wire.sendall(b"Content-Length: %d\r\n\r\n%s" % (len(data), data))

    def wait(self, name):
        while True:
            length = 0
            while line := self._file.readline().strip():
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            message = json.loads(self._file.read(length))
            if name in (message.get("event"), message.get("command")):
                return message

    def close(self):
        self._file.close()
        self._wire.close()
