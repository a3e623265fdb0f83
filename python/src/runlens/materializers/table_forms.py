"""A pandas table as Parquet, or as CSV with its exact types beside it."""

from __future__ import annotations

import csv
import json
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

_TYPES = "_types.json"
# nothing and the empty text are not the same; so PostgreSQL and MySQL write it
_NULL = "\\N"


def flatten(value: Any, form: str) -> tuple[Any, dict[str, Any]]:
    """A frame whose columns have plain, distinct names, and what it takes to undo that.

    For CSV the index becomes columns, too.

    Raises:
        ValueError: names or attributes cannot be written down.
    """
    types: dict[str, Any] = {}
    frame = value
    if value.ndim == 1:
        types["series"] = _written(value.name)
        frame = value.to_frame(name="values")
    names = list(frame.columns)
    has_plain_names = all(type(name) is str for name in names) and len(set(names)) == len(names)
    if not has_plain_names or list(frame.columns.names) != [None]:
        types["columns"] = [_written(name) for name in names]
        types["columnNames"] = [_written(name) for name in frame.columns.names]
        types["columnKind"] = type(frame.columns).__name__
        frame = frame.set_axis([_column(at, name) for at, name in enumerate(names)], axis=1)
    if value.attrs:
        types["attrs"] = {key: _written(one) for key, one in value.attrs.items()}
        frame = frame.copy(deep=False)
        frame.attrs = {}
    return (_with_index(frame, types) if form == "csv" else frame), types


def _column(at: int, name: Any) -> str:
    return f"{at}: {name}"


def _written(value: Any) -> Any:
    """A label as JSON.

    Raises:
        ValueError: it is none that comes back as it is.
    """
    if value is None or type(value) in (str, int, bool):
        return value
    if type(value) is float and value - value == 0:
        return value
    if type(value) is tuple:
        return {"tuple": [_written(one) for one in value]}
    raise ValueError(f"a label of type {type(value).__name__}")


def _label(data: Any) -> Any:
    return tuple(map(_label, data["tuple"])) if isinstance(data, dict) else data


def _with_index(frame: Any, types: dict[str, Any]) -> Any:
    pandas = sys.modules["pandas"]
    index = frame.index
    types["index"] = {
        "kind": type(index).__name__,
        "names": [_written(name) for name in index.names],
    }
    if type(index) is pandas.RangeIndex:
        types["index"]["range"] = [index.start, index.stop, index.step]
        return frame
    if getattr(index, "freq", None) is not None:
        types["index"]["freq"] = index.freqstr
    labels = [f"index {at}" for at in range(index.nlevels)]
    if set(labels) & set(frame.columns):
        raise ValueError("a column has the name of an index column")
    levels = {
        label: pandas.Series(index.get_level_values(at).array, index=range(len(frame)))
        for at, label in enumerate(labels)
    }
    columns = {name: frame[name].array for name in frame.columns}
    return pandas.DataFrame({**levels, **columns}, index=range(len(frame)))


def write_table(frame: Any, folder: Path, form: str, types: dict[str, Any]) -> None:
    """Writes a flattened frame with its types.

    Raises:
        Exception: a column has no such form.
    """
    if form == "parquet":
        frame.to_parquet(folder / "data.parquet", engine="pyarrow")
    else:
        _write_csv(frame, folder / "data.csv", types)
    if types:
        (folder / _TYPES).write_text(json.dumps(types), encoding="utf-8")


