"""How strange a line looks to the model: the bits of its worst characters, those of numbers and times counted less."""

from __future__ import annotations

from model.array_types import Floats
from model.scoring import surprise

from .words import IDENTIFIER, TIME, words_of

MASKED_WEIGHT = 0.25  # a new number in its usual place surprises the model but not a person


def weighted_surprise(line: str, by_character: Floats) -> float:
    """The surprise of a line. `by_character`: bits of each of its characters, and of its newline."""
    weighted = by_character.copy()
    for word in words_of(line):
        if word.text in (TIME, IDENTIFIER):
            weighted[word.begin : word.end] *= MASKED_WEIGHT
    return surprise(weighted)
