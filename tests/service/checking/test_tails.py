"""How rare a score is among normal lines."""

import math
import random
from typing import Any

import pytest

from service.checking.tails import Tail


def exponential(count: int) -> list[float]:
    chance = random.Random(0)
    return [chance.expovariate(1.0) for _ in range(count)]


def test_a_higher_score_is_never_more_usual() -> None:
    tail = Tail.of(exponential(1000), 1000, 0.5)
    rare = [tail.one_in(score / 20) for score in range(600)]
    assert rare == sorted(rare)


def test_a_score_that_one_line_in_a_hundred_has_is_one_in_a_hundred() -> None:
    scores = exponential(10_000)
    rare = Tail.of(scores, 10_000, 0.5).one_in(sorted(scores)[-100])
    assert 80 < rare < 125


def test_above_all_scores_it_falls_on_as_it_fell() -> None:
    tail = Tail.of(exponential(4096), 4096, 0.01)
    beyond = tail.one_in(tail.scores[0] + 3) / tail.one_in(tail.scores[0])
    assert 2.718**2 < beyond < 2.718**6


def test_it_never_falls_faster_than_its_scale() -> None:
    tail = Tail.of([5.0] * 100, 100, 2.0)
    assert tail.one_in(7.0) == pytest.approx(100 * 2.718281828)


def test_only_finite_claims_are_made() -> None:
    assert Tail.of([1.0], 10, 1.0).one_in(1e308) < math.inf


def test_without_lines_or_a_score_nothing_is_rare() -> None:
    assert Tail(0, (), 1.0).one_in(50.0) == 1.0
    assert Tail.of(exponential(100), 100, 1.0).one_in(0.0) == 1.0


def test_a_card_gives_the_same_tail() -> None:
    tail = Tail.of(exponential(77), 80, 1.443)
    assert Tail.from_card(tail.as_card()) == tail


@pytest.mark.parametrize(
    "card",
    [
        None,
        [],
        {},
        *({"lines": lines, "scores": [1.0], "scale": 1.0} for lines in (-1, 1.5, "1", True, 10**400, None)),
        *(
            {"lines": 1, "scores": s, "scale": 1.0}
            for s in (None, 1, [1.0, 2.0], [-1], ["1"], [True], [10**400], [0] * 65)
        ),
        *({"lines": 1, "scores": [], "scale": scale} for scale in (0, -1, 1000, "1", None, True, 10**400)),
    ],
)
def test_a_card_that_is_no_tail_is_refused(card: Any) -> None:
    with pytest.raises(ValueError, match="tail of the profile"):
        Tail.from_card(card)
