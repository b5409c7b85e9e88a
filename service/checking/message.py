"""What is told of findings: numbers, the names of logs, and where to look; never a line, unless that is wanted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from .findings import MOST_STRANGE, Finding
from .verdict import KIND_WORDS, describe_strangeness

MOST_LINES_TOLD = 5
LONGEST_LINE_TOLD = 300
MOST_LOGS_NAMED = 5


class NewsOfLog(NamedTuple):
    """A finding, and what its log is called."""

    log: str
    finding: Finding


class News(NamedTuple):
    """What one message tells."""

    findings: Sequence[NewsOfLog]
    held: int  # of them, that went beyond the budget before
    grown: int  # others, told before, that have ten times as many lines

    @property
    def number(self) -> int:
        """How many findings it is about."""
        return len(self.findings) + self.grown

    @property
    def strangest(self) -> float:
        """The strangeness of the strangest; 0 where all are known."""
        return max((min(one.finding.strangeness, MOST_STRANGE) for one in self.findings), default=0.0)

    def by_log(self) -> dict[str, int]:
        """How many findings each log has."""
        return dict(Counter(one.log for one in self.findings).most_common())

    def by_kind(self) -> dict[str, int]:
        """How many findings of each kind there are."""
        counts: Counter[str] = Counter(one.finding.kind for one in self.findings)
        return {kind: counts[kind] for kind in KIND_WORDS if counts[kind]}

    def facts(self) -> dict[str, Any]:
        """The numbers of a message."""
        return {
            "findings": len(self.findings),
            "grown": self.grown,
            "held": self.held,
            "logs": self.by_log(),
            "kinds": self.by_kind(),
            "strangest": round(self.strangest),
        }

    def text(self, where: str, include_lines: bool = False) -> str:
        """The message. `where`: the command that shows more."""
        parts = []
        if self.findings:
            kinds = ", ".join(f"{count:,} {KIND_WORDS[kind]}" for kind, count in self.by_kind().items())
            parts.append(f"{_count(len(self.findings))} {self._logs()}: {kinds}; {self._strangest()}.")
        if self.held:
            parts.append(f"{self.held:,} of them came before and went beyond the budget.")
        if self.grown:
            has = "has" if self.grown == 1 else "have"
            parts.append(
                f"{self.grown:,} that {'was' if self.grown == 1 else 'were'} told {has} ten times as many lines."
            )
        text = f"{' '.join(parts)} On the machine: {where}"
        return "\n".join([text, *(self._lines() if include_lines else [])])

    def _logs(self) -> str:
        logs = list(self.by_log().items())
        if len(logs) == 1:
            return f"in {logs[0][0]}"
        named = ", ".join(f"{count:,} in {log}" for log, count in logs[:MOST_LOGS_NAMED])
        return f"({named}{f', and {len(logs) - MOST_LOGS_NAMED} logs more' if len(logs) > MOST_LOGS_NAMED else ''})"

    def _strangest(self) -> str:
        return f"{'' if len(self.findings) == 1 else 'the strangest '}{describe_strangeness(self.strangest)}"

    def _lines(self) -> list[str]:
        strangest = sorted(self.findings, key=lambda one: -one.finding.strangeness)
        return [one.finding.text[:LONGEST_LINE_TOLD] for one in strangest[:MOST_LINES_TOLD] if one.finding.text]


def _count(number: int) -> str:
    return f"{number:,} finding{'' if number == 1 else 's'}"
