"""Look through lines that the weights make up, unasked: for values that could be a secret, and for rare lines whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import NamedTuple

from model.extraction import LANES, sampled_lines
from model.transformer import Model

from ..reading.times import drop_time
from .candidates import STRONG_BITS, AuditedLog, Candidate, Spot
from .entropy import WORD_BITS
from .values import values_of, words_of

TEMPERATURES = (1.0, 0.7)
RARE_LINES = 3  # a line, or a word, in at most so many
RARE_WORDS = 3  # in a line that nobody would come to by chance
MOST_SAMPLED = 2000


class RareLine(NamedTuple):
    """A line in few others' company, with words that are as rare: to come to it by chance is beyond guessing."""

    spot: Spot  # of its first
    lines: int
    characters: int
    bits: float


class Sought(NamedTuple):
    """What is looked for in samples."""

    values: dict[str, Candidate]
    lines: dict[str, RareLine]  # by its text, without the time


def sought_in(logs: Sequence[AuditedLog], candidates: Iterable[Candidate]) -> Sought:
    """Values that are strong wherever they stand, and the rare lines of those that were trained on."""
    return Sought({one.text: one for one in candidates if one.least >= STRONG_BITS}, rare_lines(logs))


def rare_lines(logs: Sequence[AuditedLog]) -> dict[str, RareLine]:
    """Lines that are trained on at most RARE_LINES times and have at least RARE_WORDS words as rare, without digits."""
    texts = {
        Spot(number, at, 0): drop_time(line)
        for number, log in enumerate(logs)
        for at, line in enumerate(log.lines)
        if log.trained[at]
    }
    lines = Counter(texts.values())
    words = Counter(chain.from_iterable(set(text.split()) for text in texts.values()))
    found: dict[str, RareLine] = {}
    for spot, text in texts.items():
        if text not in found and lines[text] <= RARE_LINES:
            rare = {word for word in text.split() if words[word] <= RARE_LINES and word.isalpha()}
            if len(rare) >= RARE_WORDS:
                found[text] = RareLine(spot, lines[text], len(text), WORD_BITS * len(rare))
    return found


def sample(model: Model, most: int) -> Iterator[list[str]]:
    """Up to `most` lines, a few at a time: the temperatures in turn."""
    streams = [sampled_lines(model, temperature, seed) for seed, temperature in enumerate(TEMPERATURES)]
    for batch in range(-(-most // LANES)):
        yield list(islice(streams[batch % len(streams)], min(LANES, most - batch * LANES)))


def found_in(lines: Iterable[str], sought: Sought) -> tuple[set[str], set[str]]:
    """The values and the rare lines that these lines have whole."""
    values: set[str] = set()
    whole: set[str] = set()
    for line in lines:
        values.update(
            value.text for word in words_of(line) for value in values_of(word.text) if value.text in sought.values
        )
        whole.update({drop_time(line)} & sought.lines.keys())
    return values, whole
