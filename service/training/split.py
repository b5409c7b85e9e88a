"""Which lines are learned, which stop the training, and which judge it.

Of every log, oldest to newest: training lines, validation lines (the newest that training may look at, to know when
to stop), holdout lines (the newest of all). The holdout takes only lines that came after those the champion has seen,
so neither model of a comparison was trained on it, and at most a quarter of those (or `FEWEST_HOLDOUT`, where half of
them are as many), so that what is new is learned. The same is true of the validation lines and what is left, so that
a challenger which starts from the champion has no better chance there than one which starts from nothing.

With half of them instead, no training saw a line of its own week from the sixth week of a steady log on, and what a
change brought was learned a week later (tests/benchmarks/EXPERIMENTS.md).
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from model.config import PRESETS
from model.context import last_lines, reach

from ..storage.corpus import Document

HOLDOUT_SHARE = 0.1
FEWEST_HOLDOUT = 40  # lines of a log, where it has twice as many new ones
MOST_HOLDOUT = 2000  # lines in all
VALIDATION_SHARE = 0.1
MOST_VALIDATION = 400  # lines in all
CONTEXT = max(reach(preset.config) for preset in PRESETS.values())  # characters given before scored lines
OLDER_LINES = 200
OLDER_BLOCKS = 4

Seen = Mapping[str, int]  # source -> the newest line id that a model has seen


class Part(NamedTuple):
    """Consecutive lines of one log, and as many of the lines before them as a model can see."""

    context: Sequence[str]
    lines: Sequence[str]


class Split(NamedTuple):
    """What one run learns from and is judged by."""

    train: list[Sequence[str]]
    validation: list[Sequence[str]]
    holdout: list[Part]
    older: list[Part]  # lines that the champion was trained on, to see whether they are forgotten
    seen: dict[str, int]  # what a model trained on this split has seen

    @property
    def lines(self) -> dict[str, int]:
        """How many lines are trained on and held out."""
        return {
            "train": sum(len(lines) for lines in self.train),
            "holdout": sum(len(part.lines) for part in self.holdout),
        }

    @property
    def characters(self) -> int:
        """Characters trained on, newlines counted."""
        return sum(len(line) + 1 for lines in self.train for line in lines)

    def fingerprint(self) -> str:
        """A short hash of the training lines: equal only for the same lines in the same order."""
        digest = hashlib.sha256()
        for lines in self.train:
            digest.update(("\n".join(lines) + "\n\n").encode())
        return digest.hexdigest()[:16]


def split(documents: Sequence[Document], champion_seen: Seen) -> Split:
    """Split the documents of a corpus for one run; `champion_seen` is empty before the first model."""
    fresh = [len(document.ids) - _seen_count(document, champion_seen) for document in documents]
    wanted = [max(FEWEST_HOLDOUT, round(HOLDOUT_SHARE * len(document.ids))) for document in documents]
    held = _capped([min(want, _to_spare(new)) for want, new in zip(wanted, fresh, strict=True)], MOST_HOLDOUT)
    left = [new - holdout for new, holdout in zip(fresh, held, strict=True)]
    wanted = [round(VALIDATION_SHARE * (len(d.ids) - holdout)) for d, holdout in zip(documents, held, strict=True)]
    checked = _capped([min(want, _to_spare(new)) for want, new in zip(wanted, left, strict=True)], MOST_VALIDATION)
    result = Split([], [], [], [], {})
    for document, n_holdout, n_validation in zip(documents, held, checked, strict=True):
        judged = len(document.lines) - n_holdout
        learned = judged - n_validation
        result.train.append(document.lines[:learned])
        result.validation.append(document.lines[learned:judged])
        if n_holdout:
            result.holdout.append(part_of(document.lines, judged, len(document.lines)))
        if judged:
            result.seen[str(document.source)] = document.ids[judged - 1]
        result.older.extend(_older(document, champion_seen, len(documents)))
    return result


def _seen_count(document: Document, seen: Seen) -> int:
    """How many of a document's lines a model has seen."""
    return bisect_right(document.ids, seen.get(str(document.source), 0))


def _to_spare(new: int) -> int:
    """How many of so many new lines may judge and not be learned."""
    return max(new // 4, min(FEWEST_HOLDOUT, new // 2))


def _capped(counts: list[int], most: int) -> list[int]:
    """The same counts, scaled down so that they sum to at most `most`."""
    total = sum(counts)
    return counts if total <= most else [count * most // total for count in counts]


def part_of(lines: Sequence[str], begin: int, end: int) -> Part:
    """Some lines of a log, with as many before them as a model can see."""
    return Part(last_lines(lines[max(0, begin - CONTEXT) : begin], CONTEXT), lines[begin:end])


def _older(document: Document, champion_seen: Seen, n_documents: int) -> list[Part]:
    """A few blocks spread over the older half of what the champion has seen."""
    half = _seen_count(document, champion_seen) // 2
    size = max(1, OLDER_LINES // OLDER_BLOCKS // n_documents)
    if half < 2 * size:
        return []
    begins = {(half - size) * block // max(1, OLDER_BLOCKS - 1) for block in range(OLDER_BLOCKS)}
    return [part_of(document.lines, begin, begin + size) for begin in sorted(begins)]
