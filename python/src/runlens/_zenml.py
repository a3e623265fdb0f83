"""What the stand-in for `zenml` holds: ZenML's names for what Runlens has."""

from __future__ import annotations

from types import ModuleType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_TOP = {
    name: name
    for name in (
        "ArtifactConfig",
        "ExternalArtifact",
        "Model",
        "Tag",
        "add_tags",
        "get_pipeline_context",
        "get_step_context",
        "load_artifact",
        "log_metadata",
        "pipeline",
        "register_artifact",
        "remove_tags",
        "run_hook",
        "save_artifact",
        "step",
        "unmapped",
    )
}
_SETTINGS = {
    "CachePolicy": "CachePolicy",
    "DockerSettings": "_zenml.IgnoredSettings",
    "ResourceSettings": "ResourceSettings",
    "StepRetryConfig": "RetryConfig",
}
_ENUMS = (
    "ArtifactType",
    "ExecutionMode",
    "ExecutionStatus",
    "ModelStages",
    "StepType",
    "VisualizationType",
)
_TEXTS = {f"{kind}String": f"types.{kind}String" for kind in ("CSV", "HTML", "JSON", "Markdown")}
_ERRORS = {"StepInterfaceError": "StepInterfaceError", "StepContextError": "RunlensError"}

#: Module → ZenML's name → where it is in Runlens: a name of the package, or `module.name`.
MODULES: dict[str, dict[str, str]] = {
    "zenml": _TOP,
    "zenml.artifacts": {},
    "zenml.artifacts.artifact_config": {"ArtifactConfig": "ArtifactConfig"},
    "zenml.artifacts.external_artifact": {"ExternalArtifact": "ExternalArtifact"},
    "zenml.artifacts.unmaterialized_artifact": {"UnmaterializedArtifact": "UnmaterializedArtifact"},
    "zenml.artifacts.utils": {
        "load_artifact": "load_artifact",
        "register_artifact": "register_artifact",
        "save_artifact": "save_artifact",
    },
    "zenml.client": {"Client": "Client"},
    "zenml.config": _SETTINGS,
    "zenml.config.cache_policy": {"CachePolicy": "CachePolicy"},
    "zenml.config.docker_settings": {"DockerSettings": "_zenml.IgnoredSettings"},
    "zenml.config.resource_settings": {"ResourceSettings": "ResourceSettings"},
    "zenml.config.retry_config": {"StepRetryConfig": "RetryConfig"},
    "zenml.config.schedule": {"Schedule": "_zenml.IgnoredSettings"},
    "zenml.enums": {name: f"_enums.{name}" for name in _ENUMS},
    "zenml.exceptions": _ERRORS,
    "zenml.hooks": {"run_hook": "run_hook"},
    "zenml.logger": {"get_logger": "_zenml.get_logger"},
    "zenml.materializers": {"BaseMaterializer": "materializers.BaseMaterializer"},
    "zenml.materializers.base_materializer": {"BaseMaterializer": "materializers.BaseMaterializer"},
    "zenml.metadata": {},
    "zenml.metadata.metadata_types": {
        "DType": "DType",
        "Path": "_zenml.path_metadata",
        "StorageSize": "StorageSize",
        "Uri": "Uri",
    },
    "zenml.model": {"Model": "Model"},
    "zenml.model.model": {"Model": "Model"},
    "zenml.pipelines": {
        "Pipeline": "Pipeline",
        "get_pipeline_context": "get_pipeline_context",
        "pipeline": "pipeline",
    },
    "zenml.steps": {
        "BaseStep": "Step",
        "ExternalArtifact": "ExternalArtifact",
        "ResourceSettings": "ResourceSettings",
        "StepContext": "StepContext",
        "get_step_context": "get_step_context",
        "step": "step",
    },
    "zenml.types": _TEXTS,
    "zenml.utils": {},
    "zenml.utils.tag_utils": {"Tag": "Tag"},
}


class StandInModule(ModuleType):
    """A module of the stand-in. Its names are Runlens's, looked up when they are first used."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        held = MODULES[self.__name__]
        if name in held:
            value = _looked_up(held[name], f"{self.__name__}.{name}")
            setattr(self, name, value)
            return value
        if f"{self.__name__}.{name}" in MODULES:
            from importlib import import_module

            return import_module(f"{self.__name__}.{name}")
        raise ImportError(
            f"cannot import name {name!r} from {self.__name__!r}: the real zenml is not installed, "
            f"and Runlens, which stands in for it, has here: {', '.join(_names(self.__name__))}",
            name=self.__name__,
        )

    def __dir__(self) -> list[str]:
        return _names(self.__name__)


def _names(module: str) -> list[str]:
    """What can be imported from a module of the stand-in."""
    below = [one.rpartition(".")[2] for one in MODULES if one.rpartition(".")[0] == module]
    return sorted([*MODULES[module], *below])


def _looked_up(place: str, wanted: str) -> Any:
    from importlib import import_module

    module, _, name = place.rpartition(".")
    try:
        found = import_module(f"runlens.{module}" if module else "runlens")
        return getattr(found, name)
    except (ImportError, AttributeError) as error:
        raise ImportError(f"Runlens's stand-in for {wanted} cannot be loaded: {error}") from error


def unknown_module(name: str) -> ModuleNotFoundError:
    """The error for a module that the stand-in does not have."""
    return ModuleNotFoundError(
        f"No module named {name!r}: the real zenml is not installed, and Runlens, which stands in "
        f"for it, has: {', '.join(sorted(MODULES))}",
        name=name,
    )


class IgnoredSettings:
    """Settings of ZenML's that have no effect here: of images, schedules and the like."""

    def __init__(self, *_: Any, **settings: Any) -> None:
        self._settings = settings

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self._settings.get(name)

    def as_dict(self) -> dict[str, Any]:
        """What was given, by name."""
        return dict(self._settings)


def path_metadata(path: str) -> Any:
    """A path as metadata, for ZenML's `Path` of metadata."""
    from pathlib import Path

    return Path(path)


def get_logger(name: str) -> Any:
    """A logger of the standard library, as ZenML's `get_logger`; its records reach the step's log.

    Its level is `INFO` unless the user has chosen one.
    """
    import logging

    logger = logging.getLogger(name)
    if not logger.hasHandlers() and logger.level == logging.NOTSET:
        logger.setLevel(logging.INFO)
    return logger
