"""The step table and the texts for people."""

import io
import time

import pytest
from runlens._results.response import PipelineRunResponse, StepResponse, artifact_label
from runlens._results.table import Printer, ago, seconds, size, step_table, uses_colour


def run_of(*steps):
    run = PipelineRunResponse("1" * 32, "training-1", "training")
    run.status = "finished"
    run.duration = 1.5
    for name, values in steps:
        step = StepResponse(name)
        for key, value in values.items():
            setattr(step, key, value)
        run.steps[name] = step
    return run


def test_columns_are_aligned():
    run = run_of(
        ("load_data", {"status": "cached", "cached_from": time.time() - 200}),
        (
            "train_model",
            {
                "status": "ran",
                "duration": 1.25,
                "reasons": ["gamma 0.001 → 0.002"],
                "metrics": {"loss": 0.012345, "accuracy": 0.99},
                "artifact_labels": ["classifier v2"],
            },
        ),
    )
    lines = step_table(run).splitlines()
    assert lines[0] == (
        "step         state   why                    time  metrics                      artifacts"
    )
    assert lines[2] == "load_data    cached  from 3 minutes ago"
    assert lines[3] == (
        "train_model  ran     gamma 0.001 → 0.002  1.250s  "
        "loss 0.01235, accuracy 0.99  classifier v2"
    )
    assert lines[4:] == ["training: finished in 1.500s (1 ran, 1 cached)"]


def test_empty_columns_are_left_out_and_long_cells_cut():
    text = step_table(run_of(("a", {"status": "failed", "message": "ValueError: " + "x" * 200})))
    assert "metrics" not in text
    assert "…" in text
    assert max(map(len, text.splitlines())) < 120


def test_lines_fit_into_a_terminal():
    lines = step_table(run_of(("a" * 20, {"status": "ran"})), width=12).splitlines()
    assert lines[2] == "aaaaaaaaaaa…"
    assert all(len(line) <= 12 for line in lines[:-1])


def test_colour_only_on_request():
    run = run_of(("a", {"status": "ran"}))
    assert "\033[" not in step_table(run)
    assert "\033[32mran\033[0m" in step_table(run, colour=True)


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_colour_needs_a_terminal_that_wants_it(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert uses_colour(Terminal())
    assert not uses_colour(io.StringIO())
    monkeypatch.setenv("NO_COLOR", "1")
    assert not uses_colour(Terminal())


def test_a_stream_that_cannot_show_an_arrow_gets_another_sign():
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    Printer(run_of(), stream).say("a → b")
    assert raw.getvalue() == b"a ? b\n"


@pytest.mark.parametrize(
    ("passed", "text"),
    [(0, "just now"), (1, "1 second ago"), (59, "59 seconds ago"), (60, "1 minute ago"),
     (7300, "2 hours ago"), (200_000, "2 days ago")],
)  # fmt: skip
def test_ago(passed, text):
    assert ago(time.time() - passed) == text


@pytest.mark.parametrize(
    ("duration", "text"),
    [(0.0614, "0.061s"), (12.34, "12.3s"), (245, "4m 05s"), (3661, "1h 01m")],
)
def test_seconds(duration, text):
    assert seconds(duration) == text


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 B"), (999, "999 B"), (1200, "1.2 kB"), (34_000_000, "34 MB")]
)
def test_size(count, text):
    assert size(count) == text


def test_artifact_labels():
    assert artifact_label("classifier", "7") == "classifier v7"
    assert artifact_label("training::load_data::output", "2") == "load_data v2"
