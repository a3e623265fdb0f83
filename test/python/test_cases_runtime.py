"""Each row of cases/runtime_*.py: a script against the real server, and what it shows."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from conftest import Workspace

sys.path.insert(0, str(Path(__file__).parent / "cases"))

import runtime_client
import runtime_context
import runtime_dynamic
import runtime_failures
import runtime_mapping

PRELUDE = """\
from typing import Annotated, Tuple

from runlens import *


def show(*values):
    print("=", *values, flush=True)
"""

ROWS = [
    (f"{table.__name__.partition('_')[2]}-{at}", row)
    for table in (
        runtime_dynamic,
        runtime_failures,
        runtime_mapping,
        runtime_context,
        runtime_client,
    )
    for at, row in enumerate(table.ROWS)
]


@pytest.fixture(scope="module")
def shared(tmp_path_factory, server_js):
    """One root, and so one server, for all rows; each row has a folder and results of its own."""
    folder = tmp_path_factory.mktemp("runtime")
    made = Workspace(folder / "work", folder / "state", server_js)
    made.hide_pydantic()
    yield made
    made.close()


# what a step prints in another process, or beside others, is told with its name
SHOWN = re.compile(r"^(?:\[[^\]]+\] )?= (.*)$", re.MULTILINE)


def shown(text: str) -> list[str]:
    return SHOWN.findall(text)


@pytest.mark.parametrize(
    ("place", "row"), ROWS, ids=[f"{one}-{row.name.replace(' ', '-')}" for one, row in ROWS]
)
def test_row(shared, place, row):
    number = str(1 + [one for one, _ in ROWS].index(place))
    script = f"row_{number}/main_{number}.py"

    def expected(lines):
        return [line.replace("ROW", number) for line in lines]

    shared.write(script, PRELUDE + row.text.replace("ROW", number))
    text = shared.run(script, code=1 if row.error else 0)
    assert shown(text) == expected(row.shows), text
    assert row.error.replace("ROW", number) in text
    for said in row.says:
        assert said.replace("ROW", number) in text
    if row.then is not None:
        edits, lines = row.then
        for old, new in edits:
            shared.edit(script, old.replace("ROW", number), new.replace("ROW", number))
        text = shared.run(script)
        assert shown(text) == expected(lines), text


def test_no_row_has_looked_for_pydantic(shared):
    """So that each has the same result with pydantic as it had here without."""
    assert not shared.lookups.exists(), shared.lookups.read_text()
    shared.run("-c", "import pydantic", code=1)
    assert shared.lookups.exists()
