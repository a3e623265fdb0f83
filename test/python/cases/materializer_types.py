"""Types and makers of values for the rows of `materializers`; of libraries what is there."""

from __future__ import annotations

import atexit
import dataclasses
import datetime
import enum
import shutil
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Access(enum.Flag):
    READ = enum.auto()
    WRITE = enum.auto()


class Level(enum.IntEnum):
    LOW = 1


@dataclasses.dataclass
class Settings:
    name: str
    colour: Colour
    sizes: list


@dataclasses.dataclass(frozen=True)
class Frozen:
    __slots__ = ("n", "text")
    n: int
    text: str


@dataclasses.dataclass
class Chain:
    next: Any = None


def looped() -> Chain:
    made = Chain()
    made.next = made
    return made


class Pair(NamedTuple):
    left: int
    right: list


class Plain:
    def __init__(self, x: Any):
        self.x = x

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Plain) and self.x == other.x

    __hash__ = None

    @staticmethod
    def looped() -> Plain:
        made = Plain(None)
        made.x = made
        return made


def a_function() -> int:
    return 1


def _folder() -> Path:
    made = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return Path(made)


def a_file(name: str, text: str) -> Path:
    path = _folder() / name
    path.write_text(text)
    return path


def a_folder() -> Path:
    made = _folder() / "given"
    (made / "sub").mkdir(parents=True)
    (made / "a.txt").write_text("one")
    (made / "sub" / "b.txt").write_text("two")
    return made


if find_spec("numpy"):
    import numpy as np

    def padded(filler: int) -> Any:
        kind = np.dtype([("flag", "i1"), ("value", "f8")], align=True)
        made = np.frombuffer(bytes([filler]) * kind.itemsize * 2, dtype=kind).copy()
        made["flag"] = [1, 2]
        made["value"] = [0.5, 1.5]
        return made


if find_spec("pandas"):
    import pandas as pd

    def every_type() -> Any:
        return pd.DataFrame(
            {
                "int": pd.array([1, 2], "int16"),
                "nullable": pd.array([1, None], "Int64"),
                "float": [0.1, float("nan")],
                "flag": [True, False],
                "maybe": pd.array([True, None], "boolean"),
                "text": ["", None],
                "category": pd.Categorical(["b", "a"], categories=["b", "a", "c"], ordered=True),
                "time": pd.to_datetime(["2024-01-01 00:00:00.000000001", None]),
                "zone": pd.to_datetime(["2024-03-31 01:30", "2024-07-01 00:00"]).tz_localize(
                    "Europe/Berlin"
                ),
                "span": pd.to_timedelta([1, 2], unit="ns"),
            },
            index=pd.MultiIndex.from_tuples([(1, "u"), (2, "v")], names=["i", "j"]),
        )

    def odd_names() -> Any:
        made = pd.DataFrame([[1, 2.5, "a"], [3, 4.5, "b"]], columns=[0, ("x", 1), "same"])
        made.columns.name = "names"
        made.attrs = {"unit": "kg"}
        return made


if find_spec("scipy"):
    from scipy import sparse  # noqa: F401
if find_spec("pyarrow"):
    import pyarrow as pa  # noqa: F401
if find_spec("polars"):
    import polars as pl

    def polars_types() -> Any:
        return pl.DataFrame(
            {
                "category": pl.Series(["a", "b"], dtype=pl.Categorical),
                "enum": pl.Series(["x", "y"], dtype=pl.Enum(["x", "y"])),
                "day": [datetime.date(2024, 1, 1), None],
                "time": pl.Series([datetime.datetime(2024, 1, 1), None], dtype=pl.Datetime("us")),
                "span": [datetime.timedelta(1), None],
                "struct": [{"a": 1}, {"a": None}],
                "bytes": [b"x", None],
                "small": pl.Series([1, 2], dtype=pl.UInt8),
                "flag": [True, None],
            }
        )


if find_spec("sklearn"):
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.linear_model import LogisticRegression  # noqa: F401
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.tree import DecisionTreeClassifier

    def forest(seed: int) -> Any:
        source = np.random.default_rng(5)
        rows = source.normal(size=(60, 4))
        made = RandomForestClassifier(5, random_state=seed)
        return made.fit(rows, rows[:, 0] + rows[:, 1] > 0)

    def scaled() -> Any:
        tree = DecisionTreeClassifier(random_state=0)
        return Pipeline([("scale", StandardScaler()), ("tree", tree)])


if find_spec("lightgbm"):
    import lightgbm

    def points() -> Any:
        rows = np.random.default_rng(3).normal(size=(80, 2))
        return rows, np.where(rows[:, 0] > 0, "yes", "no")

    def boosted() -> Any:
        rows, names = points()
        data = lightgbm.Dataset(rows, (names == "yes").astype(int))
        options = {"objective": "binary", "verbose": -1, "num_threads": 1, "deterministic": True}
        return lightgbm.train(options, data, num_boost_round=3)

    def gbm(leaves: int = 5) -> Any:
        return lightgbm.LGBMClassifier(
            n_estimators=4, num_leaves=leaves, verbose=-1, n_jobs=1, random_state=1
        )


if find_spec("PIL"):
    from PIL import Image  # noqa: F401
if find_spec("matplotlib"):
    from matplotlib.figure import Figure

    def drawn(top: float) -> Any:
        figure = Figure()
        figure.add_subplot().plot([0, top])
        return figure


if find_spec("plotly"):
    import plotly.graph_objects as go  # noqa: F401
if find_spec("pydantic"):
    from pydantic import BaseModel

    class Inner(BaseModel):
        x: int

    class Model(BaseModel):
        name: str
        when: datetime.date | None = None
        inner: Inner | None = None
        anything: Any = None
