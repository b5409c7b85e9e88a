"""What could be a secret in the lines of a log, with where it stands, and how much of one it is there.

A place is the two words before a value, without what varies in them. How many bits a value has depends on others: what
three of its place begin with alike, as a counter's first digits, or three anywhere up to a sign, as the addresses of a
network, is known and costs nothing. It is asked for where it is dear alone. Where values simply grow from line to line,
they are a counter, and none of them is asked for.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from ..training.identifying import lines_of_language
from .entropy import DIGIT_BITS, Language, kind_of_value
from .values import Value, values_of, words_of

FEWEST_BITS = 13.0  # of a value that is asked for: four digits
STRONG_BITS = 20.0  # what nobody hits with 16 guesses
FEWEST_BITS_OF_WORDS = 30.0  # of letters alone: three words that this log has nowhere else, or seven random letters
SHY_OF_LANGUAGE = 0.75  # of the lines that make a value language in training: it counts other lines than an audit
RANDOM_BITS = 64.0  # of letters and digits with nothing between them that look random
MOST_PLACES = 3  # of one value, where it is asked for
MOST_SPOTS = 6  # of one value at one place, to find one without it in the lines before
LONGEST_BEFORE = 1000  # characters before a value in its line
ALIKE = 3  # values of a place that begin alike: the beginning is known
COUNTING = 0.5  # of the values of a place that grow by at most LARGEST_STEP: it is a counter
LARGEST_STEP = 64
FEWEST_TO_COUNT = 8
FEWEST_TOLD = 4  # digits of a value whose numbers stand before it: fewer stand there by chance


_NUMBER = re.compile("[0-9]+")


class AuditedLog(NamedTuple):
    """The lines of one source, and which of them the weights were trained on."""

    source: int
    ids: Sequence[int]
    lines: Sequence[str]
    trained: Sequence[bool]


class Spot(NamedTuple):
    """Where a value stands: a log, a line of it, and its beginning in that."""

    log: int
    line: int
    begin: int


@dataclass
class Candidate:
    """A value that could be a secret."""

    text: str
    kind: str
    bits: float  # where it is dearest
    least: float  # where it is cheapest
    trained: bool  # whether the weights saw it
    lines: int = 0  # that have it, of those trained on, or of the others
    places: list[tuple[str, list[Spot]]] = field(default_factory=list)  # where it is dear, the most frequent first

    @property
    def is_strong(self) -> bool:
        """Whether it is beyond guessing."""
        return self.bits >= STRONG_BITS

    @property
    def shape(self) -> str:
        """What others it can be compared with where its place has none."""
        return f"{self.kind} {len(self.text)}" if self.kind == "number" else f"{self.kind} {len(self.text) // 4}"


class Candidates(NamedTuple):
    """All that could be a secret in some logs."""

    seen: list[Candidate]
    unseen: list[Candidate]  # of lines that the weights were not trained on, and in none of those
    language: int  # values that stand in so many lines that they are how the log speaks


class _Places:
    """All values of all places, as the lines are read."""

    def __init__(self) -> None:
        self.spots: dict[tuple[str, str], list[Spot]] = {}  # by place and value
        self.series: dict[str, list[str]] = {}  # the values of a place, in the order of the lines
        self.trained: Counter[str] = Counter()  # lines of each value
        self.other: Counter[str] = Counter()
        self.common: set[str] = set()  # in so many lines of a log that they are its language


def find_candidates(logs: Sequence[AuditedLog], known: str) -> Candidates:
    """Everything that could be a secret and that is made of `known` characters, the most repeated and dearest first,
    the kinds in turn."""
    language = Language({word.text for log in logs for line in log.lines for word in words_of(line)})
    found = _read(logs, language)
    counting = {place for place, series in found.series.items() if _counts(series)}
    siblings, anywhere = _siblings(found), _beginnings(text for _, text in found.spots)
    candidates: dict[str, Candidate] = {}
    for (place, text), spots in found.spots.items():
        if place in counting or not set(text) <= set(known):
            continue
        bits = min(_bits_among(language, text, siblings[place], anywhere), _bits_beside(language, text, found.common))
        one = candidates.setdefault(text, Candidate(text, kind_of_value(text), 0.0, bits, found.trained[text] > 0))
        one.bits, one.least = max(one.bits, bits), min(one.least, bits)
        if is_asked_for(text, bits):
            one.places.append((place, spots))
    seen: list[Candidate] = []
    unseen: list[Candidate] = []
    common = 0
    for one in candidates.values():
        one.lines = found.trained[one.text] or found.other[one.text]
        if one.text in found.common and not _looks_random(language, one.text):
            common += 1
        elif one.places:
            (seen if one.trained else unseen).append(one)
    return Candidates(_in_turn(seen), _in_turn(unseen), common)


def is_asked_for(text: str, bits: float) -> bool:
    """Whether a value has so many bits that it could be a secret."""
    if bits < FEWEST_BITS or kind_of_value(text) not in ("letters", "words"):
        return bits >= FEWEST_BITS
    return bits >= FEWEST_BITS_OF_WORDS and "/" not in text


def _looks_random(language: Language, text: str) -> bool:
    atoms = [atom for atom in re.findall(r"[^\W_]+", text) if re.search(r"\d", atom) and not atom.isdecimal()]
    return any(language.bits(atom) >= RANDOM_BITS for atom in atoms)


def _read(logs: Sequence[AuditedLog], language: Language) -> _Places:
    """Every value of FEWEST_BITS by itself, at its places."""
    found = _Places()
    for number, log in enumerate(logs):
        lines: Counter[str] = Counter()
        for at, line in enumerate(log.lines):
            texts = set()
            for place, value in _values_with_places(line, language):
                if value.begin > LONGEST_BEFORE or value.text in line[: value.begin]:
                    continue
                texts.add(value.text)
                if _is_told(value.text, line[: value.begin], language):
                    continue
                spots = found.spots.setdefault((place, value.text), [])
                if len(spots) < MOST_SPOTS:
                    spots.append(Spot(number, at, value.begin))
                found.series.setdefault(place, []).append(value.text)
            (found.trained if log.trained[at] else found.other).update(texts)
            lines.update(texts)
        least = SHY_OF_LANGUAGE * lines_of_language(len(log.lines))
        found.common |= {text for text, count in lines.items() if count >= least}
    return found


def _values_with_places(line: str, language: Language) -> Iterator[tuple[str, Value]]:
    before: deque[str] = deque(maxlen=2)
    for word in words_of(line):
        values = values_of(word.text)
        dear = [value for value in values if is_asked_for(value.text, language.bits(value.text))]
        for value in dear:
            within = _masked(word.text[: value.begin])
            yield " ".join((*before, within)), Value(word.begin + value.begin, value.text)
        before.append(
            "#" if any(value.begin == 0 and value.text == word.text for value in dear) else _masked(word.text)
        )


def _is_told(text: str, before: str, language: Language) -> bool:
    """Whether the numbers of a value stand in its line already, and the rest of it is no secret.

    >>> _is_told("192-0-2-7.dsl.example", "from 192.0.2.7 (", Language([]))
    True
    """
    numbers = _NUMBER.findall(text)
    if sum(map(len, numbers)) < FEWEST_TOLD or not set(numbers) <= set(_NUMBER.findall(before)):
        return False
    rest = _NUMBER.sub("", text)
    return not is_asked_for(rest, language.bits(rest))


@lru_cache(maxsize=50_000)
def _masked(text: str) -> str:
    return re.sub(r"\w*\d\w*", "#", text)


def _counts(series: Sequence[str]) -> bool:
    """Whether the values of a place grow from line to line, as a counter's do."""
    numbers = [int(text) for text in series if text.isdecimal() and len(text) < 20]
    if len(numbers) < max(FEWEST_TO_COUNT, len(series) * COUNTING):
        return False
    steps = sum(0 < later - earlier <= LARGEST_STEP for earlier, later in pairwise(numbers))
    return steps >= COUNTING * len(set(numbers)) and len(set(numbers)) >= FEWEST_TO_COUNT


