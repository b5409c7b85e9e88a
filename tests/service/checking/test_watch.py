"""A watch: each finding told once, with the lines around it, and never more than the budget allows."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

import pytest

from service.checking.cases import FORGOTTEN_AFTER
from service.checking.learning import learn
from service.checking.normal_rules import NormalRules
from service.checking.profile import Profile
from service.checking.watch import Grown, HeldBack, News, Told, Watch
from service.checking.watch_budget import DAY, Budget

WORDS = ["alpha", "bravo", "delta", "gamma", "kappa", "omega", "sigma", "theta"]


def usual(count: int, seed: int = 0) -> list[str]:
    """Lines of a made-up garden."""
    chance = random.Random(seed)
    return [
        f"bed {chance.randrange(9)} {chance.choice(['is dry', 'is wet', 'was watered'])} by {chance.choice(WORDS[:4])}"
        for _ in range(count)
    ]


@pytest.fixture(scope="module")
def garden() -> Profile:
    return learn([usual(3000)])


class Garden:
    """A watch, its clock, and all that it told."""

    def __init__(self, profile: Profile, budget: str = "10 a day", rules: NormalRules | None = None) -> None:
        self.now = 0.0
        self.watch = Watch(profile, Budget.of(budget), self.now, rules)
        self.news: list[News] = []
        self._usual: Iterator[str] = iter(usual(100_000, seed=1))

    def add(self, *lines: str) -> None:
        for line in lines:
            self.watch.add(line, None, self.now)
        self.tell()

    def add_usual(self, count: int = 5) -> None:
        self.add(*(next(self._usual) for _ in range(count)))

    def tell(self, last: bool = False) -> None:
        self.news += self.watch.tell(self.now, last)

    def told(self) -> list[str]:
        return [news.finding.text for news in self.news if isinstance(news, Told)]


@pytest.fixture
def watched(garden: Profile) -> Garden:
    return Garden(garden)


def test_usual_lines_are_passed_over_in_silence(watched: Garden) -> None:
    watched.add_usual(2000)
    watched.tell(last=True)
    assert watched.news == []


def test_what_stands_out_is_told_once(watched: Garden) -> None:
    for _ in range(3):
        watched.add_usual()
        watched.add("valve burst beside the greenhouse wall")
        watched.add_usual()
    assert watched.told() == ["valve burst beside the greenhouse wall"]


def test_a_finding_waits_for_the_lines_behind_it(watched: Garden) -> None:
    watched.add_usual()
    watched.add("valve burst beside the greenhouse wall")
    assert watched.told() == []
    watched.add_usual(3)
    (news,) = watched.news
    assert isinstance(news, Told)
    assert (len(news.finding.before), len(news.finding.after)) == (3, 3)


def test_lines_that_do_not_come_are_not_waited_for(watched: Garden) -> None:
    watched.add("valve burst beside the greenhouse wall")
    watched.now += 2
    watched.tell()
    assert len(watched.told()) == 1


def test_what_waits_is_told_when_the_watch_ends(watched: Garden) -> None:
    watched.add("valve burst beside the greenhouse wall")
    watched.tell(last=True)
    assert len(watched.told()) == 1


def test_lines_before_are_context_of_which_nothing_is_told(watched: Garden) -> None:
    watched.watch.read_before([("pump on fire", None), ("bed 1 is dry by alpha", None)])
    watched.add("valve burst beside the greenhouse wall")
    watched.tell(last=True)
    (news,) = watched.news
    assert isinstance(news, Told)
    assert (news.finding.line, news.finding.before) == (1, ["pump on fire", "bed 1 is dry by alpha"])


def test_what_stood_in_lines_before_is_told_when_it_comes_again(watched: Garden) -> None:
    watched.watch.read_before([("pump on fire", None)])
    watched.add("pump on fire")
    watched.tell(last=True)
    assert watched.told() == ["pump on fire"]


def test_a_stack_trace_is_one_finding(watched: Garden) -> None:
    watched.add_usual()
    watched.add(
        "ERROR valve burst", "  at com.garden.Valve.open(Valve)", "  at com.garden.Main.run(Main)", "  caused by rust"
    )
    watched.add_usual()
    watched.tell(last=True)
    assert len(watched.told()) == 1


def test_what_comes_later_beside_other_lines_is_another_finding(watched: Garden) -> None:
    watched.add("ERROR valve burst")
    watched.add_usual(20)
    watched.add("pump on fire")
    watched.tell(last=True)
    assert watched.told() == ["ERROR valve burst", "pump on fire"]


def test_what_comes_right_after_something_was_missed_is_told(timed_garden: Profile) -> None:
    watched = a_silence(timed_garden, 7200)
    watched.add("pump on fire")
    watched.tell(last=True)
    assert watched.told()[1:] == ["pump on fire"]


def test_findings_of_one_kind_are_told_once(watched: Garden) -> None:
    for name in WORDS:
        watched.add(f"valve of the old greenhouse burst near {name}")
        watched.add_usual(20)
    assert len(watched.told()) == 1


def test_a_finding_that_grew_tenfold_is_said_with_its_count(watched: Garden) -> None:
    for _ in range(150):
        watched.add("valve burst beside the greenhouse wall")
        watched.add_usual()
    grown = [news.lines for news in watched.news if isinstance(news, Grown)]
    assert (len(watched.told()), grown) == (1, [10, 100])


def test_more_than_the_budget_is_never_told_within_a_day(garden: Profile) -> None:
    watched = Garden(garden, "2 a day")
    for n in range(40):
        watched.now += DAY / 20
        watched.add_usual(20)
        watched.add(" ".join([WORDS[n % 8], *["broke"] * (n + 1)]))
        watched.add_usual(3)
    assert 2 <= len(watched.told()) <= 4


def test_what_was_held_back_is_counted_and_said_a_day_later(garden: Profile) -> None:
    watched = Garden(garden, "1 a day")
    for line in ("pump on fire", "valve burst beside the greenhouse wall", "the roof has blown away"):
        watched.add(line)
        watched.add_usual(20)
    assert [type(news) for news in watched.news] == [Told]
    watched.now += DAY
    watched.add_usual()
    held = [news for news in watched.news if isinstance(news, HeldBack)]
    assert [news.findings for news in held] == [2]


def test_what_is_held_back_again_and_again_counts_once(garden: Profile) -> None:
    watched = Garden(garden, "1 a day")
    watched.add("pump on fire")
    for _ in range(30):
        watched.now += 60
        watched.add_usual()
        watched.add("the roof has blown away")
    watched.tell(last=True)
    assert [news.findings for news in watched.news if isinstance(news, HeldBack)] == [1]


def test_what_was_held_back_and_is_told_after_all_is_not_counted(garden: Profile) -> None:
    watched = Garden(garden, "1 a day")
    watched.add("pump on fire")
    watched.add_usual()
    watched.now += DAY / 2
    for _ in range(2):
        watched.add_usual(20)
        watched.add("the roof has blown away")
        watched.add_usual(20)
        watched.now += DAY / 2
    watched.tell(last=True)
    assert [type(news) for news in watched.news] == [Told, Told]


def test_what_was_held_back_is_said_when_the_watch_ends(garden: Profile) -> None:
    watched = Garden(garden, "1 a day")
    for line in ("pump on fire", "valve burst beside the greenhouse wall"):
        watched.add(line)
        watched.add_usual(20)
    watched.tell(last=True)
    assert isinstance(watched.news[-1], HeldBack)


def test_what_was_held_back_and_comes_again_is_told_when_the_budget_allows(garden: Profile) -> None:
    watched = Garden(garden, "1 a day")
    for _ in range(2):
        watched.add("pump on fire")
        watched.add_usual(20)
        watched.add("the roof has blown away")
        watched.add_usual(20)
        watched.now += DAY
    assert watched.told() == ["pump on fire", "the roof has blown away"]


def test_a_finding_of_which_nothing_came_for_a_week_is_told_anew(watched: Garden) -> None:
    for _ in range(2):
        watched.add("pump on fire")
        watched.add_usual()
        watched.now += FORGOTTEN_AFTER + 1
        watched.add_usual()
    assert watched.told() == ["pump on fire"] * 2


def test_what_is_called_normal_is_not_told(garden: Profile) -> None:
    watched = Garden(garden, rules=NormalRules(["pump on *"]))
    watched.add("pump on fire")
    watched.tell(last=True)
    assert watched.news == []


def test_a_small_budget_raises_the_strangeness_that_is_told(garden: Profile) -> None:
    busy = replace(garden, lines=100_000, duration=86_400, timed=True, stand_out=100)
    limits = [Watch(busy, Budget.of(budget), 0).threshold(0) for budget in ("1000 a day", "10 a day", "1 a day")]
    assert limits == [100, 10_000, 100_000]


def test_it_knows_whether_a_new_kind_of_line_would_be_told(garden: Profile) -> None:
    hardly_known = learn([["boot begins", "disk found", "net up", "user came", "all well here", "night falls"]])
    assert Watch(garden, Budget(10, DAY), 0.0).would_tell_unknown(0.0)
    assert not Watch(hardly_known, Budget(10, DAY), 0.0).would_tell_unknown(0.0)


def test_a_watch_does_not_grow_with_its_lines(watched: Garden) -> None:
    for n in range(3000):
        watched.add(" ".join(WORDS[n >> bit & 7] for bit in range(0, 12, 3)), "odd " * (n % 50))
    assert len(watched.watch.cases.by_name) <= 400
    assert len(watched.watch.cases.kin) <= 5000


def clock(seconds: float) -> str:
    return f"2026-11-01 {int(seconds) // 3600:02d}:{int(seconds) // 60 % 60:02d}:{int(seconds) % 60:02d}"


@pytest.fixture(scope="module")
def timed_garden() -> Profile:
    """Of a garden that says something every 20 seconds, at most 40 apart."""
    return learn([[f"{clock(20 * n + n % 3 * 10)} {line}" for n, line in enumerate(usual(3000))]])


def a_silence(profile: Profile, seconds: float) -> Garden:
    """A garden of which nothing came for so many seconds."""
    watched = Garden(profile)
    for line in usual(30, seed=1):
        watched.add(f"{clock(watched.now)} {line}")
        watched.now += 20
    watched.now += seconds
    watched.tell()
    return watched


def test_a_pause_as_usual_is_not_told(timed_garden: Profile) -> None:
    assert a_silence(timed_garden, 20).news == []


def test_a_log_in_which_nothing_comes_any_more_is_told_once(timed_garden: Profile) -> None:
    watched = a_silence(timed_garden, 7200)
    watched.now += 7200
    watched.tell()
    (news,) = watched.news
    assert isinstance(news, Told)
    assert "nothing has come for 2 hours" in news.finding.why


def test_the_end_of_a_silence_that_was_told_is_no_finding(timed_garden: Profile) -> None:
    watched = a_silence(timed_garden, 7200)
    watched.add(f"{clock(watched.now)} bed 1 is dry by alpha")
    watched.tell(last=True)
    assert len(watched.told()) == 1


def test_a_second_silence_is_told_too(timed_garden: Profile) -> None:
    watched = a_silence(timed_garden, 7200)
    watched.add(f"{clock(watched.now)} bed 1 is dry by alpha")
    watched.now += 7200
    watched.tell()
    assert len(watched.told()) == 2
