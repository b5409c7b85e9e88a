"""The database of findings: its bounds, its cases, and what it refuses."""

from __future__ import annotations

import sqlite3
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from service.checking import findings_database
from service.checking.cases import Case
from service.checking.findings import Finding, StrangeWord
from service.checking.findings_database import FindingsDatabase, LogMemory, Position, Round
from service.checking.watch_budget import DAY
from service.errors import LoglingError

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def a_finding(number: int) -> Finding:
    words = [StrangeWord(0, 5, 0.5)]
    return Finding(
        "new", number, "valve burst", 2e4, "why", "valve burst", words, [number], 1, ["b"], ["a"], ("valve",)
    )


def kept(database: FindingsDatabase, *cases: Case, now: float = 5.0) -> None:
    memory = LogMemory(now, check={})
    for case in cases:
        memory.cases.by_name[f"case {case.finding.line}"] = case
        memory.cases.kin[f"line {case.finding.line}"] = f"case {case.finding.line}"
    with database.together():
        database.move(Position("corpus", 1))
        database.keep_log(1, "shop", memory, now)
        database.note_round(Round(now, 1, 1.0))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "findings.db"


def test_a_case_comes_back_as_it_was(path: Path) -> None:
    case = Case(a_finding(7), 5.0, 5.0, 7, 9, "held", 1, 1, lines=[7])
    with FindingsDatabase(path) as database:
        kept(database, case)
        cases = database.logs(6.0)[1].cases
    assert cases.by_name == {"case 7": case}
    assert cases.kin == {"line 7": "case 7"}


def test_a_case_of_which_nothing_came_for_a_week_does_not_go_on(path: Path) -> None:
    with FindingsDatabase(path) as database:
        kept(database, Case(a_finding(7), 5.0, 5.0))
        assert database.logs(5.1 + 7 * DAY)[1].cases.by_name == {}


def test_it_is_for_its_owner_alone(path: Path) -> None:
    with FindingsDatabase(path):
        assert {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()} == {0o600}


def test_the_oldest_findings_go(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(findings_database, "MOST_ROWS", 3)
    with FindingsDatabase(path) as database:
        kept(database, *(Case(a_finding(n), 5.0, 5.0) for n in range(1, 6)))
        assert sorted(row.number for row in database.found(LONG_AGO)) == [3, 4, 5]
        kept(database, Case(a_finding(9), 6.0, 6.0), now=6.0)
        assert sorted(row.number for row in database.found(LONG_AGO)) == [4, 5, 6]


def test_old_rounds_and_messages_go(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(findings_database, "MOST_MESSAGES", 3)
    with FindingsDatabase(path) as database:
        for at in range(5):
            database.add_message(at, str(at), {}, ["address"])
            kept(database, now=at * 20 * DAY)
        assert [message.text for message in database.unsent()] == ["2", "3", "4"]
        assert len(database.rounds(80 * DAY)) == 2


def test_a_long_line_is_cut(path: Path) -> None:
    long = Finding("new", 1, "x" * 2000, 2e4, "why", "x" * 5000, before=["y" * 5000])
    with FindingsDatabase(path) as database:
        kept(database, Case(long, 5.0, 5.0))
    assert path.stat().st_size < 60_000


def test_what_is_no_database_is_named(path: Path) -> None:
    path.write_text("no database, and long enough to be looked at as one " * 100)
    with pytest.raises(LoglingError, match=r"findings.db cannot be used: file is not a database"):
        FindingsDatabase(path)


def test_one_of_a_newer_version_is_refused(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 99")
    with pytest.raises(LoglingError, match="format 99, newer than"):
        FindingsDatabase(path)
