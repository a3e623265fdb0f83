"""Materializers: values come back as they were, equal content has an equal digest."""

import math
import random
import sys
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from PIL import Image
from runlens import Materializer, MaterializerError, register_materializer
from runlens._data.outputs_io import load_artifact, save_value
from sklearn.linear_model import LogisticRegression


class Store:
    def __init__(self, folder: Path):
        self._folder = folder
        self._count = 0

    def save(self, value, materializer=None):
        self._count += 1
        folder = self._folder / str(self._count)
        self.folder = folder
        return save_value(value, folder, materializer)

    def there_and_back(self, value):
        saved = self.save(value)
        again = self.save(value)
        assert again.digest == saved.digest
        row = {"folder": str(self.folder), "materializer": saved.materializer, "type": saved.type}
        return saved, load_artifact(row)


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path)


class Point:
    def __init__(self, x):
        self.x = x

    def __eq__(self, other):
        return isinstance(other, Point) and self.x == other.x


PLAIN = [
    None,
    True,
    0,
    -(2**70),
    1.5,
    float("inf"),
    "",
    "text \r\n ünï \ud800",
    b"\x00\xff",
    bytearray(b"x"),
    [],
    {},
    (),
    set(),
    frozenset({1}),
    {"a": [1, {"b": None}]},
    (1, (2, [3])),
    {1: "one", (2, 3): "pair", None: 0},
    {"$runlens": "tuple", "items": []},
    {"x", "y", "z"},
    [float("-inf"), b"bytes", Point(1)],
    OrderedDict(b=1, a=2),
    Point(3),
    complex(1, 2),
]


@pytest.mark.parametrize(
    "value", PLAIN, ids=[f"{i} {type(one).__name__}" for i, one in enumerate(PLAIN)]
)
def test_plain_values(store, value):
    _, loaded = store.there_and_back(value)
    assert type(loaded) is type(value)
    assert loaded == value


def test_nan(store):
    _, loaded = store.there_and_back([float("nan")])
    assert math.isnan(loaded[0])


def random_value(source: random.Random, depth: int = 0):
    kinds = ["int", "float", "text", "none", "bool"]
    if depth < 4:
        kinds += ["list", "tuple", "dict", "mixed"] * 2
    kind = source.choice(kinds)
    if kind in ("list", "tuple"):
        items = [random_value(source, depth + 1) for _ in range(source.randint(0, 4))]
        return items if kind == "list" else tuple(items)
    if kind == "dict":
        return {f"k{at}": random_value(source, depth + 1) for at in range(source.randint(0, 4))}
    if kind == "mixed":
        return {at: random_value(source, depth + 1) for at in range(source.randint(0, 3))}
    return {
        "int": source.randint(-(2**80), 2**80),
        "float": source.uniform(-1e300, 1e300),
        "text": "".join(chr(source.choice([9, 34, 92, 228, 8364, 128512])) for _ in range(4)),
        "none": None,
        "bool": source.random() < 0.5,
    }[kind]


@pytest.mark.parametrize("seed", range(60))
def test_any_nested_json_value(store, seed):
    value = random_value(random.Random(seed))
    _, loaded = store.there_and_back(value)
    assert repr(loaded) == repr(value)


def test_different_values_have_different_digests(store):
    values = [1, 1.0, "1", True, [1], (1,), {1}, {"1": 1}, {1: 1}, None, b"1", [], (), {}]
    digests = [(store.save(one).type, store.save(one).digest) for one in values]
    assert len(set(digests)) == len(values)
    nested = [store.save([one]).digest for one in values]
    assert len(set(nested)) == len(values)


def test_json_is_readable_by_people(store):
    saved = store.save({"accuracy": 0.97, "labels": ["a", "ü"]})
    assert (store.folder / "data.json").read_text("utf-8") == '{"accuracy":0.97,"labels":["a","ü"]}'
    assert saved.metadata["keys"] == ["accuracy", "labels"]


def test_a_list_that_holds_itself(store):
    value: list = [1]
    value.append(value)
    saved, loaded = store.there_and_back(value)
    assert saved.materializer == "pickle"
    assert loaded[1] is loaded


@pytest.mark.parametrize(
    "array",
    [
        np.arange(12, dtype="f4").reshape(3, 4),
        np.array(3),
        np.zeros((0, 2)),
        np.array(["a", "bc"]),
        np.array([np.datetime64("2024-01-01")]),
        np.asfortranarray(np.arange(6).reshape(2, 3)),
        np.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")]),
        np.array([{"a": 1}, None], dtype=object),
    ],
    ids=str,
)
def test_arrays(store, array):
    saved, loaded = store.there_and_back(array)
    assert saved.materializer == "numpy"
    assert loaded.dtype == array.dtype
    assert loaded.shape == array.shape
    assert (loaded == array).all()
    assert saved.metadata["shape"] == list(array.shape)


def test_an_array_without_objects_needs_no_pickle(store):
    store.save(np.arange(3))
    assert (np.load(store.folder / "data.npy", allow_pickle=False) == [0, 1, 2]).all()


def test_numpy_scalars_keep_their_type(store):
    _, loaded = store.there_and_back(np.float32(1.5))
    assert type(loaded) is np.float32


def test_masked_arrays_are_not_unmasked(store):
    value = np.ma.array([1, 2], mask=[True, False], fill_value=0)
    _, loaded = store.there_and_back(value)
    assert loaded.mask.tolist() == [True, False]


