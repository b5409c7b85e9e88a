"""The ledger's part of the schedule: which slots were tried, and how it ended."""

import sqlite3
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from service.storage.ledger import TABLES, Ledger, SlotRun
from service.storage.run_record import RunRecord
from tests.support.runs import documents

SLOT = datetime(2026, 11, 29, 3, 30, tzinfo=UTC)
NOW = SLOT + timedelta(seconds=1)
LATER = SLOT + timedelta(minutes=20)
SCHEDULED = RunRecord(slot="2026-11-29T03:30:00+00:00", attempt=1)


def attempt(number: int) -> RunRecord:
    return SCHEDULED.model_copy(update={"attempt": number})


def ended(record: RunRecord, outcome: str) -> RunRecord:
    return record.model_copy(update={"outcome": outcome})


def test_a_scheduled_run_has_its_slot_and_attempt_in_the_history(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.db") as ledger:
        record = ledger.begin(SCHEDULED, NOW)
        ledger.end(ended(record, "skipped"), LATER)
        (run,) = documents(ledger)
        assert (run["slot"], run["attempt"]) == ("2026-11-29T03:30:00+00:00", 1)


def test_slot_runs_are_the_ended_runs_of_a_slot_and_later_ones(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.db") as ledger:
        ledger.end(ended(ledger.begin(RunRecord(), NOW), "committed"), LATER)
        ledger.end(ended(ledger.begin(SCHEDULED, NOW), "failed"), LATER)
        ledger.end(ended(ledger.begin(attempt(2), NOW), "rejected"), LATER)
        ledger.begin(attempt(3), NOW)
        both = [SlotRun(SLOT, 1, False, LATER), SlotRun(SLOT, 2, True, LATER)]
        assert ledger.slot_runs(SLOT) == both
        assert ledger.slot_runs(SLOT.astimezone(timezone(timedelta(hours=5)))) == both
        assert ledger.slot_runs(SLOT + timedelta(seconds=1)) == []


@pytest.mark.parametrize(
    ("outcome", "succeeded"),
    [("committed", True), ("rejected", True), ("skipped", True), ("failed", False), ("interrupted", False)],
)
def test_a_run_succeeded_when_it_did_its_job(tmp_path: Path, outcome: str, succeeded: bool) -> None:
    with Ledger(tmp_path / "ledger.db") as ledger:
        ledger.end(ended(ledger.begin(SCHEDULED, NOW), outcome), LATER)
        assert [tried.succeeded for tried in ledger.slot_runs(SLOT)] == [succeeded]


def test_no_attempt_at_a_slot_can_begin_twice(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.db") as ledger:
        ledger.begin(SCHEDULED, NOW)
        with pytest.raises(sqlite3.IntegrityError):
            ledger.begin(SCHEDULED, NOW)


def crashed(ledger: Ledger, overrule: bool = False) -> RunRecord:
    scheduled = SCHEDULED.model_copy(update={"outcome": "failed", "reason": "it crashed"})
    return ledger.end_scheduled(scheduled, LATER, overrule=overrule)


def test_a_run_that_was_killed_is_ended_with_what_it_knew(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.db") as ledger:
        begun = ledger.begin(SCHEDULED.model_copy(update={"problems": ["a gap"]}), NOW)
        crashed(ledger)
        (run,) = documents(ledger)
        assert (run["run"], run["outcome"], run["reason"]) == (begun.run, "failed", "it crashed")
        assert run["problems"] == ["a gap"]
        assert not ledger.has_unfinished()


def test_a_process_that_began_no_run_is_a_run_all_the_same(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.db") as ledger:
        crashed(ledger)
        (run,) = documents(ledger)
        assert (run["outcome"], run["reason"], run["slot"]) == ("failed", "it crashed", SCHEDULED.slot)
        assert run.keys() >= RunRecord().as_json().keys()
        assert ledger.slot_runs(SLOT) == [SlotRun(SLOT, 1, False, LATER)]


@pytest.mark.parametrize(
    ("own", "overrule", "outcome"),
    [
        ("committed", False, "committed"),
        ("committed", True, "committed"),
        ("failed", True, "failed"),
        ("interrupted", False, "interrupted"),
        ("interrupted", True, "failed"),
    ],
)
def test_what_a_run_wrote_itself_stays_unless_it_was_stopped_for_its_length(
    tmp_path: Path, own: str, overrule: bool, outcome: str
) -> None:
    with Ledger(tmp_path / "ledger.db") as ledger:
        ledger.end(ended(ledger.begin(SCHEDULED, NOW), own), LATER)
        assert crashed(ledger, overrule).outcome == outcome
        assert [run["outcome"] for run in documents(ledger)] == [outcome]


def test_a_killed_run_of_an_earlier_service_is_closed(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.db") as ledger:
        assert not ledger.has_unfinished()
        ledger.begin(SCHEDULED, NOW)
        assert ledger.has_unfinished()
        ledger.close_unfinished(LATER)
        assert [run["outcome"] for run in documents(ledger)] == ["interrupted"]


def test_a_ledger_of_the_first_format_is_taken_along(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "ledger.db") as database:
        database.executescript(TABLES + "PRAGMA user_version = 1;")
        database.execute(
            "INSERT INTO runs (run, started, finished, outcome, record) VALUES ('old', ?, ?, 'skipped', ?)",
            (NOW.isoformat(), LATER.isoformat(), '{"run": "old", "outcome": "skipped"}'),
        )
    for _ in range(2):
        with Ledger(tmp_path / "ledger.db") as ledger:
            assert [run["run"] for run in documents(ledger)] == ["old"]
            assert ledger.slot_runs(datetime(1970, 1, 1, tzinfo=UTC)) == []
    with Ledger(tmp_path / "ledger.db") as ledger:
        crashed(ledger)
        assert len(documents(ledger)) == 2
