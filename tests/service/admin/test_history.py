"""The history as the admin page reads it: what changed is seen, and nothing else is read again."""

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from service.admin.history import History, LedgerReader
from service.home import Home
from service.storage.ledger import Ledger
from service.storage.run_record import RunRecord
from tests.support.runs import documents

SUNDAY = datetime(2026, 11, 22, 3, 30, tzinfo=UTC)

Fill = Callable[..., None]


@pytest.fixture
def home(tmp_path: Path, fill: Fill) -> Home:
    home = Home(tmp_path / "home")
    fill(home, 6, SUNDAY)
    return home


def test_runs_are_oldest_first_with_what_the_ledger_says(home: Home) -> None:
    runs = LedgerReader(home.ledger).history().runs
    with Ledger(home.ledger) as ledger:
        records = documents(ledger)[::-1]
    assert [run.run for run in runs] == [record["run"] for record in records]
    assert [run.challenger for run in runs] == [record["bits_per_char"]["challenger"] for record in records]


def test_nothing_is_read_again_while_nothing_changes(home: Home) -> None:
    reader = LedgerReader(home.ledger)
    assert reader.history().runs is reader.history().runs


def test_a_run_that_ends_is_seen(home: Home) -> None:
    reader = LedgerReader(home.ledger)
    reader.history()
    with Ledger(home.ledger) as ledger:
        record = ledger.begin(RunRecord(), SUNDAY)
        begun = reader.history()
        ledger.end(record.model_copy(update={"outcome": "skipped", "reason": "as expected"}), SUNDAY)
    ended = reader.history()
    assert begun.unfinished is not None
    assert begun.unfinished.run == record.run
    assert (len(begun.runs), len(ended.runs), ended.unfinished) == (6, 7, None)
    assert ended.runs[-1].reason == "as expected"


def test_an_outcome_that_was_set_right_later_is_seen(home: Home) -> None:
    reader = LedgerReader(home.ledger)
    first = reader.history().runs[0]
    with Ledger(home.ledger) as ledger:
        ledger.correct((ledger.run(first.run) or RunRecord()).model_copy(update={"outcome": "interrupted"}))
    assert reader.history().runs[0].outcome == "interrupted"


def test_commits_that_were_pushed_later_are_seen(tmp_path: Path, fill: Fill) -> None:
    fill(Home(tmp_path), 3, SUNDAY, pushed=False)
    reader = LedgerReader(tmp_path / "state" / "ledger.db")
    assert reader.history().runs[-1].pushed is False
    with Ledger(reader.path) as ledger:
        ledger.note_pushed()
    assert reader.history().runs[-1].pushed is True


def test_records_are_those_of_the_ledger(home: Home) -> None:
    reader = LedgerReader(home.ledger)
    runs = reader.history().runs
    with Ledger(home.ledger) as ledger:
        records = ledger.runs()
    assert reader.records([run.number for run in runs]) == records
    assert reader.run(runs[-1].run) == records[0]
    assert reader.run("nobody") is None


def test_what_looks_like_a_secret_is_masked(tmp_path: Path, fill: Fill) -> None:
    words = "git push: cannot reach https://me:example0@example.org/a.git\nafter 3 s"
    fill(Home(tmp_path), 1, SUNDAY, reason=words, problems=[words])
    reader = LedgerReader(tmp_path / "state" / "ledger.db")
    masked = words.replace("example0", "<secret>")
    (run,) = reader.history().runs
    record = reader.run(run.run) or RunRecord()
    assert (run.reason, record.reason, record.problems) == (masked, masked, [masked])


def test_the_ledger_cannot_be_written_by_it(home: Home) -> None:
    with LedgerReader(home.ledger)._opened() as database, pytest.raises(sqlite3.OperationalError, match="readonly"):
        database.execute("DELETE FROM runs")


def test_a_ledger_that_is_gone_is_noticed(home: Home) -> None:
    reader = LedgerReader(home.ledger)
    reader.history()
    home.state.rename(home.path / "elsewhere")
    with pytest.raises(sqlite3.Error):
        reader.history()


def test_a_home_before_its_first_run_has_an_empty_history(tmp_path: Path) -> None:
    assert LedgerReader(tmp_path / "ledger.db").history() == History((), None, (), None)


def test_a_ledger_of_the_format_before_has_no_status(home: Home) -> None:
    with sqlite3.connect(home.ledger) as database:
        database.executescript("DROP TABLE service_status; DROP TABLE run_progress")
    history = LedgerReader(home.ledger).history()
    assert (len(history.runs), history.service, history.tasks) == (6, None, ())
