"""Lets scripts that were written for ZenML run without it: `import zenml` finds Runlens.

A finder at the end of `sys.meta_path`, so that a real `zenml` is always found first. What the
modules hold is in `_zenml.py`, which is only read when a script asks for it.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Any

PACKAGE = "zenml"


class StandIn:
    """The finder, and the loader of the modules that it finds."""

    @classmethod
    def find_spec(cls, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """A module of the stand-in; None for other names, and below a real `zenml`."""
        if name != PACKAGE and not name.startswith(PACKAGE + "."):
            return None
        if name != PACKAGE and not _is_ours(sys.modules.get(PACKAGE)):
            return None
        from ._zenml import MODULES, unknown_module

        if name not in MODULES:
            raise unknown_module(name)
        from importlib.machinery import ModuleSpec

        # a package has no file: it cannot be taken for one of the user's modules
        return ModuleSpec(name, cls, origin="runlens", is_package=True)  # type: ignore[arg-type]

    @classmethod
    def create_module(cls, spec: ModuleSpec) -> ModuleType:
        """An empty module whose names are looked up when they are used."""
        from ._zenml import StandInModule

        return StandInModule(spec.name)

    @classmethod
    def exec_module(cls, module: Any) -> None:
        """Nothing: see `create_module`."""


def _is_ours(module: Any) -> bool:
    return getattr(getattr(module, "__spec__", None), "loader", None) is StandIn


def install() -> None:
    """Puts the finder last, once."""
    if StandIn not in sys.meta_path:
        sys.meta_path.append(StandIn)  # type: ignore[arg-type]
