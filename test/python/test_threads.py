"""Steps side by side in threads of the user's process: each with its log, context and tracking."""

import json
import os
import re
import signal
import time

LOCAL = """
    import contextvars, os, sys, threading, time
    from runlens import get_step_context, log_metric, pipeline, step

    class Odd(Exception):
        pass

    def make():
        barrier = threading.Barrier(3, timeout=20)

        @step(enable_cache=False)
        def work(at: int) -> dict:
            barrier.wait()
            context = get_step_context()
            print("from", at)
            log_metric("at", at)
            seen = []
            def inner():
                print("inner of", at)
                log_metric("inner", at)
                seen.append(get_step_context().step_name)
            thread = threading.Thread(target=inner)
            thread.start(); thread.join()
            for line in range(50):
                print("line", at, line)
            barrier.wait()
            return {"name": context.step_name, "inner": seen[0], "run": context.tracking_run_id,
                    "id": context.step_run_id, "thread": threading.get_ident()}

        @pipeline
        def p():
            for at in range(3):
                work(at)

        return p
"""


def test_three_steps_meet_at_a_barrier_and_keep_apart(workspace):
    workspace.write(
        "local.py",
        LOCAL
        + """
    if __name__ == "__main__":
        import json
        from runlens._connection.server import connect_server
        run = make()()
        values = [step.output.load() for step in run.steps.values()]
        server = connect_server()
        for value, step in zip(values, run.steps.values()):
            value["log"] = server.call("GET", f"/api/logs/{value['id']}")["text"]
            value["metrics"] = step.metrics
        print("VALUES", json.dumps(values))
        print("STREAM", type(sys.stdout).__name__, threading.Thread.start.__module__)
    """,
    )
    text = workspace.run("local.py")
    values = json.loads(re.search(r"VALUES (.*)", text)[1])
    assert [one["name"] for one in values] == [one["inner"] for one in values]
    assert [one["name"] for one in values] == ["work", "work_2", "work_3"]
    assert len({one["thread"] for one in values}) == 3
    assert len({one["run"] for one in values}) == 3
    for at, one in enumerate(values):
        lines = [line[13:] for line in one["log"].splitlines()]
        assert lines == [f"from {at}", f"inner of {at}", *(f"line {at} {n}" for n in range(50))]
        assert one["metrics"] == {"at": at, "inner": at}
        # in the terminal whole lines, with the step before them, in their order
        label = one["name"]
        shown = re.findall(rf"^\[{label}\] line {at} (\d+)$", text, re.MULTILINE)
        assert [int(n) for n in shown] == sorted(int(n) for n in shown)
        assert len(shown) >= 40
    assert "STREAM TextIOWrapper threading" in text


def test_an_exception_of_a_thread_keeps_its_type_and_traceback(workspace):
    workspace.write(
        "odd.py",
        """
        import threading, time, traceback
        from runlens import pipeline, step

        class Odd(Exception):
            def __init__(self, one, two):
                self.two = two

        def make():
            @step(enable_cache=False)
            def work(at: int) -> int:
                time.sleep(0.3)
                if at and threading.current_thread() is not threading.main_thread():
                    raise Odd(at, threading.current_thread().name)
                return at

            @pipeline
            def p():
                for at in range(4):
                    work(at)

            return p

        try:
            make()()
        except Odd as error:
            print("ODD", error.two, traceback.extract_tb(error.__traceback__)[-1].name)
        """,
    )
    assert "ODD runlens-step work" in workspace.run("odd.py")


def test_steps_with_an_environment_run_alone(workspace):
    workspace.write(
        "alone.py",
        """
        import os, time
        from runlens import pipeline, step

        def make():
            running = []

            def body(at):
                running.append(at)
                seen = os.environ.get("LEVEL"), len(running)
                time.sleep(0.15)
                seen = (*seen, os.environ.get("LEVEL"), len(running))
                running.remove(at)
                return list(seen)

            def named(at, environment):
                @step(name=f"work_{at}", enable_cache=False, environment=environment)
                def work() -> list:
                    return body(at)
                return work

            steps = [named(at, {"LEVEL": str(at)} if at < 2 else {}) for at in range(5)]

            @pipeline
            def p():
                for one in steps:
                    one()

            return p

        run = make()()
        print("SEEN", {name: step.output.load() for name, step in run.steps.items()})
        """,
    )
    seen = eval(workspace.run("alone.py").rpartition("SEEN ")[2])
    for at in (0, 1):
        assert seen[f"work_{at}"] == [str(at), 1, str(at), 1]
    for at in (2, 3, 4):
        assert seen[f"work_{at}"][0] is None and seen[f"work_{at}"][2] is None


