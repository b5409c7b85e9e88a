"""Other ways to say how strange a line is, each after reading normal lines: none looks at the lines before it.

Each takes the lines that are learned and those to judge, and gives one number a line, higher being stranger. Drain is
not needed by the project (`pip install drain3`).
"""

from __future__ import annotations

import importlib
import importlib.util
import logging
import math
import re
import zlib
from collections import Counter
from collections.abc import Callable

import numpy as np
import zstandard
from numpy.typing import NDArray

from model import ngram
from model.scoring import surprise
from model.vocabulary import Vocabulary

Scores = NDArray[np.float64]
Detector = Callable[[list[str], list[str]], Scores]
WORD_BUCKETS = 1 << 14


def masked(line: str) -> str:
    """Each digit as 0."""
    return re.sub(r"\d", "0", line)


def ngram_bits(train: list[str], lines: list[str], mask: bool) -> list[NDArray[np.float64]]:
    """Bits of each character of each line by a character 5-gram."""
    if mask:
        train, lines = [masked(line) for line in train], [masked(line) for line in lines]
    characters = "".join(sorted(set("".join(train))))
    model = ngram.fit(Vocabulary(characters), train, 5)
    bits = model.bits(lines, train)
    return np.split(bits, np.cumsum([len(line) + 1 for line in lines])[:-1])


def ngram_worst(train: list[str], lines: list[str]) -> Scores:
    """Mean of the worst tenth of the characters."""
    return np.array([surprise(bits) for bits in ngram_bits(train, lines, mask=True)])


def ngram_sum(train: list[str], lines: list[str]) -> Scores:
    """Bits of the whole line, digits as they are."""
    return np.array([bits.sum() for bits in ngram_bits(train, lines, mask=False)])


def nearest(train: list[str], lines: list[str]) -> Scores:
    """One minus the cosine to the nearest known line, of hashed words without digits (LogJuicer's way)."""
    known, asked = word_vectors(train), word_vectors(lines)
    result: Scores = 1 - (asked @ known.T).max(axis=1)
    return result


def word_vectors(lines: list[str]) -> NDArray[np.float32]:
    """Rows of length 1. -> [lines, WORD_BUCKETS]"""
    rows = np.zeros((len(lines), WORD_BUCKETS), dtype=np.float32)
    for row, line in zip(rows, lines, strict=True):
        for word in re.findall(r"[^\W\d]{2,}", line):
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
    text = "".join(line + "\n" for line in train).encode()
    words = zstandard.ZstdCompressionDict(text, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
    compressor = zstandard.ZstdCompressor(level=19, dict_data=words)
    return np.array([float(len(compressor.compress(line.encode()))) for line in lines])


def rare_words(train: list[str], lines: list[str]) -> Scores:
    """Bits of the line's rarest word, without digits."""
    counts = Counter(word for line in train for word in set(re.findall(r"[^\W\d]{2,}", line)))
    least = [min((counts[word] for word in re.findall(r"[^\W\d]{2,}", line)), default=0) for line in lines]
    return np.array([-math.log2((count + 0.5) / len(train)) for count in least])


DETECTORS: dict[str, Detector] = {
    "character 5-gram, digits masked, worst tenth": ngram_worst,
    "character 5-gram, whole line": ngram_sum,
    "hashed words, nearest line": nearest,
    "rarest word": rare_words,
    "Drain, rarity of the template": drain,
    "zstd with the known lines as dictionary": zstd,
}


def is_here(name: str) -> bool:
    """Whether a detector can be used on this machine."""
    return not name.startswith("Drain") or importlib.util.find_spec("drain3") is not None
