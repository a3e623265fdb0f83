"""The table of authoring cases, with pydantic at hand and without it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from cases.authoring import ROWS, check

FOLDER = Path(__file__).resolve().parent
SDK = FOLDER.parents[1] / "python" / "src"
NAMES = [name for name, _, _ in ROWS]

# Runs every row in a process in which pydantic cannot be imported.
WITHOUT_PYDANTIC = """
import json, sys

class Block:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] in ("pydantic", "pydantic_core", "yaml"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Block)
from cases.authoring import ROWS, check

found = {}
for name, make, expected in ROWS:
    try:
        check(make, expected)
        found[name] = None
    except BaseException as error:
        found[name] = f"{type(error).__name__}: {error}"
assert "pydantic" not in sys.modules
print(json.dumps(found))
"""


def test_names_are_unique_and_many():
    assert len(set(NAMES)) == len(NAMES)
    assert len(NAMES) >= 250


@pytest.mark.parametrize(("name", "make", "expected"), ROWS, ids=NAMES)
def test_with_pydantic(name, make, expected):
    pytest.importorskip("pydantic")
    check(make, expected)


@pytest.fixture(scope="module")
def bare() -> dict:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_PYDANTIC],
        cwd=FOLDER,
        env={"PYTHONPATH": f"{SDK}:{FOLDER}", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("name", NAMES)
def test_without_pydantic(name, bare):
    assert bare[name] is None, bare[name]
