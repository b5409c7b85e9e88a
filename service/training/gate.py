"""The gate: is the challenger really better, or was it luck?

Both models have scored the same lines. Neighbouring lines resemble each other, so whole blocks of them are
drawn anew, with replacement, many times over (a paired block bootstrap: Efron and Tibshirani, 1993; Künsch,
1989). What 95 % of the draws exceed is the lower bound of the gain, and it must be above zero.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

DRAWS = 4000
LONGEST_BLOCK = 64  # lines
FEWEST_BLOCKS = 30
SURE = 0.95
Z = 1.6448536269514722  # the normal quantile of SURE


class Scored(NamedTuple):
    """Bits and characters of the lines of a text under one model. Both [lines]."""

    bits: Floats
    characters: Floats

    @property
    def bits_per_char(self) -> float:
        """The one score."""
        return float(self.bits.sum() / self.characters.sum())


class Gain(NamedTuple):
    """Bits per character saved: the mean, and the bounds that 95 % of draws are above and below."""

    mean: float
    low: float
    high: float


class Verdict(NamedTuple):
    """Whether the challenger is committed, why in words, and by how much it won."""

    passed: bool
    reason: str
    gain: Gain


def gain(before: Scored, after: Scored, seed: int = 0) -> Gain:
    """What `after` saves over `before`, in bits per character, on the same lines in the same order."""
    n = len(before.bits)
    length = max(1, min(LONGEST_BLOCK, n // FEWEST_BLOCKS))
    begins = np.arange(0, n, length)
    saved = np.add.reduceat(before.bits - after.bits, begins)
    characters = np.add.reduceat(before.characters, begins)
    drawn = np.random.default_rng(seed).integers(0, len(begins), (DRAWS, len(begins)))
    gains = saved[drawn].sum(axis=1) / characters[drawn].sum(axis=1)
    mean = float(saved.sum() / characters.sum())
    if len(begins) < 2:
        return Gain(mean, -np.inf, np.inf)  # one block says nothing about others
    low, high = mean + few_blocks(len(begins)) * (np.quantile(gains, [1 - SURE, SURE]) - mean)
    return Gain(mean, float(low), float(high))


def few_blocks(n: int) -> float:
    """How much wider than its draws an interval from n blocks must be.

    Draws from n blocks vary by √((n − 1)/n) too little, and their spread is itself uncertain, as in Student's t
    (its quantile by the first two terms of Cornish and Fisher, 1938).
    """
    freedom = n - 1
    t = Z + (Z**3 + Z) / (4 * freedom) + (5 * Z**5 + 16 * Z**3 + 3 * Z) / (96 * freedom**2)
    return float(t / Z * np.sqrt(n / freedom))


def judge_first(ngram: Scored, challenger: Scored, seed: int = 0) -> Verdict:
    """The first model must beat an n-gram of order 2."""
    won = gain(ngram, challenger, seed)
    figures = f"{challenger.bits_per_char:.3f} bits per character against {ngram.bits_per_char:.3f}"
    if won.low > 0:
        return Verdict(True, f"the first model: better than an order-2 n-gram, {figures}", won)
    return Verdict(False, f"not better than an order-2 n-gram: {figures}", won)


def judge(
    champion: Scored,
    challenger: Scored,
    older: tuple[Scored, Scored] | None,
    forgetting: float,
    seed: int = 0,
) -> Verdict:
    """The challenger must beat the champion on the holdout, and not have forgotten `older` lines.

    `older` are champion and challenger on lines from before, which the champion was trained on and may know by heart.
    They may cost more now by the share `forgetting`, and by as many bits per character as the new lines save.
    """
    won = gain(champion, challenger, seed)
    figures = f"{challenger.bits_per_char:.3f} bits per character against the champion's {champion.bits_per_char:.3f}"
    if won.mean <= 0:
        return Verdict(False, f"not better: {figures}", won)
    if won.low <= 0:
        return Verdict(False, f"better, but it may be luck: {figures}, the gain's lower bound is {won.low:+.4f}", won)
    if older:
        was, now = older[0].bits_per_char, older[1].bits_per_char
        if now - was > max(forgetting * was, won.mean):
            return Verdict(
                False, f"better on new lines, but it forgot older ones: {now:.3f} against {was:.3f} there", won
            )
    return Verdict(True, f"better: {figures}", won)
