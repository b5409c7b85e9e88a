"""The gate: is the challenger really better than the champion, or was it luck?

Both models score the same holdout lines. The gain is the difference in bits per character, and its uncertainty comes
from a paired block bootstrap (Efron and Tibshirani, 1993; Künsch, 1989): blocks of neighbouring lines, because these
resemble each other, are drawn with replacement many times. Of all draws 95 % have a higher gain than the lower bound.
The challenger passes when this bound is above zero and when neither lines of kinds that the champion knows nor older
lines are the price of it.

Example: the champion has 0.350 bits per character and the challenger 0.340. If draws of the gain lie between +0.004
and +0.016, it passes. If they lie between -0.003 and +0.023, it does not: the gain may be luck.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from model.array_types import Floats

DRAWS = 4000
LONGEST_BLOCK = 64  # lines
FEWEST_BLOCKS = 30
CONFIDENCE = 0.95
Z = 1.6448536269514722  # the normal quantile of CONFIDENCE


class Scored(NamedTuple):
    """The bits of each line by one model, and its characters. Both [lines]."""

    bits: Floats
    characters: Floats

    @property
    def bits_per_char(self) -> float:
        """The bits of all lines over their characters."""
        return float(self.bits.sum() / self.characters.sum())

    def at(self, lines: Sequence[int]) -> Scored:
        """The scores of some of the lines, by their places."""
        places = np.asarray(lines)
        return Scored(self.bits[places], self.characters[places])


class Gain(NamedTuple):
    """Bits per character saved: the mean, and the bounds that 95 % of all draws are above and below."""

    mean: float
    low: float
    high: float


class Pair(NamedTuple):
    """Champion and challenger on the same lines."""

    champion: Scored
    challenger: Scored

    @property
    def loss(self) -> float:
        """The share by which the challenger needs more bits. Example: 0.05 for 0.42 bits per character, not 0.40."""
        return self.challenger.bits_per_char / self.champion.bits_per_char - 1

    def where(self, chosen: Sequence[bool]) -> Pair | None:
        """The same on some of the lines. None where there is none."""
        kept = np.array(chosen, bool)
        return Pair(*(Scored(each.bits[kept], each.characters[kept]) for each in self)) if kept.any() else None

    def describe(self) -> str:
        """Both scores."""
        return f"{self.challenger.bits_per_char:.3f} against {self.champion.bits_per_char:.3f} there"


class Verdict(NamedTuple):
    """Whether the challenger passed, the reason for people to read, and its gain."""

    passed: bool
    reason: str
    gain: Gain


def gain(before: Scored, after: Scored, seed: int = 0) -> Gain:
    """What `after` saves over `before`, in bits per character. Both are scores of the same lines in the same order.

    With fewer lines than make two blocks the bounds are infinite.
    """
    n = len(before.bits)
    length = max(1, min(LONGEST_BLOCK, n // FEWEST_BLOCKS))
    begins = np.arange(0, n, length)
    saved = np.add.reduceat(before.bits - after.bits, begins)
    characters = np.add.reduceat(before.characters, begins)
    drawn = np.random.default_rng(seed).integers(0, len(begins), (DRAWS, len(begins)))
    gains = saved[drawn].sum(axis=1) / characters[drawn].sum(axis=1)
    mean = float(saved.sum() / characters.sum())
    if len(begins) < 2:
        return Gain(mean, -np.inf, np.inf)  # one block says nothing about how blocks differ
    low, high = mean + correction_for_few_blocks(len(begins)) * (
        np.quantile(gains, [1 - CONFIDENCE, CONFIDENCE]) - mean
    )
    return Gain(mean, float(low), float(high))


def correction_for_few_blocks(n: int) -> float:
    """By which factor an interval from draws of n blocks must be widened.

    Draws of n blocks vary too little, by √((n − 1)/n), and how much they vary is itself uncertain, as in Student's t
    (its quantile by the first two terms of Cornish and Fisher, 1938). Example: 1.44 for 5 blocks, 1.05 for 30.
    """
    freedom = n - 1
    t = Z + (Z**3 + Z) / (4 * freedom) + (5 * Z**5 + 16 * Z**3 + 3 * Z) / (96 * freedom**2)
    return float(t / Z * np.sqrt(n / freedom))


def judge_first(order2: Scored, equal_bytes: Scored, challenger: Scored, seed: int = 0) -> Verdict:
    """The verdict on a first model, which must beat an n-gram of order 2.

    The reason also says where it does not beat the best n-gram of `equal_bytes` yet.
    """
    won = gain(order2, challenger, seed)
    figures = f"{challenger.bits_per_char:.3f} bits per character against {order2.bits_per_char:.3f}"
    if won.low <= 0:
        return Verdict(False, f"not better than an order-2 n-gram: {figures}", won)
    reason = f"the first model: better than an order-2 n-gram, {figures}"
    if challenger.bits_per_char >= equal_bytes.bits_per_char:
        reason += f"; not yet better than an n-gram of as many bytes, {equal_bytes.bits_per_char:.3f}"
        reason += ", which needs fewer lines"
    return Verdict(True, reason, won)


def judge(
    champion: Scored,
    challenger: Scored,
    ordinary: Pair | None,
    reserve: Pair | None,
    forgetting: float,
    seed: int = 0,
) -> Verdict:
    """The verdict on a challenger: it must beat the champion on the holdout, and must not have paid for it elsewhere.

    `ordinary` are those lines of the holdout whose kinds the champion knows. There the challenger must not be worse,
    beyond luck, by more than the share `forgetting` of the champion's bits. `reserve` are older lines, which neither
    was ever trained on: there it must not be worse by more than that share. Either is None where there are too few.

    Example: the champion has 0.300 on lines of the reserve and `forgetting` is 0.05. A challenger with 0.314 there
    passes, because that is less than 0.315. One with 0.320 does not, whatever it gains on new lines.
    """
    won = gain(champion, challenger, seed)
    figures = f"{challenger.bits_per_char:.3f} bits per character against the champion's {champion.bits_per_char:.3f}"
    if won.mean <= 0:
        return Verdict(False, f"not better: {figures}", won)
    if won.low <= 0:
        return Verdict(False, f"better, but it may be luck: {figures}, the gain's lower bound is {won.low:+.4f}", won)
    if ordinary and ordinary.loss > forgetting and gain(*ordinary, seed).high < 0:
        return Verdict(False, f"better on new kinds of lines, but worse on known ones: {ordinary.describe()}", won)
    if reserve and reserve.loss > forgetting:
        return Verdict(False, f"better on new lines, but it forgot older ones: {reserve.describe()}", won)
    return Verdict(True, f"better: {figures}", won)
