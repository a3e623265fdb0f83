"""Pictures as PNG: PIL images and matplotlib figures."""

from __future__ import annotations

import sys

from .base import Materializer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

# Modes that PNG holds without loss; others are pickled.
_PNG_MODES = {"1", "L", "LA", "P", "RGB", "RGBA", "I;16"}


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
