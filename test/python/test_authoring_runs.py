"""Authoring for real: hooks, secrets, names, external values, files, scripts for ZenML."""

import re

STEPS = """
    from typing import Annotated
    from runlens import *
    from runlens import step, pipeline

    def started():
        print("hook started", get_step_context().step_name)

    def ended(error):
        print("hook ended", type(error).__name__)

    def succeeded():
        print("hook succeeded")

    def failed(error: BaseException):
        print("hook failed:", error)

    def broken():
        raise RuntimeError("broken hook")
"""


def test_hooks_fire_around_a_step_and_not_for_a_cached_one(workspace):
    workspace.write(
        "train.py",
        STEPS
        + """
    @step(on_start=started, on_end=ended, on_success="train.succeeded", on_failure=failed)
    def good() -> int:
        print("body")
        return 1

    @pipeline
    def p():
        good()

    if __name__ == "__main__":
        p()
    """,
    )
    first = workspace.run("train.py")
    said = [line for line in first.splitlines() if line.startswith(("hook", "body"))]
    assert said == ["hook started good", "body", "hook ended NoneType", "hook succeeded"]
    assert not re.search("^hook", workspace.run("train.py"), re.MULTILINE)


def test_a_failure_hook_gets_the_exception_once_and_a_broken_hook_is_only_told(workspace):
    workspace.write(
        "train.py",
        STEPS
        + """
    @step(retry=RetryConfig(max_retries=1, delay=0.05))
    def bad() -> int:
        raise ValueError("no data")

    @step
    def fine() -> int:
        return 1

    @pipeline(on_failure=failed, on_success=broken)
    def p():
        fine()
        bad()

    if __name__ == "__main__":
        try:
            p()
        except ValueError as error:
            print("caught", error)
    """,
    )
    said = workspace.run("train.py")
    assert said.count("hook failed: no data") == 1
    assert "warning: the hook broken failed and is passed over" in said
    assert "RuntimeError: broken hook" in said
    assert "caught no data" in said


SECRET = (
    STEPS
    + """
    import os

    @step(secrets=["API_KEY"])
    def call() -> bool:
        print("key ends with", os.environ["API_KEY"][-3:])
        return True

    @pipeline
    def p():
        call()

    if __name__ == "__main__":
        p()
        assert "API_KEY" not in os.environ
    """
)


def test_a_missing_secret_is_told_before_anything_runs(workspace):
    workspace.write("train.py", SECRET)
    said = workspace.run("train.py", code=1)
    assert "There is no value for the secret API_KEY" in said
    assert "RUNLENS_SECRET_API_KEY" in said
    assert "Initiating" not in said


def test_secrets_come_from_the_environment_or_a_file_and_are_not_in_the_key(workspace):
    workspace.write("train.py", SECRET)
    assert "key ends with abc" in workspace.run("train.py", RUNLENS_SECRET_API_KEY="x-abc")
    file = workspace.write(".env", "# keys\nexport API_KEY='y-def'\n")
    assert workspace.states("train.py", RUNLENS_SECRETS=str(file)) == {"call": "cached"}
    kept = [one for one in (workspace.folder / ".runlens").rglob("*") if one.is_file()]
    assert not any(b"y-def" in one.read_bytes() or b"x-abc" in one.read_bytes() for one in kept)


def test_a_dated_name_is_cached_and_keeps_its_first_name(workspace):
    workspace.write(
        "train.py",
        STEPS
        + """
    @step
    def report() -> Annotated[dict, "report_{time}"]:
        return {}

    @pipeline
    def p():
        report()

    if __name__ == "__main__":
        run = p()
        print("name:", run.steps["report"].outputs["report_{time}"][0].name)
    """,
    )
    first, second = (workspace.run("train.py") for _ in range(2))
    pattern = r"name: (report_\d\d_\d\d_\d\d_\d{6})"
    assert re.search(pattern, first).group(1) == re.search(pattern, second).group(1)
    assert "cached" in second


