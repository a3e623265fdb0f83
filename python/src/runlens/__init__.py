"""Runlens: experiments and typed, cached pipelines that show up in the editor as you run them.

    from runlens import pipeline, step

Everything but the two decorators is loaded when it is first used, so the import stays cheap.
"""

from __future__ import annotations

from ._source.imports import install as _record_imports
from ._standin import install as _stand_in_for_zenml
from .errors import (
    CompositionError,
    ContextError,
    MaterializerError,
    NameTemplateError,
    PipelineCancelled,
    RunlensError,
    ServerError,
    StepInterfaceError,
)
from .pipelines import Pipeline, pipeline
from .steps import RetryConfig, Step, step

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._authoring.hooks import run_hook
    from ._authoring.pipeline_context import PipelineContext, get_pipeline_context
    from ._authoring.secret_values import SecretError
    from ._configuration.config import ConfigurationError
    from ._connection.connect import connect
    from ._dynamic.futures import MapResults, OutputArtifact, StepRunFuture, unmapped
    from ._enums import ArtifactType, ExecutionMode, ModelStages, StepType
    from ._external import ExternalArtifact
    from ._logs.progress import progress, set_progress
    from ._plans import PlanPreview
    from ._policy import CachePolicy
    from ._results.pages import Page
    from ._results.response import ArtifactVersion, PipelineRunResponse, StepResponse
    from ._values import ArtifactConfig, GroupInfo, Model, ResourceSettings, Tag
    from .artifacts import (
        UnmaterializedArtifact,
        load,
        load_artifact,
        register_artifact,
        save_artifact,
    )
    from .client import Client
    from .context import StepContext, get_step_context
    from .materializers import BaseMaterializer, Materializer, register_materializer
    from .tracking import (
        log_artifact,
        log_figure,
        log_metric,
        log_metrics,
        log_param,
        log_params,
        log_text,
    )
    from .types import CSVString, HTMLString, JSONString, MarkdownString

__version__ = "0.1.0"

_record_imports()
_stand_in_for_zenml()

_LAZY = {
    "ArtifactConfig": "_values",
    "ArtifactType": "_enums",
    "ArtifactVersion": "_results.response",
    "BaseMaterializer": "materializers",
    "CSVString": "types",
    "CachePolicy": "_policy",
    "Client": "client",
    "ConfigurationError": "_configuration.config",
    "DType": "metadata",
    "ExecutionMode": "_enums",
    "ExternalArtifact": "_external",
    "GroupInfo": "_values",
    "HTMLString": "types",
    "JSONString": "types",
    "MapResults": "_dynamic.futures",
    "MarkdownString": "types",
    "Materializer": "materializers",
    "Model": "_values",
    "ModelStages": "_enums",
    "OutputArtifact": "_dynamic.futures",
    "Page": "_results.pages",
    "PipelineContext": "_authoring.pipeline_context",
    "PipelineRunResponse": "_results.response",
    "PlanPreview": "_plans",
    "ResourceSettings": "_values",
    "SecretError": "_authoring.secret_values",
    "StepContext": "context",
    "StepResponse": "_results.response",
    "StepRetryConfig": "steps",
    "StepRunFuture": "_dynamic.futures",
    "StepType": "_enums",
    "StorageSize": "metadata",
    "Tag": "_values",
    "UnmaterializedArtifact": "artifacts",
    "Uri": "metadata",
    "add_tags": "tags",
    "bulk_log_metadata": "metadata",
    "connect": "_connection.connect",
    "get_pipeline_context": "_authoring.pipeline_context",
    "get_step_context": "context",
    "load": "artifacts",
    "load_artifact": "artifacts",
    "log_artifact": "tracking",
    "log_figure": "tracking",
    "log_metadata": "metadata",
    "log_metric": "tracking",
    "log_metrics": "tracking",
    "log_param": "tracking",
    "log_params": "tracking",
    "log_text": "tracking",
    "register_artifact": "artifacts",
    "progress": "_logs.progress",
    "set_progress": "_logs.progress",
    "register_materializer": "materializers",
    "remove_tags": "tags",
    "run_hook": "_authoring.hooks",
    "save_artifact": "artifacts",
    "unmapped": "_dynamic.futures",
}

__all__ = [
    "ArtifactConfig",
    "ArtifactType",
    "ArtifactVersion",
    "BaseMaterializer",
    "CSVString",
    "CachePolicy",
    "Client",
    "CompositionError",
    "ConfigurationError",
    "ContextError",
    "DType",
    "ExecutionMode",
    "ExternalArtifact",
    "GroupInfo",
    "HTMLString",
    "JSONString",
    "MapResults",
    "MarkdownString",
    "Materializer",
    "MaterializerError",
    "Model",
    "ModelStages",
    "NameTemplateError",
    "OutputArtifact",
    "Page",
    "Pipeline",
    "PipelineCancelled",
    "PipelineContext",
    "PipelineRunResponse",
    "PlanPreview",
    "ResourceSettings",
    "RetryConfig",
    "RunlensError",
    "SecretError",
    "ServerError",
    "Step",
    "StepContext",
    "StepInterfaceError",
    "StepResponse",
    "StepRetryConfig",
    "StepRunFuture",
    "StepType",
    "StorageSize",
    "Tag",
    "UnmaterializedArtifact",
    "Uri",
    "__version__",
    "add_tags",
    "bulk_log_metadata",
    "connect",
    "get_pipeline_context",
    "get_step_context",
    "load",
    "load_artifact",
    "log_artifact",
    "log_figure",
    "log_metadata",
    "log_metric",
    "log_metrics",
    "log_param",
    "log_params",
    "log_text",
    "pipeline",
    "progress",
    "register_artifact",
    "register_materializer",
    "remove_tags",
    "run_hook",
    "save_artifact",
    "set_progress",
    "step",
    "unmapped",
]


def __getattr__(name: str) -> object:
    module = _LAZY.get(name)
    if module is None:
        raise AttributeError(f"module 'runlens' has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f".{module}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
