"""Pictures as PNG: PIL images and matplotlib figures; Plotly's figures as their own JSON."""

from __future__ import annotations

import sys

from .base import Materializer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

# Modes that PNG holds without loss; others are pickled.
_PNG_MODES = {"1", "L", "LA", "P", "RGB", "RGBA", "I;16"}
_THUMBNAIL = 256


class ImageMaterializer(Materializer):
    """A PIL image as `image.png`."""

    name = "image"

    def can_save(self, value: Any) -> bool:
        return value.mode in _PNG_MODES

    def save(self, value: Any, folder: Path) -> dict[str, Any]:
        value.save(folder / "image.png", format="PNG")
        return {"width": value.width, "height": value.height, "mode": value.mode}

    def load(self, folder: Path, type_name: str) -> Any:
        from PIL import Image

        with Image.open(folder / "image.png") as image:
            image.load()
            return image

    def digest(self, value: Any, folder: Path) -> str | None:
        import hashlib

        digest = hashlib.sha256(f"{value.mode}:{value.size}".encode())
        palette = value.getpalette() if value.mode == "P" else None
        digest.update(bytes(palette or b"") + value.tobytes())
        return digest.hexdigest()

    def preview(self, value: Any, folder: Path) -> dict[str, Any] | None:
        """The image itself while it is small, else a thumbnail of at most 256 pixels."""
        if max(value.size) <= _THUMBNAIL:
            return {"kind": "image", "file": "image.png"}
        small = value.convert("RGBA" if value.mode in ("LA", "P", "RGBA") else "RGB")
        small.thumbnail((_THUMBNAIL, _THUMBNAIL))
        small.save(folder / "_preview.png", format="PNG")
        return {"kind": "image", "file": "_preview.png"}


class FigureMaterializer(Materializer):
    """A matplotlib figure as the picture `figure.png`; loads as a PIL image.

    The drawing, not the figure object, is what is kept: its format outlives library versions.
    """

    name = "figure"

    def save(self, value: Any, folder: Path) -> dict[str, Any]:
        # without the version of matplotlib in it, so that equal drawings are equal files
        value.savefig(folder / "figure.png", format="png", metadata={"Software": None})
        pyplot = sys.modules.get("matplotlib.pyplot")
        if pyplot is not None:
            pyplot.close(value)
        width, height = value.get_size_inches() * value.dpi
        return {"width": int(width), "height": int(height)}

    def load(self, folder: Path, type_name: str) -> Any:
        from PIL import Image

        with Image.open(folder / "figure.png") as image:
            image.load()
            return image

    def preview(self, value: Any, folder: Path) -> dict[str, Any] | None:
        return {"kind": "image", "file": "figure.png"}


class PlotlyMaterializer(Materializer):
    """A Plotly figure as `figure.json`, Plotly's own form."""

    name = "plotly"

    def save(self, value: Any, folder: Path) -> dict[str, Any]:
        (folder / "figure.json").write_text(value.to_json(), encoding="utf-8")
        title = value.layout.title.text
        traces = [str(trace.type) for trace in value.data]
        return {"traces": traces[:50], **({"title": str(title)} if title else {})}

    def load(self, folder: Path, type_name: str) -> Any:
        from plotly import io

        return io.from_json((folder / "figure.json").read_text(encoding="utf-8"))

    def digest(self, value: Any, folder: Path) -> str | None:
        import hashlib
        import json

        data = json.loads((folder / "figure.json").read_bytes())
        return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()

    def preview(self, value: Any, folder: Path) -> dict[str, Any] | None:
        from .short import repr_of

        columns = ["trace", "type", "x", "y"]
        rows = [
            [
                str(trace.name or at),
                str(trace.type),
                repr_of(_listed(getattr(trace, "x", None))),
                repr_of(_listed(getattr(trace, "y", None))),
            ]
            for at, trace in enumerate(value.data[:20])
        ]
        return {"kind": "table", "columns": columns, "rows": rows, "total": len(value.data)}


def _listed(values: Any) -> Any:
    try:
        return None if values is None else list(values[:8])
    except TypeError:
        return values
