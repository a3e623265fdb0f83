"""The record of a run's code and environment (src/domain/environment.ts), and how it is kept.

The record and what it refers to (patch, files) are objects named by their SHA-256: equal ones are
kept once, whatever number of runs has them. A run carries the digest of its record as a tag.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from .git import GitState

TAG = "runlens.environment"
MOST_PATCH_BYTES = 1 << 20
# Of files that git does not track, or of a workspace without git: text of code is kept.
_MOST_KEPT_BYTES = 1 << 20
_MOST_FILES = 200
_CODE = (".py", ".pyi", ".ipynb")
_OFF = ("0", "false", "no", "off")


def is_enabled() -> bool:
    """`RUNLENS_RECORD_ENVIRONMENT=false` turns the records off."""
    return os.environ.get("RUNLENS_RECORD_ENVIRONMENT", "").lower() not in _OFF


class Record:
    """What was found, ready to be stored.

    Attributes:
        digest: Names the record.
        objects: Bytes by digest: the record itself, the patch, files.
        tags: For the run: the digest, and MLflow's own tags about git.
    """

    def __init__(self, document: dict, objects: dict[str, bytes]) -> None:
        import json

        text = json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        # a path that is no valid text must not cost the whole record
        body = text.encode("utf-8", "replace")
        self.digest = _digest(body)
        self.objects = {**objects, self.digest: body}
        self.tags = {TAG: self.digest, **_git_tags(document.get("git"))}


def collect(launch: dict | None = None) -> Record:
    """Looks at this process and its workspace: 5 to 60 ms, mostly git.

    Args:
        launch: For a worker that the editor started: `file`, `pipeline` and `arguments` for
            `runlens run`; the process's own command line says nothing then.
    """
    from .._source.root import find_root, start_folder
    from .machine import python_facts, system_facts, variable_names
    from .packages import installed_packages

    folder = os.path.dirname(os.path.realpath(launch["file"])) if launch else start_folder()
    git = _git_state(folder)
    base = git.folder if git else find_root(folder)
    objects: dict[str, bytes] = {}
    files = _Files(base, objects)
    files.add(git.untracked if git else _workspace_code(base))
    document = {
        "version": 1,
        "entry": _entry(launch),
        "base": base,
        **({"git": _git_record(git, objects)} if git else {}),
        "files": files.records,
        "filesLeftOut": files.left_out,
        "python": python_facts(),
        "packages": installed_packages(),
        "system": system_facts(),
        "variables": variable_names(),
    }
    return Record(document, objects)


def _git_state(folder: str) -> GitState | None:
    from .._source.root import may_have_git

    # three processes of git would say the same
    if not may_have_git(folder):
        return None
    from .git import git_state

    return git_state(folder, MOST_PATCH_BYTES)


def _digest(content: bytes) -> str:
    import hashlib

    return hashlib.sha256(content).hexdigest()


def _git_record(git: GitState, objects: dict[str, bytes]) -> dict:
    record: dict = {"dirty": git.is_dirty}
    for name in ("commit", "branch", "remote"):
        value = getattr(git, name)
        if value is not None:
            record[name] = value
    if git.patch_bytes:
        record["patch"] = {"bytes": git.patch_bytes}
        if git.patch is not None:
            record["patch"]["object"] = digest = _digest(git.patch)
            objects[digest] = git.patch
    return record


def _git_tags(git: dict | None) -> dict[str, str]:
    """MLflow's names (mlflow/utils/mlflow_tags.py)."""
    if not git or "commit" not in git:
        return {}
    tags = {"mlflow.source.git.commit": git["commit"]}
    if "branch" in git:
        tags["mlflow.source.git.branch"] = git["branch"]
    if "remote" in git:
        tags["mlflow.source.git.repoURL"] = git["remote"]
    tags["mlflow.source.git.dirty"] = "true" if git["dirty"] else "false"
    return tags


class _Files:
    """Files with their digests; the text of code among them is kept, up to a bound."""

    def __init__(self, base: str, objects: dict[str, bytes]) -> None:
        self._base = base
        self._objects = objects
        self._room = _MOST_KEPT_BYTES
        self.records: list[dict] = []
        self.left_out = 0

    def add(self, paths: Iterable[str]) -> None:
        # code first: it must not be left out because of many data files
        for path in sorted(paths, key=lambda one: (not one.endswith(_CODE), one)):
            if len(self.records) >= _MOST_FILES:
                self.left_out += 1
            else:
                self._add(path)

    def _add(self, path: str) -> None:
        file = os.path.join(self._base, path)
        try:
            size = os.stat(file).st_size
            record = {"path": path.replace(os.sep, "/"), "bytes": size, "kept": False}
            if os.path.isfile(file) and size <= _MOST_KEPT_BYTES:
                with open(file, "rb") as source:
                    content = source.read()
                record["sha256"] = digest = _digest(content)
                if path.endswith(_CODE) and size <= self._room:
                    record["kept"] = True
                    self._room -= size
                    self._objects[digest] = content
        except OSError:
            # gone meanwhile, or not readable: then the program cannot have read it either
            return
        self.records.append(record)


def _workspace_code(base: str) -> list[str]:
    """The script and the modules below the base that this process has imported, without git."""
    from .._source.root import is_installed, real_path

    found = set()
    folders: dict[str, str] = {}
    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None)
        if not isinstance(file, str) or not file.endswith(_CODE):
            continue
        path = real_path(file, folders)
        if path.startswith(base + os.sep) and not is_installed(path):
            found.add(os.path.relpath(path, base))
    return sorted(found)


def _entry(launch: dict | None) -> dict:
    from .secrets import hide_arguments

    if launch:
        arguments, hidden = hide_arguments(launch["arguments"])
        about = {"file": launch["file"], "pipeline": launch["pipeline"]}
        return {
            "kind": "launch",
            "arguments": arguments,
            "hidden": hidden,
            "folder": os.getcwd(),
            "launch": about,
        }
    given = list(getattr(sys, "orig_argv", sys.argv))[1:]
    arguments, hidden = hide_arguments(given)
    folder = _first_folder(given)
    return {"kind": _kind(given), "arguments": arguments, "hidden": hidden, "folder": folder}


def _kind(arguments: list[str]) -> str:
    if "ipykernel" in sys.modules:
        return "notebook"
    main = sys.modules.get("__main__")
    if not getattr(main, "__file__", None):
        return "interactive"
    return "module" if getattr(main, "__spec__", None) is not None else "script"


def _first_folder(arguments: list[str]) -> str:
    """The working folder at the start; the program may have changed it since.

    The path of the script is relative to it in the arguments and absolute in its module.
    """
    file = getattr(sys.modules.get("__main__"), "__file__", None)
    now = os.getcwd()
    if not file or not os.path.isabs(file):
        return now
    for argument in arguments:
        if argument.endswith(".py") and not os.path.isabs(argument):
            if os.path.normpath(os.path.join(now, argument)) == os.path.normpath(file):
                return now
            tail = os.sep + os.path.normpath(argument)
            if file.endswith(tail) and not argument.startswith(".."):
                return file[: -len(tail)] or os.sep
    return now
