"""All authoring cases: importing the parts fills the table."""

from . import (
    authoring_config,
    authoring_inputs,
    authoring_options,
    authoring_outputs,
    authoring_precedence,
)
from .authoring_support import ROWS, check

PARTS = (
    authoring_options,
    authoring_precedence,
    authoring_inputs,
    authoring_outputs,
    authoring_config,
)
__all__ = ["PARTS", "ROWS", "check"]
