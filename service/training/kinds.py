"""The kinds of lines, and a bound on what one of them may hold: no kind decides by its mass alone.

Lines of one kind have the same template (checking/words.py). A kind may hold LARGEST_SHARE of the lines, or what it
held among those that the champion was trained on, if that is more. FEWEST_BOUNDED lines any kind may have: where a log
has become another one, there are no others. Kinds that are not known count as one together, NEW, so that a flood of
random words is bounded as a flood of one sentence is. A kind is known when the champion has seen FEWEST_KNOWN lines of
it, or when it came in FEWEST_WEEKS weeks: then it belongs to the log, although no model has learned it yet.

Example: 4,000 ordinary lines come with 20,000 of a kind that is new. 1,000 of these are used, a fifth of all 5,000.
A kind that was 60 % of what the champion was trained on may have 60 % again.
"""

from __future__ import annotations

import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from ..checking.words import template, words_of

NEW = "new"  # the kind of lines whose own kind is hardly known
FEWEST_KNOWN = 3  # lines
FEWEST_WEEKS = 2
LARGEST_SHARE = 0.2
FEWEST_BOUNDED = 40  # lines

Usual = Mapping[str, float]  # kind -> its share of the lines that a champion was trained on, if above LARGEST_SHARE


def kind_of(line: str) -> str:
    """The kind of a line: a hash of its template."""
    return f"{zlib.crc32(template(line, words_of(line)).encode('utf-8', 'surrogatepass')):08x}"


def known_kinds(kinds: Iterable[str]) -> frozenset[str]:
    """The kinds of which there are lines enough."""
    return frozenset(kind for kind, count in Counter(kinds).items() if count >= FEWEST_KNOWN)


def returning_kinds(kinds: Iterable[tuple[str, int]]) -> frozenset[str]:
    """The kinds that came in several weeks, of pairs of a kind and the number of its week."""
    weeks = Counter(kind for kind, _ in set(kinds))
    return frozenset(kind for kind, count in weeks.items() if count >= FEWEST_WEEKS)


def usual_shares(kinds: Sequence[str]) -> dict[str, float]:
    """The share of each kind that holds more than LARGEST_SHARE of some lines."""
    known = known_kinds(kinds)
    counts = Counter(kind if kind in known else NEW for kind in kinds)
    return {kind: round(count / len(kinds), 4) for kind, count in counts.items() if count > LARGEST_SHARE * len(kinds)}


def within_bounds(kinds: Sequence[str], usual: Usual) -> list[bool]:
    """Which of some lines may be used, so that no kind holds more than it may. `kinds` are in the order of time.

    A kind that has more keeps its oldest and its newest lines, half each: what it was, and what it has become.
    """
    places = defaultdict(list)
    for place, kind in enumerate(kinds):
        places[kind].append(place)
    used = [True] * len(kinds)
    for kind, most in _limits({kind: len(found) for kind, found in places.items()}, usual).items():
        for place in places[kind][most // 2 : len(places[kind]) - (most - most // 2)]:
            used[place] = False
    return used


def _limits(counts: Mapping[str, int], usual: Usual) -> dict[str, int]:
    """How many lines each kind that has too many may have: its share of those that are then left."""
    shares = {kind: max(LARGEST_SHARE, usual.get(kind, 0.0)) for kind in counts}
    over: set[str] = set()
    while True:
        left = 1 - sum(shares[kind] for kind in over)
        total = sum(count for kind, count in counts.items() if kind not in over) / left
        limits = {kind: max(FEWEST_BOUNDED, round(shares[kind] * total) + 1) for kind in counts}
        more = {kind for kind in counts.keys() - over if counts[kind] > limits[kind]}
        if not more or over | more == counts.keys() or sum(shares[kind] for kind in over | more) >= 1:
            return {kind: limits[kind] for kind in over}
        over |= more
