"""What is known of normal lines: which words follow which, what values are usual, how often things come.

A profile is learned by `learning.py`, and is asked about one line after the other by `log_check.py`. It travels in the
weights file as `packing.py` writes it, and is the same in the page's profile.js.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from .amounts import Amount, amount_of, place_of
from .grams import ROOT, contexts_of, grams_of, mix
from .tails import Tail
from .words import IDENTIFIER, TIME, Word, quoted, word_hash

WINDOWS = (32, 256, 2048)  # lines in which it is counted how often something comes
STAND_OUT = 10_000
ANYTHING = 1 / 20_000  # probability of a word that was never seen
WORST_WORDS = 3  # of a line, whose mean is the line's score
DOUBT = 8  # of the most that was seen in a window, as many times as the window's share of all lines
REGULAR = 6.0  # a gram that never stayed away for more than so many times its mean distance can be missed
NEARLY = 1e-9  # what is added before rounding, so that halves are rounded alike in all languages
MOST_ADDED = 0.1  # so that large whole numbers stay what they are
DETECTORS = ("words", "values", "more", "fewer", "clock", "surprise")


@dataclass(frozen=True, slots=True)
class Gram:
    """One, two or three words in a row."""

    count: int  # how often they came
    types: int  # how many different words came next


@dataclass(frozen=True, slots=True)
class Rate:
    """How often two words in a row come."""

    count: int
    most: tuple[int, ...]  # in each of the profile's windows, at most
    gap: int  # from one to the next, at most, in ticks


class Values(NamedTuple):
    """The amounts of one place and kind, as log2(1 + size)."""

    low: float
    high: float
    low_scale: float  # how far the lowest lie from each other
    high_scale: float


class WordBits(NamedTuple):
    """What a word cost where it stands."""

    bits: float
    seen: bool  # together with the word before it


@dataclass
class Profile:
    """What is known of some normal lines."""

    lines: int = 0
    logs: int = 1  # that the lines are of; of several, one that is checked need not have what the others have
    duration: int = 1  # in ticks: seconds where lines have times, lines elsewhere
    shift: int = 0  # of 32-bit hashes, whose lower bits are left out
    root: Gram = Gram(0, 0)  # all words
    grams: Mapping[int, Gram] = field(default_factory=dict)
    rates: Mapping[int, Rate] = field(default_factory=dict)
    literal: frozenset[int] = frozenset()  # hashes of places whose identifiers count as words
    values: Mapping[int, Values] = field(default_factory=dict)  # by hash of the place
    windows: tuple[int, ...] = ()  # those of WINDOWS that fit often enough into the lines
    longest_pause: int = 0  # seconds from line to line
    farthest_back: int = 0  # seconds that the clock went back
    timed: bool = False
    tails: Mapping[str, Tail] = field(default_factory=dict)
    stand_out: int = STAND_OUT  # a line stands out when at most one normal line in so many looks as strange

    def with_surprise(self, tail: Tail | None) -> Profile:
        """The same profile, which also says how rare a surprise of the model is, where that is known."""
        return replace(self, tails={**self.tails, "surprise": tail}) if tail else self

    def sequence(self, words: Sequence[Word], line: str) -> list[str]:
        """The words of a line as they count: identifiers of literal places as they stand."""
        return [
            line[word.begin : word.end] if word.text == IDENTIFIER and self.is_literal(word.place) else word.text
            for word in words
        ]

    def is_literal(self, place: str) -> bool:
        """Whether the identifiers of a place belong to the language of the log, as the status of a request does."""
        return word_hash(place) >> self.shift in self.literal

    def knows(self, word: str) -> bool:
        """Whether a word stood in normal lines, wherever."""
        return mix(1, word_hash(word)) >> self.shift in self.grams

    def bits(self, sequence: Sequence[str]) -> list[WordBits]:
        """The bits of each word, and of the end, each after the two before it.

        Witten and Bell (1991): what a context has seen, and, with the share of new words that it met, what a shorter
        context says. Where nothing is known, no word is strange.
        """
        if not self.root.types:
            return [WordBits(0.0, True)] * (len(sequence) + 1)
        costs = []
        for grams, contexts in zip(grams_of(sequence), contexts_of(sequence), strict=True):
            p, seen = ANYTHING, False
            for order, (gram, context) in enumerate(zip(grams, contexts, strict=True)):
                above = self.root if context == ROOT else self.grams.get(context >> self.shift)
                if above is None or above.types == 0:
                    continue
                known = self.grams.get(gram >> self.shift)
                count = known.count if known else 0
                p = (count + above.types * p) / (above.count + above.types)
                seen = seen or (order == 1 and known is not None)
            costs.append(WordBits(-math.log2(p), seen))
        return costs

    def value_score(self, place: str, text: str) -> float:
        """How far a number lies outside what is usual in its place; 0 inside."""
        amount = amount_of(text)
        usual = self._usual(place, amount) if amount else None
        if amount is None or usual is None:
            return 0.0
        y = math.log2(1 + amount.size)
        return max(0.0, (y - usual.high) / usual.high_scale, (usual.low - y) / usual.low_scale)

    def describe_value(self, place: str, text: str) -> str:
        """Why a number is strange of which `value_score` says that it is."""
        amount = amount_of(text)
        usual = self._usual(place, amount) if amount else None
        assert amount is not None
        assert usual is not None
        name = place.removeprefix("^").replace(IDENTIFIER, "#").replace(TIME, "#")
        where = f"after {quoted(name)}" if name else "at the beginning of the line"
        if math.log2(1 + amount.size) > usual.high:
            return (
                f"{quoted(text)} {where}: at most {_number((2**usual.high - 1) / amount.scale)}{amount.unit} was usual"
            )
        return f"{quoted(text)} {where}: at least {_number((2**usual.low - 1) / amount.scale)}{amount.unit} was usual"

    def _usual(self, place: str, amount: Amount) -> Values | None:
        return self.values.get(word_hash(place_of(place, amount)) >> self.shift)

    def one_in(self, detector: str, score: float) -> float:
        """Of how many normal lines one looks at least this strange, as the rarest of all detectors goes."""
        tail = self.tails.get(detector)
        return max(1.0, tail.one_in(score) / len(self.tails)) if tail else 1.0


def line_score(bits: Sequence[float]) -> float:
    """The mean of the worst words of a line."""
    worst = sorted(bits, reverse=True)[:WORST_WORDS]
    total = 0.0
    for cost in worst:
        total += cost
    return total / len(worst)


def more_score(count: int, most: int, window: int, lines: int) -> float:
    """How much more often something came in a window than ever, in nats: as unlikely as for a Poisson process.

    Few windows fit into few lines, so that the most that was seen in them says less.
    """
    usual = max(most, 1) * (1 + DOUBT * window / lines)
    return count * math.log(count / usual) - (count - usual) if count > usual else 0.0


def fewer_score(gap: int, longest: int, share: float) -> float:
    """How unlikely it is, in nats, that what comes in this share of ticks stays away for so many."""
    return max(0.0, (gap - longest) * share)


def pause_score(seconds: int, longest: int) -> float:
    """How much longer a pause is than ever, as a logarithm."""
    return max(0.0, math.log((seconds + 1) / (longest + 1)))


def _number(x: float) -> str:
    x += min(x * NEARLY, MOST_ADDED)
    return f"{math.floor(x + 0.5):,}" if x >= 100 else f"{x:.3g}"
