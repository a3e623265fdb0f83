"""Parameters, metrics and files of the running step, in its tracking run (MLflow's REST)."""

from __future__ import annotations

import os
import threading
import time

from ._process import context_state
from .errors import RunlensError, ServerError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ._connection.server import Server

_FLUSH_SECONDS = 0.2
_BATCH_METRICS = 1000
_BATCH_PARAMS = 100
_LOG_BATCH = "/api/2.0/mlflow/runs/log-batch"
_ARTIFACTS = "/api/2.0/mlflow-artifacts/artifacts"
_VALUE_LENGTH = 6000


class StepTracking:
    """Collects what a step logs and sends it in batches, five times a second and at its end."""

    def __init__(
        self, server: Server, run_id: str, experiment_id: str, parameters: dict[str, Any]
    ) -> None:
        """`parameters` are the step's own, which the server has recorded already."""
        self._server = server
        self.run_id = run_id
        self.experiment_id = experiment_id
        self._parameters = parameters
        self._metrics: list[dict] = []
        self._params: list[dict] = []
        self._logged: dict[str, str] = {}
        self.last: dict[str, float] = {}
        self._lock = threading.Lock()
        self._sending = threading.Lock()
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None
        self._error: ServerError | None = None
        self._pid = os.getpid()
        self._is_child = False

    @property
    def server(self) -> Server:
        """The server that it is sent to."""
        return self._server

    def add_metric(self, key: str, value: Any, step: int) -> None:
        """Takes one point; time is now. Raises what an earlier batch was refused with."""
        self._notice_fork()
        number = _number(key, value)
        point = {
            "key": _key(key),
            "value": number if number - number == 0 else _special(number),
            "timestamp": int(time.time() * 1000),
            "step": int(step),
        }
        with self._lock:
            self._metrics.append(point)
            self.last[key] = number
        self._wake()

    def add_system(self, values: dict[str, float], step: int) -> None:
        """Takes a sample of the system; it is no result of the step, so `last` is without it."""
        now = int(time.time() * 1000)
        points = [
            {"key": key, "value": value, "timestamp": now, "step": step}
            for key, value in values.items()
        ]
        if self._pid != os.getpid() or self._closed.is_set():
            return
        with self._lock:
            self._metrics.extend(points)
        self._wake()

    def add_param(self, key: str, value: Any) -> None:
        """Takes one parameter: written once, as text.

        Raises:
            RunlensError: it has another value already.
        """
        self._notice_fork()
        if key in self._parameters and _equal(self._parameters[key], value):
            return
        text = str(value)[:_VALUE_LENGTH]
        with self._lock:
            before = self._logged.setdefault(_key(key), text)
            if before != text:
                raise RunlensError(
                    f"Parameter {key!r} was logged as {before!r} and cannot be changed to "
                    f"{text!r}: a parameter has one value per run. Log changing values with "
                    "log_metric.",
                    "param_changed",
                )
            self._params.append({"key": key, "value": text})
        self._wake()

    def upload(self, local: str, path: str) -> None:
        """Stores a file under a path (with `/`) of the run's artifacts."""
        from urllib.parse import quote

        target = f"{_ARTIFACTS}/{self.experiment_id}/{self.run_id}/artifacts/{quote(path)}"
        with open(local, "rb") as file:
            self._server.upload(target, file, os.fstat(file.fileno()).st_size)

    def close(self) -> None:
        """Sends the rest and ends the thread.

        Raises:
            ServerError: the server refused something that was logged.
        """
        self._closed.set()
        if self._thread is not None:
            self._thread.join()
        self._flush()
        if self._error is not None:
            raise self._error

    def _notice_fork(self) -> None:
        """What the parent had not sent is the parent's to send; its locks may be held for ever."""
        if self._pid == os.getpid() or self._is_child:
            return
        self._is_child = True
        self._metrics, self._params = [], []
        self._lock, self._sending = threading.Lock(), threading.Lock()

    def _wake(self) -> None:
        if self._error is not None:
            raise self._error
        if self._pid != os.getpid():
            # a forked process has no thread of its own and may end at any moment
            self._flush()
            return
        if self._thread is None:
            with self._lock:
                if self._thread is None and not self._closed.is_set():
                    self._thread = threading.Thread(
                        target=self._loop, name="runlens-track", daemon=True
                    )
                    self._thread.is_pydev_daemon_thread = True
                    self._thread.start()

    def _loop(self) -> None:
        while not self._closed.wait(_FLUSH_SECONDS):
            self._flush()

    def _flush(self) -> None:
        with self._sending:
            while body := self._next_batch():
                try:
                    self._server.call("POST", _LOG_BATCH, body, tracking=True)
                except ServerError as error:
                    self._error = error
                    return

    def _next_batch(self) -> dict | None:
        with self._lock:
            params, self._params = self._params[:_BATCH_PARAMS], self._params[_BATCH_PARAMS:]
            room = _BATCH_METRICS - len(params)
            metrics, self._metrics = self._metrics[:room], self._metrics[room:]
        if not params and not metrics:
            return None
        return {"run_id": self.run_id, "metrics": metrics, "params": params}


