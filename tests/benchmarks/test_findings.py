"""What could be silently wrong in measuring findings: folding, ranks, and the reading of `logling check --json`."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from anomaly_sets import rank_of_fault
from findings import NEVER, Finding, auc, folded, judged_by_finding, rank_of
from line_detectors import DETECTORS, WordTrigrams, is_here
from model_ways import check_with_good, finding_of

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
    told = {"line": 4, "lines": [4, 5], "strangeness": 900, "kind": "new", "text": "pump", "why": "never seen"}
    assert finding_of(told).lines == {3, 4}


def test_a_line_is_as_strange_as_its_strangest_finding() -> None:
    findings = [Finding(frozenset({1, 2}), 8.0), Finding(frozenset({2, 3}), 3.0)]
    assert judged_by_finding(findings, 5).scores.tolist() == [0, 8, 8, 3, 0]


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


CHECK = """#!/bin/sh
for last; do :; done
cat >{folder}/judged <"$last"
echo "$@" >{folder}/asked
echo '{{"lines": 3, "stand_out": 1, "findings": [{{"line": 2, "lines": [2], "count": 1, "text": "pump broke", \
"strangeness": 700, "kind": "new", "why": "never seen"}}]}}'
"""


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a `logling` that always says the same, and what it was asked."""
    command = tmp_path / "logling"
    command.write_text(CHECK.format(folder=tmp_path))
    command.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    return tmp_path


def test_check_is_asked_beside_each_good_log(asked: Path) -> None:
    check_with_good([["a"], ["b"]], ["a", "c"])
    assert (asked / "asked").read_text().count("--good") == 2


def test_check_judges_the_lines_as_they_are(asked: Path) -> None:
    check_with_good([["a"]], ["a", "pump broke", "b"])
    assert (asked / "judged").read_text() == "a\npump broke\nb\n"


def test_what_check_finds_gives_scores(asked: Path) -> None:
    assert check_with_good([["a"]], ["a", "pump broke", "b"]).scores.tolist() == [0, 700, 0]
