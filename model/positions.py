"""Where a token stands: its column and line, and the bucket of a pair of tokens in the attention bias.

A newline belongs to the line that follows it and has column 0; the first character of that line has column 1.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .array_types import Int32s
from .vocabulary import NEWLINE, Tokens

# The bucket of a pair, by how many lines the key is before the query (0, 1, 2, 3 or more) and by the key's column minus
# the query's, clipped to [-8, 3]. The query at column c predicts column c + 1, so a difference of +1 in the line before
# (bucket 10) is the character exactly above the one to be predicted.
FURTHEST_LEFT, FURTHEST_RIGHT, FURTHEST_BACK = -8, 3, 3
BUCKETS = np.array(
    [
        [5, 4, 4, 4, 4, 3, 2, 1, 0, 0, 0, 0],
        [6, 6, 6, 6, 6, 6, 7, 8, 9, 10, 11, 12],
        [14, 14, 14, 14, 14, 14, 14, 14, 13, 13, 13, 14],
        [15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15],
    ],
    dtype=np.int8,
)


def columns_and_lines(tokens: Tokens, column: int = 0, line: int = 0) -> tuple[Int32s, Int32s]:
    """The column and the line of each token; the token before the first stood at `column` of `line`. [n] -> [n], [n]"""
    index = np.arange(1, len(tokens) + 1, dtype=np.int32)
    newline = tokens == NEWLINE
    begins = np.maximum.accumulate(np.where(newline, index, -column))
    return index - begins, (line + np.cumsum(newline)).astype(np.int32)


def buckets(query_columns: Int32s, query_lines: Int32s, key_columns: Int32s, key_lines: Int32s) -> NDArray[np.int8]:
    """The bucket of every pair. [..., n_query] twice, [..., n_key] twice -> [..., n_query, n_key]"""
    across = key_columns[..., None, :] - query_columns[..., :, None]
    back = query_lines[..., :, None] - key_lines[..., None, :]
    np.clip(across, FURTHEST_LEFT, FURTHEST_RIGHT, out=across)
    np.clip(back, 0, FURTHEST_BACK, out=back)
    back *= BUCKETS.shape[1]
    back += across
    back -= FURTHEST_LEFT
    flat: NDArray[np.int8] = BUCKETS.ravel().take(back)
    return flat
