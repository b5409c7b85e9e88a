"""The sentences about a check: they agree with its counts."""

import pytest

CASES = [
    ((208, 9, 0), "9 of 208 lines stand out; the other 199 are familiar."),
    ((208, 1, 0), "1 of 208 lines stands out; the other 207 are familiar."),
    ((3, 1, 1), "1 of 3 lines stands out; 1 is called normal; the other is familiar."),
    ((10, 4, 6), "4 of 10 lines stand out; 6 are called normal."),
    ((208, 0, 0), "Nothing stands out: all 208 lines are familiar."),
    ((1, 0, 0), "Nothing stands out: the only line is familiar."),
    ((9, 0, 2), "Nothing stands out: 7 lines are familiar, 2 are called normal."),
    ((9, 0, 9), "Nothing stands out: all 9 lines are called normal."),
    ((0, 0, 0), "There are no lines."),
    ((12345, 6173, 0), "This is not the kind of log that the model knows: 6,173 of 12,345 lines stand out."),
    ((5, 3, 0), "This is not the kind of log that the model knows: 3 of 5 lines stand out."),
    ((4, 3, 0), "3 of 4 lines stand out; the other is familiar."),
    ((2, 2, 0), "Both lines stand out."),
]


@pytest.mark.parametrize(("counts", "sentence"), CASES)
def test_the_verdict_says_the_counts(in_node, counts, sentence):
    lines, stand_out, ignored = counts
    given = {"lines": lines, "standOut": stand_out, "ignored": ignored, "good": []}
    assert in_node("verdicts", "", counts=[given]) == [sentence]


@pytest.mark.parametrize(
    ("stand_out", "sentence"),
    [
        (0, "All 208 lines are familiar, but others are missing."),
        (9, "9 of 208 lines stand out, and some are missing; the other 199 are familiar."),
    ],
)
def test_the_verdict_says_that_lines_are_missing(in_node, stand_out, sentence):
    given = {"lines": 208, "standOut": stand_out, "ignored": 0, "good": ["a.log"], "missing": 2}
    assert in_node("verdicts", "", counts=[given]) == [sentence]


def test_a_log_unlike_the_good_ones_is_told_as_that(in_node):
    given = {"lines": 10, "standOut": 8, "ignored": 0, "good": ["monday.log"]}
    assert in_node("verdicts", "", counts=[given])[0].startswith("This log is unlike those that were fine: 8 of")


def test_strangeness_is_told_in_two_digits(in_node):
    assert in_node("strangeness", "", values=[1, 1.6, 98.6, 20_412, 125_000, 9_960_000, 10_000_000]) == [
        "as common as any line",
        "about 1 in 2 lines",
        "about 1 in 99 lines",
        "about 1 in 20,000 lines",
        "about 1 in 130,000 lines",
        "about 1 in 10,000,000 lines",
        "rarer than 1 in 10,000,000 lines",
    ]
