"""Dynamic pipelines (steps that run when they are called): one row per behaviour.

`text` follows the prelude of test_cases_runtime.py; what it shows with `show(...)` must be `shows`.
`ROW` in it is the row's number, so that rows share no cached results. `error` must be in what the
script says when it ends with exit code 1. `then`: edits and what the script shows when run again.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Row:
    name: str
    text: str
    shows: list[str] = field(default_factory=list)
    error: str = ""
    says: tuple[str, ...] = ()
    then: tuple[tuple[tuple[str, str], ...], list[str]] | None = None


STEPS = """
@step
def numbers(count: int = 3) -> list:
    return [ROW * 0 + one for one in range(1, count + 1)]

@step
def double(value: int) -> int:
    return value * 2 + ROW * 0

@step
def total(values: list) -> int:
    return sum(values) + ROW * 0

@step
def add(one: int, other: int) -> int:
    return one + other + ROW * 0

@step
def both(value: int) -> Tuple[int, int]:
    return value * 2 + ROW * 0, value * 3

class Odd(Exception):
    def __init__(self, message, code=7):
        super().__init__(message)
        self.code = code

@step
def breaks(value: int = 0) -> int:
    raise Odd(f"odd ROW {value}")
"""


def dynamic(body: str, call: str = "p()") -> str:
    lines = "\n".join(f"    {line}" for line in body.strip("\n").splitlines())
    main = '\nif __name__ == "__main__":\n    '
    return f"{STEPS}\n@pipeline(dynamic=True)\ndef p():\n{lines}\n{main}run = {call}\n"


ROWS = [
    Row(
        "a call runs at once and its value is there",
        dynamic("made = double(21)\nshow(made.load(), made.invocation_id, made.output_name)"),
        ["42 double output"],
    ),
    Row(
        "an artifact is passed on to the next step",
        dynamic("show(double(double(2)).load())"),
        ["8"],
    ),
    Row(
        "if and for decide by results",
        dynamic(
            """
value = double(1)
while value.load() < 20:
    value = double(value)
show(value.load(), value.invocation_id)
if value.load() > 30:
    show("large")
for one in numbers().load():
    if one == 2:
        show("two", double(one).load())
"""
        ),
        ["32 double_5", "large", "two 4"],
    ),
    Row(
        "several outputs are a tuple",
        dynamic("a, b = both(2)\nshow(a.load(), b.load(), a.output_name, add(a, b).load())"),
        ["4 6 output_0 10"],
    ),
    Row(
        "a step without output gives None",
        """
@step
def nothing() -> None:
    print("did ROW")

@pipeline(dynamic=True)
def p():
    show(nothing())

if __name__ == "__main__":
    p()
""",
        ["None"],
    ),
    Row(
        "an output without a type cannot be passed on",
        """
@step
def untyped():
    return 1

@step
def use(value: int) -> int:
    return value

@pipeline(dynamic=True)
def p():
    use(untyped())

if __name__ == "__main__":
    p()
""",
        error="has no type on its output",
    ),
    Row(
        "submit answers a future at once",
        """
import time

@step
def slow(seconds: float) -> float:
    time.sleep(seconds + ROW * 0)
    return seconds

@step
def after_it(value: float) -> float:
    return value * 2

@pipeline(dynamic=True)
def p():
    start = time.monotonic()
    first = slow.submit(1.0)
    second = after_it.submit(first)
    show(time.monotonic() - start < 0.8, first.running(), second.running())
    show(second.invocation_id, second.load())
    show(first.running(), second.running(), first.wait(), first.result().load())

if __name__ == "__main__":
    p()
""",
        ["True True True", "after_it 2.0", "False False None 1.0"],
    ),
    Row(
        "a future of several outputs is indexed, iterated and unpacked",
        dynamic(
            """
future = both.submit(2)
a, b = future
show(len(future), future[1].load(), a.load(), b.result().load())
show([one.load() for one in future.unpack()], future.load())
show(add(future[0], future[1]).load(), [one.load() for one in future.result()])
"""
        ),
        ["2 6 4 6", "[4, 6] (4, 6)", "10 [4, 6]"],
    ),
    Row(
        "a future of several outputs is no single input",
        dynamic("double(both.submit(1))"),
        error="as if it had one output",
    ),
    Row(
        "a future of one output cannot be unpacked",
        dynamic("a, b = double.submit(1)"),
        error="does not return a tuple",
    ),
    Row(
        "a pipeline that is called becomes a part",
        """
@step
def double(value: int) -> int:
    return value * 2 + ROW * 0

@pipeline(dynamic=True)
def inner(value: int):
    return double(double(value))

@pipeline
def plain(value: int):
    return double(value)

@pipeline(dynamic=True)
def p():
    show(inner(3).load(), plain(1).load(), double(plain(2)).load())

if __name__ == "__main__":
    show(",".join(p().steps))
""",
        ["12 2 8", "double,double_2,double_3,double_4,double_5"],
    ),
    Row(
        "a dynamic pipeline is no part of a static one",
        """
