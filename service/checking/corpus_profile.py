"""The profile of a home's corpus, which knows what stood in one line too; it stays in the home's state.

The page has the profile in the weights, of what stood in several lines when they were trained. On the operator's
machine `check --corpus` uses this one; each pull brings it up to date.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from ..storage.atomic_write import write_durably
from ..storage.corpus import Corpus, Document
from .packing import as_card, learn_fitting, unpack
from .profile import Profile

LARGEST = 64_000  # bytes
FEWEST_LINES = 1
MOST_LEFT_OUT = 0.2  # of the lines; if more were strange, this is how the log is now


class Incidents(NamedTuple):
    """What was found strange in lines of a corpus, and is not learned as normal."""

    lines: set[int]  # ids
    stretches: list[tuple[int, int, int]]  # in which something was missing: source, and the ids of the lines around it


def learned_lines(documents: Sequence[Document], incidents: Incidents | None) -> list[list[str]]:
    """The lines of a corpus that are learned, in pieces: without those of incidents, unless they are too many."""
    if incidents is None:
        return [document.lines for document in documents]
    pieces = [piece for document in documents for piece in _without(document, incidents)]
    all_lines = sum(len(document.lines) for document in documents)
    if sum(map(len, pieces)) < (1 - MOST_LEFT_OUT) * all_lines:
        return [document.lines for document in documents]
    return pieces


def _without(document: Document, incidents: Incidents) -> Iterator[list[str]]:
    stretches = sorted(
        (bisect_right(document.ids, begin), bisect_right(document.ids, end))
        for source, begin, end in incidents.stretches
        if source == document.source
    )
    begin = 0
    for at, end in [*stretches, (len(document.ids), 0)]:
        ids, lines = document.ids[begin:at], document.lines[begin:at]
        if piece := [line for number, line in zip(ids, lines, strict=True) if number not in incidents.lines]:
            yield piece
        begin = max(begin, at, end)


def profile_of(corpus: Corpus, kept: Path, incidents: Incidents | None = None) -> Profile:
    """The profile of all lines of a corpus: as it is kept in a file, or learned anew where that is of other lines.

    Raises OSError when it cannot be kept.
    """
    newest = corpus.newest_id()
    read = _read(kept, corpus.identity())
    if read and read[0] == newest:
        return read[1]
    profile, data = learned(learned_lines(corpus.documents(), incidents))
    head = json.dumps({"corpus": corpus.identity(), "newest": newest, "profile": as_card(profile)})
    write_durably(kept, head.encode() + b"\n" + data)
    return unpack(as_card(profile), data)


def profile_before(corpus: Corpus, kept: Path, line: int, incidents: Incidents | None = None) -> Profile:
    """The profile of lines up to one: as it is kept, also if it is of fewer; else it is learned anew, and not kept."""
    read = _read(kept, corpus.identity())
    if read and read[0] <= line:
        return read[1]
    documents = [
        Document(source, ids[: bisect_right(ids, line)], lines[: bisect_right(ids, line)])
        for source, ids, lines in corpus.documents()
    ]
    profile, data = learned(learned_lines(documents, incidents))
    return unpack(as_card(profile), data)


def learned(logs: Sequence[Sequence[str]]) -> tuple[Profile, bytes]:
    """The profile of some lines, and its bytes."""
    return learn_fitting(logs, lambda _, data: len(data) <= LARGEST, FEWEST_LINES)


def keep_profile(corpus: Corpus, kept: Path, incidents: Incidents | None = None) -> list[str]:
    """Bring the kept profile up to date. -> the problem, if there is one"""
    try:
        profile_of(corpus, kept, incidents)
    except OSError as error:
        return [f"the profile of the corpus could not be kept: {error}"]
    return []


def _read(kept: Path, corpus_id: str) -> tuple[int, Profile] | None:
    """The newest line that a kept profile knows, and the profile; None where there is none of this corpus."""
    try:
        head, _, data = kept.read_bytes().partition(b"\n")
        facts = json.loads(head)
        if facts.get("corpus") != corpus_id:
            return None
        return int(facts["newest"]), unpack(facts["profile"], data)
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        return None
