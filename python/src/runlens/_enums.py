"""Enumerations of the authoring API; wherever they are taken their texts are, too."""

from __future__ import annotations

from enum import Enum


class _Text(str, Enum):
    def __str__(self) -> str:
        return str(self.value)


class ExecutionMode(_Text):
    """What a failed step means for the others.

    CONTINUE_ON_FAILURE: those that do not depend on it run (default). STOP_ON_FAILURE: nothing more
    starts. FAIL_FAST: those that run are cancelled, too.
    """

    CONTINUE_ON_FAILURE = "continue_on_failure"
    STOP_ON_FAILURE = "stop_on_failure"
    FAIL_FAST = "fail_fast"


class ArtifactType(_Text):
    """What people take an artifact for."""

    DATA = "data"
    MODEL = "model"
    DATA_ANALYSIS = "data_analysis"
    STATISTICS = "statistics"
    SCHEMA = "schema"
    SERVICE = "service"
    BASE = "base"


class StepType(_Text):
    """A label of a step; changes nothing."""

    TOOL_CALL = "tool_call"
    LLM_CALL = "llm_call"
    MEMORY_CALL = "memory_call"


class VisualizationType(_Text):
    """What a materializer's visualisation is."""

    CSV = "csv"
    HTML = "html"
    IMAGE = "image"
    JSON = "json"
    MARKDOWN = "markdown"


class ModelStages(_Text):
    """Stages of a model version."""

    NONE = "none"
    STAGING = "staging"
    PRODUCTION = "production"
    ARCHIVED = "archived"
    LATEST = "latest"


class ExecutionStatus(_Text):
    """How a run or a step stands, by the names that responses have."""

    RUNNING = "running"
    FINISHED = "finished"
    COMPLETED = "finished"
    FAILED = "failed"
    CANCELLED = "cancelled"
    CACHED = "cached"
    SKIPPED = "skipped"
