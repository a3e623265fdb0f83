"""A step's output: lines, levels, bars, bytes, children, rotation, many lines."""

import json
import re
import sys

import pytest
from runlens._logs.fold import LONGEST_LINE, Folder
from runlens._logs.progress import parse_bar

from test_worker import launch

FOLDS = [
    ("plain", ["a\nb\n", "c"], ["a", "b", "c"]),
    ("line by line", ["a", "\n", "\n", "b", "\n"], ["a", "", "b"]),
    ("windows", ["a\r\nb\r\n"], ["a", "b"]),
    ("a bar", ["\r10%", "\r50%", "\r100%", "\n", "done\n"], ["100%", "done"]),
    ("a bar that is cut off", ["\r10%", "\r50%"], ["50%"]),
    ("a bar that clears itself", ["\r10%", "\r   \r", "done\n"], ["done"]),
    ("carriage return in one text", ["10%\r50%\r100%\nx\n"], ["100%", "x"]),
    (
        "nested bars of tqdm",
        [
            *("\router 0%", "\n", "\rinner 1", "\x1b[A", "\n", "\rinner 2", "\x1b[A"),
            *("\router 100%", "\n", "after\n"),
        ],
        ["outer 100%", "after"],
    ),
    ("erased line", ["\rabc", "\r\x1b[2Kd", "\n"], ["d"]),
    ("colours stay", ["\x1b[31mred\x1b[0m\n"], ["\x1b[31mred\x1b[0m"]),
]


@pytest.mark.parametrize(("name", "texts", "lines"), FOLDS, ids=[one[0] for one in FOLDS])
def test_lines_of_a_terminal(name, texts, lines):
    folder = Folder()
    assert [line for text in texts for line in folder.feed(text)] + folder.end() == lines


def test_nested_bars_are_not_settled_while_they_go_back_up():
    folder = Folder()
    for at in range(3):
        for text in (f"\router {at}", "\n", f"\rinner {at}", "\x1b[A"):
            assert folder.feed(text) == []
        assert folder.bar == f"outer {at}"
        assert folder.settle() == []
    assert folder.end() == ["outer 2", "inner 2"]


def test_a_very_long_line_is_cut_and_says_so():
    for texts in (["x" * (LONGEST_LINE + 5), "\n"], ["x"] * (LONGEST_LINE + 5) + ["\n"]):
        folder = Folder()
        (line,) = [line for text in texts for line in folder.feed(text)]
        assert line == "x" * LONGEST_LINE + " … (5 characters more)"


BARS = [
    (" 45%|████▌     | 45/100 [00:01<00:01, 44.9it/s]", {"done": 45, "total": 100, "unit": "it"}),
    (
        "train:  50%|█████     | 1.50k/3.00k [00:01<00:01, 1.2kB/s]",
        {"done": 1500, "total": 3000, "unit": "B", "text": "train"},
    ),
    ("load: 45it [00:01, 44.9it/s]", {"done": 45, "unit": "it", "text": "load"}),
    (" 10%|█| 1/10 [00:02<00:18,  2.0s/epoch]", {"done": 1, "total": 10, "unit": "epoch"}),
    ("Epoch 3/10", {"done": 3, "total": 10, "text": "Epoch"}),
    (
        "\x1b[32mWorking… ━━━━╸━━━━ \x1b[0m 45% 0:00:10",
        {"done": 45, "total": 100, "unit": "%", "text": "Working"},
    ),
    ("nothing of the kind", None),
]


@pytest.mark.parametrize(("bar", "progress"), BARS, ids=[one[0][:20] for one in BARS])
def test_bars_are_read(bar, progress):
    assert parse_bar(bar) == progress


TALK = """
    import logging, os, subprocess, sys, threading, time, warnings
    from runlens import get_step_context, pipeline, progress, step
    log = logging.getLogger("talk")

    @step
    def talk() -> str:
        logging.basicConfig(level="DEBUG", format="%(message)s")
        print("printed")
        log.debug("fine detail")
        log.info("of note")
        log.warning("two\\nlines")
        log.error("grave")
        warnings.warn("careful")
        sys.stdout.buffer.write(b"bytes \\xc3\\xbc\\n")
        sys.stdout.flush()
        thread = threading.Thread(target=lambda: 1 / 0)
        thread.start(); thread.join()
        for at in progress([1, 2, 3], unit="epoch", text="fit"):
            print("\\r%d%%" % (at * 30), end="", file=sys.stderr)
        print(file=sys.stderr)
        subprocess.run([sys.executable, "-c", "print('child says')"])
        os.write(1, b"by descriptor\\n")
        print("half", end="")
        return get_step_context().step_run_id

    @pipeline
    def p():
        talk()

    if __name__ == "__main__":
        print("STEP", p().steps["talk"].output.load())
"""


def lines_of(workspace, step_id):
    workspace.write(
        "read.py",
        f"""
        import json
        from runlens._connection.server import connect_server
        print("LOG", json.dumps(connect_server().call("GET", "/api/logs/{step_id}")["text"]))
        """,
    )
    text = json.loads(workspace.run("read.py").rpartition("LOG ")[2])
    return [re.sub(r"^\d\d:\d\d:\d\d\.\d{3} ", "", line) for line in text.splitlines()]


