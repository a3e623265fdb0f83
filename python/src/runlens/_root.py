"""Which folder a store belongs to: the root rule, the same as in the server."""

from __future__ import annotations

import os

_PROJECT_MARKS = (".git", "pyproject.toml")


def find_root(start: str, environ: dict[str, str] | None = None) -> str:
    """The root of a folder, as a real path.

    `RUNLENS_DIR`, else the nearest ancestor (or the folder itself) with a folder `.runlens`, else
    the nearest with `.git` or `pyproject.toml`, else the folder itself.
    """
    given = (os.environ if environ is None else environ).get("RUNLENS_DIR")
    if given:
        return os.path.realpath(os.path.join(start, given))
    folder = os.path.realpath(start)
    ancestors = list(_ancestors(folder))
    for candidate in ancestors:
        if os.path.isdir(os.path.join(candidate, ".runlens")):
            return candidate
    for candidate in ancestors:
        if any(os.path.exists(os.path.join(candidate, mark)) for mark in _PROJECT_MARKS):
            return candidate
    return folder


def _ancestors(folder: str):
    while True:
        yield folder
        parent = os.path.dirname(folder)
        if parent == folder:
            return
        folder = parent


def start_folder() -> str:
    """Where the search begins for this process: the script's folder, else the working folder.

    A program that only hosts the user's code (a notebook kernel, pytest) lies in the interpreter's
    own folders and does not count.
    """
    import sys

    file = getattr(sys.modules.get("__main__"), "__file__", None)
    if not file:
        return os.getcwd()
    folder = os.path.dirname(os.path.realpath(file))
    return os.getcwd() if is_installed(folder) else folder


def is_installed(path: str) -> bool:
    """Whether a path belongs to the interpreter or an environment instead of the user's work."""
    import sys

    if "site-packages" in path or "dist-packages" in path:
        return True
    prefixes = {os.path.realpath(sys.prefix), os.path.realpath(sys.base_prefix)}
    return any(
        path == os.path.join(prefix, part) or path.startswith(os.path.join(prefix, part) + os.sep)
        for prefix in prefixes
        for part in ("lib", "lib64", "Lib", "bin", "Scripts")
    )
