"""Arithmetic that gives the same float64 bits in numpy and in JavaScript.

Sums run in index order, because numpy's own `sum` and `@` do not promise an order. Powers are computed from additions,
multiplications, square roots and exact powers of two, because `Math.exp` and `np.exp` differ in the last bit. Random
numbers come from mulberry32. The page's engine has the same functions under the same names.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .array_types import Floats

STEPS = 512  # of a doubling, in the table of powers
STEPS_PER_NAT = 738.6598609351493  # 512 / ln 2
LINEAR = 0.0013538030870311431  # ln 2 / 512, its square over 2 and its cube over 6
QUADRATIC = 9.163913992275266e-07
CUBIC = 4.135378350676714e-10
ROUNDING = 6755399441055744.0  # 1.5 · 2^52: adding and subtracting it rounds to a whole number


def _roots_of_two() -> Floats:
    """2^(i / 512) for i = 0 … 511, as products of 2^(1/2), 2^(1/4), …"""
    roots, root = np.ones(1), np.sqrt(2.0)
    while len(roots) < STEPS:
        roots, root = np.stack([roots, roots * root], axis=1).ravel(), np.sqrt(root)
    return roots


ROOTS = _roots_of_two()


def power(t: Floats) -> Floats:
    """2^(t / 512) for |t| < 2^19, elementwise, to about 14 digits.

    The nearest whole step comes from a table, and the rest from a cubic polynomial.
    """
    step = (t + ROUNDING) - ROUNDING
    r = t - step
    polynomial = ((CUBIC * r + QUADRATIC) * r + LINEAR) * r + 1.0
    steps = step.astype(np.int32)
    return np.asarray(polynomial * np.ldexp(ROOTS[steps & (STEPS - 1)], steps >> 9))


def exp(x: Floats) -> Floats:
    """e^x for x <= 709, elementwise, to about 13 digits; 0 below -700."""
    return np.where(x < -700.0, 0.0, power(np.maximum(x, -700.0) * STEPS_PER_NAT))


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
