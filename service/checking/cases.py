"""Findings sorted into cases: one for each thing that happens in a log, whatever its lines look like.

A case is told once; what comes with it, or is of its kind, belongs to it, until nothing of it came for a week.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from .durations import describe_seconds
from .findings import MOST_FINDINGS, MOST_LINES, Finding
from .log_check import KEPT_CHARACTERS, LINES_AROUND, SHARE_COVERED, alike, overlap, share_of
from .profile import Profile, pause_score
from .watch_budget import DAY

GREW = 10  # times as many lines are worth another word
FORGOTTEN_AFTER = 7 * DAY  # without a further line; then it is told anew
SILENCE = "silence"  # name of the case of a log in which nothing comes
MOST_COUNTED = 4000  # groups whose lines are counted
UNTOLD = ("waiting", "noted")


@dataclass
class Case:
    """A finding, with others that are of its kind, on its lines, or right behind them: those of one stack trace."""

    finding: Finding
    since: float  # when its first line came that is not told
    last: float  # when its last line came
    end: int = 0  # number of its last line, of those that came one right behind the other
    latest: int = 0  # number of its last line
    state: str = (
        "waiting"  # to be told; then "told", "held" where the budget was spent, or "noted" as not strange enough
    )
    count: int = 0  # of lines
    said: int = 0
    number: int = 0  # in a database; 0 in none
    lines: list[int] = field(default_factory=list)  # numbers of the first MOST_LINES

    @property
    def grew(self) -> bool:
        """Whether it was told, and has many more lines now."""
        return self.state == "told" and self.count >= GREW * max(1, self.said)


class Cases:
    """The cases of one log, by name."""

    def __init__(self) -> None:
        self.by_name: dict[str, Case] = {}
        self.kin: dict[str, str] = {}  # key of a group -> name of its case
        self.counted: dict[str, int] = {}  # lines of each group that are counted in its case
        self.silence_ended_at = 0  # number of the line

    def end_silence(self, number: int, now: float) -> None:
        """A line came. If a silence is a case, it ended here, and the next one is another case."""
        if silence := self.by_name.pop(SILENCE, None):
            silence.last, self.silence_ended_at = now, number
            self.by_name[f"{SILENCE} before {number}"] = silence

    def take_in(self, changed: Mapping[str, Finding], least: float, number: int, now: float) -> None:
        """Sort groups that got a line into cases. From a strangeness of `least` on they begin one.

        `number`: of the newest line.
        """
        for key, finding in changed.items():
            name = self._case_of(key, finding, least, now)
            if name is None:
                continue
            case = self.by_name[name]
            case.count += max(0, finding.count - self.counted.get(key, 0))
            case.last, case.latest = now, number
            known = case.lines[-1] if case.lines else 0
            case.lines += [line for line in finding.lines if line > known][: MOST_LINES - len(case.lines)]
            self.counted[key] = finding.count
            if case.state == "held":
                case.state, case.since = "waiting", now
            is_stranger = case.state in UNTOLD and finding.strangeness > case.finding.strangeness
            if is_stranger or finding.kind == "fewer":  # which reaches further now
                case.finding = finding

    def notice_silence(
        self, profile: Profile, seconds: int, usual: int, last_line: tuple[int, str], least: float, now: float
    ) -> None:
        """Begin a case when no line at all comes for much longer than `usual`, the longest pause that was."""
        strangeness = profile.one_in("clock", pause_score(seconds, usual))
        if not profile.timed or strangeness < least:
            return
        why = f"nothing has come for {describe_seconds(seconds)}; at most {describe_seconds(usual)} was usual"
        number, text = last_line
        finding = Finding("fewer", number, text[:KEPT_CHARACTERS], strangeness, why, "")
        case = self.by_name.setdefault(SILENCE, Case(finding, now, now, count=1))
        case.finding, case.last = finding, now

    def _case_of(self, key: str, finding: Finding, least: float, now: float) -> str | None:
        """The case that a group belongs to, a new one if need be; None where it is not strange enough."""
        name = self.kin.get(key)
        if name in self.by_name:
            return name
        if key.startswith("clock ") and finding.line == self.silence_ended_at:
            return None  # the silence before it was told
        if finding.strangeness < least or self._is_covered(finding):
            return None
        name = next((other for other, case in self.by_name.items() if _belongs(finding, case)), key)
        self.kin[key] = name
        case = self.by_name.setdefault(name, Case(finding, now, now))
        if finding.kind != "fewer" and case.end < finding.line <= (case.end or finding.line) + LINES_AROUND:
            case.end = finding.line
        return name

    def _is_covered(self, finding: Finding) -> bool:
        """Whether a burst or an absence is what other findings say already."""
        others = [case.finding for case in self.by_name.values()]
        if finding.kind == "more":
            covered = {line for other in others for line in other.lines}
            return share_of(finding.lines, covered) >= SHARE_COVERED
        if finding.kind == "fewer":
            return overlap(finding.span, [other.span for other in others if other.kind == "fewer"]) >= SHARE_COVERED
        return False

    def forget(self, now: float, known: Iterable[str]) -> list[str]:
        """Drop cases of which nothing came for long, and the oldest where they are too many.

        `known`: keys of the groups that the check still has. Returns those it has no use for.
        """
        old = [name for name, case in self.by_name.items() if now - case.last > FORGOTTEN_AFTER]
        surplus = len(self.by_name) - len(old) - MOST_FINDINGS
        if surplus > 0:
            left = [name for name in self.by_name if name not in old]
            old += sorted(left, key=lambda name: self.by_name[name].last)[:surplus]
        for name in old:
            del self.by_name[name]
        if not old and len(self.counted) <= MOST_COUNTED:
            return []
        known = set(known)
        gone = [key for key, name in self.kin.items() if name not in self.by_name or key not in known]
        useless = [key for key in gone if self.kin[key] not in self.by_name]
        for key in gone:
            del self.kin[key]
            self.counted.pop(key, None)
        return useless


def _belongs(finding: Finding, case: Case) -> bool:
    """Whether a finding is of the kind of a case, or comes with it."""
    if finding.kind == "fewer":
        return False
    if finding.kind == case.finding.kind == "more":
        return finding.lines[0] <= case.latest  # one burst, of which several kinds of words are counted
    comes_with_it = case.end > 0 and case.finding.line <= finding.line <= case.end + LINES_AROUND
    return alike(case.finding, finding) or comes_with_it
