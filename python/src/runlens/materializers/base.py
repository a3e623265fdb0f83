"""The base class of materializers: what writes a step's output to files and reads it back."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

# In data.json: the key whose value says what an object stands for that is no JSON itself.
TAG = "$runlens"


class Materializer:
    """Stores values of some types as files of one folder, and loads them.

    Subclass it for types of your own, name it, and register it or give it to a step:

        class TreeMaterializer(Materializer):
            name = "tree"
            types = (Tree,)

            def save(self, value, folder):
                (folder / "tree.txt").write_text(value.to_text())
                return {"depth": value.depth}

            def load(self, folder, type_name):
                return Tree.from_text((folder / "tree.txt").read_text())

        runlens.register_materializer(TreeMaterializer)

    One instance serves one value. The folder exists and is empty when `save` is called; when `load`
    is called its files are read-only: copy what you want to change. Materializers that were written
    for ZenML subclass `BaseMaterializer` instead.
    """

    #: Recorded with each artifact; it is found again by this name. Default: `module:Class`.
    name: str = ""
    #: Classes, or their qualified names (`numpy.ndarray`) so that nothing need be imported.
    types: tuple[Any, ...] = ()
    #: What people take the artifact for: `data`, `model`, `statistics`, `service` …
    artifact_type: str = "data"

    def can_save(self, value: Any) -> bool:
        """Whether this very value can be stored; False lets the next materializer try."""
        return True

    def save(self, value: Any, folder: Path) -> dict[str, Any] | None:
        """Writes the value into the folder and answers metadata (JSON) that people see.

        Raises:
            Exception: anything; it is reported as a MaterializerError of the step.
        """
        raise NotImplementedError

    def load(self, folder: Path, type_name: str) -> Any:
        """Reads the value back; `type_name` is the qualified name of its type when it was saved."""
        raise NotImplementedError

    def digest(self, value: Any, folder: Path) -> str | None:
        """Hexadecimal digest of the content, equal for equal content in every process.

        None (the default): the digest of the written files.
        """
        return None

    def extract_metadata(self, value: Any) -> dict[str, Any]:
        """More facts (JSON), such as statistics; left out where a step turns metadata off.

        An error in it is noted among the metadata and does not fail the step.
        """
        return {}

    def preview(self, value: Any, folder: Path) -> dict[str, Any] | None:
        """What a person sees first, as JSON of a few kilobytes; kept as `_preview.json`.

        `{"kind": "table", "columns": [names], "rows": [[text]], "total": rows}`, `{"kind":
        "histogram", "edges": [n + 1 numbers], "counts": [n]}`, `{"kind": "image", "file": name}` or
        `{"kind": "text", "text": text}`. None: the files themselves can be read by people.
        """
        return None

    # How values are really written and read; BaseMaterializer says it in ZenML's words.

    def _store(self, value: Any, folder: Path) -> dict[str, Any]:
        return self.save(value, folder) or {}

    def _restore(self, folder: Path, type_name: str) -> Any:
        return self.load(folder, type_name)
