"""What the steps of flow.py share."""


def scaled(value: float, factor: float) -> float:
    return value * factor