SLOW = """
    import sys, threading, time
    from pathlib import Path
    from runlens import pipeline, step

    def make():
        @step(enable_cache=False)
        def slow(at: int) -> int:
            Path(f"started{at}").write_text(threading.current_thread().name)
            for _ in range(3000):
                time.sleep(0.01)
            return at

        @step(enable_cache=False)
        def quick(at: int) -> int:
            return at

        @pipeline
        def p():
            for at in range(3):
                slow(at)

        return p

    if __name__ == "__main__":
        try:
            make()()
        except KeyboardInterrupt:
            print("INTERRUPTED", threading.active_count())
"""


def wait_for(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it takes too long"
        time.sleep(0.02)


def test_ctrl_c_ends_the_steps_of_all_threads(workspace):
    workspace.write("slow.py", SLOW)
    process = workspace.start("slow.py")
    wait_for(lambda: all((workspace.folder / f"started{at}").exists() for at in range(3)))
    began = time.monotonic()
    os.kill(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert "INTERRUPTED" in out, out + err
    assert time.monotonic() - began < 10
    assert "Pipeline run was cancelled" in out


CANCEL = """
    import sys, time
    from pathlib import Path
    from runlens._connection.server import connect_server
    server = connect_server(start=False)
    run = server.call("GET", "/api/pipelines/p/runs")["items"][0]
    steps = server.call("GET", f"/api/pipeline-runs/{run['id']}")["stepRows"]
    wanted = next(row for row in steps if row["stepId"] == sys.argv[1])
    server.call("POST", f"/api/steps/{wanted['id']}/cancel", {})
    for _ in range(200):
        if server.call("GET", f"/api/steps/{wanted['id']}")["status"] == "cancelled":
            break
        time.sleep(0.1)
    Path("go").touch()
"""

# the others go on until the one is cancelled
UNTIL_TOLD = SLOW.replace("for _ in range(3000):", 'while not Path("go").exists():')


def test_one_step_of_a_thread_is_cancelled_and_the_others_go_on(workspace):
    workspace.write("slow.py", UNTIL_TOLD)
    workspace.write("cancel.py", CANCEL)
    process = workspace.start("slow.py")
    files = [workspace.folder / f"started{at}" for at in range(3)]
    wait_for(lambda: all(one.exists() and one.read_text() for one in files))
    threads = [one.read_text() for one in files]
    at = next(at for at, name in enumerate(threads) if name == "runlens-step")
    name = "slow" if at == 0 else f"slow_{at + 1}"
    workspace.run("cancel.py", name)
    out, err = process.communicate(timeout=40)
    states = {
        one: re.search(rf"^{one} +(\w+)", out, re.M)[1] for one in ("slow", "slow_2", "slow_3")
    }
    assert states.pop(name) == "cancelled", out + err
    assert set(states.values()) == {"ran"}, out + err
    assert "INTERRUPTED" not in out


def test_one_step_of_the_main_thread_is_cancelled_and_the_others_go_on(workspace):
    workspace.write("slow.py", UNTIL_TOLD)
    workspace.write("cancel.py", CANCEL)
    process = workspace.start("slow.py")
    files = [workspace.folder / f"started{at}" for at in range(3)]
    wait_for(lambda: all(one.exists() and one.read_text() for one in files))
    at = [one.read_text() for one in files].index("MainThread")
    name = "slow" if at == 0 else f"slow_{at + 1}"
    workspace.run("cancel.py", name)
    out, err = process.communicate(timeout=40)
    states = {
        one: re.search(rf"^{one} +(\w+)", out, re.M)[1] for one in ("slow", "slow_2", "slow_3")
    }
    assert states.pop(name) == "cancelled", out + err
    assert set(states.values()) == {"ran"}, out + err
    assert "INTERRUPTED" not in out
