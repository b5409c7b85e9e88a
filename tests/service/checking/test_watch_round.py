"""Rounds of the watch: what is found and told, from hour to hour, with the time passed in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from service.checking.cases import Case
from service.checking.corpus_profile import Incidents, learned_lines
from service.checking.findings import Finding
from service.checking.findings_database import FindingsDatabase, Position, Round
from service.checking.learning import learn
from service.checking.normal_rules import NormalRules
from service.checking.profile import Profile
from service.checking.watch_budget import DAY, HOUR, Allowance, Budget
from service.checking.watch_round import (
    Knowledge,
    NewLines,
    RoundResult,
    Telling,
    check_round,
    news_of,
    strangeness_kept,
    threshold_of,
)
from service.storage.corpus import Document
from tests.support.shop_log import shop_log

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
KNOWN = 6000
STRANGE = "shop: disk is full, 17 carts lost"
OTHERS = ["shop: roof has blown away", "mailer burst beside the wall"]

USUAL = ["shop: GET /cart 200 in 40 ms", "shop: GET /login 200 in 41 ms"] * 3


@pytest.fixture(scope="module")
def shop() -> Profile:
    return learn([shop_log(KNOWN)])


def a_case(strangeness: float) -> Case:
    return Case(Finding("new", 1, "text", strangeness, "why", "text"), since=2.0, last=2.0, count=1)


class Shop:
    """A home's watch of one log, and its clock."""

    def __init__(self, database: FindingsDatabase, profile: Profile, budget: str = "2 a day") -> None:
        self.database = database
        self.profile = profile
        self.budget = Budget.of(budget)
        self.now = 1_000_000.0
        self.written = KNOWN
        self.number = KNOWN
        self.rules = NormalRules()
        self.corpus = "first"

    def round(
        self, *strange: str, usual: int = 40, quiet: bool = False, hours: float = 1, without: str = "none"
    ) -> RoundResult:
        """An hour later: usual lines, and strange ones behind them, which get a time."""
        self.now += hours * HOUR
        lines = [line for line in shop_log(usual, self.written) if without not in line]
        self.written += usual
        time = shop_log(1, self.written - 1)[0][:20]
        lines += [time + text for text in strange]
        numbers = range(self.number + 1, self.number + 1 + len(lines))
        self.number += len(lines)
        before = shop_log(100, KNOWN - 100)
        log = NewLines(1, "shop", numbers, lines, range(KNOWN - 99, KNOWN + 1), before)
        knowledge = Knowledge(self.profile, self.rules, lambda lines, _: [None] * len(lines))
        telling = Telling(self.budget, HOUR, quiet, ["address"], "logling findings")
        return check_round(self.database, [log], knowledge, telling, Position(self.corpus, self.number), self.now)

    def messages(self) -> list[str]:
        return [message.text for message in self.database.unsent()]

    def texts(self) -> list[str]:
        return [row.finding.text[20:] for row in self.database.found(LONG_AGO)]


@pytest.fixture
def watched(tmp_path: Path, shop: Profile) -> Iterator[Shop]:
    with FindingsDatabase(tmp_path / "findings.db") as database:
        yield Shop(database, shop)


def told(result: RoundResult) -> int:
    return result.news.number if result.news else 0


def test_usual_lines_are_passed_over_in_silence(watched: Shop) -> None:
    assert [told(watched.round()) for _ in range(30)] == [0] * 30
    assert watched.messages() == []


def test_what_stands_out_is_told_with_the_round_it_came_in(watched: Shop) -> None:
    watched.round()
    watched.round(STRANGE)
    assert watched.texts() == [STRANGE]
    (message,) = watched.messages()
    assert message.startswith("1 finding in shop: 1 new; ")
    assert message.endswith(" On the machine: logling findings")


def test_no_line_is_in_a_message(watched: Shop) -> None:
    watched.round(STRANGE)
    assert "disk" not in watched.messages()[0]


def test_lines_of_a_kind_that_was_told_belong_to_it(watched: Shop) -> None:
    watched.round(STRANGE)
    assert told(watched.round(STRANGE, STRANGE)) == 0
    (row,) = watched.database.found(LONG_AGO)
    assert row.finding.count == 3


def test_all_of_a_round_is_one_message(watched: Shop) -> None:
    assert told(watched.round(STRANGE, *USUAL, OTHERS[0], *USUAL, OTHERS[1])) == 3
    assert len(watched.messages()) == 1


