"""Pipelines against the real server: caching and its reasons, failures, values, what is printed."""

import json
import re
import subprocess
import sys
import textwrap

from conftest import SDK

HELPERS = """
    OFFSET = 1

    def clean(values):
        return [value + OFFSET for value in values]
"""
TRAIN = """
    from typing import Annotated
    from helpers import clean
    from runlens import log_metric, log_param, pipeline, step

    @step
    def load_data() -> list:
        print("loading")
        return [1, 2, 3]

    @step
    def train_model(data: list, gamma: float = 0.5) -> Annotated[float, "score"]:
        for epoch in range(3):
            log_metric("loss", 1 / (epoch + 1), step=epoch)
        log_param("kind", "sum")
        return sum(clean(data)) * gamma

    @step
    def report(score: float) -> str:
        return f"score {score}"

    @pipeline
    def training(gamma: float = 0.001):
        report(train_model(load_data(), gamma))

    if __name__ == "__main__":
        import sys
        run = training(*map(float, sys.argv[1:]))
        print("value:", run.steps["report"].outputs["output"][0].load())
"""


def with_training(workspace):
    workspace.write("helpers.py", HELPERS)
    workspace.write("train.py", TRAIN)
    return workspace


def ran(*steps):
    names = ("load_data", "train_model", "report")
    return {name: "ran" if name in steps else "cached" for name in names}


ALL = ("load_data", "train_model", "report")


def test_a_run_prints_its_course_and_its_table(workspace):
    text = with_training(workspace).run("train.py")
    for expected in (
        "Initiating a new run for the pipeline: training.",
        "Using user: anna",
        "Using server: http://127.0.0.1:",
        "Step load_data has started (first run).",
        "loading\n",
        "Pipeline run has finished in ",
        "value: score 0.009",
        "training: finished in ",
    ):
        assert expected in text
    assert re.search(
        r"Step train_model has finished in [\d.]+s → score v1 \(float, \d+ B\)\.", text
    )
    assert "\033[" not in text


def test_the_second_run_is_cached(workspace):
    with_training(workspace)
    assert workspace.states("train.py") == ran(*ALL)
    text = workspace.run("train.py")
    assert "All steps of the pipeline run were cached" in text
    assert re.search(r"Step load_data: cached \(from (just now|\d+ seconds? ago)\)", text)
    assert "loading" not in text.replace("load_data", "")
    assert "value: score 0.009" in text
    assert "loss 0.3333" in text


def test_a_parameter_re_runs_what_depends_on_it_and_says_so(workspace):
    with_training(workspace)
    workspace.run("train.py")
    text = workspace.run("train.py", "0.002")
    assert "Step train_model has started (re-runs: gamma 0.001 → 0.002)." in text
    assert "value: score 0.018" in text
    assert workspace.states("train.py", "0.002") == ran()
    assert workspace.states("train.py", "0.001") == ran()


def test_a_helper_in_another_module_re_runs_what_reaches_it(workspace):
    with_training(workspace)
    workspace.run("train.py")
    workspace.edit("helpers.py", "value + OFFSET", "value - 2 * OFFSET")
    rows = workspace.rows("train.py")
    assert {name: row["state"] for name, row in rows.items()} == ran("train_model", "report")
    assert "clean()" in rows["train_model"]["why"]


def test_a_constant_of_another_module_counts(workspace):
    with_training(workspace)
    workspace.run("train.py")
    workspace.edit("helpers.py", "OFFSET = 1", "OFFSET = 2")
    assert workspace.states("train.py")["train_model"] == "ran"


def test_comments_docstrings_and_formatting_change_nothing(workspace):
    with_training(workspace)
    workspace.run("train.py")
    workspace.edit(
        "helpers.py", "def clean(values):", 'def clean( values ):  # cleans\n    """Doc."""'
    )
    workspace.edit("train.py", 'print("loading")', "print( 'loading', )")
    assert workspace.states("train.py") == ran()


def test_an_equal_result_stops_the_re_run(workspace):
    with_training(workspace)
    workspace.run("train.py")
    workspace.edit("train.py", "return [1, 2, 3]", "return [1, 2] + [3]")
    assert workspace.states("train.py") == ran("load_data")


