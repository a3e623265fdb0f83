"""Materializers: chosen by a value's type when it is stored, by their recorded name when loaded."""

from __future__ import annotations

from ..errors import MaterializerError
from .base import Materializer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .zenml import BaseMaterializer

# Built-in ones: name → (module, class, qualified names of the types). Imported when first used.
_BUILT_IN: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "json": (
        "containers",
        "JsonMaterializer",
        (
            "dict",
            "list",
            "tuple",
            "set",
            "frozenset",
            "int",
            "float",
            "bool",
            "NoneType",
            "complex",
            "range",
            "enum.Enum",
            "collections.OrderedDict",
            "datetime.date",
            "datetime.time",
            "datetime.timedelta",
            "uuid.UUID",
            "decimal.Decimal",
            "fractions.Fraction",
            "pydantic.main.BaseModel",
        ),
    ),
    "structured-text": (
        "plain",
        "StructuredTextMaterializer",
        tuple(f"runlens.types.{kind}String" for kind in ("HTML", "Markdown", "CSV", "JSON")),
    ),
    "text": ("plain", "TextMaterializer", ("str",)),
    "bytes": ("plain", "BytesMaterializer", ("bytes", "bytearray")),
    "path": ("plain", "PathMaterializer", ("pathlib.PurePath",)),
    "scipy-sparse": (
        "arrays",
        "SparseMaterializer",
        ("scipy.sparse._base._spbase", "scipy.sparse._base.spmatrix", "scipy.sparse.base.spmatrix"),
    ),
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
    "polars": (
        "frames",
        "PolarsMaterializer",
        (
            "polars.dataframe.frame.DataFrame",
            "polars.series.series.Series",
            "polars.DataFrame",
            "polars.Series",
        ),
    ),
    "pyarrow": ("frames", "ArrowMaterializer", ("pyarrow.lib.Table",)),
    "image": ("images", "ImageMaterializer", ("PIL.Image.Image",)),
    "figure": ("images", "FigureMaterializer", ("matplotlib.figure.Figure",)),
    "plotly": ("images", "PlotlyMaterializer", ("plotly.basedatatypes.BaseFigure",)),
    "lightgbm": ("models", "BoosterMaterializer", ("lightgbm.basic.Booster",)),
    "lightgbm-sklearn": ("models", "LightgbmModelMaterializer", ("lightgbm.sklearn.LGBMModel",)),
    "sklearn": ("models", "SklearnMaterializer", ("sklearn.base.BaseEstimator",)),
    "pickle": ("pickles", "PickleMaterializer", ()),
}
_FALLBACK = "pickle"
# Asked by a value's type, the last one first.
_registered: dict[str, type[Materializer]] = {}
# Found again by name: also those that only one step was given.
_named: dict[str, type[Materializer]] = {}


def register_materializer(materializer: type[Materializer], *types: Any) -> None:
    """Makes a materializer known for its `types`, or for the given ones; the last one wins.

    Raises:
        MaterializerError: it is no subclass of Materializer.
    """
    _check_class(materializer)
    if types:
        materializer.types = tuple(types)
    name = name_of(materializer)
    _registered[name] = _named[name] = materializer


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
    from .._source.modules import public_name

    module = public_name(materializer.__module__)
    name = materializer.name or f"{module}:{materializer.__qualname__}"
    _named.setdefault(name, materializer)
    return name


def materializer_named(name: str) -> Materializer:
    """An instance of the materializer of a name.

    Raises:
        MaterializerError: nothing of this name is known or importable.
    """
    return _class_named(name)()


def source_digest(materializer: type[Materializer] | str) -> str | None:
    """SHA-256 of the source of an own materializer, without comments; None for a built-in one.

    Raises:
        MaterializerError: there is none of this name.
    """
    from .source import source_digest as digest

    return digest(materializer)


def _class_named(name: str) -> type[Materializer]:
    if name in _named:
        return _named[name]
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
    # dataclasses and named tuples have no base class of their own
    plain = materializer_named("json")
    if plain.can_save(value):
        return "json", plain
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
    from .._source.modules import public_name

    module = public_name(kind.__module__)
    # Python 3.13 has the classes of pathlib elsewhere, others do not
    module = "pathlib" if module == "pathlib._local" else module
    return f"{module}.{kind.__qualname__}"


def __getattr__(name: str) -> Any:
    if name != "BaseMaterializer":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from .zenml import BaseMaterializer

    globals()[name] = BaseMaterializer
    return BaseMaterializer


__all__ = [
    "BaseMaterializer",
    "Materializer",
    "materializer_for",
    "materializer_named",
    "name_of",
    "qualified_name",
    "register_materializer",
    "source_digest",
]
