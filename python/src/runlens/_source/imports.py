"""Notes when each module is looked for, so that a later change of its file can be told.

A finder at the front of `sys.meta_path` that never finds anything: it costs under a microsecond an
import. Modules that were imported before Runlens count from the start of the process.
"""

from __future__ import annotations

import sys
import time

# Linux stamps files with its coarse clock; the same clock makes the comparison exact.
_COARSE = 5
moments: dict[str, float] = {}


def _now() -> float:
    return time.time()


def _coarse_now() -> float:
    return time.clock_gettime(_COARSE)


now = _coarse_now if sys.platform == "linux" else _now


class Recorder:
    """The finder; it answers None for every name."""

    @classmethod
    def find_spec(cls, name: str, path: object = None, target: object = None) -> None:
        """Notes the moment; also called by importlib.reload."""
        moments[name] = now()


def install() -> None:
    """Puts the recorder first, once."""
    if Recorder not in sys.meta_path:
        sys.meta_path.insert(0, Recorder)  # type: ignore[arg-type]
