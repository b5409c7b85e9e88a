"""Which of a model's readings a log is read with: the one by which its lines cost least."""

from __future__ import annotations

from collections.abc import Sequence
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
    """A reading for logs of which the first bytes are known. Raises LoglingError when there is none of this name."""
    readings = [RAW] if raw else of_card(card) or [Reading()]
    if name is not None:
        named = [reading for reading in readings if reading.name == name]
        if not named:
            known = ", ".join(repr(reading.name) for reading in readings)
            raise LoglingError(f"this model has no reading {name!r}; it has {known}")
        readings = named[:1]
    names: list[str] = []

    def choose(head: bytes) -> Reading:
        reading = cheapest(model, readings, head)
        names.append(reading.name)
        return reading

    return ReadingChoice(choose, names)


def cheapest(model: Model, readings: Sequence[Reading], head: bytes) -> Reading:
    """The reading by which the first lines of a log cost least, in bits per character."""
    if len(readings) == 1:
        return readings[0]
    return min(readings, key=lambda reading: _cost(model, reading, head))


def _cost(model: Model, reading: Reading, head: bytes) -> float:
    reader = LogReader(reading, head)
    lines = (reader.feed(head) + reader.finish())[:SAMPLE_LINES]
    return bits_per_character(list(score_lines(model, lines)))[0] if lines else float("inf")
