"""The same bits as a profile's, from plain counts of words: slow, and too simple to be wrong."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from service.checking.grams import BEGIN, END
from service.checking.profile import ANYTHING
from service.checking.words import words_of


def plain_words(line: str) -> list[str]:
    return [word.text for word in words_of(line)]


class PlainCounts:
    """Which words followed which, where no identifier is literal."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.followers: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
        for line in lines:
            padded = [BEGIN, BEGIN, *plain_words(line), END]
            for i in range(2, len(padded)):
                for context in ((), (padded[i - 1],), (padded[i - 2], padded[i - 1])):
                    self.followers[context][padded[i]] += 1

    def bits(self, words: Sequence[str]) -> list[float]:
        """Witten and Bell, the longest context last."""
        padded = [BEGIN, BEGIN, *words, END]
        costs = []
        for i in range(2, len(padded)):
            p = ANYTHING
            for context in ((), (padded[i - 1],), (padded[i - 2], padded[i - 1])):
                if seen := self.followers.get(context):
                    p = (seen[padded[i]] + len(seen) * p) / (seen.total() + len(seen))
            costs.append(-math.log2(p))
        return costs
