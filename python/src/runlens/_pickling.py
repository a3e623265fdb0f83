"""Pickles that are the same whether a script ran as `__main__` or was imported by a worker."""

from __future__ import annotations

import io
import pickle
import sys

from ._source.modules import public_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, BinaryIO

_entry: list[str] = []


def set_entry_module(name: str) -> None:
    """Tells which imported module is the user's script, for workers that import it by name."""
    _entry[:] = [name]


def find_global(module: str, qualname: str) -> Any:
    """A class or function by the module name that others import it by.

    In the script itself that module is `__main__`; it is not imported a second time.

    Raises:
        ImportError, AttributeError: it is not there (any more).
    """
    if module not in sys.modules and module == public_name("__main__"):
        found = sys.modules["__main__"]
    else:
        from importlib import import_module

        found = import_module(module)
    for part in qualname.split("."):
        found = getattr(found, part)
    return found


def class_named(name: str) -> Any:
    """A class by its qualified name, `package.module.Outer.Inner`; a built-in one by its bare name.

    Raises:
        ImportError, AttributeError: it is not there (any more).
    """
    if "." not in name:
        return find_global("builtins", name)
    parts = name.split(".")
    for at in range(len(parts) - 1, 0, -1):
        module = ".".join(parts[:at])
        try:
            return find_global(module, ".".join(parts[at:]))
        except ModuleNotFoundError as error:
            # its own import of something else may have failed: that is the reason to tell
            if error.name is None or not (module + ".").startswith(error.name + "."):
                raise
    raise ModuleNotFoundError(f"No module named {parts[0]!r}", name=parts[0])


class _Pickler(pickle.Pickler):
    """Writes classes and functions of the user's script by the script's own module name."""

    def reducer_override(self, value: Any) -> Any:
        if not isinstance(value, (type, _FUNCTION)):
            return NotImplemented
        module = value.__module__
        if module != "__main__" and module not in _entry:
            return NotImplemented
        name = public_name(module)
        if find_global(name, value.__qualname__) is not value:
            raise pickle.PicklingError(f"{value.__qualname__} is not at the top of {name}")
        return find_global, (name, value.__qualname__)


_FUNCTION = type(lambda: None)


class _Unpickler(pickle.Unpickler):
    """Reads names of `__main__` (pickles of other tools) from the script's module if it moved."""

    def find_class(self, module: str, name: str) -> Any:
        try:
            return super().find_class(module, name)
        except AttributeError:
            if module != "__main__" or not _entry:
                raise
            return super().find_class(_entry[0], name)


def dump(value: Any, file: BinaryIO) -> None:
    """Pickles with protocol 5.

    Raises:
        Exception: whatever pickling the value raises.
    """
    _Pickler(file, protocol=5).dump(value)


def dumps(value: Any) -> bytes:
    """Pickles to bytes; as `dump`."""
    buffer = io.BytesIO()
    dump(value, buffer)
    return buffer.getvalue()


def load(file: BinaryIO) -> Any:
    """Reads a pickle that `dump` wrote. Runs code: only for artifacts of your own."""
    return _Unpickler(file).load()
