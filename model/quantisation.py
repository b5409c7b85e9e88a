"""Weights as int8 with one float16 scale per row, which is how they are shipped."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .array_types import Array
from .transformer import Weights

SMALLEST_SCALE = float(np.finfo(np.float16).tiny)


def quantise(tensor: Array) -> tuple[NDArray[np.int8], NDArray[np.float16]]:
    """The steps and the scale of each row: tensor ≈ steps · scale. [n, m] -> [n, m], [n]

    The scale is rounded up to float16 first. So it covers the largest number of its row, and the steps are the nearest
    ones to the scale that is really stored.
    """
    largest = np.abs(tensor.astype(np.float64)).max(axis=1)
    scale = np.maximum(largest / 127, SMALLEST_SCALE).astype(np.float16)
    scale = np.where(scale.astype(np.float64) * 127 < largest, np.nextafter(scale, np.float16(np.inf)), scale)
    steps = np.rint(tensor / scale.astype(np.float64)[:, None])
    return np.clip(steps, -127, 127).astype(np.int8), scale


def dequantise(steps: NDArray[np.int8], scale: NDArray[np.float16]) -> NDArray[np.float32]:
    """steps · scale, without rounding. [n, m], [n] -> [n, m]"""
    return steps.astype(np.float32) * scale.astype(np.float32)[:, None]


def shipped(weights: Weights) -> Weights:
    """The weights as a reader of the weights file gets them: quantised and back."""
    return {name: dequantise(*quantise(tensor)) for name, tensor in weights.items()}
