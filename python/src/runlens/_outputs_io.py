"""Writes a step's outputs into its staging folder and reads artifacts back."""

from __future__ import annotations

import os
from pathlib import Path

from ._parameters import files_below, sha256_of_file
from .errors import MaterializerError
from .materializers import materializer_for, materializer_named, qualified_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ._compose import Invocation


class SavedValue:
    """What is known of a stored value: type, materializer, files with digests, metadata."""

    __slots__ = ("digest", "files", "materializer", "metadata", "type")

    def __init__(
        self, type_name: str, materializer: str, files: list[dict], digest: str, metadata: dict
    ) -> None:
        self.type = type_name
        self.materializer = materializer
        self.files = files
        self.digest = digest
        self.metadata = metadata


def save_value(value: Any, folder: Path, materializer: str | None = None) -> SavedValue:
    """Stores a value below a folder (made here) and describes it.

    Raises:
        MaterializerError: it cannot be stored; says why.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if materializer is None:
        name, writer = materializer_for(value)
    else:
        name, writer = materializer, materializer_named(materializer)
    try:
        metadata = writer.save(value, folder) or {}
        digest = writer.digest(value, folder)
    except MaterializerError:
        raise
    except Exception as error:
        raise MaterializerError(
            f"The materializer {name} could not store a {qualified_name(type(value))}: "
            f"{type(error).__name__}: {error}"
        ) from error
    files = _files(folder)
    return SavedValue(
        qualified_name(type(value)), name, files, digest or _digest_of(files), _clean(metadata)
    )


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

    if len(files) == 1:
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
        reported.append(
            {
                "name": output.name,
                "type": saved.type,
                "materializer": saved.materializer,
                "files": saved.files,
                "contentDigest": saved.digest,
                "metadata": saved.metadata,
            }
        )
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
        return loader.load(folder, artifact["type"])
    except MaterializerError:
        raise
    except Exception as error:
        raise MaterializerError(
            f"Artifact {label} ({artifact['type']}, stored by {artifact['materializer']}) could "
            f"not be loaded: {type(error).__name__}: {error}"
        ) from error
