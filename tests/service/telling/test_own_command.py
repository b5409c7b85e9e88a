"""A command of one's own: what it gets, what it does not get, and how it is ended."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

import pytest

from service.errors import LoglingError
from service.home import Home
from service.telling.own_command import run_own_command
from tests.support.waiting import wait_until

SHOW = "import os, sys; open(sys.argv[1], 'w').write(repr((sys.stdin.read(), dict(os.environ), os.getcwd())))"


def python(program: str, *arguments: object) -> str:
    return shlex.join([sys.executable, "-c", program, *map(str, arguments)])


def test_it_gets_the_text_the_facts_and_the_home(home: Home, tmp_path: Path) -> None:
    run_own_command(python(SHOW, tmp_path / "out"), home, {"LOGLING_RUN": "r1"}, "told\n", 60)
    text, environment, folder = eval((tmp_path / "out").read_text())
    assert (text, environment["LOGLING_RUN"], environment["LOGLING_HOME"]) == ("told\n", "r1", str(home.path))
    assert folder == "/"


@pytest.mark.parametrize(
    "name",
    [
        "LOGLING_ADMIN__TOKEN",
        "LOGLING_WATCH__NOTIFY",
        "LOGLING_SERVED",
        "GIT_CONFIG_VALUE_0",
        "GIT_ASKPASS",
        "GITHUB_TOKEN",
        "AWS_SECRET_ACCESS_KEY",
        "HTTPS_PROXY",
        "NOTIFY_SOCKET",
    ],
)
def test_nothing_that_may_be_secret_is_in_its_environment(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "made-up-secret-made-up")
    run_own_command(python(SHOW, tmp_path / "out"), home, {}, "", 60)
    assert "made-up-secret" not in (tmp_path / "out").read_text()


def test_no_shell_reads_it(home: Home, tmp_path: Path) -> None:
    with pytest.raises(LoglingError):
        run_own_command(f"false ; touch {tmp_path / 'made'}", home, {}, "", 60)
    assert not (tmp_path / "made").exists()


def test_a_failure_is_told_with_its_last_line(home: Home) -> None:
    with pytest.raises(LoglingError, match="exit status 3: no such room"):
        run_own_command(python("import sys; print('no such room', file=sys.stderr); sys.exit(3)"), home, {}, "", 60)


def test_a_command_that_is_not_there_is_named(home: Home) -> None:
    with pytest.raises(LoglingError, match="/no/such/command could not be started: No such file"):
        run_own_command("/no/such/command --now", home, {}, "", 60)


def test_one_that_hangs_is_ended_with_all_that_it_started(home: Home, tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    program = (
        "import os, subprocess, sys, time; child = subprocess.Popen(['sleep', '600']); "
        f"open({str(pids)!r}, 'w').write(f'{{os.getpid()}} {{child.pid}}'); time.sleep(600)"
    )
    with pytest.raises(LoglingError, match="had not ended after 3 s"):
        run_own_command(python(program), home, {}, "", 3)
    for pid in pids.read_text().split():
        wait_until(lambda pid=pid: not is_running(int(pid)))


def is_running(process: int) -> bool:
    try:
        return ") Z " not in Path(f"/proc/{process}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_what_it_leaves_running_is_not_waited_for(home: Home, tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    run_own_command(f"sh -c 'sleep 600 & echo $! > {pid}'", home, {}, "", 60)
    process = int(pid.read_text())
    assert is_running(process)
    os.kill(process, 9)


def test_one_that_reads_nothing_may_succeed(home: Home) -> None:
    run_own_command("true", home, {}, "x" * 1_000_000, 60)
