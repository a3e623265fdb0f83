"""Properties of content digests: order and identity never count, every leaf does."""

from __future__ import annotations

import copy
import pickle
import random

import numpy as np
import pandas as pd
import pytest
from runlens._data.content import content_digest, digest_of_array
from runlens._data.outputs_io import save_value


class Holder:
    def __init__(self, inner):
        self.inner = inner


LEAVES = [
    lambda source: source.randint(-(2**70), 2**70),
    lambda source: source.uniform(-1e9, 1e9),
    lambda source: "".join(source.choice("abcü€\n") for _ in range(source.randint(0, 6))),
    lambda source: source.random() < 0.5,
    lambda source: None,
    lambda source: bytes(source.randint(0, 255) for _ in range(3)),
]


def random_value(source: random.Random, depth: int = 0, objects: bool = False):
    kinds = ["leaf"] if depth > 3 else ["leaf", "list", "tuple", "dict", "set"]
    if objects and depth <= 3:
        kinds += ["object", "array"]
    kind = source.choice(kinds)
    if kind == "leaf":
        return source.choice(LEAVES)(source)
    if kind == "set":
        return {source.choice(LEAVES)(source) for _ in range(source.randint(0, 5))}
    if kind == "object":
        return Holder(random_value(source, depth + 1, objects))
    if kind == "array":
        return np.array([source.uniform(-9, 9) for _ in range(4)]).reshape(2, 2)
    items = [random_value(source, depth + 1, objects) for _ in range(source.randint(1, 4))]
    if kind == "dict":
        return {f"key {at}": one for at, one in enumerate(items)}
    return items if kind == "list" else tuple(items)


def rebuilt(value, source: random.Random):
    """An equal value: dicts and sets filled in another order, no object shared."""
    kind = type(value)
    if kind is dict:
        pairs = [(rebuilt(key, source), rebuilt(one, source)) for key, one in value.items()]
        source.shuffle(pairs)
        return dict(pairs)
    if kind is set:
        items = [rebuilt(one, source) for one in value]
        source.shuffle(items)
        made = {str(at) for at in range(source.randint(0, 40))}
        made.clear()
        return made | set(items)
    if kind in (list, tuple):
        return kind(rebuilt(one, source) for one in value)
    if kind is Holder:
        return Holder(rebuilt(value.inner, source))
    if kind is np.ndarray:
        return np.asfortranarray(value.copy())
    return "".join(list(value)) if kind is str else copy.copy(value)


def changed(value, source: random.Random):
    """The value with one leaf changed."""
    kind = type(value)
    if kind in (list, tuple) and value:
        at = source.randrange(len(value))
        items = [changed(one, source) if n == at else one for n, one in enumerate(value)]
        return kind(items)
    if kind is dict and value:
        chosen = source.choice(sorted(value))
        return {key: changed(one, source) if key == chosen else one for key, one in value.items()}
    if kind is Holder:
        return Holder(changed(value.inner, source))
    if kind is np.ndarray:
        other = value.copy()
        other.flat[source.randrange(other.size)] += 1e-9
        return other
    if kind is set:
        return value | {"another"}
    return {bool: lambda: not value, int: lambda: value + 1, str: lambda: value + " "}.get(
        kind, lambda: [value]
    )()


@pytest.mark.parametrize("seed", range(60))
def test_containers(seed, tmp_path):
    source = random.Random(seed)
    value = random_value(source)

    def key(one, folder):
        return save_value(one, tmp_path / folder).key()

    base = key(value, "a")
    assert key(rebuilt(value, source), "b") == base
    assert key(changed(value, source), "c") != base


@pytest.mark.parametrize("seed", range(60))
def test_objects(seed):
    source = random.Random(seed)
    value = Holder(random_value(source, objects=True))
    base = content_digest(value)
    assert base is not None
    assert content_digest(rebuilt(value, source)) == base
    assert content_digest(pickle.loads(pickle.dumps(value))) == base
    assert content_digest(changed(value, source)) != base


def random_frame(source: random.Random) -> pd.DataFrame:
    rows = source.randint(1, 20)
    columns = {
        "int": [source.randint(0, 5) for _ in range(rows)],
        "float": [source.choice([float("nan"), source.random()]) for _ in range(rows)],
        "text": [source.choice(["", "x", "nan", None]) for _ in range(rows)],
        "time": pd.to_datetime([source.randint(0, 10**18) for _ in range(rows)]),
        "kind": pd.Categorical([source.choice("ab") for _ in range(rows)], categories=["a", "b"]),
        "maybe": pd.array([source.choice([1, None]) for _ in range(rows)], "Int64"),
    }
    names = source.sample(sorted(columns), source.randint(1, len(columns)))
    return pd.DataFrame({name: columns[name] for name in names})


@pytest.mark.parametrize("seed", range(40))
def test_frames(seed, tmp_path):
    source = random.Random(seed)
    frame = random_frame(source)
    base = save_value(frame, tmp_path / "a")
    other = frame.copy()
    assert save_value(other, tmp_path / "b").digest == base.digest
    split = source.randint(0, len(frame))
    again = frame.take(list(range(split))).copy()
    again = pd.concat([frame[:split], frame[split:]]).astype(frame.dtypes.to_dict())
    again.index = frame.index
    assert save_value(again, tmp_path / "c").digest == base.digest
    if len(frame) > 1 and not frame.iloc[0].equals(frame.iloc[-1]):
        assert save_value(
            frame[::-1].reset_index(drop=True), tmp_path / "d"
        ).digest != base.digest or (frame[::-1].reset_index(drop=True).equals(frame))
    renamed = frame.rename(columns={frame.columns[0]: "another"})
    assert save_value(renamed, tmp_path / "e").digest != base.digest
    assert save_value(frame.iloc[:-1], tmp_path / "f").digest != base.digest


@pytest.mark.parametrize("kind", ["i1", "u8", "f4", "f8", "c16", "?", "U3", "S3", "M8[ns]", "g"])
def test_arrays_count_by_their_elements(kind):
    source = np.random.default_rng(1)
    array = source.integers(0, 2, size=(6, 5)).astype("i8").astype(kind)
    base = digest_of_array(array)
    assert digest_of_array(np.asfortranarray(array)) == base
    assert digest_of_array(np.repeat(array, 2, axis=0)[::2]) == base
    assert digest_of_array(array.reshape(5, 6)) != base
    for at in range(array.size):
        other = array.copy()
        other.flat[at] = np.array([1 - int(bool(int(other.flat[at].astype("i8"))))]).astype(kind)[0]
        assert digest_of_array(other) != base


def test_what_has_no_content_has_no_digest():
    assert content_digest(lambda: 1) is None
    assert content_digest(one for one in "ab") is None
    deep = []
    for _ in range(100_000):
        deep = [deep]
    assert content_digest(deep) is None


def test_an_object_that_is_too_large_is_given_up_soon():
    import time

    started = time.perf_counter()
    assert content_digest([[at] for at in range(1_100_000)]) is None
    assert time.perf_counter() - started < 30
