"""docs/caching.md: its example is run, and each row of its table of edits does what it says."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from conftest import Workspace

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "caching.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"```python (\S+\.py)\n(.*?)```", TEXT, re.DOTALL))
ROW = re.compile(r"^\| `(\w+\.py)` \| `(.+?)` \| `(.+?)` \| (?:`(.+?)`|cached) \|$", re.MULTILINE)


@pytest.fixture(scope="module")
def project(tmp_path_factory, server_js):
    """One root and one server for all rows."""
    base = tmp_path_factory.mktemp("docs")
    made = Workspace(base / "work", base / "state", server_js)
    write(made, FILES)
    assert train_state(made)[0] == "ran"
    yield made
    made.close()


def train_state(workspace) -> list:
    text = workspace.run("train.py", PYTHONDONTWRITEBYTECODE="1")
    line = next(one for one in text.splitlines() if one.startswith("STATE "))
    return json.loads(line.removeprefix("STATE "))


def write(workspace, files: dict[str, str]) -> None:
    main = files["train.py"].replace("    training(", "    run = training(")
    main += '    import json\n\n    step = run.steps["train"]\n'
    main += '    print("STATE " + json.dumps([step.status, step.reasons]))\n'
    for name, text in {**files, "train.py": main}.items():
        (workspace.folder / name).write_text(text, encoding="utf-8")


def test_the_table_is_found():
    assert sorted(FILES) == ["features.py", "train.py"]
    assert len(ROW.findall(TEXT)) == 10


@pytest.mark.parametrize(("file", "old", "new", "reason"), ROW.findall(TEXT))
def test_edit(project, file, old, new, reason):
    write(project, FILES)
    assert train_state(project) == ["cached", []]
    old, new = old.replace("\\n", "\n"), new.replace("\\n", "\n")
    assert old in FILES[file]
    write(project, {**FILES, file: FILES[file].replace(old, new)})
    expected = ["ran", [reason]] if reason else ["cached", []]
    assert train_state(project) == expected


def test_policies_in_the_table_exist():
    from runlens import CachePolicy

    section = TEXT.split("## Policies")[1].split("## Other")[0]
    names = {name for name in re.findall(r"[`\s](\w+)=", section)} - {
        "cache_policy",
        "enable_cache",
    }
    assert names == set(vars(CachePolicy()))
