"""A simulated habitat that reports its state once a sol, with a known entropy rate.

    0412 clear -52c +503w -262w 094% 0871m ok

is sol 412: the sky, the air in degrees Celsius, the sun's power coming in and the crew's going out, the
battery, the meals left, and a status word. Temperature follows the season, dust and storms cut the sun,
the battery integrates what comes in minus what goes out, meals are eaten and resupplied.

The whole state is in the line, and every draw can be read back from two neighbouring lines. So the
probability of a line given the one before is known exactly, and with it the bits per character that no
model of this log can beat. Nothing here is a faithful Mars: the numbers are chosen to be learnable.
"""

import math
import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple, TypeVar

import numpy as np

YEAR = 668  # sols
DELIVERY = 900  # meals that one ship brings
SHIP_DUE, SHIP_CERTAIN = 400, 100  # meals left
POWER_SAVING, BATTERY_LOW = 15, 30  # per cent of the battery
HEATING_OFF = 90  # watts

# Every chance is a table of outcomes and their weights in 64ths: probabilities are exact, and the six top
# bits of one raw draw decide, whose stream numpy keeps the same for ever (that of Generator it does not).
SKY = {
    "clear": {"clear": 62, "dusty": 2},
    "dusty": {"clear": 6, "dusty": 54, "storm": 4},
    "storm": {"dusty": 9, "storm": 55},
}
AIR = {-2: 4, -1: 16, 0: 24, 1: 16, 2: 4}  # degrees
SUN = {-4: 12, 0: 40, 4: 12}  # watts
USE = {-5: 16, 0: 32, 5: 16}  # watts
EATEN = {11: 10, 12: 44, 13: 10}  # meals
SHIP_NOT_DUE, SHIP_MAY_LAND, SHIP_LANDS = {0: 64}, {0: 58, 1: 6}, {1: 64}

SUNLIGHT = {"clear": 100, "dusty": 70, "storm": 35}  # per cent that reaches the ground
COOLING = {"clear": 0, "dusty": 3, "storm": 7}  # degrees

_LINE = re.compile(r"(\d{4,}) (clear|dusty|storm) (-\d\d)c \+(\d{3})w -(\d{3})w (\d{3})% (\d{4})m (ok|low|cold|dock)")

Outcome = TypeVar("Outcome", str, int)


class HabitatState(NamedTuple):
    """What one line says."""

    sol: int
    sky: str
    air: int  # degrees Celsius
    sun: int  # watts in
    use: int  # watts out
    battery: int  # per cent
    meals: int
    status: str

    def __str__(self) -> str:
        return (
            f"{self.sol:04d} {self.sky} {self.air:03d}c +{self.sun:03d}w -{self.use:03d}w "
            f"{self.battery:03d}% {self.meals:04d}m {self.status}"
        )


class Draw(NamedTuple):
    """All that is left to chance in one sol."""

    sky: str
    air: int
    sun: int
    use: int
    eaten: int
    ships: int


class Habitat:
    """The log of one habitat. Continued in whatever chunks, the series is the same for the same seed."""

    def __init__(self, seed: int, start_sol: int = 0) -> None:
        self._bits = np.random.PCG64(seed)
        self.state = first_state(start_sol)

    def next(self, count: int) -> list[str]:
        """The next `count` lines, one a sol."""
        lines = []
        for _ in range(count):
            self.state = advance(self.state, self._draw())
            lines.append(str(self.state))
        return lines

    def _draw(self) -> Draw:
        raw = [int(value) >> 58 for value in self._bits.random_raw(6)]
        return Draw(
            sky=_pick(SKY[self.state.sky], raw[0]),
            air=_pick(AIR, raw[1]),
            sun=_pick(SUN, raw[2]),
            use=_pick(USE, raw[3]),
            eaten=_pick(EATEN, raw[4]),
            ships=_pick(_ship(self.state), raw[5]),
        )


def lines(start_sol: int, count: int, seed: int) -> list[str]:
    """The first `count` lines of the habitat of this seed, landed just before `start_sol`."""
    return Habitat(seed, start_sol).next(count)


def first_state(start_sol: int) -> HabitatState:
    """The state on the sol before `start_sol`, which is not in the log."""
    sol = start_sol - 1
    air, sun = _expected_air(sol, "clear"), _expected_sun(sol, "clear")
    return HabitatState(sol, "clear", air, sun, use=_expected_use(air, 80), battery=80, meals=850, status="ok")


