"""What has stayed away for too long, found while it is away, as a whole check finds it."""

from __future__ import annotations

import pytest

from service.checking.learning import learn
from service.checking.log_check import LogCheck
from service.checking.profile import Profile


def lines(count: int, pump_until: int = 10**9, step: int = 10) -> list[str]:
    """Lines with times, of which every second is about a pump, up to one."""
    return [
        f"{n * step // 3600 % 24:02d}:{n * step // 60 % 60:02d}:{n * step % 60:02d} "
        + ("pump runs" if n % 2 == 0 and n < pump_until else "tank is full")
        for n in range(count)
    ]


@pytest.fixture(scope="module")
def profile() -> Profile:
    return learn([lines(3000)])


def away(check: LogCheck) -> list[str]:
    return [finding.text for finding in check.changed().values() if finding.kind == "fewer"]


def test_what_comes_as_usual_is_not_missed(profile: Profile) -> None:
    check = LogCheck(profile)
    found = []
    for number, line in enumerate(lines(1000), 1):
        check.add(number, line)
        found += away(check)
    assert found == []


def test_what_stays_away_is_missed_while_it_is_away(profile: Profile) -> None:
    check = LogCheck(profile)
    for number, line in enumerate(lines(1000, pump_until=500), 1):
        check.add(number, line)
    assert "pump runs" in away(check)[0]


def test_it_is_missed_with_the_line_at_which_a_whole_check_misses_it(profile: Profile) -> None:
    check = LogCheck(profile)
    first = None
    for number, line in enumerate(lines(1000, pump_until=500), 1):
        check.add(number, line)
        missed = any(finding.kind == "fewer" for finding in check.findings().findings)
        assert bool(away(check)) == missed or first is not None
        first = first or (number if missed else None)
    assert first


def test_what_never_came_is_missed_too(profile: Profile) -> None:
    check = LogCheck(profile)
    for number, line in enumerate(lines(1000, pump_until=0), 1):
        check.add(number, line)
    assert [finding.why for finding in check.changed().values() if "does not come" in finding.why]


def test_a_profile_that_knows_nothing_misses_nothing() -> None:
    check = LogCheck(Profile())
    check.add(1, "pump runs")
    assert check.changed() == {}
