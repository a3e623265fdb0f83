"""A pipeline with a helper module, for the tests that run scripts."""

HELPERS = """
    OFFSET = 1

    def clean(values):
        return [value + OFFSET for value in values]
"""


TRAIN = """
    from typing import Annotated
    from helpers import clean
    from runlens import log_metric, log_param, pipeline, step

    @step
    def load_data() -> list:
        print("loading")
        return [1, 2, 3]

    @step
    def train_model(data: list, gamma: float = 0.5) -> Annotated[float, "score"]:
        for epoch in range(3):
            log_metric("loss", 1 / (epoch + 1), step=epoch)
        log_param("kind", "sum")
        return sum(clean(data)) * gamma

    @step
    def report(score: float) -> str:
        return f"score {score}"

    @pipeline
    def training(gamma: float = 0.001):
        report(train_model(load_data(), gamma))

    if __name__ == "__main__":
        import sys
        run = training(*map(float, sys.argv[1:]))
        print("value:", run.steps["report"].outputs["output"][0].load())
"""


def with_training(workspace):
    workspace.write("helpers.py", HELPERS)
    workspace.write("train.py", TRAIN)
    return workspace
