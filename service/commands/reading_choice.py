"""Which of a model's readings a log is read with: the one by which its lines cost least."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, NamedTuple

import typer

from model.scoring import bits_per_character, score_lines
from model.transformer import Model
from model.weights_file import Card

from ..errors import LoglingError
from ..reading.log_reader import LogReader
from ..reading.reading import RAW, Reading, of_card
from ..reading.whole_file import Chooser

SAMPLE_LINES = 20  # of the log's start, by which readings are compared; as on the page

RawOption = Annotated[bool, typer.Option("--raw", help="Lines as they stand in the file, without the model's reading.")]
ReadingOption = Annotated[
    str | None,
    typer.Option(
        "--reading", metavar="NAME", help="The reading of the source of this name; else the one that fits best."
    ),
]


class ReadingChoice(NamedTuple):
    """How a command reads logs. `names` are those of the readings that were taken."""

    choose: Chooser
    names: list[str]


def choose_reading(model: Model, card: Card, name: str | None = None, raw: bool = False) -> ReadingChoice:
    """That of a model's readings by which the first lines of a log cost least, in bits per character.

    Raises LoglingError when there is none of this name.
    """

    def cost(lines: Sequence[str]) -> float:
        return bits_per_character(list(score_lines(model, lines)))[0]

    return choose_among([RAW] if raw else of_card(card) or [Reading()], cost, name)


def choose_among(readings: Sequence[Reading], cost: Callable[[list[str]], float], name: str | None) -> ReadingChoice:
    """That of some readings by which the first lines of a log cost least. Raises LoglingError as above."""
    if name is not None:
        named = [reading for reading in readings if reading.name == name]
        if not named:
            known = ", ".join(repr(reading.name) for reading in readings)
            raise LoglingError(f"there is no reading {name!r}, but {known}")
        readings = named[:1]
    names: list[str] = []

    def choose(head: bytes) -> Reading:
        reading = cheapest(readings, cost, head)
        names.append(reading.name)
        return reading

    return ReadingChoice(choose, names)


def cheapest(readings: Sequence[Reading], cost: Callable[[list[str]], float], head: bytes) -> Reading:
    """The reading by which the first lines of a log cost least."""
    if len(readings) == 1:
        return readings[0]
    return min(readings, key=lambda reading: _cost(reading, cost, head))


def _cost(reading: Reading, cost: Callable[[list[str]], float], head: bytes) -> float:
    reader = LogReader(reading, head)
    lines = (reader.feed(head) + reader.finish())[:SAMPLE_LINES]
    return cost(lines) if lines else float("inf")
