"""`save_artifact`, `load_artifact`, `register_artifact`, and `load` of a pulled artifact."""

from __future__ import annotations

import os
from pathlib import Path

from ._process import context_state
from ._results.response import ArtifactVersion
from .errors import ArtifactFileError, MaterializerError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from ._connection.server import Server
    from ._data.outputs_io import SavedValue

# What `runlens artifacts pull` writes beside the files.
_DESCRIPTION = "artifact.json"
_FILES = "files"
_FORMAT = 1


class UnmaterializedArtifact(ArtifactVersion):
    """As the annotation of a step's input: the artifact version itself, which is not loaded.

    `uri` is the folder of its read-only files; `load()` loads it after all.
    """


def save_artifact(
    data: Any,
    name: str,
    version: str | int | None = None,
    artifact_type: Any = None,
    tags: Iterable[Any] | None = None,
    extract_metadata: bool = True,
    user_metadata: Mapping[str, Any] | None = None,
    materializer: Any = None,
    include_visualizations: bool = True,
) -> ArtifactVersion:
    """Stores a value as a version of a named artifact. In a step it is recorded as made by it.

    Args:
        data: Any value that a materializer can store.
        name: Name of the artifact.
        version: A version of your own, which must be new; default the next number.
        artifact_type: What people take it for, `ArtifactType.MODEL` or text; default by its type.
        tags: Texts or `Tag`s.
        extract_metadata: Whether statistics and a preview are made.
        user_metadata: Facts to add to the metadata.
        materializer: A materializer (class or name); default by the type of the value.
        include_visualizations: As in ZenML; False: no preview, nor statistics.

    Raises:
        MaterializerError: the value cannot be stored.
        ServerError: the version exists, or the name cannot be one.
        TypeError: user_metadata has a value that metadata cannot have.
    """
    from .materializers import name_of

    chosen = None if materializer is None else name_of(materializer)
    with _Staged(_server()) as staged:
        try:
            saved = staged.write(data, chosen, extract_metadata and include_visualizations)
        except MaterializerError as error:
            raise MaterializerError(f"Artifact {name!r}{_in_step()}: {error}") from error
        facts = _Facts(name, version, artifact_type, tags, user_metadata)
        return staged.keep(saved, facts)


def _in_step() -> str:
    context = context_state.current()
    return f" in step {context.step_name}" if context else ""


def register_artifact(
    folder_or_file_uri: Any,
    name: str,
    version: str | int | None = None,
    artifact_type: Any = None,
    tags: Iterable[Any] | None = None,
    user_metadata: Mapping[str, Any] | None = None,
    copy: bool = False,
) -> ArtifactVersion:
    """Copies a file or folder of the workspace into the store; it loads as a `pathlib.Path`.

    Args:
        folder_or_file_uri: Its path, relative to the working folder.
        copy: True allows a path outside the workspace, too.
        name, version, artifact_type, tags, user_metadata: As in `save_artifact`.

    Raises:
        ArtifactFileError (a FileNotFoundError): nothing is there, or it is outside the workspace.
    """
    source = Path(os.fspath(folder_or_file_uri))
    if not source.exists():
        raise ArtifactFileError(f"{source} is not there (working folder: {os.getcwd()}).")
    root = os.path.realpath(_server().root)
    real = os.path.realpath(source)
    if not copy and os.path.commonpath([root, real]) != root:
        raise ArtifactFileError(
            f"{source} is outside of the workspace {root}. Register what lies inside, or allow "
            "that it is copied: register_artifact(..., copy=True)."
        )
    return save_artifact(
        source,
        name,
        version,
        artifact_type,
        tags,
        user_metadata=user_metadata,
        materializer="path",
    )


def load_artifact(name_or_id: str, version: str | int | None = None) -> Any:
    """The value of an artifact version: by id, or by name the latest or the given version.

    Raises:
        ServerError: there is none.
        MaterializerError: it cannot be loaded.
    """
    from .client import Client

    return Client(_server().root).get_artifact_version(name_or_id, version).load()


