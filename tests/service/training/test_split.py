"""The split: which lines are for what; no model is judged by lines that it was trained on."""

from dataclasses import dataclass

import pytest

from service.storage.corpus import Document
from service.training.split import MOST_HOLDOUT, MOST_VALIDATION, Split, split


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


def test_older_blocks_come_from_the_older_half_of_what_the_champion_saw() -> None:
    parts = one(2000, seen=1000)
    older = [at for part in parts.older for at in ids(part.lines)]
    assert older == sorted(set(older))
    assert len(older) == 200
    assert older[-1] <= 500


def test_thinned_lines_are_counted_as_they_are_kept() -> None:
    log = Log(1, [*range(1, 1001, 10), *range(1001, 1201)])
    parts = split([log.document()], {"1": 1000})
    assert ids(parts.holdout[0].lines) == list(range(1161, 1201))


def test_before_the_first_model_nothing_is_older() -> None:
    assert one(1000).older == []


def test_an_empty_corpus_can_be_split() -> None:
    assert split([], {}).lines == {"train": 0, "holdout": 0}


def test_the_fingerprint_is_that_of_the_training_lines() -> None:
    assert one(1000).fingerprint() == one(1000).fingerprint()
    assert one(1000).fingerprint() != one(1001).fingerprint()


def test_the_same_lines_in_two_logs_have_another_fingerprint_than_in_one() -> None:
    together = Split([["a", "b"]], [], [], [], {})
    apart = Split([["a"], ["b"]], [], [], [], {})
    assert together.fingerprint() != apart.fingerprint()
