"""Continue a log with samples that depend on the seed alone, and are the same in the page's JavaScript."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from .array_types import Floats
from .context import last_lines, reach, sight
from .exact import Mulberry32, exp, softmax
from .state import State
from .transformer import Model
from .vocabulary import ESCAPE, NEWLINE, Tokens

LONGEST_SAMPLED_LINE = 2000  # characters after which a sampled line is ended


class Sample(NamedTuple):
    """Sampled lines, and the bits the model needed for each (newline counted, at temperature 1)."""

    lines: list[str]
    bits: list[float]


def pick(logits: Floats, temperature: float, top_k: int, uniform: float) -> int:
    """The id that a uniform number in [0, 1) falls on. [V] -> id

    Each id has a part of [0, 1) as large as its probability, in the order of ids; the escape is never picked.
    Temperature 0 picks the likeliest id, the lowest of several. `top_k` keeps only the likeliest ids; 0: all.
    """
    known = np.arange(ESCAPE + 1, len(logits))
    if temperature == 0:
        return int(known[np.argmax(logits[known])])
    if top_k:
        known = np.sort(known[np.argsort(-logits[known], kind="stable")[:top_k]])
    cumulative = np.cumsum(exp((logits[known] - logits[known].max()) / temperature))
    reached = (cumulative > uniform * cumulative[-1]) | (cumulative == cumulative[-1])
    return int(known[np.argmax(reached)])


def continue_log(
    model: Model,
    context: Sequence[str],
    *,
    samples: int = 1,
    steps: int = 1,
    seed: int = 0,
    temperature: float = 1.0,
    top_k: int = 0,
    longest: int = LONGEST_SAMPLED_LINE,
) -> list[Sample]:
    """Sample what may follow the lines of `context`: `samples` times `steps` lines.

    Sample i draws from mulberry32 started at `seed + i`, so more samples never change the first ones. A line of
    `longest` characters is ended.
    """
    state, logits = primed(model, context)
    state, logits = state.replicated(samples), np.repeat(logits, samples, axis=0)
    draws = [Mulberry32((seed + i) & 0xFFFFFFFF) for i in range(samples)]
    texts: list[list[list[int]]] = [[[]] for _ in range(samples)]
    bits: list[list[float]] = [[0.0] for _ in range(samples)]
    while any(len(lines) <= steps for lines in texts):
        tokens = np.empty(samples, dtype=np.int32)
        p = softmax(logits)
        for i, lines in enumerate(texts):
            full = len(lines[-1]) >= longest
            tokens[i] = NEWLINE if full else pick(logits[i], temperature, top_k, draws[i].uniform())
            bits[i][-1] += float(-np.log2(p[i, tokens[i]]))
            if tokens[i] == NEWLINE:
                lines.append([])
                bits[i].append(0.0)
            else:
                lines[-1].append(int(tokens[i]))
        logits = state.read(tokens)
    decode = model.vocabulary.decode
    return [
        Sample([decode(line) for line in lines[:steps]], sums[:steps]) for lines, sums in zip(texts, bits, strict=True)
    ]


def primed(model: Model, context: Sequence[str]) -> tuple[State, Floats]:
    """A state that has read `context`, as far back as it can see, and its prediction. -> State, logits [1, V]"""
    tokens = context_tokens(model, context)
    state = State(model)
    far = max(0, len(tokens) - sight(model.config) - 1)
    if far:
        state.skim(tokens[:far])
    for token in tokens[far:-1]:
        state.read(token[None])
    return state, state.read(tokens[-1:])


def context_tokens(model: Model, context: Sequence[str]) -> Tokens:
    """The tokens of the lines that can matter to the prediction, with the newline that begins the first of them."""
    seen = last_lines(context, reach(model.config))
    return model.vocabulary.encode("\n" + "".join(line + "\n" for line in seen))
