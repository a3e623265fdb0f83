"""Dynamic pipelines in the world: side by side, launched, cancelled, and when the server dies."""

import json
import signal
import sys
import time

from test_worker import launch, statuses

STEPS = """
    import time
    from runlens import step

    class Odd(Exception):
        pass

    @step
    def numbers() -> list:
        return [1, 2, 3, 4]

    @step
    def slow(value: int) -> int:
        time.sleep(0.6)
        if value == 3:
            raise Odd("three")
        return value
"""

SIDE_BY_SIDE = """
    import time
    from runlens import pipeline
    from parts import Odd, numbers, slow

    @pipeline(dynamic=True)
    def p():
        made = numbers()
        began = time.monotonic()
        futures = slow.map(made)
        futures.wait()
        print("took", time.monotonic() - began)
        try:
            futures.load()
        except Odd as error:
            print("caught", error)
        print("values", [futures[at].load() for at in (0, 1, 3)])

    if __name__ == "__main__":
        p()
"""


def test_mapped_steps_run_side_by_side_and_their_exceptions_come_back(workspace):
    workspace.write("parts.py", STEPS)
    workspace.write("main.py", SIDE_BY_SIDE)
    text = workspace.run("main.py")
    took = float(text.partition("took ")[2].split()[0])
    assert took < 4 * 0.6
    assert "caught three" in text
    assert "values [1, 2, 4]" in text


DYNAMIC = """
    from runlens import pipeline, step

    @step
    def load(count: int) -> list:
        return list(range(count))

    @step
    def double(value: int) -> int:
        print("doubling", value)
        return value * 2

    @pipeline(dynamic=True)
    def p(count: int = 2):
        print("values", double.map(load(count)).load())

    if __name__ == "__main__":
        p()
"""


def test_a_launch_runs_a_dynamic_pipeline(workspace):
    script = workspace.write("main.py", DYNAMIC)
    text, detail = launch(workspace, script, {"target": "all"}, parameters={"count": 3})
    assert detail["status"] == "finished", text
    assert statuses(detail) == {
        "load": "ran",
        "double": "ran",
        "double_2": "ran",
        "double_3": "ran",
    }
    assert "values [0, 2, 4]" in text
    assert detail["parameters"] == {"count": 3}


def test_a_launch_and_the_script_share_the_results(workspace):
    script = workspace.write("main.py", DYNAMIC)
    assert set(workspace.states("main.py").values()) == {"ran"}
    _, detail = launch(workspace, script, {"target": "all"})
    assert set(statuses(detail).values()) == {"cached"}


CANCELLED = """
    import time
    from pathlib import Path
    from runlens import pipeline, step

    @step
    def slow(seconds: float) -> float:
        Path("started").write_text("")
        time.sleep(seconds)
        return seconds

    @pipeline(dynamic=True)
    def p(where: str = "step"):
        if where == "step":
            slow(30.0)
        slow(0.0)
        Path("started").write_text("")
        time.sleep(30)

    if __name__ == "__main__":
        import sys
        p(sys.argv[1])
"""

CANCEL = """
import sys, time, json
from pathlib import Path
from runlens._connection.server import connect_server
server = connect_server()
launch = server.call("POST", "/api/launches", json.loads(sys.argv[1]))["launchId"]
while not Path("started").exists():
    time.sleep(0.05)
time.sleep(0.3)
server.call("POST", f"/api/launches/{launch}/cancel", {})
while True:
    run = server.call("GET", "/api/pipelines/p/runs")["items"][0]
    if run["status"] != "running":
        break
    time.sleep(0.05)
print("STATUS", run["status"])
"""


def test_a_launch_is_cancelled_in_a_step_and_in_the_code_between(workspace):
    script = workspace.write("main.py", CANCELLED)
    workspace.write("cancel.py", CANCEL)
    for where in ("step", "code"):
        (workspace.folder / "started").unlink(missing_ok=True)
        body = {"file": str(script), "plan": {"target": "all"}, "interpreter": sys.executable}
        began = time.monotonic()
        text = workspace.run("cancel.py", json.dumps({**body, "parameters": {"where": where}}))
        assert "STATUS cancelled" in text
        assert time.monotonic() - began < 25


def started(workspace, process):
    deadline = time.monotonic() + 20
    while not (workspace.folder / "started").exists():
        assert time.monotonic() < deadline and process.poll() is None
        time.sleep(0.05)
    time.sleep(0.3)


def last_run(workspace):
    workspace.write(
        "last.py",
        "from runlens import Client\n"
        "run = Client().list_pipeline_runs()[0]\n"
        "print('STATUS', run.status, [step.status for step in run.steps.values()])\n",
    )
    return workspace.run("last.py").partition("STATUS ")[2].strip()


def test_ctrl_c_in_a_step_and_in_the_code_between_cancels_the_run(workspace):
    workspace.write("main.py", CANCELLED)
    for where, steps in (("step", "['cancelled']"), ("code", "['ran']")):
        (workspace.folder / "started").unlink(missing_ok=True)
        process = workspace.start("main.py", where)
        started(workspace, process)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
        assert process.returncode != 0
        assert "KeyboardInterrupt" in err
        assert last_run(workspace) == f"cancelled {steps}"


KILLED = """
    import time
    from pathlib import Path
    from runlens import pipeline, step

    @step
    def work(value: int) -> int:
        with open("executed", "a") as file:
            file.write(f"{value} ")
        Path("started").write_text("")
        time.sleep(1.5 if value == 1 else 0)
        return value * 10

    @pipeline(dynamic=True)
    def p():
        first = work(0)
        second = work(1)
        third = work.submit(2)
        print("values", first.load(), second.load(), third.load())

    if __name__ == "__main__":
        print("end", p().status)
"""


def test_a_run_goes_on_when_the_server_is_killed_in_its_middle(workspace):
    workspace.write("main.py", KILLED)
    process = workspace.start("main.py")
    deadline = time.monotonic() + 20
    executed = workspace.folder / "executed"
    while not executed.exists() or "1" not in executed.read_text():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    workspace.kill_server()
    out, err = process.communicate(timeout=40)
    assert process.returncode == 0, out + err
    assert "values 0 10 20" in out
    assert "end finished" in out
    assert executed.read_text().split() == ["0", "1", "2"]


def test_a_launch_of_one_step_of_a_dynamic_pipeline_runs_it_as_a_whole(workspace):
    script = workspace.write("main.py", DYNAMIC)
    text, detail = launch(workspace, script, {"target": {"step": "double"}}, pipeline="p")
    assert statuses(detail) == {"load": "ran", "double": "ran", "double_2": "ran"}, text
