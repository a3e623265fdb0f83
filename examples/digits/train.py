"""Recognises handwritten digits: load_data → split → train_model → evaluate.

Run it with `python train.py`, or click ▶ Run above a step or the pipeline. Run it again and every
step comes from the cache; change gamma, or a function in features.py, and only what depends on it
runs anew.
"""

from typing import Annotated

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from runlens import log_metric, log_metrics, log_param, pipeline, step
from sklearn.datasets import load_digits
from sklearn.kernel_approximation import RBFSampler
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import (
    accuracy_score,
    confusion_matrix,
    log_loss,
    precision_recall_fscore_support,
)
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline, make_pipeline

from features import features_of, labels_of

DIGITS = np.arange(10)


@step
def load_data() -> Annotated[pd.DataFrame, "digits"]:
    """1,797 scanned digits of 8 × 8 pixels, with the digit that each shows."""
    bundled = load_digits()
    columns = [f"pixel_{row}_{column}" for row in range(8) for column in range(8)]
    table = pd.DataFrame(bundled.data, columns=columns)
    table["digit"] = bundled.target
    print(f"{len(table)} images of {table['digit'].nunique()} digits")
    return table


@step
def split(
    digits: pd.DataFrame, test_share: float = 0.25
) -> tuple[Annotated[pd.DataFrame, "train"], Annotated[pd.DataFrame, "test"]]:
    """Parts for training and for testing with equal shares of each digit."""
    train, test = train_test_split(
        digits, test_size=test_share, random_state=0, stratify=digits["digit"]
    )
    return train.reset_index(drop=True), test.reset_index(drop=True)


@step
def train_model(
    train: pd.DataFrame, gamma: float = 0.001, epochs: int = 60
) -> Annotated[Pipeline, "classifier"]:
    """A linear model on random features of an RBF kernel, trained epoch by epoch.

    `gamma` is the width of the kernel: too small and all digits look alike, too large and the model
    learns its examples by heart.
    """
    inputs, labels = features_of(train), labels_of(train)
    kernel = RBFSampler(gamma=gamma, n_components=1500, random_state=0)
    mapped = kernel.fit_transform(inputs)
    linear = SGDClassifier(loss="log_loss", learning_rate="constant", eta0=0.1, random_state=0)
    log_param("components", kernel.n_components)
    shuffle = np.random.default_rng(0)
    for epoch in range(epochs):
        order = shuffle.permutation(len(labels))
        linear.partial_fit(mapped[order], labels[order], classes=DIGITS)
        loss = log_loss(labels, linear.predict_proba(mapped), labels=DIGITS)
        log_metric("loss", loss, step=epoch)
        if epoch % 10 == 9:
            print(f"epoch {epoch + 1}: loss {loss:.4f}")
    return make_pipeline(kernel, linear)


@step
def evaluate(
    model: Pipeline, test: pd.DataFrame
) -> tuple[
    Annotated[Figure, "confusion_matrix"],
    Annotated[pd.DataFrame, "report"],
    Annotated[float, "accuracy"],
]:
    """How well the model reads digits that it has not seen."""
    truth = labels_of(test)
    guess = model.predict(features_of(test))
    accuracy = float(accuracy_score(truth, guess))
    precision, recall, f1, count = precision_recall_fscore_support(truth, guess, labels=DIGITS)
    report = pd.DataFrame(
        {"digit": DIGITS, "precision": precision, "recall": recall, "f1": f1, "images": count}
    )
    log_metrics({"accuracy": accuracy, "worst_recall": float(recall.min())})
    return draw_confusion(confusion_matrix(truth, guess, labels=DIGITS)), report, accuracy


def draw_confusion(counts: np.ndarray) -> Figure:
    """A picture of how often each digit (row) was read as each digit (column), shape (10, 10)."""
    figure = Figure(figsize=(6, 5), dpi=120, layout="constrained")
    axes = figure.add_subplot(xlabel="read as", ylabel="digit", xticks=DIGITS, yticks=DIGITS)
    image = axes.imshow(counts, cmap="Blues")
    for (row, column), count in np.ndenumerate(counts):
        if count:
            shade = "white" if count > counts.max() / 2 else "black"
            axes.text(column, row, str(count), ha="center", va="center", color=shade)
    figure.colorbar(image, label="images")
    return figure


@pipeline
def training(gamma: float = 0.001, epochs: int = 60):
    """The whole way from the images to a tested classifier."""
    train, test = split(load_data())
    model = train_model(train, gamma, epochs)
    evaluate(model, test)


if __name__ == "__main__":
    training()
