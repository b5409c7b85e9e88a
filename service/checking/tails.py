"""How rare a score is among normal lines: a tail that is measured where there were lines, and continued where not.

A tail keeps the scores at ranks 1, 2, 4, 8, … of kinds of normal lines that were scored without having been learned.
Between them the rank is interpolated; above the highest score it falls as an exponential does, at the rate at which the
last ranks fell, or at the least rate that such a score has by its nature.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

STEPS = 100  # of a bit or nat: the precision of a score that is kept
LEAST_RANK = 1e-250
MOST_RANKS = 64
MOST_LINES = 1 << 40
MOST_SCALE = 1000
STEEP = 4  # ranks 1 to 2^STEEP tell how fast the tail falls


@dataclass(frozen=True)
class Tail:
    """The highest scores of normal lines."""

    lines: int  # that were scored
    scores: tuple[float, ...]  # at ranks 1, 2, 4, 8, …; falling
    scale: float  # the least rise of a score that makes it e times rarer

    @classmethod
    def of(cls, scores: Iterable[float], lines: int, scale: float) -> Tail:
        """The tail of some scores, one for each kind and fold."""
        falling = sorted((score for score in scores if score > 0), reverse=True)
        ranks = [2**i - 1 for i in range(len(falling).bit_length())]
        return cls(lines, tuple(_rounded(falling[rank]) for rank in ranks), _rounded(scale))

    def one_in(self, score: float) -> float:
        """Of how many normal lines one has at least this score. At least 1."""
        if score <= 0 or not self.lines:
            return 1.0
        return max(self.lines / self._rank(score), 1.0)

    def _rank(self, score: float) -> float:
        scores = self.scores
        if not scores or score > scores[0]:
            top = scores[0] if scores else 0.0
            return max(math.exp(-(score - top) / self._fall()), LEAST_RANK)
        for i in range(1, len(scores)):
            if score > scores[i]:
                share = (scores[i - 1] - score) / (scores[i - 1] - scores[i])
                return float(2 ** (i - 1 + share))
        return float(2 ** (len(scores) - 1))

    def _fall(self) -> float:
        last = min(STEEP, len(self.scores) - 1)
        if last < 1:
            return self.scale
        return max(self.scale, (self.scores[0] - self.scores[last]) / (last * math.log(2)))

    def as_card(self) -> dict[str, Any]:
        """As the card has it."""
        return {"lines": self.lines, "scores": list(self.scores), "scale": self.scale}

    @classmethod
    def from_card(cls, card: object) -> Tail:
        """The tail of a card. Raises ValueError when it is none."""
        if not isinstance(card, dict):
            raise ValueError("a tail of the profile is no object")
        lines, scores, scale = card.get("lines"), card.get("scores"), card.get("scale")
        if type(lines) is not int or not 0 <= lines < MOST_LINES or not isinstance(scores, list):
            raise ValueError("a tail of the profile is not made of lines and scores")
        if len(scores) > MOST_RANKS or not all(map(_is_positive, scores)) or scores != sorted(scores, reverse=True):
            raise ValueError("the scores of a tail of the profile are not at most 64 falling numbers")
        if isinstance(scale, bool) or not isinstance(scale, (int, float)) or not 0 < scale < MOST_SCALE:
            raise ValueError("the scale of a tail of the profile is no small positive number")
        return cls(lines, tuple(map(float, scores)), float(scale))


def _is_positive(number: object) -> bool:
    return type(number) in (int, float) and 0 <= number < 1e9  # type: ignore[operator]


def _rounded(score: float) -> float:
    return math.floor(score * STEPS + 0.5) / STEPS
