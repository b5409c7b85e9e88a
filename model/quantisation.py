"""Weights as int8 with one float16 scale a row: what is shipped."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .transformer import Array, Weights

SMALLEST_SCALE = float(np.finfo(np.float16).tiny)


def quantise(tensor: Array) -> tuple[NDArray[np.int8], NDArray[np.float16]]:
    """The nearest int8 multiples of a scale for each row. [n, m] -> [n, m], [n]

    The scale is rounded up to float16 first, so that it covers the row and rounding costs nothing twice.
    """
    largest = np.abs(tensor.astype(np.float64)).max(axis=1)
    scale = np.maximum(largest / 127, SMALLEST_SCALE).astype(np.float16)
    scale = np.where(scale.astype(np.float64) * 127 < largest, np.nextafter(scale, np.float16(np.inf)), scale)
    steps = np.rint(tensor / scale.astype(np.float64)[:, None])
    return np.clip(steps, -127, 127).astype(np.int8), scale


def dequantise(steps: NDArray[np.int8], scale: NDArray[np.float16]) -> NDArray[np.float32]:
    """The numbers that the steps stand for, exactly. [n, m], [n] -> [n, m]"""
    return steps.astype(np.float32) * scale.astype(np.float32)[:, None]


def shipped(weights: Weights) -> Weights:
    """The weights as a reader of the file gets them."""
    return {name: dequantise(*quantise(tensor)) for name, tensor in weights.items()}
