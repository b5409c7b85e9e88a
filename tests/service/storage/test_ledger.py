"""The ledger: every run, exactly one outcome each."""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from service.errors import LoglingError
from service.storage.ledger import FORMAT, Ledger
from service.storage.run_record import RunRecord
from tests.support.runs import documents

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)


def one_run(ledger: Ledger, outcome: str, **figures: Any) -> str:
    record = ledger.begin(RunRecord(), NOON)
    ended = {"outcome": outcome, "reason": "because", **figures}
    ledger.end(record.model_copy(update=ended), LATER)
    return record.run


def test_a_run_comes_back_as_it_ended(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.db") as ledger:
        run = one_run(ledger, "committed", loss_curve=[(0, 4.5, 4.25)])
    with Ledger(tmp_path / "ledger.db") as ledger:
        assert documents(ledger) == [
            {
                **RunRecord().as_json(),
                "run": run,
                "outcome": "committed",
                "reason": "because",
                "loss_curve": [[0, 4.5, 4.25]],
                "started": NOON.isoformat(),
                "finished": LATER.isoformat(),
            }
        ]


def test_runs_come_newest_first(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.db") as ledger:
        runs = [one_run(ledger, "skipped") for _ in range(3)]
        assert [record["run"] for record in documents(ledger)] == runs[::-1]
        assert [record["run"] for record in documents(ledger, 1)] == runs[-1:]


def test_runs_of_one_second_have_different_ids(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.db") as ledger:
        assert len({one_run(ledger, "skipped") for _ in range(20)}) == 20


def test_a_run_under_way_has_not_ended(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.db") as ledger:
        ledger.begin(RunRecord(), NOON)
        assert documents(ledger) == []


def test_a_run_that_never_ended_is_interrupted_when_the_next_begins(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.db") as ledger:
        killed = ledger.begin(RunRecord(), NOON)
        ledger.begin(RunRecord(), LATER)
        (record,) = documents(ledger)
        assert (record["outcome"], record["finished"]) == ("interrupted", LATER.isoformat())
        assert record["run"] == killed.run


@pytest.mark.parametrize("outcome", ["done", "Committed", ""])
def test_there_is_no_other_outcome(tmp_path: Path, outcome: str) -> None:
    with Ledger(tmp_path / "ledger.db") as ledger, pytest.raises(sqlite3.IntegrityError):
        one_run(ledger, outcome)


def test_a_run_that_never_began_cannot_end(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.db") as ledger, pytest.raises(LoglingError, match="run x is not in the ledger"):
        ledger.end(RunRecord(run="x", outcome="failed"), NOON)


def test_only_committed_and_rejected_runs_have_compared_models(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.db") as ledger:
        assert ledger.last_evaluated() is None
        compared = one_run(ledger, "rejected", newest_line=7)
        for outcome in ("skipped", "failed", "interrupted"):
            one_run(ledger, outcome)
        last = ledger.last_evaluated()
        assert last is not None
        assert (last.run, last.newest_line) == (compared, 7)


def test_a_ledger_of_a_newer_format_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with Ledger(path), sqlite3.connect(path) as database:
        database.execute(f"PRAGMA user_version = {FORMAT + 1}")
    with pytest.raises(LoglingError, match=rf"ledger\.db has format {FORMAT + 1}, newer than the {FORMAT} .*: update"):
        Ledger(path)


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "ledger.db").write_text("no database" * 100)
    with pytest.raises(LoglingError, match=r"ledger\.db cannot be used"):
        Ledger(tmp_path / "ledger.db")
