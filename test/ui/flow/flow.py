"""A small pipeline of the standard library alone: load_numbers → fit → judge."""

from typing import Annotated, Literal

from flow_helpers import scaled
from runlens import log_metric, pipeline, step


@step
def load_numbers(count: int = 6) -> Annotated[list, "numbers"]:
    """Whole numbers from 0."""
    return list(range(count))


@step
def fit(numbers: list, gamma: float = 0.5, epochs: int = 3) -> Annotated[dict, "line"]:
    """A slope that grows with each epoch."""
    slope = 0.0
    for epoch in range(epochs):
        slope += scaled(sum(numbers), gamma)
        log_metric("slope", slope, step=epoch)
    return {"slope": slope, "epochs": epochs}


@step
def judge(line: dict) -> Annotated[float, "score"]:
    score = line["slope"] / 100
    return score


@pipeline
def flow(gamma: float = 0.5, epochs: int = 3, solver: Literal["adam", "sgd"] = "adam"):
    judge(fit(load_numbers(), gamma, epochs))
