"""Watch a log: the same check as its lines arrive, which tells each finding once, and never more than its budget.

The caller says what time it is, in seconds. Lines go in by `add`; what is to be said comes out of `tell`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from .cases import MOST_COUNTED, Case, Cases
from .findings import Finding
from .log_check import LINES_AROUND, LogCheck
from .normal_rules import NormalRules
from .profile import Profile
from .watch_budget import DAY, Allowance, Budget, LineRate

UNKNOWN = "qwxz vjqk zxqv kqjw"  # a line of words that no log has
PATIENCE = 2.0  # seconds for the lines behind a finding to come


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
        self.cases = Cases()
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
        self.cases.end_silence(self._number, now)
        self._last_text, self._last_came = text, now
        self._rate.count(now)
        self.check.add(self._number, text, surprise)

    def threshold(self, now: float) -> float:
        """The strangeness from which on something is told: of a normal day's lines, about as many as the budget has."""
        return max(self.profile.stand_out, self._rate.a_day(now) / self.budget.a_day)

    def would_tell_unknown(self, now: float) -> bool:
        """Whether a line of unknown words would be told. After few lines of many kinds it is as common as any."""
        check = LogCheck(self.profile)
        check.add(1, UNKNOWN)
        return check.strangeness >= self.threshold(now)

    def tell(self, now: float, last: bool = False) -> list[News]:
        """What is to be said now. `last`: all that is left, because the watch ends."""
        self._take_in(now)
        news: list[News] = []
        for name, case in self.cases.by_name.items():
            if case.state == "waiting" and (last or _is_whole(case, now)):
                if self._allowance.spend(now):
                    case.state, case.said = "told", case.count
                    self._held.pop(name, None)
                    news.append(Told(case.finding, case.count))
                else:
                    self._hold(name, case, now)
            elif case.grew:
                case.said = case.count
                news.append(Grown(case.finding, case.count))
        if self._held and (last or now >= self._held_since + DAY):
            news.append(HeldBack(len(self._held), max(self._held.values(), key=lambda finding: finding.strangeness)))
            self._held = {}
        return news

    def _take_in(self, now: float) -> None:
        """Sort what came into cases."""
        least = self.threshold(now)
        self.cases.take_in(self.check.changed(), least, self._number, now)
        silent = int(now - self._last_came)
        last = self._number, self._last_text
        self.cases.notice_silence(self.profile, silent, self.profile.longest_pause, last, least, now)
        self.check.forget(self.cases.forget(now, self.check.groups))

    def _hold(self, name: str, case: Case, now: float) -> None:
        case.state = "held"
        if not self._held:
            self._held_since = now
        if name in self._held or len(self._held) < MOST_COUNTED:
            self._held[name] = case.finding


def _is_whole(case: Case, now: float) -> bool:
    """Whether the lines behind a finding are there, or do not come."""
    return len(case.finding.after) >= LINES_AROUND or case.finding.kind == "fewer" or now >= case.since + PATIENCE
