"""Pickles and what is lost by them, tables without pyarrow, own materializers in both forms."""

from __future__ import annotations

import hashlib
import json
import sys
import textwrap
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from runlens import BaseMaterializer, Materializer, MaterializerError
from runlens._data.outputs_io import load_artifact, save_value
from runlens.materializers import name_of, source_digest

sys.path.insert(0, str(Path(__file__).parent / "cases"))

import materializer_types as types


def loaded(saved, folder):
    row = {"folder": str(folder), "materializer": saved.materializer, "type": saved.type}
    return load_artifact(row)


def test_a_pickle_says_what_is_lost(tmp_path):
    saved = save_value(types.Plain(1), tmp_path / "v")
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    assert saved.metadata["python"] == version
    assert saved.metadata["caution"].startswith(
        f"A pickle of Python {version}: it loads only where"
    )
    assert "materializer_types.Plain" in saved.metadata["caution"]


def test_a_changed_pickle_is_not_loaded(tmp_path):
    saved = save_value(types.Plain(1), tmp_path / "v")
    file = tmp_path / "v" / "data.pkl"
    file.write_bytes(file.read_bytes().replace(b"K\x01", b"K\x02"))
    with pytest.raises(MaterializerError, match="SHA-256 differs"):
        loaded(saved, tmp_path / "v")


def test_a_changed_model_is_not_loaded(tmp_path):
    saved = save_value(types.scaled(), tmp_path / "v")
    (tmp_path / "v" / "model.pkl").write_bytes(b"cos\nsystem\n(S'exit'\ntR.")
    with pytest.raises(MaterializerError, match="SHA-256 differs"):
        loaded(saved, tmp_path / "v")


def test_a_pickle_of_another_python_says_so_when_it_does_not_load(tmp_path, monkeypatch):
    saved = save_value(types.Plain(1), tmp_path / "v")
    sidecar = tmp_path / "v" / "_pickle.json"
    sidecar.write_text(json.dumps({**json.loads(sidecar.read_text()), "python": "2.7"}))
    assert loaded(saved, tmp_path / "v").x == 1
    monkeypatch.delattr(types, "Plain")
    with pytest.raises(MaterializerError, match=r"pickled by Python 2\.7 and this is 3\."):
        loaded(saved, tmp_path / "v")


def test_a_preview_that_fails_does_not_lose_the_value(tmp_path, monkeypatch):
    from runlens.materializers.arrays import NumpyMaterializer

    def failing(self, value):
        raise ZeroDivisionError("no statistics")

    monkeypatch.setattr(NumpyMaterializer, "extract_metadata", failing)
    saved = save_value(np.arange(3), tmp_path / "v")
    assert saved.metadata["metadataError"] == "ZeroDivisionError: no statistics"
    assert loaded(saved, tmp_path / "v").tolist() == [0, 1, 2]


def test_previews_are_no_content(tmp_path):
    value = np.arange(300)
    shown = save_value(value, tmp_path / "a")
    plain = save_value(value, tmp_path / "b", with_metadata=False)
    assert shown.digest == plain.digest
    assert "statistics" in shown.metadata and "statistics" not in plain.metadata
    assert [one["path"] for one in plain.files] == ["data.npy"]
    figure = save_value(types.drawn(1), tmp_path / "c")
    assert figure.digest == save_value(types.drawn(1), tmp_path / "d", with_metadata=False).digest


CSV_FRAMES = {
    "every type": lambda: types.every_type(),
    "odd names": lambda: types.odd_names(),
    "texts that look like nulls": lambda: pd.DataFrame(
        {"t": ["\\N", "", None, 'a,"b"\n\\x', "NaN", "\r", "1"]}, dtype=object
    ),
    "floats": lambda: pd.DataFrame({"f": np.array([0.1, np.inf, -0.0, np.nan, 1e-45], "f4")}),
    "one empty text": lambda: pd.DataFrame({"t": [""]}),
    "times as index": lambda: pd.DataFrame({"x": [1, 2]}, index=pd.date_range("2024", periods=2)),
    "no columns": lambda: pd.DataFrame(index=pd.RangeIndex(3)),
    "a named series": lambda: pd.Series([1, 2], name=("a", 1), index=[5, 6]),
    "a frame with a column called as ours": lambda: pd.DataFrame({"index 0": [1]}),
}


@pytest.mark.parametrize("name", CSV_FRAMES)
def test_tables_without_pyarrow_are_csv_with_their_types_beside(name, tmp_path, monkeypatch):
    frame = CSV_FRAMES[name]()
    monkeypatch.delitem(sys.modules, "pyarrow")
    saved = save_value(frame, tmp_path / "v")
    assert saved.metadata["format"] == "csv"
    back = loaded(saved, tmp_path / "v")
    check = pd.testing.assert_frame_equal if frame.ndim == 2 else pd.testing.assert_series_equal
    check(back, frame, check_exact=True, check_freq=True)
    assert back.attrs == frame.attrs


def test_the_form_of_a_table_is_no_content(tmp_path, monkeypatch):
    parquet = save_value(types.every_type(), tmp_path / "a")
    monkeypatch.delitem(sys.modules, "pyarrow")
    text = save_value(types.every_type(), tmp_path / "b")
    assert (parquet.metadata["format"], text.metadata["format"]) == ("parquet", "csv")
    assert parquet.digest == text.digest