def test_a_failure_keeps_its_type_and_skips_what_needs_it(workspace):
    workspace.write(
        "fails.py",
        """
        from runlens import pipeline, step

        class Odd(Exception):
            pass

        @step
        def breaks() -> int:
            print("before")
            raise Odd("three is odd")

        @step
        def after(value: int) -> int:
            return value

        @pipeline
        def p():
            after(breaks())

        try:
            p()
        except Odd as error:
            import traceback
            frames = traceback.extract_tb(error.__traceback__)
            print("caught", error, frames[-1].name)
        """,
    )
    text = workspace.run("fails.py")
    assert "caught three is odd breaks" in text
    assert "Failed to run step breaks: Odd: three is odd" in text
    assert "Pipeline run has failed" in text
    rows = _rows(text)
    assert (rows["breaks"]["state"], rows["after"]["state"]) == ("failed", "skipped")


def _rows(text):
    from conftest import read_table

    return read_table(text)


def test_a_failed_step_runs_again_next_time(workspace):
    workspace.write(
        "flaky.py",
        """
        import os
        from runlens import pipeline, step

        @step
        def flaky() -> int:
            if os.path.exists("broken"):
                raise ValueError("broken")
            return 1

        @pipeline
        def p():
            flaky()

        p()
        """,
    )
    (workspace.folder / "broken").write_text("")
    workspace.run("flaky.py", code=1)
    (workspace.folder / "broken").unlink()
    assert workspace.states("flaky.py") == {"flaky": "ran"}
    assert workspace.states("flaky.py") == {"flaky": "cached"}


def test_a_step_is_tried_again(workspace):
    workspace.write(
        "retry.py",
        """
        from runlens import get_step_context, pipeline, step

        @step(retry={"max_retries": 2, "delay": 0.01})
        def flaky() -> int:
            attempt = get_step_context().attempt
            if attempt < 3:
                raise ValueError(f"attempt {attempt}")
            return attempt

        @pipeline
        def p():
            flaky()

        print("value:", p().steps["flaky"].output.load())
        """,
    )
    assert "value: 3" in workspace.run("retry.py")


def test_values_of_many_kinds_travel_between_steps(workspace):
    workspace.write(
        "kinds.py",
        """
        from pathlib import Path
        from typing import Annotated, Tuple
        import numpy as np
        import pandas as pd
        from runlens import pipeline, step

        class Model:
            def __init__(self, scale):
                self.scale = scale

        @step
        def make() -> Tuple[
            Annotated[np.ndarray, "array"], Annotated[pd.DataFrame, "frame"], Model, Path
        ]:
            Path("note.txt").write_text("hello")
            return np.arange(4), pd.DataFrame({"a": [1, 2]}), Model(2), Path("note.txt")

        @step
        def use(array: np.ndarray, frame: pd.DataFrame, model: Model, note: Path) -> dict:
            assert isinstance(model, Model)
            total = int(array.sum()) * model.scale + int(frame.a.sum())
            return {"total": total, "note": note.read_text()}

        @step
        def gather(parts: list) -> int:
            return sum(part["total"] for part in parts)

        @pipeline
        def p():
            array, frame, model, note = make()
            first = use(array, frame, model, note)
            second = use(array, frame, model, note)
            gather([first, second])

        if __name__ == "__main__":
            run = p()
            print("value:", run.steps["use"].output.load(), run.steps["gather"].output.load())
            print("id:", run.steps["use"].output.id, list(run.steps["make"].outputs))
        """,
    )
    text = workspace.run("kinds.py")
    assert "value: {'total': 15, 'note': 'hello'} 30" in text
    assert "['array', 'frame', 'output_2', 'output_3']" in text
    assert set(workspace.states("kinds.py").values()) == {"cached"}
    artifact = re.search(r"id: (\w+)", text)[1]
    workspace.write(
        "read.py",
        f"""
        from runlens import Client
        client = Client()
        print(client.get_artifact_version("{artifact}").load())
        print(client.get_artifact_version("array").load().tolist())
        print(client.get_artifact_version("frame", version=1).load().a.tolist())
        try:
            client.get_artifact_version("nothing")
        except Exception as error:
            print(type(error).__name__, error.status)
        """,
    )
    assert workspace.run("read.py").splitlines() == [
        "{'total': 15, 'note': 'hello'}",
        "[0, 1, 2, 3]",
        "[1, 2]",
        "ServerError 404",
    ]


