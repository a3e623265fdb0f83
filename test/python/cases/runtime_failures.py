"""Failures in dynamic pipelines: one row per behaviour."""

from __future__ import annotations

from runtime_dynamic import Row, dynamic

ROWS = [
    Row(
        "a call that fails raises what the step raised",
        dynamic(
            """
try:
    breaks(5)
except Odd as error:
    show("caught", error, error.code)
show(double(1).load())
"""
        )
        + "    show(run.status, run.steps['breaks'].status)\n",
        ["caught odd ROW 5 7", "2", "failed failed"],
    ),
    Row(
        "a failure that is not caught ends the script with its own exception",
        dynamic("breaks(1)\nshow('never')"),
        error="Odd: odd ROW 1",
    ),
    Row(
        "a future raises when it is asked",
        dynamic(
            """
future = breaks.submit(2)
future.wait()
show("waited")
try:
    future.load()
except Odd as error:
    show("caught", error)
"""
        ),
        ["waited", "caught odd ROW 2"],
    ),
    Row(
        "what depends on a failed step raises the original exception",
        dynamic(
            """
first = breaks.submit(3)
last = double.submit(double.submit(first))
try:
    last.result()
except Odd as error:
    show("caught", error)
try:
    double(last)
except Odd as error:
    show("again", error)
"""
        )
        + "    show([one.status for one in run.steps.values()])\n",
        ["caught odd ROW 3", "again odd ROW 3", "['failed', 'skipped', 'skipped', 'skipped']"],
    ),
    Row(
        "one failure of a map raises, the others have results",
        """
class Odd(Exception):
    pass

@step
def numbers() -> list:
    return [1, 2, ROW * 0 + 3]

@step
def check(value: int) -> int:
    if value == 2:
        raise Odd("two")
    return value

@pipeline(dynamic=True)
def p():
    made = check.map(numbers())
    try:
        made.load()
    except Odd as error:
        show("caught", error)
    show(made[0].load(), made[2].load())

if __name__ == "__main__":
    p()
""",
        ["caught two", "1 3"],
    ),
    Row(
        "with fail-fast a call that is cut off raises what failed",
        """
import time

class Odd(Exception):
    pass

@step
def breaks() -> int:
    time.sleep(0.5)
    raise Odd("odd ROW")

@step
def slow() -> int:
    time.sleep(20)
    return ROW

@pipeline(dynamic=True, execution_mode="fail-fast")
def p():
    other = breaks.submit()
    start = time.monotonic()
    try:
        slow()
    except Odd as error:
        show("caught", error, time.monotonic() - start < 15)

if __name__ == "__main__":
    show([one.status for one in p().steps.values()])
""",
        ["caught odd ROW True", "['failed', 'cancelled']"],
    ),
    Row(
        "with stop-on-failure nothing is called any more",
        """
class Odd(Exception):
    pass

@step
def breaks() -> int:
    raise Odd("odd ROW")

@step
def other() -> int:
    return ROW

@pipeline(dynamic=True, execution_mode="stop-on-failure")
def p():
    for call in (breaks, other):
        try:
            call()
        except Odd as error:
            show("caught", error)

if __name__ == "__main__":
    show([one.status for one in p().steps.values()])
""",
        ["caught odd ROW", "caught odd ROW", "['failed', 'skipped']"],
    ),
    Row(
        "a failure that nobody asked for is raised at the end",
        dynamic("breaks.submit(4)\nshow(double(1).load())"),
        ["2"],
        error="Odd: odd ROW 4",
    ),
    Row(
        "an error of the pipeline's own code fails the run",
        dynamic("double(1)\nraise KeyError('mine ROW')", "None")
        + """
    try:
        p()
    except KeyError as error:
        show("caught", error)
    run = Client().list_pipeline_runs(pipeline="p", size=1)[0]
    show(run.status, run.steps["double"].status)
""",
        ["caught 'mine ROW'", "failed ran"],
    ),
]
