"""What happens around a step: values, environment, tracking, logs, interruption, the example."""

import json
import os
import re
import signal
import subprocess
import sys
import time

from conftest import SDK
from scripts import with_training


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


def test_a_step_logs_its_own_parameters_with_mlflow(workspace):
    """They are recorded as `mlflow.log_param` writes them: another text would be refused."""
    workspace.write(
        "own.py",
        """
        import os
        from runlens import connect, get_step_context, pipeline, step

        @step
        def fit(rate: float = 2.0, layers: list = [1, 2], names: dict = {"a": None}) -> int:
            connect()
            import mlflow
            with mlflow.start_run(run_id=get_step_context().tracking_run_id):
                mlflow.log_params({"rate": rate, "layers": layers, "names": names})
            return 1

        @pipeline
        def training(rate: float = 3.0):
            fit(rate)

        if __name__ == "__main__":
            training()
        """,
    )
    assert workspace.states("own.py") == {"fit": "ran"}


def test_metrics_of_a_forked_process_arrive(workspace):
    workspace.write(
        "forks.py",
        """
        import multiprocessing
        from runlens import log_metric, pipeline, step

        def work(at):
            log_metric("child", at, step=at)

        @step
        def forks() -> int:
            log_metric("parent", 1)
            fork = multiprocessing.get_context("fork")
            children = [fork.Process(target=work, args=(at,)) for at in range(3)]
            for child in children:
                child.start()
            for child in children:
                child.join()
            return sum(child.exitcode for child in children)

        @pipeline
        def p():
            forks()

        if __name__ == "__main__":
            from runlens import Client
            run = p()
            print("exit:", run.steps["forks"].output.load())
            print("metrics:", Client().get_pipeline_run(run.id).steps["forks"].metrics)
        """,
    )
    text = workspace.run("forks.py")
    assert "exit: 0" in text
    metrics = eval(text.rpartition("metrics: ")[2])
    assert metrics == {"child": 2.0, "parent": 1.0}


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

        from runlens._connection.server import connect_server
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
