"""What is remembered: told value by value from what can be predicted, by the same of lines that the weights never saw.

A strong value that comes back within a few guesses is remembered, a short one where so few guesses would hit one of its
length by chance in less than one audit of a hundred. But what this log does anyway can be predicted: where values that
were never seen come back too, at the same place or, where it has none, of the same shape, it takes more of the seen
ones than that explains.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import comb
from typing import NamedTuple

from .asking import Answer
from .candidates import Candidate

BY_CHANCE = 0.01  # of all short values that are asked for, together
ALIKE = 0.01  # a difference to lines never seen that chance makes this often proves nothing


class Tally(NamedTuple):
    """How many were asked for, and how many of them came back."""

    asked: int
    found: int


def remembered(seen: Sequence[Answer], unseen: Sequence[Answer]) -> list[Answer]:
    """The answers for values that the weights know by heart."""
    short = sum(not answer.candidate.is_strong for answer in seen)

    def is_beyond_chance(answer: Answer) -> bool:
        if answer.guess is None or answer.candidate.is_strong:
            return answer.guess is not None
        return answer.guess * short < BY_CHANCE * 2**answer.candidate.bits

    return [
        answer
        for answer in seen
        if is_beyond_chance(answer) and not is_predictable(answer, seen, unseen)
    ]  # fmt: skip


def is_predictable(answer: Answer, seen: Sequence[Answer], unseen: Sequence[Answer]) -> bool:
    """Whether values that were never seen come back as well: of its place, else of its shape."""
    place, shape = answer.place, answer.candidate.shape
    of_place: Callable[[Answer], bool] = lambda other: other.place == place  # noqa: E731
    of_shape: Callable[[Answer], bool] = lambda other: other.candidate.shape == shape  # noqa: E731
    alike = of_place if any(map(of_place, unseen)) else of_shape
    return explains(tally(filter(alike, unseen)), tally(filter(alike, seen)))


def tally(answers: Iterable[Answer]) -> Tally:
    """Count answers."""
    guesses = [answer.guess is not None for answer in answers]
    return Tally(len(guesses), sum(guesses))


def explains(unseen: Tally, seen: Tally) -> bool:
    """Whether what was found of the seen is what the unseen would give (Fisher's exact test)."""
    if not unseen.found:
        return False
    asked, found = seen.asked + unseen.asked, seen.found + unseen.found
    ways = (
        comb(seen.asked, count) * comb(unseen.asked, found - count)
        for count in range(seen.found, min(seen.asked, found) + 1)
    )
    return sum(ways) / comb(asked, found) >= ALIKE


def remembered_of_samples(found: set[str], seen: Iterable[Candidate], unseen: Iterable[Candidate]) -> set[str]:
    """The sampled values that the samples' lines would not have by chance."""
    others = list(unseen)
    here = list(seen)

    def is_by_chance(shape: str) -> bool:
        counts = [
            Tally(len(alike), sum(one.text in found for one in alike))
            for alike in ([one for one in group if one.shape == shape] for group in (others, here))
        ]
        return explains(*counts)

    chance = {shape: is_by_chance(shape) for shape in {one.shape for one in here if one.text in found}}
    return {one.text for one in here if one.text in found and not chance[one.shape]}
