"""Trailers that others wrote neither crash a command nor change the ledger."""

from __future__ import annotations

import os
import subprocess
from typing import Any

import pytest

from service.commands.rollback import weights_before_present
from service.installation import is_newer
from service.settings import GitSettings
from service.site.site import Site
from service.storage.ledger import Ledger
from tests.support.repositories import Pair, git
from tests.support.runs import documents

HASH = "0123456789" * 4


def commit_with(place: Any, message: bytes, date: str = "@1772000000 +0000") -> None:
    """Somebody changes the weights, under any message."""
    weights = place.home.site / "web" / "weights.js"
    weights.write_bytes(weights.read_bytes().replace(b"// ", b"// x ", 1))
    command = ["git", "-C", str(place.home.site), "-c", "user.name=P", "-c", "user.email=p@x"]
    subprocess.run(
        [*command, "commit", "--quiet", "--all", "--cleanup=verbatim", "--file=-"],
        input=message,
        check=True,
        env={**os.environ, "GIT_COMMITTER_DATE": date},
    )


def version(place: Any) -> Any:
    return Site(place.home.site, GitSettings()).versions()[0]


def test_a_run_that_never_committed_does_not_commit_by_a_trailer_of_others(committed: Any) -> None:
    committed.append_usual(5)
    skipped = committed.retrain()
    commit_with(committed, f"Weights\n\nLogling-Run: {skipped['run']}\n".encode())
    committed.retrain()
    with Ledger(committed.home.ledger) as ledger:
        record = ledger.run(skipped["run"])
    assert record
    assert (record.outcome, record.commit) == ("skipped", None)


def test_a_rejected_run_does_not_either(committed: Any) -> None:
    with Ledger(committed.home.ledger) as ledger:
        (record,) = ledger.runs()
        ledger.correct(record.model_copy(update={"outcome": "rejected", "commit": None, "weights_sha256": None}))
        before = documents(ledger)
    committed.append_usual(5)
    committed.retrain()
    with Ledger(committed.home.ledger) as ledger:
        assert documents(ledger)[1:] == before


@pytest.mark.parametrize(
    "trailers",
    [
        "Logling-Run: one\nLogling-Run: two",
        f"Logling-Run: {'r' * 100_000}",
        "Logling-Run: one two",
        "Logling-Run: one\n two",
        "Logling-Run: \u202eone",
        "Logling-Run: a\tb",
    ],
)
def test_a_run_that_is_no_id_is_none(committed: Any, trailers: str) -> None:
    commit_with(committed, f"Weights\n\n{trailers}\n".encode())
    assert version(committed).run == ""


@pytest.mark.parametrize("restored", ["HEAD", "--all", "abc", f"{HASH}\nLogling-Rollback: {HASH}"])
def test_a_rollback_to_what_is_no_commit_is_none(committed: Any, restored: str) -> None:
    commit_with(committed, f"Weights\n\nLogling-Rollback: {restored}\n".encode())
    assert version(committed).restored == ""


def test_a_tab_in_a_run_is_not_taken_for_a_rollback(committed: Any) -> None:
    commit_with(committed, f"Weights\n\nLogling-Run: one\t{HASH}\n".encode())
    assert version(committed).restored == ""


def test_a_rollback_that_restored_nothing_does_not_hide_earlier_weights(committed: Any, first_record: Any) -> None:
    commit_with(committed, f"Weights\n\nLogling-Rollback: {HASH}\n".encode())
    assert weights_before_present(Site(committed.home.site, GitSettings())) == first_record["commit"]


@pytest.mark.parametrize("message", [b"Weights\n\nLogling-Run: \xff\xfe\n", b"Weights\n\nLogling-Rollback: \x80\n"])
@pytest.mark.parametrize("command", ["history", "rollback", "verify"])
def test_a_message_that_is_not_utf8_crashes_nothing(committed: Any, message: bytes, command: str) -> None:
    commit_with(committed, message)
    done = committed.logling(command, *(["HEAD"] if command == "verify" else []))
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("seconds", ["@99999999999999", "@18446744073709551614"])
def test_a_date_beyond_the_calendar_crashes_nothing(committed: Any, seconds: str, first_record: Any) -> None:
    raw = f"tree {committed.git('rev-parse', 'HEAD^{tree}')}\nparent {first_record['commit']}\n"
    raw += f"author P <p@x> {seconds[1:]} +0000\ncommitter P <p@x> {seconds[1:]} +0000\n\n"
    raw += f"Weights\n\nLogling-Rollback: {first_record['commit']}\n"
    at = committed.home.site
    commit_with(committed, b"other weights")
    tree = committed.git("rev-parse", "HEAD^{tree}")
    made = subprocess.run(
        ["git", "-C", str(at), "hash-object", "-t", "commit", "-w", "--stdin", "--literally"],
        input=raw.replace(raw.split("\n")[0], f"tree {tree}").encode(), capture_output=True, check=True,
    ).stdout.decode().strip()  # fmt: skip
    committed.git("update-ref", "refs/heads/main", made)
    done = committed.logling("history", "--json")
    assert (done.returncode, "Traceback" in done.stderr) == (0, False)


def test_a_version_of_thousands_of_digits_is_compared() -> None:
    assert is_newer("9" * 5000, "0.1.0") is True


def test_the_commit_of_a_pair_has_its_run(pair: Pair) -> None:
    assert pair.open().version(git(pair.site, "rev-parse", "HEAD")).run == "first"
