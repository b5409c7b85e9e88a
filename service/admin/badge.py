"""The badge: whether all is well, and the score of the model. For a dashboard or another page."""

from __future__ import annotations

from typing import NamedTuple

LABEL = "logling"
GOOD, BAD, NONE = "#0f6b5c", "#b3261e", "#5c666e"  # white text can be read on each
CHARACTER, PADDING = 6.2, 14  # pixels: the width of a character, and the space beside a text


class Badge(NamedTuple):
    """What templates/badge.svg needs. Lengths are in pixels."""

    label: str
    text: str
    colour: str
    label_length: int
    text_length: int
    left: int  # width of the part with the label
    right: int  # width of the part with the text


def make_badge(is_well: bool, score: float | None) -> Badge:
    """The badge; `score` is the bits per character of the newest weights that a run committed."""
    text = "not well" if not is_well else "no model yet" if score is None else "well"
    if score is not None:
        text += f" · {score:.3f} bits/char"
    colour = BAD if not is_well else NONE if score is None else GOOD
    label_length, text_length = (round(len(words) * CHARACTER) for words in (LABEL, text))
    return Badge(LABEL, text, colour, label_length, text_length, label_length + PADDING, text_length + PADDING)
