"""A value's text for people: short, and dictionaries in their own order."""

from __future__ import annotations

import reprlib
from itertools import islice

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Short(reprlib.Repr):
    """Python's own shortened repr, which would sort the keys of dictionaries."""

    def __init__(self) -> None:
        super().__init__()
        self.maxdict = self.maxlist = self.maxtuple = self.maxset = 8
        self.maxstring = self.maxother = 60

    def repr_dict(self, x: dict, level: int) -> str:
        if x and level <= 0:
            return "{...}"
        pieces = [
            f"{self.repr1(key, level - 1)}: {self.repr1(x[key], level - 1)}"
            for key in islice(x, self.maxdict)
        ]
        return f"{{{', '.join(pieces + ['...'] * (len(x) > self.maxdict))}}}"


def repr_of(value: Any) -> str:
    """A short text for people that never fails and never prints a whole data set."""
    try:
        return Short().repr(value)
    except Exception:
        return f"<{type(value).__name__}>"
