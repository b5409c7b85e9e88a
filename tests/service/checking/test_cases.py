"""The table of cases that Python and the page share: tests/checking_cases.json."""

from __future__ import annotations

from typing import Any

import pytest

from service.checking.clock import moment_of
from service.checking.learning import learn
from service.checking.log_check import LogCheck
from service.checking.missing import ExpectedLines
from service.checking.words import template, words_of
from tests.support.checking_cases import CHECKS, WORDS, told


@pytest.mark.parametrize("case", WORDS, ids=lambda case: case["line"])
def test_a_line_has_these_words(case: dict[str, Any]) -> None:
    line, found = case["line"], words_of(case["line"])
    moment = moment_of(line, found)
    assert [[word.text, line[word.begin : word.end], word.place] for word in found] == case["words"]
    assert template(line, found) == case["template"]
    assert (list(moment) if moment else None) == case["moment"]


@pytest.mark.parametrize("case", CHECKS, ids=lambda case: case["name"])
def test_beside_good_logs_this_is_found(case: dict[str, Any]) -> None:
    profile = learn(case["good"], same_job=True)
    profile.stand_out = max(100, profile.lines)
    check = LogCheck(profile, expected=ExpectedLines(case["good"], profile))
    for number, line in enumerate(case["lines"], 1):
        check.add(number, line)
    assert [told(finding.as_json(), case) for finding in check.findings().findings] == case["found"]
