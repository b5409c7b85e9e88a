"""The reserve: a small share of every stretch of every log, the same one always."""

import pytest

from service.storage.reserve import STRETCH, UNIT, Reserve

RESERVE = Reserve("a corpus")


def chosen(reserve: Reserve, source: int, count: int) -> list[int]:
    return [at for at in range(count) if reserve.holds(source, at)]


@pytest.mark.parametrize("source", [1, 2, 77])
def test_each_stretch_of_a_log_has_one_unit(source: int) -> None:
    found = chosen(RESERVE, source, 10 * STRETCH)
    assert len(found) == 10 * UNIT
    for begin in range(0, 10 * STRETCH, STRETCH):
        unit = [at for at in found if begin <= at < begin + STRETCH]
        assert unit == list(range(unit[0], unit[0] + UNIT))


def test_the_lines_are_the_same_on_any_machine_and_in_any_version() -> None:
    assert chosen(RESERVE, 1, 2 * STRETCH) == [*range(256, 264), *range(616, 624)]


def test_other_corpora_and_other_sources_have_other_lines() -> None:
    found = [chosen(RESERVE, 1, 9999), chosen(RESERVE, 2, 9999), chosen(Reserve("another"), 1, 9999)]
    assert len({tuple(lines) for lines in found}) == 3


def test_it_begins_behind_what_may_have_been_trained_on_before() -> None:
    assert chosen(Reserve("a corpus", 1000), 1, 2000) == [at for at in chosen(RESERVE, 1, 2000) if at > 1000]
