"""How the answers of many predictors to one yes-or-no question become one probability, and how all of them learn.

The numbers are those of the page's mixing.js, bit for bit: tables replace functions that round differently, and sums
run in index order.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from .array_types import Floats, Int64s
from .exact import exp

Number = TypeVar("Number", float, Floats)

STAGES = 3  # the first, the second and all later questions about a character are learned separately

LN2 = 0.6931471805599453
STRETCH_STEPS = 65536
SQUASH_STEPS = 128  # of a unit
STEEPEST = 12.0  # stretched probabilities go from -12 to 12
SURE = 1 - 1e-6


HALF_ROOT = 0.7071067811865476


def ln(x: float) -> float:
    """ln x of a normal number, from its exponent and a series in its mantissa."""
    mantissa, exponent = math.frexp(x)
    if mantissa < HALF_ROOT:
        mantissa, exponent = mantissa * 2, exponent - 1
    return exponent * LN2 + series(mantissa)


def series(x: Number) -> Number:
    """ln x for x within a factor of √2 of 1, to about 13 digits."""
    s = (x - 1) / (x + 1)
    z = s * s
    sum_ = z * (1 / 17) + 1 / 15
    for n in (13, 11, 9, 7, 5, 3):
        sum_ = sum_ * z + 1 / n
    return 2 * s + 2 * s * z * sum_


def stretch(p: float) -> float:
    """ln(p / (1 - p)), within bounds."""
    inside = min(max(p, 1 - SURE), SURE)
    return ln(inside / (1 - inside))


def _stretched() -> Floats:
    """`stretch` at the middle of each of STRETCH_STEPS steps from 0 to 1."""
    p = (np.arange(STRETCH_STEPS) + 0.5) / STRETCH_STEPS
    mantissa, exponent = np.frexp(p / (1 - p))
    small = mantissa < HALF_ROOT
    return np.asarray((exponent - small) * LN2 + series(np.where(small, mantissa * 2, mantissa)))


STRETCHED = _stretched()
SQUASHED = (1 / (1 + exp(STEEPEST - np.arange(2 * 12 * SQUASH_STEPS + 2) / SQUASH_STEPS))).tolist()


def squash(x: float) -> float:
    """1 / (1 + e^-x), interpolated in a table."""
    at = (x + STEEPEST) * SQUASH_STEPS
    i = int(at)
    low: float = SQUASHED[i]
    high: float = SQUASHED[i + 1]
    return low + (high - low) * (at - i)


def bounded(x: float) -> float:
    """x within the bounds that `squash` takes."""
    return min(max(x, -STEEPEST), STEEPEST)


LEVELS = [0, 1, 2, 3, 4, 5, 7, 10, 15, 24, 40, 80, 160]  # the least count of each level
N_LEVEL = len(LEVELS)
MOST = 255
LEVEL = np.searchsorted(LEVELS, np.arange(MOST + 1), side="right") - 1


class Rates:
    """For each state a question can be in, the probability of a yes, learned from earlier answers."""

    def __init__(self, prior: Floats) -> None:
        self.p = prior.ravel().copy()
        self.n = np.full(self.p.shape, 2, dtype=np.uint16)

    def learn(self, states: Int64s, answer: int) -> None:
        """Learn the answer to a question that was in these states, no two of them equal."""
        p, n = self.p[states], self.n[states]
        self.p[states] = np.minimum(np.maximum(p + (answer - p) / (n + 1.5), 1e-5), 1 - 1e-5)
        self.n[states] = np.minimum(n + 1, MOST)


POINTS = 33
POINT_DISTANCE = 0.75
CURVE_RATE = 0.03


class Curves:
    """Rows of learned curves from a stretched probability to a better one."""

    def __init__(self, rows: int) -> None:
        curve = [squash((i - (POINTS - 1) / 2) * POINT_DISTANCE) for i in range(POINTS)]
        self.p = curve * rows
        self.at = 0
        self.above = 0.0  # share of the upper point

    def refine(self, row: int, x: float) -> float:
        """The probability that row `row` gives for the stretched probability x."""
        place = min(max(x, -11.99), 11.99) / POINT_DISTANCE + (POINTS - 1) / 2
        point = int(place)
        self.at = row * POINTS + point
        self.above = place - point
        return self.p[self.at] * (1 - self.above) + self.p[self.at + 1] * self.above

    def learn(self, answer: int) -> None:
        """Learn the answer to the last question."""
        p, at, above = self.p, self.at, self.above
        p[at] += (answer - p[at]) * CURVE_RATE * (1 - above)
        p[at + 1] += (answer - p[at + 1]) * CURVE_RATE * above


RATE = 0.03  # of a new set of weights; it falls with the square root of how often the set was used
RATE_DECAY = 0.02
FINAL_RATE = 0.002
FIRST_SHARE = 0.1  # weight of the first input in the final answer, at the beginning


class Mixer:
    """Mixes inputs in two layers.

    The first has many sets of weights, of several kinds; for each question one set of each kind gives an answer. The
    second weighs these answers, and the first input once more.
    """

    def __init__(self, kinds: Sequence[tuple[int, float]], start: Floats) -> None:
        """`kinds`: the number of sets of each kind and their least learning rate; `start`: first weights, [INPUTS]."""
        sizes = [size for size, _ in kinds]
        self.first = np.cumsum([0, *sizes[:-1]])
        self.least_rates = np.array([rate for _, rate in kinds])
        self.weights = np.tile(start, (sum(sizes), 1))
        self.used = np.zeros(sum(sizes), dtype=np.int64)
        self.final = [[(1 - FIRST_SHARE) / len(kinds)] * len(kinds) + [FIRST_SHARE] for _ in range(STAGES)]
        self.sets = self.first
        self.chosen = self.weights[self.sets]
        self.dots: list[float] = []
        self.stage = 0
        self.dot = 0.0

    def mix(self, inputs: Floats, stage: int, chosen: Sequence[int]) -> float:
        """The stretched probability of a yes. `chosen` is the set to use of each kind."""
        self.sets = self.first + chosen
        self.chosen = self.weights[self.sets]
        dots = np.cumsum(self.chosen * inputs, axis=1)[:, -1].tolist()
        self.dots = [bounded(dot) for dot in (*dots, float(inputs[0]))]
        dot = 0.0
        for weight, answer in zip(self.final[stage], self.dots, strict=True):
            dot += weight * answer
        self.stage = stage
        self.dot = bounded(dot)
        return self.dot

    def learn(self, inputs: Floats, answer: int) -> None:
        """Learn the answer to the last question."""
        step = (answer - squash(self.dot)) * FINAL_RATE
        final = self.final[self.stage]
        for i, dot in enumerate(self.dots):
            final[i] += step * dot
        rates = np.maximum(self.least_rates, RATE / np.sqrt(1 + self.used[self.sets] * RATE_DECAY))
        self.used[self.sets] += 1
        steps = np.array([answer - squash(dot) for dot in self.dots[:-1]]) * rates
        self.weights[self.sets] = self.chosen + steps[:, None] * inputs
