"""How surprised a model is by the lines of a log: blocks of lines side by side, on all cores."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future
from itertools import chain

import numpy as np

from model.context import last_lines, reach
from model.scoring import score_lines
from model.transformer import Model

from ..checking.surprise import weighted_surprise
from ..engine.worker_processes import WorkerProcesses
from ..reading.whole_file import LogLine

BLOCK = 24_000  # characters that are scored at a time
MOST_WORKERS = 8
AHEAD = 2  # blocks that wait for each worker

Block = tuple[list[LogLine], list[str]]  # lines, and those before them that the model can see


def with_surprise(model: Model, lines: Iterable[LogLine]) -> Iterator[tuple[LogLine, float]]:
    """Each line and how surprised the model is by it, in order; see `weighted_surprise`."""
    blocks = _blocks(model, lines)
    first, second = next(blocks, None), next(blocks, None)
    if first is None:
        return
    if second is None:  # starting workers would take longer
        yield from zip(first[0], block_surprises(model, [line.text for line in first[0]], first[1]), strict=True)
        return
    count = min(os.cpu_count() or 1, MOST_WORKERS)
    with WorkerProcesses(count) as workers:
        waiting: deque[tuple[list[LogLine], Future[list[float]]]] = deque()
        for block in chain([first, second], blocks):
            texts = [line.text for line in block[0]]
            waiting.append((block[0], workers.submit(block_surprises, model, texts, block[1])))
            if len(waiting) >= AHEAD * count:
                yield from _taken(waiting)
        while waiting:
            yield from _taken(waiting)


def block_surprises(model: Model, lines: Sequence[str], before: Sequence[str]) -> list[float]:
    """The surprises of some lines, read after others."""
    scores = score_lines(model, lines, before, dtype=np.float32)
    return [weighted_surprise(line, score.by_character) for line, score in zip(lines, scores, strict=True)]


def _taken(waiting: deque[tuple[list[LogLine], Future[list[float]]]]) -> Iterator[tuple[LogLine, float]]:
    lines, future = waiting.popleft()
    yield from zip(lines, future.result(), strict=True)


def _blocks(model: Model, lines: Iterable[LogLine]) -> Iterator[Block]:
    before: list[str] = []
    block: list[LogLine] = []
    characters = 0
    for line in lines:
        block.append(line)
        characters += len(line.text) + 1
        if characters >= BLOCK:
            yield block, before
            before = last_lines([*before, *(kept.text for kept in block)], reach(model.config))
            block, characters = [], 0
    if block:
        yield block, before
