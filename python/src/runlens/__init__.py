"""Runlens: experiments and typed, cached pipelines that show up in the editor as you run them.

    from runlens import pipeline, step

Everything but the two decorators is loaded when it is first used, so the import stays cheap.
"""

from __future__ import annotations

from ._imports import install as _record_imports
from .errors import (
    MaterializerError,
    PipelineCancelled,
    RunlensError,
    ServerError,
    StepInterfaceError,
)
from .pipelines import Pipeline, pipeline
from .steps import RetryConfig, Step, step

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._connect import connect
    from ._response import ArtifactVersion, PipelineRunResponse, StepResponse
    from .client import Client
    from .context import StepContext, get_step_context
    from .materializers import Materializer, register_materializer
    from .tracking import (
        log_artifact,
        log_figure,
        log_metric,
        log_metrics,
        log_param,
        log_params,
        log_text,
    )

__version__ = "0.1.0"

_record_imports()

_LAZY = {
    "ArtifactVersion": "_response",
    "Client": "client",
    "Materializer": "materializers",
    "PipelineRunResponse": "_response",
    "StepContext": "context",
    "StepResponse": "_response",
    "connect": "_connect",
    "get_step_context": "context",
    "log_artifact": "tracking",
    "log_figure": "tracking",
    "log_metric": "tracking",
    "log_metrics": "tracking",
    "log_param": "tracking",
    "log_params": "tracking",
    "log_text": "tracking",
    "register_materializer": "materializers",
}

__all__ = [
    "ArtifactVersion",
    "Client",
    "Materializer",
    "MaterializerError",
    "Pipeline",
    "PipelineCancelled",
    "PipelineRunResponse",
    "RetryConfig",
    "RunlensError",
    "ServerError",
    "Step",
    "StepContext",
    "StepInterfaceError",
    "StepResponse",
    "__version__",
    "connect",
    "get_step_context",
    "log_artifact",
    "log_figure",
    "log_metric",
    "log_metrics",
    "log_param",
    "log_params",
    "log_text",
    "pipeline",
    "register_materializer",
    "step",
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
