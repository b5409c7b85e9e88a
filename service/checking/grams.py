"""Hashes of words that follow one another: 32 bits, the same in the page's grams.js.

A *gram* is one, two or three words in a row. Its context is the same without its last word.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from .words import word_hash

UInt32s = NDArray[np.uint32]

ROOT = 0  # the context of single words
BEGIN, END = "^^", "$$"  # stand before and behind the words of a line; no word is like these
ORDERS = 3
MASK = 0xFFFFFFFF


def mix(a: int, b: int) -> int:
    """One 32-bit hash of two 32-bit numbers."""
    x = (a * 0x9E3779B1 & MASK) ^ ((b + 0x7F4A7C15) * 0x85EBCA6B & MASK)
    x ^= x >> 15
    x = x * 0xC2B2AE35 & MASK
    return x ^ (x >> 13)


def mix_all(a: UInt32s, b: UInt32s) -> UInt32s:
    """`mix` of arrays, elementwise."""
    x = (a * np.uint32(0x9E3779B1)) ^ ((b + np.uint32(0x7F4A7C15)) * np.uint32(0x85EBCA6B))
    x ^= x >> np.uint32(15)
    x *= np.uint32(0xC2B2AE35)
    return np.asarray(x ^ (x >> np.uint32(13)), dtype=np.uint32)


def grams_of(words: Sequence[str]) -> list[tuple[int, int, int]]:
    """For each word of a line, and for its end, the gram of one, two and three words that ends there."""
    before, last = word_hash(BEGIN), word_hash(BEGIN)
    found = []
    for word in (*words, END):
        this = word_hash(word)
        found.append(_grams_at(before, last, this))
        before, last = last, this
    return found


def contexts_of(words: Sequence[str]) -> list[tuple[int, int, int]]:
    """The contexts of the same grams."""
    before, last = word_hash(BEGIN), word_hash(BEGIN)
    found = []
    for word in (*words, END):
        found.append(_contexts_at(before, last))
        before, last = last, word_hash(word)
    return found


# Lines of a log have most of their words in common.


@lru_cache(maxsize=1 << 15)
def _grams_at(before: int, last: int, this: int) -> tuple[int, int, int]:
    return mix(1, this), mix(mix(2, last), this), mix(mix(mix(3, before), last), this)


@lru_cache(maxsize=1 << 15)
def _contexts_at(before: int, last: int) -> tuple[int, int, int]:
    return ROOT, mix(1, last), mix(mix(2, before), last)