def test_an_external_value_is_stored_once_and_caches(workspace):
    workspace.write(
        "train.py",
        STEPS
        + """
    import sys

    @step
    def total(values: list) -> int:
        return sum(values)

    @pipeline
    def p(more: int):
        total(ExternalArtifact([1, 2, more]))

    if __name__ == "__main__":
        run = p(int(sys.argv[1]))
        print("total:", run.steps["total"].output.load())
    """,
    )
    assert "total: 6" in workspace.run("train.py", "3")
    assert workspace.states("train.py", "3") == {"total": "cached"}
    assert workspace.states("train.py", "4") == {"total": "ran"}


def test_a_run_name_must_be_new(workspace):
    workspace.write(
        "train.py",
        STEPS
        + """
    @step
    def one() -> int:
        return 1

    @pipeline
    def p():
        one()

    if __name__ == "__main__":
        print("called", p.with_options(run_name="nightly")().name)
        assert p.model.last_run.name == "nightly"
    """,
    )
    assert "called nightly" in workspace.run("train.py")
    assert re.search(r"nightly.*(taken|exists|already)", workspace.run("train.py", code=1))


def test_fail_fast_and_a_file_configure_a_run(workspace):
    workspace.write(
        "train.py",
        STEPS
        + """
    @step
    def bad() -> int:
        raise ValueError("no")

    @step
    def scale(by: int = 2) -> int:
        print("by", by)
        return by

    @pipeline
    def p():
        scale()
        bad()
        scale(id="later", after="scale")

    if __name__ == "__main__":
        p.with_options(config_path="run.yaml")()
    """,
    )
    workspace.write("run.yaml", "steps:\n  scale:\n    parameters: {by: '7'}\n")
    said = workspace.run("train.py", code=1)
    assert "by 7" in said
    assert "by 2" in said
    workspace.write("run.yaml", "execution_mode: stop_on_failure\nenable_cache: false\n")
    assert "ValueError: no" in workspace.run("train.py", code=1)


ZENML = """
    import logging
    from typing import Annotated, Tuple

    from zenml import get_step_context, pipeline, step
    from zenml.client import Client
    from zenml.config import DockerSettings, ResourceSettings
    from zenml.config.retry_config import StepRetryConfig
    from zenml.enums import ArtifactType
    from zenml import ArtifactConfig, ExternalArtifact, Model
    from zenml.logger import get_logger
    from zenml.types import MarkdownString

    logger = get_logger(__name__)

    @step(
        settings={"resources": ResourceSettings(cpu_count=1, memory="1GB")},
        retry=StepRetryConfig(max_retries=1, delay=0, backoff=1),
    )
    def load_data(rows: int = 3) -> Tuple[Annotated[list, "x"], Annotated[list, "y"]]:
        logger.info("loading %s rows", rows)
        return list(range(rows)), [row * 2 for row in range(rows)]

    @step
    def train(x: list, y: list, scale: float = 1.0) -> Annotated[
        dict, ArtifactConfig(name="model", artifact_type=ArtifactType.MODEL)
    ]:
        print("step", get_step_context().step_name)
        return {"slope": scale * sum(y) / sum(x)}

    @step
    def report(model: dict) -> MarkdownString:
        return MarkdownString(f"# slope {model['slope']}")

    @pipeline(enable_cache=True, settings={"docker": DockerSettings(parent_image="x")})
    def training(rows: int = 3):
        x, y = load_data(rows)
        report(train(x, y))

    if __name__ == "__main__":
        run = training(rows=4)
        print("report:", run.steps["report"].output.load())
        print("again:", Client().get_artifact_version("model").load())
"""


def test_a_script_written_for_zenml_runs_unmodified(workspace):
    # as under `runlens run` or in a worker: Runlens is imported before the script
    workspace.write("zen.py", ZENML)
    start = "import runlens, runpy\nrunpy.run_path('zen.py', run_name='__main__')\n"
    workspace.write("start.py", start)
    said = workspace.run("start.py")
    assert "report: # slope 2.0" in said
    assert "again: {'slope': 2.0}" in said
    assert "settings.docker" in said
    assert "cached" in workspace.run("start.py")


