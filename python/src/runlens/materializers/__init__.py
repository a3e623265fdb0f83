"""Materializers: chosen by a value's type when it is stored, by their recorded name when loaded."""

from __future__ import annotations

from ..errors import MaterializerError
from .base import Materializer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# Built-in ones: name → (module, class, qualified names of the types). Imported when first used.
_BUILT_IN: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "json": (
        "containers",
        "JsonMaterializer",
        ("dict", "list", "tuple", "set", "frozenset", "int", "float", "bool", "NoneType"),
    ),
    "text": ("plain", "TextMaterializer", ("str",)),
    "bytes": ("plain", "BytesMaterializer", ("bytes", "bytearray")),
    "path": ("plain", "PathMaterializer", ("pathlib.PurePath", "pathlib._local.PurePath")),
    "numpy": ("arrays", "NumpyMaterializer", ("numpy.ndarray", "numpy.generic")),
    "pandas": (
        "tables",
        "PandasMaterializer",
        (
            "pandas.core.frame.DataFrame",
            "pandas.core.series.Series",
            "pandas.DataFrame",
            "pandas.Series",
        ),
    ),
    "image": ("images", "ImageMaterializer", ("PIL.Image.Image",)),
    "figure": ("images", "FigureMaterializer", ("matplotlib.figure.Figure",)),
    "sklearn": ("pickles", "SklearnMaterializer", ("sklearn.base.BaseEstimator",)),
    "pickle": ("pickles", "PickleMaterializer", ()),
}
_FALLBACK = "pickle"
_registered: dict[str, type[Materializer]] = {}


def register_materializer(materializer: type[Materializer], *types: Any) -> None:
    """Makes a materializer known for its `types`, or for the given ones; the last one wins.

    Raises:
        MaterializerError: it is no subclass of Materializer.
    """
    _check_class(materializer)
    if types:
        materializer.types = tuple(types)
    _registered[name_of(materializer)] = materializer


def _check_class(materializer: Any) -> None:
    if not (isinstance(materializer, type) and issubclass(materializer, Materializer)):
        raise MaterializerError(
            f"{materializer!r} is not a materializer: subclass runlens.Materializer."
        )


def name_of(materializer: type[Materializer] | str) -> str:
    """The name by which a materializer is recorded and found again.

    Raises:
        MaterializerError: there is none of this name, or it is no materializer.
    """
    if isinstance(materializer, str):
        _class_named(materializer)
        return materializer
    _check_class(materializer)
    from .._modules import public_name

    module = public_name(materializer.__module__)
    name = materializer.name or f"{module}:{materializer.__qualname__}"
    _registered.setdefault(name, materializer)
    return name


def materializer_named(name: str) -> Materializer:
    """An instance of the materializer of a name.

    Raises:
        MaterializerError: nothing of this name is known or importable.
    """
    return _class_named(name)()


def _class_named(name: str) -> type[Materializer]:
    if name in _registered:
        return _registered[name]
    if name in _BUILT_IN:
        return _import_built_in(name)
    module, _, qualname = name.partition(":")
    if qualname:
        return _import_custom(name, module, qualname)
    raise MaterializerError(
        f"No materializer is named {name!r}. Import the module that registers it before loading; "
        f"built in are: {', '.join(_BUILT_IN)}."
    )


def _import_built_in(name: str) -> type[Materializer]:
    from importlib import import_module

    module, class_name, _ = _BUILT_IN[name]
    return getattr(import_module(f".{module}", __name__), class_name)


def _import_custom(name: str, module: str, qualname: str) -> type[Materializer]:
    from .._pickling import find_global

    try:
        found = find_global(module, qualname)
    except (ImportError, AttributeError) as error:
        raise MaterializerError(
            f"The materializer {name} that wrote this artifact cannot be imported: {error}"
        ) from error
    _check_class(found)
    return found


def materializer_for(value: Any) -> tuple[str, Materializer]:
    """Name and instance of the materializer for a value: by its type, then by those it extends."""
    for kind in type(value).__mro__:
        for name in _names_for(kind):
            made = materializer_named(name)
            if made.can_save(value):
                return name, made
    return _FALLBACK, materializer_named(_FALLBACK)


def _names_for(kind: type) -> list[str]:
    name = qualified_name(kind)
    own = [
        key
        for key, one in reversed(_registered.items())
        if any(given is kind or given == name for given in one.types)
    ]
    return own + [key for key, (_, _, types) in _BUILT_IN.items() if name in types]


def qualified_name(kind: type) -> str:
    """`numpy.ndarray`; built-in types by their bare name; the script's name for `__main__`."""
    if kind.__module__ == "builtins":
        return kind.__qualname__
    from .._modules import public_name

    return f"{public_name(kind.__module__)}.{kind.__qualname__}"


__all__ = [
    "Materializer",
    "materializer_for",
    "materializer_named",
    "name_of",
    "qualified_name",
    "register_materializer",
]
