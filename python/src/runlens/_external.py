"""`ExternalArtifact`: a value, or an artifact of another run, as an input of a step."""

from __future__ import annotations

from .errors import StepInterfaceError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_NO_VALUE: Any = object()


class ExternalArtifact:
    """An input that no step of this pipeline makes.

    By value (`ExternalArtifact(frame)`) it is stored once by its content, so that steps that take
    it are cached. By `id`, or by `name` and `version` (default: the latest), it is an artifact that
    is there.

    Args:
        value: Any value that can be stored.
        id: Id of an artifact version.
        name: Name of an artifact.
        version: Version of it.
        materializer: Of a value: how to store it; default by its type.

    Raises:
        StepInterfaceError: not exactly one of value, id and name is given.
    """

    is_external_artifact = True

    def __init__(
        self,
        value: Any = _NO_VALUE,
        id: Any = None,
        name: str | None = None,
        version: str | int | None = None,
        materializer: Any = None,
        store_artifact_metadata: bool = True,
        store_artifact_visualizations: bool = True,
    ) -> None:
        has_value = value is not _NO_VALUE and value is not None
        given = sum((has_value, id is not None, name is not None))
        if given != 1 and not (value is None and given == 0):
            raise StepInterfaceError(
                "ExternalArtifact takes one of value=, id= and name=.", "external_artifact"
            )
        if version is not None and name is None:
            raise StepInterfaceError(
                "ExternalArtifact(version=) needs the name=, too.", "external_artifact"
            )
        self.value = None if value is _NO_VALUE else value
        self.id = None if id is None else str(id).replace("-", "")
        self.name = name
        self.version = None if version is None else str(version)
        self.materializer = materializer
        self._found: str | None = self.id

    def __repr__(self) -> str:
        if self.id is not None:
            return f"ExternalArtifact(id={self.id!r})"
        if self.name is not None:
            return f"ExternalArtifact(name={self.name!r}, version={self.version!r})"
        return f"ExternalArtifact(<{type(self.value).__name__}>)"

    def find(self, root: str) -> str:
        """Id of its artifact version in the store of a root; a value is stored if it is not there.

        Raises:
            ServerError: there is no such artifact.
            MaterializerError: the value cannot be stored.
        """
        if self._found is None:
            self._found = self._named(root) if self.name is not None else self._stored(root)
        return self._found

    def _named(self, root: str) -> str:
        from .client import Client

        return Client(root).get_artifact_version(self.name or "", self.version).id

    def _stored(self, root: str) -> str:
        from .artifacts import store_external

        return store_external(self.value, root, self.materializer)
