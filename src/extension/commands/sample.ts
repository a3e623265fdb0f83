/** The sample project and the logging snippet: small, and they run with the standard library alone. */

export const SAMPLE_FILE = 'runlens_sample.py';

export const SAMPLE = `"""A small pipeline: make points, fit a line to them by gradient descent, judge the fit.

Run it from the line above a step or a pipeline, or with: python ${SAMPLE_FILE}
Change \`learning_rate\` or a function, and see above the steps what would run again, and why.
"""

import random
from typing import Annotated

from runlens import log_metric, log_param, pipeline, step


@step
def load_points(count: int = 200) -> Annotated[list, "points"]:
    """Points around the line y = 3 x + 2."""
    generator = random.Random(7)
    xs = [generator.uniform(-1, 1) for _ in range(count)]
    return [[x, 3 * x + 2 + generator.gauss(0, 0.2)] for x in xs]


@step
def fit_line(points: list, learning_rate: float = 0.1, epochs: int = 40) -> Annotated[dict, "line"]:
    """Gradient descent on the mean squared error, which is logged once an epoch."""
    log_param("learning_rate", learning_rate)
    slope, offset = 0.0, 0.0
    for epoch in range(epochs):
        errors = [(slope * x + offset - y, x) for x, y in points]
        log_metric("loss", sum(e * e for e, _ in errors) / len(errors), step=epoch)
        slope -= learning_rate * 2 * sum(e * x for e, x in errors) / len(errors)
        offset -= learning_rate * 2 * sum(e for e, _ in errors) / len(errors)
    return {"slope": slope, "offset": offset}


@step
def judge(points: list, line: dict) -> Annotated[dict, "report"]:
    """The greatest distance of a point from the line."""
    worst = max(abs(line["slope"] * x + line["offset"] - y) for x, y in points)
    log_metric("worst_error", worst)
    return {"worst_error": worst, **line}


@pipeline
def line_fit(learning_rate: float = 0.1):
    points = load_points()
    judge(points, fit_line(points, learning_rate))


if __name__ == "__main__":
    line_fit()
`;

export const LOGGING_SNIPPET = `import runlens

runlens.connect()  # finds or starts this folder's server

import mlflow

with mlflow.start_run():
    mlflow.log_param("learning_rate", 0.1)
    mlflow.log_metric("loss", 0.5, step=1)
`;
