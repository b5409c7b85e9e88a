"""`logling redact`: what would be masked in a log, and by which rule."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Annotated, NamedTuple

import typer
from rich.text import Text

from ..errors import LoglingError
from ..home import find_home
from ..reading.reading import Reading
from ..reading.redaction import Redactor
from ..reading.whole_file import log_lines
from .terminal import HomeOption, JsonOption, err, out, print_json

_MARK = re.compile(r"<[a-z][a-z0-9_-]{0,23}>")


def redact_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A log, also compressed; - is standard input.")],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """What would be masked in a log before anything keeps it, and by which rule.

    With a home, its own rules count too. With --json the masked text is printed, never what was masked.

        logling redact /var/log/dpkg.log
    """
    reading = _reading(home)
    found, total = masked_lines(file, reading)
    kinds = Counter(kind for line in found for kind in line.kinds)
    if as_json:
        lines = [{"number": line.number, "rules": line.kinds, "text": line.masked} for line in found]
        print_json({"total": total, "masked": dict(kinds), "lines": lines})
        return
    for line in found:
        out.print(_shown(line))
    counts = ", ".join(f"{count:,} by {kind}" for kind, count in kinds.most_common())
    err.print(f"{len(found):,} of {total:,} lines have something to mask" + (f": {counts}" if counts else ""))


class MaskedLine(NamedTuple):
    """A line in which something is masked. `kinds` are the rules that did so, one for each mark."""

    number: int
    text: str
    masked: str
    kinds: list[str]


def masked_lines(file: Path, reading: Reading) -> tuple[list[MaskedLine], int]:
    """The lines in which something is masked, and how many lines there are. Raises LoglingError, OSError."""
    redactor = Redactor(reading.mask, reading.own_rules)
    found = []
    total = 0
    for line in log_lines(file, lambda _: reading._replace(is_raw=True)):
        total += 1
        before = redactor.masked.copy()
        (masked,) = redactor.redact([line.text])
        if masked != line.text:
            kinds = sorted((redactor.masked - before).elements())
            found.append(MaskedLine(line.number, line.text, masked, kinds))
    return found, total


def _reading(home: Path | None) -> Reading:
    """The masking of a home where there is one, else that which every home begins with."""
    try:
        settings = find_home(home).settings()
    except LoglingError:
        if home is not None:
            raise
        return Reading()
    own = settings.readings[0].own_rules if settings.readings else ()
    return Reading(mask=tuple(sorted({kind for source in settings.source for kind in source.mask})), own_rules=own)


def _shown(line: MaskedLine) -> Text:
    """The line with what would be masked in red, and the rules behind it."""
    text = Text(f"{line.number:>8}  ", style="dim")
    at = 0
    for start, end in _hidden(line):
        text.append(line.text[at:start], style="not dim")
        text.append(line.text[start:end], style="not dim bold red underline")
        at = end
    text.append(line.text[at:], style="not dim")
    return text.append(f"  ← {', '.join(dict.fromkeys(line.kinds))}", style="cyan")


def _hidden(line: MaskedLine) -> list[tuple[int, int]]:
    """From where to where a line is masked: what stands in it between the pieces that stayed."""
    spans = []
    at = 0
    pieces = _MARK.split(line.masked)
    for place, piece in enumerate(pieces):
        start = line.text.find(piece, at) if piece else (len(line.text) if place == len(pieces) - 1 else at)
        start = at if start < 0 else start
        if place and start > at:
            spans.append((at, start))
        at = start + len(piece)
    return spans
