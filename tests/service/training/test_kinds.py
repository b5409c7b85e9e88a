"""Kinds of lines: no kind holds more than it may, and a log of few kinds is left as it is."""

from collections import Counter

import pytest

from service.training.kinds import NEW, kind_of, known_kinds, returning_kinds, usual_shares, within_bounds


def left(kinds: list[str], usual: dict[str, float] | None = None) -> Counter[str]:
    return Counter(kind for kind, used in zip(kinds, within_bounds(kinds, usual or {}), strict=True) if used)


def many(count: int) -> list[str]:
    """Lines of twenty kinds."""
    return [f"kind {number % 20}" for number in range(count)]


def test_lines_that_differ_in_numbers_alone_are_of_one_kind() -> None:
    assert kind_of("fan 7 on") == kind_of("fan 12 on") != kind_of("fan 7 off")


@pytest.mark.parametrize("flood", [2_000, 20_000, 60_000])
@pytest.mark.parametrize("at_begin", [True, False])
def test_a_flood_keeps_a_fifth_and_ordinary_lines_all(flood: int, at_begin: bool) -> None:
    added = ["flood"] * flood
    counts = left(added + many(4000) if at_begin else many(4000) + added)
    assert counts["flood"] == pytest.approx(1000, abs=1)
    assert counts.total() - counts["flood"] == 4000


def test_two_floods_at_once_leave_ordinary_lines_whole() -> None:
    counts = left(["a"] * 20_000 + many(3000) + ["b"] * 10_000)
    assert (counts["a"], counts["b"]) == (pytest.approx(1000, abs=1), pytest.approx(1000, abs=1))
    assert counts.total() == 5002


def test_what_was_usual_may_be_again() -> None:
    kinds = ["fan"] * 900 + ["door"] * 100
    assert left(kinds, {"fan": 0.9}) == Counter(kinds)
    assert left(kinds, {"fan": 0.5})["fan"] == 101


@pytest.mark.parametrize("n_kinds", [1, 2, 3])
def test_a_log_of_few_kinds_is_left_as_it_is(n_kinds: int) -> None:
    kinds = [f"kind {number % n_kinds}" for number in range(999)]
    assert left(kinds, usual_shares(kinds)) == Counter(kinds)


def test_where_nothing_else_is_left_a_kind_keeps_enough_to_judge_by() -> None:
    assert left(["new"] * 500 + ["old"] * 3) == {"new": 40, "old": 3}


def test_a_bounded_kind_keeps_its_oldest_and_its_newest_lines() -> None:
    used = within_bounds(["flood"] * 1000 + many(400), {})
    places = [place for place in range(1000) if used[place]]
    assert (places[0], places[-1]) == (0, 999)
    assert 50 in range(len(places))
    assert places[:50] == list(range(50))


def test_usual_shares_are_those_of_large_kinds_and_rare_kinds_count_together() -> None:
    kinds = ["fan"] * 50 + [f"rare {number}" for number in range(40)] + ["door"] * 10
    assert usual_shares(kinds) == {"fan": 0.5, NEW: 0.4}


def test_a_kind_is_known_by_three_lines() -> None:
    assert known_kinds(["a", "b", "a", "b", "a"]) == {"a"}


def test_a_kind_returns_when_it_came_in_two_weeks() -> None:
    assert returning_kinds([("a", 0), ("a", 0), ("b", 0), ("b", 1)]) == {"b"}
