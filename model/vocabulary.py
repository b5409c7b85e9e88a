"""Characters and their ids. They are learned from a corpus, and follow it as it changes.

A token is one Unicode code point. Id 0 is the escape, which stands for every character without an id of its own. Id 1
is the newline.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, repeat

import numpy as np
from numpy.typing import NDArray

ESCAPE = 0
NEWLINE = 1
RESERVED = 2
FEWEST_LINES = 3  # of rarer ones the model learns where an escape comes
MOST_NEW = 24  # characters that come into a vocabulary at once, after the first time
REPLACEMENT = "\ufffd"

Tokens = NDArray[np.int32]


@dataclass(frozen=True)
class Vocabulary:
    """`characters[i]` has id `i + 2`; they contain neither the newline nor a surrogate."""

    characters: str

    @property
    def size(self) -> int:
        """How many ids there are, including the escape and the newline."""
        return len(self.characters) + RESERVED

    @cached_property
    def _sorted(self) -> tuple[NDArray[np.uint32], Tokens]:
        codes = code_points("\n" + self.characters)
        order = np.argsort(codes)
        return codes[order], (order + NEWLINE).astype(np.int32)

    def encode(self, text: str) -> Tokens:
        """The ids of a text's code points; unknown ones become the escape. str of n -> [n]"""
        known, ids = self._sorted
        codes = code_points(text)
        at = np.minimum(np.searchsorted(known, codes), len(known) - 1)
        return np.where(known[at] == codes, ids[at], ESCAPE).astype(np.int32)

    def decode(self, tokens: Iterable[int]) -> str:
        """The text of some ids; an escape is shown as U+FFFD."""
        alphabet = REPLACEMENT + "\n" + self.characters
        return "".join(alphabet[token] for token in tokens)

    def extended(self, lines: Iterable[str], cap: int, kinds: Iterable[Hashable] | None = None) -> Vocabulary:
        """This vocabulary with the new characters of `lines` behind it, up to `cap` ids in all.

        `kinds` has the kind of each line. Where room is short, characters of more kinds of lines come before others,
        then those of more lines, then by code point; so a flood of one kind takes no room from others. New ones stand
        in FEWEST_LINES lines at least. Known ones leave when no line has them any more, or for the sake of new ones;
        those that stay keep their order.
        """
        known, counts = set(self.characters), Counter[str]()
        of_kind: defaultdict[Hashable, set[str]] = defaultdict(set)
        for line, kind in zip(lines, kinds or repeat(None), strict=False):
            characters = set(line)
            counts.update(characters)
            of_kind[kind] |= characters
        n_kinds = Counter(chain.from_iterable(of_kind.values()))
        ranked = sorted(
            (character for character, count in counts.items() if count >= FEWEST_LINES or character in known),
            key=lambda character: (-n_kinds[character], -counts[character], character),
        )
        ranked = [character for character in ranked if not "\ud800" <= character <= "\udfff"]
        room = max(0, cap - RESERVED)
        new = [character for character in ranked[:room] if character not in known][: MOST_NEW if known else room]
        kept = {*[character for character in ranked if character in known][: room - len(new)]}
        return Vocabulary("".join([*filter(kept.__contains__, self.characters), *new]))

    def rows_in(self, before: Vocabulary) -> Tokens:
        """The id that each id of this vocabulary has in an earlier one; the escape's for a new character. -> [size]"""
        return np.concatenate([np.arange(RESERVED, dtype=np.int32), before.encode(self.characters)])


def code_points(text: str) -> NDArray[np.uint32]:
    """The code points of a text. str of n -> [n]"""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")


def escape_bits(codes: NDArray[np.uint32]) -> NDArray[np.float64]:
    """The bits that name each character after an escape. [n] -> [n]

    They are a complete prefix code over Unicode: 1, 2, 3 or 3 bits for the length of the character's UTF-8 form, then
    its number among the characters of that length. Example: "Z" costs 1 + 7 bits, "λ" 2 + log2(1920).
    """
    costs = [1 + 7, 2 + math.log2(0x800 - 0x80), 3 + math.log2(0x10000 - 0x800), 3 + math.log2(0x100000)]
    return np.array(costs)[np.searchsorted([0x80, 0x800, 0x10000], codes, side="right")]
