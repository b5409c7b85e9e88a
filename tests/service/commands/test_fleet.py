"""`logling fleet`, `fleet status` and `init --in`, as real processes."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from service.fleet.homes import find_homes
from service.home import Home
from service.schedule.child_process import leftovers
from service.storage.ledger import Ledger
from tests.service.admin.test_app import ask
from tests.support.commands import Command, document, is_sentence
from tests.support.homes import Place
from tests.support.served import LONGEST_STOP, Served
from tests.support.waiting import wait_until

LOG = ["--source", "/made/up/app.log"]
AT_ONCE = "runs = 64\n[admin]\nport = 0\n"  # also while other tests run


@pytest.fixture
def folder(tmp_path: Path, committed: Place) -> Path:
    """A folder with three homes that have a committed model and no new lines; their run is due."""
    folder = tmp_path / "homes"
    folder.mkdir()
    for name in ("web", "db/one", "db/two"):
        shutil.copytree(committed.home.path, folder / name, symlinks=True)
    (folder / "fleet.toml").write_text(AT_ONCE)
    return folder


@pytest.fixture
def serve_fleet(folder: Path) -> Iterator[Callable[[], Served]]:
    begun: list[Served] = []

    def one() -> Served:
        begun.append(Served(Home(folder), words=["fleet", str(folder)]))
        return begun[-1]

    yield one
    for served in begun:
        if served.process.poll() is None:
            served.stop()
    homes = [found.home for found in find_homes(folder).homes.values()]
    assert [process for home in homes for process in leftovers(home)] == []


def outcomes(folder: Path, name: str) -> list[str | None]:
    """How the runs of a home ended, oldest first."""
    with Ledger(folder / name / "state" / "ledger.db") as ledger:
        return [run.outcome for run in ledger.runs()][::-1]


def test_a_fleet_runs_what_is_due_in_each_home_shows_them_and_stops_when_asked(
    folder: Path, serve_fleet: Callable[[], Served], logling: Command
) -> None:
    served = serve_fleet()
    for name in ("web", "db/one", "db/two"):
        served.until(rf"Z {name}: Sun .*: skipped: 0 new lines")
    address = served.address
    wait_until(lambda: ask(address, "/healthz").status == 200)
    assert ask(address, "/healthz").document["homes"] == 3
    status = document(logling("fleet", "status", folder, "--json"))
    assert status["serving"]
    assert [home["home"] for home in status["homes"]] == ["db/one", "db/two", "web"]
    assert served.stop() < LONGEST_STOP
    assert (served.process.returncode, served.lines[-1][-8:]) == (0, " stopped")
    assert outcomes(folder, "web") == ["committed", "skipped"]


def test_a_home_that_was_served_alone_does_not_run_again_in_a_fleet(
    folder: Path, serve_fleet: Callable[[], Served], serve: Callable[..., Served]
) -> None:
    alone = serve(Home(folder / "web"))
    alone.until("next run")
    alone.stop()
    served = serve_fleet()
    served.until("Z web: next run")
    served.until("Z db/one: next run")
    served.stop()
    assert outcomes(folder, "web") == ["committed", "skipped"]


def test_a_fleet_that_was_killed_goes_on_where_it_was(folder: Path, serve_fleet: Callable[[], Served]) -> None:
    first = serve_fleet()
    first.until("Z web: running")
    first.stop(signal.SIGKILL)
    second = serve_fleet()
    for name in ("web", "db/one", "db/two"):
        second.until(f"Z {name}: (next run|trying again)")
    second.stop()


def test_of_two_services_on_a_folder_one_is_refused(folder: Path, serve_fleet: Callable[[], Served]) -> None:
    first = serve_fleet()
    first.until("serving 3 homes")
    second = serve_fleet()
    assert second.process.wait(300) == 1
    second.when(lambda: second.lines)
    assert f"is served by process {first.process.pid} already" in second.lines[-1]


def test_systemd_is_told_that_it_is_ready_and_how_many_homes_there_are(folder: Path, tmp_path: Path) -> None:
    address = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(address)
        systemd.settimeout(300)
        served = Served(Home(folder), words=["fleet", str(folder)], NOTIFY_SOCKET=address)
        told = [systemd.recv(1000).decode(), systemd.recv(1000).decode()]
        served.stop()
    assert told[0] == "READY=1"
    assert told[1].startswith("STATUS=3 homes, 0 not served; runs: ")


@pytest.mark.parametrize(
    ("settings", "words"),
    [("rnus = 1", "there is no setting 'rnus'"), ('window = "soon"', "window = 'soon': allowed is a whole number")],
)
def test_wrong_settings_are_a_sentence(logling: Command, tmp_path: Path, settings: str, words: str) -> None:
    (tmp_path / "fleet.toml").write_text(settings)
    assert is_sentence(logling("fleet", tmp_path), words)
    assert is_sentence(logling("fleet", "status", tmp_path), words)


def test_a_home_in_place_of_a_folder_is_a_sentence(logling: Command, reader: Any) -> None:
    assert is_sentence(logling("fleet", reader.home.path), "is a home itself", "logling serve --home")
    assert is_sentence(logling("fleet", "status", reader.home.path), "is a home itself")


def test_a_folder_that_is_not_there_is_a_sentence(logling: Command, tmp_path: Path) -> None:
    assert is_sentence(logling("fleet", tmp_path / "nowhere"), "nowhere is no folder of homes")
    assert is_sentence(logling("fleet", "status", tmp_path / "nowhere"), "nowhere is no folder of homes")


def test_a_folder_that_is_called_status_is_named_by_its_path(logling: Command, tmp_path: Path) -> None:
    (tmp_path / "status").mkdir()
    (tmp_path / "status" / "fleet.toml").write_text("nonsense = 1")
    command = [str(Path(sys.executable).with_name("logling")), "fleet", "./status"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env=os.environ)
    assert "there is no setting 'nonsense'" in result.stderr


def test_a_fleets_folder_given_for_a_home_is_a_sentence(logling: Command, tmp_path: Path) -> None:
    (tmp_path / ".fleet").mkdir()
    assert is_sentence(logling("history", "--home", tmp_path), "is the folder of a fleet", f"--home {tmp_path}/NAME")


# ---- status


def test_status_without_a_service_says_so_and_ends_with_1(logling: Command, folder: Path) -> None:
    result = logling("fleet", "status", folder)
    assert (result.returncode, result.stderr) == (1, "")
    first, heads, *rows = result.stdout.splitlines()
    assert first == f"No service is running: `logling fleet {folder}`"
    assert heads.split() == ["HOME", "STATE", "LAST", "RUN", "BITS", "NEXT", "RUN"]
    assert [row.split()[0] for row in rows] == ["db/one", "db/two", "web"]
    assert all(" not well  committed  " in row for row in rows)


def test_status_as_json_ends_with_0(logling: Command, folder: Path) -> None:
    status = document(logling("fleet", "status", folder, "--json"))
    assert not status["serving"]
    (one, _, _) = status["homes"]
    assert (one["home"], one["status"], one["last"]["outcome"]) == ("db/one", "not well", "committed")
    assert one["bits_per_char"] > 0


def test_status_names_what_is_wrong_with_a_home(logling: Command, folder: Path) -> None:
    (folder / "web" / "logling.toml").write_text('preset = "huge"')
    result = logling("fleet", "status", folder)
    assert "preset = 'huge'" in next(line for line in result.stdout.splitlines() if line.startswith("web"))


def test_status_of_no_home_is_a_sentence(logling: Command, tmp_path: Path) -> None:
    assert is_sentence(logling("fleet", "status", tmp_path), "there is no home below", "logling init --in")


# ---- init --in


def test_init_in_a_folder_makes_a_home_that_is_found(logling: Command, tmp_path: Path) -> None:
    result = logling("init", "--in", tmp_path / "homes", "db/one", *LOG)
    assert result.returncode == 0
    assert f"logling retrain --home {tmp_path}/homes/db/one" in result.stdout
    assert list(find_homes(tmp_path / "homes").homes) == ["db/one"]


@pytest.mark.parametrize("name", ["../web", ".web", "/web", "a/b/c/d", "a/../b"])
def test_init_refuses_a_name_that_would_not_be_found(logling: Command, tmp_path: Path, name: str) -> None:
    assert is_sentence(logling("init", "--in", tmp_path, name, *LOG), repr(name))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["web/below", "web"])
def test_init_makes_no_home_below_another_or_over_it(logling: Command, tmp_path: Path, name: str) -> None:
    assert logling("init", "--in", tmp_path, "web", *LOG).returncode == 0
    assert is_sentence(logling("init", "--in", tmp_path, name, *LOG), "web is a ")


def test_init_in_a_home_is_refused(logling: Command, reader: Any) -> None:
    assert is_sentence(logling("init", "--in", reader.home.path, "web", *LOG), "is a home itself")
