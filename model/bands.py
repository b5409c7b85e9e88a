"""The bias of attention as a few bands, so that it need not be looked up pair by pair, nor its gradient added so.

`positions.py` gives every pair of query and key one of 16 buckets. The bias of all pairs is put together from three
kinds of bands:

- wide: most buckets follow from the key's line alone. They become features of queries and keys, so q·k contains them.
- the step: in the line before, keys further to the right have another bucket than those further to the left. From
  there on, to the end of the keys, one number is added.
- near: the 16 keys around each query that have a bucket of their own are added one by one.

Each band is worth the difference of two buckets, because a later band is added to an earlier one: BAND_MATRIX.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .array_types import Array, Int32s
from .config import N_BUCKETS
from .positions import BUCKETS, FURTHEST_BACK, FURTHEST_LEFT, FURTHEST_RIGHT
from .transformer import Window

LEFT, RIGHT = BUCKETS[:, 0], BUCKETS[:, -1]
STEPPED = 1  # the only line in which keys further right have another bucket than those further left
# Keys with a bucket of their own: lines back, columns to the right, bucket.
NEAR = [
    (back, across, int(BUCKETS[back, across - FURTHEST_LEFT]))
    for back in range(FURTHEST_BACK)
    for across in range(FURTHEST_LEFT + 1, 1 if back == 0 else FURTHEST_RIGHT)
    if BUCKETS[back, across - FURTHEST_LEFT] != LEFT[back]
]
NEAR_BACK = np.array([back for back, _, _ in NEAR])
NEAR_ACROSS = np.array([across for _, across, _ in NEAR], np.int32)[:, None, None]
N_WIDE = len(LEFT)


def band_matrix() -> NDArray[np.float64]:
    """What each band is worth, as sums of buckets: the wide bands, the step, the near ones. -> [bands, N_BUCKETS]"""
    matrix = np.zeros((N_WIDE + 1 + len(NEAR), N_BUCKETS))
    step = matrix[N_WIDE]
    step[[RIGHT[STEPPED], LEFT[STEPPED]]] = 1, -1
    matrix[np.arange(N_WIDE), LEFT] = 1
    matrix[:STEPPED] -= step  # the step also covers the later lines, where it must not count
    for row, (back, _, bucket) in enumerate(NEAR, N_WIDE + 1):
        matrix[row, [bucket, LEFT[back]]] = 1, -1
    return matrix


BAND_MATRIX = band_matrix()


class Bands(NamedTuple):
    """The places of the bands in a batch. Nothing here depends on the weights."""

    on_line: Array  # [L, B, T] floats: 1 where a key is on that line of its window
    back: Array  # [N_WIDE, L, B, T] floats: 1 where that line is so many lines before a query's
    right: Int32s  # [B, T] the first key of the step, which goes on to the last key
    near: Int32s  # [len(NEAR), B, T] the key of each near pair, -1 where the window has none


def bands_of(window: Window, dtype: np.dtype[np.floating]) -> Bands:
    """The bands of windows that have no past."""
    columns = window.columns
    line = window.lines - window.lines[:, :1]
    every_line = np.arange(int(line.max()) + 1, dtype=np.int32)[:, None, None]
    starts = line_starts(columns)
    near = np.empty((len(NEAR), *columns.shape), np.int32)
    for i in range(FURTHEST_BACK):
        rows = slice(*np.searchsorted(NEAR_BACK, [i, i + 1]))
        end = np.arange(1, columns.shape[1] + 1, dtype=np.int32) if i == 0 else starts[i - 1]
        keys = (starts[i] + columns) + NEAR_ACROSS[rows]
        near[rows] = np.where((keys >= np.maximum(starts[i], 0)) & (keys < end), keys, -1)
    right = np.clip(starts[STEPPED] + columns + FURTHEST_RIGHT, 0, np.maximum(starts[STEPPED - 1], 0))
    on_line = (line == every_line).astype(dtype)
    back = np.clip(line - every_line, 0, FURTHEST_BACK)
    return Bands(on_line, (back == np.arange(N_WIDE)[:, None, None, None]).astype(dtype), right, near)


def line_starts(columns: Int32s) -> Int32s:
    """Where the line of each token begins, and the lines before it. A line before the window counts as empty.

    [B, T] -> [FURTHEST_BACK, B, T]
    """
    starts = [np.arange(columns.shape[1], dtype=np.int32) - columns]
    rows = np.arange(len(columns))[:, None] * columns.shape[1]
    while len(starts) < FURTHEST_BACK:
        last = starts[-1] - 1  # the newest token of the line before
        begin = last - columns.take(rows + np.maximum(last, 0))
        starts.append(np.where(last >= 0, begin, starts[-1]))
    return np.array(starts, np.int32)


def band_values(bias: Array) -> Array:
    """[H, N_BUCKETS] -> [H, bands]"""
    return np.asarray(bias @ BAND_MATRIX.T.astype(bias.dtype))


def band_values_backward(dvalues: Array) -> Array:
    """[H, bands] -> [H, N_BUCKETS]"""
    return np.asarray(dvalues @ BAND_MATRIX.astype(dvalues.dtype))


def line_features(wide: Array, bands: Bands) -> Array:
    """What each query adds to the scores of the keys on each line. [H, N_WIDE] -> [H, L·B·T]"""
    return np.asarray(wide @ bands.back.reshape(N_WIDE, -1))


def line_features_backward(dfeatures: Array, bands: Bands) -> Array:
    """[H, L, B, T] -> [H, N_WIDE]"""
    return np.asarray(dfeatures.reshape(len(dfeatures), -1) @ bands.back.reshape(N_WIDE, -1).T)