def _key(key: Any) -> str:
    if not isinstance(key, str) or not key:
        raise RunlensError(f"{key!r} cannot name a metric or parameter: use a text.", "key")
    return key


def _number(key: str, value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise RunlensError(
            f"Metric {key!r} has the value {value!r} of type {type(value).__name__}, which is no "
            "number. Log text with log_param.",
            "metric_value",
        ) from None


def _special(number: float) -> str:
    if number != number:
        return "NaN"
    return "Infinity" if number > 0 else "-Infinity"


def _equal(first: Any, second: Any) -> bool:
    try:
        return bool(first == second)
    except Exception:
        # arrays and the like have no single answer: then it is another value
        return False


def _current(caller: str) -> StepTracking:
    context = context_state.current()
    if context is None:
        raise RunlensError(
            f"{caller} was called outside of a running step, so there is no run to log to. Call it "
            "inside a function decorated with @step; elsewhere use mlflow after runlens.connect().",
            "no_step",
        )
    return context.tracking


def log_param(key: str, value: Any) -> None:
    """Logs a parameter of the running step: written once, as text of at most 6,000 characters.

    Raises:
        RunlensError: outside of a step, or it has another value already.
    """
    _current("log_param").add_param(key, value)


def log_params(params: Mapping[str, Any]) -> None:
    """Logs several parameters; as `log_param`."""
    tracking = _current("log_params")
    for key, value in params.items():
        tracking.add_param(key, value)


def log_metric(key: str, value: float, step: int = 0) -> None:
    """Logs one point of a metric of the running step.

    It is sent within 0.2 s. `step` is the x value, such as an epoch. NaN and infinities are kept.

    Raises:
        RunlensError: outside of a step, or the value is no number.
        ServerError: the server refused an earlier point.
    """
    _current("log_metric").add_metric(key, value, step)


def log_metrics(metrics: Mapping[str, float], step: int = 0) -> None:
    """Logs one point of several metrics; as `log_metric`."""
    tracking = _current("log_metrics")
    for key, value in metrics.items():
        tracking.add_metric(key, value, step)


def log_artifact(local_path: Any, artifact_path: str | None = None) -> None:
    """Stores a file, or all files of a folder, with the running step's run.

    Args:
        local_path: The file or folder.
        artifact_path: Folder inside the run's artifacts, with `/`; default their top.

    Raises:
        FileNotFoundError: there is no such file.
        RunlensError: outside of a step.
    """
    from ._data.parameters import files_below

    tracking = _current("log_artifact")
    local = os.fspath(local_path)
    base = f"{artifact_path.strip('/')}/" if artifact_path else ""
    name = os.path.basename(os.path.normpath(local))
    if not os.path.isdir(local):
        tracking.upload(local, base + name)
        return
    for relative in files_below(local):
        tracking.upload(os.path.join(local, relative), f"{base}{name}/{relative}")


def log_text(text: str, artifact_file: str) -> None:
    """Stores text as the file `artifact_file` of the running step's run, in UTF-8."""
    _log_written("log_text", artifact_file, lambda path: _write_text(path, text))


def log_figure(figure: Any, artifact_file: str) -> None:
    """Stores a matplotlib figure as a picture; the ending of `artifact_file` is the format."""
    _log_written("log_figure", artifact_file, figure.savefig)


def _write_text(path: str, text: str) -> None:
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write(text)


def _log_written(caller: str, artifact_file: str, write: Any) -> None:
    import tempfile

    tracking = _current(caller)
    with tempfile.TemporaryDirectory() as folder:
        local = os.path.join(folder, os.path.basename(artifact_file))
        write(local)
        tracking.upload(local, artifact_file.lstrip("/"))
