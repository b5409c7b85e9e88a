"""The profile of normal lines, against plain counts of the same."""

import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise

import pytest

from service.checking.grams import BEGIN, END, mix
from service.checking.learning import FOLDS, SCALES, learn
from service.checking.profile import Profile, line_score
from service.checking.tails import Tail
from service.checking.words import word_hash
from tests.support.plain_profile import PlainCounts, plain_words
from tests.support.shop_log import shop_log

KINDS = ["fan on", "fan off", "pump on", "pump slow now", "valve shut", "valve open wide", "fan stuck : pump"]


def lines_of_kinds(count: int, seed: int = 0) -> list[str]:
    chance = random.Random(seed)
    rare = [f"{chance.choice(['fan', 'pump'])} {chance.choice('abcdefgh')} failed" for _ in range(count)]
    return [rare[i] if chance.random() < 0.03 else chance.choice(KINDS) for i in range(count)]


def stretches(lines: Sequence[str]) -> list[Sequence[str]]:
    return [lines[len(lines) * i // FOLDS : len(lines) * (i + 1) // FOLDS] for i in range(FOLDS)]


def pair(first: str, second: str) -> int:
    return mix(mix(2, word_hash(first)), word_hash(second))


def scored_without_its_fold(folds: Sequence[Sequence[str]]) -> Tail:
    """The tail of words, each fold scored by what is learned anew from the others."""
    scores: list[float] = []
    for i, fold in enumerate(folds):
        known = PlainCounts(line for j, other in enumerate(folds) if j != i for line in other)
        for line in set(fold):
            scores.append(line_score(known.bits(plain_words(line))))
    return Tail.of(scores, sum(map(len, folds)), SCALES["words"])


def test_stretches_of_a_log_are_scored_by_what_the_others_know() -> None:
    lines = lines_of_kinds(400)
    found, expected = learn([lines]).tails["words"], scored_without_its_fold(stretches(lines))
    assert found.scores == pytest.approx(expected.scores, abs=0.011)
    assert (found.lines, found.scale) == (expected.lines, expected.scale)


def test_each_of_several_logs_is_scored_by_what_the_others_know() -> None:
    logs = [lines_of_kinds(count, seed) for seed, count in enumerate((50, 200, 3, 120))]
    found, expected = learn(logs).tails["words"], scored_without_its_fold(logs)
    assert found.scores == pytest.approx(expected.scores, abs=0.011)


def test_lines_of_one_job_are_scored_as_they_were_learned() -> None:
    lines = lines_of_kinds(400)
    known = PlainCounts(lines)
    scores = [line_score(known.bits(plain_words(line))) for fold in stretches(lines) for line in set(fold)]
    found = learn([lines], same_job=True).tails["words"]
    assert found.scores == pytest.approx(Tail.of(scores, 400, SCALES["words"]).scores, abs=0.011)


def is_literal(place: str, lines: Sequence[str]) -> bool:
    return learn([lines]).is_literal(place)


def test_the_status_of_requests_counts_as_a_word() -> None:
    statuses = ["200", "404", "500"]
    assert is_literal("status=", [f"GET status={statuses[i % 3]} ok" for i in range(300)])


def test_a_number_of_lines_is_no_word() -> None:
    assert not is_literal("line", [f"read line {i} ok" for i in range(300)])


def test_the_days_of_a_log_are_no_words() -> None:
    assert not is_literal("day", [f"on day {i // 20} all is well" for i in range(300)])


def test_random_ids_are_no_words() -> None:
    chance = random.Random(0)
    assert not is_literal("id=", [f"job id={chance.getrandbits(32):08x}1 done" for _ in range(300)])


def test_the_number_of_a_process_says_nothing() -> None:
    chance = random.Random(6)
    lines = [f"cron[{chance.choice((811, 4122))}]: job {chance.randint(1, 9000)} done" for _ in range(300)]
    profile = learn([lines])
    assert not profile.is_literal("cron[")
    assert profile.value_score("cron[", "31000") == 0.0


def test_a_long_number_that_is_always_there_is_literal_where_several_logs_have_it() -> None:
    asked = [f"query from port={56234} for host {number}" for number in range(300)]
    assert not learn([asked]).is_literal("port=")
    assert learn([asked, asked[:200]]).is_literal("port=")
    assert learn([asked]).value_score("port=", "41000") == 0.0


def test_a_place_of_numbers_in_a_range_is_not_literal() -> None:
    chance = random.Random(5)
    assert not is_literal("hum=", [f"hum={chance.randint(35, 55)} now" for _ in range(300)])


def test_a_word_of_a_literal_place_can_be_strange() -> None:
    profile = learn([[f"GET status={200 + i % 2} ok" for i in range(300)]])
    known, strange = (profile.bits(["GET", "status", "=", status, "ok"])[3].bits for status in ("200", "503"))
    assert strange > 10 > known


def rates_of(lines: Sequence[str]) -> dict[int, tuple[int, list[int], int]]:
    """Of each pair of words: how many lines have it, the most in 32 lines, and the longest way to the next."""
    at: dict[int, list[int]] = defaultdict(list)
    for i, line in enumerate(lines):
        for hashed in {pair(a, b) for a, b in pairwise([BEGIN, *plain_words(line), END])}:
            at[hashed].append(i)
    rates = {}
    for hashed, indexes in at.items():
        most = max(sum(first - 32 < i <= first for i in indexes) for first in indexes)
        gap = max(b - a for a, b in pairwise([-1, *indexes, len(lines)]))
        rates[hashed] = len(indexes), [most], gap
    return rates


def test_the_rates_of_pairs_are_those_of_a_plain_count() -> None:
    lines = lines_of_kinds(400)
    found = learn([lines]).rates
    assert {key: (rate.count, list(rate.most), rate.gap) for key, rate in found.items()} == rates_of(lines)


def test_where_lines_have_times_absences_are_counted_in_seconds() -> None:
    profile = learn([shop_log(200)])
    assert profile.duration == 199 * 5 + 1
    assert profile.rates[pair("heartbeat", "##")].gap == 50


def test_the_longest_pause_and_step_back_are_learned() -> None:
    lines = shop_log(100) + shop_log(100, first=800) + shop_log(100, first=790)
    profile = learn([lines])
    assert (profile.longest_pause, profile.farthest_back) == (701 * 5, 109 * 5)


def test_from_one_log_to_the_next_there_is_no_pause() -> None:
    profile = learn([shop_log(100), shop_log(100, first=90_000), shop_log(100, first=5)])
    assert (profile.longest_pause, profile.farthest_back) == (5, 0)


def test_lines_without_times_have_no_clock() -> None:
    profile = learn([lines_of_kinds(200)])
    assert not profile.timed
    assert "clock" not in profile.tails


def values_after(place: str, numbers: Sequence[object]) -> object:
    profile = learn([[f"reading {place}{number} taken" for number in numbers]])
    return profile.values.get(word_hash(place))


def test_the_range_of_numbers_is_learned() -> None:
    chance = random.Random(0)
    profile = learn([[f"took t={chance.randint(100, 900)} ms" for _ in range(2000)]])
    assert profile.value_score("t=", "500") == 0.0
    assert profile.value_score("t=", "90000") > 20
    assert profile.value_score("t=", "1") > 20


def test_the_range_of_amounts_is_learned_whatever_their_unit() -> None:
    chance = random.Random(0)
    profile = learn([[f"took t={chance.randint(100, 900)}ms" for _ in range(2000)]])
    assert profile.value_score("t=", "500ms") == profile.value_score("t=", "0.5s") == 0.0
    assert profile.value_score("t=", "90s") > 20
    assert profile.value_score("t=", "90") == 0.0


def test_a_number_just_outside_is_hardly_strange() -> None:
    chance = random.Random(0)
    profile = learn([[f"took t={chance.randint(100, 900)} ms" for _ in range(2000)]])
    assert profile.value_score("t=", "950") < 3


@pytest.mark.parametrize("step", [1, -1, 1000, 0.013])
def test_numbers_that_only_rise_or_only_fall_are_not_judged(step: float) -> None:
    assert values_after("seq=", [round(1_000_000 + i * step, 3) for i in range(500)]) is None


def test_the_seconds_since_the_start_are_not_judged() -> None:
    assert values_after("at[", [f"{i * 0.0017:.6f}" for i in range(300)]) is None


def test_a_counter_that_is_repeated_on_some_lines_is_not_judged() -> None:
    assert values_after("job=", [70 + i // 3 for i in range(600)]) is None


def test_few_numbers_tell_no_range() -> None:
    assert values_after("n=", [3, 5, 4] * 16) is None


@pytest.mark.parametrize(
    "logs", [[], [[]], [["fan on"]], [[], ["fan on"]], [["fan on"] * 400, []], [[""] * 400], [["  "]]]
)
def test_little_is_learned_from_little(logs: list[list[str]]) -> None:
    assert learn(logs).lines == sum(map(len, logs))


def test_the_same_lines_give_the_same_profile() -> None:
    assert learn([shop_log(500)]) == learn([shop_log(500)])


def test_all_words_are_counted() -> None:
    lines = lines_of_kinds(200)
    words = Counter(word for line in lines for word in [*plain_words(line), END])
    profile: Profile = learn([lines])
    assert (profile.root.count, profile.root.types) == (words.total(), len(words))
