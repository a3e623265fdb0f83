"""NumPy arrays and scalars as `.npy`, SciPy's sparse matrices as `.npz`."""

from __future__ import annotations

import sys

from .base import Materializer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

_PREVIEW_VALUES = 100
_PREVIEW_COLUMNS = 20
_BINS = 20
_SHORT = 400
# of more elements the statistics are those of every n-th
_MOST_COUNTED = 5_000_000
_MOST_UNIQUE = 200_000


class NumpyMaterializer(Materializer):
    """`data.npy`, without pickle unless the array holds Python objects.

    Digest: dtype, shape and elements in C order. Subclasses (masked arrays, matrices) are pickled.
    """

    name = "numpy"

    def can_save(self, value: Any) -> bool:
        numpy = sys.modules["numpy"]
        return type(value) in (numpy.ndarray, numpy.memmap) or isinstance(value, numpy.generic)

    def save(self, value: Any, folder: Path) -> dict[str, Any]:
        numpy = sys.modules["numpy"]
        array = numpy.asarray(value)
        has_objects = bool(array.dtype.hasobject)
        with open(folder / "data.npy", "wb") as file:
            numpy.lib.format.write_array(file, array, allow_pickle=has_objects)
        facts = {"shape": list(array.shape), "dtype": str(array.dtype), "bytes": int(array.nbytes)}
        facts["preview"] = numpy.array2string(array, threshold=20, edgeitems=3)[:_SHORT]
        return {**facts, "pickled": True} if has_objects else facts

    def load(self, folder: Path, type_name: str) -> Any:
        import numpy

        has_objects = False
        with open(folder / "data.npy", "rb") as file:
            version = numpy.lib.format.read_magic(file)
            head = numpy.lib.format.read_array_header_1_0
            if version >= (2, 0):
                head = numpy.lib.format.read_array_header_2_0
            has_objects = bool(head(file)[2].hasobject) if version < (3, 0) else False
        array = numpy.load(folder / "data.npy", allow_pickle=has_objects)
        return array if type_name in ("numpy.ndarray", "numpy.memmap") else array[()]

    def digest(self, value: Any, folder: Path) -> str | None:
        from .._data.content import digest_of_array

        try:
            return digest_of_array(sys.modules["numpy"].asarray(value)).hex()
        except Exception:
            # objects that cannot be taken apart: the file is what there is to compare
            return None

    def extract_metadata(self, value: Any) -> dict[str, Any]:
        """Count, extremes, mean and deviation of numbers; `nulls` are NaN and NaT."""
        statistics = array_statistics(sys.modules["numpy"].asarray(value))
        return {"statistics": statistics} if statistics else {}

    def preview(self, value: Any, folder: Path) -> dict[str, Any] | None:
        return array_preview(sys.modules["numpy"].asarray(value))


def array_statistics(array: Any) -> dict[str, Any]:
    """`count`, `nulls`, and of numbers `min`, `max`, `mean`, `std`, `unique`; of others nothing.

    `count` is without nulls. Of over five million elements every n-th is looked at; then `sampled`
    says how many.
    """
    if array.size == 0 or array.dtype.kind not in "iufbmM":
        return {}
    numpy = sys.modules["numpy"]
    flat = _thinned(array.reshape(-1))
    found: dict[str, Any] = {} if flat.size == array.size else {"sampled": int(flat.size)}
    nulls = numpy.isnat(flat) if flat.dtype.kind in "mM" else None
    if flat.dtype.kind == "f":
        nulls = numpy.isnan(flat)
    lost = 0 if nulls is None else int(nulls.sum())
    whole = flat[~nulls] if lost else flat
    found |= {"count": int(whole.size), "nulls": lost}
    if whole.size == 0:
        return found
    found |= {"min": _plain(whole.min()), "max": _plain(whole.max())}
    if whole.dtype.kind in "iufb":
        with numpy.errstate(all="ignore"):
            found |= {"mean": _plain(whole.mean(dtype="f8")), "std": _plain(whole.std(dtype="f8"))}
    if whole.size <= _MOST_UNIQUE:
        found["unique"] = int(numpy.unique(whole).size)
    return found