def test_two_pipelines_share_the_cache(workspace):
    with_training(workspace)
    workspace.write(
        "other.py",
        """
        from runlens import pipeline
        from train import load_data, train_model, training

        @pipeline
        def short(gamma: float = 0.001):
            train_model(load_data(), gamma)

        training()
        run = short()
        print({name: step.status for name, step in run.steps.items()})
        """,
    )
    text = workspace.run("other.py")
    assert "{'load_data': 'cached', 'train_model': 'cached'}" in text


def test_a_step_on_its_own_is_a_pipeline_and_in_a_step_a_function(workspace):
    workspace.write(
        "single.py",
        """
        from runlens import step

        @step
        def double(value: int) -> int:
            return 2 * value

        @step
        def quadruple(value: int = 3) -> int:
            return double(double(value))

        print("value:", quadruple(5))
        """,
    )
    text = workspace.run("single.py")
    assert "Initiating a new run for the pipeline: quadruple." in text
    assert "value: 20" in text
    assert "double" not in text


def test_closures_count_by_their_values(workspace):
    workspace.write(
        "closure.py",
        """
        import sys
        from runlens import pipeline, step

        def make(factor):
            @step
            def scaled() -> int:
                return factor * 2

            @pipeline
            def p():
                scaled()

            return p

        print("value:", make(int(sys.argv[1]))().steps["scaled"].output.load())
        """,
    )
    assert "value: 4" in workspace.run("closure.py", "2")
    assert workspace.states("closure.py", "2") == {"scaled": "cached"}
    text = workspace.run("closure.py", "3")
    assert "value: 6" in text


def test_the_environment_of_a_step(workspace):
    workspace.write(
        "environment.py",
        """
        import os, sys
        from runlens import pipeline, step

        @step(environment={"LEVEL": sys.argv[1]})
        def reads() -> str:
            return os.environ["LEVEL"]

        @pipeline
        def p():
            reads()

        print("value:", p().steps["reads"].output.load(), os.environ.get("LEVEL"))
        """,
    )
    assert "value: low None" in workspace.run("environment.py", "low")
    assert workspace.states("environment.py", "low") == {"reads": "cached"}
    assert "value: high None" in workspace.run("environment.py", "high")


REWRITE = """
    @step
    def load_data() -> list:
        from pathlib import Path
        helpers = Path("helpers.py")
        helpers.write_text(helpers.read_text().replace("value + OFFSET", "value * 777"))
        return [1, 2, 3]
"""


def test_a_helper_imported_late_and_changed_meanwhile_is_not_reused(workspace):
    with_training(workspace)
    workspace.write("first.py", f"from runlens import step\n{textwrap.dedent(REWRITE)}")
    workspace.edit("train.py", "from helpers import clean\n", "from first import load_data\n")
    workspace.edit("train.py", "@step\ndef load_data", "def unused")
    workspace.edit("train.py", "return sum(", "from helpers import clean; return sum(")
    text = workspace.run("train.py")
    assert "source changed while running: helpers.py" in text
    rows = workspace.rows("train.py")
    assert rows["train_model"]["state"] == "ran"


def test_a_helper_changed_after_its_import_counts_as_it_was_imported(workspace):
    with_training(workspace)
    workspace.write("first.py", f"from runlens import step\n{textwrap.dedent(REWRITE)}")
    workspace.edit("train.py", "import clean\n", "import clean\nfrom first import load_data\n")
    workspace.edit("train.py", "@step\ndef load_data", "def unused")
    assert "value: score 0.009" in workspace.run("train.py")
    text = workspace.run("train.py")
    assert "value: score 4.662" in text
    assert "clean() changed" in text


def test_bad_pipelines_leave_nothing_behind(workspace):
    workspace.write(
        "bad.py",
        """
        from runlens import pipeline, step

        @step
        def untyped():
            return 1

        @step
        def use(value: int) -> int:
            return value

        @pipeline
        def p():
            use(untyped())

        p()
        """,
    )
    text = workspace.run("bad.py", code=1)
    assert "no type on its output" in text
    assert not list(workspace.state.glob("*.json"))