def test_what_grew_tenfold_is_told_again(watched: Shop) -> None:
    watched.round(STRANGE)
    assert told(watched.round(*[STRANGE] * 9)) == 1
    assert watched.messages()[-1].startswith("1 that was told has ten times as many lines.")


def test_a_finding_of_which_nothing_came_for_a_week_is_told_anew(watched: Shop) -> None:
    watched.round(STRANGE)
    watched.round(STRANGE, hours=7.1 * 24)
    assert len(watched.messages()) == 2


def test_no_more_messages_than_the_budget_come_in_a_day(watched: Shop) -> None:
    for hour in range(20):
        watched.round(f"{' '.join(['broken'] * (hour + 2))}{hour}")
    assert len(watched.messages()) == 2


def test_what_the_budget_held_back_is_said_with_the_next_message(watched: Shop) -> None:
    watched.budget = Budget.of("1 a day")
    watched.round(STRANGE)
    assert told(watched.round(OTHERS[0])) == 0
    assert told(watched.round(OTHERS[1], hours=24)) == 2
    assert "1 of them came before and went beyond the budget." in watched.messages()[-1]


def test_what_was_held_back_is_told_a_day_later_in_any_case(watched: Shop) -> None:
    watched.budget = Budget.of("1 a day")
    watched.round(STRANGE)
    watched.round(OTHERS[0])
    results = [told(watched.round()) for _ in range(30)]
    assert sum(results) == 1


def test_in_quiet_hours_nothing_is_told_and_after_them_all(watched: Shop) -> None:
    assert told(watched.round(STRANGE, quiet=True)) == 0
    assert told(watched.round(quiet=True)) == 0
    assert told(watched.round()) == 1


def test_what_is_called_normal_is_not_found(watched: Shop) -> None:
    watched.rules = NormalRules(["*disk is full*"])
    assert watched.round(STRANGE).begun == 0


def test_what_is_called_normal_before_it_was_told_is_not_told(watched: Shop) -> None:
    watched.round(STRANGE, quiet=True)
    watched.database.call_normal(1)
    assert told(watched.round()) == 0


def test_a_burst_over_two_rounds_is_one_finding(watched: Shop) -> None:
    burst = [f"shop: GET /cart 404 in {n} ms" for n in range(20, 90)]
    watched.round(*burst)
    watched.round(*burst)
    assert [row.finding.kind for row in watched.database.found(LONG_AGO)] == ["more"]


def test_lines_of_a_burst_are_counted_once(watched: Shop) -> None:
    burst = ["shop: GET /cart 404 in 40 ms"] * 100
    watched.round(*burst)
    (before,) = watched.database.found(LONG_AGO)
    for _ in range(3):
        watched.round(usual=10)
    (after,) = watched.database.found(LONG_AGO)
    assert before.finding.count <= after.finding.count <= before.finding.count + 30


def test_what_stays_away_over_several_rounds_is_told_once(watched: Shop) -> None:
    watched.round()
    found = [told(watched.round(without="heartbeat", usual=200)) for _ in range(4)]
    assert sum(found) == 1
    assert [row.finding.kind for row in watched.database.found(LONG_AGO)] == ["fewer"]


def test_a_log_in_which_nothing_comes_any_more_is_told_once(watched: Shop) -> None:
    watched.round()
    assert sum(told(watched.round(usual=0)) for _ in range(8)) == 1


def test_a_silence_that_no_round_has_seen_is_none(watched: Shop) -> None:
    watched.round()
    watched.round()
    assert told(watched.round(usual=0, hours=48)) == 0


def test_a_round_that_fails_writes_nothing(watched: Shop) -> None:
    watched.round()
    number = watched.number
    with pytest.raises(ZeroDivisionError):
        _failing(watched)
    assert watched.database.position() == Position("first", number)
    assert watched.texts() == []


def _failing(watched: Shop) -> None:
    def surprises(lines: Sequence[str], _: Sequence[str]) -> list[float | None]:
        return [len(lines) / 0]

    log = NewLines(1, "shop", [watched.number + 1], [STRANGE], [], [])
    knowledge = Knowledge(watched.profile, NormalRules(), surprises)
    telling = Telling(watched.budget, HOUR)
    check_round(watched.database, [log], knowledge, telling, Position("first", watched.number + 1), watched.now + 1)


def test_a_corpus_that_was_made_again_begins_anew(watched: Shop) -> None:
    watched.round(STRANGE)
    watched.corpus, watched.number = "second", 0
    watched.round(STRANGE)
    of_disk = [row.state for row in watched.database.found(LONG_AGO) if "disk" in row.finding.text]
    assert of_disk == ["ended", "told"]


