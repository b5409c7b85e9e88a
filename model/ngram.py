"""A character n-gram model: the baseline that the transformer is measured against.

Interpolated absolute discounting with Kneser–Ney continuation counts below the highest order (Kneser and Ney,
1995; one fixed discount). Characters outside the vocabulary are charged as `scoring.py` charges them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .array_types import Floats, Int64s
from .vocabulary import ESCAPE, Tokens, Vocabulary, code_points, escape_bits

DISCOUNT = 0.75
BYTES_PER_ENTRY = 4  # what a compact table needs: a context and a character in 3 bytes, a count in 1
HIGHEST_ORDER = 7


@dataclass(frozen=True)
class Level:
    """The n-grams of one length that are kept, sorted by code, and what each adds to a probability."""

    codes: Int64s  # [n] context and character as one number
    share: Floats  # [n] (count - discount) / count of the context
    contexts: Int64s  # [m] sorted
    backoff: Floats  # [m] the probability left to shorter n-grams


@dataclass(frozen=True)
class NGram:
    """An n-gram model of order `len(levels)`: level i sees the i characters before."""

    vocabulary: Vocabulary
    levels: list[Level]

    @property
    def entries(self) -> int:
        """How many n-grams it holds."""
        return sum(len(level.codes) for level in self.levels)

    def bits(self, lines: Sequence[str], context: Sequence[str] = ()) -> Floats:
        """Bits of each character of `lines`, newlines counted, after `context`. -> [characters]"""
        text = "".join(line + "\n" for line in lines)
        before = "\n" + "".join(line + "\n" for line in context[-8:])
        tokens = self.vocabulary.encode(before + text)
        p = np.full(len(tokens), 1.0 / self.vocabulary.size)
        for length, level in enumerate(self.levels, 1):
            codes = gram_codes(tokens, length, self.vocabulary.size)
            share = looked_up(level.codes, level.share, codes, 0.0)
            backoff = looked_up(level.contexts, level.backoff, codes // self.vocabulary.size, 1.0)
            p[length - 1 :] = share + backoff * p[length - 1 :]
        result: Floats = -np.log2(p[len(before) :])
        escaped = tokens[len(before) :] == ESCAPE
        result[escaped] += escape_bits(code_points(text)[escaped])
        return result


def gram_codes(tokens: Tokens, length: int, base: int) -> Int64s:
    """Each run of `length` tokens as one number, the last token in the lowest place. [n] -> [n - length + 1]"""
    n = max(0, len(tokens) - length + 1)
    codes = np.zeros(n, dtype=np.int64)
    for i in range(length):
        codes = codes * base + tokens[i : i + n]
    return codes


def looked_up(keys: Int64s, values: Floats, wanted: Int64s, default: float) -> Floats:
    """The value of each wanted key among sorted keys, or the default. [k], [k], [n] -> [n]"""
    if not len(keys):
        return np.full(len(wanted), default)
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[at] == wanted, values[at], default)


def fit(vocabulary: Vocabulary, lines: Sequence[str], order: int, largest: int | None = None) -> NGram:
    """Count an n-gram of `order` characters (order 2 sees one character before), of at most `largest` bytes.

    Where there are too many n-grams, the rarest are dropped, the longest first among equally rare ones; shorter ones
    take their place.
    """
    tokens = vocabulary.encode("\n" + "".join(line + "\n" for line in lines))
    counted = [np.unique(gram_codes(tokens, n, vocabulary.size), return_counts=True) for n in range(1, order + 1)]
    for n in range(order - 1):  # below the highest order, a gram counts once for each character seen before it
        tails = counted[n + 1][0] % vocabulary.size ** (n + 1)
        counted[n] = np.unique(tails, return_counts=True)
    keep = [np.ones(len(codes), dtype=bool) for codes, _ in counted]
    if largest is not None:
        keep = _rarest_dropped([counts for _, counts in counted], largest // BYTES_PER_ENTRY)
    pairs = zip(counted, keep, strict=True)
    return NGram(vocabulary, [_level(codes, counts, kept, vocabulary.size) for (codes, counts), kept in pairs])


def _rarest_dropped(counts: list[Int64s], room: int) -> list[NDArray[np.bool_]]:
    """Which n-grams are kept when there is room for `room`: the most frequent, shorter ones first among equals."""
    everything = np.concatenate(counts)
    lengths = np.repeat(np.arange(len(counts)), [len(c) for c in counts])
    kept = np.zeros(len(everything), dtype=bool)
    kept[np.lexsort((lengths, -everything))[:room]] = True
    return np.split(kept, np.cumsum([len(c) for c in counts])[:-1])


def _level(codes: Int64s, counts: Int64s, kept: NDArray[np.bool_], base: int) -> Level:
    contexts, first = np.unique(codes // base, return_index=True)
    sums = np.add.reduceat(counts, first) if len(codes) else counts
    row = np.searchsorted(contexts, codes // base)
    share: Floats = np.where(kept, (counts - DISCOUNT) / sums[row], 0.0)
    left = 1.0 - np.bincount(row, share, len(contexts))
    return Level(codes[kept], share[kept], contexts, np.asarray(left, dtype=np.float64))


def best(vocabulary: Vocabulary, lines: Sequence[str], validation: Sequence[str], largest: int | None) -> NGram:
    """The n-gram model of the order that predicts `validation` best, counted on `lines`.

    It has at most `largest` bytes; None: any size.
    """
    candidates = [fit(vocabulary, lines, order, largest) for order in range(2, HIGHEST_ORDER + 1)]
    return min(candidates, key=lambda ngram: float(np.mean(ngram.bits(validation, lines))))
