"""NumPy arrays and scalars as `.npy`."""

from __future__ import annotations

import sys

from .base import Materializer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any


class NumpyMaterializer(Materializer):
    """`data.npy`, without pickle unless the array holds Python objects.

    Digest: dtype, shape and bytes in C order. Subclasses (masked arrays, matrices) are pickled.
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
        metadata = {"shape": list(array.shape), "dtype": str(array.dtype)}
        if has_objects:
            metadata["pickled"] = True
        return {**metadata, **_range(array)}

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


def _range(array: Any) -> dict[str, Any]:
    if array.dtype.kind not in "iuf" or array.size == 0:
        return {}
    low, high = float(array.min()), float(array.max())
    finite = low - low == 0 and high - high == 0
    return {"min": low, "max": high} if finite else {}
