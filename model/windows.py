"""Training windows: lines that are learned together with the lines before them.

Documents are laid end to end as tokens. A window begins where a line begins and covers several lines, so that each
line but the first is learned with earlier lines in sight. (On habitat logs that saves two thirds of the bits.) The
first line of a window counts little: enough to learn how a log begins, too little to spoil the rest. Within a line
that is longer than half a window, a window also begins every half window, so that each character is learned with at
least that much text before it.

Some windows are read as if the text began with them: they recall nothing from before, and their first line counts as
any other. Without them a model that nearly always has an earlier line to go by never learns to write its first.

Example: the lines "on", "off", "on" are the tokens ⏎on⏎off⏎on⏎. The first window of 8 tokens is ⏎on⏎off⏎, and what it
learns to predict is the token after each of them: on⏎off⏎o. The first three of these count a tenth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .array_types import Array, Int32s
from .config import Config
from .recall import Places, at_places, places_of
from .transformer import Window
from .vocabulary import NEWLINE, Tokens, Vocabulary

LINES_IN_CONTEXT = 3
SHORTEST_CONTEXT = 48
OPENING_WEIGHT = 0.1  # of a character in the first line of a window
STEP = 16  # contexts are multiples of this


class Text(NamedTuple):
    """Documents as one run of tokens, where their lines begin, and what earlier lines recall."""

    tokens: NDArray[np.uint16]  # [n]
    newlines: Int32s  # [1 + lines]: -1, then the index of each newline
    places: Places  # [N_RECALLED, n]

    def window(self, begins: Int32s, size: int) -> Window:
        """The windows of `size` tokens that begin at `begins`. [B] -> [B, size] each"""
        index = (begins[:, None] + np.arange(size)).astype(np.int32)
        tokens = self.tokens[index].astype(np.int32)
        newline = tokens == NEWLINE
        line = np.searchsorted(self.newlines, begins, side="right") - 1
        began = np.maximum.accumulate(np.where(newline, index, self.newlines[line][:, None]), axis=1)
        lines = (line - newline[:, 0])[:, None] + np.cumsum(newline, axis=1)
        recalled = at_places(self.tokens, self.places[:, index])
        return Window(tokens, index - began, lines.astype(np.int32), recalled)

    def following(self, begins: Int32s, size: int) -> Tokens:
        """The tokens that follow those of `window(begins, size)`. [B] -> [B, size]"""
        following: Tokens = self.tokens[begins[:, None] + np.arange(1, size + 1)].astype(np.int32)
        return following


class Batch(NamedTuple):
    """Windows, the token that follows each of their tokens, and how much predicting it counts. All [B, T]."""

    window: Window
    targets: Array
    weight: Array


def lay_out(vocabulary: Vocabulary, documents: Sequence[Sequence[str]]) -> Text:
    """Documents (lists of lines) as tokens, end to end; a newline stands before each line and at the end."""
    parts = [vocabulary.encode("\n" + "".join(line + "\n" for line in lines)[:-1]) for lines in documents if lines]
    tokens = np.concatenate([*parts, vocabulary.encode("\n")]).astype(np.uint16)
    newlines = np.append(-1, np.flatnonzero(tokens == NEWLINE)).astype(np.int32)
    return Text(tokens, newlines, places_of(tokens, vocabulary))


def fitted_context(config: Config, documents: Sequence[Sequence[str]]) -> Config:
    """The same shape with a context of about LINES_IN_CONTEXT lines of these documents, at most its own context."""
    lengths = [len(line) + 1 for lines in documents for line in lines]
    wanted = LINES_IN_CONTEXT * float(np.mean(lengths)) if lengths else 0
    n_context = max(SHORTEST_CONTEXT, int(np.ceil(wanted / STEP)) * STEP)
    return replace(config, n_context=min(config.n_context, n_context))


def window_starts(text: Text, size: int) -> Int32s:
    """Where windows of `size` tokens may begin: at every line, and every half window within long lines. -> [n]"""
    begins = text.newlines[1:-1]
    ends = np.append(begins[1:], len(text.tokens) - 1)
    half = max(1, size // 2)
    starts = [begins]
    for line in np.flatnonzero(ends - begins > half):
        starts.append(np.arange(begins[line] + half, ends[line], half))
    return np.unique(np.concatenate(starts)).astype(np.int32)


def batch_at(text: Text, starts: Int32s, size: int, openings: int = 0) -> Batch:
    """The windows that begin at `starts`, or earlier where the text ends too soon. [B] -> [B, size] each

    The first `openings` of them are read as if the text began there.
    """
    starts = np.minimum(starts, max(0, len(text.tokens) - 1 - size))
    n_token = min(size, len(text.tokens) - 1)
    window = text.window(starts, n_token)
    begins = starts[:openings, None]
    window.recalled[:, :openings] *= text.places[:, begins + np.arange(n_token)] > begins
    later_line = window.lines > window.lines[:, :1]
    half_seen = np.arange(n_token) >= size // 2
    opening = np.where(window.columns[:, :1] == 0, OPENING_WEIGHT, 0.0)
    opening[:openings] /= OPENING_WEIGHT
    return Batch(window, text.following(starts, n_token), np.where(later_line | half_seen, 1.0, opening))
