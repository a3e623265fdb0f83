// The same small programs for Runlens and for ZenML: only what the decorators are imported from differs.

/** @param {'runlens' | 'zenml'} from */
const heading = (from) => `
import sys, time
from ${from} import pipeline, step
`;

/** A chain: `python chain.py LENGTH SALT TIMES` prints a line `MS <milliseconds>` for each time. */
export const chain = (from) => `${heading(from)}
@step
def first() -> int:
    return 0

@step
def follow(value: int, add: int = 1) -> int:
    return value + add

@pipeline
def chain(length: int = 100, salt: int = 0):
    value = first(id="start")
    for _ in range(length - 1):
        value = follow(value, salt)

if __name__ == "__main__":
    length, salt, times = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    for _ in range(times):
        started = time.perf_counter()
        chain(length=length, salt=salt)
        print("MS", (time.perf_counter() - started) * 1000, file=sys.stderr)
`;

/** Independent steps that sleep: `python sleeps.py COUNT SALT` prints `MS`. */
export const sleeps = (from) => `${heading(from)}
@step
def rest(number: int, salt: int) -> int:
    time.sleep(1)
    return number

@pipeline
def sleeps(count: int = 8, salt: int = 0):
    for number in range(count):
        rest(number, salt)

if __name__ == "__main__":
    started = time.perf_counter()
    sleeps(count=int(sys.argv[1]), salt=int(sys.argv[2]))
    print("MS", (time.perf_counter() - started) * 1000, file=sys.stderr)
`;

/** A thousand steps, 200 wide and five deep. */
export const wide = (from) => `${heading(from)}
@step
def begin(number: int, salt: int) -> int:
    return number

@step
def follow(value: int) -> int:
    return value + 1

@pipeline
def wide(width: int = 200, depth: int = 5, salt: int = 0):
    values = [begin(number, salt) for number in range(width)]
    for _ in range(depth - 1):
        values = [follow(value) for value in values]

if __name__ == "__main__":
    started = time.perf_counter()
    wide(width=int(sys.argv[1]), depth=int(sys.argv[2]), salt=int(sys.argv[3]))
    print("MS", (time.perf_counter() - started) * 1000, file=sys.stderr)
`;
