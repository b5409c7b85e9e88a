"""How many bits a value has to whoever knows the log's language but not the value.

Digits have 3.3 bits each, hexadecimal ones 4. Letters that read like a word cost what choosing a word costs; letters
that do not, what choosing each of them costs. What reads like a word, two models of pairs of letters say: one counts
the log's own words and a few plain ones, the other is that of training. So `rebooting` costs 11 bits, `xqvbtrkpzm` 47,
`4821` 13, `3600` less. What several values share, as the parts of `R06-M0-N3` do in a log of many such places, costs
what choosing one of such parts costs.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import pairwise
from math import log2

from ..training.identifying import LOOKS_RANDOM
from ..training.letter_pairs import bits_per_letter

DIGIT_BITS, HEX_BITS, LETTER_BITS = log2(10), 4.0, log2(26)
WORD_BITS = 11.0  # choosing one of 2,000
KNOWN_BITS = 2.0  # a word that this log has in other values
JOINER_BITS = 2.0  # a character between parts, where it could be any
LIKE_A_WORD = 4.75  # bits a letter, by pairs
SHORTEST_WORD = 4
FEWEST_VALUES = 3  # that have a word, so that it is the log's language

_LETTERS = re.compile(r"[^\W\d_]+")
_ATOM = re.compile(r"[^\W_]+")
_NUMBERED = re.compile("[A-Za-z]{1,3}[0-9]{1,3}")  # an atom of a grid: R06
_RUNS = re.compile(r"\d+|[^\W\d_]+|[\W_]")
_HUMPS = re.compile("[A-ZÀ-Þ]?[a-zß-\U0010ffff]+|[A-ZÀ-Þ]+")  # letters beyond Latin-1 have no humps here
_LATIN = re.compile("[A-Za-zÀ-ɏ]")
_HEX = re.compile(r"[0-9a-f]+|[0-9A-F]+")
_ODD = re.compile(r"[^\w\-.:/@+=,%\s]")
_PLAIN = """
    about accept access account action active address after again alert allow already another answer apply archive
    argument arrive backup balance because before begin below between block board bridge broken buffer build button
    cache cancel cannot change channel check choose class clean clear client close closed cloud collect column command
    commit common complete configure confirm connect connection contact content control count create current customer
    daemon damage data deliver delete detail device different directory disabled disconnect display document domain done
    driver during early edge email empty enable engine error event every exceed except exist expect expired export
    failed failure fallback family feature field filter final finish first folder follow forward found free friend
    frequency friendly function garden general generate global green ground group handle handler header health heater
    holding house identity ignore image import inactive incoming index information initial input inside install
    interface internal invalid issue item journal kernel keyboard keyword kitchen known language large later launch
    learn leave length letter level library light limit link listen little load local location login machine manager
    manual master match maximum measure member memory message method minimum missing mobile mode modify module monitor
    mount name native network never normal notice number object offline online open operation option order origin other
    output owner package packet page panel parent partial password path pattern payment pending people permission phone
    picture place please point policy power prepare present pressure previous print private problem process profile
    program project protocol public queue quick ready reason receive record recover reduce refresh refused register
    reject release reload remote remove repair repeat replace reply report request require reset resolve resource
    response restart restore result resume return right root running schedule screen script search second section secure
    select send sensor server service session setting shared signal simple since size sleep small socket source special
    stage start state status stop storage store string submit success summary support switch system table target task
    temperature template terminal test text their thread threshold through time timeout together token total trace
    track transfer trigger trust turn type unable under unexpected unit unknown unlock update upload usage user valid
    value vector verify version view volume wait warning watch water weather window with without word work worker write
