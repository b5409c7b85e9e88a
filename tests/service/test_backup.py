"""Backup and restore by the commands of deploy/docs/operating.md: a home that was copied goes on where it was."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from service.home import locked
from service.storage.ledger import Ledger
from tests.support.homes import Place
from tests.support.runs import documents
from tests.support.waiting import PATIENCE

PAGE = (Path(__file__).parent.parent.parent / "deploy" / "docs" / "operating.md").read_text()
PLACE = "/var/lib/logling"
LOGLING = Path(sys.executable).with_name("logling")
NEW = 300  # lines


def command(begin: str, home: Path, archive: Path) -> list[str]:
    """A command of the page, for this home and this archive."""
    (line,) = [line for line in PAGE.splitlines() if line.startswith(begin)]
    words = line.removeprefix("sudo ").replace(PLACE, str(home)).replace("logling-home.tar.gz", str(archive))
    return words.split()


def backed_up(place: Place, *options: str) -> Path:
    archive = place.folder / "logling-home.tar.gz"
    program, *rest = command("sudo flock ", place.home.path, archive)
    subprocess.run([program, *rest[:-1], *options, rest[-1]], check=True, timeout=PATIENCE)
    return archive


def restored(archive: Path, place: Place) -> None:
    shutil.rmtree(place.home.path)
    place.home.path.mkdir()
    subprocess.run(command("sudo tar -C", place.home.path, archive), check=True, timeout=PATIENCE)


def test_a_restored_home_reads_what_came_since_and_nothing_twice(committed: Place) -> None:
    archive = backed_up(committed)
    committed.append_usual(NEW)
    committed.retrain()
    restored(archive, committed)
    record = committed.retrain()
    assert record["lines"]["new"] == NEW
    assert record["bits_per_char"]["champion"] is not None


def test_a_home_restored_in_another_place_goes_on_with_the_logs_that_moved_along(
    committed: Place, tmp_path: Path
) -> None:
    there = Place(tmp_path / "there")
    there.home.path.mkdir(parents=True)
    subprocess.run(command("sudo tar -C", there.home.path, backed_up(committed)), check=True, timeout=PATIENCE)
    shutil.copytree(committed.log.parent, there.log.parent)
    shutil.rmtree(committed.home.path)
    there.set(str(committed.log), str(there.log))
    there.append_usual(NEW)
    record = there.retrain()
    assert (record["lines"]["new"], record["problems"]) == (NEW, [])
    assert record["bits_per_char"]["champion"] is not None


def test_a_home_restored_without_its_log_lines_reads_the_logs_anew_and_trains_on(committed: Place) -> None:
    committed.logling("findings", "--now")
    (options,) = re.findall("leave out\n.*`(--exclude .*)`", PAGE)
    restored(backed_up(committed, *shlex.split(options)), committed)
    assert {file.name for file in committed.home.state.glob("*.db")} == {"ledger.db"}
    committed.append_usual(NEW)
    record = committed.retrain()
    assert record["lines"]["new"] == len(committed.log.read_text().splitlines())
    assert record["bits_per_char"]["champion"] is not None


def test_the_state_is_private_after_a_restore_too(committed: Place) -> None:
    restored(backed_up(committed), committed)
    assert committed.home.state.stat().st_mode & 0o077 == 0


def test_a_restored_home_has_its_history(committed: Place, first_record: dict[str, object]) -> None:
    restored(backed_up(committed), committed)
    with Ledger(committed.home.ledger) as ledger:
        assert [run["run"] for run in documents(ledger)] == [first_record["run"]]


def test_a_backup_waits_for_the_end_of_a_run(committed: Place) -> None:
    words = command("sudo flock ", committed.home.path, committed.folder / "logling-home.tar.gz")
    with locked(committed.home), pytest.raises(subprocess.TimeoutExpired):
        subprocess.run(words, timeout=1, check=True)


def test_no_run_begins_while_a_backup_is_made(committed: Place) -> None:
    program, lock, *_ = command("sudo flock ", committed.home.path, committed.folder / "logling-home.tar.gz")
    refused = subprocess.run(
        [program, lock, str(LOGLING), "pull", "--home", str(committed.home.path)],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert refused.returncode == 1
    assert "is in use by another process" in refused.stderr
