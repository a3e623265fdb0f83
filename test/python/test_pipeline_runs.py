"""Pipelines against the real server: caching and its reasons, failures, what is printed."""

import re
import textwrap

from conftest import read_table
from scripts import with_training


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
    rows = read_table(text)
    assert (rows["breaks"]["state"], rows["after"]["state"]) == ("failed", "skipped")


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
