"""Characters and their ids. They are learned from a corpus; a character keeps its id for ever.

A token is one Unicode code point. Id 0 is the escape, which stands for every character without an id of its own. Id 1
is the newline.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

ESCAPE = 0
NEWLINE = 1
RESERVED = 2
MIN_COUNT = 2  # a character that was seen once stays an escape, so that the model learns where new ones come
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

    def extended(self, lines: Iterable[str], cap: int) -> Vocabulary:
        """This vocabulary with the new characters of `lines` behind it, up to `cap` ids in all.

        Known characters keep their ids, even those that `lines` no longer has. New ones are ordered by how frequent
        they are, then by code point; those seen fewer than MIN_COUNT times are left out.
        """
        known = set(self.characters) | {"\n"}
        codes, counts = np.unique(code_points("\n".join(lines)), return_counts=True)
        ranked = sorted(
            (-int(count), chr(code))
            for code, count in zip(codes.tolist(), counts.tolist(), strict=True)
            if count >= MIN_COUNT and chr(code) not in known and not 0xD800 <= code < 0xE000
        )
        room = max(0, cap - self.size)
        return Vocabulary(self.characters + "".join(character for _, character in ranked[:room]))


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
