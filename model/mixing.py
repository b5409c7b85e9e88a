"""How the answers of many predictors to one yes-or-no question become one probability, and how all of them learn.

The numbers are those of the page's mixing.js, bit for bit: tables replace functions that round differently, and sums
run in index order. Each dtype below says what is learned; the compiled functions after it use one record of it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from .array_types import Floats
from .compiled import compiled
from .exact import exp

STAGES = 3  # the first, the second and all later questions about a character are learned separately

LN2 = 0.6931471805599453
STRETCH_STEPS = 65536
SQUASH_STEPS = 128  # of a unit
STEEPEST = 12.0  # stretched probabilities go from -12 to 12
SURE = 1 - 1e-6

HALF_ROOT = 0.7071067811865476


def series(x: Any) -> Any:
    """ln x for x within a factor of √2 of 1, to about 13 digits. A number or an array."""
    s = (x - 1) / (x + 1)
    z = s * s
    sum_ = z * (1 / 17) + 1 / 15
    sum_ = sum_ * z + 1 / 13
    sum_ = sum_ * z + 1 / 11
    sum_ = sum_ * z + 1 / 9
    sum_ = sum_ * z + 1 / 7
    sum_ = sum_ * z + 1 / 5
    sum_ = sum_ * z + 1 / 3
    return 2 * s + 2 * s * z * sum_


compiled_series = compiled(series)


@compiled
def ln(x: float) -> float:
    """ln x of a normal number, from its exponent and a series in its mantissa."""
    mantissa, exponent = math.frexp(x)
    if mantissa < HALF_ROOT:
        mantissa, exponent = mantissa * 2, exponent - 1
    return float(exponent * LN2 + compiled_series(mantissa))


@compiled
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
SQUASHED = 1 / (1 + exp(STEEPEST - np.arange(2 * 12 * SQUASH_STEPS + 2) / SQUASH_STEPS))


def squash(x: float) -> float:
    """1 / (1 + e^-x), interpolated in a table."""
    at = (x + STEEPEST) * SQUASH_STEPS
    i = int(at)
    return float(SQUASHED[i] + (SQUASHED[i + 1] - SQUASHED[i]) * (at - i))


compiled_squash = compiled(squash)


@compiled
def bounded(x: float) -> float:
    """x within the bounds that `squash` takes."""
    return min(max(x, -STEEPEST), STEEPEST)


LEVELS = [0, 1, 2, 3, 4, 5, 7, 10, 15, 24, 40, 80, 160]  # the least count of each level
N_LEVEL = len(LEVELS)
MOST = 255
LEVEL = np.searchsorted(LEVELS, np.arange(MOST + 1), side="right") - 1


def rates(states: int) -> np.dtype[np.void]:
    """For each state a question can be in, the probability of a yes, learned from earlier answers."""
    return np.dtype([("p", np.float64, (states,)), ("n", np.uint16, (states,))], align=True)


@compiled
def learn_rate(rates: Any, state: int, answer: int) -> None:
    """Learn the answer to a question that was in this state."""
    p, n = rates.p[state], rates.n[state]
    rates.p[state] = min(max(p + (answer - p) / (n + 1.5), 1e-5), 1 - 1e-5)
    if n < MOST:
        rates.n[state] += 1


POINTS = 33
POINT_DISTANCE = 0.75
CURVE_RATE = 0.03


def curves(rows: int) -> np.dtype[np.void]:
    """Rows of learned curves from a stretched probability to a better one."""
    return np.dtype([("p", np.float64, (rows * POINTS,)), ("at", np.int64), ("above", np.float64)], align=True)


def start_curve() -> Floats:
    """A curve that changes nothing. -> [POINTS]"""
    return np.array([squash((i - (POINTS - 1) / 2) * POINT_DISTANCE) for i in range(POINTS)])


@compiled
def refine(curves: Any, row: int, x: float) -> float:
    """The probability that a row gives for the stretched probability x."""
    place = min(max(x, -11.99), 11.99) / POINT_DISTANCE + (POINTS - 1) / 2
    point = int(place)
    at, above = row * POINTS + point, place - point
    curves.at, curves.above = at, above
    return float(curves.p[at] * (1 - above) + curves.p[at + 1] * above)


@compiled
def learn_curve(curves: Any, answer: int) -> None:
    """Learn the answer to the last question."""
    p, at, above = curves.p, curves.at, curves.above
    p[at] += (answer - p[at]) * CURVE_RATE * (1 - above)
    p[at + 1] += (answer - p[at + 1]) * CURVE_RATE * above


RATE = 0.03  # of a new set of weights; it falls with the square root of how often the set was used
RATE_DECAY = 0.02
FINAL_RATE = 0.002
FIRST_SHARE = 0.1  # weight of the first input in the final answer, at the beginning


def mixer(sets: Sequence[int], inputs: int) -> np.dtype[np.void]:
    """Mixes inputs in two layers. `sets`: how many sets of weights there are of each kind.

    For each question one set of each kind gives an answer; the second layer weighs these answers, and the first input
    once more.
    """
    kinds = len(sets)
    fields: list[tuple[object, ...]] = [
        ("weights", np.float64, (sum(sets), inputs)),
        ("used", np.int64, (sum(sets),)),
        ("final", np.float64, (STAGES, kinds + 1)),
        ("inputs", np.float64, (inputs,)),
        ("first", np.int64, (kinds,)),  # index of the first set of each kind
        ("least_rates", np.float64, (kinds,)),
        ("chosen", np.int64, (kinds,)),  # the sets of the current question
        ("dots", np.float64, (kinds + 1,)),
        ("stage", np.int64),
        ("dot", np.float64),
    ]
    return np.dtype(fields, align=True)


def start_mixer(mixer: Any, sets: Sequence[int], least_rates: Sequence[float], weights: Floats) -> None:
    """Set a record of a new mixer. `least_rates`: at which each kind learns; `weights`: of every set, [inputs]."""
    mixer["weights"] = weights
    mixer["final"] = (1 - FIRST_SHARE) / len(sets)
    mixer["final"][:, -1] = FIRST_SHARE
    mixer["first"] = np.cumsum([0, *sets[:-1]])
    mixer["least_rates"] = least_rates


@compiled
def mix(mixer: Any, stage: int) -> float:
    """The stretched probability of a yes, from `inputs` and `chosen`: which set to use of each kind."""
    kinds, inputs = len(mixer.chosen), mixer.inputs
    for kind in range(kinds):
        weights = mixer.weights[mixer.chosen[kind]]
        sum_ = 0.0
        for i in range(len(inputs)):
            sum_ += weights[i] * inputs[i]
        mixer.dots[kind] = bounded(sum_)
    mixer.dots[kinds] = bounded(inputs[0])
    dot = 0.0
    for i in range(kinds + 1):
        dot += mixer.final[stage, i] * mixer.dots[i]
    mixer.stage = stage
    mixer.dot = bounded(dot)
    return float(mixer.dot)


@compiled
def learn_mixing(mixer: Any, answer: int) -> None:
    """Learn the answer to the last question."""
    kinds, inputs, dots = len(mixer.chosen), mixer.inputs, mixer.dots
    step = (answer - compiled_squash(mixer.dot)) * FINAL_RATE
    for i in range(kinds + 1):
        mixer.final[mixer.stage, i] += step * dots[i]
    for kind in range(kinds):
        chosen = mixer.chosen[kind]
        rate = max(mixer.least_rates[kind], RATE / math.sqrt(1 + mixer.used[chosen] * RATE_DECAY))
        mixer.used[chosen] += 1
        step = (answer - compiled_squash(dots[kind])) * rate
        weights = mixer.weights[chosen]
        for i in range(len(inputs)):
            weights[i] += step * inputs[i]
