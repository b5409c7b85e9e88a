"""The page on the table of cases that it shares with Python: tests/checking_cases.json."""

import pytest

from tests.support.checking_cases import CHECKS, WORDS, told


def test_lines_have_these_words(in_node):
    found = in_node("words", "", lines=[case["line"] for case in WORDS])
    assert [{"line": case["line"], **words} for case, words in zip(WORDS, found, strict=True)] == WORDS


@pytest.mark.parametrize("case", CHECKS, ids=lambda case: case["name"])
def test_beside_good_logs_this_is_found(in_node, case):
    found = in_node("check", "", good=case["good"], lines=case["lines"])["found"]["findings"]
    rounded = [{**finding, "strangeness": min(10_000_000, round(finding["strangeness"]))} for finding in found]
    assert [told(finding, case) for finding in rounded] == case["found"]