def _thinned(flat: Any) -> Any:
    return flat[:: -(-flat.size // _MOST_COUNTED)]


def _plain(value: Any) -> Any:
    """A NumPy scalar as JSON: a number, or text for times and what is not finite."""
    if value.dtype.kind in "mM":
        return str(value)
    plain = value.item()
    return str(plain) if isinstance(plain, float) and plain - plain != 0 else plain


def array_preview(array: Any) -> dict[str, Any]:
    """A histogram for long number arrays, a table for two dimensions, else the first values."""
    numpy = sys.modules["numpy"]
    first = [_text(one) for one in array.reshape(-1)[:_PREVIEW_VALUES].tolist()]
    if array.ndim == 2 and 0 < array.shape[1] <= 200 and array.dtype.kind in "iufbUS":
        head = array[:_PREVIEW_COLUMNS, :_PREVIEW_COLUMNS].tolist()
        names = [str(at) for at in range(min(array.shape[1], _PREVIEW_COLUMNS))]
        rows = [[_text(one) for one in row] for row in head]
        table = {"kind": "table", "columns": names, "rows": rows, "total": int(array.shape[0])}
        return {**table, "allColumns": int(array.shape[1])}
    if array.dtype.kind in "iuf" and array.size > _PREVIEW_VALUES:
        flat = _thinned(array.reshape(-1))
        finite = flat[numpy.isfinite(flat)] if array.dtype.kind == "f" else flat
        if finite.size:
            counts, edges = numpy.histogram(finite.astype("f8", copy=False), bins=_BINS)
            shown = {"edges": edges.tolist(), "counts": counts.tolist()}
            return {"kind": "histogram", **shown, "first": first[:10]}
    return {"kind": "text", "text": f"[{', '.join(first)}{', …' if array.size > 100 else ''}]"}


def _text(value: Any) -> str:
    from .short import repr_of

    return value[:60] if isinstance(value, str) else repr_of(value)


class SparseMaterializer(Materializer):
    """A SciPy sparse matrix or array in CSR, CSC, BSR, DIA or COO form as `data.npz`.

    Digest: its form, shape and arrays; the archive itself holds time stamps.
    """

    name = "scipy-sparse"
    _parts = ("data", "indices", "indptr", "row", "col", "offsets")

    def can_save(self, value: Any) -> bool:
        kind = getattr(value, "format", None)
        return kind in ("csr", "csc", "bsr", "dia", "coo") and len(value.shape) == 2

    def save(self, value: Any, folder: Path) -> dict[str, Any]:
        sys.modules["scipy.sparse"].save_npz(folder / "data.npz", value)
        stored, size = int(value.nnz), int(value.shape[0]) * int(value.shape[1])
        facts = {"shape": list(value.shape), "dtype": str(value.dtype), "format": value.format}
        return {**facts, "stored": stored, "density": stored / size if size else 0.0}

    def load(self, folder: Path, type_name: str) -> Any:
        from scipy import sparse

        return sparse.load_npz(folder / "data.npz")

    def digest(self, value: Any, folder: Path) -> str | None:
        from .._data.content import digest_of_array, digest_of_parts

        head = (type(value).__name__, value.format, repr(tuple(value.shape)))
        arrays = [
            part
            for name in self._parts
            if (array := getattr(value, name, None)) is not None
            for part in (name, digest_of_array(array))
        ]
        return digest_of_parts((*head, *arrays)).hex()

    def extract_metadata(self, value: Any) -> dict[str, Any]:
        return {"statistics": array_statistics(value.data)}

    def preview(self, value: Any, folder: Path) -> dict[str, Any] | None:
        return array_preview(value.data)
