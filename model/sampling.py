"""Continue a log with samples that depend on the seed alone, and are the same in the page's JavaScript.

Where the numbers of a line can be forecast (forecast.py), a few lines are drawn for it. The first says of which kind
the line is, so kinds come as often as the model says; among those of its kind chance takes one, each by how well its
numbers go on. So numbers drift away less over many lines, and stay with what the lines before make of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from .array_types import Floats
from .context import last_lines, reach, sight
from .exact import Mulberry32, exp, softmax
from .forecast import Forecast
from .state import State
from .transformer import Model
from .vocabulary import ESCAPE, NEWLINE, Tokens

LONGEST_SAMPLED_LINE = 2000  # characters after which a sampled line is ended
CANDIDATES = 4  # lines that are drawn for one
DRAWS = 6  # of a line, at most, until a second is of the first one's kind


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
    candidates: int = CANDIDATES,
) -> list[Sample]:
    """Sample what may follow the lines of `context`: `samples` times `steps` lines.

    Sample i draws from mulberry32 started at `seed + i`, so more samples never change the first ones. A line of
    `longest` characters is ended. With one of `candidates` each line is taken as it is drawn. The model sees the end of
    the context; the forecast reads up to FORECAST_LINES of it.
    """
    state, logits = primed(model, context)
    forecast = Forecast(context) if temperature and candidates > 1 else None
    if forecast and not forecast.knows_some:
        forecast = None
    choice = _Choice(steps, temperature, top_k, longest, candidates)
    state, logits = state.replicated(samples), np.repeat(logits, samples, axis=0)
    draws = [
        _Draw(choice, Mulberry32((seed + i) & 0xFFFFFFFF), forecast.copy() if forecast else None)
        for i in range(samples)
    ]
    while any(not draw.ended for draw in draws):
        tokens = [NEWLINE if draw.ended else draw.next(state, i, logits) for i, draw in enumerate(draws)]
        logits = state.read(np.array(tokens, dtype=np.int32))
    return [draw.sample for draw in draws]


class _Choice(NamedTuple):
    """How tokens and lines are drawn."""

    steps: int
    temperature: float
    top_k: int
    longest: int
    candidates: int


class _Candidate(NamedTuple):
    """A line that was drawn, and the state before its newline, where another may be drawn after it."""

    text: str
    bits: float
    state: State | None


class _Draw:
    """One sample that is being drawn: the engine's Draw."""

    def __init__(self, choice: _Choice, random: Mulberry32, forecast: Forecast | None) -> None:
        self.choice, self.random, self.forecast = choice, random, forecast
        self.sample = Sample([], [])
        self.ended = choice.steps < 1
        self._tokens: list[int] = []  # of the line
        self._bits = 0.0
        self._draws = 0  # of the line, begun
        self._start: tuple[State, Floats] | None = None  # at the beginning of the line
        self._candidates: list[_Candidate] = []  # for the line, all of the first one's kind

    def next(self, state: State, i: int, logits: Floats) -> int:
        """Draw the next token of text i, which the caller then reads. May put an earlier or other text there. [N, V]"""
        if self.forecast and not self._draws:
            self._start = state.text(i), logits[i].copy()
        self._draws = max(1, self._draws)
        _, temperature, top_k, longest, _ = self.choice
        is_full = len(self._tokens) >= longest
        token = NEWLINE if is_full else pick(logits[i], temperature, top_k, self.random.uniform())
        self._bits += float(-np.log2(softmax(logits[i])[token]))
        if token != NEWLINE:
            self._tokens.append(token)
            return token
        self._consider(state, i)
        self._tokens, self._bits = [], 0.0
        if self._start and self._wants_another():
            self._draws += 1
            state.replace(i, self._start[0])
            logits[i] = self._start[1]
            return self.next(state, i, logits)
        self._take(state, i)
        return token

    def _consider(self, state: State, i: int) -> None:
        """Make the line a candidate, unless it is of another kind than the first."""
        text = state.model.vocabulary.decode(self._tokens)
        if self._candidates and not (self.forecast and self._kind(text) == self._kind(self._candidates[0].text)):
            return
        self._candidates.append(_Candidate(text, self._bits, state.text(i) if self.forecast else None))

    def _kind(self, text: str) -> str | None:
        return self.forecast.known_kind(text) if self.forecast else None

    def _wants_another(self) -> bool:
        if self._kind(self._candidates[0].text) is None:
            return False
        return self._draws < self.choice.candidates or (self._draws < DRAWS and len(self._candidates) < 2)

    def _take(self, state: State, i: int) -> None:
        """End the line with one of the candidates."""
        text, bits, ended = self._candidates[self._chosen()]
        self.sample.lines.append(text)
        self.sample.bits.append(bits)
        if ended and self._draws > 1:
            state.replace(i, ended)
        if self.forecast:
            self.forecast.read(text)
        self.ended = len(self.sample.lines) >= self.choice.steps
        self._candidates, self._draws, self._start = [], 0, None

    def _chosen(self) -> int:
        """The candidate that a uniform number falls on: each has a share by how well its numbers go on."""
        if not self.forecast or len(self._candidates) < 2:
            return 0
        sums = np.cumsum([self.forecast.plausibility(candidate.text) for candidate in self._candidates])
        share = self.random.uniform() * sums[-1]
        return int(np.argmax(sums > share))


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
