"""Texts as windows, with the places of their tokens and what they recall."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from model.positions import columns_and_lines
from model.recall import Recall
from model.transformer import Window
from model.vocabulary import Tokens, Vocabulary


def window_of(vocabulary: Vocabulary, *texts: Tokens) -> Window:
    """Texts of one length, side by side."""
    places = [(*columns_and_lines(tokens), Recall(vocabulary).read_all(tokens)) for tokens in texts]
    columns, lines, recalled = zip(*places, strict=True)
    return Window(np.stack(texts), np.stack(columns), np.stack(lines), np.stack(recalled, axis=1))


def part_of(window: Window, begin: int, end: int) -> Window:
    """The tokens of a window from `begin` to before `end`."""
    return Window(*(part[..., begin:end] for part in window))


def pieces_of(window: Window, sizes: Iterable[int]) -> Iterator[Window]:
    """A window as several, to be read one after the other."""
    begin = 0
    for size in sizes:
        yield part_of(window, begin, begin + size)
        begin += size
