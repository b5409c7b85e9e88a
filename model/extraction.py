"""What weights give away: how likely a text is compared with others of its shape, and whether guessing finds it.

Exposure is defined by Carlini et al. (The Secret Sharer, 2019); its rank is taken among the candidates given here.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from .array_types import Array, Floats
from .positions import columns_and_lines
from .transformer import Model, Past, Window, forward
from .vocabulary import ESCAPE, NEWLINE, Tokens

AT_ONCE = 64  # candidates in one pass


class Prompt(NamedTuple):
    """A text that a model has read, and its log-probabilities of the next character, `log_p` [V]."""

    model: Model
    past: Past
    column: int
    line: int
    log_p: Floats


def prompted(model: Model, text: str) -> Prompt:
    """The prompt of a text that begins a line."""
    tokens = model.vocabulary.encode("\n" + text)
    columns, lines = columns_and_lines(tokens)
    logits, past = forward(model.config, model.weights, Window(tokens[None], columns[None], lines[None]))
    return Prompt(model, past, int(columns[-1]), int(lines[-1]), log_softmax(logits[0, -1]))


def log_softmax(logits: Array) -> Floats:
    """Natural logarithms of probabilities over the last axis. [..., V] -> [..., V]"""
    wide = logits.astype(np.float64)
    wide -= wide.max(axis=-1, keepdims=True)
    return np.asarray(wide - np.log(np.exp(wide).sum(axis=-1, keepdims=True)))


def read_on(prompt: Prompt, past: Past, tokens: Tokens, n_read: int) -> tuple[Floats, Past]:
    """Read several continuations of the prompt's line, of which `n_read` characters were read before.

    [N, T] -> log p of what follows each character, [N, T, V], and the new past
    """
    n, t = tokens.shape
    columns = np.broadcast_to(np.arange(1, t + 1, dtype=np.int32) + prompt.column + n_read, (n, t))
    lines = np.full((n, t), prompt.line, dtype=np.int32)
    logits, following = forward(prompt.model.config, prompt.model.weights, Window(tokens, columns, lines), past)
    return log_softmax(logits), following


def versions(past: Past, rows: Array) -> Past:
    """The chosen rows of a past; one row may be chosen many times."""
    return Past(
        past.tokens[rows],
        [keys[rows] for keys in past.keys],
        [values[rows] for values in past.values],
        past.columns[rows],
        past.lines[rows],
    )


def bits_of(prompt: Prompt, candidates: Tokens) -> tuple[Floats, bool]:
    """The bits of each candidate after the prompt, and whether greedy decoding finds the first. [N, T] -> [N], bool"""
    bits, greedy = [], False
    for begin in range(0, len(candidates), AT_ONCE):
        some = candidates[begin : begin + AT_ONCE]
        log_p = np.broadcast_to(prompt.log_p, (len(some), 1, len(prompt.log_p)))
        if some.shape[1] > 1:
            past = versions(prompt.past, np.zeros(len(some), dtype=np.int64))
            log_p = np.concatenate([log_p, read_on(prompt, past, some[:, :-1], 0)[0]], axis=1)
        bits.append(-np.take_along_axis(log_p, some[:, :, None], axis=2).sum(axis=(1, 2)) / math.log(2))
        if begin == 0:
            greedy = bool((log_p[0].argmax(axis=1) == some[0]).all())
    return np.concatenate(bits), greedy


def exposure(bits: Floats) -> float:
    """Bits by which the first of these candidates stands out: log2(their number / its rank). [N] -> 0 … log2 N

    Among candidates with equal bits it counts as the last. Example: the cheapest of 1,024 candidates has exposure 10,
    the dearest 0.
    """
    return math.log2(len(bits)) - math.log2(int((bits <= bits[0]).sum()))


def guesses(prompt: Prompt, length: int, width: int) -> Tokens:
    """The likeliest continuations of some length that a beam search finds, best first. -> [at most width, length]"""
    forbidden = [ESCAPE, NEWLINE]
    score = prompt.log_p[None].copy()
    past = prompt.past
    texts = np.zeros((1, 0), dtype=np.int32)
    for n_read in range(length):
        score[:, forbidden] = -np.inf
        size = score.shape[1]
        best = np.argsort(-score, axis=None, kind="stable")[:width]
        best = best[np.isfinite(score.ravel()[best])]
        parents, tokens = best // size, (best % size).astype(np.int32)
        texts = np.concatenate([texts[parents], tokens[:, None]], axis=1)
        if n_read + 1 < length:
            log_p, past = read_on(prompt, versions(past, parents), tokens[:, None], n_read)
            score = score.ravel()[best][:, None] + log_p[:, 0]
    return texts
