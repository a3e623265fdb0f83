"""Warm workers: one process runs launch after launch, each with the text on disk."""

import json
import os
import re
import sys
import time

import pytest

CLIENT = """
import json, sys, time
from runlens._connection.server import connect_server

server = connect_server()

def run(request, seconds=40):
    launch = server.call("POST", "/api/launches", request)["launchId"]
    deadline = time.time() + seconds
    while time.time() < deadline:
        log = server.call("GET", f"/api/logs/{launch}")
        if log["ended"]:
            break
        time.sleep(0.01)
    return log["text"]

def latest(pipeline="p"):
    run = server.call("GET", f"/api/pipelines/{pipeline}/runs")["items"][0]
    return server.call("GET", f"/api/pipeline-runs/{run['id']}")
"""

SCRIPT = """
    import os, sys
    from runlens import pipeline, step
    import helpers

    os.environ["LEFT"] = "behind"
    sys.path.insert(0, "/left/behind")
    os.chdir("/")

    @step(enable_cache=False)
    def work() -> str:
        helpers.calls.append(1)
        print("PID", os.getpid(), "VALUE", helpers.value(), "CALLS", len(helpers.calls),
              "LEFT", os.environ.get("GIVEN"), sys.argv, sys.path.count("/left/behind") == 1)
        return "done"

    @pipeline
    def p():
        work()
"""


