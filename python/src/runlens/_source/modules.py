"""What of the workspace this process has imported: modules with the digest of the imported text."""

from __future__ import annotations

import os
import sys
import time

from .imports import moments
from .root import is_installed, real_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

# Seconds by which the start of the process is moved back where it can only be estimated.
_ESTIMATE_SLACK = 0.3
# digests by file of sources that a worker has read itself: exact whatever happens later
_known: dict[str, str] = {}


def _process_start() -> float:
    """When this process started, in seconds since 1970; before it read any of the user's files.

    Linux tells it in ticks of 10 ms, rounded down. One tick is added: a file that was written just
    before the start is then older, and the interpreter takes longer than that to read the first.
    """
    try:
        with open("/proc/self/stat", "rb") as file:
            ticks = int(file.read().rpartition(b")")[2].split()[19])
        booted = time.clock_gettime(time.CLOCK_BOOTTIME)
        tick = 1 / os.sysconf("SC_CLK_TCK")
        return time.time() - (booted - ticks * tick) + tick
    except (OSError, AttributeError, ValueError, IndexError):
        return time.time() - time.process_time() - _ESTIMATE_SLACK


_started = _process_start()


def remember(file: str, source: bytes) -> None:
    """Notes the text of a file that this process compiles itself."""
    _known[os.path.realpath(file)] = _sha256(source)


def forget(file: str) -> None:
    """Drops what `remember` noted."""
    _known.pop(os.path.realpath(file), None)


def forget_all() -> None:
    """Drops all that `remember` noted: the modules are dropped, too."""
    _known.clear()


def imported_modules(root: str, known: set[str]) -> list[dict]:
    """Modules of the workspace that are not in `known` yet (which is extended), with digests.

    The digest is of the text *as imported*; None when the file has changed since, or may have.
    """
    found = []
    folders: dict[str, str] = {}
    prefix = root.rstrip(os.sep) + os.sep
    for name, module in list(sys.modules.items()):
        if name in known:
            continue
        file = getattr(module, "__file__", None) or _notebook_of(name, module)
        known.add(name)
        if not isinstance(file, str) or not file.endswith((".py", ".ipynb")):
            continue
        real = real_path(file, folders)
        if not real.startswith(prefix) or is_installed(real):
            continue
        found.append(
            {
                "module": public_name(name),
                "file": real[len(prefix) :].replace(os.sep, "/"),
                "digest": digest_as_imported(module, real),
            }
        )
    return found


def _notebook_of(name: str, module: ModuleType) -> str | None:
    """Of a kernel; the text that its cells were run with is not known."""
    if name != "__main__" or "ipykernel" not in sys.modules:
        return None
    from .notebook import kernel_notebook

    return kernel_notebook(vars(module))


def digest_as_imported(module: ModuleType, file: str) -> str | None:
    """SHA-256 of the text that a module was made from, or None when that is not known any more.

    It is the file's text as it is now if the file has not changed since the module was looked for
    (modules from before Runlens: since this process started) and Python has not used old byte code.
    """
    if file in _known:
        return _known[file]
    if file.endswith(".ipynb"):
        return None
    try:
        with open(file, "rb") as source:
            status = os.fstat(source.fileno())
            text = source.read()
    except OSError:
        return None
    if _used_stale_code(module, status):
        return None
    imported = moments.get(module.__name__, _started)
    return _sha256(text) if _changed_at(status) < imported else None


def stale_modules(root: str) -> list[str]:
    """Modules of the workspace that were made from old byte code, which is deleted."""
    prefix = root.rstrip(os.sep) + os.sep
    folders: dict[str, str] = {}
    found = []
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if not isinstance(file, str) or not file.endswith(".py") or is_installed(file):
            continue
        real = real_path(file, folders)
        if not real.startswith(prefix) or real in _known:
            continue
        try:
            status = os.stat(real)
        except OSError:
            continue
        if _used_stale_code(module, status):
            found.append(name)
    return found


def _changed_at(status: os.stat_result) -> float:
    is_windows = sys.platform == "win32"
    return status.st_mtime if is_windows else max(status.st_mtime, status.st_ctime)


def _used_stale_code(module: ModuleType, source: os.stat_result) -> bool:
    """Whether Python took byte code for current that was compiled before the source was written.

    It compares whole seconds and the size only, so an edit of equal length within the second of the
    one before is not seen. Such byte code is deleted, so that the next process is right.
    """
    cached = getattr(module, "__cached__", None)
    if not cached:
        return False
    try:
        with open(cached, "rb") as file:
            written = os.fstat(file.fileno()).st_mtime_ns
            head = file.read(16)
    except OSError:
        return False
    is_timed = len(head) == 16 and head[4:8] == b"\0\0\0\0"
    mtime, size = int.from_bytes(head[8:12], "little"), int.from_bytes(head[12:16], "little")
    is_taken = mtime == int(source.st_mtime) & 0xFFFFFFFF and size == source.st_size & 0xFFFFFFFF
    if not (is_timed and is_taken and written < source.st_mtime_ns):
        return False
    try:
        os.unlink(cached)
    except OSError:
        return True
    return True


def _sha256(data: bytes) -> str:
    import hashlib

    return hashlib.sha256(data).hexdigest()


def public_name(module: str) -> str:
    """A module's name as others import it: the script's own name in place of `__main__`."""
    if module != "__main__":
        return module
    main = sys.modules.get("__main__")
    spec = getattr(main, "__spec__", None)
    if spec is not None and spec.name:
        name = spec.name
        return name[: -len(".__main__")] if name.endswith(".__main__") else name
    file = getattr(main, "__file__", None)
    return os.path.splitext(os.path.basename(file))[0] if file else "__main__"


def import_path(root: str) -> list[str]:
    """Absolute folders of `sys.path` inside the root, in order."""
    prefix = root.rstrip(os.sep) + os.sep
    folders = []
    for entry in sys.path:
        folder = os.path.realpath(entry or os.getcwd())
        is_inside = folder == root or folder.startswith(prefix)
        if is_inside and not is_installed(folder) and os.path.isdir(folder):
            folders.append(folder)
    return list(dict.fromkeys(folders))


def relative_file(root: str, file: str) -> str:
    """A file relative to the root with `/`; as it is when it lies outside."""
    prefix = root.rstrip(os.sep) + os.sep
    return file[len(prefix) :].replace(os.sep, "/") if file.startswith(prefix) else file
