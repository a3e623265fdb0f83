"""MLflow's plugin: tags for every run of an unmodified script that logs to Runlens.

Found by MLflow through the entry point `mlflow.run_context_provider` of this package. It does
nothing for another tracking server, and whatever fails in it never reaches the script.
"""

from __future__ import annotations

import os
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# What the editor's terminals, `runlens env` and connect() set: who has it logs to Runlens.
_USER = "runlens"
_SECONDS = 5.0
# Within so many seconds the workspace counts as unchanged: a search makes many runs at once.
_FRESH_SECONDS = 10.0


class RunContext:
    """A run context provider, as mlflow.tracking.context.abstract_context describes it."""

    def __init__(self) -> None:
        self._tags: dict[str, str] = {}
        self._until = 0.0
        self._has_complained = False

    def in_context(self) -> bool:
        """Whether runs of this process go to Runlens."""
        try:
            from ._record.environment import is_enabled

            is_ours = os.environ.get("MLFLOW_TRACKING_USERNAME") == _USER
            return is_ours and is_enabled() and _tracking_uri().startswith(("http:", "https:"))
        except Exception as error:
            self._complain(error)
            return False

    def tags(self) -> dict[str, str]:
        """Tags about code and environment; what they refer to is sent meanwhile."""
        try:
            if time.monotonic() >= self._until:
                self._tags = self._renewed()
                self._until = time.monotonic() + _FRESH_SECONDS
            return dict(self._tags)
        except Exception as error:
            self._complain(error)
            return {}

    def _renewed(self) -> dict[str, str]:
        import threading

        from ._authoring.graph import user_name
        from ._record.environment import collect

        record = collect()
        # Not a daemon: a script that ends at once has its record sent first.
        threading.Thread(
            target=self._send, args=(record.objects, _tracking_uri()), name="runlens-environment"
        ).start()
        # MLflow takes the name that it logs in with for the user's
        return {**record.tags, "mlflow.user": user_name()}

    def _send(self, objects: dict[str, bytes], uri: str) -> None:
        try:
            missing = _call(uri, "POST", "/api/objects/missing", {"json": {"digests": [*objects]}})
            for digest in missing["missing"]:
                _call(uri, "PUT", f"/api/objects/{digest}", {"data": objects[digest]})
        except Exception as error:
            self._complain(error)

    def _complain(self, error: Exception) -> None:
        if self._has_complained:
            return
        self._has_complained = True
        import sys

        print(f"Runlens could not record the code and environment: {error}", file=sys.stderr)


def _tracking_uri() -> str:
    import mlflow

    return mlflow.get_tracking_uri()


def _call(uri: str, method: str, path: str, body: dict[str, Any]) -> Any:
    """By MLflow's own client, with its certificates, proxies and credentials."""
    from mlflow.utils.credentials import get_default_host_creds
    from mlflow.utils.rest_utils import http_request

    response = http_request(
        get_default_host_creds(uri.rstrip("/")),
        path,
        method,
        max_retries=0,
        timeout=_SECONDS,
        raise_on_status=False,
        **body,
    )
    if response.status_code != 200:
        raise OSError(f"{path} was answered with {response.status_code}: {response.text[:200]}")
    return response.json()
