"""Arithmetic that gives the same float64 bits in numpy and in JavaScript.

Sums run in index order (numpy's own `sum` and `@` do not promise an order), `exp` is written out in
additions, multiplications and exact powers of two (`Math.exp` and `np.exp` differ in the last bit), and
random numbers come from mulberry32. `web/transformer.js` holds the same functions under the same names.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LOG2_E = 1.4426950408889634
LN2_HIGH = 0.693147180369123816490  # the leading bits of ln 2: n · LN2_HIGH is exact for |n| < 2^20
LN2_LOW = 1.90821492927058770002e-10  # the rest of ln 2
TAYLOR = [1 / math.factorial(k) for k in range(14)]  # |r| <= ln(2)/2: the first term left out is below 5e-18


def exp(x: Floats) -> Floats:
    """e^x for x <= 709, elementwise: x = n·ln 2 + r, a Taylor polynomial in r, times 2^n; 0 below -700."""
    n = np.floor(x * LOG2_E + 0.5)
    r = (x - n * LN2_HIGH) - n * LN2_LOW
    polynomial = np.full_like(x, TAYLOR[-1])
    for coefficient in reversed(TAYLOR[:-1]):
        polynomial = polynomial * r + coefficient
    return np.where(x < -700.0, 0.0, np.ldexp(polynomial, np.maximum(n, -1022).astype(np.int32)))


def total(x: Floats) -> Floats:
    """Sum over the last axis in index order. [..., n] -> [...]"""
    return np.asarray(np.cumsum(x, axis=-1)[..., -1])


def linear(x: Floats, w: Floats) -> Floats:
    """x @ w.T with every sum in index order. [batch, n_in], [n_out, n_in] -> [batch, n_out]"""
    return total(x[:, None, :] * w[None, :, :])


def softmax(x: Floats) -> Floats:
    """Probabilities over the last axis. [..., n] -> [..., n]"""
    e = exp(x - x.max(axis=-1, keepdims=True))
    return e / total(e)[..., None]


@dataclass
class Mulberry32:
    """The 32-bit generator mulberry32 (Tommy Ettinger, public domain): the same stream in any language."""

    state: int

    def uniform(self) -> float:
        """The next number in [0, 1), a multiple of 2^-32."""
        self.state = (self.state + 0x6D2B79F5) & 0xFFFFFFFF
        t = self.state
        t = ((t ^ (t >> 15)) * (t | 1)) & 0xFFFFFFFF
        t ^= (t + ((t ^ (t >> 7)) * (t | 61) & 0xFFFFFFFF)) & 0xFFFFFFFF
        return ((t ^ (t >> 14)) & 0xFFFFFFFF) / 4294967296.0