def test_levels_of_records_warnings_and_exceptions(workspace):
    workspace.write("talk.py", TALK)
    text = workspace.run("talk.py")
    lines = lines_of(workspace, re.search(r"STEP (\w+)", text)[1])
    for line in ("printed", "[debug] fine detail", "[info] of note", "[error] grave", "half"):
        assert line in lines
    assert lines[lines.index("[warning] two") + 1] == "[warning] lines"
    assert any(line.startswith("[warning] ") and "careful" in line for line in lines)
    assert "bytes ü" in lines
    assert "[error] ZeroDivisionError: division by zero" in lines
    assert "90%" in lines and "60%" not in lines
    # the terminal's own, not the step's, in a process of the user's
    assert "child says" not in lines


def test_output_of_children_and_descriptors_in_a_process_of_the_servers(workspace):
    script = workspace.write("talk.py", TALK.replace("c3\\xbc", "ff\\x00"))
    text, detail = launch(workspace, script, {"target": "all"})
    step_id = detail["stepRows"][0]["id"]
    lines = lines_of(workspace, step_id)
    assert lines.count("child says") == 1
    assert lines.count("by descriptor") == 1
    assert lines.count("printed") == 1
    assert lines.count("bytes \\xff\0") == 1
    assert lines.count("[info] of note") == 1
    assert "child says" in text and "printed" in text


MANY = """
    import sys, time
    from runlens import get_step_context, pipeline, step

    @step(enable_cache=False)
    def many(count: int) -> float:
        started = time.perf_counter()
        for at in range(count):
            print(at)
        return time.perf_counter() - started

    @pipeline
    def p(count: int = 200_000):
        many(count)

    if __name__ == "__main__":
        run = p()
        print("SECONDS", run.steps["many"].output.load(), file=sys.stderr)
"""


def test_many_lines_arrive_in_order_and_rotate(workspace):
    workspace.write("many.py", MANY)
    text = workspace.run("many.py")
    assert float(re.search(r"SECONDS (.*)", text)[1]) < 20
    folder = next(workspace.folder.glob(".runlens/logs/*/many.log")).parent
    read = "".join(
        one.read_text()
        for one in sorted(folder.glob("many.log.*"), key=lambda one: int(one.suffix[1:]))
    )
    read += (folder / "many.log").read_text()
    numbers = [int(line.rpartition(" ")[2]) for line in read.splitlines()]
    assert numbers == list(range(200_000))


def test_tqdm_is_folded_and_told_as_progress(workspace):
    workspace.write(
        "bars.py",
        """
        import json, threading, time
        from runlens import get_step_context, pipeline, step
        from runlens._connection.server import Server

        sent = []
        call = Server.call
        def spying(self, method, path, body=None, **how):
            if path == "/api/worker/log":
                sent.append((time.monotonic(), body))
            return call(self, method, path, body, **how)
        Server.call = spying

        @step
        def bars() -> str:
            from tqdm import tqdm
            for _ in tqdm(range(60), desc="epochs", unit="epoch"):
                time.sleep(0.02)
            return get_step_context().step_run_id

        @pipeline
        def p():
            bars()

        run = p()
        times = [at for at, body in sent if "progress" in body]
        print("STEP", run.steps["bars"].output.load())
        print("PROGRESS", json.dumps([body["progress"] for _, body in sent if "progress" in body]))
        print("RATE", len(times), min(b - a for a, b in zip(times[:-1], times[1:-1])))
        """,
    )
    text = workspace.run("bars.py")
    told = json.loads(re.search(r"PROGRESS (.*)", text)[1])
    assert told[-1] == {"done": 60, "total": 60, "unit": "epoch", "text": "epochs"}
    assert len(told) >= 3
    assert float(re.search(r"RATE \d+ (.*)", text)[1]) >= 0.19
    lines = lines_of(workspace, re.search(r"STEP (\w+)", text)[1])
    assert len(lines) == 1 and "60/60" in lines[0]


def test_the_cli_filters_by_level(workspace, server_js):
    import subprocess

    workspace.write("talk.py", TALK)
    workspace.run("talk.py")
    cli = server_js.parent / "cli.js"
    out = subprocess.run(
        ["node", str(cli), "logs", "talk", "--level", "warning"],
        cwd=workspace.folder,
        env=workspace.env,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "grave" in out and "careful" in out and "lines" in out
    assert "printed" not in out and "of note" not in out
    refused = subprocess.run(
        ["node", str(cli), "logs", "talk", "--level", "loud"],
        cwd=workspace.folder,
        env=workspace.env,
        capture_output=True,
        text=True,
    )
    assert refused.returncode != 0 and "debug, info, warning, error" in refused.stderr


def test_a_stream_that_the_step_replaced_stays(workspace):
    workspace.write(
        "replaced.py",
        """
        import io, sys
        from runlens import pipeline, step

        @step
        def replaces() -> int:
            sys.stdout = io.StringIO()
            print("into the void")
            return 1

        @pipeline
        def p():
            replaces()

        p()
        print("kept:", type(sys.stdout).__name__, file=sys.stderr)
        """,
    )
    assert "kept: StringIO" in workspace.run("replaced.py")
    assert sys.stdout is not None
