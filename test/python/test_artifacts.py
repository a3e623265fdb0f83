"""save_artifact, load_artifact, register_artifact, UnmaterializedArtifact, and pulled artifacts."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from runlens import MaterializerError, load
from runlens._data.outputs_io import save_value
from runlens.errors import ArtifactFileError

from conftest import REPOSITORY, SDK

CLI = REPOSITORY / "dist" / "cli.js"


def test_saved_outside_of_a_step_and_loaded_by_another_process(workspace):
    workspace.write(
        "save.py",
        """
        from runlens import ArtifactType, save_artifact
        first = save_artifact({"rows": 3}, "facts", tags=["daily"], user_metadata={"source": "x"})
        print(first.name, first.version, first.tags, first.metadata["source"], first.step_name)
        second = save_artifact({"rows": 4}, "facts", artifact_type=ArtifactType.STATISTICS)
        print(second.version)
        named = save_artifact([1], "facts", version="final")
        print(named.version)
        try:
            save_artifact([2], "facts", version="final")
        except Exception as error:
            print(type(error).__name__, error.code)
        """,
    )
    assert workspace.run("save.py").splitlines() == [
        "facts 1 ['daily'] x None",
        "2",
        "final",
        "ServerError artifact.conflict",
    ]
    workspace.write(
        "read.py",
        """
        from runlens import Client, load_artifact
        print(load_artifact("facts", 1), load_artifact("facts", "2"), load_artifact("facts"))
        version = Client().get_artifact_version("facts", 2)
        print(load_artifact(version.id), version.row["artifactType"])
        """,
    )
    assert workspace.run("read.py").splitlines() == [
        "{'rows': 3} {'rows': 4} [1]",
        "{'rows': 4} statistics",
    ]


def test_in_a_step_the_artifact_is_recorded_as_made_by_it(workspace):
    workspace.write(
        "train.py",
        """
        from runlens import load_artifact, pipeline, save_artifact, step

        @step(enable_cache=False)
        def train() -> int:
            saved = save_artifact([1, 2], "weights")
            print("made by", saved.row["pipeline"], saved.step_name)
            return len(load_artifact("weights"))

        @pipeline
        def training():
            train()

        if __name__ == "__main__":
            run = training()
            print("outputs:", list(run.steps["train"].outputs), run.steps["train"].output.load())
        """,
    )
    text = workspace.run("train.py")
    assert "made by training train" in text
    assert "outputs: ['output'] 2" in text


def test_what_cannot_be_stored_names_output_and_step(workspace):
    workspace.write(
        "train.py",
        """
        from runlens import pipeline, save_artifact, step

        @step
        def opened() -> object:
            return (line for line in "abc")

        @step
        def saved() -> int:
            save_artifact(lambda: 1, "lock")
            return 1

        @pipeline
        def training():
            opened()
            saved()

        if __name__ == "__main__":
            training()
        """,
    )
    text = workspace.run("train.py", code=1)
    assert re.search(r"Step opened, output 'output': .*generator", text)
    assert re.search(r"Artifact 'lock' in step saved: .*cannot be pickled", text)
    assert not any((workspace.folder / ".runlens/artifacts/.staging").iterdir())


def test_registered_files_are_copied_and_load_as_paths(workspace, tmp_path):
    (workspace.folder / "data").mkdir()
    (workspace.folder / "data" / "a.csv").write_text("1,2")
    (tmp_path / "outside.txt").write_text("x")
    workspace.write(
        "register.py",
        f"""
        from pathlib import Path
        from runlens import load_artifact, register_artifact
        print(register_artifact("data", "inputs").version)
        Path("data/a.csv").write_text("changed")
        folder = load_artifact("inputs")
        print(type(folder).__name__, folder.name, (folder / "a.csv").read_text())
        outside = {str(tmp_path / "outside.txt")!r}
        for path in (outside, "nothing"):
            try:
                register_artifact(path, "other")
            except FileNotFoundError as error:
                print(str(error).split(" ", 1)[1][:24])
        register_artifact(outside, "other", copy=True)
        print(load_artifact("other").read_text())
        """,
    )
    assert workspace.run("register.py").splitlines() == [
        "1",
        "PosixPath data 1,2",
        "is outside of the worksp",
        "is not there (working fo",
        "x",
    ]


def test_an_unmaterialized_input_is_not_loaded(workspace):
    workspace.write("shapes.py", "class Shape:\n    pass\n")
    workspace.write(
        "train.py",
        """
        import sys
        from pathlib import Path
        from runlens import UnmaterializedArtifact, pipeline, step

        @step
        def make() -> object:
            from shapes import Shape
            return Shape()

        @step
        def look(made: UnmaterializedArtifact, parts: list[UnmaterializedArtifact]) -> list:
            is_loaded = "shapes" in sys.modules
            names = sorted(path.name for path in Path(made.uri).iterdir())
            return [len(made.id), names, type(parts[0]).__name__, type(made.load()).__name__]

        @pipeline
        def looking():
            first = make()
            look(first, [first])

        if __name__ == "__main__":
            print("value:", looking().steps["look"].output.load())
        """,
    )
    assert (
        "value: [32, ['_pickle.json', 'data.pkl'], 'UnmaterializedArtifact', 'Shape']"
        in workspace.run("train.py")
    )


def test_files_are_downloaded_as_a_folder_or_a_zip(workspace):
    workspace.write(
        "get.py",
        """
        import zipfile
        from pathlib import Path
        from runlens import save_artifact
        made = save_artifact("hello", "greeting")
        made.download_files("out.zip")
        print(zipfile.ZipFile("out.zip").namelist())
        made.download_files("out")
        print(Path("out/data.txt").read_text())
        for target in ("out", "out.zip"):
            try:
                made.download_files(target)
            except FileExistsError:
                made.download_files(target, overwrite=True)
                print("replaced")
        made.visualize()
        """,
    )
    assert workspace.run("get.py").splitlines() == [
        "['data.txt']",
        "hello",
        "replaced",
        "replaced",
        "greeting v1 (str)",
        "hello",
    ]


def cli(workspace, *args: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        ["node", CLI, *args],
        cwd=workspace.folder,
        env=workspace.env,
        capture_output=True,
        text=True,
    )


def test_a_pulled_artifact_is_loaded_without_server_and_store(workspace, tmp_path):
    workspace.write(
        "train.py",
        """
        from typing import Annotated
        import numpy as np
        from sklearn.tree import DecisionTreeClassifier
        from runlens import pipeline, save_artifact, step

        @step
        def train() -> Annotated[dict, "classifier"]:
            model = DecisionTreeClassifier(random_state=0).fit([[0], [1]], ["no", "yes"])
            return {"model": model, "scale": np.array([2.0])}

        @step
        def count() -> int:
            return 7

        @pipeline
        def training():
            train()
            count()

        if __name__ == "__main__":
            training()
        """,
    )
    workspace.run("train.py")
    target = tmp_path / "served"
    pulled = cli(workspace, "artifacts", "pull", "classifier", str(target))
    assert pulled.returncode == 0, pulled.stderr
    assert "Pulled classifier v1" in pulled.stdout
    assert cli(workspace, "artifacts", "pull", "classifier:1", str(tmp_path / "b")).returncode == 0
    listed = json.loads(cli(workspace, "artifacts", "ls", "--json").stdout)
    by_name = {row["name"]: row["id"] for row in listed}
    for name in (
        "training::count::output",
        "training::count::output:v1",
        by_name["classifier"][:9],
    ):
        folder = str(tmp_path / f"pull {len(name)}")
        assert cli(workspace, "artifacts", "pull", name, folder).returncode == 0, name
    again = cli(workspace, "artifacts", "pull", "classifier", str(target))
    assert again.returncode == 1 and "is not empty; give --overwrite" in again.stderr
    replaced = cli(workspace, "artifacts", "pull", "classifier", str(target), "--overwrite")
    assert replaced.returncode == 0
    assert (
        "there is no artifact nothing" in cli(workspace, "artifacts", "pull", "nothing", "x").stderr
    )
    stored = workspace.folder / ".runlens/artifacts/_/training--count--output/1/data.json"
    stored.chmod(0o644)
    stored.write_text("8")
    changed = cli(workspace, "artifacts", "pull", "training::count::output", str(tmp_path / "c"))
    assert changed.returncode == 1 and "was changed after it was made" in changed.stderr
    assert not [one for one in tmp_path.iterdir() if one.name.startswith("c")]
    workspace.close()
    shutil.rmtree(workspace.folder)
    code = (
        "import runlens, sys; value = runlens.load(sys.argv[1]); "
        "print(value['model'].predict([[1]]).tolist(), value['scale'].tolist()); "
        "known = ('runlens._connection.server', 'runlens.client', 'runlens._connection.http'); "
        "print([name for name in known if name in sys.modules])"
    )
    printed = subprocess.run(
        [sys.executable, "-c", code, str(target)],
        env={
            "PYTHONPATH": str(SDK),
            "PATH": os.environ["PATH"],
            "RUNLENS_STATE_DIR": str(tmp_path),
        },
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert printed.stdout.splitlines() == ["['yes'] [2.0]", "[]"], printed.stderr


def pulled_folder(tmp_path: Path, value: object) -> Path:
    """As the command line writes it."""
    saved = save_value(value, tmp_path / "p" / "files")
    described = {
        "format": 1,
        "name": "x",
        "version": "1",
        "type": saved.type,
        "materializer": saved.materializer,
        "files": saved.files,
    }
    (tmp_path / "p" / "artifact.json").write_text(json.dumps(described))
    return tmp_path / "p"


def test_a_pulled_artifact_that_was_changed_is_not_loaded(tmp_path):
    folder = pulled_folder(tmp_path, [1, 2])
    assert load(folder) == [1, 2]
    (folder / "files" / "data.json").write_text("[1,3]")
    with pytest.raises(MaterializerError, match="its SHA-256 differs"):
        load(folder)
    assert load(folder, verify=False) == [1, 3]
    (folder / "files" / "data.json").unlink()
    with pytest.raises(MaterializerError, match="is missing"):
        load(folder)


def test_a_folder_that_is_no_pulled_artifact_says_so(tmp_path):
    with pytest.raises(ArtifactFileError, match="runlens artifacts pull"):
        load(tmp_path)
    folder = pulled_folder(tmp_path, 1)
    file = folder / "artifact.json"
    file.write_text(file.read_text().replace('"format": 1', '"format": 2'))
    with pytest.raises(MaterializerError, match="Install a newer one"):
        load(folder)


def test_the_worked_example_of_the_docs(workspace):
    text = (REPOSITORY / "docs" / "pipelines.md").read_text("utf-8")
    example = next(
        block for block in re.findall(r"```python\n(.*?)```", text, re.S) if "# waves.py" in block
    )
    (workspace.folder / "waves.py").write_text(example)
    workspace.write(
        "train.py",
        """
        from runlens import pipeline, step
        from waves import Recording

        @step
        def record() -> Recording:
            return Recording(bytes(range(100)) * 8, 400)

        @step
        def listen(sound: Recording) -> list:
            return [len(sound.samples), sound.rate]

        @pipeline
        def sounds():
            listen(record())

        if __name__ == "__main__":
            run = sounds()
            print("value:", run.steps["listen"].output.load())
            made = run.steps["record"].output
            print(made.materializer, made.metadata)
            made.visualize()
        """,
    )
    text = workspace.run("train.py")
    assert "value: [800, 400]" in text
    assert "wave {'rate': 400, 'seconds': 2}" in text
    assert text.count("█" * 40 + " 99") == 8
    assert set(workspace.states("train.py").values()) == {"cached"}


def test_types_of_the_script_itself_are_found_again_by_others(workspace):
    workspace.write(
        "train.py",
        """
        import enum
        from dataclasses import dataclass
        from runlens import pipeline, step

        class Kind(enum.Enum):
            GOOD = "good"

        @dataclass
        class Report:
            kind: Kind
            scores: dict

        class Model:
            def __init__(self, weight):
                self.weight = weight

        @step
        def make() -> list:
            return [Report(Kind.GOOD, {"a": 1}), Model(3)]

        @step
        def use(made: list) -> int:
            report, model = made
            assert report.kind is Kind.GOOD and type(report) is Report and type(model) is Model
            return model.weight

        @pipeline
        def training():
            use(make())

        if __name__ == "__main__":
            training()
        """,
    )
    assert set(workspace.states("train.py").values()) == {"ran"}
    assert set(workspace.states("train.py").values()) == {"cached"}
    workspace.write(
        "read.py",
        """
        from runlens import Client
        report, model = Client().get_artifact_version("training::make::output").load()
        print(type(report).__module__, report.kind.name, report.scores, model.weight)
        """,
    )
    assert workspace.run("read.py").strip() == "train GOOD {'a': 1} 3"


def test_files_that_a_step_writes_beside_its_output_are_content(workspace):
    source = """
        from runlens import get_step_context, pipeline, step
        from pathlib import Path

        @step(enable_cache=False)
        def make() -> int:
            Path(get_step_context().get_output_artifact_uri(), "notes.txt").write_text("NOTE")
            return 1

        @step
        def use(value: int) -> int:
            return value

        @pipeline
        def training():
            use(make())

        if __name__ == "__main__":
            training()
        """
    workspace.write("train.py", source)
    assert workspace.states("train.py") == {"make": "ran", "use": "ran"}
    assert workspace.states("train.py") == {"make": "ran", "use": "cached"}
    workspace.edit("train.py", "NOTE", "OTHER")
    assert workspace.states("train.py") == {"make": "ran", "use": "ran"}
