"""The labels of a pair of logs hold, or the pair is not used."""

from __future__ import annotations

from pathlib import Path

import pytest
from make_pairs import make
from pair import Fault, Job, Pair, label_errors

GOOD = ["start", "ok 1", "tick", "end"]
FAILED = ["start", "broken 1", *["tick"] * 9]


@pytest.mark.parametrize(
    "fault",
    [
        Fault("in both", "start"),
        Fault("in neither", "lost"),
        Fault("in the good one", "ok", "value"),
        Fault("no more often", "start", "more"),
        Fault("never in the good one", "broken", "fewer"),
        Fault("still there", "start", "fewer"),
    ],
    ids=lambda fault: fault.name,
)
def test_a_label_that_does_not_hold_is_an_error(fault: Fault) -> None:
    assert [error.partition(":")[0] for error in label_errors([fault], [GOOD], FAILED)] == [fault.name]


def test_labels_that_hold_are_no_error() -> None:
    faults = [Fault("new", "broken"), Fault("burst", "tick", "more"), Fault("lost", "^end$", "fewer")]
    assert label_errors(faults, [GOOD, GOOD], FAILED) == []


def test_a_label_must_hold_for_each_good_log() -> None:
    assert label_errors([Fault("new", "broken")], [GOOD, FAILED], FAILED)


def say(job: Job) -> None:
    """Say how it went."""
    job.shell("echo broken >&2" if job.failing else "echo ok")


def test_a_job_is_run_well_and_badly(tmp_path: Path) -> None:
    make(Pair("say", say, [Fault("new", "broken")], 2, False), tmp_path)
    logs = {path.name: path.read_text() for path in (tmp_path / "pairs" / "say").glob("*.log")}
    assert logs == {"good-1.log": "ok\n", "good-2.log": "ok\n", "failed.log": "broken\n"}


def test_a_pair_with_wrong_labels_is_set_aside(tmp_path: Path) -> None:
    make(Pair("say", say, [Fault("new", "ok")], 1, False), tmp_path)
    assert [path.name for path in (tmp_path / "pairs").iterdir()] == ["say.wrong"]
