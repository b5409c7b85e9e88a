"""Homes: found, private, held by one process at a time."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from service.errors import LoglingError
from service.home import Home, find_home, locked

HOLDER = """
import sys, time
from pathlib import Path
from service.home import Home, locked
with locked(Home(Path(sys.argv[1]))):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    (tmp_path / "logling.toml").touch()
    return Home(tmp_path)


def test_the_home_that_is_named_comes_first(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGLING_HOME", "/nowhere")
    assert find_home(home.path) == home


def test_then_the_home_of_the_variable(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGLING_HOME", str(home.path))
    assert find_home(None) == home


@pytest.mark.parametrize("variable", [None, ""])
def test_then_the_current_directory(home: Home, monkeypatch: pytest.MonkeyPatch, variable: str | None) -> None:
    if variable is not None:
        monkeypatch.setenv("LOGLING_HOME", variable)
    monkeypatch.chdir(home.path)
    assert find_home(None) == home


def test_a_folder_without_settings_is_no_home(tmp_path: Path) -> None:
    with pytest.raises(LoglingError, match=r"is not a Logling home .*logling init"):
        find_home(tmp_path)


def test_the_state_is_for_its_owner_alone(home: Home) -> None:
    home.state.mkdir(mode=0o755)
    home.make_state()
    assert home.state.stat().st_mode & 0o777 == 0o700


def test_a_second_holder_is_refused_and_told_who_holds_it(home: Home) -> None:
    with (
        locked(home),
        pytest.raises(LoglingError, match=rf"in use by process {os.getpid()}: wait"),
        locked(home),
    ):
        pytest.fail("two hold the home")


def test_the_lock_is_free_after_an_error(home: Home) -> None:
    with pytest.raises(ZeroDivisionError), locked(home):
        raise ZeroDivisionError
    with locked(home):
        pass


def test_the_lock_is_free_after_its_holder_was_killed(home: Home) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(home.path)], stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(LoglingError, match=f"process {holder.pid}"), locked(home):
            pytest.fail("two hold the home")
    finally:
        holder.send_signal(signal.SIGKILL)
        holder.communicate()
    with locked(home):
        pass


@pytest.mark.parametrize(
    "command", [["pull", "--home"], ["init"], ["init", "{folder}/h", "--source"], ["demo", "--folder"]]
)
def test_a_tilde_that_means_no_folder_is_told_in_a_sentence(tmp_path: Path, command: list[str]) -> None:
    words = [word.format(folder=tmp_path) for word in command]
    program = str(Path(sys.executable).with_name("logling"))
    refused = subprocess.run([program, *words, "~nosuchuser/x"], capture_output=True, text=True, timeout=120)
    assert refused.returncode == 1
    assert refused.stderr.startswith("logling: ~nosuchuser/x: ")


def test_a_lock_that_cannot_be_written_is_named(home: Home) -> None:
    command = ["sh", "-c", 'ulimit -f 0; exec "$@"', "sh", sys.executable, "-c", HOLDER, str(home.path)]
    told = subprocess.run(command, capture_output=True, text=True)
    assert told.stderr.rstrip().endswith(f"File too large: '{home.state / 'lock'}'")


def test_a_lock_is_free_at_once_though_a_process_just_forked_has_its_file_open(home: Home) -> None:
    with locked(home):
        child = os.fork()
        if not child:
            signal.pause()
    try:
        with locked(home):
            pass
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
