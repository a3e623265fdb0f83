"""Finds programs on the PATH as `shutil.which` does, whose import costs as much as a small step."""

from __future__ import annotations

import os
import sys


def find_program(name: str) -> str | None:
    """Path of a program by its bare name; None when there is none that this user may run."""
    path = os.environ.get("PATH")
    if path is None or sys.platform == "win32":
        # there suffixes and the working folder count, too
        import shutil

        return shutil.which(name)
    for folder in path.split(os.pathsep) if path else ():
        program = os.path.join(folder, name)
        if os.access(program, os.X_OK) and not os.path.isdir(program):
            return program
    return None
