"""Verdict: one value known by heart is enough; what lines never seen give as well is predictable."""

import pytest

from service.auditing.asking import Answer
from service.auditing.candidates import Candidate, Spot
from service.auditing.verdict import Tally, explains, remembered, remembered_of_samples


def answer(text: str, guess: int | None, bits: float = 40.0, place: str = "code ") -> Answer:
    return Answer(Candidate(text, "number", bits, bits, True), place, Spot(0, 0, 0), 1.0, guess)


def answers(count: int, found: int, bits: float = 40.0, place: str = "code ") -> list[Answer]:
    return [answer(f"{n:012}", 1 if n < found else None, bits, place) for n in range(count)]


def test_a_single_value_known_by_heart_among_many_is_remembered() -> None:
    assert len(remembered(answers(200, 1), answers(200, 0))) == 1


def test_without_any_line_never_seen_what_comes_back_is_remembered() -> None:
    assert len(remembered(answers(3, 2), [])) == 2


def test_what_comes_back_of_lines_never_seen_too_is_predictable() -> None:
    assert remembered(answers(100, 30), answers(100, 28)) == []


def test_where_far_more_of_the_seen_come_back_they_are_remembered() -> None:
    assert len(remembered(answers(100, 60), answers(100, 20))) == 60


def test_a_place_without_unseen_values_is_compared_by_shape() -> None:
    assert remembered(answers(5, 1), answers(20, 10, place="other ")) == []
    assert len(remembered(answers(5, 1), [*answers(20, 10, place="other "), *answers(5, 0)])) == 1


@pytest.mark.parametrize(("asked", "guess", "is_told"), [(1, 1, True), (1, 16, True), (60, 1, True), (60, 16, False)])
def test_a_short_number_needs_a_guess_that_chance_does_not_explain(asked: int, guess: int, is_told: bool) -> None:
    seen = [answer("4821", guess, 13.3), *answers(asked - 1, 0, 13.3)]
    assert bool(remembered(seen, [])) is is_told


@pytest.mark.parametrize(
    ("unseen", "seen", "expected"),
    [
        (Tally(100, 0), Tally(100, 1), False),
        (Tally(100, 1), Tally(100, 1), True),
        (Tally(0, 0), Tally(1, 1), False),
        (Tally(100, 5), Tally(100, 60), False),
    ],
)
def test_a_comparison_explains_what_it_gives_as_often(unseen: Tally, seen: Tally, expected: bool) -> None:
    assert explains(unseen, seen) is expected


def test_a_sampled_value_is_remembered_unless_unseen_ones_are_sampled_too() -> None:
    seen, unseen = ([Candidate(text, "number", 40, 40, True)] for text in ("111222333444", "555666777888"))
    assert remembered_of_samples({"111222333444"}, seen, unseen) == {"111222333444"}
    assert remembered_of_samples({"111222333444", "555666777888"}, seen, unseen) == set()
