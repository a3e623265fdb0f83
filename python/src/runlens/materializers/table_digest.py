"""Digests of tables: equal cells, names and types give an equal digest, however they are stored."""

from __future__ import annotations

import sys

from .._data.content import content_digest, digest_of_array, digest_of_parts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def digest_of_pandas(value: Any) -> bytes:
    """Of a DataFrame or Series: columns in order, index, names, types and `attrs`.

    Raises:
        ValueError: a cell holds an object that cannot be taken apart.
    """
    attributes = _digest_of_objects([dict(value.attrs)]) if value.attrs else b""
    index = _digest_of_index(value.index)
    if value.ndim == 1:
        named = _digest_of_objects([value.name])
        return digest_of_parts(("series", named, _digest_of_column(value), index, attributes))
    names = _digest_of_objects([*value.columns.names, *value.columns.tolist()])
    columns = [_digest_of_column(value.iloc[:, at]) for at in range(value.shape[1])]
    return digest_of_parts(("frame", names, *columns, index, attributes))


def _digest_of_index(index: Any) -> bytes:
    names = _digest_of_objects(list(index.names))
    if type(index).__name__ == "RangeIndex":
        return digest_of_parts(("range", names, repr((index.start, index.stop, index.step))))
    levels = [_digest_of_column(index.get_level_values(at)) for at in range(index.nlevels)]
    return digest_of_parts((type(index).__name__, names, *levels))


def _digest_of_column(column: Any) -> bytes:
    """Of a Series or a level of an index."""
    dtype = column.dtype
    name = str(dtype)
    numpy = sys.modules["numpy"]
    if isinstance(dtype, numpy.dtype) and dtype.kind != "O":
        return digest_of_parts((name, digest_of_array(column.to_numpy())))
    array = column.array
    if type(dtype).__name__ == "CategoricalDtype":
        categories = _digest_of_column(dtype.categories)
        codes = digest_of_array(array.codes)
        return digest_of_parts(("category", repr(dtype.ordered), categories, codes))
    if type(dtype).__name__ == "DatetimeTZDtype":
        return digest_of_parts((name, digest_of_array(column.to_numpy(f"M8[{dtype.unit}]"))))
    mask = numpy.asarray(column.isna())
    if hasattr(dtype, "numpy_dtype") and dtype.kind in "iufb" and not _is_arrow(dtype):
        zero = dtype.numpy_dtype.type(0)
        filled = array.to_numpy(dtype=dtype.numpy_dtype, na_value=zero)
        return digest_of_parts((name, digest_of_array(filled), digest_of_array(mask)))
    return digest_of_parts((name, digest_of_values(column.to_numpy(dtype=object).tolist())))


def _is_arrow(dtype: Any) -> bool:
    return type(dtype).__name__ == "ArrowDtype"


def digest_of_values(values: list[Any]) -> bytes:
    """Of a list of Python objects; quick where they are texts and nulls only.

    Raises:
        ValueError: one cannot be taken apart.
    """
    kinds = set(map(type, values))
    if kinds <= {str}:
        return digest_of_texts(values)
    texts = ["" if type(one) is not str else one for one in values]
    if kinds <= {str, type(None)} or _are_nulls(values):
        marks = bytes(0 if type(one) is str else 1 + (one is not None) for one in values)
        return digest_of_parts(("nullable", marks, digest_of_texts(texts)))
    return _digest_of_objects(values)


def _are_nulls(values: list[Any]) -> bool:
    return all(
        one is None or type(one) is str or (type(one) is float and one != one) for one in values
    )


def digest_of_texts(texts: list[str]) -> bytes:
    """Of a list of text."""
    from array import array

    lengths = array("q", map(len, texts)).tobytes()
    return digest_of_parts(("texts", lengths, "".join(texts)))


def _digest_of_objects(values: list[Any]) -> bytes:
    found = content_digest(values)
    if found is None:
        raise ValueError("a cell holds an object without content")
    return bytes.fromhex(found)


def digest_of_polars(value: Any) -> bytes:
    """Of a polars DataFrame or Series.

    Raises:
        ValueError: a cell holds an object that cannot be taken apart.
    """
    if hasattr(value, "get_columns"):
        columns = [digest_of_polars(one) for one in value.get_columns()]
        return digest_of_parts(("polars frame", *columns))
    kind = value.dtype
    head = ("polars", value.name, str(kind))
    nulls = bytes(value.is_null().to_list()) if value.null_count() else b""
    if kind.is_numeric() and not kind.is_decimal() and "128" not in str(kind):
        filled = value.fill_null(0)
        code = "d" if kind.is_float() else ("Q" if str(kind).startswith("UInt") else "q")
        return digest_of_parts((*head, nulls, _packed(filled, code)))
    return digest_of_parts((*head, nulls, digest_of_values(value.to_list())))


_NAN = float("nan")


def _packed(column: Any, code: str) -> Any:
    """Numbers without nulls as eight bytes each; every NaN is the same. NumPy only if it is there
    already: it is quicker, and the bytes are equal."""
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        numbers = column.to_numpy().astype({"d": "f8", "q": "i8", "Q": "u8"}[code])
        if code == "d":
            numbers[numpy.isnan(numbers)] = _NAN
        return memoryview(numbers).cast("B") if numbers.size else b""
    from array import array

    values = column.to_list() if hasattr(column, "to_list") else column.to_pylist()
    if code == "d":
        values = [one if one == one else _NAN for one in values]
    return array(code, values).tobytes()


def digest_of_arrow(table: Any) -> bytes:
    """Of a pyarrow Table: names, types and cells; not how it is cut into chunks.

    Raises:
        ValueError: a cell holds what cannot be taken apart.
    """
    metadata = table.schema.metadata or {}
    columns = [
        digest_of_parts((name, str(column.type), _digest_of_chunks(column)))
        for name, column in zip(table.column_names, table.columns, strict=True)
    ]
    pairs = [digest_of_parts((key, metadata[key])) for key in sorted(metadata)]
    return digest_of_parts(("arrow", *columns, "metadata", *pairs))


def _digest_of_chunks(column: Any) -> bytes:
    pyarrow = sys.modules["pyarrow"]
    kinds = pyarrow.types
    kind = column.type
    is_number = kinds.is_integer(kind) or kinds.is_floating(kind)
    if not is_number or not column.num_chunks or kinds.is_float16(kind):
        return digest_of_values(column.to_pylist())
    from pyarrow import compute

    nulls = bytes(column.is_null().to_pylist()) if column.null_count else b""
    filled = compute.fill_null(column, pyarrow.scalar(0, kind))
    code = "d" if kinds.is_floating(kind) else ("Q" if kinds.is_unsigned_integer(kind) else "q")
    return digest_of_parts((nulls, _packed(filled, code)))