def _siblings(found: _Places) -> dict[str, Counter[str]]:
    """By place: how many of its values begin so."""
    siblings: dict[str, Counter[str]] = {place: Counter() for place in found.series}
    values: Counter[str] = Counter(place for place, _ in found.spots)
    for place, text in found.spots:
        if values[place] >= ALIKE:
            siblings[place].update(text[:end] for end in range(1, len(text)))
    return siblings


def _beginnings(texts: Iterable[str]) -> Counter[str]:
    """How many values there are, wherever they stand, that begin so, up to a sign."""
    return Counter(text[:end] for text in set(texts) for end in _after_signs(text))


def _after_signs(text: str) -> list[int]:
    return [found.end() for found in re.finditer(r"[\W_](?=\w)", text)]


def _bits_among(language: Language, text: str, siblings: Counter[str], anywhere: Counter[str]) -> float:
    """The bits of a value without the beginning that others of its place have too, or others anywhere up to a sign."""
    known = max((end for end in range(1, len(text)) if siblings[text[:end]] >= ALIKE), default=0)
    known = max([known, *(end for end in _after_signs(text) if anywhere[text[:end]] >= ALIKE)])
    if not known:
        return language.bits(text)
    rest = text[known:]
    return DIGIT_BITS * len(rest) if rest.isdecimal() else min(language.bits(rest), language.bits(text))


def _bits_beside(language: Language, text: str, common: set[str]) -> float:
    """The bits of a value without its parts that are the log's language, as of `rhost=203.0.113.7`."""
    rest = text
    for part in sorted({value.text for value in values_of(text)} - {text}, key=len, reverse=True):
        if part in common:
            rest = rest.replace(part, "")
    return language.bits(rest)


def _in_turn(candidates: list[Candidate]) -> list[Candidate]:
    """The most repeated and dearest first, kinds and strengths in turn, so that no kind waits for another."""
    queues: dict[tuple[str, bool], deque[Candidate]] = {}
    for one in sorted(candidates, key=lambda one: (-one.lines, -one.bits, one.text)):
        queues.setdefault((one.kind, one.is_strong), deque()).append(one)
        one.places = sorted(one.places, key=lambda place: (-len(place[1]), place[0]))[:MOST_PLACES]
    ordered = []
    while queues:
        for key in list(queues):
            ordered.append(queues[key].popleft())
            if not queues[key]:
                del queues[key]
    return ordered
