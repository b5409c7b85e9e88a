"""Rollback, hold and resume: earlier weights come back as a new commit, and nothing is published until told."""

import json
import sqlite3
import subprocess
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from model.weights_file import WeightsFileError
from service.commands.history import rollbacks, site_of
from service.commands.rollback import RollbackDone, roll_back
from service.errors import LoglingError
from service.home import locked
from service.site.git import SiteError
from service.storage.hold import Hold
from service.storage.rollbacks import read_rollbacks
from tests.support.runs import Document

LATER = datetime(2026, 3, 9, 12, tzinfo=UTC)


def back(place: Any, commit: str = "") -> RollbackDone:
    return roll_back(place.home, place.home.settings(), commit, LATER)


def weights(place: Any, commit: str = "HEAD") -> bytes:
    command = ["git", "-C", str(place.home.site), "show", f"{commit}:web/weights.js"]
    return subprocess.run(command, check=True, capture_output=True).stdout


def other(file: bytes, begin: bytes = b"// another ") -> bytes:
    """The same weights under another comment."""
    return file.replace(b"// ", begin, 1)


def put(place: Any, content: bytes, subject: str = "by hand") -> str:
    """A person commits a weights file."""
    (place.home.site / "web" / "weights.js").write_bytes(content)
    place.git("commit", "--quiet", "--all", "--message", subject)
    return str(place.git("rev-parse", "HEAD"))


@pytest.fixture
def twice(committed: Any) -> Any:
    """A home with two committed models, the second made by hand of the first."""
    put(committed, other(weights(committed)))
    return committed


def test_the_weights_before_come_back_as_a_new_commit(twice: Any, first_record: Document) -> None:
    tip = twice.git("rev-parse", "HEAD")
    done = back(twice)
    assert (done.restored, done.pushed, done.problem) == (first_record["commit"], None, "")
    assert weights(twice) == weights(twice, first_record["commit"])
    assert twice.git("rev-parse", "HEAD", "HEAD^").split() == [done.commit, tip]
    assert twice.git("show", "--format=", "--name-only") == "web/weights.js"
    assert twice.git("status", "--porcelain") == ""


def test_a_named_commit_comes_back(twice: Any, first_record: Document) -> None:
    put(twice, other(weights(twice)))
    assert back(twice, "HEAD~2").restored == first_record["commit"]
    assert weights(twice) == weights(twice, first_record["commit"])


def test_a_second_rollback_goes_further_back(twice: Any, first_record: Document) -> None:
    put(twice, other(weights(twice)))
    second = twice.git("rev-parse", "HEAD^")
    assert [back(twice).restored, back(twice).restored] == [second, first_record["commit"]]


def test_a_second_rollback_does_not_bring_back_what_the_first_withdrew(twice: Any) -> None:
    back(twice)
    with pytest.raises(LoglingError, match="no earlier weights"):
        back(twice)


def test_weights_that_were_withdrawn_come_back_by_name(twice: Any) -> None:
    later = weights(twice)
    withdrawn = twice.git("rev-parse", "HEAD")
    back(twice)
    back(twice, withdrawn)
    assert weights(twice) == later


def test_runs_go_on_and_are_recorded_while_publishing_is_held(twice: Any) -> None:
    tip = back(twice).commit
    twice.append_usual(200)
    record = twice.retrain()
    assert record["outcome"] == "rejected"
    assert record["reason"].startswith("publishing is held since the rollback to ")
    assert "else it would have been committed" in record["reason"]
    assert twice.git("rev-parse", "HEAD") == tip


def test_resume_publishes_again(twice: Any) -> None:
    back(twice)
    assert twice.logling("resume").returncode == 0
    assert Hold(twice.home).read() is None
    twice.append_usual(200)
    assert twice.retrain()["outcome"] == "committed"


def test_the_history_has_the_rollback_and_the_hold(twice: Any) -> None:
    done = back(twice)
    shown = json.loads(twice.logling("history", "--json").stdout)
    assert [(entry["commit"], entry["restored"]) for entry in shown["rollbacks"]] == [(done.commit, done.restored)]
    assert shown["hold"]["commit"] == done.restored
    assert rollbacks(site_of(twice.home)) == shown["rollbacks"]


def test_without_earlier_weights_there_is_nothing_to_roll_back_to(committed: Any) -> None:
    with pytest.raises(LoglingError, match="no earlier weights"):
        back(committed)
    assert Hold(committed.home).read() is None


