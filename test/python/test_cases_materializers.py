"""Each row of cases/materializers.py: there and back, file, facts, preview and digest."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

CASES = Path(__file__).parent / "cases"
SDK = Path(__file__).resolve().parents[2] / "python" / "src"
sys.path.insert(0, str(CASES))

import materializers as cases  # noqa: E402
from materializers_libraries import LIBRARIES as OF_LIBRARIES  # noqa: E402
from runlens._data.outputs_io import load_artifact, save_value  # noqa: E402

from conftest import WITHOUT_PYDANTIC  # noqa: E402


def missing(row) -> list[str]:
    return [name for name in row.imports.split(",") if name and not find_spec(name.split(".")[0])]


ALL = [*cases.PLAIN, *OF_LIBRARIES]
ROWS = [row for row in ALL if not missing(row)]
_NAMES: dict = {}
exec(cases.SETUP, _NAMES)


def made(code: str):
    return eval(code, _NAMES)


def each(rows) -> list:
    """The rows as cases."""
    return [pytest.param(row, id=row.name.replace(" ", "-"), marks=marks(row)) for row in rows]


def marks(row) -> list:
    """One whose library is not installed is skipped and says so."""
    names = missing(row)
    return [pytest.mark.skip(f"not installed: {', '.join(names)}")] if names else []


@pytest.mark.parametrize("row", each(ALL))
def test_what_is_loaded_equals_what_was_saved(row, tmp_path):
    value = made(row.code)
    saved = save_value(value, tmp_path / "v")
    assert saved.materializer == row.materializer
    described = {"folder": str(tmp_path / "v"), "materializer": saved.materializer}
    loaded = load_artifact({**described, "type": saved.type})
    assert eval(row.equal, {**_NAMES, "a": loaded, "b": value}), loaded
    written = {one["path"] for one in saved.files}
    assert row.file in written
    if row.content is not None:
        assert (tmp_path / "v" / row.file).read_bytes() == row.content.encode()


@pytest.mark.parametrize("row", each(ALL))
def test_what_people_see(row, tmp_path):
    saved = save_value(made(row.code), tmp_path / "v")
    assert "metadataError" not in saved.metadata
    for name, value in (row.metadata or {}).items():
        assert saved.metadata[name] == value
    preview = tmp_path / "v" / "_preview.json"
    assert preview.exists() == (row.preview is not None)
    if row.preview is not None:
        shown = json.loads(preview.read_text("utf-8"))
        assert shown["kind"] == row.preview
        assert preview.stat().st_size < 64 * 1024
    assert len(json.dumps(saved.metadata)) < 32 * 1024


@pytest.mark.parametrize("row", each(row for row in ALL if row.rebuilt or row.other))
def test_equal_content_has_an_equal_digest_and_other_content_another(row, tmp_path):
    base = save_value(made(row.code), tmp_path / "a").key()
    if row.rebuilt:
        assert save_value(made(row.rebuilt), tmp_path / "b").key() == base
    if row.other:
        assert save_value(made(row.other), tmp_path / "c").key() != base


_DIGESTS = """
import json, sys, tempfile
from pathlib import Path
sys.path[:0] = [{sdk!r}, {cases!r}]
from runlens._data.outputs_io import load_artifact, save_value
names = {{}}
exec({setup!r}, names)
folder = Path(tempfile.mkdtemp(dir={folder!r}))
found = []
for at, (code, equal) in enumerate(json.loads(sys.stdin.read())):
    value = eval(code, names)
    saved = save_value(value, folder / str(at))
    row = {{"folder": folder / str(at), "materializer": saved.materializer, "type": saved.type}}
    assert eval(equal, {{**names, "a": load_artifact(row), "b": value}}), code
    found.append(saved.key())
