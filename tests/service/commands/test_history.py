"""`logling history`."""

import shutil
from datetime import UTC, datetime
from typing import Any

from service.commands.rollback import roll_back
from tests.support.commands import Command, document
from tests.support.repositories import write_hook

LATER = datetime(2026, 3, 9, 12, tzinfo=UTC)


def test_history_has_every_run_newest_first(reader: Any, first_record: dict[str, Any]) -> None:
    (run,) = document(reader.logling("history", "--json"))["runs"]
    assert (run["run"], run["outcome"]) == (first_record["run"], "committed")
    assert {"started", "finished", "loss_curve", "lines", "bits_per_char", "gain"} <= set(run)


def test_history_of_a_new_home_is_empty(logling: Command, fresh: Any) -> None:
    assert document(logling("history", "--json", "--home", fresh.home.path)) == {
        "runs": [],
        "rollbacks": [],
        "hold": None,
        "sources": [],
    }
    assert logling("history", "--home", fresh.home.path).stdout == "No run yet.\n"


def test_history_for_a_person_has_a_line_a_run(reader: Any, first_record: dict[str, Any]) -> None:
    lines = reader.logling("history").stdout.splitlines()
    assert len(lines) == 2
    assert first_record["commit"][:9] in lines[1]


def rolled_back_without_a_push(place: Any) -> None:
    """A run and a rollback whose commits the remote refuses."""
    place.add_remote()
    write_hook(place.folder / "remote.git", "pre-receive", "exit 1")
    weights = place.home.site / "web" / "weights.js"
    weights.write_bytes(weights.read_bytes().replace(b"// ", b"// another ", 1))
    place.git("commit", "--quiet", "--all", "--message", "by hand")
    roll_back(place.home, place.home.settings(), "", LATER)


def test_history_marks_what_the_remote_does_not_have(committed: Any) -> None:
    rolled_back_without_a_push(committed)
    _, rollback, run = committed.logling("history").stdout.splitlines()[:3]
    assert rollback.endswith(", not pushed")
    assert run.endswith(", not pushed")


def test_history_as_json_says_what_was_pushed(committed: Any) -> None:
    rolled_back_without_a_push(committed)
    told = document(committed.logling("history", "--json"))
    assert (told["runs"][0]["pushed"], told["rollbacks"][0]["pushed"]) == (False, False)
    (committed.folder / "remote.git" / "hooks" / "pre-receive").unlink()
    assert committed.logling("push").returncode == 0
    told = document(committed.logling("history", "--json"))
    assert told["rollbacks"][0]["pushed"] is True
    assert "not pushed" not in committed.logling("history").stdout


def test_history_without_a_remote_says_nothing_of_pushes(reader: Any) -> None:
    assert "pushed" not in reader.logling("history").stdout


def test_history_of_a_lost_site_has_the_runs_and_says_so(committed: Any, first_record: dict[str, Any]) -> None:
    shutil.rmtree(committed.home.site)
    done = committed.logling("history")
    assert (done.returncode, first_record["commit"][:9] in done.stdout) == (0, True)
    assert "is gone or empty" in done.stderr


def test_no_secret_of_a_remote_is_in_history_or_ledger(committed: Any) -> None:
    committed.set('# remote = ""', 'remote = "http://me:made-up-secret@127.0.0.1:9/site.git"')
    committed.retrain()
    told = committed.logling("history", "--json").stdout
    assert "127.0.0.1:9/site.git" in told
    assert "made-up-secret" not in told
    assert [path for path in committed.home.state.iterdir() if b"made-up-secret" in path.read_bytes()] == []
