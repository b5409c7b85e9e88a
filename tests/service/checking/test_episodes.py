"""Findings whose lines stand together."""

from __future__ import annotations

from service.checking.episodes import APART, MOST_TOGETHER, by_episode
from service.checking.findings import Finding, Kind


def finding(*lines: int, kind: Kind = "new", count: int = 0) -> Finding:
    return Finding(kind, lines[0], f"line {lines[0]}", 1000.0, "", "", lines=list(lines), count=count or len(lines))


def lines_of(findings: list[Finding]) -> list[list[int]]:
    return [one.lines for one in by_episode(findings)]


def test_lines_that_stand_together_are_one_finding() -> None:
    (told,) = by_episode([finding(7), finding(5), finding(6, 8)])
    assert (told.line, told.lines, told.count, told.is_episode) == (7, [5, 6, 7, 8], 4, True)


def test_all_reasons_of_the_strangest_line_are_told() -> None:
    value, word, beside = finding(7, kind="value"), finding(7), finding(8)
    value.why, word.why, beside.why = "too large", "not known", "odd"
    (told,) = by_episode([value, word, beside])
    assert (told.why, told.lines) == ("too large; not known", [7, 8])


def test_a_single_finding_is_no_episode() -> None:
    (told,) = by_episode([finding(7, 8)])
    assert not told.is_episode


def test_lines_that_stand_apart_are_two() -> None:
    assert lines_of([finding(1), finding(1 + APART + 1)]) == [[1], [1 + APART + 1]]


def test_what_is_also_elsewhere_stays_by_itself() -> None:
    assert lines_of([finding(7), finding(8, 400)]) == [[7], [8, 400]]


def test_a_trace_that_comes_again_is_one_finding_with_all_its_lines() -> None:
    assert lines_of([finding(10, 50), finding(11, 51), finding(12, 52)]) == [[10, 11, 12, 50, 51, 52]]


def test_a_line_of_two_findings_counts_once() -> None:
    (told,) = by_episode([finding(7), finding(7, 8, kind="value")])
    assert (told.lines, told.count) == ([7, 8], 2)


def test_bursts_and_absences_stay_by_themselves() -> None:
    assert lines_of([finding(7), finding(8, kind="more"), finding(9, kind="fewer")]) == [[7], [8], [9]]


def test_what_has_more_lines_than_are_known_stays_by_itself() -> None:
    assert lines_of([finding(7), finding(8, count=2)]) == [[7], [8]]


def test_what_is_hardly_strange_belongs_to_none() -> None:
    usual = finding(8)
    usual.strangeness = 3.0
    assert lines_of([finding(7), usual]) == [[7], [8]]


def test_a_long_stretch_is_several() -> None:
    told = lines_of([finding(number) for number in range(1, 2 * MOST_TOGETHER + 1)])
    assert [len(lines) for lines in told] == [MOST_TOGETHER, MOST_TOGETHER]