def test_arrays_inside_a_dict(store):
    value = {"x": np.arange(3), "y": [np.eye(2)], "frame": pd.DataFrame({"a": [1]})}
    saved, loaded = store.there_and_back(value)
    assert saved.materializer == "json"
    assert (loaded["y"][0] == np.eye(2)).all()
    pd.testing.assert_frame_equal(loaded["frame"], value["frame"])
    changed = {**value, "x": np.arange(1, 4)}
    assert store.save(changed).digest != saved.digest


FRAME = pd.DataFrame(
    {"n": [1, 2], "t": ["x", None], "c": pd.Categorical(["a", "b"]), "d": pd.to_datetime([0, 1])},
    index=pd.MultiIndex.from_tuples([(1, "u"), (2, "v")], names=["i", "j"]),
)


@pytest.mark.parametrize(
    "frame",
    [
        FRAME,
        FRAME.reset_index(),
        pd.DataFrame({0: [1.5], ("a", 1): [2]}),
        pd.DataFrame(columns=["a"]),
        pd.DataFrame({"mixed": [1, "a"]}),
        pd.DataFrame([[1, 2]], columns=["same", "same"]),
    ],
    ids=range(6),
)
def test_frames_lose_nothing(store, frame):
    saved, loaded = store.there_and_back(frame)
    pd.testing.assert_frame_equal(loaded, frame)
    assert saved.metadata["rows"] == len(frame)


def test_frames_that_differ_have_other_digests(store):
    base = store.save(FRAME).digest
    assert store.save(FRAME.rename(columns={"n": "m"})).digest != base
    assert store.save(FRAME.astype({"n": "int32"})).digest != base
    assert store.save(FRAME.iloc[::-1]).digest != base


def test_series(store):
    series = pd.Series([1.5, None], name="s", index=["a", "b"])
    _, loaded = store.there_and_back(series)
    pd.testing.assert_series_equal(loaded, series)


def test_a_pickled_table_has_a_preview(store):
    saved = store.save(pd.DataFrame({"a": range(2000)}))
    if saved.metadata["format"] == "pickle":
        lines = (store.folder / "preview.csv").read_text().splitlines()
        assert len(lines) == 1001


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I", "F", "CMYK"])
def test_images(store, mode):
    image = Image.new(mode, (5, 3))
    image.putpixel((1, 1), image.getpixel((0, 0)))
    saved, loaded = store.there_and_back(image)
    assert loaded.mode == mode
    assert loaded.tobytes() == image.tobytes()
    assert saved.materializer == ("pickle" if mode in ("I", "F", "CMYK") else "image")


def draw(top):
    figure = Figure()
    figure.add_subplot().plot([0, top])
    return figure


def test_figures_become_pictures(store):
    saved, loaded = store.there_and_back(draw(1))
    assert saved.materializer == "figure"
    assert loaded.size == (saved.metadata["width"], saved.metadata["height"])
    assert store.save(draw(1)).digest == saved.digest
    assert store.save(draw(2)).digest != saved.digest


def test_estimators_come_back_fitted_with_facts(store):
    model = LogisticRegression(C=0.5).fit([[0.0], [1.0]], [0, 1])
    saved, loaded = store.there_and_back(model)
    assert loaded.predict([[1.0]]).tolist() == [1]
    assert saved.materializer == "sklearn"
    assert saved.metadata["class"].endswith("LogisticRegression")
    assert saved.metadata["parameters"]["C"] == "0.5"
    assert saved.metadata["features"] == 1


def test_files_and_folders_are_copied(store, tmp_path):
    source = tmp_path / "given"
    source.mkdir()
    (source / "a.txt").write_text("one")
    for path in (source / "a.txt", source):
        _, loaded = store.there_and_back(path)
        assert loaded != path
        assert loaded.name == path.name
    (source / "a.txt").write_text("two")
    assert (loaded / "a.txt").read_text() == "one"


def test_a_missing_file_is_an_error(store, tmp_path):
    with pytest.raises(MaterializerError, match="is not there"):
        store.save(tmp_path / "nothing")


def test_what_cannot_be_pickled_says_what_to_do(store, monkeypatch):
    monkeypatch.delitem(sys.modules, "cloudpickle", raising=False)
    with pytest.raises(MaterializerError, match=r"cannot be pickled.*write a materializer"):
        store.save(lambda: 1)


class PointMaterializer(Materializer):
    name = "point"
    types = (Point,)

    def save(self, value, folder):
        (folder / "x.txt").write_text(str(value.x))
        return {"x": value.x}

    def load(self, folder, type_name):
        return Point(int((folder / "x.txt").read_text()))


def test_a_registered_materializer_wins_over_pickle(store, monkeypatch):
    import runlens.materializers as registry

    monkeypatch.setattr(registry, "_registered", {})
    monkeypatch.setattr(registry, "_named", {})
    register_materializer(PointMaterializer)
    saved, loaded = store.there_and_back(Point(4))
    assert saved.materializer == "point"
    assert saved.metadata == {"x": 4}
    assert loaded == Point(4)


def test_an_unknown_materializer_says_so(tmp_path):
    with pytest.raises(MaterializerError, match="No materializer is named 'nope'"):
        load_artifact({"folder": str(tmp_path), "materializer": "nope", "type": "int"})
