"""Writes a step's outputs into its staging folder and reads artifacts back."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from ..errors import MaterializerError
from ..materializers import materializer_for, materializer_named, qualified_name
from .parameters import files_below, sha256_of_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .._authoring.compose import Invocation
    from ..materializers import Materializer


class SavedValue:
    """What is known of a stored value: type, materializer, files with digests, metadata."""

    __slots__ = ("artifact_type", "digest", "files", "materializer", "metadata", "type")

    def __init__(
        self,
        type_name: str,
        materializer: str,
        files: list[dict],
        digest: str,
        metadata: dict,
        artifact_type: str,
    ) -> None:
        self.type = type_name
        self.materializer = materializer
        self.files = files
        self.digest = digest
        self.metadata = metadata
        self.artifact_type = artifact_type

    def key(self) -> str:
        """Hexadecimal digest of content, type and materializer together."""
        from .content import digest_of_parts

        return digest_of_parts((self.digest, self.type, self.materializer)).hex()

    def reported(self) -> dict[str, Any]:
        """As the server reads it (src/protocol/worker.ts, ReportedOutput), without its name."""
        told = {
            "type": self.type,
            "materializer": self.materializer,
            "files": self.files,
            "contentDigest": self.digest,
            "metadata": self.metadata,
        }
        is_data = self.artifact_type == "data"
        return told if is_data else {**told, "artifactType": self.artifact_type}


def save_value(
    value: Any, folder: Path, materializer: str | None = None, *, with_metadata: bool = True
) -> SavedValue:
    """Stores a value below a folder (made here) and describes it.

    Without metadata there are neither statistics nor a preview, only what `save` itself says.

    Raises:
        MaterializerError: it cannot be stored; says why.
    """
    folder.mkdir(parents=True, exist_ok=True)
    # what a step has put there itself (`get_output_artifact_uri`) is content, too
    added = _files(folder)
    if materializer is None:
        name, writer = materializer_for(value)
    else:
        name, writer = materializer, materializer_named(materializer)
    try:
        metadata = writer._store(value, folder)
        digest = writer.digest(value, folder)
    except MaterializerError:
        raise
    except Exception as error:
        raise MaterializerError(
            f"The materializer {name} could not store a {qualified_name(type(value))}: "
            f"{type(error).__name__}: {error}"
        ) from error
    if with_metadata:
        metadata = {**metadata, **_described(writer, value, folder)}
    files = _files(folder)
    digest = digest or _digest_of(files)
    if added:
        digest = _digest_of([*added, {"path": "", "sha256": digest}])
    return SavedValue(
        qualified_name(type(value)), name, files, digest, _clean(metadata), writer.artifact_type
    )


def _described(writer: Materializer, value: Any, folder: Path) -> dict:
    """Statistics, and the preview beside the data. What goes wrong in it is told, not raised:
    the value itself is stored."""
    import json

    found: dict[str, Any] = {}
    try:
        found |= _clean(writer.extract_metadata(value) or {})
        preview = writer.preview(value, folder)
        if preview is not None:
            text = json.dumps(_clean(preview), ensure_ascii=False)
            (folder / _PREVIEW).write_text(text, encoding="utf-8", errors="replace")
    except Exception as error:
        found["metadataError"] = f"{type(error).__name__}: {error}"
    return found


# Beside the data and no part of its content; a picture among it is `_preview.png`.
_PREVIEW = "_preview.json"
_NO_CONTENT = (_PREVIEW, "_preview.png")


def _files(folder: Path) -> list[dict]:
    found = []
    for relative in files_below(str(folder)):
        path = os.path.join(folder, relative)
        found.append(
            {"path": relative, "size": os.path.getsize(path), "sha256": sha256_of_file(path)}
        )
    return found


def _digest_of(files: list[dict]) -> str:
    import hashlib

    files = [one for one in files if one["path"] not in _NO_CONTENT]
    # the name of a materializer's own file says nothing; that of a copied file does
    if len(files) == 1 and "/" not in files[0]["path"]:
        return files[0]["sha256"]
    lines = "".join(f"{len(one['path'])}:{one['path']}:{one['sha256']};" for one in files)
    return hashlib.sha256(lines.encode("utf-8", "surrogateescape")).hexdigest()


def _clean(metadata: dict) -> dict:
    """Metadata as strict JSON: other values as text."""
    import json

    text = json.dumps(metadata, default=str, skipkeys=True)
    return json.loads(text, parse_constant=str)


def save_outputs(invocation: Invocation, value: Any, staging: str) -> list[dict]:
    """Stores what a step returned as its declared outputs; answers them as ReportedOutput.

    Raises:
        MaterializerError: the number of values is wrong, or one cannot be stored.
    """
    reported = []
    for output, one in _taken_apart(invocation, value):
        try:
            saved = save_value(
                one, Path(staging) / output.name, invocation.step.materializer_for(output.name)
            )
        except MaterializerError as error:
            raise MaterializerError(
                f"Step {invocation.id}, output {output.name!r}: {error}"
            ) from error
        reported.append({"name": output.name, **saved.reported()})
    return reported


def _taken_apart(invocation: Invocation, value: Any) -> list[tuple[Any, Any]]:
    items = invocation.outputs.items
    if not invocation.outputs.is_tuple:
        if not items and value is not None:
            raise MaterializerError(
                f"Step {invocation.id} returned a {type(value).__name__}, but its annotation says "
                "that it returns None. Annotate the type that it returns."
            )
        return [(items[0], value)] if items else []
    if not isinstance(value, tuple) or len(value) != len(items):
        count = len(value) if isinstance(value, tuple) else 1
        raise MaterializerError(
            f"Step {invocation.id} has {len(items)} outputs, but returned {count} values."
        )
    return list(zip(items, value, strict=True))


def reader_for(function: Callable, name: str, server: Any) -> Callable[[dict], Any]:
    """How an input that is an artifact is read: loaded, unless it is an UnmaterializedArtifact."""
    # whoever annotates with it has imported it
    artifacts = sys.modules.get("runlens.artifacts")
    if artifacts is None:
        return load_artifact
    from .._source.signature import hints_of

    hint = hints_of(function).get(name)
    kinds = (hint, *getattr(hint, "__args__", ()))
    if artifacts.UnmaterializedArtifact not in kinds:
        return load_artifact
    return lambda artifact: artifacts.UnmaterializedArtifact(artifact, server)


def load_artifact(artifact: dict) -> Any:
    """The value of an artifact from its folder (`folder`, `materializer`, `type`).

    Raises:
        MaterializerError: files are missing, or the materializer or the type cannot be imported.
    """
    folder = Path(artifact["folder"])
    label = f"{artifact.get('name', '')} v{artifact.get('version', '')}"
    if not folder.is_dir():
        raise MaterializerError(f"The files of artifact {label} are gone: {folder}.")
    loader = materializer_named(artifact["materializer"])
    try:
        return loader._restore(folder, artifact["type"])
    except MaterializerError:
        raise
    except Exception as error:
        raise MaterializerError(
            f"Artifact {label} ({artifact['type']}, stored by {artifact['materializer']}) could "
            f"not be loaded: {type(error).__name__}: {error}"
        ) from error
