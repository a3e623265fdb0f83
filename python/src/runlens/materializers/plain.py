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
        return _text_facts(value)

    def load(self, folder: Path, type_name: str) -> str:
        return (folder / "data.txt").read_bytes().decode("utf-8", "surrogatepass")


def _text_facts(value: str) -> dict[str, Any]:
    preview = value[:_PREVIEW].encode("utf-8", "replace").decode()
    return {"length": len(value), "lines": value.count("\n") + 1, "preview": preview}


class StructuredTextMaterializer(Materializer):
    """The types of `runlens.types`: `data.html`, `data.md`, `data.csv` or `data.json`."""

    name = "structured-text"
    _endings = {  # noqa: RUF012
        "HTMLString": "html",
        "MarkdownString": "md",
        "CSVString": "csv",
        "JSONString": "json",
    }

    def can_save(self, value: Any) -> bool:
        return type(value).__name__ in self._endings

    def save(self, value: str, folder: Path) -> dict[str, Any]:
        ending = self._endings[type(value).__name__]
        (folder / f"data.{ending}").write_bytes(value.encode("utf-8", "surrogatepass"))
        return {"format": ending, **_text_facts(value)}

    def load(self, folder: Path, type_name: str) -> str:
        from .. import types

        kind = type_name.rpartition(".")[2]
        data = (folder / f"data.{self._endings[kind]}").read_bytes()
        return getattr(types, kind)(data.decode("utf-8", "surrogatepass"))


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

    def preview(self, value: bytes, folder: Path) -> dict[str, Any] | None:
        head = bytes(value[:128])
        rows = [head[at : at + 16] for at in range(0, len(head), 16)]
        lines = [f"{row.hex(' '):47}  {_printable(row)}" for row in rows]
        return {"kind": "text", "text": "\n".join(lines)}


def _printable(data: bytes) -> str:
    return "".join(chr(one) if 32 <= one < 127 else "." for one in data)


class PathMaterializer(Materializer):
    """A copy of the file or folder that a path names, under `content/`.

    Loads as the path of that copy, which is read-only. Links are copied as what they lead to. A
    path that names nothing is an error: what a later step is to read must be there.
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
            found = [one for one in target.rglob("*") if one.is_file()]
            size = sum(one.stat().st_size for one in found)
            return {"name": target.name, "files": len(found), "bytes": size}
        shutil.copyfile(source, target)
        return {"name": target.name, "bytes": target.stat().st_size}

    def load(self, folder: Path, type_name: str) -> Path:
        return next((folder / "content").iterdir())

    def digest(self, value: Path, folder: Path) -> str | None:
        """That of the files with their names; empty folders count, where there are any."""
        found = sorted((folder / "content").rglob("*"))
        empty = [one for one in found if one.is_dir() and not any(one.iterdir())]
        if not empty:
            return None
        from .._data.content import digest_of_parts
        from .._data.parameters import sha256_of_file

        parts = [
            part
            for one in found
            for part in (
                one.relative_to(folder).as_posix(),
                "folder" if one.is_dir() else sha256_of_file(str(one)),
            )
        ]
        return digest_of_parts(parts).hex()
