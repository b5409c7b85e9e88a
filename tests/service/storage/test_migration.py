"""Homes of older versions are taken along with nothing lost and nothing read twice, or refused by name.

`older/first` and `older/second` hold what those versions themselves wrote after their first run: settings, weights,
and the two databases as SQL. The first had corpus and ledger of format 1; the second had them of format 2.
"""

import shutil
import sqlite3
from pathlib import Path

import pytest

from model import weights_file
from service.commands.doctor import examine
from service.errors import LoglingError
from service.site.repository import WEIGHTS
from service.site.site import Site
from service.storage import corpus, ledger
from service.storage.corpus import Corpus
from service.storage.database import migrate
from service.storage.ledger import Ledger
from service.training.card import GOLDEN_TEXT
from tests.support.homes import NOON, Place

OLDER = Path(__file__).parent / "older"
THEN = "/srv/logling-example"  # where the older versions ran
LINES = [
    f"{n % 60:02d} {['alpha', 'bravo', 'delta'][n % 3]} fan {['slow', 'fast', 'fast', 'slow', 'slow'][n * n % 5]} ok"
    for n in range(700)
]
READ, ROTATED = 400, 150  # lines that the older versions read, and how many of them from app.log.1


@pytest.fixture(params=["first", "second"])
def older(request: pytest.FixtureRequest, fresh: Place) -> Place:
    """A home and its logs as an older version left them, moved to this machine."""
    kept = OLDER / str(request.param)
    fresh.log.with_name("app.log.1").write_text("".join(line + "\n" for line in LINES[:ROTATED]))
    fresh.log.write_text("".join(line + "\n" for line in LINES[ROTATED:READ]))
    fresh.home.settings_file.write_text((kept / "logling.toml").read_text().replace(THEN, str(fresh.folder)))
    for name in ("corpus", "ledger"):
        with sqlite3.connect(fresh.home.state / f"{name}.db") as database:
            database.executescript((kept / f"{name}.sql").read_text().replace(THEN, str(fresh.folder)))
    shutil.copy(kept / "weights.js", fresh.home.site / WEIGHTS)
    fresh.git("add", WEIGHTS)
    fresh.git("commit", "--quiet", "--message", "First weights")
    return fresh


def versions(place: Place) -> tuple[int, int]:
    """The formats of corpus and ledger."""
    found = []
    for path in (place.home.corpus, place.home.ledger):
        with sqlite3.connect(path) as database:
            found.append(database.execute("PRAGMA user_version").fetchone()[0])
    return found[0], found[1]


def test_an_older_home_goes_on_where_it_was(older: Place) -> None:
    older.append(LINES[READ:])
    record = older.retrain()
    assert record["lines"]["new"] == len(LINES) - READ
    assert record["bits_per_char"]["champion"] is not None
    assert record["problems"] == []
    assert versions(older) == (corpus.FORMAT, ledger.FORMAT)
    with Corpus(older.home.corpus) as taken:
        (document,) = taken.documents()
    assert document.lines == LINES
    assert document.ids == list(range(1, len(LINES) + 1))


def test_its_reserve_begins_behind_the_lines_that_older_weights_may_know(older: Place) -> None:
    older.append(LINES[READ:])
    older.retrain()
    with Ledger(older.home.ledger) as runs:
        latest, first = runs.runs()
    assert latest.reserve_after == first.newest_line


def test_its_history_has_the_run_of_the_older_version(older: Place) -> None:
    older.append(LINES[READ:])
    record = older.retrain()
    with Ledger(older.home.ledger) as runs:
        assert [run.run for run in runs.runs()][:1] == [record["run"]]
        assert [run.outcome for run in runs.runs()][1:] == ["committed"]


def test_a_log_that_was_rotated_in_between_is_read_on(older: Place) -> None:
    older.append(LINES[READ : READ + 100])
    older.log.with_name("app.log.1").rename(older.log.with_name("app.log.2"))
    older.log.rename(older.log.with_name("app.log.1"))
    older.append(LINES[READ + 100 :])
    older.logling("pull")
    with Corpus(older.home.corpus) as taken:
        assert taken.documents()[0].lines == LINES


def test_with_no_new_lines_nothing_is_new(older: Place) -> None:
    record = older.retrain()
    assert (record["outcome"], record["lines"]["new"]) == ("skipped", 0)


def test_the_databases_are_put_aside_before_they_are_changed(older: Place) -> None:
    before = dump(older.home.corpus), dump(older.home.ledger)
    was = versions(older)
    older.retrain()
    copies = [older.home.state / f"corpus.db.format-{was[0]}", older.home.state / f"ledger.db.format-{was[1]}"]
    for text, copy in zip(before, copies, strict=True):
        if copy.name != f"ledger.db.format-{ledger.FORMAT}":  # that was of the present format already
            assert dump(copy) == text
            assert copy.stat().st_mode & 0o077 == 0


