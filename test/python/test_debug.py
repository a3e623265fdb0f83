"""Steps under the real debugpy, driven over the Debug Adapter Protocol as an editor does."""

import json
import re
import socket
import sys
import time

import pytest

from test_worker import LAUNCH, DebugClient, launch, statuses

SCRIPT = """
    import threading
    from runlens import pipeline, step

    @step
    def load() -> list:
        return [1, 2, 3]

    @step(retries=2)
    def train(data: list, gamma: float = 0.5) -> float:
        total = sum(data)
        score = total * gamma
        print("in", threading.current_thread().name)
        return score

    @pipeline
    def p():
        train(load())

    if __name__ == "__main__":
        p()
"""

# Longer than the server waits for a worker that neither asks nor runs, in its own tests' clock.
HELD_SECONDS = 3


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@pytest.fixture
def script(workspace):
    return workspace.write("train.py", SCRIPT)


def reply(client, command, arguments):
    client.send(command, arguments)
    return client.wait(command)["body"]


def test_a_held_step_is_seen_and_neither_lost_nor_retried(workspace, script):
    # its input is a real one from the cache
    assert workspace.states("train.py") == {"load": "ran", "train": "ran"}
    port = free_port()
    workspace.write("launch.py", LAUNCH)
    request = {
        "file": str(script),
        "pipeline": "p",
        "plan": {"target": {"step": "train"}, "force": "target"},
        "interpreter": sys.executable,
        "debugPort": port,
    }
    process = workspace.start("launch.py", json.dumps(request))
    client = DebugClient(port)
    line = 1 + script.read_text().splitlines().index("    score = total * gamma")
    client.send("initialize", {"adapterID": "runlens", "pathFormat": "path"})
    client.send("attach", {"justMyCode": True})
    client.wait("initialized")
    reply(
        client,
        "setBreakpoints",
        {"source": {"path": str(script)}, "breakpoints": [{"line": line}]},
    )
    client.send("configurationDone", {})
    thread = client.wait("stopped")["body"]["threadId"]
    frame = reply(client, "stackTrace", {"threadId": thread})["stackFrames"][0]
    assert (frame["name"], frame["line"]) == ("train", line)
    scopes = reply(client, "scopes", {"frameId": frame["id"]})["scopes"]
    found = reply(client, "variables", {"variablesReference": scopes[0]["variablesReference"]})
    local = {one["name"]: one["value"] for one in found["variables"]}
    assert local["total"] == "6"
    assert local["gamma"] == "0.5"
    assert (
        reply(client, "evaluate", {"expression": "data[1]", "frameId": frame["id"]})["result"]
        == "2"
    )
    time.sleep(HELD_SECONDS)
    client.send("continue", {"threadId": thread})
    out, err = process.communicate(timeout=60)
    client.close()
    detail = json.loads(out.rpartition("DETAIL ")[2].splitlines()[0])
    assert statuses(detail) == {"load": "cached", "train": "ran"}, out + err
    (train,) = [row for row in detail["stepRows"] if row["stepId"] == "train"]
    assert (train.get("attempt") or 1) == 1
    assert train["endedAt"] - train["startedAt"] >= HELD_SECONDS * 1000
    assert "Waiting for the editor to attach" in out
    # debuggers show and stop the main thread best
    assert "in MainThread" in out


def test_a_launch_that_waits_for_an_editor_can_be_stopped(workspace, script):
    workspace.write(
        "stop.py",
        """
        import json, sys, time
        from runlens._connection.server import connect_server
        server = connect_server()
        launch = server.call("POST", "/api/launches", json.loads(sys.argv[1]))["launchId"]
        def log():
            return server.call("GET", f"/api/logs/{launch}")
        deadline = time.time() + 30
        while "Waiting for the editor" not in log()["text"] and time.time() < deadline:
            time.sleep(0.05)
        server.call("POST", f"/api/launches/{launch}/cancel", {})
        while not log()["ended"] and time.time() < deadline:
            time.sleep(0.05)
        run = server.call("GET", "/api/pipelines/p/runs")["items"][0]
        print("STATUS", log()["ended"], run["status"])
        """,
    )
    request = {
        "file": str(script),
        "plan": {"target": "all"},
        "interpreter": sys.executable,
        "debugPort": free_port(),
    }
    assert "STATUS True cancelled" in workspace.run("stop.py", json.dumps(request))


def test_without_debugpy_it_says_how_to_get_it(workspace, script):
    # a package of that name that cannot be imported, as if there were none
    workspace.write("debugpy.py", "raise ImportError('no debugpy')\n")
    workspace.env["PYTHONPATH"] += f":{workspace.folder}"
    text, detail = launch(workspace, script, {"target": "all"}, debugPort=free_port())
    assert detail is None
    assert re.search(r"Debugging needs the package debugpy, .* -m pip install debugpy`", text)


def test_nobody_waits_for_an_editor_when_the_server_is_gone(workspace):
    workspace.write(
        "wait.py",
        """
        import socket
        from runlens._worker import debug as _debug

        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        _debug._LOOK_SECONDS = 0.05
        answers = [True, False, True, *[False] * 99]
        try:
            _debug.Debugger(port, lambda: answers.pop(0)).wait()
        except _debug.RunlensError as error:
            print(error.code, 102 - len(answers), "looks")
        """,
    )
    # one miss between is no end: a server may be started anew
    assert "debug_abandoned 9 looks" in workspace.run("wait.py")
