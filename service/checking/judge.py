"""What one line says by itself: its words, how strange they and its numbers are, and what is counted of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from .clock import Moment, moment_of
from .findings import StrangeWord
from .grams import grams_of
from .profile import Profile, WordBits, line_score
from .words import IDENTIFIER, Word, template, words_of

CHEAP, DEAR = 8.0, 24.0  # bits of a word from which on it is shaded, and at which it is shaded most
MOST_SHADED = 6  # words of a line
MOST_SEQUENCES = 4000  # of words that are remembered


class SequenceFacts(NamedTuple):
    """What is equal for lines of equal words."""

    bits: list[WordBits]  # of each word and of the end
    score: float  # of its worst words
    pairs: list[int]  # grams of two words whose rate is known, each once


@dataclass(slots=True)
class Judgement:
    """What was found out about a line."""

    text: str
    template: str
    words: list[Word]
    sequence: tuple[str, ...]
    facts: SequenceFacts
    value: tuple[float, Word] | None  # the score of its strangest number
    moment: Moment | None


class Judge:
    """Judges lines by what is known of normal ones."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self._facts = lru_cache(maxsize=MOST_SEQUENCES)(self._facts_of)

    def judge(self, line: str) -> Judgement:
        """What a line says by itself."""
        words = words_of(line)
        sequence = tuple(self.profile.sequence(words, line))
        value: tuple[float, Word] | None = None
        for word in words:
            if word.text == IDENTIFIER:
                score = self.profile.value_score(word.place, line[word.begin : word.end])
                if score > 0 and (value is None or score > value[0]):
                    value = score, word
        facts, moment = self._facts(sequence), moment_of(line, words)
        return Judgement(line, template(line, words), words, sequence, facts, value, moment)

    def _facts_of(self, sequence: tuple[str, ...]) -> SequenceFacts:
        bits = self.profile.bits(sequence)
        pairs = dict.fromkeys(pair >> self.profile.shift for _, pair, _ in grams_of(sequence))
        counted = [pair for pair in pairs if pair in self.profile.rates]
        return SequenceFacts(bits, line_score([cost.bits for cost in bits]), counted)


def shaded_words(judgement: Judgement) -> list[StrangeWord]:
    """The words that make the line strange, in their order."""
    costs = [
        (cost.bits, i) for i, cost in enumerate(judgement.facts.bits[: len(judgement.words)]) if cost.bits >= CHEAP
    ]
    dearest = sorted(sorted(costs, key=lambda cost: (-cost[0], cost[1]))[:MOST_SHADED], key=lambda cost: cost[1])
    return [
        StrangeWord(
            judgement.words[i].begin,
            judgement.words[i].end,
            min(1.0, 0.25 + 0.75 * (bits - CHEAP) / (DEAR - CHEAP)),
        )
        for bits, i in dearest
    ]
