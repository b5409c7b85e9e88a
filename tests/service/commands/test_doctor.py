"""`logling doctor`, and what is said of damaged databases."""

import gzip
import json
import socket
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from service.commands.doctor_home import check_database, check_writable
from service.errors import LoglingError
from tests.support.commands import document, is_sentence


def test_doctor_finds_a_good_home_well(committed: Any) -> None:
    told = document(committed.logling("doctor", "--json"))
    assert told["ok"] is True
    assert {"name", "ok", "detail"} == set(told["checks"][0])


def damage(place: Any, what: str) -> None:
    home = place.home
    if what in ("ledger", "corpus"):
        (home.state / f"{what}.db").write_text("no database" * 1000)
    elif what == "state":
        home.state.chmod(0o755)
    elif what == "site":
        home.site.rename(place.folder / "elsewhere")
    elif what == "weights":
        (home.site / "web" / "weights.js").write_text("not weights")
        place.git("commit", "--quiet", "--all", "--message", "oops")
    elif what == "remote":
        place.set('# remote = ""', 'remote = "/nowhere.git"')
    elif what == "settings":
        place.set("[gate]", "[gates]")
    elif what == "source":
        place.log.unlink()
    else:
        place.log.write_bytes(bytes(range(256)) * 20)


@pytest.mark.parametrize(
    "what", ["settings", "state", "ledger", "corpus", "site", "weights", "remote", "source", "source that is no text"]
)
def test_doctor_says_what_is_wrong(committed: Any, what: str) -> None:
    damage(committed, what)
    result = committed.logling("doctor", "--json")
    assert (result.returncode, "Traceback" in result.stderr) == (1, False)
    bad = [check["name"] for check in json.loads(result.stdout)["checks"] if not check["ok"]]
    assert [name for name in bad if name.startswith(what.split()[0])] != []


def test_a_machine_without_what_compiles_the_training_is_told(
    committed: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "numba.py").write_text("raise ModuleNotFoundError('No module named numba')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    checks = json.loads(committed.logling("doctor", "--json").stdout)["checks"]
    (bad,) = [check for check in checks if not check["ok"]]
    assert (bad["name"], "pip install numba" in bad["detail"]) == ("numba", True)


@pytest.mark.parametrize("command", ["history", "retrain"])
def test_a_damaged_ledger_is_a_sentence(committed: Any, command: str) -> None:
    damage(committed, "ledger")
    assert is_sentence(committed.logling(command, "--json"), "ledger.db")


# ---- what is wrong, with what mends it


def bad(place: Any, **environment: str) -> dict[str, str]:
    """The checks that failed, each with what it says."""
    result = place.logling("doctor", "--json", **environment)
    assert "Traceback" not in result.stderr
    return {check["name"]: check["detail"] for check in json.loads(result.stdout)["checks"] if not check["ok"]}


@pytest.mark.parametrize("name", ["ledger", "corpus"])
def test_a_damaged_database_is_told_with_what_to_do(committed: Any, name: str) -> None:
    damage(committed, name)
    assert "damaged: " in bad(committed)[name]
    assert "from a backup, or move it away" in bad(committed)[name]


@pytest.mark.parametrize("name", ["ledger", "corpus"])
def test_a_database_that_another_program_holds_is_not_called_damaged(committed: Any, name: str) -> None:
    with closing(sqlite3.connect(committed.home.state / f"{name}.db", isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(LoglingError, match=r"locked: end the program .* a disk of this machine") as told:
            check_database(committed.home.state / f"{name}.db", 9)
    assert "damaged" not in str(told.value)


@pytest.mark.usefixtures("mere_owner")
@pytest.mark.parametrize("name", ["ledger", "corpus"])
def test_a_database_that_may_not_be_read_is_not_called_damaged(committed: Any, name: str) -> None:
    file = committed.home.state / f"{name}.db"
    file.chmod(0)
    with pytest.raises(LoglingError, match=r"permission denied: .*sudo -u"):
        check_database(file, 9)


@pytest.mark.usefixtures("mere_owner")
def test_a_home_that_may_not_be_written_is_told_as_such(committed: Any) -> None:
    committed.home.state.chmod(0o500)
    with pytest.raises(LoglingError, match="may not be written by"):
        check_writable(committed.home)


def test_a_truncated_archive_of_a_source_is_told(committed: Any) -> None:
    committed.log.with_name("app.log.1.gz").write_bytes(gzip.compress(b"a line\n" * 999)[:-9])
    committed.set(str(committed.log), f"{committed.log}*")
    assert "app.log.1.gz: the compressed data ends early" in bad(committed)[f"source {committed.log}*"]


def test_a_format_that_finds_no_field_is_told(committed: Any) -> None:
    committed.set('# format = ""', 'format = "{level} {msg}"')
    assert "finds a field in none of the newest" in bad(committed)[f"source {committed.log}"]


def test_a_format_of_which_one_field_is_in_no_line_is_told(committed: Any) -> None:
    committed.log.write_text('{"level":"warn","msg":"full"}\n' * 9)
    committed.set('# format = ""', 'format = "{level} {mesage}"')
    assert "names 'mesage', which is in none of the newest 9 lines" in bad(committed)[f"source {committed.log}"]


def test_a_time_that_is_to_be_dropped_and_is_not_there_is_told(committed: Any) -> None:
    committed.set("# keep_time = true", "keep_time = false")
    assert "keep_time = false finds a time at the start of none" in bad(committed)[f"source {committed.log}"]


def test_a_source_that_vanished_is_told_from_one_that_never_matched(committed: Any) -> None:
    committed.logling("pull")
    committed.log.unlink()
    assert "it was read before" in bad(committed)[f"source {committed.log}"]
    committed.set(str(committed.log), f"{committed.log}.later")
    assert "no file matches yet" in bad(committed)[f"source {committed.log}.later"]


def test_a_port_that_is_taken_is_told(committed: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert "is taken by another program" in bad(committed, LOGLING_ADMIN__PORT=port)["admin page"]
