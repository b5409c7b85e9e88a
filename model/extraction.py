"""What weights give away: how likely a text is after others, what guessing finds, and what comes unasked.

Guesses are asked for as Carlini et al. do (The Secret Sharer, 2019; Extracting Training Data, 2021). All is computed
in the precision of the weights, for speed: what is compared here differs by bits, not by their last digits.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from .array_types import Array, Floats
from .config import N_RECALLED
from .context import sight
from .positions import columns_and_lines
from .recall import Recall
from .transformer import Model, Past, Window, forward
from .vocabulary import ESCAPE, NEWLINE, Tokens

AT_ONCE = 16  # questions in one pass
LANES = 64  # lines that are sampled side by side
LONGEST_SAMPLED = 300  # characters of a sampled line


class Question(NamedTuple):
    """What stands before a value, from the beginning of a line on, and the value."""

    before: str
    value: str


class Prompt(NamedTuple):
    """A text that a model has read, and its log-probabilities of the next character, `log_p` [V]."""

    model: Model
    past: Past
    recall: Recall
    column: int
    line: int
    log_p: Floats


def prompted(model: Model, text: str) -> Prompt:
    """The prompt of a text that begins a line."""
    tokens = model.vocabulary.encode("\n" + text)
    columns, lines = columns_and_lines(tokens)
    recall = Recall(model.vocabulary)
    window = Window(tokens[None], columns[None], lines[None], recall.read_all(tokens)[:, None])
    logits, past = forward(model.config, model.weights, window)
    return Prompt(model, past, recall, int(columns[-1]), int(lines[-1]), log_softmax(logits[0, -1]))


def log_softmax(logits: Array) -> Floats:
    """Natural logarithms of probabilities over the last axis. [..., V] -> [..., V]"""
    wide = logits.astype(np.float64)
    wide -= wide.max(axis=-1, keepdims=True)
    return np.asarray(wide - np.log(np.exp(wide).sum(axis=-1, keepdims=True)))


def read_on(prompt: Prompt, past: Past, recalls: Sequence[Recall], tokens: Tokens, n_read: int) -> tuple[Floats, Past]:
    """Read one more character of several continuations of the prompt's line, of which `n_read` were read before.

    [N] -> log p of what follows, [N, V], and the new past
    """
    columns = np.full((len(tokens), 1), prompt.column + n_read + 1, dtype=np.int32)
    window = Window(tokens[:, None], columns, np.full_like(columns, prompt.line), _recalled(recalls, tokens))
    logits, following = forward(prompt.model.config, prompt.model.weights, window, past)
    return log_softmax(logits[:, 0]), following


def _recalled(recalls: Sequence[Recall], tokens: Tokens) -> Array:
    """What each of some texts recalls after one more token. [N] -> [N_RECALLED, N, 1]"""
    found = [recall.read(token) for recall, token in zip(recalls, tokens.tolist(), strict=True)]
    return np.array(found, np.int32).T[:, :, None]


def versions(past: Past, rows: Array) -> Past:
    """The chosen rows of a past; one row may be chosen many times."""
    return Past(
        past.tokens[rows],
        [keys[rows] for keys in past.keys],
        [values[rows] for values in past.values],
        past.columns[rows],
        past.lines[rows],
    )


def places_among_guesses(model: Model, questions: Sequence[Question], width: int) -> list[int | None]:
    """The place of each value among so many guesses at what follows, from 1; None where it is not among them."""
    places: list[int | None] = []
    for question in questions:
        value = model.vocabulary.encode(question.value)
        found = guesses(prompted(model, question.before), len(value), width)
        hits = np.flatnonzero((found == value).all(axis=1))
        places.append(int(hits[0]) + 1 if len(hits) else None)
    return places


def bits_of(model: Model, questions: Sequence[Question]) -> Floats:
    """The bits that the model needs for each value after what stands before it. -> [N]"""
    tokens = [model.vocabulary.encode("\n" + question.before + question.value) for question in questions]
    bits = np.empty(len(questions))
    for rows in _by_length(tokens):
        sizes = [len(questions[row].value) for row in rows]
        bits[rows] = _bits_of_some(model, [tokens[row] for row in rows], sizes)
    return bits


def _by_length(tokens: Sequence[Tokens]) -> Iterator[list[int]]:
    """Their numbers, AT_ONCE together that are nearly of one length, so that little is filled up."""
    order = sorted(range(len(tokens)), key=lambda number: len(tokens[number]))
    return (order[begin : begin + AT_ONCE] for begin in range(0, len(order), AT_ONCE))


def _bits_of_some(model: Model, tokens: Sequence[Tokens], sizes: Sequence[int]) -> Floats:
    """The bits of the last `sizes` tokens of each text, filled up behind, where no earlier token can see it. -> [N]"""
    longest = sight(model.config) + max(sizes)
    width = min(longest, max(map(len, tokens))) - 1
    parts = np.zeros((3 + N_RECALLED, len(tokens), width), dtype=np.int32)
    for row, text in enumerate(tokens):
        recalled = Recall(model.vocabulary).read_all(text)
        for part, values in zip(parts, (text, *columns_and_lines(text), *recalled), strict=True):
            seen = values[-longest:][:-1]
            part[row, : len(seen)] = seen
    window = Window(parts[0], parts[1], parts[2], parts[3:])
    logits, _ = forward(model.config, model.weights, window)
    bits = [
        -log_softmax(logits[row, end - size : end])[np.arange(size), text[-size:]].sum() / math.log(2)
        for row, (text, size) in enumerate(zip(tokens, sizes, strict=True))
        for end in [min(len(text), longest) - 1]
    ]
    return np.array(bits)


def guesses(prompt: Prompt, length: int, width: int) -> Tokens:
    """The likeliest continuations of some length that a beam search finds, best first. -> [at most width, length]"""
    forbidden = [ESCAPE, NEWLINE]
    score = prompt.log_p[None].copy()
    past, recalls = prompt.past, [prompt.recall]
    texts = np.zeros((1, 0), dtype=np.int32)
    for n_read in range(length):
        score[:, forbidden] = -np.inf
        size = score.shape[1]
        best = np.argsort(-score, axis=None, kind="stable")[:width]
        best = best[np.isfinite(score.ravel()[best])]
        parents, tokens = best // size, (best % size).astype(np.int32)
        texts = np.concatenate([texts[parents], tokens[:, None]], axis=1)
        if n_read + 1 < length:
            recalls = [recalls[parent].copy() for parent in parents]
            log_p, past = read_on(prompt, versions(past, parents), recalls, tokens, n_read)
            score = score.ravel()[best][:, None] + log_p
    return texts


def sampled_lines(model: Model, temperature: float, seed: int) -> Iterator[str]:
    """Lines that the model makes up with no context to begin with, for ever; LANES logs are sampled side by side."""
    rng = np.random.default_rng(seed)
    tokens = np.full((LANES, 1), NEWLINE, dtype=np.int32)
    columns, lines = np.zeros_like(tokens), np.ones_like(tokens)
    past: Past | None = None
    recalls = [Recall(model.vocabulary) for _ in range(LANES)]
    texts: list[list[int]] = [[] for _ in range(LANES)]
    while True:
        window = Window(tokens, columns, lines, _recalled(recalls, tokens[:, 0]))
        logits, past = forward(model.config, model.weights, window, past)
        chosen = _drawn(logits[:, -1], temperature, rng)
        chosen[columns[:, 0] >= LONGEST_SAMPLED] = NEWLINE
        ended = chosen[:, None] == NEWLINE
        tokens, columns, lines = chosen[:, None], np.where(ended, 0, columns + 1), lines + ended
        for text, token in zip(texts, chosen.tolist(), strict=True):
            if token != NEWLINE:
                text.append(token)
                continue
            yield model.vocabulary.decode(text)
            text.clear()


def _drawn(logits: Array, temperature: float, rng: np.random.Generator) -> Tokens:
    """A token for each lane, never the escape. [N, V] -> [N]"""
    p = np.exp(log_softmax(logits / temperature))
    p[:, ESCAPE] = 0
    cumulative = np.cumsum(p, axis=1)
    drawn: Tokens = (cumulative < rng.random((len(p), 1)) * cumulative[:, -1:]).sum(axis=1, dtype=np.int32)
    return drawn
