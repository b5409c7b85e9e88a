"""What of the lines before a text a model can still see."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from .config import Config


def reach(config: Config) -> int:
    """How many characters before another can matter to it: each layer looks back a context from what the one below saw.

    With absolute positions, where windows follow each other, it is fewer.
    """
    return config.n_layer * config.n_context + config.n_smear


def last_lines(lines: Iterable[str], characters: int) -> list[str]:
    """The fewest of the last lines that have at least so many characters, newlines counted; all if all have fewer.

    Takes lines as they come and holds no more than these.
    """
    kept: deque[str] = deque()
    total = 0
    for line in lines:
        kept.append(line)
        total += len(line) + 1
        while kept and total - len(kept[0]) - 1 >= characters:
            total -= len(kept.popleft()) + 1
    return list(kept)
