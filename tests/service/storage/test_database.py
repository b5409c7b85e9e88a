"""Databases: all or nothing, and whether they are sound."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from service.storage.database import check, opened, transaction
from service.storage.ledger import Ledger
from tests.support.waiting import PATIENCE


def with_a_table(database: sqlite3.Connection) -> None:
    database.execute("CREATE TABLE IF NOT EXISTS things (id INTEGER PRIMARY KEY)")


def things(path: Path) -> list[int]:
    with closing(sqlite3.connect(path)) as database:
        return [row[0] for row in database.execute("SELECT id FROM things")]


def test_a_transaction_that_fails_writes_nothing_and_the_next_one_can_be_made(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with closing(opened(path, with_a_table)) as database:
        with pytest.raises(sqlite3.IntegrityError), transaction(database):
            database.executemany("INSERT INTO things VALUES (?)", [(1,), (1,)])
        with transaction(database):
            database.execute("INSERT INTO things VALUES (2)")
    assert things(path) == [2]


def test_what_is_opened_is_durable(tmp_path: Path) -> None:
    with closing(opened(tmp_path / "a.db", with_a_table)) as database:
        names = ("journal_mode", "synchronous", "busy_timeout")
        assert [database.execute(f"PRAGMA {name}").fetchone()[0] for name in names] == ["wal", 2, 30_000]


def test_a_database_that_cannot_be_opened_leaves_no_descriptor(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_text("no database" * 100)
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(20):
        with pytest.raises(sqlite3.DatabaseError):
            opened(tmp_path / "a.db", with_a_table)
    assert len(list(Path("/proc/self/fd").iterdir())) == before


RACE = """
import sys, time
from pathlib import Path
from service.storage.corpus import Corpus
from service.storage.ledger import Ledger

made = {"corpus": Corpus, "ledger": Ledger}[sys.argv[1]]
print("ready", flush=True)
sys.stdin.readline()
for number in range(100):
    made(Path(sys.argv[2]) / f"{number}.db").__exit__()
"""


@pytest.mark.parametrize("kind", ["corpus", "ledger"])
def test_two_processes_may_make_the_same_database_at_once(tmp_path: Path, kind: str) -> None:
    command = [sys.executable, "-c", RACE, kind, str(tmp_path)]
    makers = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    for maker in makers:
        assert maker.stdout
        assert maker.stdout.readline() == "ready\n"
    for maker in makers:
        assert maker.stdin
        print(file=maker.stdin, flush=True)
    assert [maker.communicate(timeout=PATIENCE)[1] for maker in makers] == ["", ""]


def test_the_check_finds_a_sound_ledger_sound(tmp_path: Path) -> None:
    Ledger(tmp_path / "ledger.db").__exit__()
    assert check(tmp_path / "ledger.db") == "ok"


@pytest.mark.parametrize("folder", ["home", "50%41 #1? ü"])
def test_the_check_says_what_is_wrong_with_a_damaged_one(tmp_path: Path, folder: str) -> None:
    path = tmp_path / folder / "ledger.db"
    path.parent.mkdir()
    path.write_text("no database" * 100)
    assert "not a database" in check(path)