def advance(before: HabitatState, draw: Draw) -> HabitatState:
    """The next sol's state: with the draw given, nothing is left to chance."""
    sol = before.sol + 1
    air = _carried_air(before, draw.sky) + draw.air
    sun = _expected_sun(sol, draw.sky) + draw.sun
    use = _expected_use(air, before.battery) + draw.use
    battery = min(100, max(0, before.battery + (sun - use) // 8))
    meals = before.meals - draw.eaten + DELIVERY * draw.ships
    status = _status(before.battery, battery, draw.ships)
    return HabitatState(sol, draw.sky, air, sun, use, battery, meals, status)


def parse(line: str) -> HabitatState:
    """The state that a line says. Raises ValueError for any other text."""
    match = _LINE.fullmatch(line)
    if match is None:
        raise ValueError(f"not a line of the simulated habitat: {line!r}")
    sol, sky, air, sun, use, battery, meals, status = match.groups()
    return HabitatState(int(sol), sky, int(air), int(sun), int(use), int(battery), int(meals), status)


def line_bits(previous: str, line: str) -> float:
    """-log2 p(line | previous), exactly. Raises ValueError where the line cannot follow the previous one."""
    before, after = parse(previous), parse(line)
    draw = _recover(before, after)
    weights = (
        SKY[before.sky].get(draw.sky, 0),
        AIR.get(draw.air, 0),
        SUN.get(draw.sun, 0),
        USE.get(draw.use, 0),
        EATEN.get(draw.eaten, 0),
        _ship(before).get(draw.ships, 0),
    )
    if advance(before, draw) != after or 0 in weights:
        raise ValueError(f"{line!r} cannot follow {previous!r}")
    return sum(6 - math.log2(weight) for weight in weights)


def entropy_rate(log: Sequence[str], previous: str | None = None) -> float:
    """Bits per character, newlines counted, that the true model needs for these lines.

    `previous` is the line before the first one; without it the first line is context only.
    """
    known = [previous, *log] if previous is not None else list(log)
    if len(known) < 2:
        raise ValueError("an entropy rate needs at least one line and the line before it")
    bits = sum(line_bits(before, line) for before, line in pairwise(known))
    return bits / sum(len(line) + 1 for line in known[1:])


def _pick(chance: Mapping[Outcome, int], raw: int) -> Outcome:
    """The outcome in whose share of 0..63 the raw number falls."""
    for outcome, weight in chance.items():
        raw -= weight
        if raw < 0:
            return outcome
    raise ValueError(f"the weights of {dict(chance)} do not add up to 64")


def _ship(before: HabitatState) -> Mapping[int, int]:
    """Certain before the stores run out, so that no shortage ever hides how much was eaten."""
    if before.meals >= SHIP_DUE:
        return SHIP_NOT_DUE
    return SHIP_MAY_LAND if before.meals >= SHIP_CERTAIN else SHIP_LANDS


def _recover(before: HabitatState, after: HabitatState) -> Draw:
    ships = int(after.meals > before.meals)
    return Draw(
        sky=after.sky,
        air=after.air - _carried_air(before, after.sky),
        sun=after.sun - _expected_sun(after.sol, after.sky),
        use=after.use - _expected_use(after.air, before.battery),
        eaten=before.meals + DELIVERY * ships - after.meals,
        ships=ships,
    )


def _season(sol: int) -> float:
    """1 at midsummer, -1 at midwinter."""
    return math.sin(2 * math.pi * (sol % YEAR) / YEAR)


def _expected_air(sol: int, sky: str) -> int:
    return round(-57 + 13 * _season(sol)) - COOLING[sky]


def _carried_air(before: HabitatState, sky: str) -> int:
    """Three quarters of yesterday's deviation stay, rounded towards zero: in all, never above 5 degrees."""
    deviation = before.air - _expected_air(before.sol, before.sky)
    return _expected_air(before.sol + 1, sky) + int(deviation * 0.75)


def _expected_sun(sol: int, sky: str) -> int:
    return round(430 + 140 * _season(sol)) * SUNLIGHT[sky] // 100


def _expected_use(air: int, battery_before: int) -> int:
    """Heating follows the cold, and is cut when the battery was nearly empty."""
    saving = HEATING_OFF if battery_before < POWER_SAVING else 0
    return 240 + 2 * max(0, -40 - air) - saving


def _status(battery_before: int, battery: int, ships: int) -> str:
    if ships:
        return "dock"
    if battery_before < POWER_SAVING:
        return "cold"
    return "low" if battery < BATTERY_LOW else "ok"
