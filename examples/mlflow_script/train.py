"""Trains a linear classifier on handwritten digits and logs every epoch with MLflow."""

import argparse
import json
import tempfile
import time
from pathlib import Path

import mlflow
from sklearn.datasets import load_digits
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import accuracy_score, classification_report, log_loss
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=60)
    parser.add_argument("--alpha", type=float, default=0.001, help="strength of the penalty")
    parser.add_argument("--learning-rate", type=float, default=0.0005)
    parser.add_argument("--pause", type=float, default=0.1, help="seconds between two epochs")
    parser.add_argument("--experiment", default="digits with mlflow")
    return parser.parse_args()


def load_data():
    """Returns training and test images (n, 64), scaled, and their labels (n,)."""
    images, labels = load_digits(return_X_y=True)
    parts = train_test_split(images, labels, test_size=0.25, stratify=labels, random_state=0)
    train_images, test_images, train_labels, test_labels = parts
    scaler = StandardScaler().fit(train_images)
    return scaler.transform(train_images), scaler.transform(test_images), train_labels, test_labels


def main() -> None:
    arguments = parse_arguments()
    train_images, test_images, train_labels, test_labels = load_data()
    classes = list(range(10))
    model = SGDClassifier(
        loss="log_loss",
        alpha=arguments.alpha,
        learning_rate="constant",
        eta0=arguments.learning_rate,
        random_state=0,
    )

    mlflow.set_experiment(arguments.experiment)
    with mlflow.start_run():
        mlflow.log_params(
            {
                "model": "SGDClassifier",
                "alpha": arguments.alpha,
                "learning_rate": arguments.learning_rate,
                "epochs": arguments.epochs,
            }
        )
        for epoch in range(arguments.epochs):
            model.partial_fit(train_images, train_labels, classes=classes)
            probabilities = model.predict_proba(test_images)
            accuracy = accuracy_score(test_labels, probabilities.argmax(axis=1))
            mlflow.log_metric("loss", log_loss(test_labels, probabilities), step=epoch)
            mlflow.log_metric("accuracy", accuracy, step=epoch)
            time.sleep(arguments.pause)

        predicted = model.predict(test_images)
        with tempfile.TemporaryDirectory() as folder:
            report = Path(folder, "report.txt")
            report.write_text(classification_report(test_labels, predicted))
            mlflow.log_artifact(report)
            summary = Path(folder, "summary.json")
            summary.write_text(json.dumps({"accuracy": accuracy, "images": len(test_labels)}))
            mlflow.log_artifact(summary)
        print(f"accuracy {accuracy:.3f} after {arguments.epochs} epochs")


if __name__ == "__main__":
    main()
