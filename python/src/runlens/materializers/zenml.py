"""`BaseMaterializer`: materializers as they are written for ZenML run unchanged on this base."""

from __future__ import annotations

from .base import Materializer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Any


class BaseMaterializer(Materializer):
    """ZenML's contract (facts §1.7): `save(data)` and `load(data_type)` with the folder `self.uri`.

    Set `ASSOCIATED_TYPES`, and `ASSOCIATED_ARTIFACT_TYPE` if it is no data. `save_visualizations`
    answers paths below `self.uri` with their kinds (`html`, `image`, `csv`, `markdown`, `json`),
    `extract_metadata` a dict, `compute_content_hash` text or None.
    """

    ASSOCIATED_TYPES: tuple[Any, ...] = ()
    ASSOCIATED_ARTIFACT_TYPE: Any = "data"
    SKIP_REGISTRATION = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """A subclass that names its types is known by them, without a call."""
        super().__init_subclass__(**kwargs)
        cls.types = tuple(cls.ASSOCIATED_TYPES)
        cls.artifact_type = str(
            getattr(cls.ASSOCIATED_ARTIFACT_TYPE, "value", cls.ASSOCIATED_ARTIFACT_TYPE)
        ).lower()
        if cls.types and not cls.__dict__.get("SKIP_REGISTRATION", False):
            from . import register_materializer

            register_materializer(cls)

    def __init__(self, uri: str = "", artifact_store: Any = None) -> None:
        self.uri = uri
        self.artifact_store = artifact_store or _Files()

    def load(self, data_type: Any) -> Any:  # type: ignore[override]
        """Reads the value below `self.uri`; `data_type` is the class that it had."""
        raise NotImplementedError

    def save(self, data: Any) -> None:  # type: ignore[override]
        """Writes the value below `self.uri`."""
        raise NotImplementedError

    def save_visualizations(self, data: Any) -> dict[str, Any]:
        """Writes pictures or pages below `self.uri` and answers path → kind."""
        return {}

    def extract_metadata(self, value: Any) -> dict[str, Any]:
        """Facts for people."""
        return {}

    def compute_content_hash(self, data: Any) -> str | None:
        """Equal for equal content; None: the digest of the written files."""
        return None

    def get_temporary_directory(self, *_: Any, **__: Any) -> Any:
        """A context manager that gives a temporary folder and removes it."""
        import tempfile

        return tempfile.TemporaryDirectory()

    def digest(self, value: Any, folder: Path) -> str | None:
        """The content hash as SHA-256, whatever form the subclass gives it."""
        content = self.compute_content_hash(value)
        if content is None:
            return None
        import hashlib

        return hashlib.sha256(f"{self.name}:{content}".encode()).hexdigest()

    def _store(self, value: Any, folder: Path) -> dict[str, Any]:
        import os

        self.uri = str(folder)
        self.save(value)
        shown = {
            os.path.relpath(path, folder).replace(os.sep, "/"): str(getattr(kind, "value", kind))
            for path, kind in (self.save_visualizations(value) or {}).items()
        }
        return {"visualizations": shown} if shown else {}

    def _restore(self, folder: Path, type_name: str) -> Any:
        from .._pickling import class_named

        self.uri = str(folder)
        try:
            data_type: Any = class_named(type_name)
        except (ImportError, AttributeError):
            # it may load without knowing the class
            data_type = object
        return self.load(data_type)


class _Files:
    """The part of ZenML's artifact store that materializers use, over ordinary files."""

    path = ""

    def open(self, path: str, mode: str = "r") -> Any:
        encoding = None if "b" in mode else "utf-8"
        return open(path, mode, encoding=encoding)

    def exists(self, path: str) -> bool:
        import os

        return os.path.exists(path)

    def isdir(self, path: str) -> bool:
        import os

        return os.path.isdir(path)

    def listdir(self, path: str) -> list[str]:
        import os

        return sorted(os.listdir(path))

    def makedirs(self, path: str) -> None:
        import os

        os.makedirs(path, exist_ok=True)

    def mkdir(self, path: str) -> None:
        self.makedirs(path)

    def copyfile(self, source: str, target: str, overwrite: bool = False) -> None:
        import shutil

        if self.exists(target) and not overwrite:
            raise FileExistsError(target)
        shutil.copyfile(source, target)

    def remove(self, path: str) -> None:
        import os

        os.remove(path)

    def walk(self, top: str) -> Iterator[tuple[str, list[str], list[str]]]:
        import os

        return os.walk(top)
