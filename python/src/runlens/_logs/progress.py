"""How far a step is: told by the step, or read from the bars that it draws."""

from __future__ import annotations

from .._process import context_state

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any, TypeVar

    Item = TypeVar("Item")

_SCALE = {"": 1, "k": 1e3, "K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15}
_NUMBER = r"\d+(?:\.\d+)?"
# ` 45%|████▌     | 45/100 [00:01<00:01, 44.9it/s]`, with the description before it
_TQDM = (
    rf"^(?P<text>.*?):?\s*(?P<percent>\d{{1,3}})%\|[^|]*\|\s*(?P<done>{_NUMBER})(?P<scale>[kKMGTP]?)"
    rf"/(?P<total>{_NUMBER})(?P<total_scale>[kKMGTP]?)\s*(?:\[(?P<rest>[^\]]*))?"
)
# `45it [00:01, 44.9it/s]`: nobody knows how many there are
_TQDM_OPEN = (
    rf"^(?:(?P<text>.*?):\s+)?(?P<done>{_NUMBER})(?P<scale>[kKMGTP]?)(?P<unit>[A-Za-z]+)\s*"
    r"\[\d+:\d\d(?::\d\d)?,"
)
_UNIT = rf"(?:{_NUMBER}|\?)[kKMGTP]?\s*(?P<unit>[A-Za-z]+)/s|s/(?P<inverse>[A-Za-z]+)"
_COUNT = r"(?P<done>\d+)\s*/\s*(?P<total>\d+)"
_PERCENT = r"(?P<done>\d{1,3}(?:\.\d+)?)\s*%"


def set_progress(
    done: float, total: float | None = None, *, unit: str | None = None, text: str | None = None
) -> None:
    """Tells how far the running step is; shown in the editor and by `runlens`.

    May be called as often as wanted: the newest state is sent at most five times a second. Outside
    of a step it does nothing, so that a function can be used with and without a pipeline.

    Args:
        done: How much is done, in any unit.
        total: How much there is; None when that is not known.
        unit: What is counted, such as `epoch`.
        text: A few words before the bar.
    """
    from .streams import sink_of

    sink = sink_of(context_state.current())
    if sink is not None:
        sink.set_progress(progress_of(done, total, unit, text))


def progress(
    items: Iterable[Item],
    total: float | None = None,
    *,
    unit: str | None = None,
    text: str | None = None,
) -> Iterator[Item]:
    """Gives the items one by one and tells how far the running step is (`set_progress`).

    `total` is taken from `len(items)` when that is known.
    """
    if total is None:
        try:
            total = len(items)  # type: ignore[arg-type]
        except TypeError:
            total = None
    set_progress(0, total, unit=unit, text=text)
    for done, item in enumerate(items, 1):
        yield item
        set_progress(done, total, unit=unit, text=text)


def progress_of(done: float, total: float | None, unit: str | None, text: str | None) -> dict:
    """As StepProgress. Numbers that are not finite are not told."""
    described: dict[str, Any] = {"done": _finite(done) or 0}
    if total is not None and _finite(total) is not None:
        described["total"] = _finite(total)
    if unit:
        described["unit"] = str(unit)[:40]
    if text:
        described["text"] = str(text)[:200]
    return described


def _finite(number: Any) -> float | int | None:
    value = float(number)
    if value - value != 0:
        return None
    return int(value) if value.is_integer() else value


def parse_bar(bar: str) -> dict | None:
    """StepProgress of a line that draws over itself: tqdm, rich, Keras, `3/10`, `45 %`."""
    import re

    line = re.sub("\x1b\\[[0-9;?]*[A-Za-z]", "", bar).strip()
    found = re.match(_TQDM, line)
    if found:
        unit = re.search(_UNIT, found["rest"] or "")
        return progress_of(
            float(found["done"]) * _SCALE[found["scale"]],
            float(found["total"]) * _SCALE[found["total_scale"]],
            (unit["unit"] or unit["inverse"]) if unit else None,
            found["text"].strip(),
        )
    found = re.match(_TQDM_OPEN, line)
    if found:
        done = float(found["done"]) * _SCALE[found["scale"]]
        return progress_of(done, None, found["unit"], found["text"])
    found = re.search(_COUNT, line)
    if found and float(found["total"]) > 0:
        text = _words(line[: found.start()])
        return progress_of(float(found["done"]), float(found["total"]), None, text)
    found = re.search(_PERCENT, line)
    if found:
        return progress_of(float(found["done"]), 100, "%", _words(line[: found.start()]))
    return None


def _words(text: str) -> str:
    """The words before a bar, without the bar."""
    import re

    return re.sub(r"[^\w)\]]+$", "", re.split(r"[━╸╺█▏▎▍▌▋▊▉|\[]", text)[0]).strip()
