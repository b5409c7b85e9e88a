"""A text of words that logs have in common, which the learner has read before it reads anything else.

It was written for this purpose: phrases as programs, devices and services write them, and words of many trades. So a
kind of line that a log never had costs less where its words are ordinary ones. web/engine/common_text.js has the same.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def common_text() -> str:
    """The text, a phrase a line."""
    return files(__package__).joinpath("common_text.txt").read_text(encoding="utf-8")
