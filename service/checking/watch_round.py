"""One round of the watch of a home: the lines that came since the last one, what is strange in them, what is told.

The caller pulls, says what time it is, and sends what is to be told. What is known between two rounds is in the
database of findings.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from .cases import UNTOLD, Case
from .findings import MOST_STRANGE
from .findings_database import FindingsDatabase, LogMemory, Position, Round
from .log_check import LogCheck
from .message import News, NewsOfLog
from .normal_rules import NormalRules
from .profile import STAND_OUT, Profile
from .watch_budget import DAY, Allowance, Budget, LineRate

LEAST = 100.0  # no finding is less strange: few lines cannot say more
KEPT = 0.95  # share of the days in which no more is to be strange enough than the budget has
FAR_STRANGER = 5.0  # times as strange as what is told
FEWEST_PERIODS = 10  # days that were, before they say anything
PAUSES_COUNT = 7 * DAY  # so long: those between lines that come in bursts, as of a file that is copied each night

Surprises = Callable[[Sequence[str], Sequence[str]], Sequence[float | None]]


class NewLines(NamedTuple):
    """What came in one log since the last round, none perhaps, and lines before that."""

    source: int
    name: str
    numbers: Sequence[int]
    lines: Sequence[str]
    numbers_before: Sequence[int]
    before: Sequence[str]


class Knowledge(NamedTuple):
    """What lines are compared with."""

    profile: Profile
    rules: NormalRules
    surprises: Surprises  # of lines, read after others


class Telling(NamedTuple):
    """How much is told, and where."""

    budget: Budget
    every: float  # seconds from round to round
    quiet: bool = False  # whether nothing is told now
    addresses: Sequence[str] = ()  # names of those to tell, which are no secrets
    where: str = "logling findings"  # the command that shows the lines
    include_lines: bool = False


class RoundResult(NamedTuple):
    """What a round did."""

    lines: int  # that came
    begun: int  # findings
    begun_strange: int  # of them, that are to be told, as the budget allows
    news: News | None  # what is told, in one message
    waiting: int  # findings that are to be told, and were not
    threshold: float  # the strangeness from which on something is told


def check_round(
    database: FindingsDatabase, logs: Sequence[NewLines], known: Knowledge, telling: Telling, position: Position,
    now: float,
) -> RoundResult:  # fmt: skip
    """Check what came, and keep what was found and what is to be told: all of it, or nothing.

    `position`: of the newest line of `logs`, which has all logs of the corpus.
    """
    with database.together():
        database.move(position)
        rounds, memories = database.rounds(now), database.logs(now)
        lines = sum(len(log.lines) for log in logs)
        threshold = threshold_of(known.profile, telling.budget, rounds, lines, now)
        known.profile.stand_out = int(min(STAND_OUT, threshold))
        step = now - rounds[-1].at if rounds else 0.0
        unseen = step if step > 2 * telling.every else 0.0  # the machine slept, or there was no service
        cases: list[tuple[str, Case]] = []
        begun: list[Case] = []
        for log in logs:
            memory = memories.get(log.source) or LogMemory(now - unseen)
            memory.last_came += unseen
            check_log(log, memory, known, threshold, telling.every, now)
            of_log = list(memory.cases.by_name.values())
            begun += [case for case in of_log if not case.number]
            cases += [(log.name, case) for case in of_log]
            database.keep_log(log.source, log.name, memory, now)
        peak = max((case.finding.strangeness for case in begun), default=0.0)
        database.note_round(Round(now, lines, min(peak, 2.0 * MOST_STRANGE)))
        strange = sum(case.state == "waiting" for case in begun)
        news = (
            None if telling.quiet else news_of(cases, Allowance(telling.budget, database.told_at(now)), threshold, now)
        )
        if news:
            text = news.text(telling.where, telling.include_lines)
            database.add_message(now, text, news.facts(), telling.addresses)
        database.note_told(case for _, case in cases)
        waiting = sum(case.state in ("waiting", "held") for _, case in cases)
        return RoundResult(lines, len(begun), strange, news, waiting, threshold)


def check_log(log: NewLines, memory: LogMemory, known: Knowledge, threshold: float, every: float, now: float) -> None:
    """Check what came in one log, and sort what stands out into its cases. `every`: seconds from round to round."""
    cases, least = memory.cases, float(known.profile.stand_out)
    if not log.lines:
        usual = max(known.profile.longest_pause, usual_pause(memory))
        cases.notice_silence(known.profile, int(now - memory.last_came), usual, memory.last_line, least, now)
    else:
        cases.end_silence(log.numbers[0], now)
        note_pause(memory, every, now)
        memory.last_came, memory.last_line = now, (log.numbers[-1], log.lines[-1])
        check = check_of(log, memory, known)
        surprises = known.surprises(log.lines, log.before)
        for number, line, surprise in zip(log.numbers, log.lines, surprises, strict=True):
            check.add(number, line, surprise)
        changed = check.changed()
        for key, finding in changed.items():  # a burst has lines that were counted in the last round
            if finding.kind == "more":
                cases.counted[key] = sum(number < log.numbers[0] for number in finding.lines)
        cases.take_in(changed, least, log.numbers[-1], now)
        memory.check = check.memory()
    for case in cases.by_name.values():
        if case.last == now and case.state in UNTOLD:
            case.state = "waiting" if case.finding.strangeness >= threshold else "noted"
    cases.forget(now, cases.kin)


def note_pause(memory: LogMemory, every: float, now: float) -> None:
    """Keep the two longest pauses of the last days."""
    recent = [(ended, seconds) for ended, seconds in memory.pauses if ended > now - PAUSES_COUNT]
    recent.append((now, max(0.0, now - memory.last_came - every)))
    memory.pauses = sorted(recent, key=lambda pause: -pause[1])[:2]


def usual_pause(memory: LogMemory) -> int:
    """How long a log may be without a line from round to round: as it was twice in the last days."""
    return int(memory.pauses[-1][1]) if len(memory.pauses) > 1 else 0


def check_of(log: NewLines, memory: LogMemory, known: Knowledge) -> LogCheck:
    """A check that goes on where the last round ended; before the first one, behind the lines that are there."""
    check = LogCheck(known.profile, known.rules)
    if memory.check:
        check.recall(memory.check)
    else:
        for number, line in zip(log.numbers_before, log.before, strict=True):
            check.add(number, line)
        check.changed()
        check.forget(list(check.groups))
    return check


def threshold_of(profile: Profile, budget: Budget, rounds: Sequence[Round], lines: int, now: float) -> float:
    """The strangeness from which on something is told.

    So few of a normal day's lines are as strange that the budget is enough on most days; and on most of the days that
    were it was enough for the rounds that had something as strange.
    """
    rate = LineRate(profile, rounds[0].at if rounds else now)
    for before in rounds:
        if before.at > now - DAY:
            rate.count(before.at, before.lines)
    rate.count(now, lines)
    of_lines = rate.a_day(now) * budget.seconds / DAY / budget.usual(KEPT)
    return max(LEAST, of_lines, strangeness_kept(budget, rounds, now))


def strangeness_kept(budget: Budget, rounds: Sequence[Round], now: float) -> float:
    """The strangeness that was enough to keep the budget in most of the days that were; 0 where they are too few."""
    periods = int((now - rounds[0].at) // budget.seconds) if rounds else 0
    if periods < FEWEST_PERIODS:
        return 0.0
    peaks: list[list[float]] = [[] for _ in range(periods)]
    for one in rounds:
        age = int((now - one.at) // budget.seconds)
        if one.peak and age < periods:
            peaks[age].append(one.peak)
    beyond = sorted(sorted(of_period, reverse=True)[budget.findings] if len(of_period) > budget.findings else 0.0
                    for of_period in peaks)  # fmt: skip
    return min(math.nextafter(beyond[math.ceil(KEPT * periods) - 1], math.inf), MOST_STRANGE)


def news_of(cases: Iterable[tuple[str, Case]], allowance: Allowance, threshold: float, now: float) -> News | None:
    """What is told now, in one message; it counts once. What the budget has no room for is held back for the next.

    The last message of a budget is kept for what is far stranger than need be. What was held back for a day is told
    also if nothing new came.
    """
    cases = list(cases)
    fresh = [(log, case) for log, case in cases if case.state == "waiting"]
    held = [(log, case) for log, case in cases if case.state == "held"]
    grown = [(log, case) for log, case in cases if case.grew]
    strangest = max((case.finding.strangeness for _, case in [*fresh, *held, *grown]), default=0.0)
    is_far_stranger = strangest >= FAR_STRANGER * threshold
    if not (fresh or grown or is_far_stranger or any(case.since <= now - DAY for _, case in held)):
        return None
    kept = 0 if is_far_stranger or allowance.budget.findings == 1 else 1
    if not allowance.spend(now, kept):
        for _, case in fresh:
            case.state = "held"
        return None
    news = News([NewsOfLog(log, case.finding) for log, case in [*fresh, *held]], len(held), len(grown))
    for _, case in [*fresh, *held, *grown]:
        case.state, case.said = "told", case.count
    return news
