"""Which lines a run trains on, which it validates with, and which judge the result.

Each log is cut into three, from its oldest line to its newest:

- training lines: what the challengers learn from
- validation lines: they decide when a training ends and which challenger is the better one
- holdout lines: the gate compares challenger and champion on them

Holdout and validation are taken from lines that came after those the champion has seen. So no model of a comparison
was trained on the holdout, and a warm challenger has no advantage over a fresh one on the validation. Both are kept
small, so that most of what is new is learned at once: each takes at most a quarter of the lines there are for it (or
FEWEST_HOLDOUT lines, where that is at most half of them).

Example: a log has 10,000 lines, of which the champion has seen 9,000. A tenth of the log would be 1,000 lines, but
only a quarter of the 1,000 new ones may be held out: the newest 250. Of the 750 new lines left a quarter, 187,
validate; the 563 before them are new training lines. A first run of the same log, where all lines are new, holds out
1,000, validates with 400 (MOST_VALIDATION) and trains on 8,600.

With a half in place of a quarter, no training saw a line of its own week from the sixth week of a steady log on, and
a change in the log was learned a week later (tests/benchmarks/EXPERIMENTS.md).
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
FEWEST_HOLDOUT = 40  # lines of a log, if it has at least twice as many new ones
MOST_HOLDOUT = 2000  # lines of all logs together
VALIDATION_SHARE = 0.1
MOST_VALIDATION = 400  # lines of all logs together
CONTEXT = max(reach(preset.config) for preset in PRESETS.values())  # characters of context before scored lines
OLDER_LINES = 200  # lines of all logs together that show whether a challenger has forgotten
OLDER_BLOCKS = 4  # pieces of each log that they are taken from

Seen = Mapping[str, int]  # source -> the newest line id that a model has seen


class Part(NamedTuple):
    """Consecutive lines of one log, and the lines before them that a model can see."""

    context: Sequence[str]
    lines: Sequence[str]


class Split(NamedTuple):
    """The lines of one run, by what they are for."""

    train: list[Sequence[str]]  # by log
    validation: list[Sequence[str]]  # by log
    holdout: list[Part]
    older: list[Part]  # lines that the champion was trained on: the gate looks whether they are forgotten
    seen: dict[str, int]  # the newest line id of each log that this run trains on or validates with

    @property
    def lines(self) -> dict[str, int]:
        """The number of training lines and of holdout lines."""
        return {
            "train": sum(len(lines) for lines in self.train),
            "holdout": sum(len(part.lines) for part in self.holdout),
        }

    @property
    def characters(self) -> int:
        """The number of characters of the training lines, newlines included."""
        return sum(len(line) + 1 for lines in self.train for line in lines)

    def fingerprint(self) -> str:
        """A short hash of the training lines; the same lines in the same order have the same one."""
        digest = hashlib.sha256()
        for lines in self.train:
            digest.update(("\n".join(lines) + "\n\n").encode())
        return digest.hexdigest()[:16]


def split(documents: Sequence[Document], champion_seen: Seen) -> Split:
    """Split the documents of a corpus for one run. `champion_seen` is empty before the first model."""
    fresh = [len(document.ids) - _count_seen(document, champion_seen) for document in documents]
    wanted = [max(FEWEST_HOLDOUT, round(HOLDOUT_SHARE * len(document.ids))) for document in documents]
    held = _capped([min(want, _most_withheld(new)) for want, new in zip(wanted, fresh, strict=True)], MOST_HOLDOUT)
    left = [new - holdout for new, holdout in zip(fresh, held, strict=True)]
    wanted = [round(VALIDATION_SHARE * (len(d.ids) - holdout)) for d, holdout in zip(documents, held, strict=True)]
    checked = _capped([min(want, _most_withheld(new)) for want, new in zip(wanted, left, strict=True)], MOST_VALIDATION)
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


def _count_seen(document: Document, seen: Seen) -> int:
    """How many lines of a document a model has seen."""
    return bisect_right(document.ids, seen.get(str(document.source), 0))


def _most_withheld(new: int) -> int:
    """How many of so many new lines may be kept from training. Example: 10 -> 5, 100 -> 40, 1,000 -> 250."""
    return max(new // 4, min(FEWEST_HOLDOUT, new // 2))


def _capped(counts: list[int], most: int) -> list[int]:
    """The counts, scaled down where they sum to more than `most`."""
    total = sum(counts)
    return counts if total <= most else [count * most // total for count in counts]


def part_of(lines: Sequence[str], begin: int, end: int) -> Part:
    """The lines from `begin` to before `end`, with the lines before them that a model can see."""
    return Part(last_lines(lines[max(0, begin - CONTEXT) : begin], CONTEXT), lines[begin:end])


def _older(document: Document, champion_seen: Seen, n_documents: int) -> list[Part]:
    """A few blocks of lines, spread over the older half of what the champion has seen."""
    half = _count_seen(document, champion_seen) // 2
    size = max(1, OLDER_LINES // OLDER_BLOCKS // n_documents)
    if half < 2 * size:
        return []
    begins = {(half - size) * block // max(1, OLDER_BLOCKS - 1) for block in range(OLDER_BLOCKS)}
    return [part_of(document.lines, begin, begin + size) for begin in sorted(begins)]
