"""What is made of each whole record: fields picked, its time left out, secrets masked, its length cut."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress
from typing import NamedTuple

from .fields import Template
from .lines import MAX_CHARACTERS, Oddities, cut, is_blank
from .reading import Reading
from .redaction import Redactor
from .times import drop_time


class Numbered(NamedTuple):
    """Lines, and their numbers in a stream."""

    texts: list[str]
    numbers: Sequence[int]

    @staticmethod
    def of(pieces: Sequence[Numbered]) -> Numbered:
        """All of these, one after the other."""
        return Numbered(
            [text for piece in pieces for text in piece.texts],
            [number for piece in pieces for number in piece.numbers],
        )

    def without_blanks(self) -> Numbered:
        """Those in which there is something to see."""
        if all(self.texts) and not any(map(str.isspace, self.texts)):
            return self
        shown = [not is_blank(text) for text in self.texts]
        return Numbered(list(compress(self.texts, shown)), list(compress(self.numbers, shown)))


class LineSteps:
    """What is made of each whole record: fields picked, time left out, secrets masked, length cut."""

    def __init__(self, reading: Reading, oddities: Oddities) -> None:
        self._oddities = oddities
        self._template = Template(reading.format) if reading.format else None
        self._keeps_time = reading.keep_time
        self._masks = not reading.is_raw
        self.redactor = Redactor(reading.mask, reading.own_rules)

    def apply(self, lines: Numbered) -> Numbered:
        """The lines that a model sees. Those that become empty are dropped and counted."""
        if not lines.texts:
            return lines
        if self._template:
            lines = self._changed(lines, [self._template.apply(text, self._oddities) for text in lines.texts])
        if not self._keeps_time:
            texts = [drop_time(text) for text in lines.texts]
            self._oddities.untimed += sum(map(str.__eq__, texts, lines.texts))
            lines = self._changed(lines, texts)
        masked = self.redactor.redact(lines.texts) if self._masks else lines.texts
        if masked and max(map(len, masked)) > MAX_CHARACTERS:
            masked = [cut(text, self._oddities) for text in masked]
        return Numbered(masked, lines.numbers)

    def _changed(self, lines: Numbered, texts: list[str]) -> Numbered:
        changed = Numbered(texts, lines.numbers).without_blanks()
        self._oddities.blank += len(texts) - len(changed.texts)
        return changed
