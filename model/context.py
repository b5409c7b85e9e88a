"""How much of the text before a character a model can see."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from .config import Config
from .recall import REACH


def sight(config: Config) -> int:
    """How many characters back the transformer sees.

    Each layer looks back one context from what the layer below it saw: with two layers and a context of 384, a
    character 768 back still matters, and the smear adds its own few.
    """
    return config.n_layer * config.n_context + config.n_smear


def reach(config: Config) -> int:
    """How many characters back a character can change a prediction: in sight, or recalled by what is in sight."""
    return sight(config) + (REACH if config.recall else 0)


def last_lines(lines: Iterable[str], characters: int) -> list[str]:
    """The fewest last lines that have at least so many characters, newlines included; all lines, if they have fewer.

    Lines are taken one by one, and no more than these are held.
    """
    kept: deque[str] = deque()
    total = 0
    for line in lines:
        kept.append(line)
        total += len(line) + 1
        while kept and total - len(kept[0]) - 1 >= characters:
            total -= len(kept.popleft()) + 1
    return list(kept)