def dump(path: Path) -> list[str]:
    with sqlite3.connect(path) as database:
        return sorted(database.iterdump())


def test_doctor_says_that_an_older_home_will_be_taken_along(older: Place) -> None:
    was, _ = versions(older)
    (check,) = [check for check in examine(older.home) if check.name == "corpus"]
    assert check.ok
    assert check.detail == f"ok, of format {was}: the next run takes it to {corpus.FORMAT}"


def test_a_migration_that_fails_leaves_the_database_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "things.db"
    with sqlite3.connect(path, isolation_level=None) as database:
        migrate(database, path, ["CREATE TABLE things (name TEXT);\n"])
        before = list(database.iterdump())
        with pytest.raises(sqlite3.OperationalError):
            migrate(database, path, ["", "ALTER TABLE things ADD COLUMN size INTEGER;\nINSERT INTO nothing VALUES (1)"])
        assert list(database.iterdump()) == before
        assert database.execute("PRAGMA user_version").fetchone() == (1,)


def test_without_room_for_a_copy_nothing_is_changed(tmp_path: Path) -> None:
    path = tmp_path / "things.db"
    with sqlite3.connect(path, isolation_level=None) as database:
        migrate(database, path, ["CREATE TABLE things (name TEXT);\n"])
        (tmp_path / "things.db.format-1").mkdir()  # where the copy would go
        with pytest.raises(OSError, match="things"):
            migrate(database, path, ["", "ALTER TABLE things ADD COLUMN size INTEGER"])
        assert database.execute("PRAGMA user_version").fetchone() == (1,)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["things.db", "things.db.format-1"]


@pytest.mark.parametrize("name", ["corpus", "ledger"])
def test_a_database_of_a_newer_version_is_refused_and_left_alone(committed: Place, name: str) -> None:
    path, known = committed.home.state / f"{name}.db", {"corpus": corpus.FORMAT, "ledger": ledger.FORMAT}[name]
    with sqlite3.connect(path) as database:
        database.execute(f"PRAGMA user_version = {known + 1}")
    before = dump(path)
    words = f"{name}.db has format {known + 1}, newer than the {known} of this Logling: update Logling"
    for command in ("retrain", "pull" if name == "corpus" else "history"):
        refused = committed.logling(command)
        assert refused.returncode == 1
        assert words in refused.stderr.replace("\n", " ")
    assert dump(path) == before
    (check,) = [check for check in examine(committed.home) if check.name == name]
    assert (check.ok, "update Logling" in check.detail) == (False, True)


def test_a_setting_that_this_version_does_not_know_is_refused_by_its_name(committed: Place) -> None:
    committed.set("[gate]\n", "[gate]\nmin_lines = 5\n")
    refused = committed.logling("retrain")
    assert refused.returncode == 1
    assert "there is no setting 'gate.min_lines' (given 5); allowed here: min_new_lines, forgetting" in refused.stderr


def put_weights_of(place: Place, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commit the champion as a version with that format number would have written it."""
    site = Site(place.home.site, place.home.settings().git)
    with monkeypatch.context() as other:
        model, card = weights_file.decode(site.weights() or b"")
        other.setattr(weights_file, "FORMAT", number)
        site.commit_weights(weights_file.encode(model, {**card, "format": number}, GOLDEN_TEXT), "Weights", NOON)


def test_weights_of_a_newer_version_are_refused_by_number(committed: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    newer = weights_file.FORMAT + 1
    put_weights_of(committed, newer, monkeypatch)
    committed.append_usual(300)
    with pytest.raises(LoglingError, match=f"has format {newer}, this version reads format .*: update Logling"):
        committed.retrain()


def test_weights_that_only_an_older_version_can_read_are_begun_anew(
    committed: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = weights_file.BEFORE_RECALL - 1
    put_weights_of(committed, older, monkeypatch)
    committed.append_usual(300)
    record = committed.retrain()
    assert (record["outcome"], record["bits_per_char"]["champion"]) == ("committed", None)
    assert any(f"format {older}" in problem for problem in record["problems"])


def test_a_corpus_that_was_lost_is_read_anew_and_trained_on(committed: Place) -> None:
    for file in committed.home.state.glob("corpus.db*"):
        file.unlink()
    record = committed.retrain()
    assert record["lines"]["new"] == len(committed.log.read_text().splitlines())
    assert record["outcome"] in ("committed", "rejected")