def test_tracking_reaches_mlflow(workspace):
    with_training(workspace)
    workspace.edit(
        "train.py",
        'log_param("kind", "sum")',
        """log_param("kind", "sum"); log_param("gamma", gamma)
    from runlens import log_artifact, log_text, get_step_context
    log_text("hello", "notes/a.txt")
    print("RUN", get_step_context().tracking_run_id)""",
    )
    text = workspace.run("train.py")
    run_id = re.search(r"RUN (\w+)", text)[1]
    workspace.write(
        "look.py",
        f"""
        import json, runlens
        runlens.connect()
        import mlflow
        client = mlflow.MlflowClient()
        run = client.get_run("{run_id}")
        history = client.get_metric_history("{run_id}", "loss")
        print(json.dumps([
            run.data.params, run.info.status,
            [(p.step, p.value) for p in history],
            [f.path for f in client.list_artifacts("{run_id}", "notes")],
        ]))
        """,
    )
    params, status, history, files = json.loads(workspace.run("look.py").splitlines()[-1])
    assert params["kind"] == "sum"
    assert params["gamma"] == "0.001"
    assert status == "FINISHED"
    assert history == [[0, 1.0], [1, 0.5], [2, 1 / 3]]
    assert files == ["notes/a.txt"]


def test_the_log_of_a_step_holds_what_it_printed(workspace):
    workspace.write(
        "talk.py",
        """
        import logging, sys
        from runlens import get_step_context, pipeline, step
        logging.basicConfig(format="%(message)s", level="INFO")

        @step
        def talk() -> str:
            print("one")
            print("two", file=sys.stderr)
            logging.getLogger().info("three")
            sys.stdout.write("10%\\r50%\\r100%\\n")
            print("no end", end="")
            return get_step_context().step_run_id

        @pipeline
        def p():
            talk()

        from runlens._server import connect_server
        run = p()
        step_id = run.steps["talk"].output.load()
        print("LOG", repr(connect_server().call("GET", f"/api/logs/{step_id}")["text"]))
        """,
    )
    log = eval(re.search(r"LOG (.*)", workspace.run("talk.py"))[1])
    for line in ("one", "two", "three", "100%", "no end"):
        assert line in log
    assert "50%" not in log


def test_an_artifact_by_id_is_an_input(workspace):
    with_training(workspace)
    workspace.run("train.py")
    workspace.write(
        "reuse.py",
        """
        from runlens import Client, pipeline, step

        @step
        def double(score: float) -> float:
            return 2 * score

        @pipeline
        def p():
            double(Client().get_artifact_version("score"))

        print("value:", p().steps["double"].output.load())
        """,
    )
    assert "value: 0.018" in workspace.run("reuse.py")
    assert workspace.states("reuse.py") == {"double": "cached"}


def test_ctrl_c_cancels_the_run(workspace):
    import os
    import signal
    import time

    workspace.write(
        "slow.py",
        """
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

        try:
            p()
        except KeyboardInterrupt:
            print("interrupted")
        """,
    )
    process = workspace.start("slow.py")
    for _ in range(200):
        if (workspace.folder / "started").exists():
            break
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert "interrupted" in out, out + err
    assert "Pipeline run was cancelled" in out


def test_the_example_runs_and_is_cached_and_predicts(digits):
    first = digits.rows("train.py")
    assert list(first) == ["load_data", "split", "train_model", "evaluate"]
    assert {row["state"] for row in first.values()} == {"ran"}
    assert "accuracy 0.9" in first["evaluate"]["metrics"]
    second = digits.rows("train.py")
    assert {row["state"] for row in second.values()} == {"cached"}
    assert "confusion_matrix v1" in second["evaluate"]["artifacts"]
    text = digits.run("predict.py")
    reads, truth = (line.split(": ")[1].split() for line in text.splitlines()[-2:])
    assert sum(a == b for a, b in zip(reads, truth, strict=True)) >= 8


def test_the_import_is_cheap_and_loads_little():
    code = (
        "import sys; before = set(sys.modules); import runlens; "
        "print(sorted({'inspect','typing','subprocess','socket','json','asyncio','hashlib',"
        "'dataclasses','logging'} & (set(sys.modules) - before)))"
    )
    printed = subprocess.run(
        [sys.executable, "-S", "-c", code],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(SDK)},
    )
    assert printed.stdout.strip() == "[]", printed.stderr
