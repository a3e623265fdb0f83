"""A step that goes on until it is stopped, with its progress on a bar."""

import sys
import time

from runlens import pipeline, step


@step
def wait_long(seconds: int = 300) -> int:
    for second in range(seconds):
        print(f"\r{100 * second // seconds:3}%|#    | {second}/{seconds}", end="", file=sys.stderr)
        time.sleep(1)
    return seconds


@pipeline
def slow():
    wait_long()