@pytest.mark.parametrize("null", [None, float("nan")], ids=str)
def test_nulls_in_a_column_of_objects_stay_what_they_are(null, tmp_path):
    frame = pd.DataFrame({"t": pd.Series(["a", null], dtype=object)})
    back = loaded(save_value(frame, tmp_path / "v"), tmp_path / "v")
    assert type(back["t"][1]) is type(null)


def test_empty_folders_count(tmp_path):
    given = tmp_path / "given"
    (given / "sub").mkdir(parents=True)
    first = save_value(given, tmp_path / "a")
    (given / "sub").rmdir()
    second = save_value(given, tmp_path / "b")
    assert first.digest != second.digest
    assert [one.name for one in loaded(first, tmp_path / "a").iterdir()] == ["sub"]


def test_attributes_that_json_would_change_are_kept(tmp_path):
    frame = pd.DataFrame({"a": [1]})
    frame.attrs = {1: "one"}
    assert loaded(save_value(frame, tmp_path / "v"), tmp_path / "v").attrs == {1: "one"}


def test_statistics_of_columns(tmp_path):
    frame = pd.DataFrame({"n": [1, 2, 2, None], "t": ["a", "b", None, "a"]})
    found = save_value(frame, tmp_path / "v").metadata["statistics"]
    assert found["n"] == {
        "type": "float64",
        "count": 3,
        "nulls": 1,
        "min": 1.0,
        "max": 2.0,
        "mean": pytest.approx(5 / 3),
        "std": pytest.approx(np.std([1, 2, 2])),
        "unique": 2,
    }
    assert (found["t"]["count"], found["t"]["nulls"], found["t"]["unique"]) == (3, 1, 2)


def test_wide_tables_have_bounded_metadata(tmp_path):
    frame = pd.DataFrame(np.zeros((30, 3000)), columns=[f"column {at}" for at in range(3000)])
    saved = save_value(frame, tmp_path / "v")
    assert len(json.dumps(saved.metadata)) < 40_000
    assert (tmp_path / "v" / "_preview.json").stat().st_size < 64_000


class Tree(types.Plain):
    pass


class TreeMaterializer(BaseMaterializer):
    ASSOCIATED_TYPES = (Tree,)
    ASSOCIATED_ARTIFACT_TYPE = "MODEL"

    def load(self, data_type):
        with self.artifact_store.open(f"{self.uri}/tree.txt") as file:
            return data_type(int(file.read()))

    def save(self, data):
        with self.get_temporary_directory() as folder:
            path = Path(folder, "tree.txt")
            path.write_text(str(data.x))
            self.artifact_store.copyfile(str(path), f"{self.uri}/tree.txt")

    def save_visualizations(self, data):
        Path(self.uri, "tree.html").write_text("<b>tree</b>")
        return {f"{self.uri}/tree.html": "html"}

    def extract_metadata(self, data):
        return {"depth": data.x}

    def compute_content_hash(self, data):
        return str(abs(data.x))


def test_a_materializer_written_for_zenml(tmp_path):
    saved = save_value(Tree(3), tmp_path / "v")
    assert saved.materializer.endswith(":TreeMaterializer")
    assert saved.artifact_type == "model"
    assert saved.metadata == {"visualizations": {"tree.html": "html"}, "depth": 3}
    again = loaded(saved, tmp_path / "v")
    assert type(again) is Tree and again.x == 3
    assert save_value(Tree(-3), tmp_path / "w").digest == saved.digest
    assert save_value(Tree(4), tmp_path / "x").digest != saved.digest


SOURCE = """
from runlens import Materializer

class Base(Materializer):
    def load(self, folder, type_name):
        return 1

class Own(Base):
    def save(self, value, folder):
        (folder / "x").write_text("1")
        return {}
"""


def digest_of_source(tmp_path, monkeypatch, text):
    name = f"own_{hashlib.md5(text.encode()).hexdigest()}"
    (tmp_path / f"{name}.py").write_text(textwrap.dedent(text))
    monkeypatch.syspath_prepend(str(tmp_path))
    return source_digest(__import__(name).Own)


def test_the_source_of_an_own_materializer_counts_without_its_formatting(tmp_path, monkeypatch):
    base = digest_of_source(tmp_path, monkeypatch, SOURCE)
    assert base is not None and len(base) == 64
    formatted = SOURCE.replace('write_text("1")', 'write_text(  # why\n            "1"\n        )')
    assert digest_of_source(tmp_path, monkeypatch, formatted) == base
    for old, new in (('"1"', '"2"'), ("return 1", "return 2"), ("return {}", "    return {}")):
        edited = SOURCE.replace(old, new)
        if new.startswith("    "):
            edited = SOURCE.replace("        return {}", "        if value:\n            return {}")
        assert digest_of_source(tmp_path, monkeypatch, edited) != base, new


def test_built_in_materializers_have_no_source_digest():
    assert source_digest("json") is None
    assert source_digest(name_of("pandas")) is None


class Refusing(Materializer):
    name = "refusing"
    types = (types.Frozen,)

    def save(self, value, folder):
        raise OSError("disk on fire")


def test_an_own_materializer_that_fails_is_named(tmp_path, monkeypatch):
    import runlens.materializers as registry

    monkeypatch.setattr(registry, "_registered", {})
    monkeypatch.setattr(registry, "_named", {})
    name_of(Refusing)
    with pytest.raises(MaterializerError, match=r"materializer refusing could not store .*on fire"):
        save_value(types.Frozen(1, ""), tmp_path / "v", "refusing")
