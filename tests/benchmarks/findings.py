"""What a way to look for strange things makes of a log: a score for each line, and a list of findings.

A way may give scores alone: then lines that differ in numbers and identifiers alone are one finding, which stands at
its strangest line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import NamedTuple

import numpy as np
from line_detectors import Detector, Scores, folding_key

NEVER = 10**9  # the rank of what is not in a list


class Finding(NamedTuple):
    """A kind of line that stands out. `lines`: places, from 0."""

    lines: frozenset[int]
    strangeness: float
    kind: str = ""
    said: str = ""


class Judgement(NamedTuple):
    """A score a line, higher being stranger, and the findings, strangest first, of which so many stand out."""

    scores: Scores
    findings: list[Finding]
    standing: int = 0


class Way(NamedTuple):
    """A way to judge a log after others that were fine.

    `calibrated`: its findings are those that stand out, rather than all lines in their order.
    """

    judge: Callable[[list[list[str]], list[str]], Judgement]
    calibrated: bool = False


def from_detector(detector: Detector) -> Way:
    """A way that scores lines."""

    def judge(goods: list[list[str]], lines: list[str]) -> Judgement:
        return judged_by_line(detector([line for good in goods for line in good], lines), lines)

    return Way(judge)


def judged_by_line(scores: Scores, lines: list[str]) -> Judgement:
    """The findings that follow from the scores."""
    return Judgement(scores, folded(scores, lines))


def folded(scores: Scores, lines: list[str]) -> list[Finding]:
    """One finding for lines that are alike, strangest first; of equals the earlier."""
    alike: dict[str, list[int]] = {}
    for place in np.argsort(-scores, kind="stable").tolist():
        alike.setdefault(folding_key(lines[place]), []).append(place)
    return [Finding(frozenset(places), float(scores[places[0]])) for places in alike.values()]


def rank_of(places: Collection[int], findings: list[Finding]) -> int:
    """From 1, of the first finding that holds one of the places."""
    return next((rank for rank, finding in enumerate(findings, 1) if not finding.lines.isdisjoint(places)), NEVER)


def rank_of_absence(pattern: str, findings: list[Finding]) -> int:
    """From 1, of the first finding of what is missing that says so of the right lines."""
    missing = re.compile(pattern, re.MULTILINE)
    return next(
        (rank for rank, found in enumerate(findings, 1) if found.kind == "fewer" and missing.search(found.said)), NEVER
    )


def auc(wrong: Scores, right: Scores) -> float:
    """How often a wrong line stands above a right one; equals count half."""
    ordered = np.sort(right)
    below = np.searchsorted(ordered, wrong, side="left") + np.searchsorted(ordered, wrong, side="right")
    return float(below.mean() / (2 * len(ordered)))
