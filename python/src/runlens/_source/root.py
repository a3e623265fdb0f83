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


def may_have_git(folder: str) -> bool:
    """Whether git may find a work tree for a folder: without this it finds none for certain."""
    if "GIT_DIR" in os.environ or "GIT_WORK_TREE" in os.environ:
        return True
    folders = _ancestors(os.path.realpath(folder))
    return any(os.path.lexists(os.path.join(one, ".git")) for one in folders)


def real_path(file: str, known: dict[str, str]) -> str:
    """`os.path.realpath` of one of many files; `known` keeps the folders that were looked at."""
    if os.name == "nt":
        # there it also says how the name itself is written
        return os.path.realpath(file)
    folder, name = os.path.split(file)
    real = known.get(folder)
    if real is None:
        real = known[folder] = os.path.realpath(folder)
    path = os.path.join(real, name)
    is_plain = name not in ("", os.curdir, os.pardir) and not os.path.islink(path)
    return path if is_plain else os.path.realpath(path)


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
