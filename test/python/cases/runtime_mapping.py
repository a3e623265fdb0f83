"""Mapping, reducing and caching in dynamic pipelines: one row per behaviour."""

from __future__ import annotations

from runtime_dynamic import Row, dynamic

ROWS = [
    Row(
        "map makes one call per item",
        dynamic(
            "made = double.map(numbers())\nshow(len(made), made.load(), made[1].invocation_id)"
        ),
        ["3 [2, 4, 6] double_2"],
    ),
    Row(
        "map zips lists of equal lengths",
        dynamic("show(add.map(one=numbers(), other=numbers()).load())"),
        ["[2, 4, 6]"],
    ),
    Row(
        "map refuses unequal lengths",
        dynamic("add.map(numbers(2), numbers(3))"),
        error="unequal numbers of items: one 2, other 3",
    ),
    Row(
        "map gives plain values to every call",
        dynamic("show(add.map(numbers(), 10).load())"),
        ["[11, 12, 13]"],
    ),
    Row(
        "map gives what is no list to every call",
        dynamic("show(add.map(numbers(), double(5)).load())"),
        ["[11, 12, 13]"],
    ),
    Row(
        "unmapped gives a list to every call",
        """
@step
def numbers() -> list:
    return [1, 2, ROW * 0 + 3]

@step
def within(value: int, all_of_them: list) -> str:
    return f"{value}/{len(all_of_them)}"

@pipeline(dynamic=True)
def p():
    made = numbers()
    show(within.map(made, unmapped(made)).load())

if __name__ == "__main__":
    p()
""",
        ["['1/3', '2/3', '3/3']"],
    ),
    Row(
        "unmapped is for map and product",
        dynamic("double(unmapped(1))"),
        error="unmapped() is for .map and .product",
    ),
    Row(
        "product makes every combination",
        dynamic("show(add.product(numbers(2), numbers(3)).load())"),
        ["[2, 3, 4, 3, 4, 5]"],
    ),
    Row(
        "map over nothing is refused",
        dynamic("double.map(1)"),
        error="nothing to map over",
    ),
    Row(
        "map over an empty list makes no call",
        dynamic("show(len(double.map(numbers(0))), double.map(numbers(0)).load())"),
        ["0 []"],
    ),
    Row(
        "a reducer takes the results of a map",
        dynamic("show(total(double.map(numbers())).load())"),
        ["12"],
    ),
    Row(
        "a reducer takes a list of futures and artifacts",
        dynamic("show(total([double.submit(1), double(2), double.submit(3)]).load())"),
        ["12"],
    ),
    Row(
        "map over the results of a map",
        dynamic("show(double.map(double.map(numbers())).load())"),
        ["[4, 8, 12]"],
    ),
    Row(
        "map over a list of futures",
        dynamic("show(double.map([double.submit(1), double.submit(2)]).load())"),
        ["[4, 8]"],
    ),
    Row(
        "map over a future waits for it",
        dynamic("show(double.map(numbers.submit(2)).load())"),
        ["[2, 4]"],
    ),
    Row(
        "the results of a map are unpacked by output",
        dynamic(
            "twice, thrice = both.map(numbers()).unpack()\n"
            "show([one.load() for one in twice], total(thrice).load())"
        ),
        ["[2, 4, 6] 18"],
    ),
    Row(
        "chunk takes one item of a list",
        dynamic(
            """
made = numbers()
for at, value in enumerate(made.load()):
    if value > 1:
        show(made.chunk(at).load(), double(made.chunk(at)).load())
show(double(made.chunk(-1)).load(), len(made.chunks()))
"""
        ),
        ["2 4", "3 6", "6 3"],
    ),
    Row(
        "chunk of an item that is not there",
        dynamic("numbers(2).chunk(2)"),
        error="has 2 items; there is no item 2",
    ),
    Row(
        "chunk of what is no list",
        dynamic("double(2).chunk(0)"),
        error="has no items to take apart",
    ),
    Row(
        "a chunk waits for its future",
        dynamic("show(double(numbers.submit().chunk(2)).load())"),
        ["6"],
    ),
    Row(
        "results are cached, and code is not",
        dynamic("show(total(double.map(numbers(2))).load())")
        + "    show(','.join(one.status for one in run.steps.values()))\n",
        ["6", "ran,ran,ran,ran"],
        then=((), ["6", "cached,cached,cached,cached"]),
    ),
    Row(
        "one more item runs one step more",
        dynamic("show(double.map(numbers(2)).load())")
        + "    show(','.join(one.status for one in run.steps.values()))\n",
        ["[2, 4]", "ran,ran,ran"],
        then=((("numbers(2)", "numbers(3)"),), ["[2, 4, 6]", "ran,cached,cached,ran"]),
    ),
    Row(
        "an item that moves in its list stays cached",
        """
@step
def words() -> list:
    return ["a", "b"]

@step
def shout(word: str) -> str:
    return word.upper() + "!" * (ROW * 0 + 1)

@pipeline(dynamic=True)
def p():
    show(shout.map(words()).load())

if __name__ == "__main__":
    show(",".join(one.status for one in p().steps.values()))
""",
        ["['A!', 'B!']", "ran,ran,ran"],
        then=(
            (('["a", "b"]', '["new", "b", "a"]'),),
            ["['NEW!', 'B!', 'A!']", "ran,ran,cached,cached"],
        ),
    ),
    Row(
        "another pipeline's artifact is passed whole, and not mapped",
        dynamic(
            """
earlier = Client().get_artifact_version(MADE)
show(total(earlier).load(), add.map(numbers(2), unmapped(double(1))).load())
total([earlier.load()[0]])
double.map(earlier)
""",
            "None",
        ).replace("@pipeline(dynamic=True)\n", "MADE = ''\n\n@pipeline(dynamic=True)\n")
        + """
    @pipeline
    def first():
        numbers(2)

    MADE = first().steps["numbers"].output.id
    p()
""",
        ["3 [3, 4]"],
        error="is an artifact of another run, which cannot be mapped",
    ),
]
