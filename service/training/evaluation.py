"""The scores of a run's models, and of the n-grams beside them, on the holdout."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from model import ngram
from model.context import last_lines
from model.scoring import score_lines
from model.transformer import Model
from model.vocabulary import Vocabulary

from ..checking.learning import SCALES
from ..checking.surprise import weighted_surprise
from ..checking.tails import Tail
from ..checking.words import template, words_of
from .gate import Pair, Scored
from .split import Part, Split

NGRAM_CHARACTERS = 1_000_000  # of the newest training lines, which the n-grams count


class Scores(NamedTuple):
    """All scores that a verdict is based on."""

    champion: Scored | None
    challenger: Scored
    order2: Scored  # an n-gram that sees one character back
    equal_bytes: Scored  # the best n-gram that is no larger than the weights
    ordinary: Pair | None  # lines of the holdout whose kinds the champion knows
    reserve: Pair | None  # older lines that no model was trained on
    surprise: Tail  # how surprised the challenger is by normal lines: those of the holdout


def evaluate(split: Split, champion: Model | None, challenger: Model, weights_bytes: int) -> Scores:
    """Score champion, challenger and n-grams on the same holdout.

    `challenger` has the weights that a reader of its file would have; the file has `weights_bytes` bytes.
    """
    order2, equal_bytes = score_ngrams(split, challenger.vocabulary, weights_bytes)
    challenged, surprise = score_with_surprise(challenger, split.holdout)
    champions, ordinary, reserve = None, None, None
    if champion:
        champions = score(champion, split.holdout)
        ordinary = Pair(champions, challenged).where(split.ordinary)
        reserve = Pair(score(champion, split.reserve), score(challenger, split.reserve)) if split.reserve else None
    return Scores(champions, challenged, order2, equal_bytes, ordinary, reserve, surprise)


def score(model: Model, parts: Iterable[Part]) -> Scored:
    """The score of a model on the lines of some parts, each read after its own context."""
    scores = [line for part in parts for line in score_lines(model, part.lines, part.context)]
    return Scored(np.array([line.bits for line in scores]), np.array([float(line.characters) for line in scores]))


def score_with_surprise(model: Model, parts: Iterable[Part]) -> tuple[Scored, Tail]:
    """The same, and the tail of the lines' surprises, one for each template."""
    bits, characters = [], []
    highest: dict[str, float] = {}
    for part in parts:
        for text, line in zip(part.lines, score_lines(model, part.lines, part.context), strict=True):
            bits.append(line.bits)
            characters.append(float(line.characters))
            kind = template(text, words_of(text))
            highest[kind] = max(highest.get(kind, 0.0), weighted_surprise(text, line.by_character))
    return Scored(np.array(bits), np.array(characters)), Tail.of(highest.values(), len(bits), SCALES["surprise"])


def score_ngrams(split: Split, vocabulary: Vocabulary, largest: int) -> tuple[Scored, Scored]:
    """The scores of an order-2 n-gram and of the best n-gram of at most `largest` bytes, on the holdout."""
    learned = last_lines((line for lines in split.train for line in lines), NGRAM_CHARACTERS)
    checked = [line for lines in split.validation for line in lines] or learned[-100:]
    order2 = ngram.fit(vocabulary, learned, 2)
    best = ngram.best(vocabulary, learned, checked, largest)
    return _ngram_scored(order2, split.holdout), _ngram_scored(best, split.holdout)


def _ngram_scored(model: ngram.NGram, parts: Iterable[Part]) -> Scored:
    bits, characters = [], []
    for part in parts:
        lengths = np.array([len(line) + 1 for line in part.lines])
        by_character = model.bits(part.lines, part.context)
        bits.append(np.add.reduceat(by_character, np.cumsum(lengths) - lengths))
        characters.append(lengths.astype(np.float64))
    return Scored(np.concatenate(bits), np.concatenate(characters))