@pytest.mark.parametrize(
    ("commit", "words"),
    [
        ("nonsense", "no commit 'nonsense'"),
        ("--all", "no commit '--all'"),
        ("HEAD~2", "has no weights"),
        ("HEAD", "are the present ones"),
    ],
)
def test_what_cannot_be_restored_is_refused_with_its_reason(twice: Any, commit: str, words: str) -> None:
    tip = twice.git("rev-parse", "HEAD")
    with pytest.raises(LoglingError, match=words):
        back(twice, commit)
    assert (twice.git("rev-parse", "HEAD"), Hold(twice.home).read()) == (tip, None)


def test_weights_of_another_format_are_not_restored(committed: Any) -> None:
    other = put(committed, b"// of next year\nLOGLING_WEIGHTS = 'x'\n")
    put(committed, weights(committed, "HEAD~1"))
    with pytest.raises(WeightsFileError):
        back(committed, other)
    assert Hold(committed.home).read() is None


def test_a_commit_that_is_refused_holds_nothing(twice: Any) -> None:
    hook = twice.home.site / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho 'not today'; exit 1\n")
    hook.chmod(0o755)
    with pytest.raises(SiteError, match="not today"):
        back(twice)
    assert Hold(twice.home).read() is None


@pytest.mark.parametrize("text", ["", "{}", "nonsense", "[]"])
def test_a_damaged_hold_still_holds_and_says_what_to_do(committed: Any, text: str) -> None:
    (committed.home.state / "hold.json").write_text(text)
    with pytest.raises(LoglingError, match="`logling resume`"):
        Hold(committed.home).describe()
    assert Hold(committed.home).lift() is True
    assert Hold(committed.home).describe() == ""


def test_a_run_with_a_damaged_hold_publishes_nothing(committed: Any, first_record: Document) -> None:
    (committed.home.state / "hold.json").write_text("")
    committed.append_usual(200)
    with pytest.raises(LoglingError, match="is damaged"):
        committed.retrain()
    assert committed.git("rev-parse", "HEAD") == first_record["commit"]


def test_nothing_is_rolled_back_while_a_merge_is_under_way(twice: Any) -> None:
    (twice.home.site / ".git" / "MERGE_HEAD").write_text(twice.git("rev-parse", "HEAD"))
    with pytest.raises(SiteError, match="a merge is under way"):
        back(twice)
    assert Hold(twice.home).read() is None


def test_nothing_is_rolled_back_during_a_run(twice: Any) -> None:
    with locked(twice.home), pytest.raises(LoglingError, match="is in use by process"):
        back(twice)


def test_a_rollback_is_pushed_at_once(twice: Any) -> None:
    remote = twice.add_remote()
    twice.retrain()
    done = back(twice)
    assert (done.pushed, done.problem) == (True, "")
    assert twice.git("rev-parse", "main", at=remote.name) == done.commit


def test_a_rollback_is_in_the_ledger_with_what_its_card_says(twice: Any, first_record: Document) -> None:
    done = back(twice)
    with closing(sqlite3.connect(twice.home.ledger)) as database:
        (noted,) = read_rollbacks(database)
    assert (noted.at, noted.commit, noted.restored, noted.pushed) == (LATER, done.commit, done.restored, None)
    assert noted.score == pytest.approx(first_record["bits_per_char"]["challenger"], abs=1e-4)
    assert (noted.parameters, noted.weights_bytes) == (first_record["parameters"], first_record["weights_bytes"])


def test_a_rollback_without_a_reachable_remote_is_made_and_pushed_later(twice: Any) -> None:
    remote = twice.add_remote()
    twice.retrain()
    away = remote.rename(remote.with_name("away"))
    done = back(twice)
    assert (done.pushed, "remote.git" in done.problem) == (False, True)
    away.rename(remote)
    twice.retrain()
    assert twice.git("rev-parse", "main", at=remote.name) == done.commit


def test_a_rollback_wins_over_weights_that_others_have_pushed_before(twice: Any, first_record: Document) -> None:
    remote = twice.add_remote()
    twice.retrain()
    twice.git("clone", "--quiet", str(remote), "others", at=".")
    (twice.folder / "others" / "web" / "weights.js").write_bytes(other(weights(twice), b"// theirs "))
    twice.git("commit", "--quiet", "--all", "--message", "others", at="others")
    twice.git("push", "--quiet", at="others")
    put(twice, other(weights(twice), b"// ours "))
    assert back(twice, first_record["commit"]).pushed is True
    assert weights(twice) == weights(twice, first_record["commit"])
    shown = ["git", "-C", str(remote), "show", "main:web/weights.js"]
    assert subprocess.run(shown, check=True, capture_output=True).stdout == weights(twice)


def test_a_person_whose_weights_are_edited_keeps_them_and_is_told(twice: Any) -> None:
    path: Path = twice.home.site / "web" / "weights.js"
    path.write_text("mine")
    assert "a person's change" in back(twice).problem
    assert path.read_text() == "mine"
