"""The split: which lines are for what; no model is judged by lines that it was trained on."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.storage.corpus import Document
from service.storage.reserve import Reserve
from service.training.kinds import Usual
from service.training.split import MOST_HOLDOUT, MOST_RESERVE, MOST_VALIDATION, Split, split


@dataclass
class Log:
    """A made-up log: its lines say their source and id."""

    source: int
    ids: list[int]

    def document(self) -> Document:
        return Document(self.source, self.ids, [f"{self.source}:{at}" for at in self.ids])


def ids(lines: object) -> list[int]:
    return [int(line.split(":")[1]) for line in lines]  # type: ignore[attr-defined]


def one(count: int, seen: int = 0) -> Split:
    """The split of one log of so many lines, of which the champion saw the first."""
    return split([Log(1, list(range(1, count + 1))).document()], {"1": seen} if seen else {})


def test_training_validation_and_holdout_are_the_whole_log_in_order() -> None:
    parts = one(1000)
    together = [*parts.train[0], *parts.validation[0], *parts.holdout[0].lines]
    assert ids(together) == list(range(1, 1001))
    assert (len(parts.train[0]), len(parts.validation[0]), len(parts.holdout[0].lines)) == (810, 90, 100)


@pytest.mark.parametrize(("seen", "expected"), [(9_000, (9_563, 187, 250)), (0, (8_600, 400, 1_000))])
def test_a_log_of_10000_lines_is_cut_as_the_module_says(seen: int, expected: tuple[int, int, int]) -> None:
    parts = one(10_000, seen)
    assert (len(parts.train[0]), len(parts.validation[0]), len(parts.holdout[0].lines)) == expected


@pytest.mark.parametrize(("new", "expected"), [(20, 10), (70, 35), (100, 40), (200, 50), (390, 97), (500, 100)])
def test_the_holdout_has_only_lines_that_the_champion_has_not_seen_and_few_of_those(new: int, expected: int) -> None:
    held = ids(one(1000, seen=1000 - new).holdout[0].lines)
    assert held == list(range(1001 - len(held), 1001))
    assert len(held) == expected


def test_of_every_week_something_is_learned_in_its_own_run_however_long_the_log_is() -> None:
    week, seen = 300, 0
    for number in range(1, 40):
        parts = one(week * number, seen)
        learned = ids(parts.train[0])[-1]
        assert learned > week * (number - 1), f"week {number}"
        seen = parts.seen["1"]


def test_without_new_lines_nothing_is_held_out() -> None:
    parts = one(1000, seen=1000)
    assert (parts.holdout, parts.lines["holdout"]) == ([], 0)


def test_the_newest_lines_of_every_log_are_held_out() -> None:
    logs = [Log(1, list(range(1, 2000, 2))).document(), Log(2, list(range(2, 400, 2))).document()]
    parts = split(logs, {})
    assert [ids(part.lines)[-1] for part in parts.holdout] == [1999, 398]


def test_each_log_has_its_own_memory_of_what_was_seen() -> None:
    logs = [Log(1, list(range(1, 101))).document(), Log(2, list(range(101, 201))).document()]
    parts = split(logs, {"1": 100})
    assert [ids(part.lines) for part in parts.holdout] == [list(range(161, 201))]


def test_what_a_model_has_seen_ends_where_the_holdout_begins() -> None:
    parts = one(1000)
    assert parts.seen == {"1": ids(parts.holdout[0].lines)[0] - 1}


def test_the_next_split_holds_out_nothing_that_this_one_taught() -> None:
    seen = one(1000).seen
    following = split([Log(1, list(range(1, 1201))).document()], seen)
    assert ids(following.holdout[0].lines)[0] > seen["1"]


def test_a_holdout_is_read_after_the_lines_before_it() -> None:
    part = one(1000).holdout[0]
    assert ids(part.context) == list(range(ids(part.lines)[0] - len(part.context), ids(part.lines)[0]))
    assert part.context


def test_holdout_and_validation_stay_small_however_large_the_log_is() -> None:
    parts = one(100_000)
    assert len(parts.holdout[0].lines) == MOST_HOLDOUT
    assert len(parts.validation[0]) == MOST_VALIDATION


def test_thinned_lines_are_counted_as_they_are_kept() -> None:
    log = Log(1, [*range(1, 1001, 10), *range(1001, 1201)])
    parts = split([log.document()], {"1": 1000})
    assert ids(parts.holdout[0].lines) == list(range(1161, 1201))


def test_an_empty_corpus_can_be_split() -> None:
    assert split([], {}).lines == {"train": 0, "holdout": 0}


def test_the_fingerprint_is_that_of_the_training_lines() -> None:
    assert one(1000).fingerprint() == one(1000).fingerprint()
    assert one(1000).fingerprint() != one(1001).fingerprint()


def test_the_same_lines_in_two_logs_have_another_fingerprint_than_in_one() -> None:
    together = Split([["a", "b"]], [], [], [], {})
    apart = Split([["a"], ["b"]], [], [], [], {})
    assert together.fingerprint() != apart.fingerprint()


# ---- the reserve

RESERVE = Reserve("a corpus")
WORDS = [f"{first} {second}" for first in ("fan", "door", "pump", "lamp", "gate") for second in ("on", "off", "ok")]


def log_of(count: int, source: int = 1) -> list[str]:
    """Lines of fifteen kinds, none twice."""
    return [f"{number} {WORDS[number % 15]} {source}" for number in range(count)]


def document(lines: list[str], source: int = 1) -> Document:
    return Document(source, list(range(1, len(lines) + 1)), lines)


def replayed(lines: list[str], ends: list[int]) -> list[Split]:
    """The splits of runs at these ends, each of which is committed."""
    splits: list[Split] = []
    for number, end in enumerate(ends):
        last = splits[-1] if splits else None
        seen, usual = (last.seen, last.usual) if last else ({}, None)
        splits.append(split([document(lines[:end])], seen, RESERVE, usual, dict.fromkeys(ends[:number], True)))
    return splits


@given(st.lists(st.integers(1, 700), min_size=1, max_size=8), st.lists(st.booleans(), min_size=8, max_size=8))
@settings(max_examples=40, deadline=None)
def test_no_line_of_the_reserve_is_learned_or_held_out_whatever_is_pulled_when(
    batches: list[int], committed: list[bool]
) -> None:
    lines = log_of(sum(batches))
    seen: Mapping[str, int] = {}
    usual: Usual | None = None
    ends: dict[int, bool] = {}
    for batch, passes in zip(batches, committed, strict=False):
        end = max(ends, default=0) + batch
        parts = split([document(lines[:end])], seen, RESERVE, usual, ends)
        used = [*parts.train[0], *parts.validation[0], *(line for part in parts.holdout for line in part.lines)]
        assert not [line for line in used if RESERVE.holds(1, int(line.split()[0]) + 1)]
        ends[end] = passes
        if passes:
            seen, usual = parts.seen, parts.usual


def test_forgetting_is_judged_on_lines_of_earlier_weeks_that_no_model_was_trained_on() -> None:
    *_, parts = replayed(log_of(6000), list(range(1000, 6001, 1000)))
    judged = [int(line.split()[0]) + 1 for part in parts.reserve for line in part.lines]
    assert all(RESERVE.holds(1, at) for at in judged)
    assert (len(judged), judged[-1] <= 5000) == (sum(RESERVE.holds(1, at) for at in range(5001)), True)


def test_before_the_first_model_there_is_nothing_to_forget() -> None:
    assert split([document(log_of(1000))], {}, RESERVE).reserve == []


def test_few_lines_of_the_reserve_judge_nothing() -> None:
    assert replayed(log_of(1000), [500, 1000])[-1].reserve == []


def test_many_lines_of_the_reserve_are_spread_over_all_of_it() -> None:
    *_, parts = replayed(log_of(40_000), [30_000, 35_000, 40_000])
    judged = [int(line.split()[0]) for part in parts.reserve for line in part.lines]
    assert len(judged) == MOST_RESERVE
    assert judged[0] < 1000
    assert judged[-1] > 33_000


# ---- floods


def flood_of(count: int, random: bool) -> list[str]:
    chance = Random(0)
    if random:
        return [" ".join("".join(chance.choices("abcdefgh", k=7)) for _ in range(5)) for _ in range(count)]
    return [f"broken {number}" for number in range(count)]


def flooded(count: int, at_begin: bool, random: bool) -> Split:
    """The split of a week of 400 ordinary lines and a flood, after ten weeks without."""
    before, ordinary, flood = log_of(4000), log_of(4400)[4000:], flood_of(count, random)
    lines = [*before, *flood, *ordinary] if at_begin else [*before, *ordinary, *flood]
    return replayed(lines, [3600, 4000, len(lines)])[-1]


def is_ordinary(line: str) -> bool:
    return line[0].isdigit()


FLOODS = pytest.mark.parametrize(
    ("count", "at_begin", "random"),
    [(2000, True, False), (2000, False, True), (20_000, False, False), (9000, True, True)],
)


@FLOODS
def test_ordinary_lines_are_most_of_what_is_learned_in_a_flood(count: int, at_begin: bool, random: bool) -> None:
    learned = flooded(count, at_begin, random).train[0]
    ordinary = sum(map(is_ordinary, learned))
    assert ordinary > 4000
    assert len(learned) - ordinary <= 0.22 * len(learned)


@FLOODS
def test_ordinary_lines_judge_and_are_known_as_such_in_a_flood(count: int, at_begin: bool, random: bool) -> None:
    parts = flooded(count, at_begin, random)
    lines = [line for part in parts.holdout for line in part.lines]
    assert list(parts.ordinary) == [is_ordinary(line) for line in lines]
    assert sum(parts.ordinary) >= 100


def test_a_rejected_flood_is_not_met_again_in_the_next_week() -> None:
    lines = [*log_of(4000), *flood_of(2000, random=False)]
    *_, last = replayed(lines, [3600, 4000])
    lines += log_of(4400)[4000:]
    parts = split([document(lines)], last.seen, RESERVE, last.usual, {3600: True, 4000: True, 6000: False})
    used = [*parts.train[0], *parts.validation[0], *(line for part in parts.holdout for line in part.lines)]
    assert all(map(is_ordinary, used))


def test_a_rejected_flood_does_not_come_back_once_a_later_week_was_learned() -> None:
    lines = [*log_of(4000), *flood_of(2000, random=False), *log_of(4800)[4000:]]
    weeks = {3600: True, 4000: True, 6000: False, 6400: True}
    parts = split([document(lines)], {"1": 6400}, RESERVE, {}, weeks)
    used = [*parts.train[0], *parts.validation[0], *(line for part in parts.holdout for line in part.lines)]
    assert all(map(is_ordinary, used))


def test_a_new_kind_that_came_in_two_weeks_belongs_to_the_log() -> None:
    lines = log_of(4000)
    for number in range(2):
        lines += [*log_of(400), *(f"siphon {at} open" for at in range(100 * number, 100 * number + 100))]
    *_, last = replayed(lines, [3600, 4000])
    parts = split([document(lines)], last.seen, RESERVE, last.usual, {3600: True, 4000: True, 4500: False})
    assert all(parts.ordinary)