def test_a_materializer_written_for_zenml(workspace):
    workspace.write(
        "zen.py",
        """
        import json, os
        import runlens
        from zenml import pipeline, step
        from zenml.enums import ArtifactType, VisualizationType
        from zenml.materializers.base_materializer import BaseMaterializer

        class Tree:
            def __init__(self, leaves):
                self.leaves = leaves

        class TreeMaterializer(BaseMaterializer):
            ASSOCIATED_TYPES = (Tree,)
            ASSOCIATED_ARTIFACT_TYPE = ArtifactType.DATA

            def load(self, data_type):
                with self.artifact_store.open(os.path.join(self.uri, "tree.json"), "r") as file:
                    return data_type(json.load(file))

            def save(self, tree):
                with self.artifact_store.open(os.path.join(self.uri, "tree.json"), "w") as file:
                    json.dump(tree.leaves, file)

            def save_visualizations(self, tree):
                path = os.path.join(self.uri, "tree.md")
                with self.artifact_store.open(path, "w") as file:
                    file.write("# tree")
                return {path: VisualizationType.MARKDOWN}

            def extract_metadata(self, tree):
                return {"leaves": len(tree.leaves)}

        @step(output_materializers=TreeMaterializer)
        def grow() -> Tree:
            return Tree([1, 2])

        @step
        def count(tree: Tree) -> int:
            return len(tree.leaves)

        @pipeline
        def p():
            count(grow())

        if __name__ == "__main__":
            run = p()
            print("leaves:", run.steps["count"].output.load())
            print(run.steps["grow"].output.metadata["leaves"])
        """,
    )
    assert "leaves: 2\n2" in workspace.run("zen.py")
    assert workspace.states("zen.py") == {"grow": "cached", "count": "cached"}
    workspace.edit("zen.py", '"# tree"', '"## tree"')
    assert workspace.states("zen.py")["grow"] == "ran"


def test_names_that_the_stand_in_lacks_say_what_is_there(workspace):
    workspace.write(
        "start.py",
        """
        import runlens

        for line in (
            "from zenml import stepp",
            "import zenml.nowhere",
            "from zenml.client import Clint",
            "from zenml.config import DockerSettings",
            "import zenml; zenml.step; zenml.client.Client",
            "from zenml import client; client.Client",
        ):
            try:
                exec(line)
                print(line, "-> fine")
            except ImportError as error:
                print(line, "->", type(error).__name__, error)
        """,
    )
    lines = workspace.run("start.py").splitlines()
    assert re.search(r"stepp.*Runlens, which stands in for it, has here: .*\bstep\b", lines[0])
    assert "ModuleNotFoundError No module named 'zenml.nowhere'" in lines[1]
    assert "has here: Client" in lines[2]
    assert all(line.endswith("-> fine") for line in lines[3:6])


def test_a_real_zenml_is_never_shadowed(workspace):
    workspace.write("zenml/__init__.py", "step = 'the real one'\n")
    workspace.write(
        "start.py",
        """
        import runlens, zenml

        print(zenml.step)
        try:
            import zenml.client
        except ModuleNotFoundError as error:
            print("no stand-in:", error)
        """,
    )
    said = workspace.run("start.py")
    assert "the real one" in said
    assert "no stand-in: No module named 'zenml.client'" in said
    assert "Runlens" not in said


def test_what_the_script_alone_defines_runs_in_its_own_process(workspace):
    workspace.write(
        "helper.py", "from runlens import step\n\n\n@step\ndef one() -> int:\n    return 1\n"
    )
    workspace.write(
        "train.py",
        """
        import helper
        from runlens import pipeline, step
        from runlens._authoring.graph import graph_of

        @step
        def at_top() -> int:
            return 1

        if True:
            @step
            def below_if() -> int:
                return 1

        if __name__ == "__main__":
            @step
            def of_the_script() -> int:
                return 1

            @pipeline
            def p():
                helper.one()
                at_top()
                below_if()
                of_the_script()

            made = graph_of(p.compose((), {}), ".")["steps"]
            print("importable:", [one["id"] for one in made if one["importable"]])
            print("ran:", [one.status for one in p().steps.values()])
        """,
    )
    said = workspace.run("train.py")
    assert "importable: ['one', 'at_top', 'below_if']" in said
    assert "ran: ['ran', 'ran', 'ran', 'ran']" in said
