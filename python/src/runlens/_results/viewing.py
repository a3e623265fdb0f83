"""What people see of an artifact version without loading it: in a terminal, or in a notebook."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .response import ArtifactVersion

_HEAD = 4000
_TEXTS = {".txt", ".md", ".html", ".csv", ".json", ".log", ".yaml", ".yml"}
_PICTURES = {".png", ".jpg", ".jpeg", ".svg", ".gif"}


def download(version: ArtifactVersion, path: Any, overwrite: bool) -> None:
    """Copies the files of a version to a folder, or into a zip file where the path ends in `.zip`.

    Raises:
        FileExistsError: there is something, and `overwrite` is False.
    """
    target = Path(os.fspath(path))
    if target.exists() and not overwrite:
        raise FileExistsError(f"{target} exists; give overwrite=True to replace it.")
    if target.suffix == ".zip":
        _zip(version.folder, target)
    else:
        _copy(version.folder, target)


def _zip(folder: str, target: Path) -> None:
    import zipfile

    from .._data.parameters import files_below

    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for relative in files_below(folder):
            archive.write(os.path.join(folder, relative), relative)


def _copy(folder: str, target: Path) -> None:
    import shutil

    if target.is_dir():
        shutil.rmtree(target)
    # without the dates and the write protection of the store
    shutil.copytree(folder, target, copy_function=shutil.copyfile)


def visualize(version: ArtifactVersion, title: str | None) -> None:
    """Shows a version: rich in a notebook, else printed. Nothing is unpickled."""
    heading = title or f"{version.name} v{version.version} ({version.type})"
    folder = Path(version.folder)
    if _show_in_notebook(folder, heading):
        return
    print(heading)
    print(text_of(folder, version.metadata))


def _show_in_notebook(folder: Path, heading: str) -> bool:
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if shell is None or not hasattr(shell, "kernel"):
        return False
    from IPython import display

    shown = _rich(folder, display)
    if shown is None:
        return False
    display.display(display.Markdown(f"**{heading}**"), shown)
    return True


def _rich(folder: Path, display: Any) -> Any:
    preview = preview_in(folder)
    if preview.get("kind") == "image":
        return display.Image(filename=str(folder / preview["file"]))
    if preview.get("kind") == "table":
        return display.HTML(_html_table(preview))
    for path in sorted(folder.iterdir()):
        if path.suffix == ".html":
            return display.HTML(path.read_text(encoding="utf-8"))
        if path.suffix == ".md":
            return display.Markdown(path.read_text(encoding="utf-8"))
        if path.suffix in _PICTURES - {".svg"}:
            return display.Image(filename=str(path))
    return None


def _html_table(preview: dict[str, Any]) -> str:
    from html import escape

    def row(cells: list[str], tag: str) -> str:
        return "<tr>" + "".join(f"<{tag}>{escape(one)}</{tag}>" for one in cells) + "</tr>"

    body = "".join(row(one, "td") for one in preview["rows"])
    return f"<table><thead>{row(preview['columns'], 'th')}</thead><tbody>{body}</tbody></table>"


def preview_in(folder: Path) -> dict[str, Any]:
    """The preview beside the data; empty when there is none."""
    try:
        return json.loads((folder / "_preview.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def text_of(folder: Path, metadata: dict[str, Any]) -> str:
    """The preview as text; without one the head of a text file, else the metadata."""
    preview = preview_in(folder)
    kind = preview.get("kind")
    if kind == "table":
        return _text_table(preview)
    if kind == "histogram":
        return _histogram(preview)
    if kind == "image":
        return str(folder / preview["file"])
    if kind == "text":
        return str(preview["text"])
    for path in sorted(folder.iterdir()):
        if path.suffix in _TEXTS and not path.name.startswith("_"):
            with open(path, encoding="utf-8", errors="replace") as file:
                return file.read(_HEAD)
    return str(metadata.get("preview") or json.dumps(metadata, indent=2, default=str))


def _text_table(preview: dict[str, Any]) -> str:
    rows = [preview["columns"], *preview["rows"]]
    widths = [max(len(row[at]) for row in rows) for at in range(len(preview["columns"]))]
    lines = [
        "  ".join(one.ljust(width) for one, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    total = preview.get("total")
    more = f"\n{len(preview['rows'])} of {total} rows" if total != len(preview["rows"]) else ""
    return "\n".join(lines) + more


def _histogram(preview: dict[str, Any]) -> str:
    most = max(preview["counts"]) or 1
    edges = preview["edges"]
    return "\n".join(
        f"{edges[at]:10.4g} … {edges[at + 1]:<10.4g} {'█' * round(40 * count / most)} {count}"
        for at, count in enumerate(preview["counts"])
    )