@step
def one() -> int:
    return 1

@pipeline(dynamic=True)
def inner():
    one()

@pipeline
def outer():
    inner()

if __name__ == "__main__":
    outer()
""",
        error="write @pipeline(dynamic=True) on outer",
    ),
    Row(
        "after orders steps without data",
        """
import time

@step
def slow() -> float:
    time.sleep(0.3 + ROW * 0)
    return time.time()

@step
def stamp(which: str) -> float:
    return time.time()

@pipeline(dynamic=True)
def p():
    first = slow.submit()
    by_future = stamp.submit("future", after=first)
    by_id = stamp.submit("id", after="slow")
    by_list = stamp.submit("list", after=[first, by_id])
    show(all(one.load() >= first.load() for one in (by_future, by_id, by_list)))

if __name__ == "__main__":
    p()
""",
        ["True"],
    ),
    Row(
        "after names a call that has not been made",
        dynamic('double(1, after="train")'),
        error="is to run after 'train', which has not been called",
    ),
    Row(
        "ids are counted, or given",
        dynamic(
            """
double(1)
double(2)
double.submit(3, id="third")
double.map(numbers(2), id="each")
"""
        )
        + "    show(','.join(run.steps))\n",
        ["double,double_2,third,numbers,each,each_2"],
    ),
    Row(
        "an id is unique",
        dynamic('double(1, id="a")\ndouble(2, id="a")'),
        error="Duplicate step ID 'a'",
    ),
    Row(
        "an artifact is no condition",
        dynamic("if double(1):\n    show('never')"),
        error="is used as a condition. It is an artifact",
    ),
    Row(
        "an artifact is no sequence",
        dynamic("for one in numbers():\n    show('never')"),
        error="is used as a sequence. It is an artifact",
    ),
    Row(
        "a list of single items is refused",
        dynamic("total(numbers().chunks())"),
        error="is a list with single items",
    ),
    Row(
        "a pipeline may call no step at all",
        dynamic("if False:\n    double(1)") + "    show(run.status, len(run.steps))\n",
        ["finished 0"],
    ),
    Row(
        "parameters are checked and passed",
        """
@step
def double(value: int) -> int:
    return value * 2 + ROW * 0

@pipeline(dynamic=True)
def p(count: int, label: str = "x"):
    for _ in range(count):
        last = double(count)
    show(label, last.load())

if __name__ == "__main__":
    p("2")
    show(p(3).parameters)
    p("many")
""",
        ["x 4", "x 6", "{'count': 3, 'label': 'x'}"],
        error="parameter 'count'",
    ),
    Row(
        "submit, map and product are for dynamic pipelines",
        STEPS
        + """
@pipeline
def static():
    double.submit(1)

if __name__ == "__main__":
    for call in (lambda: static(), lambda: double.map([1])):
        try:
            call()
        except StepInterfaceError as error:
            show(error.code)
""",
        ["not_dynamic", "not_dynamic"],
    ),
    Row(
        "a step in a running step is a plain call",
        STEPS
        + """
@step
def outer() -> int:
    return double(double(2))

@pipeline(dynamic=True)
def p():
    show(outer().load())

if __name__ == "__main__":
    show(",".join(p().steps))
""",
        ["8", "outer"],
    ),
    Row(
        "local steps and closures",
        """
def main():
    offset = 40 + ROW * 0

    @step
    def local(value: int) -> int:
        return value + offset

    @pipeline(dynamic=True)
    def p():
        show(local(1).load(), local.submit(2).load())

    p()

if __name__ == "__main__":
    main()
""",
        ["41 42"],
    ),
    Row(
        "an async step",
        """
import asyncio

@step
async def wait(value: int) -> int:
    await asyncio.sleep(0)
    return value + ROW * 0

@pipeline(dynamic=True)
def p():
    show(wait(4).load())

if __name__ == "__main__":
    p()
""",
        ["4"],
    ),
    Row(
        "a failing step is retried before its call raises",
        """
@step(retry={"max_retries": 2, "delay": 0})
def flaky() -> int:
    attempt = get_step_context().attempt
    if attempt < 3 + ROW * 0:
        raise ValueError(attempt)
    return attempt

@pipeline(dynamic=True)
def p():
    show(flaky().load())

if __name__ == "__main__":
    p()
""",
        ["3"],
    ),
    Row(
        "hooks of the pipeline run once, with its exception",
        """
def started(): show("start")
def ended(): show("end")
def failed(error): show("failed", type(error).__name__)
def fine(): show("success")

@step
def one() -> int:
    return 1 + ROW * 0

@pipeline(dynamic=True, on_start=started, on_end=ended, on_failure=failed, on_success=fine)
def p(good: bool):
    one()
    if not good:
        raise ValueError("bad")

if __name__ == "__main__":
    p(True)
    p(False)
""",
        ["start", "end", "success", "start", "end", "failed ValueError"],
        error="ValueError: bad",
    ),
]
