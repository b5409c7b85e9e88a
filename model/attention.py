"""The attention of a training step, forward and backward: the function of `transformer.attention`, but faster.

numba compiles it. Sixteen queries or sixteen keys stand side by side in lanes (`lanes.py`), while keys or queries pass
one by one. So no sum runs across lanes, and no score leaves the innermost cache. The gradients work out the powers of
the scores once more rather than read them back.

The bias of a pair depends on how many lines and columns lie between its tokens (`positions.py`). Sixteen tokens in a
row are one or several *stretches*, each on one line, in which columns grow by one. So the biases of a stretch and one
other token follow each other in a row of a table, and it is enough to find the place where they begin. At the same
places the gradients of the bias are summed.

Letters in the shapes: W = WIDTH; the others are those of `transformer.py`. N = B·T, and T is a multiple of N_LANES.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from . import compiled as compiled_module
from . import lanes, positions
from .array_types import Array, Int32s, Int64s
from .compiled import compiled_on_disk, inlined
from .config import N_BUCKETS
from .lanes import (
    N_LANES,
    dot,
    filled,
    from_lane,
    larger,
    load,
    load_tile,
    over,
    plus,
    power_of_two,
    store,
    store_rows,
    store_tile,
    transpose,
    zeros,
)
from .positions import BUCKETS, FURTHEST_BACK, FURTHEST_LEFT, FURTHEST_RIGHT

LARGEST_SCORE = 64.0  # above, the largest is subtracted first: the gradient over 2^64 is still a normal float32
LOWEST = np.float32(-1e30)
N_PLACES = FURTHEST_RIGHT - FURTHEST_LEFT + N_LANES  # in a row of the table, where the biases of a stretch may begin
WIDTH = N_PLACES + N_LANES - 1
N_ROWS = FURTHEST_BACK + 1
# Of stretches of queries and of keys: the least difference of columns at which a row begins, and which token is later.
QUERIES = (-FURTHEST_RIGHT - N_LANES + 1, 1)
KEYS = (FURTHEST_LEFT - N_LANES + 1, -1)
# The buckets of stretches of keys, [N_ROWS, W]. Those of stretches of queries are the same from right to left.
BUCKET_OF_PLACE = BUCKETS[:, np.clip(KEYS[0] + np.arange(WIDTH), FURTHEST_LEFT, FURTHEST_RIGHT) - FURTHEST_LEFT]
# 1 where a lane of a stretch that begins at a place belongs to a bucket: [N_ROWS·W·N_LANES, N_BUCKETS]
IN_BUCKET = np.eye(N_BUCKETS, dtype=np.float32)[
    BUCKET_OF_PLACE[:, np.minimum(np.arange(WIDTH)[:, None] + np.arange(N_LANES), WIDTH - 1)].ravel()
]


def attention(q: Array, k: Array, v: Array, bias: Array, places: Int32s) -> tuple[Array, Array]:
    """softmax(q·k + bias)·v, and the logarithm of the sum of each query's powers.

    `places` are the columns and the lines of the tokens; all else is float32. Queries and bias are scaled so that
    scores are base-2 logarithms.
    [H, D, N] three times, [H, N_BUCKETS], [2, B, T] -> [H, D, N], [H, N]
    """
    forward, _ = compiled_attention(q.shape[1])
    out, sums = np.empty_like(q), np.empty((2, *q[:, 0].shape), q.dtype)
    table = bias[:, BUCKET_OF_PLACE[:, ::-1]].ravel()
    is_large = largest_score(q, k, bias) > LARGEST_SCORE
    forward((0.0,) * q.shape[1], q, k, v, table, places, is_large, out, sums)
    return out, sums[0] + np.log2(sums[1])


def attention_backward(
    dout: Array, out: Array, shift: Array, q: Array, k: Array, v: Array, bias: Array, places: Int32s
) -> tuple[Array, Array]:
    """The gradients of q, k and v, and of the bias. They are those of scores as natural logarithms.

    `out` and `shift` are what `attention` returned, `dout` is the gradient of `out`.
    [H, D, N] twice, [H, N], [H, D, N] three times, [H, N_BUCKETS], [2, B, T] -> [3, H, D, N], [H, N_BUCKETS]
    """
    _, backward = compiled_attention(q.shape[1])
    dqkv, dplaces = np.zeros((3, *q.shape), q.dtype), np.zeros((len(q), N_ROWS * WIDTH * N_LANES), q.dtype)
    centre = -(dout * out).sum(axis=1)  # with it the gradients of each softmax sum to zero
    table = bias[:, BUCKET_OF_PLACE].ravel()
    backward((0.0,) * q.shape[1], q, k, v, dout, shift, centre, table, places, dqkv, dplaces)
    return dqkv, dplaces @ IN_BUCKET


def largest_score(q: Array, k: Array, bias: Array) -> float:
    """A bound that no score exceeds: the longest query times the longest key, and the largest bias."""
    norms = [float(np.sqrt(np.square(x).sum(axis=1).max())) for x in (q, k)]
    return norms[0] * norms[1] + float(np.abs(bias).max())


@cache
def compiled_attention(head_size: int) -> tuple[Callable[..., None], Callable[..., None]]:
    """`attend` and `attend_backward`, compiled for heads of one size when they are first needed."""
    like, x, rows = (0.0,) * head_size, np.zeros((0, head_size, 0), np.float32), np.zeros((0, 0), np.float32)
    flat, places = rows.ravel(), np.zeros((2, 0, 0), np.int32)
    modules = [sys.modules[__name__], lanes, positions, compiled_module]
    forward = (like, x, x, x, flat, places, False, x, rows[None])
    backward = (like, x, x, x, x, rows, rows, flat, places, x[None], rows)
    return compiled_on_disk(attend, modules, forward), compiled_on_disk(attend_backward, modules, backward)


def attend(
    like: Any, q: Array, k: Array, v: Array, table: Array, places: Int32s, is_large: bool, out: Array, sums: Array
) -> None:
    """Write the result of `attention`, and of each query what is subtracted from its scores and the sum of its powers.

    `like` is a tuple of D numbers. What is subtracted is the largest score where they may be large, and else nothing.
    [H, D, N] three times, [H·N_ROWS·W], [2, B, T] -> out [H, D, N], sums [2, H, N]
    """
    d, n = len(like), q.shape[2]
    n_token = places.shape[2]
    queries, results, tops, totals = q.reshape(-1), out.reshape(-1), sums[0].reshape(-1), sums[1].reshape(-1)
    keys, values = by_token(like, k), by_token(like, v)
    first, found = np.empty(N_LANES, np.int64), np.empty((N_LANES, n_token), np.int64)
    zero = filled(np.float32(0))
    for window in range(places.shape[1]):
        for at in range(0, n_token, N_LANES):
            n_stretch = find_stretches(places[:, window], at, 0, at + N_LANES, QUERIES, first, found)
            for head in range(len(q)):
                row, token = head * N_ROWS * WIDTH, head * n + window * n_token  # where those of this head begin
                tile = (head * d) * n + window * n_token + at
                query, result, top, total = load_tile(like, queries, tile, n), zeros(like), zero, zero
                if is_large:
                    top = filled(LOWEST)
                    for key in range(at + N_LANES):
                        bias = biases(table, row, n_stretch, first, found, key)
                        top = from_lane(key - at, larger(dot(query, keys, (token + key) * d, bias), top), top)
                for key in range(at + N_LANES):
                    bias = biases(table, row, n_stretch, first, found, key) - top
                    power = power_of_two(dot(query, keys, (token + key) * d, bias))
                    if key > at:
                        power = from_lane(key - at, power, zero)
                    total = total + power
                    result = plus(result, power, values, (token + key) * d)
                store_tile(over(result, total), results, tile, n)
                store(tops, token + at, top)
                store(totals, token + at, total)


def attend_backward(
    like: Any,
    q: Array,
    k: Array,
    v: Array,
    dout: Array,
    shift: Array,
    centre: Array,
    table: Array,
    places: Int32s,
    dqkv: Array,
    dplaces: Array,
) -> None:
    """Add the gradients of q, k and v to `dqkv`, and those of the bias, by place, to `dplaces`.

    `like` is a tuple of D numbers.
    [H, D, N] four times, [H, N] twice, [H·N_ROWS·W], [2, B, T] -> [3, H, D, N], [H, N_ROWS·W·N_LANES]
    """
    d, n = len(like), q.shape[2]
    n_token, sums = places.shape[2], dplaces.reshape(-1)
    key_tiles, value_tiles, shifts, centres = k.reshape(-1), v.reshape(-1), shift.reshape(-1), centre.reshape(-1)
    dqueries, dkeys, dvalues = dqkv[0].reshape(-1), dqkv[1].reshape(-1), dqkv[2].reshape(-1)
    queries, keys, douts = by_token(like, q), by_token(like, k), by_token(like, dout)
    first, found = np.empty(N_LANES, np.int64), np.empty((N_LANES, n_token), np.int64)
    powers, dscores = np.empty(N_LANES * N_LANES, np.float32), np.empty(N_LANES * N_LANES, np.float32)
    zero = filled(np.float32(0))
    for window in range(places.shape[1]):
        for at in range(0, n_token, N_LANES):
            n_stretch = find_stretches(places[:, window], at, at, n_token, KEYS, first, found)
            for head in range(len(q)):
                row, token = head * N_ROWS * WIDTH, head * n + window * n_token  # where those of this head begin
                tile = (head * d) * n + window * n_token
                key, value = load_tile(like, key_tiles, tile + at, n), load_tile(like, value_tiles, tile + at, n)
                dkey, dvalue = zeros(like), zeros(like)
                for begin in range(at, n_token, N_LANES):
                    for i in range(N_LANES):
                        query = token + begin + i
                        bias = biases(table, row, n_stretch, first, found, begin + i) - filled(shifts[query])
                        power = power_of_two(dot(key, queries, query * d, bias))
                        if begin == at:
                            power = from_lane(i + 1, zero, power)
                        dscore = power * dot(value, douts, query * d, filled(centres[query]))
                        add_at_places(sums, row * N_LANES, n_stretch, first, found, begin + i, dscore)
                        store(powers, i * N_LANES, power)
                        store(dscores, i * N_LANES, dscore)
                    for i in range(N_LANES):
                        query = token + begin + i
                        dvalue = plus(dvalue, load(powers, i * N_LANES), douts, query * d)
                        dkey = plus(dkey, load(dscores, i * N_LANES), queries, query * d)
                    transpose(dscores)
                    dquery = load_tile(like, dqueries, tile + begin, n)
                    for i in range(N_LANES):
                        dquery = plus(dquery, load(dscores, i * N_LANES), keys, (token + at + i) * d)
                    store_tile(dquery, dqueries, tile + begin, n)
                store_tile(dkey, dkeys, tile + at, n)
                store_tile(dvalue, dvalues, tile + at, n)


@inlined
def by_token(like: Any, x: Array) -> Array:
    """The same numbers, those of a token together. [H, D, N] -> [H·N·D]"""
    n_head, d, n = x.shape
    flat, out = x.reshape(-1), np.empty(x.size, np.float32)
    for head in range(n_head):
        for at in range(0, n, N_LANES):
            store_rows(load_tile(like, flat, head * d * n + at, n), out, (head * n + at) * d)
    return out


@inlined
def find_stretches(
    places: Int32s, at: int, begin: int, end: int, side: tuple[int, int], first: Int64s, found: Int64s
) -> int:
    """Cut sixteen tokens, from `at` on, into stretches. -> how many there are

    Writes the first lane of each, and for the tokens from `begin` to `end` where its biases are: as row and place.
    [2, T] -> first [N_LANES], found [N_LANES, T]
    """
    columns, lines = places[0], places[1]
    lowest, sign = side
    n = 0
    for lane in range(N_LANES):
        if lane == 0 or lines[at + lane] != lines[at + lane - 1]:
            first[n] = lane
            column, line = np.int64(columns[at + lane]) - lane - lowest, np.int64(lines[at + lane])
            for token in range(begin, end):
                back = min(max((line - lines[token]) * sign, 0), FURTHEST_BACK)
                found[n, token] = back * WIDTH + min(max(column - columns[token], 0), N_PLACES - 1)
            n += 1
    return n


@inlined
def biases(table: Array, row: int, n_stretch: int, first: Int64s, found: Int64s, token: int) -> Any:
    """The biases of sixteen tokens and another one, where the table of the head begins at `row`."""
    bias = load(table, row + found[0, token])
    for i in range(1, n_stretch):
        bias = from_lane(first[i], load(table, row + found[i, token]), bias)
    return bias


@inlined
def add_at_places(
    sums: Array, begin: int, n_stretch: int, first: Int64s, found: Int64s, token: int, dscore: Any
) -> None:
    """Add the gradients of the scores of sixteen tokens and another one to the sums that start at `begin`."""
    zero = filled(np.float32(0))
    for i in range(n_stretch):
        part = dscore
        if i > 0:
            part = from_lane(first[i], part, zero)
        if i + 1 < n_stretch:
            part = from_lane(first[i + 1], zero, part)
        place = begin + found[i, token] * N_LANES
        store(sums, place, load(sums, place) + part)
