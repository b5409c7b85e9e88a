"""What a check found, in a sentence."""

import pytest

from service.checking.durations import describe_seconds
from service.checking.findings import Finding, Findings
from service.checking.verdict import describe_strangeness, verdict_of


def found(lines: int, stand_out: int, normal: int = 0, missing: int = 0) -> Findings:
    strange = Finding("new", 1, "x", 20_000.0, "", "x", lines=[1], count=1)
    gone = Finding("fewer", 1, "x", 20_000.0, "", "x", count=1)
    return Findings(lines, stand_out, normal, [strange] * stand_out + [gone] * missing)


@pytest.mark.parametrize(
    ("findings", "sentence"),
    [
        (found(0, 0), "There are no lines."),
        (found(9, 0), "Nothing stands out: all 9 lines are familiar."),
        (found(1, 0), "Nothing stands out: the only line is familiar."),
        (found(9, 0, 9), "Nothing stands out: all 9 lines are called normal."),
        (found(9, 0, 1), "Nothing stands out: 8 lines are familiar, 1 is called normal."),
        (found(9, 0, missing=1), "All 9 lines are familiar, but others are missing."),
        (found(1, 0, missing=2), "The only line is familiar, but others are missing."),
        (found(2000, 1), "1 of 2,000 lines stands out; the other 1,999 are familiar."),
        (found(2000, 1, missing=1), "1 of 2,000 lines stands out, and some are missing; the other 1,999 are familiar."),
        (found(2000, 3, 7), "3 of 2,000 lines stand out; 7 are called normal; the other 1,990 are familiar."),
        (found(8, 3, 5), "3 of 8 lines stand out; 5 are called normal."),
        (found(3, 1, 1), "1 of 3 lines stands out; 1 is called normal; the other is familiar."),
        (found(9, 9), "This is not the kind of log that the model knows: all 9 lines stand out."),
        (found(5, 3), "This is not the kind of log that the model knows: 3 of 5 lines stand out."),
        (found(4, 3), "3 of 4 lines stand out; the other is familiar."),
        (found(2, 2), "Both lines stand out."),
        (found(1, 1), "The only line stands out."),
    ],
)
def test_the_verdict(findings: Findings, sentence: str) -> None:
    assert verdict_of(findings) == sentence


def test_a_log_of_another_kind_is_compared_with_those_that_were_fine() -> None:
    assert verdict_of(found(9, 8), ["a.log"]) == "This log is unlike those that were fine: 8 of 9 lines stand out."


@pytest.mark.parametrize(
    ("strangeness", "words"),
    {
        1.2: "as common as any line",
        2.0: "about 1 in 2 lines",
        99.6: "about 1 in 100 lines",
        20_345.0: "about 1 in 20,000 lines",
        9_999_999.0: "about 1 in 10,000,000 lines",
        1e15: "rarer than 1 in 10,000,000 lines",
    }.items(),
)
def test_how_rare_a_line_is(strangeness: float, words: str) -> None:
    assert describe_strangeness(strangeness) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    {0: "0 seconds", 1: "1 second", 119: "1 minute", 7200: "2 hours", 86_400: "1 day", 10**8: "1,157 days"}.items(),
)
def test_how_long_a_time_is(seconds: int, words: str) -> None:
    assert describe_seconds(seconds) == words
