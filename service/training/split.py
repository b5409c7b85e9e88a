"""Which lines a run trains on, which it validates with, and which judge the result.

The lines of the reserve (storage/reserve.py) are set aside first: no model is ever trained on them. Of what is left
no kind of lines gets more than its share (kinds.py). Each log is then cut into three, from its oldest line to its
newest:

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

Kinds that came in a flood are cut by themselves, and the other lines as if there were no flood. So ordinary lines are
held out and learned from too when the newest 20,000 lines are of one kind. What came in one week, was not learned then
and has not come back is left out: a flood that was rejected is not met again in the next run.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import compress, groupby
from typing import NamedTuple

from model.config import PRESETS
from model.context import last_lines, reach

from ..storage.corpus import Document
from ..storage.reserve import UNIT, Reserve
from .kinds import NEW, Usual, kind_of, known_kinds, returning_kinds, usual_shares, within_bounds

HOLDOUT_SHARE = 0.1
FEWEST_HOLDOUT = 40  # lines of a log, if it has at least twice as many new ones
MOST_HOLDOUT = 2000  # lines of all logs together
VALIDATION_SHARE = 0.1
MOST_VALIDATION = 400  # lines of all logs together
MOST_RESERVE = 400  # lines of the reserves of all logs together that show whether a challenger has forgotten
CONTEXT = max(reach(preset.config) for preset in PRESETS.values())  # characters of context before scored lines

Seen = Mapping[str, int]  # source -> the newest line id that a model has seen


class Part(NamedTuple):
    """Consecutive lines of one log, and the lines before them that a model can see."""

    context: Sequence[str]
    lines: Sequence[str]
    source: int = 0  # the log's number in the corpus


class Split(NamedTuple):
    """The lines of one run, by what they are for."""

    train: list[Sequence[str]]  # by log
    validation: list[Sequence[str]]  # by log
    holdout: list[Part]
    reserve: list[Part]  # lines of earlier weeks that no model was trained on
    seen: dict[str, int]  # the newest line id of each log that this run trains on or validates with
    ordinary: Sequence[bool] = ()  # of each holdout line: whether its kind is one that the champion knows
    usual: Usual | None = None  # in the training lines
    kinds: Sequence[str] | None = None  # of the training lines, log by log
    names: Mapping[int, str] = {}  # of the logs, by their numbers in the corpus

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


class Line(NamedTuple):
    """A line of a corpus: where it stands, and what it is to the champion."""

    id: int
    document: int  # its number
    place: int  # in the document
    own_kind: str
    kind: str  # the same, or NEW where the champion hardly knows it
    is_new: bool  # the champion has not seen the line


def split(
    documents: Sequence[Document],
    champion_seen: Seen,
    reserve: Reserve | None = None,
    usual: Usual | None = None,
    compared: Mapping[int, bool] | None = None,
) -> Split:
    """Split the documents of a corpus for one run. `champion_seen` is empty before the first model.

    `usual` are the shares of kinds in what the champion was trained on; where that is not known, in the lines that it
    has seen. Before the first model no kind is bounded. `compared` has the newest line id of each earlier run
    that compared models, in order, and whether it committed one; a week is what came between two of them.
    """
    lines, aside = _lines_of(documents, champion_seen, reserve, compared or {})
    if not champion_seen:
        usual = None
    elif usual is None:
        usual = usual_shares([line.kind for line in lines if not line.is_new])
    used = _bounded(lines, usual)
    flooding = {line.kind for line in set(lines).difference(used)}
    learned, held = _withheld(used, flooding, HOLDOUT_SHARE, FEWEST_HOLDOUT, MOST_HOLDOUT)
    learned, checked = _withheld(learned, flooding, VALIDATION_SHARE, 0, MOST_VALIDATION)
    held, learned = sorted(_bounded(held, usual), key=_where), sorted(learned, key=_where)
    return Split(
        _texts(documents, learned),
        _texts(documents, _bounded(checked, usual)),
        _parts(documents, held),
        _parts(documents, sorted(_spread(_bounded(aside, usual)), key=_where)),
        _newest(documents, [*learned, *checked]),
        [line.kind != NEW for line in held],
        usual_shares([line.own_kind for line in learned]),
        [line.kind for line in learned],
    )


def _lines_of(
    documents: Sequence[Document], champion_seen: Seen, reserve: Reserve | None, compared: Mapping[int, bool]
) -> tuple[list[Line], list[Line]]:
    """The lines to use, in the order in which they were read, and those of the reserve to judge forgetting by.

    Where there is a champion, lines of unknown kinds are left out if the run of their week was rejected. The lines to
    judge forgetting by are of earlier weeks and of known kinds.
    """
    lines: list[Line] = []
    aside: list[Line] = []
    for number, document in enumerate(documents):
        seen = champion_seen.get(str(document.source), 0)
        for place, (at, text) in enumerate(zip(document.ids, document.lines, strict=True)):
            kind = kind_of(text)
            is_aside = reserve is not None and reserve.holds(document.source, at)
            (aside if is_aside else lines).append(Line(at, number, place, kind, kind, at > seen))
    if not champion_seen:
        return sorted(lines), []
    ends, was_learned = list(compared), [*compared.values(), True]
    weeks = [bisect_left(ends, line.id) for line in lines]
    known = known_kinds(
        line.own_kind for line, week in zip(lines, weeks, strict=True) if not line.is_new and was_learned[week]
    )
    known |= returning_kinds((line.own_kind, week) for line, week in zip(lines, weeks, strict=True))
    lines = [
        line if line.own_kind in known else line._replace(kind=NEW)
        for line, week in zip(lines, weeks, strict=True)
        if line.own_kind in known or was_learned[week]
    ]
    before = ends[-1] if ends else 0
    return sorted(lines), sorted(line for line in aside if line.id <= before and line.own_kind in known)


def _where(line: Line) -> tuple[int, int]:
    return line.document, line.place


def _bounded(lines: list[Line], usual: Usual | None) -> list[Line]:
    """Those lines that are left where no kind has more than it may. All, if it is not known what is usual."""
    if usual is None:
        return lines
    return list(compress(lines, within_bounds([line.kind for line in lines], usual)))


def _withheld(
    lines: list[Line], flooding: set[str], share: float, fewest: int, most: int
) -> tuple[list[Line], list[Line]]:
    """The lines to learn from, and the newest of each log, which are kept from that: those that came in a flood, and
    the others as if there were no flood."""
    groups: dict[tuple[int, bool], list[Line]] = defaultdict(list)
    for line in lines:
        groups[line.document, line.kind in flooding].append(line)
    new = [sum(line.is_new for line in group) for group in groups.values()]
    wanted = [max(fewest, round(share * len(group))) for group in groups.values()]
    counts = _capped([min(want, _most_withheld(n)) for want, n in zip(wanted, new, strict=True)], most)
    held = {line for group, count in zip(groups.values(), counts, strict=True) for line in group[len(group) - count :]}
    return [line for line in lines if line not in held], sorted(held)


def _most_withheld(new: int) -> int:
    """How many of so many new lines may be kept from training. Example: 10 -> 5, 100 -> 40, 1,000 -> 250."""
    return max(new // 4, min(FEWEST_HOLDOUT, new // 2))


def _capped(counts: list[int], most: int) -> list[int]:
    """The counts, scaled down where they sum to more than `most`."""
    total = sum(counts)
    return counts if total <= most else [count * most // total for count in counts]


def _spread(lines: list[Line]) -> list[Line]:
    """At most MOST_RESERVE lines of the reserve, spread over all of it; none if they are too few to judge by."""
    units = [list(unit) for _, unit in groupby(lines, lambda line: (line.document, line.id // UNIT))]
    wanted = min(len(units), MOST_RESERVE // UNIT)
    chosen = [line for number in range(wanted) for line in units[number * len(units) // wanted]]
    return chosen if len(chosen) >= FEWEST_HOLDOUT else []


def _texts(documents: Sequence[Document], lines: list[Line]) -> list[Sequence[str]]:
    """The texts of some lines, by log."""
    texts: list[list[str]] = [[] for _ in documents]
    for line in lines:
        texts[line.document].append(documents[line.document].lines[line.place])
    return [*texts]


def _parts(documents: Sequence[Document], lines: list[Line]) -> list[Part]:
    """The lines, of which those that follow each other are one part. They are in the order of their places."""
    runs: list[list[int]] = []
    for line in lines:
        if runs and runs[-1][0] == line.document and runs[-1][2] == line.place:
            runs[-1][2] += 1
        else:
            runs.append([line.document, line.place, line.place + 1])
    return [
        part_of(documents[number].lines, begin, end)._replace(source=documents[number].source)
        for number, begin, end in runs
    ]


def part_of(lines: Sequence[str], begin: int, end: int) -> Part:
    """The lines from `begin` to before `end`, with the lines before them that a model can see."""
    return Part(last_lines(lines[max(0, begin - CONTEXT) : begin], CONTEXT), lines[begin:end])


def _newest(documents: Sequence[Document], lines: list[Line]) -> dict[str, int]:
    """The newest line id of each log."""
    return {str(documents[line.document].source): line.id for line in sorted(lines)}
