"""The state of a source after a pull: what gives nothing is never silent."""

from __future__ import annotations

import gzip
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from service.sources.source_reading import SourceReading, Trouble, states_after
from service.storage.ledger import Ledger
from service.storage.source_states import SourceState, describe_lesser_troubles, describe_troubles
from tests.support.logs import Logs

SUNDAY = datetime(2026, 3, 1, 3, 30, tzinfo=UTC)
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
GONE = Trouble("/a", "missing", "/a: no file matches")
READ = SourceReading("/a", lines=5, files=1, was_read=True)


def after_pulls(*readings: SourceReading, apart: timedelta = WEEK) -> SourceState:
    """The state after these pulls, the first of them on SUNDAY."""
    states: tuple[SourceState, ...] = ()
    for number, reading in enumerate(readings):
        states = states_after([reading], states, SUNDAY + number * apart)
    return states[0]


def pulled(logs: Logs, pattern: str = "app.log", before: tuple[SourceState, ...] = ()) -> SourceState:
    return states_after(logs.pull(pattern).readings, before, SUNDAY)[0]


def test_a_source_that_gave_lines_is_read() -> None:
    assert after_pulls(READ).describe() == "reading"


def test_a_source_without_a_new_line_for_days_is_quiet_since_its_last_ones() -> None:
    state = after_pulls(READ, SourceReading("/a", files=1, was_read=True))
    assert state.describe() == "no new line since 2026-03-01 03:30 UTC"


def test_a_source_without_a_new_line_for_a_day_is_still_read() -> None:
    assert after_pulls(READ, SourceReading("/a", files=1, was_read=True), apart=DAY).state == "reading"


def test_a_source_that_vanished_is_missing_since_the_pull_that_found_it_so() -> None:
    gone = SourceReading("/a", was_read=True, troubles=[GONE])
    assert after_pulls(READ, gone, gone).describe() == "missing since 2026-03-08 03:30 UTC"


def test_a_source_that_never_matched_says_so() -> None:
    state = after_pulls(SourceReading("/a", troubles=[GONE]))
    assert (state.describe(), state.is_in_trouble) == ("has matched nothing yet", False)


def test_a_source_that_was_once_read_stays_known_as_read() -> None:
    assert after_pulls(READ, SourceReading("/a", troubles=[GONE])).is_in_trouble


def test_a_file_that_vanishes_makes_its_source_missing(logs: Logs) -> None:
    log = logs.write("app.log", "one\n")
    logs.pull("app.log")
    log.unlink()
    assert (pulled(logs).state, pulled(logs).is_in_trouble) == ("missing", True)


def test_a_log_that_was_rotated_and_not_made_anew_is_read(logs: Logs) -> None:
    log = logs.write("app.log", "one\n")
    logs.pull("app.log")
    logs.append("app.log", "two\n")
    log.rename(log.with_name("app.log.1"))
    assert pulled(logs).state == "reading"


@pytest.mark.usefixtures("mere_owner")
def test_a_file_that_may_no_longer_be_read_is_unreadable_beside_others(logs: Logs) -> None:
    logs.write("a.log", "one\n")
    logs.write("b.log", "two\n")
    logs.pull("*.log")
    (logs.folder / "a.log").chmod(0)
    state = pulled(logs, "*.log")
    assert (state.state, state.is_in_trouble, "Permission denied" in state.detail) == ("unreadable", True, True)


@pytest.mark.usefixtures("mere_owner")
def test_a_folder_that_may_no_longer_be_listed_is_unreadable_and_not_missing(logs: Logs) -> None:
    logs.write("a.log", "one\n")
    logs.pull("*.log")
    logs.folder.chmod(0)
    state = pulled(logs, "*.log")
    logs.folder.chmod(0o700)
    assert (state.state, state.is_in_trouble) == ("unreadable", True)


@pytest.mark.usefixtures("mere_owner")
def test_a_file_that_could_never_be_read_beside_others_is_no_trouble(logs: Logs) -> None:
    logs.write("a.log", "one\n").chmod(0)
    logs.write("b.log", "two\n")
    assert pulled(logs, "*.log").state == "reading"


def test_a_truncated_archive_is_damaged_until_it_is_replaced(logs: Logs) -> None:
    whole = gzip.compress(b"a line\n" * 999)
    logs.write("app.log.gz", whole[:-9])
    torn = pulled(logs, "*.gz")
    again = pulled(logs, "*.gz", (torn,))
    logs.write("app.log.gz", whole)
    assert [state.state for state in (torn, again, pulled(logs, "*.gz", (again,)))] == ["damaged", "damaged", "reading"]


def test_a_truncated_archive_beside_a_whole_log_is_damage_in_part(logs: Logs) -> None:
    logs.write("app.log", "one\n")
    logs.write("other.gz", gzip.compress(b"a line\n" * 999)[:-9])
    state = pulled(logs, "*")
    assert (state.is_in_trouble, describe_lesser_troubles([state])) == (False, "the source is damaged in part")


def test_a_log_that_became_binary_is_damaged(logs: Logs) -> None:
    logs.write("app.log", "one\n" * 99)
    logs.pull("app.log")
    (logs.folder / "app.log").unlink()
    logs.write("app.log", bytes(range(256)) * 40)
    assert (pulled(logs).state, pulled(logs).is_in_trouble) == ("damaged", True)


def test_troubles_are_counted_without_a_name() -> None:
    read = after_pulls(READ)
    lost = SourceState("/b", "missing", SUNDAY, was_read=True)
    assert describe_troubles([read, lost, read]) == "1 of 3 sources is missing"
    assert describe_troubles([lost, lost]) == "2 of 2 sources are missing"


def test_the_ledger_keeps_the_states(tmp_path: Path) -> None:
    state = SourceState("/a", "damaged", SUNDAY, SUNDAY + DAY, was_read=True, files=2, detail="x", damage=(("/a", 3),))
    with Ledger(tmp_path / "ledger.db") as ledger:
        assert ledger.sources() is None
        ledger.note_sources([state])
        assert ledger.sources() == (state,)


def test_a_state_tells_how_many_lines_came_last_and_when_it_was_looked_at() -> None:
    first = SourceReading("/a", lines=12, files=1, was_read=True).after(None, SUNDAY)
    second = SourceReading("/a", lines=0, files=1, was_read=True).after(first, SUNDAY + DAY)
    assert (second.newest_lines, second.last_lines, second.looked) == (12, SUNDAY, SUNDAY + DAY)


def test_a_state_that_an_older_version_wrote_is_read(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.db") as ledger:
        ledger.note_sources([SourceState("/a", "reading", SUNDAY, SUNDAY, was_read=True)])
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as database, database:
        database.execute("UPDATE source_states SET states = json_remove(states, '$[0].looked', '$[0].newest_lines')")
    with Ledger(tmp_path / "ledger.db") as ledger:
        (state,) = ledger.sources() or ()
    assert (state.looked, state.newest_lines) == (None, 0)
