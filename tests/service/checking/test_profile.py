"""What a profile says of words and numbers."""

import math
import random

import pytest

from service.checking.learning import learn
from service.checking.profile import Profile, Values, fewer_score, line_score, more_score, pause_score
from service.checking.words import word_hash
from tests.support.plain_profile import PlainCounts, plain_words

WORDS = ["fan", "pump", "on", "off", "slow", ":", "-", "^", "$", "風"]


def random_lines(count: int, seed: int = 0) -> list[str]:
    chance = random.Random(seed)
    return [" ".join(chance.choices(WORDS, k=chance.randint(1, 7))) for _ in range(count)]


def test_the_bits_of_words_are_those_of_a_plain_count() -> None:
    lines = random_lines(300)
    profile, plain = learn([lines]), PlainCounts(lines)
    for line in [*random_lines(100, seed=1), "unheard of", "fan unheard fan"]:
        words = plain_words(line)
        assert [cost.bits for cost in profile.bits(words)] == pytest.approx(plain.bits(words))


def test_a_word_is_seen_when_it_followed_the_word_before_it() -> None:
    profile = learn([["fan on", "pump off"]])
    assert [cost.seen for cost in profile.bits(["fan", "off"])] == [True, False, True]


def test_a_profile_knows_the_words_of_its_lines() -> None:
    profile = learn([["fan on"]])
    assert [profile.knows(word) for word in ("fan", "on", "off")] == [True, True, False]


def test_nothing_is_known_of_nothing() -> None:
    profile = learn([[]])
    assert [cost.bits for cost in profile.bits(["fan", "on"])] == [0.0] * 3
    assert profile.one_in("words", 50.0) == 1.0


def test_the_score_of_a_line_is_the_mean_of_its_worst_words() -> None:
    assert line_score([1.0, 9.0, 2.0, 6.0, 3.0]) == 6.0
    assert line_score([4.0]) == 4.0


PROFILE = Profile(
    values={
        word_hash("temp="): Values(3.0, 5.0, 0.5, 0.25),  # from 7 to 31
        word_hash("^"): Values(3.0, 5.0, 0.5, 0.25),
        word_hash("a##`/"): Values(3.0, 5.0, 0.5, 0.25),
        word_hash("took= s"): Values(math.log2(1 + 30e6), math.log2(1 + 90e6), 0.5, 0.25),  # from 30 to 90 ms
        word_hash("sent="): Values(3.0, math.log2(1 + 5e9), 0.5, 0.25),
    }
)


@pytest.mark.parametrize(
    ("number", "score"), {"7": 0.0, "31": 0.0, "20.5": 0.0, "63": 4.0, "3": 2.0, "x1": 0.0, "0x7f": 0.0}.items()
)
def test_a_number_scores_as_far_as_it_lies_outside(number: str, score: float) -> None:
    assert PROFILE.value_score("temp=", number) == pytest.approx(score)


def test_a_number_of_an_unknown_place_is_usual() -> None:
    assert PROFILE.value_score("speed=", "999999") == 0.0


@pytest.mark.parametrize(
    ("place", "number", "sentence"),
    [
        ("temp=", "63", "`63` after `temp=`: at most 31 was usual"),
        ("temp=", "3", "`3` after `temp=`: at least 7 was usual"),
        ("^", "63", "`63` at the beginning of the line: at most 31 was usual"),
        ("a##`/", "63", "`63` after `a#'/`: at most 31 was usual"),
        ("took=", "2s", "`2s` after `took=`: at most 0.09s was usual"),
        ("sent=", "99999999999", "`99999999999` after `sent=`: at most 5,000,000,000 was usual"),
        ("took=", "1ms", "`1ms` after `took=`: at least 30ms was usual"),
    ],
)
def test_why_a_number_is_strange(place: str, number: str, sentence: str) -> None:
    assert PROFILE.describe_value(place, number) == sentence


def test_a_burst_is_as_unlikely_as_for_a_poisson_process() -> None:
    assert more_score(4, 4, 32, 10**9) == 0.0
    assert more_score(30, 4, 32, 10**9) == pytest.approx(34.447, abs=1e-3)


def test_a_burst_says_less_after_few_lines() -> None:
    assert more_score(30, 4, 32, 320) < 0.6 * more_score(30, 4, 32, 10**9)


def test_an_absence_and_a_pause_score_by_what_they_are_longer() -> None:
    assert fewer_score(10, 10, 0.5) == 0.0
    assert fewer_score(30, 10, 0.5) == 10.0
    assert pause_score(5, 5) == 0.0
    assert pause_score(11, 5) == pytest.approx(0.6931, abs=1e-3)
