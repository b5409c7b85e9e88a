"""The rules that the habitat's log obeys, as far as they can be read from its lines, and which lines obey them.

What is a number in a rule (how far the air may be from its season, …) is the furthest that the trained lines go.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

YEAR, SOLS = 668, 10_000  # sols of a year; sol numbers begin again
DELIVERY_EVERY, DELIVERED_ON = 120, 60  # sols
LOW = 20  # per cent of the battery
LINE = re.compile(r"sol (\d{4}) t-(\d{3}) s(\d{3}) w(\d\d) e(\d{3}) f(\d{4}) (ok|low|dust|load)")
RULES = ["shape", "sol", "food", "status", "air and sun", "wind", "battery"]

Floats = NDArray[np.float64]


class Habitat(NamedTuple):
    """What one line says. `index`: sols since the log began."""

    index: int
    sol: int
    air: int
    sun: int
    wind: int
    battery: int
    food: int
    status: str

    @property
    def season(self) -> list[float]:
        """What a season's curve is made of."""
        angle = 2 * np.pi * self.index / YEAR
        return [1.0, float(np.sin(angle)), float(np.cos(angle))]

    @property
    def is_dusty(self) -> bool:
        """Whether there is a storm."""
        return self.status == "dust"


def parsed(line: str, index: int) -> Habitat | None:
    """The state a line says, or nothing."""
    match = LINE.fullmatch(line)
    if match is None:
        return None
    sol, air, sun, wind, battery, food = map(int, match.groups()[:-1])
    return Habitat(index, sol, -air, sun, wind, battery, food, match[7])


class Line(NamedTuple):
    """A straight line through many points, and how far from it they lie."""

    weights: Floats
    low: float
    high: float

    def allows(self, x: list[float], y: float) -> bool:
        """Whether a point lies as near to the line as those that it was fitted to."""
        return bool(self.low - 0.01 <= y - float(np.dot(self.weights, x)) <= self.high + 0.01)


def fitted(x: list[list[float]], y: list[float]) -> Line:
    """By least squares."""
    weights = np.linalg.lstsq(np.array(x), np.array(y), rcond=None)[0]
    rest = np.array(y) - np.array(x) @ weights
    return Line(weights, float(rest.min()), float(rest.max()))


class Rules:
    """The rules, with their numbers from the trained lines, of which the first is sol 0 of the log."""

    def __init__(self, lines: list[str]) -> None:
        states = [state for i, line in enumerate(lines) if (state := parsed(line, i))]
        pairs = list(pairwise(states))
        self.air, self.sun, self.wind = {}, {}, {}
        for dusty in (False, True):
            same = [state for state in states if state.is_dusty == dusty]
            self.air[dusty] = fitted([state.season for state in same], [state.air for state in same])
            self.sun[dusty] = fitted([state.season for state in same], [state.sun for state in same])
            steps = [(before, state) for before, state in pairs if state.is_dusty == dusty]
            self.wind[dusty] = fitted([[1.0, before.wind] for before, _ in steps], [state.wind for _, state in steps])
        free = [(before, state) for before, state in pairs if 0 < before.battery < 100 and 0 < state.battery < 100]
        changes = [state.battery - before.battery for before, state in free]
        self.battery = fitted([[1.0, state.sun] for _, state in free], changes)
        meals = [before.food - state.food for before, state in pairs]
        self.eaten = {eaten for eaten in meals if eaten > 0}
        self.delivered = {eaten for eaten in meals if eaten < 0}

    def broken(self, before: Habitat, line: str) -> list[str]:
        """The rules that a line breaks, given the state before it."""
        state = parsed(line, before.index + 1)
        if state is None:
            return ["shape"]
        lands = state.sol % DELIVERY_EVERY == DELIVERED_ON
        dusty = state.is_dusty
        kept = {
            "sol": state.sol == (before.sol + 1) % SOLS,
            "food": before.food - state.food in (self.delivered if lands else self.eaten),
            "status": dusty or state.status == ("load" if lands else "low" if state.battery < LOW else "ok"),
            "air and sun": self.air[dusty].allows(state.season, state.air)
            and self.sun[dusty].allows(state.season, state.sun),
            "wind": self.wind[dusty].allows([1.0, before.wind], state.wind),
            "battery": self._follows(before, state),
        }
        return [rule for rule, is_kept in kept.items() if not is_kept]

    def _follows(self, before: Habitat, state: Habitat) -> bool:
        """Whether the battery is what it was and what came in, within 0 and 100."""
        x = [1.0, float(state.sun)]
        if 0 < state.battery < 100:
            return self.battery.allows(x, state.battery - before.battery)
        middle = before.battery + float(np.dot(self.battery.weights, x))
        return middle + self.battery.high >= 100 if state.battery else middle + self.battery.low <= 0