def test_what_was_strange_is_not_learned_as_normal(watched: Shop) -> None:
    watched.round(STRANGE, *USUAL)
    incidents = watched.database.incidents("first")
    ids = [*range(1, watched.number + 1)]
    lines = [*shop_log(KNOWN), *shop_log(40, KNOWN), STRANGE, *USUAL]
    (piece,) = learned_lines([Document(1, ids, lines)], incidents)
    assert piece == [line for line in lines if line != STRANGE]


def test_what_is_called_normal_is_learned(watched: Shop) -> None:
    watched.round(STRANGE)
    watched.database.call_normal(1)
    assert watched.database.incidents("first") == (set(), [])


def test_what_goes_on_for_days_is_learned(watched: Shop) -> None:
    for _ in range(6):
        watched.round(STRANGE, hours=6)
    assert watched.database.incidents("first").lines == set()


def test_a_silence_is_no_pause_that_is_learned(watched: Shop) -> None:
    last = watched.round().lines and watched.number
    for _ in range(8):
        watched.round(usual=0)
    watched.round()
    ids = [*range(1, watched.number + 1)]
    pieces = learned_lines([Document(1, ids, [f"line {n}" for n in ids])], watched.database.incidents("first"))
    assert [piece[-1] for piece in pieces] == [f"line {last}", f"line {watched.number}"]


def test_a_log_that_is_all_strange_is_learned_whole() -> None:
    document = Document(1, [1, 2, 3], ["a", "b", "c"])
    assert learned_lines([document], Incidents({1, 2}, [])) == [["a", "b", "c"]]


def test_what_is_far_stranger_has_the_last_message_of_the_budget(watched: Shop) -> None:
    weak = a_case(200.0)
    strong = a_case(1e9)
    allowance = Allowance(Budget.of("2 a day"), [1.0])
    assert news_of([("shop", weak)], allowance, 100.0, 2.0) is None
    assert news_of([("shop", strong)], allowance, 100.0, 3.0)


def test_what_was_held_back_and_got_far_stranger_is_told_at_once() -> None:
    silence = a_case(1e9)
    silence.state = "held"
    news = news_of([("shop", silence)], Allowance(Budget.of("2 a day"), [1.0]), 100.0, 3.0)
    assert news
    assert (news.number, news.held) == (1, 1)


def test_a_file_that_is_copied_each_night_is_silent_by_day(watched: Shop) -> None:
    found = []
    for _ in range(4):
        found.append(told(watched.round(usual=200)))
        found += [told(watched.round(usual=0)) for _ in range(23)]
    assert sum(found[48:]) == 0


def test_a_clock_that_was_far_ahead_does_not_silence_the_watch(watched: Shop) -> None:
    watched.now += 1000 * DAY
    for line in OTHERS:
        watched.round(line)
    watched.now -= 1000 * DAY
    assert told(watched.round(STRANGE)) == 1


def test_the_strangeness_that_is_told_follows_from_budget_and_lines() -> None:
    busy = Profile(lines=100_000, duration=int(DAY), timed=True)
    limits = [threshold_of(busy, Budget.of(budget), [], 0, 0.0) for budget in ("1 a day", "2 a day", "10 a day")]
    assert [round(limit, -3) for limit in limits] == [281_000, 122_000, 16_000]


def test_nothing_is_told_that_few_lines_cannot_say() -> None:
    quiet = Profile(lines=10, duration=int(DAY), timed=True)
    assert threshold_of(quiet, Budget.of("10 a day"), [], 0, 0.0) == 100


def test_days_that_went_beyond_the_budget_raise_the_strangeness() -> None:
    rounds = [Round(day * DAY + hour * HOUR, 10, 100.0 * hour) for day in range(20) for hour in range(1, 5)]
    assert 200 < strangeness_kept(Budget.of("2 a day"), rounds, 20 * DAY) < 201


def test_one_bad_day_of_twenty_raises_nothing() -> None:
    rounds = [Round(day * DAY, 10, 0.0) for day in range(20)]
    rounds += [Round(3 * DAY + hour * HOUR, 10, 1e6) for hour in range(1, 9)]
    assert strangeness_kept(Budget.of("2 a day"), sorted(rounds), 20 * DAY) < 1


def test_a_few_days_say_nothing() -> None:
    rounds = [Round(hour * HOUR, 10, 1e6) for hour in range(48)]
    assert strangeness_kept(Budget.of("2 a day"), rounds, 2 * DAY) == 0