class Client:
    """Launches one after the other, from one process that stays."""

    def __init__(self, workspace, script):
        self._workspace = workspace
        workspace.write(
            "client.py",
            CLIENT
            + """
for line in sys.stdin:
    request = json.loads(line)
    print(json.dumps([run(request), latest()]), flush=True)
""",
        )
        import subprocess

        self._process = subprocess.Popen(
            [sys.executable, "client.py"],
            cwd=workspace.folder,
            env=workspace.env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._request = {
            "file": str(script),
            "plan": {"target": "all"},
            "interpreter": sys.executable,
        }

    def run(self, **request):
        self._process.stdin.write(json.dumps({**self._request, **request}) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def facts(self, **request):
        text, _ = self.run(**request)
        found = re.search(r"PID (\d+) VALUE (\S+) CALLS (\d+) LEFT (\S+) (.*)", text)
        assert found, text
        return found.groups()

    def close(self):
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()


@pytest.fixture
def client(workspace):
    workspace.write("helpers.py", "calls = []\ndef value():\n    return 1\n")
    made = Client(workspace, workspace.write("train.py", SCRIPT))
    yield made
    made.close()


def test_the_process_stays_and_the_text_on_disk_runs(workspace, client):
    first = client.facts()
    second = client.facts()
    assert first[0] == second[0], "the process is another one"
    # module state is that of a new process
    assert first[1:] == second[1:]
    assert second[2] == "1"
    assert second[3] == "None"
    assert second[4].endswith("True")
    # an edit of the same length within the same second
    workspace.write("helpers.py", "calls = []\ndef value():\n    return 2\n")
    third = client.facts()
    assert third[0] == first[0]
    assert third[1] == "2"
    workspace.edit("train.py", "helpers.value()", "helpers.value() + 5")
    assert client.facts()[1] == "7"
    assert client.run()[1]["stepRows"][0]["status"] == "ran"


def test_edits_in_quick_succession_always_run(workspace, client):
    for number in range(10, 22):
        workspace.write("helpers.py", f"calls = []\ndef value():\n    return {number}\n")
        assert client.facts()[1] == str(number)


def test_output_goes_to_the_log_of_its_launch(workspace, client):
    texts = [client.run()[0] for _ in range(3)]
    assert all(text.count("VALUE 1") == 1 for text in texts)


def test_a_failure_leaves_a_worker_that_works(workspace, client):
    pid = client.facts()[0]
    workspace.edit("train.py", 'return "done"', 'raise ValueError("no")')
    text, detail = client.run()
    assert detail["status"] == "failed" and "ValueError: no" in text
    workspace.edit("train.py", 'raise ValueError("no")', 'return "done"')
    assert client.facts()[0] == pid
    workspace.write("helpers.py", "calls = [\n")
    text, _ = client.run()
    assert "SyntaxError" in text
    workspace.write("helpers.py", "calls = []\ndef value():\n    return 3\n")
    assert client.facts()[1] == "3"


def test_a_process_that_refuses_to_import_again_begins_anew(workspace, client):
    # what installed packages do that keep a registry: here the interpreter's own module keeps it
    workspace.write(
        "helpers.py",
        """
        import warnings
        assert not hasattr(warnings, "table_of_test"), "the table is defined already"
        warnings.table_of_test = 1
        calls = []
        def value():
            return 4
        """,
    )
    first = client.facts()
    second = client.facts()
    assert first[1] == second[1] == "4"


def test_runs_end_the_process_after_a_while(workspace):
    workspace.env["RUNLENS_WORKER_RUNS"] = "2"
    workspace.write("helpers.py", "calls = []\ndef value():\n    return 1\n")
    client = Client(workspace, workspace.write("train.py", SCRIPT))
    try:
        pids = [client.facts()[0] for _ in range(4)]
    finally:
        client.close()
    assert pids[0] == pids[1] != pids[2] == pids[3]


PARALLEL = """
    import os, threading, time
    from runlens import get_step_context, pipeline, step
    from typing import Annotated

    @step(enable_cache=False)
    def nap(at: int, pair: tuple = (1, 2)) -> dict:
        print("nap", at)
        # those beside go on for a while after the first, which this process runs itself
        time.sleep(0.7 if at == 0 else 1.4)
        return {"pid": os.getpid(), "at": at, "pair": isinstance(pair, tuple),
                "pipeline": get_step_context().pipeline_name,
                "attempt": get_step_context().attempt}

    @step(enable_cache=False)
    def gather(naps: list) -> int:
        return sum(one["at"] for one in naps)

    @pipeline
    def naps():
        gather([nap(at) for at in range(3)])

    if __name__ == "__main__":
        print("MAIN", os.getpid())
        started = time.monotonic()
        run = naps()
        print("TOOK", time.monotonic() - started)
        print("PIDS", [run.steps[one].output.load() for one in ("nap", "nap_2", "nap_3")])
        print("SUM", run.steps["gather"].output.load())
"""


def test_importable_steps_run_in_processes_beside(workspace):
    workspace.write("naps.py", PARALLEL)
    text = workspace.run("naps.py")
    values = eval(re.search(r"PIDS (.*)", text)[1])
    assert [one["at"] for one in values] == [0, 1, 2]
    assert len({one["pid"] for one in values}) == 3, text
    assert all(one["pair"] and one["pipeline"] == "naps" for one in values)
    assert "SUM 3" in text
    # each line once in the terminal; of other processes with the step before it
    assert [text.count(f"nap {at}\n") for at in range(3)] == [1, 1, 1]
    assert len(re.findall(r"^\[nap(_\d)?\] nap \d$", text, re.MULTILINE)) == 2


def test_what_cannot_be_imported_elsewhere_runs_here(workspace):
    # the script ends an import that is not its own run
    workspace.write(
        "naps.py",
        PARALLEL.replace(
            "    @step(enable_cache=False)\n    def nap",
            '    if __name__ != "__main__":\n        raise SystemExit("a script only")\n\n'
            "    @step(enable_cache=False)\n    def nap",
        ),
    )
    text = workspace.run("naps.py")
    values = eval(re.search(r"PIDS (.*)", text)[1])
    assert {one["pid"] for one in values} == {int(re.search(r"MAIN (\d+)", text)[1])}
    assert {one["attempt"] for one in values} == {1}
    assert "SUM 3" in text


def test_idle_workers_end_with_the_server(workspace, client):
    pid = int(client.facts()[0])
    workspace.close()
    deadline = time.monotonic() + 40
    while os.path.exists(f"/proc/{pid}") and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not os.path.exists(f"/proc/{pid}")
