"""Watch a log: the same check as its lines arrive, which tells each finding once, and never more than its budget.

The caller says what time it is, in seconds. Lines go in by `add`; what is to be said comes out of `tell`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from .durations import describe_seconds
from .findings import MOST_FINDINGS, Finding
from .log_check import KEPT_CHARACTERS, LINES_AROUND, SHARE_COVERED, LogCheck, alike, overlap, share_of
from .normal_rules import NormalRules
from .profile import Profile, pause_score
from .watch_budget import DAY, Allowance, Budget, LineRate

PATIENCE = 2.0  # seconds for the lines behind a finding to come
GREW = 10  # times as many lines are worth another word
FORGOTTEN_AFTER = 7 * DAY  # without a further line; then it is told anew
SILENCE = "silence"  # key of the case of a log in which nothing comes
MOST_COUNTED = 4000  # groups whose lines are counted, and findings that are held back


class Told(NamedTuple):
    """A finding that stands out for the first time."""

    finding: Finding
    lines: int


class Grown(NamedTuple):
    """A finding that was told has many more lines now."""

    finding: Finding
    lines: int


class HeldBack(NamedTuple):
    """What stood out and was not told, because the budget was spent."""

    findings: int
    strangest: Finding


News = Told | Grown | HeldBack


@dataclass
class _Case:
    """A finding, with others that are of its kind, on its lines, or right behind them: those of one stack trace."""

    finding: Finding
    since: float  # when its first line came that is not told
    last: float  # when its last line came
    end: int = 0  # number of its last line, of those that came one right behind the other
    latest: int = 0  # number of its last line
    state: str = "waiting"  # for the lines behind it; then "told" or "held"
    count: int = 0  # of lines
    said: int = 0


class Watch:
    """Lines come in order, and news go out."""

    def __init__(self, profile: Profile, budget: Budget, now: float, rules: NormalRules | None = None) -> None:
        self.profile = profile
        self.check = LogCheck(profile, rules)
        self.budget = budget
        self._allowance = Allowance(budget)
        self._rate = LineRate(profile, now)
        self._number = 0
        self._last_text = ""
        self._last_came = now
        self._silence_ended_at = 0  # number of the line
        self._cases: dict[str, _Case] = {}
        self._kin: dict[str, str] = {}  # key of a group -> key of its case
        self._counted: dict[str, int] = {}  # lines of each group that are counted in its case
        self._held: dict[str, Finding] = {}  # by key of the case, since that was said
        self._held_since = now

    def read_before(self, lines: Sequence[tuple[str, float | None]]) -> None:
        """Lines that came before, each with its surprise. Nothing is told of them."""
        for number, (text, surprise) in enumerate(lines, 1 - len(lines)):
            self.check.add(number, text, surprise)
            self._last_text = text
        self.check.changed()
        self.check.forget(self.check.groups)

    def add(self, text: str, surprise: float | None, now: float) -> None:
        """The next line. Its number is counted from the beginning of the watch, from 1."""
        self._number += 1
        if self._cases.pop(SILENCE, None):
            self._silence_ended_at = self._number
        self._last_text, self._last_came = text, now
        self._rate.count(now)
        self.check.add(self._number, text, surprise)

    def threshold(self, now: float) -> float:
        """The strangeness from which on something is told: of a normal day's lines, about as many as the budget has."""
        return max(self.profile.stand_out, self._rate.a_day(now) / self.budget.a_day)

    def tell(self, now: float, last: bool = False) -> list[News]:
        """What is to be said now. `last`: all that is left, because the watch ends."""
        self._take_in(now)
        news: list[News] = []
        for name, case in self._cases.items():
            if case.state == "waiting" and (last or _is_whole(case, now)):
                if self._allowance.spend(now):
                    case.state, case.said = "told", case.count
                    self._held.pop(name, None)
                    news.append(Told(case.finding, case.count))
                else:
                    self._hold(name, case, now)
            elif case.state == "told" and case.count >= GREW * case.said:
                case.said = case.count
                news.append(Grown(case.finding, case.count))
        if self._held and (last or now >= self._held_since + DAY):
            news.append(HeldBack(len(self._held), max(self._held.values(), key=lambda finding: finding.strangeness)))
            self._held = {}
        return news

    def _take_in(self, now: float) -> None:
        """Sort what came into cases."""
        for key, finding in self.check.changed().items():
            name = self._case_of(key, finding, now)
            if name is None:
                continue
            case = self._cases[name]
            case.count += max(0, finding.count - self._counted.get(key, 0))
            case.last, case.latest = now, self._number
            self._counted[key] = finding.count
            if case.state == "held":
                case.state, case.since = "waiting", now
            is_stranger = case.state == "waiting" and finding.strangeness > case.finding.strangeness
            if is_stranger or finding.kind == "fewer":  # which reaches further now
                case.finding = finding
        self._notice_silence(now)
        self._forget(now)

    def _notice_silence(self, now: float) -> None:
        """Begin a case when no line at all comes for much longer than ever."""
        seconds, usual = int(now - self._last_came), self.profile.longest_pause
        strangeness = self.profile.one_in("clock", pause_score(seconds, usual))
        if not self.profile.timed or SILENCE in self._cases or strangeness < self.threshold(now):
            return
        why = f"nothing has come for {describe_seconds(seconds)}; at most {describe_seconds(usual)} was usual"
        finding = Finding("fewer", self._number, self._last_text[:KEPT_CHARACTERS], strangeness, why, "")
        self._cases[SILENCE] = _Case(finding, now, now, count=1)

    def _case_of(self, key: str, finding: Finding, now: float) -> str | None:
        """The case that a group belongs to, a new one if need be; None where it is not strange enough."""
        name = self._kin.get(key)
        if name in self._cases:
            return name
        if key.startswith("clock ") and finding.line == self._silence_ended_at:
            return None  # the silence before it was told
        if finding.strangeness < self.threshold(now) or self._is_covered(finding):
            return None
        name = next((other for other, case in self._cases.items() if _belongs(finding, case)), key)
        self._kin[key] = name
        case = self._cases.setdefault(name, _Case(finding, now, now))
        if finding.kind != "fewer" and case.end < finding.line <= (case.end or finding.line) + LINES_AROUND:
            case.end = finding.line
        return name

    def _is_covered(self, finding: Finding) -> bool:
        """Whether a burst or an absence is what other findings say already."""
        others = [case.finding for case in self._cases.values()]
        if finding.kind == "more":
            covered = {line for other in others for line in other.lines}
            return share_of(finding.lines, covered) >= SHARE_COVERED
        if finding.kind == "fewer":
            return overlap(finding.span, [other.span for other in others if other.kind == "fewer"]) >= SHARE_COVERED
        return False

    def _hold(self, name: str, case: _Case, now: float) -> None:
        case.state = "held"
        if not self._held:
            self._held_since = now
        if name in self._held or len(self._held) < MOST_COUNTED:
            self._held[name] = case.finding

    def _forget(self, now: float) -> None:
        """Drop cases of which nothing came for long, and the oldest where they are too many."""
        old = [name for name, case in self._cases.items() if now - case.last > FORGOTTEN_AFTER]
        surplus = len(self._cases) - len(old) - MOST_FINDINGS
        if surplus > 0:
            left = [name for name in self._cases if name not in old]
            old += sorted(left, key=lambda name: self._cases[name].last)[:surplus]
        for name in old:
            del self._cases[name]
        if old or len(self._counted) > MOST_COUNTED:
            gone = [key for key, name in self._kin.items() if name not in self._cases or key not in self.check.groups]
            self.check.forget(key for key in gone if self._kin[key] not in self._cases)
            for key in gone:
                del self._kin[key]
                self._counted.pop(key, None)


def _belongs(finding: Finding, case: _Case) -> bool:
    """Whether a finding is of the kind of a case, or comes with it."""
    if finding.kind == "fewer":
        return False
    if finding.kind == case.finding.kind == "more":
        return finding.lines[0] <= case.latest  # one burst, of which several kinds of words are counted
    comes_with_it = case.end > 0 and case.finding.line <= finding.line <= case.end + LINES_AROUND
    return alike(case.finding, finding) or comes_with_it


def _is_whole(case: _Case, now: float) -> bool:
    """Whether the lines behind a finding are there, or do not come."""
    return len(case.finding.after) >= LINES_AROUND or case.finding.kind == "fewer" or now >= case.since + PATIENCE
