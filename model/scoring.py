"""Bits per character of lines: exact, line by line, in constant memory.

A score is −log2 p(text): each character is predicted from all that the model can see before it, and the newline of
each line counts as a character. It is computed in float64, in windows that pass their keys and values on, which is
the same mathematics as one long window. Learning from the text while it is read is in `adaptive.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .array_types import Array, Floats
from .config import N_RECALLED
from .context import last_lines, reach, sight
from .positions import columns_and_lines
from .recall import Recall
from .transformer import Model, Past, Window, as_dtype, forward, token_bits
from .vocabulary import ESCAPE, code_points, escape_bits

if TYPE_CHECKING:
    from .adaptive import Adaptive

CHUNK = 128  # tokens scored at once
WORST_SHARE = 0.1  # of a line's characters, of which `surprise` is the mean


class LineScore(NamedTuple):
    """The bits of one line."""

    number: int  # from 1
    bits: float
    characters: int  # its newline included
    by_character: Floats  # [characters]
    static_bits: float  # by the weights alone; differs from `bits` only when the model also learns from the text

    @property
    def surprise(self) -> float:
        """The mean bits of the worst tenth of the line's characters."""
        return surprise(self.by_character)


def surprise(by_character: Floats) -> float:
    """The mean of the largest tenth of some bits; of the largest one, where there are fewer than ten. [n] -> bits"""
    count = max(1, int(np.ceil(len(by_character) * WORST_SHARE)))
    return float(np.mean(np.sort(by_character)[-count:]))


def bits_per_character(scores: Iterable[LineScore]) -> tuple[float, int]:
    """The bits per character of many lines, and how many characters they have."""
    bits, characters = 0.0, 0
    for score in scores:
        bits += score.bits
        characters += score.characters
    return (bits / characters if characters else 0.0), characters


def score_lines(
    model: Model,
    lines: Iterable[str],
    context: Iterable[str] = (),
    adapt: bool = False,
    dtype: type[np.floating[Any]] = np.float64,
) -> Iterator[LineScore]:
    """Score lines in their order. The lines of `context` are read before them and not scored.

    With `adapt` the bits are those of the weights mixed with what was learned, in memory, from the lines read before.
    With float32 it is three times as fast, and right to about 0.00002 bits of a character.
    Lines are taken as they are needed; no more than a chunk of tokens and the current line are held.
    """
    reader = _Reader(model, dtype)
    reader.read("\n")
    if adapt:
        from .adaptive import Adaptive  # here, because numba takes a while to import and not every machine has it

        reader.adaptive = Adaptive(model.vocabulary)
    else:
        context = reader.skim(context)
    for _, batch in _numbered_chunks(context):
        reader.read("".join(line + "\n" for line in batch))
    for first, batch in _numbered_chunks(lines):
        bits, static = reader.read("".join(line + "\n" for line in batch))
        end = 0
        for number, line in enumerate(batch, first):
            begin, end = end, end + len(line) + 1
            by_character = bits[begin:end]
            yield LineScore(
                number, float(by_character.sum()), len(line) + 1, by_character, float(static[begin:end].sum())
            )


class LineScorer:
    """Scores lines as they arrive, each call after the lines of those before, and waits for no more of them."""

    def __init__(self, model: Model, dtype: type[np.floating[Any]] = np.float64) -> None:
        self._reader = _Reader(model, dtype)
        self._reader.read("\n")

    def score(self, lines: Sequence[str]) -> list[Floats]:
        """The bits of each character of some lines, newlines included; the same as those of `score_lines`."""
        if not lines:
            return []
        bits, _ = self._reader.read("".join(line + "\n" for line in lines))
        return np.split(bits, np.cumsum([len(line) + 1 for line in lines])[:-1])


def _numbered_chunks(lines: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
    """Lists of lines that together have about CHUNK characters, each with the number of its first line."""
    batch: list[str] = []
    characters, number = 0, 0
    for number, line in enumerate(lines, 1):
        batch.append(line)
        characters += len(line) + 1
        if characters >= CHUNK:
            yield number - len(batch) + 1, batch
            batch, characters = [], 0
    if batch:
        yield number - len(batch) + 1, batch


class _Reader:
    """A text that is read in pieces: what the model can still see of it, and its prediction of the next character."""

    def __init__(self, model: Model, dtype: type[np.floating[Any]]) -> None:
        self.model = model._replace(weights=as_dtype(model.weights, dtype))
        self.adaptive: Adaptive | None = None
        self.past: Past | None = None
        self.recall = Recall(model.vocabulary)
        self.recalled_last = np.zeros((N_RECALLED, 1), np.int32)  # after the last token
        self.column = self.line = 0
        self.next_logits: NDArray[np.floating[Any]] | None = None

    def skim(self, context: Iterable[str]) -> list[str]:
        """Note what the lines of a context may recall, and return those of them that the transformer sees."""
        seen = last_lines(context, reach(self.model.config))
        near = last_lines(seen, sight(self.model.config))
        if far := seen[: len(seen) - len(near)]:
            self.recall.read_all(self.model.vocabulary.encode("".join(line + "\n" for line in far)))
        return near

    def read(self, text: str) -> tuple[Floats, Floats]:
        """Read more text. -> the bits of each of its characters, and those by the weights alone, [n] each"""
        tokens = self.model.vocabulary.encode(text)
        columns, lines = columns_and_lines(tokens, self.column, self.line)
        self.column, self.line = int(columns[-1]), int(lines[-1])
        recalled = self.recall.read_all(tokens)
        before = np.concatenate([self.recalled_last, recalled[:, :-1]], axis=1)
        self.recalled_last = recalled[:, -1:]
        static, adapted = np.zeros(len(tokens)), np.zeros(len(tokens))
        start = 0
        while start < len(tokens):
            part = slice(start, start + CHUNK)
            window = Window(tokens[None, part], columns[None, part], lines[None, part], recalled[:, None, part])
            logits, self.past = forward(self.model.config, self.model.weights, window, self.past)
            predictions = self._predictions(logits)
            static[part] = token_bits(predictions, tokens[None, part])[0]
            if self.adaptive:
                adapted[part] = self.adaptive.read(predictions[0], text[part], before[:, part])
            start = part.stop
        escaped = tokens == ESCAPE
        static[escaped] += escape_bits(code_points(text)[escaped])
        return (adapted if self.adaptive else static), static

    def _predictions(self, logits: Array) -> Array:
        """The logits from before each token of this window, given those from after each. [1, n, V] -> [1, n, V]

        Those from before the first token came with the window before.
        """
        before = self.next_logits if self.next_logits is not None else np.zeros_like(logits[:, :1])
        self.next_logits = logits[:, -1:]
        return np.concatenate([before, logits[:, :-1]], axis=1)