"""


class Language:
    """The words of a log: which letters follow which, and which words stand in several values."""

    def __init__(self, words: Iterable[str]) -> None:
        """`words`: all that stands between spaces, each once."""
        values: Counter[str] = Counter()
        words = list(words)
        for word in words:
            values.update({letters.lower() for letters in _LETTERS.findall(word)})
        self._values: Mapping[str, int] = values
        self._alike = _count_alike(words)
        own = [word for word in values if len(word) >= SHORTEST_WORD]
        self._pairs, self._firsts = _count_pairs([*own, *_PLAIN.split()])
        self.bits = lru_cache(maxsize=50_000)(self._bits)

    def _bits(self, text: str) -> float:
        """The bits of a value, by itself."""
        if self._is_odd(text):
            return sum(
                len(run) * (DIGIT_BITS if run.isdigit() else LETTER_BITS if run.isalpha() else JOINER_BITS)
                for run in _RUNS.findall(text)
            )
        return sum(self._bits_of_atom(atom) for atom in _ATOM.findall(text))

    def _is_odd(self, text: str) -> bool:
        """Whether letters, digits and signs are mixed as nobody writes: `Qx-7!fe.9Z`."""
        letters = _LETTERS.findall(text)
        return bool(letters and _ODD.search(text) and re.search(r"\d", text)) and max(map(len, letters)) < SHORTEST_WORD

    def _bits_of_atom(self, atom: str) -> float:
        """The bits of letters and digits with nothing between them."""
        if atom in self._alike:
            return self._alike[atom]
        runs = _RUNS.findall(atom)
        if len(runs) > 1 and len(atom) >= SHORTEST_WORD and _HEX.fullmatch(atom):
            return HEX_BITS * len(atom)
        if len(runs) > 3 and len(atom) >= 8:
            return (log2(62) if atom.upper() != atom != atom.lower() else log2(36)) * len(atom)
        return sum(_bits_of_number(run) if run.isdigit() else self._bits_of_letters(run) for run in runs)

    def _bits_of_letters(self, run: str) -> float:
        """The bits of letters: as words, where they read like some. Of other scripts than Latin all count as words."""
        if not _LATIN.search(run):
            return WORD_BITS
        humps = _HUMPS.findall(run)
        if len(run) >= 8 and len(humps) > len(run) / 3:  # aGVsbG8gd29
            return (LETTER_BITS + 1) * len(run)
        return sum(self._bits_of_word(hump.lower()) for hump in humps)

    def _bits_of_word(self, word: str) -> float:
        if self._values.get(word, 0) >= FEWEST_VALUES:
            return KNOWN_BITS
        if len(word) < SHORTEST_WORD:
            return KNOWN_BITS * len(word)
        is_word = self.bits_a_letter(word) < LIKE_A_WORD or bits_per_letter(word) <= LOOKS_RANDOM
        return WORD_BITS if is_word else LETTER_BITS * len(word)

    def bits_a_letter(self, word: str) -> float:
        """How unlike the other words its pairs of letters are."""
        own = Counter(_pairs_of(word)) if len(word) >= SHORTEST_WORD and word in self._values else Counter()
        firsts = Counter(pair[0] for pair in own.elements())
        bits = 0.0
        for pair in _pairs_of(word):
            seen, of = self._pairs[pair] - own[pair], self._firsts[pair[0]] - firsts[pair[0]]
            bits -= log2((max(0, seen) + 0.2) / (max(0, of) + 0.2 * 27))
        return bits / (len(word) + 1)


def _count_alike(words: Iterable[str]) -> dict[str, float]:
    """The bits of letters with a number that stand beside FEWEST_VALUES different others: of choosing one like them."""
    beside: dict[str, set[tuple[str, ...]]] = {}
    for word in words:
        atoms = _ATOM.findall(word)
        numbered = [at for at, atom in enumerate(atoms) if _NUMBERED.fullmatch(atom)]
        for at in numbered if len(numbered) > 1 else []:
            beside.setdefault(atoms[at], set()).add(tuple(atoms[other] for other in numbered if other != at))
    known = {atom for atom, others in beside.items() if len(others) >= FEWEST_VALUES}
    kinds = Counter(re.sub("[0-9]", "#", atom) for atom in known)
    return {atom: max(KNOWN_BITS, log2(kinds[re.sub("[0-9]", "#", atom)])) for atom in known}


def _pairs_of(word: str) -> list[str]:
    """Neighbouring letters, with the word's ends."""
    ends = f"_{word}_"
    return [ends[at : at + 2] for at in range(len(ends) - 1)]


def _count_pairs(words: Iterable[str]) -> tuple[Counter[str], Counter[str]]:
    pairs = Counter(pair for word in words for pair in _pairs_of(word))
    firsts: Counter[str] = Counter()
    for pair, count in pairs.items():
        firsts[pair[0]] += count
    return pairs, firsts


def _bits_of_number(digits: str) -> float:
    """Round numbers, powers of two, years and what anyone types, as 1234 and 777777, cost less."""
    number = int(digits[:30])
    if 0 in (number & (number - 1), number & (number + 1)):
        return min(5.0, DIGIT_BITS * len(digits))
    if len(digits) == 4 and 1970 <= number < 2040:
        return 7.0
    steps = {ord(later) - ord(earlier) for earlier, later in pairwise(digits)}
    if len(digits) > 2 and steps in ({-1}, {0}, {1}):
        return 6.0
    significant = digits.strip("0") or "0"
    return DIGIT_BITS * min(len(significant) + (len(significant) < len(digits)), len(digits))


def kind_of_value(text: str) -> str:
    """What a value is, in a word."""
    if re.fullmatch(r"\d+", text):
        return "number"
    if re.fullmatch(r"(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?|(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}", text):
        return "address"
    if len(text) >= 8 and re.fullmatch(r"[0-9A-Fa-f]+(?:-[0-9A-Fa-f]+)*", text) and re.search(r"\d", text):
        return "hexadecimal"
    if "@" in text:
        return "e-mail"
    if not re.search(r"\d", text):
        return "letters" if text.isalpha() else "words"
    return "identifier"
