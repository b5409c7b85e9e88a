"""Who may read and write what a home has, whatever the umask, and that no link that another planted is followed."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from subprocess import run

import pytest

from service.commands.init import make_home, refuse_foreign
from service.errors import LoglingError
from service.home import Home, locked
from service.storage.atomic_write import write_durably
from service.storage.corpus import Corpus
from service.storage.ledger import Ledger
from tests.support.homes import Place

UMASKS = [0o000, 0o022, 0o077]


@pytest.fixture(params=UMASKS, ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def test_a_new_home_and_its_settings_are_for_their_owner_alone(tmp_path: Path, umask: int) -> None:
    home = make_home(tmp_path / "home", sources=[], preset="seed", remote="")
    assert [mode(path) for path in (home.path, home.settings_file, home.state)] == [0o700, 0o600, 0o700]


def test_a_new_site_can_be_read_by_others_and_changed_by_nobody_else(tmp_path: Path, umask: int) -> None:
    site = make_home(tmp_path / "home", sources=[], preset="seed", remote="").site
    assert [mode(path) for path in (site, site / "web", site / "web" / "index.html")] == [0o755, 0o755, 0o644]
    assert os.umask(umask) == umask


def test_every_file_of_the_state_is_for_its_owner_alone(tmp_path: Path, umask: int) -> None:
    home = Home(tmp_path)
    home.make_state()
    with locked(home), Ledger(home.ledger), Corpus(home.corpus, 1_000_000) as corpus:
        corpus.note_pull_finished()
        assert {path.name: mode(path) for path in home.state.iterdir() if mode(path) != 0o600} == {}


def test_an_export_is_for_its_owner_alone(committed: Place, umask: int) -> None:
    file = committed.folder / "weights.npz"
    assert committed.logling("export", "--format", "npz", "--output", file).returncode == 0
    assert mode(file) == 0o600


def test_what_clients_pull_can_be_read_by_others_whatever_the_umask(committed: Place, umask: int) -> None:
    committed.append_usual(300)
    assert committed.logling("retrain").returncode == 0
    assert mode(committed.home.site / "web" / "weights.js") == 0o644


def test_another_users_folder_is_no_place_for_a_home(tmp_path: Path) -> None:
    owner = tmp_path.stat().st_uid
    refuse_foreign(tmp_path, owner)
    if owner:
        with pytest.raises(LoglingError, match=r"belongs to .*: choose another place"):
            refuse_foreign(tmp_path, owner + 1)
    else:
        refuse_foreign(tmp_path, 1)


# ---- planted links


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    """A file that someone hopes to have overwritten."""
    file = tmp_path / "victim"
    file.write_text("precious")
    return file


def test_a_link_at_the_target_is_replaced_and_not_followed(tmp_path: Path, victim: Path) -> None:
    (tmp_path / "export").symlink_to(victim)
    write_durably(tmp_path / "export", b"new")
    assert (victim.read_text(), (tmp_path / "export").read_bytes()) == ("precious", b"new")


def test_a_link_under_the_name_of_an_unfinished_file_is_not_followed(tmp_path: Path, victim: Path) -> None:
    (tmp_path / ".export.new").symlink_to(victim)
    write_durably(tmp_path / "export", b"new")
    assert victim.read_text() == "precious"


def test_nothing_unfinished_is_left_when_a_file_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "export" / "inside").mkdir(parents=True)
    with pytest.raises(IsADirectoryError, match=r"export'$"):
        write_durably(tmp_path / "export", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["export"]


@pytest.mark.parametrize("name", ["lock", "ledger.db", "corpus.db"])
def test_a_link_in_the_state_is_not_followed(fresh: Place, victim: Path, name: str) -> None:
    file = fresh.home.state / name
    file.unlink(missing_ok=True)
    file.symlink_to(victim)
    ended = fresh.logling("retrain")
    assert (ended.returncode, victim.read_text()) == (1, "precious")
    assert name in ended.stderr
    assert "put the file itself here" in ended.stderr


# ---- what children are told

TOKEN = "made-up-made-up-made-up"


def test_a_hook_gets_no_setting(committed: Place) -> None:
    hook = committed.home.site / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\nenv > '{committed.folder}/seen'\n")
    hook.chmod(0o755)
    committed.append_usual(300)
    run_once = committed.logling("retrain", LOGLING_ADMIN__TOKEN=TOKEN, LOGLING_GATE__MIN_NEW_LINES="50")
    assert run_once.returncode == 0, run_once.stderr
    seen = (committed.folder / "seen").read_text()
    assert f"LOGLING_HOME={committed.home.path}\n" in seen
    assert TOKEN not in seen
    assert "MIN_NEW_LINES" not in seen


def test_journalctl_gets_no_setting(fresh: Place, tmp_path: Path) -> None:
    program = tmp_path / "bin" / "journalctl"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\nenv > '{tmp_path}/seen'\n")
    program.chmod(0o755)
    fresh.set(f'files = "{fresh.log}"', 'journal = "made-up.service"')
    fresh.logling("pull", LOGLING_ADMIN__TOKEN=TOKEN, PATH=f"{program.parent}:{os.environ['PATH']}")
    assert TOKEN not in (tmp_path / "seen").read_text()


WORKER = """
import os
from pathlib import Path
from service.engine.worker_processes import WorkerProcesses
if __name__ == "__main__":
    with WorkerProcesses(1) as workers:
        environment = workers.submit(os.getpid).result()
        print(Path(f"/proc/{environment}/environ").read_text())
    print("still", os.environ["LOGLING_ADMIN__TOKEN"])
"""


def test_a_training_worker_gets_no_setting(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(WORKER)
    variables = {**os.environ, "LOGLING_ADMIN__TOKEN": TOKEN}
    said = run([sys.executable, script], env=variables, capture_output=True, text=True, check=True, timeout=120).stdout
    assert said.split("still")[0].count(TOKEN) == 0
    assert said.endswith(f"still {TOKEN}\n")
