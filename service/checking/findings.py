"""What stands out in a log: kinds of lines, strangest first, each with its lines, how rare it is, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

MOST_STRANGE = 10_000_000  # no claim is stronger than one in so many lines
MOST_FINDINGS = 300
MOST_LINES = 1000  # whose numbers a finding has
MOST_FAMILIAR = 20  # of the strangest kinds of lines that do not stand out

Kind = Literal["new", "rare", "more", "fewer", "value"]


@dataclass
class StrangeWord:
    """A word that makes a line strange."""

    begin: int  # in characters of the line
    end: int
    weight: float  # from 0 to 1


@dataclass
class Finding:
    """Lines of one kind, and what is strange about them."""

    kind: Kind
    line: int  # number of the strangest line in the file, from 1
    text: str
    strangeness: float  # one in so many normal lines
    why: str
    template: str
    words: list[StrangeWord] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)  # numbers of the first MOST_LINES
    count: int = 0
    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    sequence: tuple[str, ...] = ()  # the words of the line as they count
    is_episode: bool = False  # its lines are not all alike, but stand together
    span: tuple[int, int] = (0, 0)  # indexes of the lines among which something is missing
    around: list[int] = field(default_factory=list)  # numbers of the lines before it, of its own, and of those after

    def add(self, number: int) -> None:
        """Count one more line."""
        self.count += 1
        if len(self.lines) < MOST_LINES:
            self.lines.append(number)

    def join(self, other: Finding) -> None:
        """Tell of the lines of another finding too. A line of both counts once."""
        lines = {*self.lines, *other.lines}
        self.count += other.count - (len(self.lines) + len(other.lines) - len(lines))
        self.lines = sorted(lines)[:MOST_LINES]

    def rows(self) -> list[tuple[int, str]]:
        """The lines before it, its own and those after, each with its number in the file, which may leave some out."""
        texts = [*self.before, self.text, *self.after]
        first = self.line - len(self.before)
        return list(zip(self.around or range(first, first + len(texts)), texts, strict=True))

    def as_json(self) -> dict[str, Any]:
        """As `logling check --json` has it."""
        return {
            "line": self.line,
            "lines": self.lines,
            "count": self.count,
            "text": self.text,
            "strangeness": round(min(self.strangeness, MOST_STRANGE)),
            "kind": self.kind,
            "why": self.why,
            "words": [{"begin": w.begin, "end": w.end, "weight": round(w.weight, 3)} for w in self.words],
            "before": self.before,
            "after": self.after,
            "around": self.around,
            "template": self.template,
        }


@dataclass
class Findings:
    """What was found in one log."""

    lines: int = 0
    stand_out: int = 0  # lines
    normal: int = 0  # lines that rules call normal
    findings: list[Finding] = field(default_factory=list)  # that stand out, strangest first
    familiar: list[Finding] = field(default_factory=list)  # the strangest of the others

    def as_json(self) -> dict[str, Any]:
        """As `logling check --json` prints it."""
        return {
            "lines": self.lines,
            "stand_out": self.stand_out,
            "normal": self.normal,
            "findings": [finding.as_json() for finding in self.findings],
            "familiar": [finding.as_json() for finding in self.familiar],
        }


def strangest_first(findings: Sequence[Finding]) -> list[Finding]:
    """Of equally strange ones the earlier line comes first."""
    return sorted(findings, key=lambda finding: (-finding.strangeness, finding.line))
