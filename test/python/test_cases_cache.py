"""Each row of cases/cache.py: two runs through the SDK and the server, with a change in between."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

CASES = Path(__file__).parent / "cases"
sys.path.insert(0, str(CASES))

import cache as cases  # noqa: E402

from conftest import Workspace  # noqa: E402


@pytest.fixture(scope="module")
def shared(tmp_path_factory, server_js):
    """One root and one server for all rows; each has a folder of its own."""
    base = tmp_path_factory.mktemp("cache")
    made = Workspace(base / "work", base / "state", server_js)
    made.hide_pydantic()
    yield made
    made.close()


def run(workspace: Workspace, folder: Path, arguments: dict, environment: dict) -> dict:
    """Status and reasons by step."""
    # Python takes a stale .pyc for a file that was edited within a second to the same size.
    settings = {"PYTHONDONTWRITEBYTECODE": "1", **environment}
    text = workspace.run(str(folder / "train.py"), json.dumps(arguments), **settings)
    line = next(one for one in text.splitlines() if one.startswith("STATES "))
    return json.loads(line.removeprefix("STATES "))


def write(folder: Path, row, number: int, name: str, text: str) -> None:
    if name == "train.py":
        text += cases.FOOTER
    here = text.replace("SALT", str(number)).replace("here/", f"{folder.name}/")
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(here, encoding="utf-8")


def artifact_files(workspace: Workspace) -> set[Path]:
    return set((workspace.folder / ".runlens" / "artifacts" / "_").rglob("*.json"))


@pytest.mark.parametrize(
    ("number", "row"), list(enumerate(cases.ROWS, 1000)), ids=[row.name for row in cases.ROWS]
)
def test_row(shared, number, row):
    folder = shared.folder / f"row{number}"
    for name, text in row.files.items():
        write(folder, row, number, name, text)
    before = artifact_files(shared)
    first = run(shared, folder, row.arguments[0], row.environment[0])
    assert first[row.step][0] == "ran"
    if row.between is not None:
        row.between(folder, artifact_files(shared) - before)
    for name, old, new in row.edits:
        text = row.files.get(name, "")
        assert (old in text) or text == "", f"{old!r} is not in {name}"
        write(folder, row, number, name, text.replace(old, new) if text else new)
    second = run(shared, folder, row.arguments[1], row.environment[1])
    status, reasons = second.get(row.step) or next(iter(second.values()))
    if row.expected == cases.HIT:
        assert (status, reasons) == ("cached", [])
    elif isinstance(row.expected, int):
        assert status == "ran" and len(reasons) == row.expected, reasons
    else:
        assert (status, [one.replace(str(number), "SALT") for one in reasons]) == (
            "ran",
            row.expected,
        )


def test_no_row_has_looked_for_pydantic(shared):
    """So that each has the same result with pydantic as it had here without."""
    assert not shared.lookups.exists(), shared.lookups.read_text()
    shared.run("-c", "import pydantic", code=1)
    assert shared.lookups.exists()
