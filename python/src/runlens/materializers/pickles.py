"""Pickle: the fallback for any object, with what is lost by it written down beside it."""

from __future__ import annotations

import sys

from ..errors import MaterializerError
from .base import Materializer
from .short import repr_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

# What was pickled with which Python, and the SHA-256 that is checked before it is loaded.
_SIDECAR = "_pickle.json"


class PickleMaterializer(Materializer):
    """`data.pkl`, protocol 5. Only load artifacts of your own: unpickling runs code.

    A pickle loads only where its classes can be imported, and not surely in another version of
    Python or of their libraries; `_pickle.json` says with which ones it was made. It is loaded only
    while its SHA-256 is the recorded one.
    """

    name = "pickle"
    file = "data.pkl"

    def save(self, value: Any, folder: Path) -> dict[str, Any]:
        write_pickle(value, folder, self.file)
        kind = type(value)
        return {
            "preview": _without_addresses(repr_of(value))[:400],
            "pickled": True,
            "python": python_version(),
            "class": class_name(kind),
            "caution": caution_for(kind),
        }

    def load(self, folder: Path, type_name: str) -> Any:
        return read_pickle(folder, self.file)

    def digest(self, value: Any, folder: Path) -> str | None:
        from .._data.content import content_digest

        return content_digest(value)


def python_version() -> str:
    """`3.12`."""
    return f"{sys.version_info[0]}.{sys.version_info[1]}"


def class_name(kind: type) -> str:
    """Module and name of a class, as a pickle finds it."""
    from . import qualified_name

    return qualified_name(kind)


def caution_for(kind: type) -> str:
    """What is lost by a pickle, for people."""
    package = kind.__module__.split(".")[0]
    version = getattr(sys.modules.get(package), "__version__", None)
    library = f" and {package} {version}" if isinstance(version, str) else ""
    return (
        f"A pickle of Python {python_version()}{library}: it loads only where {class_name(kind)} "
        "can be imported, and not surely in other versions."
    )


def write_pickle(value: Any, folder: Path, name: str) -> None:
    """Pickles into `<folder>/<name>` and writes down with what.

    Raises:
        MaterializerError: it cannot be pickled; says what to do.
    """
    import json

    from .._data.parameters import sha256_of_file
    from .._pickling import dump

    try:
        with open(folder / name, "wb") as file:
            dump(value, file)
    except Exception as error:
        _dump_with_cloudpickle(value, folder / name, error)
    made = {
        "file": name,
        "sha256": sha256_of_file(str(folder / name)),
        "python": python_version(),
        "class": class_name(type(value)),
    }
    (folder / _SIDECAR).write_text(json.dumps(made), encoding="utf-8")


def _dump_with_cloudpickle(value: Any, path: Path, error: Exception) -> None:
    cloudpickle = sys.modules.get("cloudpickle")
    if cloudpickle is not None:
        try:
            with open(path, "wb") as file:
                cloudpickle.dump(value, file)
            return
        except Exception as second:
            error = second
    raise MaterializerError(
        f"A {class_name(type(value))} cannot be pickled: {error}. Return its data instead, define "
        "its class at the top of a module, or write a materializer for it (output_materializers=)."
    ) from error


def read_pickle(folder: Path, name: str) -> Any:
    """The object, after a check of the file's SHA-256. Runs code: only for your own.

    Raises:
        MaterializerError: the file is another one than was written, or it cannot be loaded here.
    """
    import json

    from .._data.parameters import sha256_of_file
    from .._pickling import load

    sidecar = folder / _SIDECAR
    made = json.loads(sidecar.read_text(encoding="utf-8")) if sidecar.exists() else {}
    if made and made["sha256"] != sha256_of_file(str(folder / name)):
        raise MaterializerError(
            f"{folder / name} is not the file that was written: its SHA-256 differs. It is not "
            "loaded, because a pickle can run any code. Run the step that made it again."
        )
    try:
        with open(folder / name, "rb") as file:
            return load(file)
    except MaterializerError:
        raise
    except Exception as error:
        if made and made["python"] != python_version():
            raise MaterializerError(
                f"It was pickled by Python {made['python']} and this is {python_version()}: "
                f"{type(error).__name__}: {error}"
            ) from error
        raise


def _without_addresses(text: str) -> str:
    import re

    return re.sub(r" at 0x[0-9a-fA-F]+", "", text)
