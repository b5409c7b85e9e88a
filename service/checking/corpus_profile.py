"""The profile of a home's corpus, which knows what stood in one line too; it stays in the home's state.

The page has the profile in the weights, of what stood in several lines when they were trained. On the operator's
machine `check --corpus` uses this one; each pull brings it up to date.
"""

from __future__ import annotations

import json
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
    owner = {"corpus": corpus.identity(), "newest": corpus.newest_id()}
    profile = _read(kept, owner)
    if profile is None:
        logs = [document.lines for document in corpus.documents()]
        profile, data = learn_fitting(logs, lambda _, data: len(data) <= LARGEST, FEWEST_LINES)
        head = json.dumps({**owner, "profile": as_card(profile)})
        write_durably(kept, head.encode() + b"\n" + data)
        profile = unpack(as_card(profile), data)
    return profile


def keep_profile(corpus: Corpus, kept: Path) -> list[str]:
    """Bring the kept profile up to date. -> the problem, if there is one"""
    try:
        profile_of(corpus, kept)
    except OSError as error:
        return [f"the profile of the corpus could not be kept: {error}"]
    return []


def _read(kept: Path, owner: dict[str, object]) -> Profile | None:
    """The profile of a file; None where there is none, or it is damaged, or of other lines."""
    try:
        head, _, data = kept.read_bytes().partition(b"\n")
        facts = json.loads(head)
        if {name: facts.get(name) for name in owner} != owner:
            return None
        return unpack(facts["profile"], data)
    except (OSError, ValueError, KeyError, AttributeError):
        return None
