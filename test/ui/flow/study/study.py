"""What the entry point runs."""

import argparse

import mlflow

parser = argparse.ArgumentParser()
parser.add_argument("--alpha", type=float)
parser.add_argument("--label")
arguments = parser.parse_args()
with mlflow.start_run():
    mlflow.log_metric("alpha_squared", arguments.alpha**2)
print("studied", arguments.label)
