"""`logling score`: bits per line of a log."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from model.context import last_lines, reach
from model.scoring import LineScore, bits_per_character, score_lines

from ..home import Home, find_home
from ..reading.whole_file import LogLine, log_lines, read_log
from ..site.champion import committed_model
from .reading_choice import RawOption, ReadingOption, choose_reading
from .terminal import HomeOption, JsonOption, err, out, print_json


def score_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A log, also compressed; - is standard input.")],
    context: Annotated[Path | None, typer.Option(metavar="FILE", help="Lines read before, not scored.")] = None,
    adapt: Annotated[bool, typer.Option("--adapt", help="Learn, in memory only, from the lines read before.")] = False,
    raw: RawOption = False,
    reading: ReadingOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
    top: Annotated[int, typer.Option(metavar="N", min=0, help="How many of the most surprising lines to show.")] = 10,
) -> None:
    """How surprising each line of a log is, in bits.

    logling score /var/log/dpkg.log --home ~/log-model --top 3
    """
    document = score_file(find_home(home), file, context, adapt, raw, reading)
    if as_json:
        print_json(document.as_json())
        return

    if document.reading:
        err.print(f"read as {document.reading}")
    out.print(format_scores(document, top))


class ScoredFile(NamedTuple):
    """A file's lines and what each cost: with what was learned from the lines before, where `adapted`."""

    scores: list[LineScore]
    lines: list[LogLine]
    adapted: bool = False
    reading: str = ""  # the name of the reading by which they were read

    @property
    def static(self) -> float:
        """Bits per character by the weights alone."""
        _, characters = bits_per_character(self.scores)
        return sum(score.static_bits for score in self.scores) / characters

    def as_json(self) -> dict[str, object]:
        """As `logling score --json` prints it."""
        bits, characters = bits_per_character(self.scores)
        return {
            "bits_per_char": bits,
            **({"static_bits_per_char": self.static} if self.adapted else {}),
            "characters": characters,
            "reading": self.reading,
            "lines": [
                {"number": line.number, "bits": s.bits, "characters": s.characters, "surprise": s.surprise}
                for s, line in zip(self.scores, self.lines, strict=True)
            ],
        }


def score_file(
    home: Home, file: Path, context: Path | None, adapt: bool = False, raw: bool = False, reading: str | None = None
) -> ScoredFile:
    """Score every line of a file, after those of `context`. Raises LoglingError, OSError.

    Both are read as the model's card says, or with `raw` as they stand. With `adapt`, what is learned on the way, from
    all of `context` too, is mixed in; it is written nowhere.
    """
    model, card = committed_model(home)
    choice = choose_reading(model, card, reading, raw)
    before = (line.text for line in log_lines(context, choice.choose)) if context else iter(())
    seen = list(before) if adapt else last_lines(before, reach(model.config))
    lines = read_log(file, choice.choose)
    scores = score_lines(model, [line.text for line in lines], seen, adapt)
    return ScoredFile(list(scores), lines, adapt, choice.names[-1])


def format_scores(document: ScoredFile, top: int) -> str:
    """The score of a file and its most surprising lines."""
    bits, characters = bits_per_character(document.scores)
    figure = f"{bits:.4f} bits per character"
    if document.adapted:
        figure = f"{document.static:.4f} bits per character static, {bits:.4f} after learning from what it read"
    parts = [f"{figure}, {characters:,} characters in {len(document.lines):,} lines"]
    ranked = sorted(document.scores, key=lambda score: -score.surprise)[:top]
    if ranked:
        parts.append("most surprising (bits of the worst tenth of its characters, line number, line):")
    lines = [document.lines[score.number - 1] for score in ranked]
    parts += [f"{s.surprise:>7.2f} {line.number:>8}  {line.text}" for s, line in zip(ranked, lines, strict=True)]
    return "\n".join(parts)
