"""From the table of digits to what a model takes: change a function here and its steps re-run."""

import numpy as np
import pandas as pd

PIXELS = 64
BRIGHTEST = 16


def pixels_of(table: pd.DataFrame) -> np.ndarray:
    """Brightness of each pixel, shape (rows, 64), from 0 (background) to 16."""
    return table.filter(like="pixel_").to_numpy(dtype=float)


def clean(pixels: np.ndarray) -> np.ndarray:
    """Brightness cut to the range that the scanner can deliver; same shape."""
    return np.clip(pixels, 0, BRIGHTEST)


def features_of(table: pd.DataFrame) -> np.ndarray:
    """The model's input, shape (rows, 64)."""
    return clean(pixels_of(table))


def labels_of(table: pd.DataFrame) -> np.ndarray:
    """The digit of each row, shape (rows,)."""
    return table["digit"].to_numpy()
