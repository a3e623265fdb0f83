"""What a run prints: its lines as it goes, and the step table at its end."""

from __future__ import annotations

import os
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TextIO

    from .response import PipelineRunResponse, StepResponse

_COLOURS = {"ran": "32", "cached": "36", "failed": "31", "skipped": "33", "cancelled": "33"}
_HEADINGS = ("step", "state", "why", "time", "metrics", "artifacts")
_LIMITS = (30, 10, 44, 10, 44, 60)
_METRICS_SHOWN = 3


def uses_colour(stream: TextIO) -> bool:
    """A terminal that does not ask for none (NO_COLOR, TERM=dumb)."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    try:
        return stream.isatty()
    except (AttributeError, ValueError):
        return False


def step_table(run: PipelineRunResponse, colour: bool = False, width: int | None = None) -> str:
    """An aligned table of a run's steps with a last line for the whole.

    `width`: columns of the terminal; longer lines are cut. None: as long as they are.
    """
    rows = [_cells(step) for step in run.steps.values()]
    shown = [at for at in range(len(_HEADINGS)) if at < 2 or any(row[at] for row in rows)]
    widths = {at: max([len(_HEADINGS[at]), *(len(row[at]) for row in rows)]) for at in shown}
    rule = ["─" * widths.get(at, 0) for at in range(len(_HEADINGS))]
    lines = [_fit(_line(cells, shown, widths), width) for cells in (_HEADINGS, rule)]
    for row, step in zip(rows, run.steps.values(), strict=True):
        line = _fit(_line(row, shown, widths), width)
        lines.append(_coloured(line, row[0], step.status, widths[0]) if colour else line)
    lines.append(_total(run))
    return "\n".join(lines)


def _fit(line: str, width: int | None) -> str:
    line = line.rstrip()
    return line if width is None or len(line) <= width else f"{line[: width - 1]}…"


def _line(cells: Any, shown: list[int], widths: dict[int, int]) -> str:
    return "  ".join(
        cells[at].rjust(widths[at]) if _HEADINGS[at] == "time" else cells[at].ljust(widths[at])
        for at in shown
    )


def _coloured(line: str, name: str, status: str, width: int) -> str:
    code = _COLOURS.get(status)
    if code is None:
        return line
    start = width + 2
    end = start + len(status)
    return f"{line[:start]}\033[{code}m{line[start:end]}\033[0m{line[end:]}"


def _cells(step: StepResponse) -> list[str]:
    cells = [
        step.name,
        step.status,
        why(step),
        "" if step.duration is None else seconds(step.duration),
        _metrics(step.metrics),
        ", ".join(step.artifact_labels),
    ]
    return [_cut(cell, limit) for cell, limit in zip(cells, _LIMITS, strict=True)]


def _cut(text: str, limit: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def why(step: StepResponse) -> str:
    """Why a step ran or did not, for people."""
    if step.status == "cached":
        return "" if step.cached_from is None else f"from {ago(step.cached_from)}"
    if step.status in ("failed", "skipped") and step.message:
        return step.message
    return ", ".join(step.reasons)


def _metrics(metrics: dict[str, float]) -> str:
    texts = [f"{key} {value:.4g}" for key, value in list(metrics.items())[:_METRICS_SHOWN]]
    more = len(metrics) - _METRICS_SHOWN
    return ", ".join(texts) + (f" +{more}" if more > 0 else "")


def _total(run: PipelineRunResponse) -> str:
    states = [step.status for step in run.steps.values()]
    counts = [
        f"{states.count(state)} {state}"
        for state in ("ran", "cached", "failed", "skipped", "cancelled")
        if state in states
    ]
    total = "" if run.duration is None else f" in {seconds(run.duration)}"
    return f"{run.pipeline}: {run.status}{total} ({', '.join(counts)})"


def seconds(duration: float) -> str:
    """`0.061s`, `12.3s`, `4m 05s`."""
    if duration < 10:
        return f"{duration:.3f}s"
    if duration < 60:
        return f"{duration:.1f}s"
    minutes, rest = divmod(round(duration), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h {minutes:02d}m" if hours else f"{minutes}m {rest:02d}s"


def ago(moment: float) -> str:
    """How long ago a time (seconds since 1970) is: `3 minutes ago`."""
    passed = max(0, int(time.time() - moment))
    for unit, length in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        count = passed // length
        if count:
            return f"{count} {unit}{'s' if count > 1 else ''} ago"
    return f"{passed} second{'s' if passed != 1 else ''} ago" if passed else "just now"


def size(count: int) -> str:
    """Bytes for people: `812 B`, `1.2 kB`, `34 MB`."""
    value = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000 or unit == "GB":
            return f"{value:.0f} {unit}" if unit == "B" or value >= 10 else f"{value:.1f} {unit}"
        value /= 1000
    return f"{count} B"


class Printer:
    """Prints the course of a run to a stream and keeps its steps up to date."""

    def __init__(self, run: PipelineRunResponse, stream: TextIO | None = None) -> None:
        self.run = run
        self._stream = stream or sys.stdout
        self._colour = uses_colour(self._stream)

    def begin(self, user: str, url: str, root: str) -> None:
        """The first lines: user, pipeline, server."""
        self._say(f"Initiating a new run for the pipeline: {self._name(self.run.pipeline)}.")
        self._say(f"Using user: {self._name(user)}")
        self._say(f"Using server: {self._name(url)} (root {root})")

    def notice(self, notice: dict) -> None:
        """One thing that happened to a step, as the server tells it."""
        from .response import StepResponse

        step_id = notice["stepId"]
        step = self.run.steps.setdefault(step_id, StepResponse(step_id, self.run))
        getattr(self, f"_{notice['kind']}", self._unknown)(notice, step)

    def end(self, table: str) -> None:
        """The last lines: how the run ended, and the table."""
        run = self.run
        took = f" in {seconds(run.duration)}" if run.duration is not None else ""
        failed = [step.name for step in run.steps.values() if step.status == "failed"]
        if run.status == "failed":
            self._say(
                f"Pipeline run has failed{took} due to failure in step(s): "
                f"{', '.join(failed) or 'unknown'}"
            )
        elif run.steps and all(step.status == "cached" for step in run.steps.values()):
            self._say(f"All steps of the pipeline run were cached{took and f', {took[4:]}'}.")
        else:
            self._say(
                f"Pipeline run has {run.status}{took}.".replace("has cancelled", "was cancelled")
            )
        self._say(f"\n{table}")

    @property
    def width(self) -> int | None:
        """Columns of the terminal; None when the stream is no terminal."""
        try:
            return os.get_terminal_size(self._stream.fileno()).columns or None
        except (OSError, AttributeError, ValueError):
            return None

    @property
    def colour(self) -> bool:
        """Whether the stream shows colours."""
        return self._colour

    def say(self, text: str) -> None:
        """One more line."""
        self._say(text)

    def _started(self, notice: dict, step: StepResponse) -> None:
        step.status = "running"
        step.reasons = [one["text"] for one in notice["reasons"]]
        step.is_first_run = any(one["kind"] == "first-run" for one in notice["reasons"])
        reason = ""
        if step.reasons:
            reason = (
                " (first run)" if step.is_first_run else f" (re-runs: {', '.join(step.reasons)})"
            )
        self._say(f"Step {self._name(step.name)} has started{reason}.")

    def _cached(self, notice: dict, step: StepResponse) -> None:
        step.status = "cached"
        step.cached_from = notice["from"] / 1000
        self._keep_outputs(notice, step)
        self._say(
            f"Step {self._name(step.name)}: cached (from {ago(step.cached_from)})"
            f"{self._outputs_text(notice)}."
        )

    def _finished(self, notice: dict, step: StepResponse) -> None:
        step.status = "ran"
        step.duration = notice["durationMs"] / 1000
        self._keep_outputs(notice, step)
        self._say(
            f"Step {self._name(step.name)} has finished in {self._name(seconds(step.duration))}"
            f"{self._outputs_text(notice)}."
        )
        if notice.get("notReusable"):
            self._say(f"  Its result will not be reused: {notice['notReusable']}.")

    def _failed(self, notice: dict, step: StepResponse) -> None:
        step.status = "failed"
        step.message = notice["message"]
        self._say(f"Failed to run step {self._name(step.name)}: {notice['message']}")

    def _retrying(self, notice: dict, step: StepResponse) -> None:
        self._say(
            f"Step {self._name(step.name)} failed ({notice['message']}) and is tried again: "
            f"{notice['attempt']} of {notice['attempts']}."
        )

    def _skipped(self, notice: dict, step: StepResponse) -> None:
        step.status = "skipped"
        step.message = notice["because"]
        self._say(f"Skipping step {self._name(step.name)}: {notice['because']}.")

    def _cancelled(self, notice: dict, step: StepResponse) -> None:
        step.status = "cancelled"
        self._say(f"Step {self._name(step.name)} was cancelled.")

    def _unknown(self, notice: dict, step: StepResponse) -> None:
        self._say(f"Step {step.name}: {notice['kind']}")

    def _keep_outputs(self, notice: dict, step: StepResponse) -> None:
        from .response import artifact_label, noticed_outputs

        step.outputs = noticed_outputs(notice, self.run.server)
        step.artifact_labels = [
            artifact_label(one["artifact"], one["version"]) for one in notice["outputs"]
        ]

    def _outputs_text(self, notice: dict) -> str:
        from .response import artifact_label

        texts = [
            f"{artifact_label(one['artifact'], one['version'])} "
            f"({one['type'].rpartition('.')[2]}, {size(one['size'])})"
            for one in notice["outputs"]
        ]
        return f" → {', '.join(texts)}" if texts else ""

    def _name(self, text: str) -> str:
        return f"\033[1;35m{text}\033[0m" if self._colour else text

    def _say(self, text: str) -> None:
        try:
            print(text, file=self._stream, flush=True)
        except UnicodeEncodeError:
            encoding = getattr(self._stream, "encoding", None) or "ascii"
            plain = text.encode(encoding, "replace").decode(encoding)
            print(plain, file=self._stream, flush=True)
