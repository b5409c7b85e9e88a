"""Ways to say how strange a line is, each after reading normal lines: none looks at the lines before it.

Each takes the lines that are learned and those to judge, and gives one number a line, higher being stranger. A line's
words, where they hold a digit, are one word, so that numbers and identifiers do not count. Drain is not needed by the
project (`pip install drain3`).
"""

from __future__ import annotations

import importlib
import importlib.util
import logging
import math
import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import pairwise

import numpy as np
import zstandard
from numpy.typing import NDArray

from model import ngram
from model.scoring import surprise
from model.vocabulary import Vocabulary

Scores = NDArray[np.float64]
Detector = Callable[[list[str], list[str]], Scores]
WORD_BUCKETS = 1 << 12
NEWEST = 1_000_000  # characters that the slower ways learn from
WORST_WORDS = 3

WORD = re.compile(r"\w+|[^\w\s]")
IDENTIFIER = re.compile(r"\w*\d\w*")


def words(line: str) -> tuple[str, ...]:
    """Words and signs; one that holds a digit is "0"."""
    return tuple(WORD.findall(IDENTIFIER.sub("0", line)))


def folding_key(line: str) -> str:
    """Alike for lines that differ in numbers and identifiers alone."""
    return re.sub(r"0(\W0)+", "0", IDENTIFIER.sub("0", line))


def bigrams(line: str) -> list[tuple[str, str]]:
    """Neighbouring words, with the line's beginning and end."""
    padded = ("", *words(line), "")
    return list(pairwise(padded))


def new_bigrams(train: list[str], lines: list[str]) -> Scores:
    """Share of a line's word bigrams that were never seen."""
    known = {bigram for line in set(train) for bigram in bigrams(line)}
    return np.array([np.mean([bigram not in known for bigram in bigrams(line)]) for line in lines])


class WordTrigrams:
    """An interpolated word trigram (Witten and Bell, 1991)."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.counts: Counter[tuple[str, ...]] = Counter()
        self.totals: Counter[tuple[str, ...]] = Counter()
        self.followers: Counter[tuple[str, ...]] = Counter()
        for line, times in Counter(map(words, lines)).items():
            padded = ("", "", *line, "")
            for end in range(3, len(padded) + 1):
                for length in (1, 2, 3):
                    gram = padded[end - length : end]
                    self.followers[gram[:-1]] += gram not in self.counts
                    self.counts[gram] += times
                    self.totals[gram[:-1]] += times

    def bits(self, line: str) -> list[float]:
        """Bits of each word and of the line's end."""
        padded = ("", "", *words(line), "")
        return [-math.log2(self.probability(padded[end - 3 : end])) for end in range(3, len(padded) + 1)]

    def probability(self, gram: tuple[str, ...]) -> float:
        """Of a gram's last word, after those before it."""
        if not gram:
            return 1 / (self.followers[()] + 1)
        total, followers = self.totals[gram[:-1]], self.followers[gram[:-1]]
        below = self.probability(gram[1:])
        return (self.counts[gram] + followers * below) / (total + followers) if total else below


def word_trigrams(train: list[str], lines: list[str]) -> Scores:
    """Mean bits of a line's three worst words."""
    model = WordTrigrams(train)
    return np.array([np.mean(sorted(model.bits(line))[-WORST_WORDS:]) for line in lines])


def masked(line: str) -> str:
    """Each digit as 0."""
    return re.sub(r"\d", "0", line)


def newest(train: list[str]) -> list[str]:
    """The last lines, as many as the slower ways can learn from."""
    lengths = np.cumsum([len(line) + 1 for line in reversed(train)])
    return train[len(train) - int(np.searchsorted(lengths, NEWEST)) :]


def ngram_worst(train: list[str], lines: list[str]) -> Scores:
    """Mean of the worst tenth of the characters' bits by a character 5-gram, digits masked."""
    train, lines = [masked(line) for line in newest(train)], [masked(line) for line in lines]
    model = ngram.fit(Vocabulary("".join(sorted(set("".join(train))))), train, 5)
    bits = np.split(model.bits(lines, train), np.cumsum([len(line) + 1 for line in lines])[:-1])
    return np.array([surprise(line) for line in bits])


def nearest(train: list[str], lines: list[str]) -> Scores:
    """One minus the cosine to the nearest known line, of hashed words without digits (LogJuicer's way)."""
    texts = [" ".join(re.findall(r"[^\W\d]{2,}", line)) for line in lines]
    distinct = list(dict.fromkeys(texts))
    known = word_vectors(list({" ".join(re.findall(r"[^\W\d]{2,}", line)) for line in train}))
    asked = word_vectors(distinct)
    best = np.full(len(asked), -1.0)
    for start in range(0, len(known), 2000):
        best = np.maximum(best, (asked @ known[start : start + 2000].T).max(axis=1))
    by_text = dict(zip(distinct, 1 - best, strict=True))
    return np.array([by_text[text] for text in texts])


def word_vectors(texts: list[str]) -> NDArray[np.float32]:
    """Rows of length 1. -> [texts, WORD_BUCKETS]"""
    rows = np.zeros((len(texts), WORD_BUCKETS), dtype=np.float32)
    for row, text in zip(rows, texts, strict=True):
        for word in text.split():
            row[zlib.crc32(word.encode()) % WORD_BUCKETS] += 1
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


def drain(train: list[str], lines: list[str]) -> Scores:
    """How rare a line's template is in bits; most of all one that was never seen."""
    logging.getLogger("drain3").setLevel(logging.ERROR)
    drain3 = importlib.import_module("drain3")
    settings = importlib.import_module("drain3.template_miner_config").TemplateMinerConfig()
    miner = drain3.TemplateMiner(config=settings)
    for line in train:
        miner.add_log_message(line)
    clusters = [miner.match(line) for line in lines]
    return np.array([-math.log2((cluster.size if cluster else 0.5) / len(train)) for cluster in clusters])


def zstd(train: list[str], lines: list[str]) -> Scores:
    """Compressed bytes with the known lines as dictionary."""
    text = "".join(line + "\n" for line in newest(train)).encode()
    known = zstandard.ZstdCompressionDict(text, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
    known.precompute_compress(level=19)
    compressor = zstandard.ZstdCompressor(dict_data=known)
    return np.array([float(len(compressor.compress(line.encode()))) for line in lines])


DETECTORS: dict[str, Detector] = {
    "share of word bigrams never seen": new_bigrams,
    "word trigrams, three worst words": word_trigrams,
    "character 5-gram, worst tenth": ngram_worst,
    "hashed words, nearest line": nearest,
    "Drain, rarity of the template": drain,
    "zstd with the known lines as dictionary": zstd,
}


def is_here(name: str) -> bool:
    """Whether a detector can be used on this machine."""
    return not name.startswith("Drain") or importlib.util.find_spec("drain3") is not None
