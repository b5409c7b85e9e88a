"""How well the numbers of a line go on from those of the lines before.

Lines that are alike but for their numbers are of one kind. Each number of a kind is forecast by a linear regression
that is learned while reading, by recursive least squares with forgetting: from the number at the same place in the line
before, of whatever kind that was, from means of the last lines of its kind, and from the numbers before it in its
line. The nearer the numbers of a line are to their forecasts, in units of the errors usual so far, the more plausible
it is. A number that jumps now and then may jump again.

The transformer sees a few lines; this knows sums, levels and trends of thousands. `sampling.py` chooses with it among
lines that the transformer drew. The numbers are those of the page's forecast.js, to the last bit.
"""

from __future__ import annotations

import copy
import re
from collections import ChainMap
from collections.abc import MutableMapping, Sequence
from typing import NamedTuple

import numpy as np

from .array_types import Floats
from .exact import total

FORECAST_LINES = 2000  # of a log that are read
FEWEST_LINES = 30  # of a kind, before its numbers are forecast
MEAN_RATES = np.array([1 / 8, 1 / 32, 1 / 128])  # of the slow means
LEVEL_RATE = 1 / 2  # of the quick one
MOST_NUMBERS = 32  # of a line, that are forecast
EARLIER_NUMBERS = 8  # of the line, that a forecast can use
FIRST_EARLIER = 2 + len(MEAN_RATES)  # behind the constant, the line before and the means
TERMS = FIRST_EARLIER + EARLIER_NUMBERS
LARGEST_TERM = 1e7  # a larger number in the line is an identifier or a time, and no term
LARGEST_FORECAST = 1e15
MOST_DECIMALS = 15
FORGETTING = 0.998
LEAST_ERROR = 0.4  # units of the last digit
ERROR_LINES = 100  # that the usual error is of
CLIPPED = 4  # usual errors: a larger error teaches no more
JUMP = 5  # usual errors: a larger error is a jump
JUMP_LINES = 256  # that the share of jumps is of
OFTEN = 0.005  # a share of jumps that makes a jump half as plausible as it gets
NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")


class _Parsed(NamedTuple):
    """A line's text with numbers made alike, and of each number the text before it, its value and its decimals."""

    kind: str
    places: list[str]
    values: Floats
    decimals: list[int]


def _parsed(line: str) -> _Parsed:
    places: list[str] = []
    values: list[float] = []
    decimals: list[int] = []
    kind, read = "", 0
    for match in NUMBER.finditer(line):
        text, begin = match[0], match.start()
        signed = line[begin - 1 : begin] == "-" and (begin == 1 or line[begin - 2] == " ")
        kind += line[read : begin - signed]
        if len(values) < MOST_NUMBERS:
            places.append(kind)
            values.append(-float(text) if signed else float(text))
            decimals.append(len(text) - 1 - text.index(".") if "." in text else 0)
        kind += "#"
        read = match.end()
    return _Parsed(kind + line[read:], places, np.array(values, np.float64), decimals)


