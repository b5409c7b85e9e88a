"""The reserve: the lines of a corpus that no model is ever trained on, so that forgetting can be measured on them.

They are one unit of UNIT lines in every STRETCH line ids, at a place that a hash of the corpus's name, the source and
the stretch decides. So each week of each log has its share (2.5 %), whatever is pulled when, and a restart, another
machine or a later version chooses the same lines. Whoever writes a log cannot tell which they are.

Example: of the ids 320 to 639 a source's reserve has eight, such as 488 to 495.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import NamedTuple

UNIT = 8  # lines: neighbours, so that most of them are read after lines of the reserve too
STRETCH = 320  # line ids


class Reserve(NamedTuple):
    """The reserve of one corpus."""

    corpus: str  # Corpus.identity
    after: int = 0  # the newest line id that a model may have been trained on before there was a reserve

    def holds(self, source: int, line_id: int) -> bool:
        """Whether a line is one of the reserve."""
        return line_id > self.after and is_chosen(self.corpus, source, line_id)


def is_chosen(corpus: str, source: int, line_id: int) -> bool:
    """Whether the hash chooses a line, whatever was trained on it earlier."""
    stretch, place = divmod(line_id, STRETCH)
    return place // UNIT == _chosen_unit(corpus, source, stretch)


@lru_cache(maxsize=1 << 12)
def _chosen_unit(corpus: str, source: int, stretch: int) -> int:
    digest = hashlib.sha256(f"{corpus} {source} {stretch}".encode()).digest()
    return int.from_bytes(digest[:4], "big") % (STRETCH // UNIT)
