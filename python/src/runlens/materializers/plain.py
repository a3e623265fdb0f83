"""Text, bytes, files and folders."""

from __future__ import annotations

import shutil
from pathlib import Path

from .base import Materializer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_PREVIEW = 400


class TextMaterializer(Materializer):
    """str as `data.txt` in UTF-8, line ends as they are."""

    name = "text"

    def can_save(self, value: Any) -> bool:
        return type(value) is str

    def save(self, value: str, folder: Path) -> dict[str, Any]:
        (folder / "data.txt").write_bytes(value.encode("utf-8", "surrogatepass"))
        preview = value[:_PREVIEW].encode("utf-8", "replace").decode()
        return {"length": len(value), "lines": value.count("\n") + 1, "preview": preview}

    def load(self, folder: Path, type_name: str) -> str:
        return (folder / "data.txt").read_bytes().decode("utf-8", "surrogatepass")


class BytesMaterializer(Materializer):
    """bytes and bytearray as `data.bin`."""

    name = "bytes"

    def can_save(self, value: Any) -> bool:
        return type(value) in (bytes, bytearray)

    def save(self, value: bytes, folder: Path) -> dict[str, Any]:
        (folder / "data.bin").write_bytes(value)
        return {"length": len(value)}

    def load(self, folder: Path, type_name: str) -> bytes | bytearray:
        data = (folder / "data.bin").read_bytes()
        return bytearray(data) if type_name == "bytearray" else data


class PathMaterializer(Materializer):
    """A copy of the file or folder that a path names, under `content/`.

    Loads as the path of that copy, which is read-only. A path that names nothing is an error: what
    a later step is to read must be there.
    """

    name = "path"

    def save(self, value: Path, folder: Path) -> dict[str, Any]:
        source = Path(value)
        if not source.exists():
            raise FileNotFoundError(f"{source} is not there, so it cannot be stored")
        content = folder / "content"
        content.mkdir()
        target = content / (source.resolve().name or "root")
        if source.is_dir():
            shutil.copytree(source, target)
            return {"name": target.name, "files": sum(one.is_file() for one in target.rglob("*"))}
        shutil.copyfile(source, target)
        return {"name": target.name, "bytes": target.stat().st_size}

    def load(self, folder: Path, type_name: str) -> Path:
        return next((folder / "content").iterdir())
