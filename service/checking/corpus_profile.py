"""The profile of a home's corpus, which knows what stood in one line too; it stays in the home's state.

The page has the profile in the weights, of what stood in several lines when they were trained. On the operator's
machine `check --corpus` uses this one; each pull brings it up to date.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Sequence
from pathlib import Path

from ..storage.atomic_write import write_durably
from ..storage.corpus import Corpus
from .packing import as_card, learn_fitting, unpack
from .profile import Profile

LARGEST = 64_000  # bytes
FEWEST_LINES = 1


def profile_of(corpus: Corpus, kept: Path) -> Profile:
    """The profile of all lines of a corpus: as it is kept in a file, or learned anew where that is of other lines.

    Raises OSError when it cannot be kept.
    """
    newest = corpus.newest_id()
    read = _read(kept, corpus.identity())
    if read and read[0] == newest:
        return read[1]
    profile, data = _learned([document.lines for document in corpus.documents()])
    head = json.dumps({"corpus": corpus.identity(), "newest": newest, "profile": as_card(profile)})
    write_durably(kept, head.encode() + b"\n" + data)
    return unpack(as_card(profile), data)


def profile_before(corpus: Corpus, kept: Path, line: int) -> Profile:
    """The profile of lines up to one: as it is kept, also if it is of fewer; else it is learned anew, and not kept."""
    read = _read(kept, corpus.identity())
    if read and read[0] <= line:
        return read[1]
    documents = corpus.documents()
    profile, data = _learned([document.lines[: bisect_right(document.ids, line)] for document in documents])
    return unpack(as_card(profile), data)


def _learned(logs: Sequence[Sequence[str]]) -> tuple[Profile, bytes]:
    return learn_fitting(logs, lambda _, data: len(data) <= LARGEST, FEWEST_LINES)


def keep_profile(corpus: Corpus, kept: Path) -> list[str]:
    """Bring the kept profile up to date. -> the problem, if there is one"""
    try:
        profile_of(corpus, kept)
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
