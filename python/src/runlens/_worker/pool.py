"""Warm workers: a process of the server's that runs one launch after the other.

Between two of them all modules of the user's are dropped, so that each runs the text on disk with
fresh module state, as a new process does; installed packages stay. What a run has changed in the
process (environment, working folder, import path, streams, log handlers) is put back.
"""

from __future__ import annotations

import os
import sys

from .._source.imports import moments
from .._source.root import is_installed
from ..errors import ServerError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

    from .._connection.server import Server

_SDK = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
# After so many runs, or when it has grown by so much since the first, a process ends.
_MOST_RUNS = 200
_MOST_GROWTH = 512 * 1024 * 1024
# The server answers within 25 s.
_POLL_SECONDS = 45.0


def next_start(server: Server, pool_id: str) -> dict | None:
    """Waits for work (WorkerStart); None when this process is to end.

    A server that is gone is not started again: nobody needs an idle worker then.
    """
    while True:
        try:
            answer = server.call(
                "POST", "/api/worker/wait", {"poolId": pool_id}, timeout=_POLL_SECONDS, revive=False
            )
        except ServerError:
            return None
        if answer.get("exit"):
            return None
        if "start" in answer:
            return answer["start"]


class Surroundings:
    """What of this process a run may change, as it was before the first."""

    def __init__(self) -> None:
        self._environ = dict(os.environ)
        self._cwd = os.getcwd()
        self._path = list(sys.path)
        self._argv = list(sys.argv)
        self._streams = sys.stdin, sys.stdout, sys.stderr
        self._meta_path = list(sys.meta_path)
        self._path_hooks = list(sys.path_hooks)
        self._modules = set(sys.modules)
        self._runs = 0
        self._first_size: int | None = None
        self._installed: dict[str, int] = {}

    def is_spent(self) -> bool:
        """Whether this process has to end after a run: it cannot be as a new one would be."""
        self._runs += 1
        size = resident_bytes()
        if self._first_size is None:
            self._first_size = size
        return (
            self._runs >= _limit("RUNLENS_WORKER_RUNS", _MOST_RUNS)
            or size - self._first_size > _limit("RUNLENS_WORKER_GROWTH", _MOST_GROWTH)
            or _has_foreground_threads()
            or any(_is_own_extension(module) for module in [*sys.modules.values()])
            or not os.path.isdir(self._cwd)
        )

    def restore(self) -> None:
        """Puts back what runs have changed, and drops the user's modules."""
        os.environ.clear()
        os.environ.update(self._environ)
        os.chdir(self._cwd)
        sys.path[:] = self._path
        sys.argv[:] = self._argv
        sys.stdin, sys.stdout, sys.stderr = self._streams
        sys.meta_path[:] = self._meta_path
        sys.path_hooks[:] = self._path_hooks
        _drop_handlers()
        self._drop_modules()
        _forget_texts()

    def _drop_modules(self) -> None:
        import gc

        drop_users_modules(self._modules)
        self._installed.update(_times_of_packages(self._installed))
        gc.collect()

    def have_packages_changed(self) -> bool:
        """Whether an imported package has been installed anew since."""
        return any(_time(file) != time for file, time in self._installed.items())


def drop_users_modules(before: set[str]) -> None:
    """Forgets the user's modules that were not there before; the next import reads their files."""
    import importlib

    for name in [*sys.modules]:
        if name not in before and is_users(sys.modules[name]):
            del sys.modules[name]
            moments.pop(name, None)
    importlib.invalidate_caches()


def is_users(module: ModuleType | None) -> bool:
    """Whether a module is neither installed nor of the standard library nor Runlens itself."""
    places = [getattr(module, "__file__", None), *_folders(module)]
    known = [os.path.realpath(place) for place in places if isinstance(place, str)]
    return any(not is_installed(place) and not place.startswith(_SDK) for place in known)


def _folders(module: ModuleType | None) -> list:
    """Of a package without `__init__`."""
    if getattr(module, "__file__", None) is not None:
        return []
    try:
        return list(getattr(module, "__path__", ()))
    except Exception:
        # some modules are objects of a package's own making
        return []


def _is_own_extension(module: ModuleType | None) -> bool:
    """Of the user's and in C: it cannot be loaded a second time."""
    file = getattr(module, "__file__", None)
    return isinstance(file, str) and file.endswith((".so", ".pyd")) and is_users(module)


def _has_foreground_threads() -> bool:
    import threading

    main = threading.main_thread()
    return any(one is not main and not one.daemon for one in threading.enumerate())


def _limit(name: str, default: int) -> int:
    try:
        return int(os.environ[name])
    except (KeyError, ValueError):
        return default


def resident_bytes() -> int:
    """Memory of this process that is in use; the most it ever was where only that is told."""
    try:
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError, AttributeError):
        return _peak_bytes()


def _peak_bytes() -> int:
    """Where there is no /proc; 0 on Windows, which tells neither: no bound then."""
    try:
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024
    except ImportError:
        return 0


def _times_of_packages(known: dict[str, int]) -> dict[str, int]:
    files = {
        file
        for name, module in [*sys.modules.items()]
        if "." not in name and isinstance(file := getattr(module, "__file__", None), str)
    }
    return {file: _time(file) for file in files - known.keys() if "site-packages" in file}


def _time(file: str) -> int:
    try:
        return os.stat(file).st_mtime_ns
    except OSError:
        return 0


def _drop_handlers() -> None:
    """A module that sets logging up does so again when it is imported again."""
    logging = sys.modules.get("logging")
    if logging is None:
        return
    for handler in [*logging.root.handlers]:
        logging.root.removeHandler(handler)
    logging.root.setLevel(logging.WARNING)


def _forget_texts() -> None:
    """What Runlens itself remembers of files and of the user's classes."""
    import linecache

    from .. import materializers
    from .._authoring import options
    from .._source import modules, signature

    linecache.clearcache()
    modules.forget_all()
    signature._texts.clear()
    signature._functions.clear()
    options._told.clear()
    for known in (materializers._registered, materializers._named):
        for name, chosen in [*known.items()]:
            if chosen.__module__ not in sys.modules:
                del known[name]


def lead_output_to(file: str) -> None:
    """From now on stdout and stderr of this process and its children go to that file."""
    sys.stdout.flush()
    sys.stderr.flush()
    target = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(target, 1)
    os.dup2(target, 2)
    os.close(target)


def begin_anew(start: dict) -> None:
    """Makes this process a new one with the same work; returns where that cannot be done.

    For a run that could not be imported after others: some packages refuse to be told twice of the
    same thing, such as a table or a plugin.
    """
    if sys.platform == "win32" or not getattr(sys, "orig_argv", None):
        return
    import json
    import tempfile

    with tempfile.TemporaryFile() as file:
        file.write(json.dumps(start).encode())
        file.seek(0)
        os.dup2(file.fileno(), 0)
        sys.stdout.flush()
        sys.stderr.flush()
        os.execv(sys.executable, sys.orig_argv)