def load(folder: Any, verify: bool = True) -> Any:
    """The value that `runlens artifacts pull` wrote to a folder; needs no server and no store.

    Args:
        folder: The folder with `artifact.json`.
        verify: Compare each file with its recorded SHA-256 before.

    Raises:
        ArtifactFileError (a FileNotFoundError): it is no such folder.
        MaterializerError: a file is missing or changed, or the value cannot be loaded.
    """
    import json

    from ._data.outputs_io import load_artifact as load_files

    place = Path(os.fspath(folder))
    try:
        described = json.loads((place / _DESCRIPTION).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ArtifactFileError(
            f"{place} holds no pulled artifact ({_DESCRIPTION}: {error}). Write one with `runlens "
            "artifacts pull ID FOLDER`."
        ) from error
    if described.get("format") != _FORMAT:
        raise MaterializerError(
            f"{place / _DESCRIPTION} is of form {described.get('format')!r}, which this version of "
            "Runlens does not know. Install a newer one."
        )
    if verify:
        _verify(place / _FILES, described["files"])
    return load_files({**described, "folder": str(place / _FILES)})


def _verify(folder: Path, files: list[dict[str, Any]]) -> None:
    from ._data.parameters import sha256_of_file

    for one in files:
        path = folder / one["path"]
        if not path.is_file():
            raise MaterializerError(f"{path} is missing. Pull the artifact again.")
        if sha256_of_file(str(path)) != one["sha256"]:
            raise MaterializerError(
                f"{path} is not the file that was pulled: its SHA-256 differs. Pull the artifact "
                "again."
            )


def store_external(value: Any, root: str, materializer: Any = None) -> str:
    """Stores a value once by its content; answers the id of its artifact version.

    Raises:
        MaterializerError: it cannot be stored.
    """
    from ._connection.server import connect_server
    from .errors import ServerError
    from .materializers import name_of

    server = connect_server(root)
    with _Staged(server) as staged:
        saved = staged.write(value, None if materializer is None else name_of(materializer), True)
        name = f"external_{saved.key()[:16]}"
        try:
            return server.call("GET", f"/api/artifact-versions?name={name}")["id"]
        except ServerError as error:
            if error.status != 404:
                raise
        return staged.keep(saved, _Facts(name), producer=False).id


def _server() -> Server:
    """The server of the running step, else of the script's root."""
    from ._connection.server import connect_server

    context = context_state.current()
    return context.tracking.server if context else connect_server()


class _Facts:
    """What the caller says of an artifact."""

    __slots__ = ("body", "metadata")

    def __init__(
        self,
        name: str,
        version: str | int | None = None,
        artifact_type: Any = None,
        tags: Iterable[Any] | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> None:
        from ._values import tag_names
        from .metadata import encoded

        self.metadata = encoded(metadata) if metadata else {}
        self.body: dict[str, Any] = {"name": name}
        if version is not None:
            self.body["version"] = str(version)
        if artifact_type is not None:
            self.body["artifactType"] = str(getattr(artifact_type, "value", artifact_type)).lower()
        if tags:
            self.body["tags"] = tag_names(tags)


class _Staged:
    """A staging folder: written, then kept as an artifact version, or forgotten."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._is_kept = False

    def __enter__(self) -> _Staged:
        made = self._server.call("POST", "/api/artifacts/stage", {})
        self._id: str = made["stagingId"]
        self._folder = Path(made["folder"])
        return self

    def __exit__(self, *_: object) -> None:
        if not self._is_kept:
            self._server.call("POST", "/api/artifacts/discard", {"stagingId": self._id})

    def write(self, value: Any, materializer: str | None, with_metadata: bool) -> SavedValue:
        from ._data.outputs_io import save_value

        return save_value(value, self._folder / "data", materializer, with_metadata=with_metadata)

    def keep(self, saved: SavedValue, facts: _Facts, *, producer: bool = True) -> ArtifactVersion:
        body = {
            "stagingId": self._id,
            **saved.reported(),
            **facts.body,
            "metadata": {**saved.metadata, **facts.metadata},
        }
        context = context_state.current()
        if producer and context is not None:
            body["stepRunId"] = context.step_run_id
        row = self._server.call("POST", "/api/artifacts", body)
        self._is_kept = True
        return ArtifactVersion(row, self._server)