class _Kind:
    """Lines that are alike but for their k numbers, and how these are forecast."""

    def __init__(self, first: _Parsed) -> None:
        k = len(first.places)
        self.scales = np.array([float(f"1e{min(n, MOST_DECIMALS)}") for n in first.decimals], np.float64)
        self.count = 1
        self.level = self.scaled(first.values)  # [k] the mean of the last lines
        self.means = np.repeat(self.level[:, None], len(MEAN_RATES), axis=1)  # [k, 3]
        self.weights = np.zeros((k, TERMS))
        self.inverse = np.empty(0)  # [k, TERMS, TERMS] of the terms' products, when the second line comes
        self.errors = np.zeros(k)  # usual ones
        self.jumps = np.zeros(k)  # share of lines with one

    @property
    def is_known(self) -> bool:
        return self.count >= FEWEST_LINES and len(self.level) > 0

    def scaled(self, values: Floats) -> Floats:
        """Values in units of their last digit. [k] -> [k]"""
        with np.errstate(over="ignore"):
            return np.clip(values * self.scales, -LARGEST_FORECAST, LARGEST_FORECAST)

    def terms(self, values: Floats, before: Floats) -> Floats:
        """What each forecast is made of. Scaled values, and those of the line before, NaN for none. -> [k, TERMS]"""
        k = len(values)
        terms = np.zeros((k, TERMS))
        terms[:, 0] = 1
        terms[:, 1] = np.where(np.isnan(before), 0.0, before - self.level)
        terms[:, 2:FIRST_EARLIER] = self.means - self.level[:, None]
        earlier = np.where(np.abs(values) < LARGEST_TERM, values, 0.0)[:EARLIER_NUMBERS]
        is_earlier = np.arange(len(earlier)) < np.arange(k)[:, None]
        terms[:, FIRST_EARLIER : FIRST_EARLIER + len(earlier)] = np.where(is_earlier, earlier, 0.0)
        return terms

    def off(self, values: Floats, terms: Floats) -> Floats:
        """How far each number is from its forecast. -> [k]"""
        return np.asarray(values - self.level - total(self.weights * terms))

    def learn(self, terms: Floats, off: Floats) -> None:
        """One step of recursive least squares."""
        if self.count == 1:
            prior = np.where(np.arange(TERMS) < FIRST_EARLIER, 1.0, 100.0)
            self.inverse = np.zeros((len(off), TERMS, TERMS))
            self.inverse[:, range(TERMS), range(TERMS)] = 1 / (terms * terms + prior)
        gains = total(self.inverse * terms[:, None, :])
        whole = (FORGETTING + total(gains * terms))[:, None]
        most = CLIPPED * self.errors if self.count > 10 else np.full(len(off), np.inf)
        clipped = np.maximum(-most, np.minimum(most, off))
        self.weights = self.weights + gains / whole * clipped[:, None]
        self.inverse = (self.inverse - gains[:, :, None] * gains[:, None, :] / whole[:, :, None]) / FORGETTING
        if self.count > FEWEST_LINES:
            is_jump = (np.abs(off) > JUMP * self.errors).astype(np.float64)
            rate = max(1 / (self.count - FEWEST_LINES), 1 / JUMP_LINES)
            self.jumps = self.jumps + (is_jump - self.jumps) * rate
        rate = max(1 / (self.count + 1), 1 / ERROR_LINES)
        usual = self.errors + (np.abs(clipped) * 1.25 - self.errors) * rate
        self.errors = np.maximum(LEAST_ERROR, usual)

    def follow(self, values: Floats) -> None:
        """Read on. Scaled values [k]"""
        self.count += 1
        self.level = self.level + (values - self.level) * max(1 / self.count, LEVEL_RATE)
        self.means = self.means + (values[:, None] - self.means) * np.maximum(1 / self.count, MEAN_RATES)


class Forecast:
    """What the numbers of a log's next line should be."""

    def __init__(self, lines: Sequence[str] = ()) -> None:
        self._kinds: dict[str, _Kind] = {}
        self._last: MutableMapping[str, float] = {}  # the number at each place
        self._learns = True
        for line in lines[-FORECAST_LINES:]:
            self.read(line)

    def copy(self) -> Forecast:
        """Another one to read on in, which learns no more, and no other kinds."""
        other = Forecast()
        other._kinds = {name: kind for name, kind in self._kinds.items() if kind.is_known}
        other._last, other._learns = ChainMap({}, self._last), False  # a place may be one of very many
        return other

    @property
    def knows_some(self) -> bool:
        """Whether there is any kind whose numbers can be forecast."""
        return any(kind.is_known for kind in self._kinds.values())

    def known_kind(self, line: str) -> str | None:
        """The kind of a line, if its numbers can be forecast."""
        name = _parsed(line).kind
        kind = self._kinds.get(name)
        return name if kind and kind.is_known else None

    def plausibility(self, line: str) -> float:
        """How well the numbers of a line go on from those before, up to 1. Its kind must be known."""
        parsed = _parsed(line)
        kind = self._kinds[parsed.kind]
        values = kind.scaled(parsed.values)
        off = kind.off(values, kind.terms(values, self._before(kind, parsed))) / kind.errors
        near = 1 / (1 + off * off / 3)
        jump = 0.5 * kind.jumps / (kind.jumps + OFTEN)
        product = 1.0
        for number in np.maximum(near, jump).tolist():
            product *= number
        return product

    def read(self, line: str) -> None:
        """Read on, and learn unless this is a copy."""
        parsed = _parsed(line)
        kind = self._kinds.get(parsed.kind)
        if kind is None and self._learns:
            self._kinds[parsed.kind] = _Kind(parsed)
        elif kind and parsed.places:
            values = kind.scaled(parsed.values)
            if self._learns:
                terms = kind.terms(values, self._before(kind, parsed))
                kind.learn(terms, kind.off(values, terms))
            else:
                kind = self._kinds[parsed.kind] = copy.copy(kind)
            kind.follow(values)
        self._last.update(zip(parsed.places, parsed.values.tolist(), strict=True))

    def _before(self, kind: _Kind, parsed: _Parsed) -> Floats:
        """The last number at each place, scaled, NaN where none was. -> [k]"""
        return kind.scaled(np.array([self._last.get(place, np.nan) for place in parsed.places], np.float64))