print(json.dumps(found))
"""


def digests_in_a_fresh_interpreter(folder: Path, rows: list, seed: str, *path: Path) -> dict:
    """The digest of each row by its name; `path` comes before what is installed."""
    code = _DIGESTS.format(sdk=str(SDK), cases=str(CASES), setup=cases.SETUP, folder=str(folder))
    known = {**os.environ, "PYTHONHASHSEED": seed, "TZ": f"UTC{seed}"}
    printed = subprocess.run(
        [sys.executable, "-c", code],
        input=json.dumps([(row.code, row.equal) for row in rows]),
        env={**known, "PYTHONPATH": os.pathsep.join(map(str, path))},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert printed.returncode == 0, printed.stderr
    return dict(zip([row.name for row in rows], json.loads(printed.stdout), strict=True))


def test_digests_are_the_same_in_fresh_interpreters_and_without_pydantic(tmp_path):
    first = digests_in_a_fresh_interpreter(tmp_path, ROWS, "1")
    bare = [row for row in ROWS if row.imports != "pydantic"]
    second = digests_in_a_fresh_interpreter(tmp_path, bare, "7", WITHOUT_PYDANTIC)
    for row in ROWS:
        if row not in bare:
            second[row.name] = save_value(made(row.code), tmp_path / row.name).key()
    assert [name for name in first if first[name] != second[name]] == []
    assert len(set(first.values())) > len(ROWS) * 0.9


_BARE = """
import json, sys, tempfile
from pathlib import Path
sys.path[:0] = [{sdk!r}, {cases!r}]
from runlens._data.outputs_io import load_artifact, save_value
names = {{}}
exec({setup!r}, names)
folder = Path(tempfile.mkdtemp(dir={folder!r}))
for at, (code, equal) in enumerate(json.loads(sys.stdin.read())):
    value = eval(code, names)
    saved = save_value(value, folder / str(at))
    row = {{"folder": folder / str(at), "materializer": saved.materializer, "type": saved.type}}
    assert eval(equal, {{**names, "a": load_artifact(row), "b": value}}), code
assert not {{"numpy", "pandas", "pydantic", "cloudpickle"}} & set(sys.modules)
print("ok")
"""


def test_without_any_library(tmp_path):
    code = _BARE.format(sdk=str(SDK), cases=str(CASES), setup=cases.SETUP, folder=str(tmp_path))
    rows = json.dumps([(row.code, row.equal) for row in cases.PLAIN])
    # -S: no site-packages
    command = [sys.executable, "-S", "-c", code]
    printed = subprocess.run(command, input=rows, capture_output=True, text=True, timeout=60)
    assert printed.stdout.strip() == "ok", printed.stderr


LIBRARIES = [
    "numpy",
    "pandas",
    "pyarrow",
    "polars",
    "scipy",
    "sklearn",
    "lightgbm",
    "PIL",
    "matplotlib",
    "plotly",
    "pydantic",
    "cloudpickle",
]


@pytest.mark.parametrize(
    ("imports", "value"),
    [
        ("", "{'a': [1, (2, 'x')], 'b': object.__new__(type('T', (), {}))}"),
        ("import dataclasses, enum, uuid", "[uuid.UUID(int=1), b'x', 1j, enum.Flag]"),
        ("import numpy", "numpy.arange(5)"),
        ("import polars", "polars.DataFrame({'a': [1]})"),
        ("from PIL import Image", "Image.new('L', (300, 300))"),
        ("import pydantic", "type('M', (pydantic.BaseModel,), {})()"),
    ],
    ids=["containers", "standard library", "numpy", "polars", "PIL", "pydantic"],
)
def test_no_library_is_imported_that_the_value_is_not_of(imports, value, tmp_path):
    if imports and not find_spec(imports.split()[1].split(",")[0]):
        pytest.skip(f"{imports} is not there")
    code = (
        f"import sys; sys.path.insert(0, {str(SDK)!r})\n"
        f"from pathlib import Path\nfrom runlens._data.outputs_io import save_value\n{imports}\n"
        f"value = {value}\nknown = set(sys.modules)\n"
        "try:\n"
        f"    save_value(value, Path({str(tmp_path)!r}, 'v'))\n"
        "except Exception as error:\n    print(type(error).__name__)\n"
        f"print([m for m in {LIBRARIES!r} if m in set(sys.modules) - known])"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert printed.stdout.splitlines()[-1:] == ["[]"], printed.stdout + printed.stderr
