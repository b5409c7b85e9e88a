"""The attention of a training step, forward and backward: the function of `transformer.attention`, but faster.

Scores are base-2 logarithms. Their powers are not divided by their sum here; instead a row of ones below the values
lets the matrix product compute that sum. So nothing as large as the scores is read for a maximum, a sum or a
division. The bias is added in bands (`bands.py`). Windows and queries are cut into blocks that fit the processor's
cache, and a block leaves out the keys of its future.

Letters in the shapes: K = D and the L line features of `bands.py`; b and t are the windows and queries of a block, s
the keys that it sees; the others are those of `transformer.py`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from .array_types import Array
from .bands import N_WIDE, NEAR, Bands

LOG2_E = 1.4426950408889634
FEWEST_QUERIES = 32  # of a block
MOST_SCORES = 100_000  # of a block with more than one window
LARGEST_SCORE = 64.0  # above, the largest is subtracted first: the gradient over 2^64 is still a normal float32


class Block(NamedTuple):
    """Queries that see the same keys. Its scores are [H, b, t, s]."""

    windows: slice
    queries: slice
    keys: slice
    bands: BlockBands


class BlockBands(NamedTuple):
    """Where the bands are in the scores of a block."""

    right: Array  # [b, t, s] 1 from the step on
    near: Array  # [H, len(NEAR)·b·t] where the near pairs are, or `nowhere`


def blocks_of(shape: tuple[int, int], n_head: int, bands: Bands) -> list[Block]:
    """How to cut a batch of [B, T] tokens, and where the bands are in each block."""
    n_window, n_token = shape
    t = next(size for size in divisors(n_token) if size >= min(FEWEST_QUERIES, n_token))
    b = max(size for size in divisors(n_window) if size == 1 or size * n_head * t * n_token <= MOST_SCORES)
    cuts = [(window, begin) for begin in range(0, n_token, t) for window in range(0, n_window, b)]
    return [block_at(slice(w, w + b), slice(begin, begin + t), n_head, bands) for w, begin in cuts]


def block_at(windows: slice, queries: slice, n_head: int, bands: Bands) -> Block:
    """One block, and where the bands are in it."""
    keys = slice(0, queries.stop)
    first = np.minimum(bands.right[windows, queries], keys.stop)
    right = triangle(keys.stop, bands.on_line.dtype).take(first, axis=0)
    near = bands.near[:, windows, queries]
    rows = np.arange(first.size).reshape(first.shape) * keys.stop  # where they begin in the scores of a head
    of_one_head = np.where(near < 0, nowhere(keys.stop), near + rows).ravel()
    of_heads = of_one_head + np.arange(n_head)[:, None] * right.size
    return Block(windows, queries, keys, BlockBands(right, of_heads))


def nowhere(n_key: int) -> int:
    """The index of a score that is hidden in any case: that of the first query of a block and its last key."""
    return n_key - 1


def divisors(n: int) -> list[int]:
    """The divisors of a number, smallest first."""
    return [d for d in range(1, n + 1) if n % d == 0]


@lru_cache(maxsize=64)
def triangle(n_key: int, dtype: np.dtype[np.floating]) -> Array:
    """Row i is 1 from key i on. -> [n_key + 1, n_key]"""
    return 1 - np.tri(n_key + 1, n_key, -1, dtype=dtype)


@lru_cache(maxsize=64)
def visible_keys(n_query: int, n_key: int, dtype: np.dtype[np.floating]) -> Array:
    """1 where a key is not in the future of a query; the last query stands at the last key. -> [t, s]"""
    return np.tri(n_query, n_key, n_key - n_query, dtype=dtype)


def attention(q: Array, k: Array, v: Array, values: Array, blocks: list[Block]) -> tuple[Array, list[Array]]:
    """2^(q·k + bands)·v, not divided by the sum of the powers, and the powers of each block.

    The last row of the result is that sum. `values` says what each band is worth.
    [H, K, B, T] twice, [H, D + 1, B, T], [H, bands] -> [H, D + 1, B, T], list of [H, b, t, s]
    """
    out, powers, buffer = np.empty_like(v), [], np.empty(largest(blocks, len(q)), q.dtype)
    small = largest_score(q, k, values) <= LARGEST_SCORE
    for block in blocks:
        scores = part(q, block.windows, block.queries).swapaxes(-1, -2) @ part(k, block.windows, block.keys)
        add_bands(scores, values, block.bands, buffer)
        visible = visible_keys(*scores.shape[2:], scores.dtype)
        if not small:
            scores -= np.where(visible, scores, -np.inf).max(axis=-1, keepdims=True)
            np.minimum(scores, LARGEST_SCORE, out=scores)
        np.exp2(scores, out=scores)
        scores *= visible
        seen = part(v, block.windows, block.keys)
        np.matmul(seen, scores.swapaxes(-1, -2), out=part(out, block.windows, block.queries))
        powers.append(scores)
    return out, powers


def attention_backward(
    dy: Array, q: Array, k: Array, v: Array, powers: list[Array], blocks: list[Block]
) -> tuple[Array, Array, Array]:
    """The gradients of q, k and v, of the line features, and of the step and the near bands.

    `dy`, [H, D + 1, B, T], is the gradient of the divided output over the divisor, and below it the row that makes the
    gradients of each softmax sum to zero. The gradients are those of scores as natural logarithms.
    -> [3, H, D, B, T], [H, L, B, T], [H, 1 + len(NEAR)]
    """
    d, buffer = v.shape[1] - 1, np.empty(largest(blocks, len(q)), q.dtype)
    dqkv, dq = np.zeros((3, *dy[:, :d].shape), dy.dtype), np.empty_like(q)
    dvalues = np.zeros((len(q), 1 + len(NEAR)), q.dtype)
    for block, p in zip(blocks, powers, strict=True):
        here, seen = (block.windows, block.queries), (block.windows, block.keys)
        dout, dscores = part(dy, *here), buffer[: p.size].reshape(p.shape)
        np.matmul(dout.swapaxes(-1, -2), part(v, *seen), out=dscores)
        dscores *= p
        np.matmul(part(k, *seen), dscores.swapaxes(-1, -2), out=part(dq, *here))
        part(dqkv[1], *seen)[...] += part(q, *here)[:, :, :d] @ dscores
        part(dqkv[2], *seen)[...] += dout[:, :, :d] @ p
        dvalues += bands_backward(dscores, block.bands)
    dqkv[0] = dq[:, :d]
    return dqkv, dq[:, d:], dvalues


def part(x: Array, windows: slice, tokens: slice) -> Array:
    """Some windows and tokens of an array that is stored by feature. [H, n, B, T] -> [H, b, n, tokens]"""
    return x[:, :, windows, tokens].swapaxes(1, 2)


def largest(blocks: list[Block], n_head: int) -> int:
    """How many scores the largest block has."""
    windows, queries, keys = blocks[-1][:3]
    return n_head * int((windows.stop - windows.start) * (queries.stop - queries.start) * keys.stop)


def largest_score(q: Array, k: Array, values: Array) -> float:
    """A bound that no score exceeds: the longest query times the longest key, and twice the largest band."""
    norms = [float(np.sqrt(np.square(x).sum(axis=1).max())) for x in (q, k)]
    return norms[0] * norms[1] + 2 * float(np.abs(values).max())


def add_bands(scores: Array, values: Array, bands: BlockBands, buffer: Array) -> None:
    """Add the step and the near bands in place; the wide bands are already in q·k. [H, b, t, s], [H, bands]"""
    step = buffer[: scores.size].reshape(scores.shape)
    np.multiply(bands.right, values[:, N_WIDE, None, None, None], out=step)
    scores += step
    of_pairs = np.broadcast_to(values[:, N_WIDE + 1 :, None], (len(values), len(NEAR), bands.right[..., 0].size))
    np.add.at(scores.reshape(-1), bands.near.reshape(-1), of_pairs.reshape(-1))
    scores[:, 0, 0, nowhere(scores.shape[-1])] = 0.0


def bands_backward(dscores: Array, bands: BlockBands) -> Array:
    """The gradient of what `add_bands` added. [H, b, t, s] -> [H, 1 + len(NEAR)]"""
    n_head = len(dscores)
    dstep = dscores.reshape(n_head, -1) @ bands.right.reshape(-1, 1)
    dnear = dscores.take(bands.near).reshape(n_head, len(NEAR), -1).sum(axis=-1)
    return np.concatenate([dstep, dnear], axis=1)
