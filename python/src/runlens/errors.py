"""The errors of Runlens: each says what happened and what to do, and carries a code."""

from __future__ import annotations


class RunlensError(Exception):
    """Base of all errors that Runlens itself raises; `code` is stable, the text is for people."""

    code = "runlens"

    def __init__(self, message: str, code: str | None = None) -> None:
        super().__init__(message)
        if code is not None:
            self.code = code


class StepInterfaceError(RunlensError, ValueError):
    """A step or pipeline is written or called in a way that cannot work."""

    code = "step_interface"


class CompositionError(StepInterfaceError, RuntimeError):
    """A pipeline contradicts itself: doubled ids or names, a value given in two places."""

    code = "composition"


class NameTemplateError(StepInterfaceError, KeyError):
    """A name template has a placeholder for which there is no substitution."""

    code = "name_template"
    # a KeyError would show its text in quotes
    __str__ = Exception.__str__


class ContextError(RunlensError, RuntimeError):
    """Something was called that needs a running step (or more of it than it has)."""

    code = "context"


class ServerError(RunlensError):
    """The server could not be found, started or understood, or it refused a request.

    `status` is the HTTP status of a refusal, 0 when there was no answer.
    """

    code = "server"

    def __init__(self, message: str, code: str | None = None, status: int = 0) -> None:
        super().__init__(message, code)
        self.status = status


class MaterializerError(RunlensError):
    """A value could not be stored or loaded."""

    code = "materializer"


class ArtifactFileError(MaterializerError, FileNotFoundError):
    """A file or folder is not there, or not where it may be."""

    code = "artifact_file"


class PipelineCancelled(RunlensError):
    """The run was cancelled before it ended."""

    code = "cancelled"
