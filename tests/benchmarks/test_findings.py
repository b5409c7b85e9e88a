"""What could be silently wrong in measuring findings: folding, ranks, and how findings of `logling check` are read."""

from __future__ import annotations

import numpy as np
import pytest
from anomaly_sets import rank_of_fault
from findings import NEVER, Finding, auc, folded, rank_of
from line_detectors import DETECTORS, WordTrigrams, is_here
from model_ways import check_with_good, finding_of

from service.checking import findings as checking

LINES = ["bed 1 is dry", "pump 7f3a starts", "bed 2 is dry", "pump 9c stops", "pump 0b1 starts"]


def found(*scores: float) -> list[Finding]:
    return folded(np.array(scores), LINES)


def test_lines_that_differ_in_identifiers_are_one_finding() -> None:
    assert [sorted(finding.lines) for finding in found(1, 5, 2, 4, 3)] == [[1, 4], [3], [0, 2]]


def test_a_finding_stands_at_its_strangest_line() -> None:
    assert [finding.strangeness for finding in found(9, 1, 2, 4, 3)] == [9, 4, 3]


def test_a_rank_counts_findings_not_lines() -> None:
    assert rank_of([0], found(0, 5, 0, 4, 5)) == 3


def test_any_labelled_line_gives_a_fault_its_rank() -> None:
    assert rank_of([0, 3], found(1, 5, 2, 4, 3)) == 2


def test_what_no_finding_holds_has_no_rank() -> None:
    assert rank_of([7], found(1, 2, 3, 4, 5)) == NEVER


def test_an_absence_is_found_by_what_is_said_of_it() -> None:
    findings = [
        Finding(frozenset({0}), 90.0, "new", "rc: started crond"),
        Finding(frozenset(), 50.0, "fewer", "rc: started httpd\nmissing"),
        Finding(frozenset(), 40.0, "fewer", "rc: started crond\nmissing"),
    ]
    assert rank_of_fault({"kind": "fewer", "pattern": "^rc: started crond"}, LINES, findings) == 3


def test_a_fault_in_lines_is_found_by_its_lines() -> None:
    assert rank_of_fault({"kind": "line", "pattern": "stops$"}, LINES, found(1, 5, 2, 4, 3)) == 2


def test_check_counts_lines_from_one() -> None:
    found = checking.Finding("new", 4, "pump", 900, "never seen", "pump", lines=[4, 5])
    assert finding_of(found).lines == {3, 4}


def test_equals_count_half_in_an_auc() -> None:
    assert auc(np.array([1.0, 3.0]), np.array([1.0, 2.0])) == pytest.approx((0.5 + 0 + 2) / 4)


def test_the_chances_of_a_next_word_sum_to_one() -> None:
    model = WordTrigrams(["bed 1 is dry", "bed 2 is wet", "pump starts"])
    vocabulary = ["bed", "0", "is", "dry", "wet", "pump", "starts", "", "never seen"]
    assert sum(model.probability(("bed", "0", word)) for word in vocabulary) == pytest.approx(1)


@pytest.mark.parametrize("name", [name for name in DETECTORS if is_here(name)])
def test_a_new_kind_of_line_is_strangest(name: str) -> None:
    known = [f"bed {number} is dry" for number in range(50)] + ["pump starts"] * 50
    scores = DETECTORS[name](known, ["bed 7 is dry", "valve burst beside greenhouse wall", "pump starts"])
    assert scores.argmax() == 1


def test_check_lists_what_stands_out_first() -> None:
    good = [f"bed {number} is dry" for number in range(50)] + ["pump starts"] * 50
    judged = check_with_good([good], ["bed 7 is dry", "valve burst beside greenhouse wall", "pump starts"])
    assert (judged.standing, judged.findings[0].lines, judged.scores.argmax()) == (1, {1}, 1)