def _write_csv(frame: Any, path: Path, types: dict[str, Any]) -> None:
    described = [_describe(frame.iloc[:, at]) for at in range(frame.shape[1])]
    types["dtypes"] = described
    columns = [_texts(frame.iloc[:, at], kind["form"]) for at, kind in enumerate(described)]
    with open(path, "w", encoding="utf-8", errors="surrogatepass", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(frame.columns)
        writer.writerows(zip(*columns, strict=True))


def _describe(column: Any) -> dict[str, Any]:
    """How a column is written.

    Raises:
        ValueError: its type has no form as text.
    """
    dtype = column.dtype
    name = type(dtype).__name__
    if name == "CategoricalDtype":
        inner = sys.modules["pandas"].Series(dtype.categories)
        form = _describe(inner)
        values = _texts(inner, form["form"])
        categories = {"values": values, "dtype": form, "ordered": bool(dtype.ordered)}
        return {"dtype": "category", "form": "integer", "categories": categories}
    forms = {"i": "integer", "u": "integer", "b": "flag", "f": "float", "M": "time", "m": "time"}
    kind = getattr(dtype, "kind", "O")
    if kind in forms and name != "ArrowDtype":
        return {"dtype": str(dtype), "form": forms[kind]}
    if kind == "O":
        return {"dtype": str(dtype), "form": _text_form(column)}
    raise ValueError(f"a column of type {dtype}")


def _text_form(column: Any) -> str:
    kinds = {type(one) for one in column if not _is_null(one)}
    nulls = {type(one).__name__ for one in column if _is_null(one)}
    if kinds - {str} or len(nulls) > 1:
        raise ValueError("a column of objects")
    return f"text {nulls.pop()}" if nulls else "text"


def _is_null(value: Any) -> bool:
    return value is None or type(value).__name__ in ("NAType", "NaTType") or value != value


def _texts(column: Any, form: str) -> list[str]:
    if getattr(column.dtype, "name", "") == "category":
        return [str(one) for one in column.cat.codes.tolist()]
    nulls = column.isna().tolist()
    if form == "time":
        numbers = column.array.asi8.tolist()
        return ["" if lost else str(one) for one, lost in zip(numbers, nulls, strict=True)]
    values = column.tolist()
    if form.startswith("text"):
        return [
            _NULL if lost else f"\\{one}" if one[:1] == "\\" else one
            for one, lost in zip(values, nulls, strict=True)
        ]
    return ["" if lost else repr(one) for one, lost in zip(values, nulls, strict=True)]


def read_table(folder: Path, form: str) -> Any:
    """The DataFrame or Series that was flattened and written."""
    import pandas

    path = folder / _TYPES
    types = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    if form == "parquet":
        frame = pandas.read_parquet(folder / "data.parquet", engine="pyarrow")
    else:
        frame = _read_csv(folder / "data.csv", types)
    if "columns" in types:
        frame.columns = _columns_of(types)
    attributes = {key: _label(one) for key, one in types.get("attrs", {}).items()}
    if "series" not in types:
        frame.attrs = attributes
        return frame
    series = frame.iloc[:, 0].rename(_label(types["series"]))
    series.attrs = attributes
    return series


def _columns_of(types: dict[str, Any]) -> Any:
    import pandas

    labels = [_label(one) for one in types["columns"]]
    names = [_label(one) for one in types["columnNames"]]
    if types["columnKind"] == "MultiIndex":
        return pandas.MultiIndex.from_tuples(labels, names=names)
    if types["columnKind"] == "RangeIndex":
        start = labels[0] if labels else 0
        step = labels[1] - start if len(labels) > 1 else 1
        return pandas.RangeIndex(start, start + step * len(labels), step, name=names[0])
    return pandas.Index(labels, name=names[0], tupleize_cols=False)


def _read_csv(path: Path, types: dict[str, Any]) -> Any:
    import pandas

    with open(path, encoding="utf-8", errors="surrogatepass", newline="") as file:
        reader = csv.reader(file)
        names = next(reader, [])
        rows = [row or [""] for row in reader] if names else []
    cells = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    made = {
        name: _column_of(list(column), described)
        for name, column, described in zip(names, cells, types["dtypes"], strict=True)
    }
    index = types["index"]
    levels = [name for name in names if "range" not in index and name.startswith("index ")]
    levels = levels[: len(index["names"])]
    columns = {name: one for name, one in made.items() if name not in levels}
    names_of_index = [_label(one) for one in index["names"]]
    frame = pandas.DataFrame(columns, index=range(len(rows)))
    if "range" not in index or len(frame) == len(range(*index["range"])):
        frame.index = _index_of(index, [made[name] for name in levels], names_of_index)
        return frame
    # no column tells how many rows there are
    return pandas.DataFrame(index=_index_of(index, [], names_of_index))


def _index_of(index: dict[str, Any], levels: list[Any], names: list[Any]) -> Any:
    import pandas

    if "range" in index:
        return pandas.RangeIndex(*index["range"], name=names[0])
    if index["kind"] == "MultiIndex":
        return pandas.MultiIndex.from_arrays(levels, names=names)
    made = pandas.Index(levels[0], name=names[0], dtype=levels[0].dtype)
    if "freq" in index:
        made.freq = index["freq"]
    return made


def _column_of(texts: list[str], described: dict[str, Any]) -> Any:
    """A Series, which keeps its type when a frame is made of it."""
    import pandas

    if described["dtype"] == "category":
        categories = described["categories"]
        inner = _column_of(categories["values"], categories["dtype"])
        codes = [int(one) for one in texts]
        labels = pandas.Index(inner, dtype=inner.dtype)
        ordered = categories["ordered"]
        return pandas.Series(pandas.Categorical.from_codes(codes, labels, ordered=ordered))
    form, dtype = described["form"], described["dtype"]
    if form == "time":
        return _times([_LOST_TIME if one == "" else int(one) for one in texts], dtype)
    null = _null_of(form, dtype)
    read = _READERS[form.split(" ")[0]]
    values = [null if _is_lost(one, form) else read(one) for one in texts]
    return pandas.Series(values, dtype=dtype, index=range(len(values)))


def _times(numbers: list[int], dtype: str) -> Any:
    """Times from whole numbers of their unit; `datetime64[ns, Europe/Berlin]` has a zone."""
    import numpy
    import pandas

    plain, _, zone = dtype.partition(", ")
    unit = plain if not zone else f"{plain}]"
    times = pandas.Series(numpy.array(numbers, "int64").view(unit))
    return times.dt.tz_localize("UTC").dt.tz_convert(zone[:-1]) if zone else times


# NaT, as NumPy stores it
_LOST_TIME = -(2**63)


def _is_lost(text: str, form: str) -> bool:
    return text == _NULL if form.startswith("text") else text == ""


def _null_of(form: str, dtype: str) -> Any:
    import pandas

    if form == "text NoneType":
        return None
    if form in ("text float", "float") and dtype[:1].islower():
        return float("nan")
    return pandas.NA


_READERS: dict[str, Callable[[str], Any]] = {
    "integer": int,
    "float": float,
    "flag": lambda text: text == "True",
    "text": lambda text: text[1:] if text[:1] == "\\" else text,
}
