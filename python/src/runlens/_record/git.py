"""What git knows of a folder: commit, branch, remote, changes as a patch, untracked files."""

from __future__ import annotations

import os

_SECONDS = 5.0
# Looking takes no locks and runs nothing that a repository's own configuration names.
_GIT = ("git", "--no-optional-locks", "-c", "core.fsmonitor=false", "-c", "core.quotepath=false")
_DIFF = ("diff", "HEAD", "--binary", "--no-color", "--no-ext-diff", "--no-textconv", "--no-renames")


class GitState:
    """A repository at one moment.

    Attributes:
        folder: Its top folder, absolute.
        commit: 40 or 64 hexadecimal digits; None before the first commit.
        branch: None when none is checked out.
        remote: Address of `origin` without user name and password.
        is_dirty: Whether tracked files differ from the commit or files are not tracked.
        patch: What differs from the commit; None when nothing does, or it is longer than allowed.
        patch_bytes: Length of the whole patch, or what was seen of it before it was cut off.
        untracked: Paths that git neither tracks nor ignores.
    """

    __slots__ = (
        "branch",
        "commit",
        "folder",
        "is_dirty",
        "patch",
        "patch_bytes",
        "remote",
        "untracked",
    )


def git_state(folder: str, most_patch: int) -> GitState | None:
    """The state of the repository that a folder lies in.

    None when it lies in none, git is not installed, or it does not answer in time.

    Args:
        folder: Any folder.
        most_patch: Bytes above which a patch is not kept.
    """
    import subprocess

    try:
        return _read(folder, most_patch)
    except (OSError, subprocess.SubprocessError, UnicodeError):
        return None


def _read(folder: str, most_patch: int) -> GitState | None:
    # They run at the same time: each takes a few milliseconds.
    asked = [
        _start(folder, "rev-parse", "--show-toplevel"),
        _start(folder, "status", "--porcelain=v2", "--branch", "-z", "--untracked-files=no"),
        _start(folder, "config", "--get", "remote.origin.url"),
    ]
    top, status, remote = [_finish(process) for process in asked]
    if top is None or status is None:
        return None
    state = GitState()
    state.folder = os.path.realpath(os.fsdecode(top.rstrip(b"\r\n")))
    _read_status(state, status)
    state.remote = _address(remote)
    # before the first commit there is nothing to compare with: what was added counts as untracked
    added = [] if state.commit else ["--cached"]
    others = _start(state.folder, "ls-files", *added, "--others", "--exclude-standard", "-z")
    state.patch, state.patch_bytes = None, 0
    if state.is_dirty and state.commit is not None:
        state.patch, state.patch_bytes = _patch(state.folder, most_patch)
    listed = _finish(others) or b""
    state.untracked = sorted(os.fsdecode(name) for name in listed.split(b"\0") if name)
    state.is_dirty = state.is_dirty or bool(state.untracked)
    return state


def _read_status(state: GitState, text: bytes) -> None:
    entries = [entry for entry in text.split(b"\0") if entry]
    heads = dict(
        entry[2:].decode("utf-8", "replace").split(" ", 1)
        for entry in entries
        if entry.startswith(b"# ")
    )
    commit, branch = heads.get("branch.oid"), heads.get("branch.head")
    state.commit = None if commit in (None, "(initial)") else commit
    state.branch = None if branch in (None, "(detached)") else branch
    state.is_dirty = any(not entry.startswith(b"# ") for entry in entries)


def _address(remote: bytes | None) -> str | None:
    from .secrets import plain_address

    text = (remote or b"").decode("utf-8", "replace").strip()
    return plain_address(text) or None


def _patch(folder: str, most: int) -> tuple[bytes | None, int]:
    """The patch and its length; None instead of one above `most` bytes, of which half is no use."""
    import threading

    process = _start(folder, *_DIFF)
    # a read has no time-out of its own
    timer = threading.Timer(_SECONDS, process.kill)
    timer.start()
    try:
        text = process.stdout.read(most + 1)
        if len(text) > most:
            process.kill()
            process.communicate()
            return None, len(text)
        process.communicate()
    finally:
        timer.cancel()
    # 0 bytes would say that nothing differs
    return (text, len(text)) if process.returncode == 0 else (None, max(1, len(text)))


def _start(folder: str, *arguments: str):
    import subprocess

    return subprocess.Popen(
        [*_GIT, *arguments],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def _finish(process) -> bytes | None:
    import subprocess

    try:
        text, _ = process.communicate(timeout=_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return None
    return text if process.returncode == 0 else None
